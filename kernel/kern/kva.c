/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel virtual space for memory with guard pages. The space is cut from its
 * start upwards; freed ranges are kept by size and used again for the same
 * size (nearly all are kernel stacks). Between two ranges lies one unmapped
 * page, which guards both.
 * Lock: kva_lock (RANK_KVA), never held while pages are mapped or unmapped.
 */
#include <kern/kva.h>

#include <arch/pmap.h>
#include <kern/lock.h>
#include <kern/page.h>
#include <kern/panic.h>
#include <kern/zone.h>

/* A range in use or free; its frames are chained while in use. */
struct kva_range {
	struct list_node link; /* hash bucket, or free list */
	vaddr_t start;
	size_t size;
	struct list frames;    /* single ones, or the head of one block */
	unsigned order;	       /* of that block */
	bool block;
};

#define KVA_BUCKETS 256

[[maybe_unused]] static const struct lock_class kva_class = { .name = "kva", .rank = RANK_KVA };
static struct spinlock kva_lock = SPINLOCK_INIT(&kva_class);
static struct list in_use[KVA_BUCKETS] GUARDED(&kva_lock);
static struct list unused GUARDED(&kva_lock);
static size_t unused_count GUARDED(&kva_lock);
static vaddr_t next_start GUARDED(&kva_lock);
static vaddr_t space_end;
static struct zone range_zone;

void kva_init(void) NO_LOCK_ANALYSIS
{
	for (unsigned i = 0; i < KVA_BUCKETS; i++)
		list_init(&in_use[i]);
	list_init(&unused);
	zone_init(&range_zone, "kva range", sizeof(struct kva_range), 0);
	zone_set_essential(&range_zone);
	pmap_kernel_space(&next_start, &space_end);
	next_start += page_size_hw();
}

static struct list *bucket(vaddr_t start)
{
	return &in_use[(start >> pmap_page_shift) * 0x9e3779b97f4a7c15ull >>
		       56];
}

static struct kva_range *find_unused(size_t size) REQUIRES(&kva_lock)
{
	struct kva_range *r;

	list_for_each(&unused, r, link) {
		if (r->size == size) {
			list_remove(&r->link);
			unused_count--;
			return r;
		}
	}
	return NULL;
}

/* A range of addresses, no frames; NULL: no memory or no space. */
static struct kva_range *range_take(size_t size)
{
	struct kva_range *fresh = zone_alloc_zeroed(&range_zone);
	struct kva_range *r;

	spin_lock(&kva_lock);
	r = find_unused(size);
	if (r == NULL && fresh != NULL &&
	    size + page_size_hw() <= space_end - next_start) {
		r = fresh;
		fresh = NULL;
		r->start = next_start;
		r->size = size;
		next_start += size + page_size_hw();
	}
	spin_unlock(&kva_lock);
	if (fresh != NULL)
		zone_free(&range_zone, fresh);
	return r;
}

static void range_put(struct kva_range *r)
{
	spin_lock(&kva_lock);
	list_push_front(&unused, &r->link);
	unused_count++;
	spin_unlock(&kva_lock);
}

static void free_frames(struct kva_range *r)
{
	struct list_node *n;

	while ((n = list_pop_front(&r->frames)) != NULL)
		page_free(container_of(n, struct page, link),
			  r->block ? r->order : 0);
}

/* One block is mapped with fewer table operations than single frames. */
static bool take_block(struct kva_range *r)
{
	struct page *page;

	r->order = 0;
	while (page_size_hw() << r->order < r->size)
		r->order++;
	if (page_size_hw() << r->order != r->size)
		return false;
	page = page_alloc(r->order, PAGE_KERNEL, PAGE_OVER_SHARE);
	if (page == NULL)
		return false;
	list_push_back(&r->frames, &page->link);
	r->block = true;
	return true;
}

static bool take_frames(struct kva_range *r)
{
	list_init(&r->frames);
	if (take_block(r))
		return true;
	r->block = false;
	for (size_t done = 0; done < r->size; done += page_size_hw()) {
		struct page *page = page_alloc(0, PAGE_KERNEL, PAGE_OVER_SHARE);

		if (page == NULL) {
			free_frames(r);
			return false;
		}
		list_push_back(&r->frames, &page->link);
	}
	return true;
}

static bool map_frames(struct kva_range *r)
{
	struct page *page = list_first_entry(&r->frames, struct page, link);
	size_t step = page_size_hw();

	for (size_t done = 0; done < r->size; done += step) {
		if (pmap_kernel_enter(r->start + done, page_to_paddr(page),
				      ACCESS_READ | ACCESS_WRITE,
				      PMAP_WIRED) != KR_SUCCESS) {
			pmap_kernel_remove(r->start, r->start + done);
			return false;
		}
		if (done + step == r->size)
			break;
		page = r->block ? page + 1 :
				  container_of(page->link.next, struct page,
					       link);
	}
	return true;
}

void *kva_alloc(size_t size)
{
	size_t page = page_size_hw();
	struct kva_range *r;

	if (size == 0 || size > SIZE_MAX / 2)
		return NULL;
	r = range_take((size + page - 1) & ~(page - 1));
	if (r == NULL)
		return NULL;
	if (!take_frames(r)) {
		range_put(r);
		return NULL;
	}
	if (!map_frames(r)) {
		free_frames(r);
		range_put(r);
		return NULL;
	}
	spin_lock(&kva_lock);
	list_push_front(bucket(r->start), &r->link);
	spin_unlock(&kva_lock);
	return (void *)r->start;
}

static struct kva_range *range_give(vaddr_t start)
{
	struct kva_range *r;

	spin_lock(&kva_lock);
	list_for_each(bucket(start), r, link) {
		if (r->start == start) {
			list_remove(&r->link);
			spin_unlock(&kva_lock);
			return r;
		}
	}
	spin_unlock(&kva_lock);
	return NULL;
}

void kva_free(void *p, size_t size)
{
	struct kva_range *r = range_give((vaddr_t)p);

	if (r == NULL || size > r->size || r->size - size >= page_size_hw())
		panic("kva_free: %p, %zu bytes: no such range", p, size);
	pmap_kernel_remove(r->start, r->start + r->size);
	free_frames(r);
	range_put(r);
}

void kva_note_kept(size_t spare)
{
	size_t count;

	spin_lock(&kva_lock);
	count = unused_count + spare;
	spin_unlock(&kva_lock);
	zone_set_kept(&range_zone, count);
}

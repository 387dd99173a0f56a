/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical frames, the interface. In front of the buddy allocator each
 * processor has a cache of single frames and a few frames known to be zero,
 * which it touches without a lock: the kernel is not preempted and interrupt
 * handlers do not allocate. Idle processors fill a bounded pool of zeroed
 * frames that all share.
 * Locks: pool_lock (RANK_PAGE), the buddy allocator's; never both.
 */
#include <kern/page_i.h>

#include <arch/pmap.h>
#include <kern/kasan.h>
#include <kern/lock.h>
#include <kern/options.h>
#include <kern/panic.h>
#include <kern/poison.h>
#include <kern/probe.h>
#include <kern/processor_i.h>
#include <kern/string.h>

[[maybe_unused]] static const struct lock_class pool_class = {
	.name = "zeroed pages",
	.rank = RANK_PAGE,
};
static struct spinlock pool_lock = SPINLOCK_INIT(&pool_class);
static struct list pool GUARDED(&pool_lock);
static _Atomic size_t pool_count;
static size_t pool_max;

static size_t total_frames;
static size_t reserve_frames;  /* only for PAGE_URGENT */
static size_t kernel_max;      /* of PAGE_KERNEL */
static size_t reserved_frames; /* kernel image and the like */

static struct page_cache *cache(void)
{
	return &processor_private()->pages;
}

/* Debug kernels: nobody may look at a free frame. */
static void poison_block(struct page *page, size_t count)
{
	if (CONFIG_HOST)
		poison_memory(page_to_virt(page), count * page_size_hw());
	if (CONFIG_KASAN)
		kasan_poison(page_to_virt(page), count * page_size_hw(),
			     KASAN_FRAME);
}

static void unpoison_block(struct page *page, size_t count)
{
	if (CONFIG_HOST)
		unpoison_memory(page_to_virt(page), count * page_size_hw());
	if (CONFIG_KASAN)
		kasan_unpoison(page_to_virt(page), count * page_size_hw());
}

static void give_at_boot(struct page *first, size_t count)
{
	buddy_give(first, count);
	poison_block(first, count);
}

void page_init(void)
{
	processor_init_boot();
	buddy_init();
	list_init(&pool);
	page_ranges_init(give_at_boot);
	for (unsigned i = 0; i < page_range_count; i++)
		total_frames += (size_t)(page_ranges[i].end -
					 page_ranges[i].pages);
	reserved_frames = total_frames - buddy_free();
	reserve_frames = buddy_free() / 128;
	kernel_max = buddy_free() / 2;
	pool_max = buddy_free() / 32;
	if (pool_max > 1024)
		pool_max = 1024;
}

static void zero_frames(struct page *page, unsigned order)
{
	pmap_zero(page_to_paddr(page), page_size_hw() << order);
}

static struct page *pool_take(void)
{
	struct list_node *n;

	if (atomic_get(&pool_count) == 0)
		return NULL;
	spin_lock(&pool_lock);
	n = list_pop_front(&pool);
	if (n != NULL)
		atomic_sub(&pool_count, 1);
	spin_unlock(&pool_lock);
	return n != NULL ? container_of(n, struct page, link) : NULL;
}

bool page_zero_idle(void)
{
	struct page *page;

	if (atomic_get(&pool_count) >= pool_max)
		return false;
	page = buddy_take(0, reserve_frames * 4);
	if (page == NULL)
		return false;
	/* Free all the while: pool_take does not rely on the count. */
	atomic_add(&pool_count, 1);
	unpoison_block(page, 1);
	zero_frames(page, 0);
	poison_block(page, 1);
	spin_lock(&pool_lock);
	list_push_front(&pool, &page->link);
	spin_unlock(&pool_lock);
	return true;
}

/* A zeroed frame, if one is at hand. */
static struct page *take_zeroed(struct page_cache *c)
{
	if (c->zeroed_count > 0)
		return c->zeroed[--c->zeroed_count];
	return pool_take();
}

/* What must stay free. User memory leaves more than the kernel's own needs, so
 * that a task that uses all memory does not stop the others' messages; kernel
 * objects end at half of memory, so that tasks that make all the ports they may
 * do not take the frames that the others' page faults need. */
static size_t reserve_for(enum page_kind kind, unsigned flags)
{
	if (flags & PAGE_URGENT)
		return 0;
	if (kind == PAGE_VM)
		return reserve_frames * 4;
	return reserve_frames;
}

/* Asked when an object needs a frame, which is seldom: zones keep theirs. */
static bool has_its_share(enum page_kind kind, unsigned flags)
{
	return kind == PAGE_KERNEL &&
	       !(flags & (PAGE_URGENT | PAGE_OVER_SHARE)) &&
	       page_count_kind(kind) >= kernel_max;
}

/* What must stay free is looked at when the cache is filled. */
static struct page *take_single(struct page_cache *c, enum page_kind kind,
				unsigned flags)
{
	if (c->count == 0)
		c->count = buddy_take_many(c->frames, PAGE_CACHE_BATCH,
					   reserve_for(kind, flags));
	if (c->count > 0)
		return c->frames[--c->count];
	/* The last frames of all may be those zeroed ahead. */
	return take_zeroed(c);
}

static void fill(struct page *page, unsigned order)
{
	memset(page_to_virt(page), (int)kernel_options.memory_fill,
	       page_size_hw() << order);
}

/* A frame or block on its way to its new owner. */
static struct page *hand_out(struct page *page, unsigned order,
			     enum page_kind kind, unsigned flags, bool zero)
{
	assert(page->kind == PAGE_FREE);
	unpoison_block(page, (size_t)1 << order);
	if ((flags & PAGE_ZEROED) && !zero)
		zero_frames(page, order);
	else if (!(flags & PAGE_ZEROED) && kernel_options.memory_fill != ~0u)
		fill(page, order);
	for (size_t i = 0; i < (size_t)1 << order; i++) {
		page[i].link.next = NULL;
		page[i].pmap_word = 0;
		page[i].pmap_flags = 0;
		page[i].owner_word = 0;
		page_mark_used(&page[i], kind, i == 0 ? order : PAGE_NOT_HEAD);
	}
	cache()->kinds[kind] += (int64_t)1 << order;
	return page;
}

struct page *page_alloc(unsigned order, enum page_kind kind, unsigned flags)
{
	struct page_cache *c = cache();
	struct page *page = NULL;

	assert(kind != PAGE_FREE && kind != PAGE_RESERVED);
	if (has_its_share(kind, flags))
		return NULL;
	/* The kernel's own are counted where they are asked for. */
	if (kind != PAGE_KERNEL && !(flags & PAGE_URGENT) && probe_fail())
		return NULL;
	if (order == 0) {
		if (flags & PAGE_ZEROED)
			page = take_zeroed(c);
		if (page != NULL)
			return hand_out(page, 0, kind, flags, true);
		page = take_single(c, kind, flags);
	} else if (order < PAGE_ORDERS) {
		page = buddy_take(order, reserve_for(kind, flags));
	}
	return page != NULL ? hand_out(page, order, kind, flags, false) : NULL;
}

void page_free(struct page *page, unsigned order)
{
	struct page_cache *c = cache();

	if (page->kind == PAGE_FREE || page->order != order)
		panic("page_free: frame %#llx, order %u, is of kind %u, "
		      "order %u",
		      (unsigned long long)page_to_paddr(page).raw, order,
		      page->kind, page->order);
	if (page->kind != PAGE_RESERVED)
		c->kinds[page->kind] -= (int64_t)1 << order;
	poison_block(page, (size_t)1 << order);
	if (order != 0) {
		buddy_put(page, order);
		return;
	}
	page_mark_free(page);
	if (c->count == PAGE_CACHE_MAX) {
		c->count -= PAGE_CACHE_BATCH;
		buddy_put_many(&c->frames[c->count], PAGE_CACHE_BATCH);
	}
	c->frames[c->count++] = page;
}

void page_free_zeroed(struct page *page)
{
	struct page_cache *c = cache();

	assert(page->order == 0);
	if (c->zeroed_count == PAGE_CACHE_BATCH) {
		page_free(page, 0);
		return;
	}
	c->kinds[page->kind] -= 1;
	page_mark_free(page);
	poison_block(page, 1);
	c->zeroed[c->zeroed_count++] = page;
}

void page_release_boot(struct paddr start, uint64_t size)
{
	struct page *first = page_from_paddr(start);
	size_t count = size >> pmap_page_shift;

	assert(first != NULL && first->kind == PAGE_RESERVED);
	buddy_give(first, count);
	poison_block(first, count);
	reserved_frames -= count;
}

size_t page_count_total(void)
{
	return total_frames;
}

/* Sums over processors; each may move on while we look, so the result is
 * exact only when the others rest. */
size_t page_count_free(void)
{
	size_t n = buddy_free() + atomic_get(&pool_count);

	for (unsigned i = 0; i < processor_possible(); i++) {
		const struct processor *p = processor_by_number(i);

		if (p != NULL)
			n += p->p->pages.count + p->p->pages.zeroed_count;
	}
	return n;
}

size_t page_count_kind(enum page_kind kind)
{
	int64_t n = 0;

	if (kind == PAGE_FREE)
		return page_count_free();
	if (kind == PAGE_RESERVED)
		return reserved_frames;
	for (unsigned i = 0; i < processor_possible(); i++) {
		const struct processor *p = processor_by_number(i);

		if (p != NULL)
			n += p->p->pages.kinds[kind];
	}
	return n > 0 ? (size_t)n : 0;
}

void page_drain_local(void)
{
	struct page_cache *c = cache();

	buddy_put_many(c->frames, c->count);
	buddy_put_many(c->zeroed, c->zeroed_count);
	c->count = c->zeroed_count = 0;
}

void page_drain(void)
{
	struct page *page;

	page_drain_local();
	while ((page = pool_take()) != NULL)
		buddy_put(page, 0);
}

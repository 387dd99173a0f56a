/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buddy allocator: free blocks of 2^order frames, aligned to their size (in
 * frame numbers, so also in memory), one list per order. A freed block joins
 * its buddy while that is free too.
 * Lock: buddy_lock, RANK_PAGE; nothing is taken under it. See page_i.h
 * for what a free frame looks like.
 */
#include <kern/page_i.h>

#include <kern/lock.h>
#include <kern/panic.h>

[[maybe_unused]] static const struct lock_class buddy_class = {
	.name = "page",
	.rank = RANK_PAGE,
};
static struct spinlock buddy_lock = SPINLOCK_INIT(&buddy_class);
static struct list free_lists[PAGE_ORDERS] GUARDED(&buddy_lock);
static size_t free_frames GUARDED(&buddy_lock);

void buddy_init(void) NO_LOCK_ANALYSIS
{
	for (unsigned i = 0; i < PAGE_ORDERS; i++)
		list_init(&free_lists[i]);
}

/* The other half of the block one order up; NULL: outside its range. */
static struct page *buddy_of(struct page *page, unsigned order)
{
	const struct page_range *r = page_range_of(page);
	uint64_t frame = r->first + (uint64_t)(page - r->pages);
	uint64_t other = frame ^ ((uint64_t)1 << order);

	if (other < r->first)
		return NULL;
	if (other + ((uint64_t)1 << order) >
	    r->first + (uint64_t)(r->end - r->pages))
		return NULL;
	return &r->pages[other - r->first];
}

static void put_locked(struct page *page, unsigned order) REQUIRES(&buddy_lock)
{
	free_frames += (size_t)1 << order;
	for (; order < PAGE_ORDERS - 1; order++) {
		struct page *b = buddy_of(page, order);

		if (b == NULL || !page_is_head(b, order))
			break;
		list_remove(&b->link);
		page_set_order(b, PAGE_NOT_HEAD);
		page_set_order(page, PAGE_NOT_HEAD);
		if (b < page)
			page = b;
	}
	page_set_order(page, order);
	list_push_front(&free_lists[order], &page->link);
}

static struct page *take_locked(unsigned order) REQUIRES(&buddy_lock)
{
	struct page *page;
	unsigned from = order;

	while (from < PAGE_ORDERS && list_empty(&free_lists[from]))
		from++;
	if (from == PAGE_ORDERS)
		return NULL;
	page = container_of(list_pop_front(&free_lists[from]), struct page,
			    link);
	while (from > order) {
		struct page *upper = page + ((size_t)1 << --from);

		page_set_order(upper, from);
		list_push_front(&free_lists[from], &upper->link);
	}
	page_set_order(page, PAGE_NOT_HEAD);
	free_frames -= (size_t)1 << order;
	return page;
}

static void mark_free(struct page *page, unsigned order)
{
	for (size_t i = 0; i < (size_t)1 << order; i++)
		page_mark_free(&page[i]);
}

/* The largest order at which a block that starts here and has at most count
 * frames is aligned. */
static unsigned order_at(const struct page *page, size_t count)
{
	const struct page_range *r = page_range_of(page);
	uint64_t frame = r->first + (uint64_t)(page - r->pages);
	unsigned order = 0;

	while (order < PAGE_ORDERS - 1 && (count >> (order + 1)) != 0 &&
	       (frame & (((uint64_t)2 << order) - 1)) == 0)
		order++;
	return order;
}

void buddy_give(struct page *first, size_t count)
{
	while (count > 0) {
		unsigned order = order_at(first, count);

		buddy_put(first, order);
		first += (size_t)1 << order;
		count -= (size_t)1 << order;
	}
}

struct page *buddy_take(unsigned order, size_t reserve)
{
	struct page *page = NULL;

	assert(order < PAGE_ORDERS);
	spin_lock(&buddy_lock);
	if (free_frames >= reserve + ((size_t)1 << order))
		page = take_locked(order);
	spin_unlock(&buddy_lock);
	return page;
}

unsigned buddy_take_many(struct page **frames, unsigned max, size_t reserve)
{
	unsigned n = 0;

	spin_lock(&buddy_lock);
	while (n < max && free_frames > reserve) {
		struct page *page = take_locked(0);

		if (page == NULL)
			break;
		frames[n++] = page;
	}
	spin_unlock(&buddy_lock);
	return n;
}

void buddy_put(struct page *page, unsigned order)
{
	mark_free(page, order);
	spin_lock(&buddy_lock);
	put_locked(page, order);
	spin_unlock(&buddy_lock);
}

void buddy_put_many(struct page **frames, unsigned count)
{
	spin_lock(&buddy_lock);
	for (unsigned i = 0; i < count; i++)
		put_locked(frames[i], 0);
	spin_unlock(&buddy_lock);
}

size_t buddy_free(void) NO_LOCK_ANALYSIS
{
	return free_frames; /* one word; a caller wants it roughly */
}

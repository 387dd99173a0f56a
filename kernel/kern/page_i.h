/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Insides of the page allocator, private to kern.
 *   page_range.c  which frames exist, struct page <-> address
 *   page_buddy.c  the buddy allocator under its lock
 *   page.c        per-processor caches, zeroed pool, counting: the interface
 */
#pragma once

#include <kern/page.h>

#define PAGE_CACHE_MAX	 32
#define PAGE_CACHE_BATCH 16
#define PAGE_KINDS	 (PAGE_VM + 1)

/* Per processor; touched by that processor only. */
struct page_cache {
	unsigned count, zeroed_count;
	struct page *frames[PAGE_CACHE_MAX];
	struct page *zeroed[PAGE_CACHE_BATCH];
	int64_t kinds[PAGE_KINDS]; /* allocated minus freed here */
};

/* One range of RAM and the structures of its frames. */
struct page_range {
	struct page *pages, *end;
	uint64_t first; /* frame number */
};

extern struct page_range page_ranges[];
extern unsigned page_range_count;

/* Finds the usable RAM, makes the structures (all PAGE_RESERVED), and calls
 * give for each block of frames that is free. */
void page_ranges_init(void (*give)(struct page *first, size_t count));

const struct page_range *page_range_of(const struct page *page);

/* The order of the largest blocks. */
#define PAGE_ORDERS 12

void page_drain_local(void);

void buddy_init(void);
/* Any number of frames, any alignment, kind PAGE_RESERVED so far. */
void buddy_give(struct page *first, size_t count);
/* reserve: how many frames must stay free. */
struct page *buddy_take(unsigned order, size_t reserve);
/* Up to max single frames into frames; returns how many. */
unsigned buddy_take_many(struct page **frames, unsigned max, size_t reserve);
void buddy_put(struct page *page, unsigned order);
void buddy_put_many(struct page **frames, unsigned count);
size_t buddy_free(void);

/*
 * The head of a free block in the buddy lists is a frame with kind PAGE_FREE
 * and an order; every other free frame (tail of a block, cached) has
 * PAGE_NOT_HEAD. Owners change both without the buddy's lock while the buddy
 * looks at its neighbours: so both are written, and read, at once.
 */
#define PAGE_NOT_HEAD 0xff

static inline uint16_t page_state(enum page_kind kind, unsigned order)
{
	const struct page p = { .kind = (uint8_t)kind,
				.order = (uint8_t)order };

	return p.state;
}

static inline void page_mark_free(struct page *page)
{
	__atomic_store_n(&page->state, page_state(PAGE_FREE, PAGE_NOT_HEAD),
			 __ATOMIC_RELEASE);
}

static inline void page_mark_used(struct page *page, enum page_kind kind,
				  unsigned order)
{
	__atomic_store_n(&page->state, page_state(kind, order),
			 __ATOMIC_RELEASE);
}

static inline void page_set_order(struct page *page, unsigned order)
{
	__atomic_store_n(&page->order, (uint8_t)order, __ATOMIC_RELAXED);
}

static inline bool page_is_head(const struct page *page, unsigned order)
{
	return __atomic_load_n(&page->state, __ATOMIC_ACQUIRE) ==
	       page_state(PAGE_FREE, order);
}

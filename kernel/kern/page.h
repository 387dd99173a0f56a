/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical frames: a buddy allocator over the usable RAM.
 *
 * One struct page per frame of RAM that exists (ranges with holes, some near
 * 1 TiB, cost nothing for the holes). A per-processor cache serves single
 * frames and a small pool of frames known to be zero.
 * Lock: RANK_PAGE; callable from anywhere but interrupt handlers.
 */
#pragma once

#include <arch/pmap.h>
#include <arch/types.h>
#include <kern/list.h>

enum page_kind {
	PAGE_FREE,
	PAGE_RESERVED, /* kernel image, boot data */
	PAGE_KERNEL,   /* zones, stacks, kalloc */
	PAGE_TABLE,    /* pmap */
	PAGE_VM,       /* belongs to a VM page */
};

struct page {
	struct list_node link; /* owner's use while allocated */
	uintptr_t pmap_word;   /* pmap's: head of the reverse map */
	union {
		struct {
			uint8_t kind;
			uint8_t order; /* of the block this frame heads */
		};
		uint16_t state; /* both */
	};
	uint16_t pmap_flags;   /* pmap's: referenced, modified, wired */
	uint32_t owner_word;   /* owner's use */
};

enum {
	PAGE_ZEROED = 1,  /* contents all zero */
	PAGE_URGENT = 2,  /* may use the reserve */
	PAGE_OVER_SHARE = 4, /* without it threads that have memory could not run
				on and free some: not refused at the kernel's
				share of memory */
};

/* Boot: takes the ranges of boot_info. Frames are handed out from then on. */
void page_init(void);

/* 2^order frames, contiguous and aligned; NULL when there are none. */
struct page *page_alloc(unsigned order, enum page_kind kind, unsigned flags);
void page_free(struct page *page, unsigned order);

/* Most frames lie in one range; it is looked at first, in line. */
struct page_bulk {
	struct page *pages;
	uint64_t first, count; /* frame numbers */
};
extern struct page_bulk page_bulk;

struct page *page_find(struct paddr pa);	       /* any range */
struct paddr page_locate(const struct page *page); /* any range */

/* NULL: no such frame. */
static inline struct page *page_from_paddr(struct paddr pa)
{
	uint64_t n = (pa.raw >> pmap_page_shift) - page_bulk.first;

	return n < page_bulk.count ? &page_bulk.pages[n] : page_find(pa);
}

static inline struct paddr page_to_paddr(const struct page *page)
{
	uint64_t n = ((uintptr_t)page - (uintptr_t)page_bulk.pages) /
		     sizeof(*page);

	if (n >= page_bulk.count)
		return page_locate(page);
	return (struct paddr){ (page_bulk.first + n) << pmap_page_shift };
}

void *page_to_virt(const struct page *page);
struct page *page_from_virt(const void *direct);

size_t page_size_hw(void);	/* bytes per frame */
size_t page_count_total(void);	/* frames of usable RAM */
size_t page_count_free(void);	/* caches included */
size_t page_count_kind(enum page_kind kind);

/* For a frame whose contents are zero. */
void page_free_zeroed(struct page *page);

/* Gives frames that boot_info reserved (the archive, once it is unpacked) to the
 * allocator. */
void page_release_boot(struct paddr start, uint64_t size);

/* Idle processors: zeroes one frame ahead of need; false: enough are there. */
bool page_zero_idle(void);

/* Empties the caches of this processor and the zeroed pool (census tests;
 * zone_drain does it on every processor). */
void page_drain(void);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resident pages. A VM page is 2^vm_page_order frames in a row (the page size
 * is a boot option) and is named by the struct page of its first frame.
 *
 * A page holds contents; it does not know where it is used. Each leaf slot of
 * a page tree (tree.h) that leads to it holds one reference; a page that more
 * than one slot leads to never changes any more (copy-on-write).
 *
 *	free --vm_page_alloc--> active (wired: while its wire count > 0)
 *	     <--last vm_page_unref--
 *
 * INV: a reference is dropped only when no pmap maps the page on its behalf.
 */
#pragma once

#include <arch/atomic.h>
#include <arch/pmap.h>
#include <kern/page.h>

extern unsigned vm_page_shift; /* of a VM page */
extern unsigned vm_page_order; /* 2^order frames each */

static inline uint64_t vm_page_mask(void)
{
	return ((uint64_t)1 << vm_page_shift) - 1;
}

static inline size_t vm_page_size(void)
{
	return (size_t)1 << vm_page_shift;
}

static inline uint64_t vm_trunc(uint64_t addr)
{
	return addr & ~vm_page_mask();
}

/* The caller knows that it does not wrap. */
static inline uint64_t vm_round(uint64_t addr)
{
	return (addr + vm_page_mask()) & ~vm_page_mask();
}

/* The owner's part of struct page, while it heads a VM page. */
struct vm_page_part {
	_Atomic uint32_t wired; /* wirings by map entries */
	/* Set before it is mapped for writing, which only a sole page is; clear:
	 * no mapping of it lets write. */
	_Atomic uint32_t writable;
};
_Static_assert(sizeof(struct vm_page_part) <= sizeof(struct list_node),
	       "lies in struct page's link");

static inline struct vm_page_part *vm_page_part(struct page *p)
{
	return (struct vm_page_part *)(void *)&p->link;
}

static inline _Atomic uint32_t *vm_page_refs(struct page *p)
{
	return (_Atomic uint32_t *)&p->owner_word;
}

/* +1; contents undefined, or zero with PAGE_ZEROED. NULL: no memory. */
struct page *vm_page_alloc(unsigned flags);
void vm_page_free(struct page *p);

static inline void vm_page_ref(struct page *p)
{
	atomic_add(vm_page_refs(p), 1);
}

static inline void vm_page_unref(struct page *p)
{
	if (atomic_fetch_sub_explicit(vm_page_refs(p), 1,
				      memory_order_acq_rel) == 1)
		vm_page_free(p);
}

/* Nobody else leads to it. Stable only under the lock of the object that does. */
static inline bool vm_page_sole(struct page *p)
{
	return atomic_get_acq(vm_page_refs(p)) == 1;
}

/* Counts of the whole system. */
extern _Atomic size_t vm_pages_wired;

void vm_page_wire(struct page *p);
void vm_page_unwire(struct page *p);

/* Boot: page size from the options. */
void vm_page_init(void);

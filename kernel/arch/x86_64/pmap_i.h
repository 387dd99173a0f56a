/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Insides of the pmap, private to arch/x86_64.
 *   pmap.c         the interface: enter, remove, protect, collect
 *   pmap_table.c   tables: finding, making, freeing
 *   pmap_pv.c      the reverse map of a frame and what works through it
 *   pmap_tlb.c     loading, shoot-down
 *   pmap_across.c  copying into another pmap's memory
 *   pmap_kernel.c  the kernel's windows, contents of frames
 *   pmap_check.c   the walker
 *
 * Who may change an entry. Entries appear only under the pmap's lock. They are
 * lowered or removed by two parties: the holder of the pmap's lock, and the
 * holder of the frame's reverse-map lock (page_protect). So every change is
 * one atomic step, and removal goes in two:
 *
 *	present --clear PRESENT--> dying --flush, then store 0--> empty
 *
 * Who made an entry dying finishes it. The lock holder that meets a dying
 * entry waits; page_protect, which finds one only when a lock holder is
 * between the steps, flushes and leaves the rest to it. So whoever comes second
 * also knows that no processor uses the translation when it returns, and a
 * frame's last mapping is gone from the reverse map only after the flush.
 *
 * Lock order: pmap -> reverse map of a frame -> zones, frames.
 */
#pragma once

#include "pte.h"

#include <arch/cpu.h>
#include <arch/pmap.h>
#include <kern/lock.h>
#include <kern/page.h>

/* The kernel's entry of va, its tables made if make is true; NULL: there is
 * none. Lock: the caller's on the kernel's tables. */
pte_t *kernel_entry(vaddr_t va, bool make);

struct pmap {
	pte_t *root;
	uint64_t cr3;
	struct spinlock lock;
	struct list_node link; /* all pmaps */
	size_t tables;	       /* frames, the root among them (lock) */
	_Atomic size_t resident; /* present entries */
	_Atomic bool lowering; /* rights were lowered, the flush is to come */

	/* The leaf used last (lock); its start is LEAF_NONE when there is none. */
	pte_t *leaf;
	struct page *leaf_page;
	vaddr_t leaf_start;
};

#define LEAF_SPAN ((vaddr_t)PAGE_SIZE_2M)
#define LEAF_NONE ((vaddr_t)1 << 63) /* near no user address */

/* A table's struct page: whose it is, what it maps, entries in use. */
/* pmap_flags of a leaf (lock): an entry in it was executable; the entry that leads
 * to it has no W, so that whatever entries say all are read-only. */
#define LEAF_EXECUTES 1
#define LEAF_LOWERED  2

static inline struct pmap *table_pmap(const struct page *t)
{
	return (struct pmap *)t->link.next;
}

static inline vaddr_t table_start(const struct page *t)
{
	return (vaddr_t)t->link.prev;
}

static inline void table_count_add(struct page *t, uint32_t n)
{
	__atomic_fetch_add(&t->owner_word, n, __ATOMIC_RELAXED);
}

/* True: that was the last entry. */
static inline bool table_count_sub(struct page *t, uint32_t n)
{
	return __atomic_sub_fetch(&t->owner_word, n, __ATOMIC_RELAXED) == 0;
}

static inline struct page *table_page(const void *table)
{
	return page_from_paddr((struct paddr){ direct_to_phys(table) });
}

/* The table an entry lies in. */
static inline struct page *pte_page(const pte_t *pte)
{
	return table_page((void *)((uintptr_t)pte & ~0xffful));
}

static inline vaddr_t pte_address(const pte_t *pte)
{
	return table_start(pte_page(pte)) +
	       ((uintptr_t)pte & 0xff8) / 8 * PAGE_SIZE_4K;
}

/* --- pmap_table.c */

/* A zeroed frame for a table, and back (it must be zero again). */
struct page *table_take(void);
void table_give(struct page *table);

/* The leaf table over va, found by a walk, or NULL. Lock held. */
pte_t *leaf_walk(struct pmap *pmap, vaddr_t va);
/* The same, made if need be; NULL: no memory. */
pte_t *leaf_create(struct pmap *pmap, vaddr_t va);

/* The leaf used last is usually the one. */
static inline pte_t *leaf_lookup(struct pmap *pmap, vaddr_t va)
{
	return va - pmap->leaf_start < LEAF_SPAN ? pmap->leaf
						 : leaf_walk(pmap, va);
}

/* The leaf as a whole becomes read-only, in one step; the flush is the caller's. Lock
 * held. */
void leaf_lower(struct pmap *pmap, vaddr_t va);
void leaf_unwrite(pte_t *pte, pte_t *last);
/* Before something is entered: its entries themselves become read-only instead. */
pte_t *leaf_settle(struct pmap *pmap, vaddr_t va);

static inline pte_t *leaf_make(struct pmap *pmap, vaddr_t va)
{
	pte_t *leaf = va - pmap->leaf_start < LEAF_SPAN ? pmap->leaf
							: leaf_create(pmap, va);

	return leaf && pmap->leaf_page->pmap_flags & LEAF_LOWERED ?
		       leaf_settle(pmap, va) : leaf;
}

/* Takes the tables over va that have become empty out of the tree and puts
 * them on the list; they may be reused after a flush. Lock held. */
void tables_prune(struct pmap *pmap, vaddr_t va, struct list *freed);
void tables_give(struct list *freed);

/* The first address from va on, below end, whose leaf exists; else end. */
vaddr_t leaf_next(struct pmap *pmap, vaddr_t va, vaddr_t end);

/* --- pmap_pv.c */

#define PV_LOCK 2ul /* of a frame's pmap_word */

void pv_init(void);
/* The halves that take the lock. pv_add: false: no memory, nothing changed. */
bool pv_add_locked(struct page *page, pte_t *pte);
void pv_remove_locked(struct page *page, pte_t *pte);
bool pv_has(struct page *page, const pte_t *pte);

static inline bool pv_exchange(struct page *page, uintptr_t from, uintptr_t to)
{
	return atomic_compare_exchange_strong_explicit(
		(_Atomic uintptr_t *)&page->pmap_word, &from, to,
		memory_order_acq_rel, memory_order_relaxed);
}

/* The first mapping of a frame, and the last to go, take no lock. */
static inline bool pv_add(struct page *page, pte_t *pte)
{
	return pv_exchange(page, 0, (uintptr_t)pte) || pv_add_locked(page, pte);
}

static inline void pv_remove(struct page *page, pte_t *pte)
{
	if (!pv_exchange(page, (uintptr_t)pte, 0))
		pv_remove_locked(page, pte);
}

/* What the processor noted in an entry that goes away. */
static inline void pv_note(struct page *page, uint64_t entry)
{
	uint16_t bits = entry & (PTE_ACCESSED | PTE_DIRTY);

	if (bits & ~page->pmap_flags)
		__atomic_fetch_or(&page->pmap_flags, bits, __ATOMIC_RELAXED);
}

/* --- pmap_tlb.c */

#define FLUSH_MAX 16
struct flush {
	unsigned count; /* above FLUSH_MAX: everything of every pmap */
	struct {
		struct pmap *pmap;
		vaddr_t start, end;
	} range[FLUSH_MAX];
};

static inline void flush_add(struct flush *f, struct pmap *pmap, vaddr_t start,
			     vaddr_t end)
{
	unsigned n = f->count++;

	if (n < FLUSH_MAX) {
		f->range[n].pmap = pmap;
		f->range[n].start = start;
		f->range[n].end = end;
	}
}

/* On return no processor uses what was flushed. May be called with the locks
 * of pmaps and reverse maps held, interrupts on. */
void flush_now(struct flush *f);
void flush_range(struct pmap *pmap, vaddr_t start, vaddr_t end);

/* True if a processor other than this one might have pmap loaded. */
bool pmap_loaded_elsewhere(const struct pmap *pmap);

/* Makes every processor that still has pmap loaded forget it. */
void pmap_unload(struct pmap *pmap);

static inline void pmap_load(struct cpu_head *cpu, struct pmap *pmap)
{
	/* Who changes pmap looks for this word after its change; loading cr3
	 * orders the store before any use of the tables. */
	*(struct pmap *volatile *)&cpu->pmap = pmap;
	__asm__ volatile("movq %0, %%cr3" : : "r"(pmap->cr3) : "memory");
}

/* --- pmap_check.c */

void pmap_list_add(struct pmap *pmap);
void pmap_list_remove(struct pmap *pmap);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reverse map: which entries map a frame.
 *
 * struct page.pmap_word is empty, or the address of the only entry, or (bit 0)
 * of a chain of blocks of them. An entry's table tells the pmap and the
 * address (pmap_i.h), so nothing else is stored. Bit 1 of the word is its lock.
 * The first mapping of a frame and the last one to go take no lock at all: one
 * compare-and-exchange.
 */
#include "pmap_i.h"

#include <kern/panic.h>
#include <kern/zone.h>

#define PV_CHAIN 1ul
#define PV_PER_BLOCK 7

struct pv_block {
	struct pv_block *next;
	pte_t *entry[PV_PER_BLOCK]; /* NULL: free */
};

static struct zone pv_zone;

void pv_init(void)
{
	zone_init(&pv_zone, "pv", sizeof(struct pv_block), 0);
}

static _Atomic uintptr_t *word(struct page *page)
{
	return (_Atomic uintptr_t *)&page->pmap_word;
}

/* Returns the word without its lock bit. */
static uintptr_t pv_lock(struct page *page)
{
	for (;;) {
		uintptr_t w = atomic_get(word(page));

		if (!(w & PV_LOCK) &&
		    atomic_compare_exchange_weak_explicit(
			    word(page), &w, w | PV_LOCK, memory_order_acquire,
			    memory_order_relaxed))
			return w;
		cpu_relax();
	}
}

/* Unlocks with a new value. */
static void pv_unlock(struct page *page, uintptr_t w)
{
	atomic_set_rel(word(page), w);
}

static struct pv_block *chain(uintptr_t w)
{
	return (struct pv_block *)(w & ~PV_CHAIN);
}

static bool chain_put(struct pv_block *b, pte_t *pte)
{
	for (unsigned i = 0; i < PV_PER_BLOCK; i++)
		if (!b->entry[i]) {
			b->entry[i] = pte;
			return true;
		}
	return false;
}

/* A new block at the head of what w says; NULL: no memory. */
static struct pv_block *chain_grow(uintptr_t w, pte_t *pte)
{
	struct pv_block *b = zone_alloc_zeroed(&pv_zone);

	if (!b)
		return NULL;
	b->entry[0] = pte;
	if (w & PV_CHAIN)
		b->next = chain(w);
	else if (w)
		b->entry[1] = (pte_t *)w;
	return b;
}

bool pv_add_locked(struct page *page, pte_t *pte)
{
	struct pv_block *b;
	uintptr_t w;

	w = pv_lock(page);
	if (w == 0) {
		pv_unlock(page, (uintptr_t)pte);
		return true;
	}
	if ((w & PV_CHAIN) && chain_put(chain(w), pte)) {
		pv_unlock(page, w);
		return true;
	}
	b = chain_grow(w, pte);
	pv_unlock(page, b ? (uintptr_t)b | PV_CHAIN : w);
	return b != NULL;
}

static bool block_empty(const struct pv_block *b)
{
	for (unsigned i = 0; i < PV_PER_BLOCK; i++)
		if (b->entry[i])
			return false;
	return true;
}

/* Takes pte out of a chain; returns the new word. */
static uintptr_t chain_remove(uintptr_t w, pte_t *pte)
{
	struct pv_block *head = chain(w), **link = &head;

	for (struct pv_block *b; (b = *link) != NULL; link = &b->next)
		for (unsigned i = 0; i < PV_PER_BLOCK; i++) {
			if (b->entry[i] != pte)
				continue;
			b->entry[i] = NULL;
			if (block_empty(b)) {
				*link = b->next;
				zone_free(&pv_zone, b);
			}
			return head ? (uintptr_t)head | PV_CHAIN : 0;
		}
	panic("pmap: an entry is missing from its frame's reverse map");
}

void pv_remove_locked(struct page *page, pte_t *pte)
{
	uintptr_t w;

	w = pv_lock(page);
	if (w == (uintptr_t)pte)
		w = 0;
	else if (w & PV_CHAIN)
		w = chain_remove(w, pte);
	else
		panic("pmap: a frame's reverse map has another entry");
	pv_unlock(page, w);
}

bool pv_has(struct page *page, const pte_t *pte)
{
	uintptr_t w = pv_lock(page);
	bool found = w == (uintptr_t)pte;

	for (struct pv_block *b = w & PV_CHAIN ? chain(w) : NULL; b;
	     b = b->next)
		for (unsigned i = 0; i < PV_PER_BLOCK; i++)
			found |= b->entry[i] == pte;
	pv_unlock(page, w);
	return found;
}

/* Calls fn for each entry of a locked frame. */
static void pv_each(uintptr_t w, void (*fn)(pte_t *pte, void *arg), void *arg)
{
	if (!(w & PV_CHAIN)) {
		if (w)
			fn((pte_t *)w, arg);
		return;
	}
	for (struct pv_block *b = chain(w); b; b = b->next)
		for (unsigned i = 0; i < PV_PER_BLOCK; i++)
			if (b->entry[i])
				fn(b->entry[i], arg);
}

/* --- lowering every mapping of a frame */

struct lower {
	struct flush flush;
	struct page *page;
	uint64_t clear, set; /* bits */
	bool remove;
};

static void lower_one(pte_t *pte, void *arg)
{
	struct lower *l = arg;
	struct pmap *pmap = table_pmap(pte_page(pte));
	vaddr_t va = pte_address(pte);
	uint64_t old = *pte, new;

	do {
		new = (old & ~l->clear) | l->set;
		/* Somebody else's dying entry: only flush. */
		if (!(old & PTE_PRESENT))
			new = old;
	} while (old != new && !atomic_compare_exchange_weak(pte, &old, new));
	if (old != new || !(old & PTE_PRESENT) || pmap->lowering)
		flush_add(&l->flush, pmap, va, va + PAGE_SIZE_4K);
}

/*
 * An entry that lower_one made dying. The lock holder of its pmap may wait for
 * the zero; pmap_destroy waits for the count, which is our last touch of the
 * table.
 */
static bool finish_one(struct page *page, pte_t *pte)
{
	struct page *table = pte_page(pte);
	uint64_t old = *pte;

	if (!(old & PTE_DYING))
		return false;
	pv_note(page, old);
	atomic_sub(&table_pmap(table)->resident, 1);
	atomic_set_rel(pte, 0);
	table_count_sub(table, 1);
	return true;
}

static void finish_block(struct page *page, struct pv_block *b)
{
	for (unsigned i = 0; i < PV_PER_BLOCK; i++)
		if (b->entry[i] && finish_one(page, b->entry[i]))
			b->entry[i] = NULL;
}

/* Returns the new word: what lock holders are about to remove stays. */
static uintptr_t finish(struct page *page, uintptr_t w)
{
	struct pv_block *head, **link = &head, *b;

	if (!(w & PV_CHAIN))
		return w && finish_one(page, (pte_t *)w) ? 0 : w;
	head = chain(w);
	while ((b = *link) != NULL) {
		finish_block(page, b);
		if (block_empty(b)) {
			*link = b->next;
			zone_free(&pv_zone, b);
		} else {
			link = &b->next;
		}
	}
	return head ? (uintptr_t)head | PV_CHAIN : 0;
}

static void lower_page(struct page *page, struct lower *l)
{
	uintptr_t w;

	if (atomic_get(word(page)) == 0)
		return;
	w = pv_lock(page);
	l->flush.count = 0;
	pv_each(w, lower_one, l);
	flush_now(&l->flush);
	if (l->set & PTE_DYING)
		w = finish(page, w);
	pv_unlock(page, w);
}

/* Calls fn for each frame of a range that has a struct page. */
static void each_page(struct paddr pa, size_t size,
		      void (*fn)(struct page *page, void *arg), void *arg)
{
	for (size_t done = 0; done < size; done += PAGE_SIZE_4K) {
		struct page *page =
			page_from_paddr((struct paddr){ pa.raw + done });

		if (page)
			fn(page, arg);
	}
}

static void lower_page_fn(struct page *page, void *arg)
{
	lower_page(page, arg);
}

void pmap_page_protect(struct paddr pa, size_t size, unsigned prot)
{
	struct lower l = { .clear = 0 };

	if (prot == ACCESS_NONE) {
		l.clear = PTE_PRESENT;
		l.set = PTE_DYING;
	} else {
		l.clear = prot & ACCESS_WRITE ? 0 : PTE_WRITE;
		l.set = prot & ACCESS_EXECUTE ? 0 : PTE_NX;
	}
	each_page(pa, size, lower_page_fn, &l);
}

/* --- referenced, modified */

static void gather_one(pte_t *pte, void *arg)
{
	*(uint64_t *)arg |= *pte;
}

static void gather_page(struct page *page, void *arg)
{
	uint64_t *bits = arg;
	uintptr_t w = pv_lock(page);

	*bits |= page->pmap_flags;
	pv_each(w, gather_one, bits);
	pv_unlock(page, w);
}

static uint64_t gather(struct paddr pa, size_t size)
{
	uint64_t bits = 0;

	each_page(pa, size, gather_page, &bits);
	return bits;
}

bool pmap_is_referenced(struct paddr pa, size_t size)
{
	return gather(pa, size) & PTE_ACCESSED;
}

bool pmap_is_modified(struct paddr pa, size_t size)
{
	return gather(pa, size) & PTE_DIRTY;
}

static void clear_page(struct page *page, void *arg)
{
	struct lower *l = arg;

	__atomic_fetch_and(&page->pmap_flags, (uint16_t)~l->clear,
			   __ATOMIC_RELAXED);
	lower_page(page, l);
}

/* A processor that remembers the bit as set would not set it again: hence the
 * flush, for either bit. */
void pmap_clear_referenced(struct paddr pa, size_t size)
{
	struct lower l = { .clear = PTE_ACCESSED };

	each_page(pa, size, clear_page, &l);
}

void pmap_clear_modified(struct paddr pa, size_t size)
{
	struct lower l = { .clear = PTE_DIRTY };

	each_page(pa, size, clear_page, &l);
}

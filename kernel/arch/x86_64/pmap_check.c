/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The walker over all page tables: the kernel's once, then the lower half of
 * every pmap. It may run while others map and unmap: an entry that is dying is
 * passed over.
 *
 * Lock order: list of pmaps -> pmap -> reverse map.
 */
#include "kmap.h"
#include "pmap_i.h"

#include <kern/panic.h>

static const struct lock_class list_class = { "pmaps", RANK_PMAP - 1, false,
					      false };
static struct spinlock list_lock = SPINLOCK_INIT(&list_class);
static struct list pmaps;

static struct list *list_of_pmaps(void)
{
	if (!pmaps.head.next)
		list_init(&pmaps);
	return &pmaps;
}

void pmap_list_add(struct pmap *pmap)
{
	spin_lock(&list_lock);
	list_push_back(list_of_pmaps(), &pmap->link);
	spin_unlock(&list_lock);
}

void pmap_list_remove(struct pmap *pmap)
{
	spin_lock(&list_lock);
	list_remove(&pmap->link);
	spin_unlock(&list_lock);
}

struct walk {
	const struct pmap *pmap; /* NULL: the kernel's */
	size_t seen, leaves, tables;
};

#define CHECK(cond, va, entry)                                           \
	do {                                                             \
		if (!(cond))                                             \
			panic("page tables: %s: %#lx -> %#lx", #cond,    \
			      (unsigned long)(va), (unsigned long)(entry)); \
	} while (0)

static void check_kernel_leaf(vaddr_t va, uint64_t e, uint64_t size)
{
	uint64_t pa = e & PTE_FRAME;
	bool code = pa < image_to_phys(kernel_text_end) &&
		    pa + size > image_to_phys(kernel_start);
	bool text_va = va >= (vaddr_t)kernel_start &&
		       va < (vaddr_t)kernel_text_end;

	CHECK(!(e & PTE_USER), va, e);
	CHECK(!(e & PTE_WRITE) || (e & PTE_NX), va, e);
	CHECK(!code || !(e & PTE_WRITE), va, e);
	CHECK(text_va || (e & PTE_NX), va, e);
}

/* page_protect may take the entry away at any time: a finding counts only if the
 * entry is still what it was. */
static void check_user_leaf(vaddr_t va, uint64_t e, const pte_t *pte)
{
	struct page *page = page_from_paddr((struct paddr){ e & PTE_FRAME });
	bool busy;

	CHECK(e & PTE_USER, va, e);
	CHECK(!(e & (PTE_LARGE | PTE_GLOBAL)), va, e);
	if (!page)
		return;
	busy = page->kind != PAGE_FREE && page->kind != PAGE_TABLE;
	CHECK(busy || !(*pte & PTE_PRESENT), va, e);
	CHECK(pv_has(page, pte) || !(*pte & PTE_PRESENT), va, e);
}

/* The struct page of a user's table says what hangs where. */
static void check_user_table(const struct walk *w, pte_t *table, vaddr_t va)
{
	struct page *page = table_page(table);

	CHECK(page && page->kind == PAGE_TABLE, va, table);
	CHECK(table_pmap(page) == w->pmap, va, table);
	CHECK(table_start(page) == va, va, table);
}

/* Under the lock entries only go. page_protect drops the entry first, then the
 * count: it may be late by one per processor. */
static void check_count(pte_t *table, size_t used, uint32_t before, vaddr_t va)
{
	uint32_t after = table_page(table)->owner_word;

	CHECK(used <= before, va, before);
	CHECK(after <= used + cpu_count(), va, after);
}

static vaddr_t canonical(vaddr_t va)
{
	return va >> 47 & 1 ? va | 0xffff000000000000 : va;
}

static void walk_table(struct walk *w, pte_t *table, unsigned level,
		       vaddr_t base);

static void walk_entry(struct walk *w, pte_t *pte, unsigned level, vaddr_t va)
{
	uint64_t e = *pte;
	uint64_t size = (uint64_t)PAGE_SIZE_4K << (9 * level);

	w->seen++;
	if (level > 0 && !(e & PTE_LARGE)) {
		w->tables++;
		if (w->pmap)
			check_user_table(w, entry_table(e), va);
		walk_table(w, entry_table(e), level - 1, va);
	} else if (w->pmap) {
		w->leaves++;
		check_user_leaf(va, e, pte);
	} else {
		check_kernel_leaf(va, e, size);
	}
}

static void walk_table(struct walk *w, pte_t *table, unsigned level,
		       vaddr_t base)
{
	unsigned first = level == 3 && !w->pmap ? TABLE_ENTRIES / 2 : 0;
	unsigned end = level == 3 && w->pmap ? TABLE_ENTRIES / 2
					     : TABLE_ENTRIES;
	uint32_t before = w->pmap ? table_page(table)->owner_word : 0;
	size_t used = 0;

	for (unsigned i = first; i < end; i++) {
		vaddr_t va = base + ((vaddr_t)i << (PAGE_SHIFT + 9 * level));

		if (table[i] == 0)
			continue;
		used++;
		if (table[i] & PTE_PRESENT)
			walk_entry(w, &table[i], level, canonical(va));
	}
	if (w->pmap && level < 3)
		check_count(table, used, before, base);
}

static size_t check_pmap(struct pmap *pmap)
{
	struct walk w = { .pmap = pmap };

	spin_lock(&pmap->lock);
	walk_table(&w, pmap->root, 3, 0);
	CHECK(w.tables + 1 == pmap->tables, w.tables, pmap->tables);
	spin_unlock(&pmap->lock);
	return w.seen;
}

size_t pmap_check_all(void)
{
	struct walk kernel = { .pmap = NULL };
	struct pmap *pmap;
	size_t seen;

	walk_table(&kernel, kernel_pml4, 3, 0);
	seen = kernel.seen;
	spin_lock(&list_lock);
	list_for_each(list_of_pmaps(), pmap, link)
		seen += check_pmap(pmap);
	spin_unlock(&list_lock);
	return seen;
}

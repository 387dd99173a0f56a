/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables of user pmaps. Each frame of a table knows its pmap, the first
 * address it maps and how many of its entries are in use. A freed table is all
 * zero and goes to a small pool of this processor.
 *
 * Lock: the pmap's. The pools belong to a processor each and need none: the
 * kernel is not preempted and interrupts do not come here.
 */
#include "pmap_i.h"
#include "percpu.h"

#include <kern/panic.h>

#define POOL_MAX 16

static struct {
	unsigned count;
	struct page *page[POOL_MAX];
} pools[CPU_MAX];

struct page *table_take(void)
{
	unsigned cpu = cpu_number();

	if (pools[cpu].count > 0)
		return pools[cpu].page[--pools[cpu].count];
	return page_alloc(0, PAGE_TABLE, PAGE_ZEROED);
}

void table_give(struct page *table)
{
	unsigned cpu = cpu_number();

	table->link.next = table->link.prev = NULL;
	table->owner_word = 0;
	table->pmap_flags = 0;
	if (pools[cpu].count < POOL_MAX)
		pools[cpu].page[pools[cpu].count++] = table;
	else
		page_free(table, 0);
}

void pmap_drain_local(void)
{
	unsigned cpu = cpu_number();

	while (pools[cpu].count > 0)
		page_free_zeroed(pools[cpu].page[--pools[cpu].count]);
}

void tables_give(struct list *freed)
{
	struct list_node *n;

	while ((n = list_pop_front(freed)) != NULL)
		table_give(container_of(n, struct page, link));
}

static vaddr_t span_start(vaddr_t va, unsigned level)
{
	return va & ~(((vaddr_t)1 << (PAGE_SHIFT + 9 * level)) - 1);
}

/* Hangs a new table of a level (0: leaf) below an empty entry. */
static pte_t *table_make(struct pmap *pmap, pte_t *entry, vaddr_t va,
			 unsigned level)
{
	struct page *page = table_take();
	uint64_t pa;

	if (!page)
		return NULL;
	page->link.next = (struct list_node *)pmap;
	page->link.prev = (struct list_node *)span_start(va, level + 1);
	page->owner_word = 0;
	pa = page_to_paddr(page).raw;
	*entry = pa | PTE_TABLE | PTE_USER;
	pmap->tables++;
	if (level < 2)
		table_count_add(pte_page(entry), 1);
	return direct(pa);
}

static pte_t *leaf_remember(struct pmap *pmap, pte_t *leaf, vaddr_t va)
{
	pmap->leaf = leaf;
	pmap->leaf_page = table_page(leaf);
	pmap->leaf_start = span_start(va, 1);
	return leaf;
}

pte_t *leaf_walk(struct pmap *pmap, vaddr_t va)
{
	pte_t *table = pmap->root;

	for (unsigned level = 3; level > 0; level--) {
		uint64_t entry = table[table_index(va, level)];

		if (!(entry & PTE_PRESENT))
			return NULL;
		table = entry_table(entry);
	}
	return leaf_remember(pmap, table, va);
}

pte_t *leaf_create(struct pmap *pmap, vaddr_t va)
{
	pte_t *table = pmap->root;
	struct list freed;

	for (unsigned level = 3; level > 0; level--) {
		pte_t *entry = &table[table_index(va, level)];

		if (*entry & PTE_PRESENT)
			table = entry_table(*entry);
		else
			table = table_make(pmap, entry, va, level - 1);
		if (table)
			continue;
		/* Upper tables made on the way stay only if in use. */
		list_init(&freed);
		tables_prune(pmap, va, &freed);
		flush_range(pmap, va, va + 1);
		tables_give(&freed);
		return NULL;
	}
	return leaf_remember(pmap, table, va);
}

/* The entry that leads to the leaf over va, which exists. */
static pte_t *leaf_entry(struct pmap *pmap, vaddr_t va)
{
	pte_t *table = pmap->root;

	for (unsigned level = 3; level > 1; level--)
		table = entry_table(table[table_index(va, level)]);
	return &table[table_index(va, 1)];
}

void leaf_lower(struct pmap *pmap, vaddr_t va)
{
	atomic_fetch_and(leaf_entry(pmap, va), ~PTE_WRITE);
	pmap->leaf_page->pmap_flags |= LEAF_LOWERED;
}

/* Clearing W harms no entry, whatever it is: no test. */
void leaf_unwrite(pte_t *pte, pte_t *last)
{
#pragma GCC unroll 16
	for (; pte < last; pte++)
		__asm__ volatile("lock andq %1, %0"
				 : "+m"(*pte)
				 : "i"(~PTE_WRITE));
}

/* Nothing is raised before all is lowered. A processor that still knows the
 * upper entry without W takes a fault and looks again. */
pte_t *leaf_settle(struct pmap *pmap, vaddr_t va)
{
	leaf_unwrite(pmap->leaf, pmap->leaf + TABLE_ENTRIES);
	atomic_fetch_or(leaf_entry(pmap, va), PTE_WRITE);
	pmap->leaf_page->pmap_flags &= (uint16_t)~LEAF_LOWERED;
	return pmap->leaf;
}

void tables_prune(struct pmap *pmap, vaddr_t va, struct list *freed)
{
	pte_t *path[4]; /* the entry that leads to the table of a level */
	pte_t *table = pmap->root;
	unsigned level;

	for (level = 3; level > 0; level--) {
		path[level - 1] = &table[table_index(va, level)];
		if (!(*path[level - 1] & PTE_PRESENT))
			break;
		table = entry_table(*path[level - 1]);
	}
	for (; level < 3; level++) {
		struct page *page = table_page(table);

		if (page->owner_word != 0)
			return;
		*path[level] = 0;
		pmap->tables--;
		if (pmap->leaf_page == page)
			pmap->leaf_start = LEAF_NONE;
		list_push_back(freed, &page->link);
		table = (pte_t *)((uintptr_t)path[level] & ~0xffful);
		if (level < 2)
			table_count_sub(table_page(table), 1);
	}
}

/* The first entry in use of a table from va on; va moves there. False: the
 * rest of the table is empty, and va is behind it. */
static bool entry_next(pte_t *table, unsigned level, vaddr_t *va)
{
	unsigned first = table_index(*va, level), i = first;

	while (i < TABLE_ENTRIES && !(table[i] & PTE_PRESENT))
		i++;
	if (i != first)
		*va = span_start(*va, level + 1) +
		      ((vaddr_t)i << (PAGE_SHIFT + 9 * level));
	return i < TABLE_ENTRIES;
}

vaddr_t leaf_next(struct pmap *pmap, vaddr_t va, vaddr_t end)
{
	while (va < end) {
		pte_t *table = pmap->root;
		unsigned level = 3;

		while (entry_next(table, level, &va)) {
			if (va >= end)
				return end;
			if (level == 1)
				return va;
			table = entry_table(table[table_index(va, level)]);
			level--;
		}
	}
	return end;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pmap interface: entering, removing and lowering mappings of one pmap.
 * pmap_i.h says who may change an entry, and how.
 */
#include "kmap.h"
#include "percpu.h"
#include "pmap_i.h"

#include <kern/panic.h>
#include <kern/zone.h>

const vaddr_t pmap_user_min = USER_MIN, pmap_user_max = USER_MAX;
const unsigned pmap_page_shift = PAGE_SHIFT;

#define HALF (TABLE_ENTRIES / 2)

static const struct lock_class pmap_class = { "pmap", RANK_PMAP, false, false };
static struct zone pmap_zone;

/* Entries of the kernel's root that every root has. */
static uint16_t shared[HALF];
static unsigned shared_count;

static void pmap_first_use(void)
{
	zone_init(&pmap_zone, "pmap", sizeof(struct pmap), 0);
	pv_init();
	for (unsigned i = HALF; i < TABLE_ENTRIES; i++)
		if (kernel_pml4[i])
			shared[shared_count++] = (uint16_t)i;
}

/* The first task is made on the boot processor, before the others run it. */
struct pmap *pmap_create(void)
{
	struct pmap *pmap;
	struct page *root;

	if (shared_count == 0)
		pmap_first_use();
	pmap = zone_alloc_zeroed(&pmap_zone);
	if (!pmap)
		return NULL;
	root = table_take();
	if (!root) {
		zone_free(&pmap_zone, pmap);
		return NULL;
	}
	pmap->cr3 = page_to_paddr(root).raw;
	pmap->root = direct(pmap->cr3);
	pmap->tables = 1;
	pmap->leaf_start = LEAF_NONE;
	spin_init(&pmap->lock, &pmap_class);
	for (unsigned i = 0; i < shared_count; i++)
		pmap->root[shared[i]] = kernel_pml4[shared[i]];
	pmap_list_add(pmap);
	return pmap;
}

size_t pmap_table_pages(const struct pmap *pmap)
{
	return pmap->tables;
}

size_t pmap_resident_bytes(const struct pmap *pmap)
{
	return atomic_get(&pmap->resident) * PAGE_SIZE_4K;
}

/* --- enter */

static uint64_t entry_bits(unsigned prot, unsigned flags)
{
	uint64_t bits = PTE_PRESENT | PTE_USER | PTE_ACCESSED;

	if (prot & ACCESS_WRITE)
		bits |= PTE_WRITE;
	if (!(prot & ACCESS_EXECUTE))
		bits |= PTE_NX;
	if (__builtin_expect(flags, 0)) {
		bits |= flags & PMAP_WIRED ? PTE_WIRED : 0;
		bits |= flags & PMAP_UNCACHED ? PTE_UNCACHED : 0;
	}
	return bits;
}

/* Waits for page_protect on another processor to finish the entry. */
static inline uint64_t entry_settled(pte_t *pte)
{
	uint64_t old;

	while (__builtin_expect((old = atomic_get_acq(pte)) & PTE_DYING, 0))
		cpu_relax();
	return old;
}

/* Same frame, other rights. What the processor noted stays. */
static void entry_change(struct pmap *pmap, pte_t *pte, vaddr_t va,
			 uint64_t new)
{
	uint64_t old = *pte;
	bool lowers = (old & ~new & PTE_WRITE) || (new & ~old & PTE_NX);

	if (!(new & PTE_NX))
		pmap->leaf_page->pmap_flags |= LEAF_EXECUTES;
	if (lowers)
		pmap->lowering = true;
	while ((old & PTE_PRESENT) &&
	       !atomic_compare_exchange_weak(pte, &old,
					     new | (old & PTE_DIRTY)))
		;
	if (lowers) {
		flush_range(pmap, va, va + PAGE_SIZE_4K);
		pmap->lowering = false;
	}
}

/* First step of a removal, whatever the entry is; what page_protect has made
 * dying stays its own. */
static inline void entry_stop(pte_t *pte)
{
	__asm__ volatile("lock andq %1, %0" : "+m"(*pte) : "i"(~PTE_PRESENT));
}

/* Second step, after the flush; true if the entry was one of ours. */
static inline bool entry_finish(pte_t *pte)
{
	uint64_t old = entry_settled(pte);
	struct page *page;

	if (old == 0)
		return false;
	page = page_from_paddr((struct paddr){ old & PTE_FRAME });
	if (page) {
		pv_note(page, old);
		pv_remove(page, pte);
	}
	atomic_set(pte, 0);
	return true;
}

static void entry_remove(struct pmap *pmap, pte_t *pte, vaddr_t va)
{
	entry_stop(pte);
	flush_range(pmap, va, va + PAGE_SIZE_4K);
	if (!entry_finish(pte))
		return;
	atomic_sub(&pmap->resident, 1);
	table_count_sub(pmap->leaf_page, 1);
}

static inline enum kr entry_new(struct pmap *pmap, pte_t *pte, uint64_t new)
{
	struct page *page = page_from_paddr((struct paddr){ new & PTE_FRAME });

	if (page && !pv_add(page, pte))
		return KR_RESOURCE_SHORTAGE;
	if (__builtin_expect(!(new & PTE_NX), 0))
		pmap->leaf_page->pmap_flags |= LEAF_EXECUTES;
	atomic_set(pte, new);
	atomic_add(&pmap->resident, 1);
	table_count_add(pmap->leaf_page, 1);
	return KR_SUCCESS;
}

/* Something is there already. */
static enum kr __attribute__((noinline))
enter_over(struct pmap *pmap, pte_t *pte, vaddr_t va, uint64_t new)
{
	uint64_t old = entry_settled(pte);

	if ((old & PTE_PRESENT) && ((old ^ new) & PTE_FRAME) == 0) {
		entry_change(pmap, pte, va, new);
		if (*pte & PTE_PRESENT)
			return KR_SUCCESS;
	}
	entry_remove(pmap, pte, va);
	return entry_new(pmap, pte, new);
}

static inline enum kr enter_locked(struct pmap *pmap, vaddr_t va, uint64_t new)
{
	pte_t *leaf = leaf_make(pmap, va);
	pte_t *pte;

	if (!leaf)
		return KR_RESOURCE_SHORTAGE;
	pte = &leaf[table_index(va, 0)];
	if (__builtin_expect(atomic_get(pte) != 0, 0))
		return enter_over(pmap, pte, va, new);
	return entry_new(pmap, pte, new);
}

/* A vm page of several frames: all of it or nothing. */
static enum kr __attribute__((noinline))
enter_many(struct pmap *pmap, vaddr_t va, uint64_t new, size_t size)
{
	enum kr kr = KR_SUCCESS;
	size_t done;

	spin_lock(&pmap->lock);
	for (done = 0; done < size && kr == KR_SUCCESS; done += PAGE_SIZE_4K)
		kr = enter_locked(pmap, va + done, new + done);
	spin_unlock(&pmap->lock);
	if (kr != KR_SUCCESS)
		pmap_remove(pmap, va, va + done);
	return kr;
}

enum kr pmap_enter(struct pmap *pmap, vaddr_t va, struct paddr pa, size_t size,
		   unsigned prot, unsigned flags)
{
	uint64_t new = pa.raw | entry_bits(prot, flags);
	enum kr kr;

	assert(prot != ACCESS_NONE && va >= USER_MIN && va < USER_MAX);
	if (__builtin_expect(size != PAGE_SIZE_4K, 0))
		return enter_many(pmap, va, new, size);
	spin_lock(&pmap->lock);
	kr = enter_locked(pmap, va, new);
	spin_unlock(&pmap->lock);
	return kr;
}

/* One vm page of an enter_quick; false: better stop. */
static bool enter_quick_locked(struct pmap *pmap, vaddr_t va, uint64_t new,
			       size_t size)
{
	for (size_t done = 0; done < size; done += PAGE_SIZE_4K) {
		pte_t *leaf = leaf_make(pmap, va + done);
		pte_t *pte;

		if (!leaf)
			return false;
		pte = &leaf[table_index(va + done, 0)];
		if (*pte == 0 && entry_new(pmap, pte, new + done) != KR_SUCCESS)
			return false;
	}
	return true;
}

void pmap_enter_quick(struct pmap *pmap, vaddr_t va, const struct paddr *pa,
		      size_t size, unsigned count, unsigned prot)
{
	uint64_t bits = entry_bits(prot, 0);

	spin_lock(&pmap->lock);
	for (unsigned i = 0; i < count; i++)
		if (!enter_quick_locked(pmap, va + i * size, pa[i].raw | bits,
					size))
			break;
	spin_unlock(&pmap->lock);
}

/* --- remove */

/* Both steps over [start, end) inside one leaf. Entries with a bit of keep
 * stay. */
static void leaf_remove(struct pmap *pmap, pte_t *leaf, vaddr_t start,
			vaddr_t end, uint64_t keep)
{
	struct page *table = table_page(leaf);
	pte_t *first = &leaf[table_index(start, 0)], *past = first;
	pte_t *last = first + (end - start) / PAGE_SIZE_4K;
	uint32_t left = atomic_load_explicit(
		(_Atomic uint32_t *)&table->owner_word, memory_order_relaxed);
	uint32_t gone = 0;

	/* Behind the last entry in use there is nothing. */
	for (pte_t *pte = first; pte < last && left > 0; pte++) {
		if (*pte == 0)
			continue;
		left--;
		past = pte + 1;
		if (!keep || !(*pte & keep))
			entry_stop(pte);
	}
	flush_range(pmap, start, end);
	for (pte_t *pte = first; pte < past; pte++)
		if (*pte != 0 && (!keep || !(*pte & keep)))
			gone += entry_finish(pte);
	atomic_sub(&pmap->resident, gone);
	table_count_sub(table, gone);
}

static vaddr_t leaf_end(vaddr_t va, vaddr_t end)
{
	vaddr_t next = (va | (LEAF_SPAN - 1)) + 1;

	return next < end ? next : end;
}

static void remove_locked(struct pmap *pmap, vaddr_t start, vaddr_t end,
			  uint64_t keep)
{
	struct list freed;
	bool any;

	list_init(&freed);
	for (vaddr_t va = start; (va = leaf_next(pmap, va, end)) < end;) {
		vaddr_t stop = leaf_end(va, end);
		pte_t *leaf = leaf_lookup(pmap, va);

		leaf_remove(pmap, leaf, va, stop, keep);
		if (table_page(leaf)->owner_word == 0)
			tables_prune(pmap, va, &freed);
		va = stop;
	}
	any = !list_empty(&freed);
	if (any)
		flush_range(pmap, start, end);
	tables_give(&freed);
}

void pmap_remove(struct pmap *pmap, vaddr_t start, vaddr_t end)
{
	spin_lock(&pmap->lock);
	remove_locked(pmap, start, end, 0);
	spin_unlock(&pmap->lock);
}

void pmap_collect(struct pmap *pmap)
{
	spin_lock(&pmap->lock);
	remove_locked(pmap, USER_MIN, USER_MAX, PTE_WIRED);
	spin_unlock(&pmap->lock);
}

/* More than once only while page_protect is about to leave a table whose entries
 * are gone. */
static void remove_all(struct pmap *pmap)
{
	while (pmap->tables > 1) {
		remove_locked(pmap, 0, USER_MAX, 0);
		cpu_relax();
	}
}

void pmap_destroy(struct pmap *pmap)
{
	struct page *root = table_page(pmap->root);

	pmap_unload(pmap);
	pmap_list_remove(pmap);
	spin_lock(&pmap->lock);
	remove_all(pmap);
	spin_unlock(&pmap->lock);
	for (unsigned i = 0; i < shared_count; i++)
		pmap->root[shared[i]] = 0;
	table_give(root);
	zone_free(&pmap_zone, pmap);
}

/* --- lower, ask */

static void leaf_unexecute(pte_t *pte, pte_t *last)
{
	uint64_t old;

	for (; pte < last; pte++)
		for (old = *pte; (old & PTE_PRESENT) && !(old & PTE_NX);)
			if (atomic_compare_exchange_weak(pte, &old,
							 old | PTE_NX))
				break;
}

static void lower_locked(struct pmap *pmap, vaddr_t start, vaddr_t end,
			 unsigned prot)
{
	vaddr_t va = start;

	while ((va = leaf_next(pmap, va, end)) < end) {
		vaddr_t stop = leaf_end(va, end);
		pte_t *pte = &leaf_lookup(pmap, va)[table_index(va, 0)];
		pte_t *last = pte + (stop - va) / PAGE_SIZE_4K;

		if (!(prot & ACCESS_WRITE) && stop - va == LEAF_SPAN)
			leaf_lower(pmap, va);
		else if (!(prot & ACCESS_WRITE))
			leaf_unwrite(pte, last);
		if (!(prot & ACCESS_EXECUTE) &&
		    (pmap->leaf_page->pmap_flags & LEAF_EXECUTES))
			leaf_unexecute(pte, last);
		va = stop;
	}
	flush_range(pmap, start, end);
}

void pmap_protect(struct pmap *pmap, vaddr_t start, vaddr_t end, unsigned prot)
{
	if (prot == ACCESS_NONE) {
		pmap_remove(pmap, start, end);
		return;
	}
	if ((prot & (ACCESS_WRITE | ACCESS_EXECUTE)) ==
	    (ACCESS_WRITE | ACCESS_EXECUTE))
		return;
	spin_lock(&pmap->lock);
	pmap->lowering = true;
	lower_locked(pmap, start, end, prot);
	pmap->lowering = false;
	spin_unlock(&pmap->lock);
}

static unsigned entry_prot(uint64_t entry)
{
	return ACCESS_READ | (entry & PTE_WRITE ? ACCESS_WRITE : 0) |
	       (entry & PTE_NX ? 0 : ACCESS_EXECUTE);
}

bool pmap_extract(struct pmap *pmap, vaddr_t va, struct paddr *pa,
		  unsigned *prot)
{
	uint64_t entry = 0;
	pte_t *leaf;

	if (va >= USER_MAX)
		return false;
	spin_lock(&pmap->lock);
	leaf = leaf_lookup(pmap, va);
	if (leaf)
		entry = leaf[table_index(va, 0)];
	if (leaf && pmap->leaf_page->pmap_flags & LEAF_LOWERED)
		entry &= ~PTE_WRITE;
	spin_unlock(&pmap->lock);
	if (!(entry & PTE_PRESENT))
		return false;
	if (pa)
		pa->raw = (entry & PTE_FRAME) | (va & (PAGE_SIZE_4K - 1));
	if (prot)
		*prot = entry_prot(entry);
	return true;
}

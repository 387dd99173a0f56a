/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own mappings outside the direct map. Tables of the kernel's
 * window are never freed.
 */
#include "kmap.h"
#include "percpu.h"
#include "pmap_i.h"
#include "shadow.h"

#include <kern/kasan.h>
#include <kern/panic.h>

#include <machine/x86.h>

static const struct lock_class kernel_class = { "kernel pmap", RANK_PMAP, false,
						false };
static struct spinlock kernel_lock = SPINLOCK_INIT(&kernel_class);

void *phys_to_virt(struct paddr pa)
{
	return direct(pa.raw);
}

struct paddr virt_to_phys(const void *p)
{
	uint64_t va = (uint64_t)p;

	if (va >= KERNEL_BASE)
		return (struct paddr){ va - KERNEL_BASE };
	return (struct paddr){ va - DIRECT_BASE };
}

void pmap_kernel_space(vaddr_t *start, vaddr_t *end)
{
	*start = KVA_BASE;
	*end = KVA_BASE + KVA_SIZE;
}

static size_t kernel_tables; /* written under kernel_lock, or at boot */

size_t pmap_kernel_tables(void)
{
	return kernel_tables + (CONFIG_KASAN ? shadow_pages() : 0);
}

pte_t *kernel_entry(vaddr_t va, bool make)
{
	pte_t *table = kernel_pml4;

	for (unsigned level = 3; level > 0; level--) {
		pte_t *entry = &table[table_index(va, level)];

		if (!(*entry & PTE_PRESENT)) {
			struct page *page = make ? table_take() : NULL;

			if (!page)
				return NULL;
			*entry = page_to_paddr(page).raw | PTE_TABLE;
			kernel_tables++;
		}
		table = entry_table(*entry);
	}
	return &table[table_index(va, 0)];
}

enum kr pmap_kernel_enter(vaddr_t va, struct paddr pa, unsigned prot,
			  unsigned flags)
{
	uint64_t bits = PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY | PTE_GLOBAL;
	pte_t *pte;

	panic_unless(va >= KVA_BASE && va - KVA_BASE < KVA_SIZE);
	panic_unless(!((prot & ACCESS_WRITE) && (prot & ACCESS_EXECUTE)));
	bits |= prot & ACCESS_WRITE ? PTE_WRITE : 0;
	bits |= prot & ACCESS_EXECUTE ? 0 : PTE_NX;
	bits |= flags & PMAP_UNCACHED ? PTE_UNCACHED : 0;
	spin_lock(&kernel_lock);
	pte = kernel_entry(va, true);
	if (CONFIG_KASAN && pte && !shadow_enter(va))
		pte = NULL;
	if (pte) {
		assert(*pte == 0);
		*pte = pa.raw | bits;
		kasan_unpoison((void *)va, PAGE_SIZE_4K);
	}
	spin_unlock(&kernel_lock);
	return pte ? KR_SUCCESS : KR_RESOURCE_SHORTAGE;
}

struct kernel_flush {
	vaddr_t start, end;
};

static void kernel_flush(void *arg)
{
	const struct kernel_flush *f = arg;

	for (vaddr_t va = f->start; va < f->end; va += PAGE_SIZE_4K)
		invlpg(va);
}

void pmap_kernel_remove(vaddr_t start, vaddr_t end)
{
	struct kernel_flush f = { start, end };

	spin_lock(&kernel_lock);
	for (vaddr_t va = start; va < end; va += PAGE_SIZE_4K) {
		pte_t *pte = kernel_entry(va, false);

		if (pte)
			*pte = 0;
	}
	spin_unlock(&kernel_lock);
	kernel_flush(&f);
	cpu_call(~0ull, kernel_flush, &f);
}

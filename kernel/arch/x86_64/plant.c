/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables damaged on purpose: see arch/plant.h. */
#include "pmap_i.h"

#include <arch/plant.h>

void pmap_plant_executable(vaddr_t va)
{
	*kernel_entry(va, false) &= ~(uint64_t)PTE_NX;
}

void pmap_plant_user(vaddr_t va)
{
	*kernel_entry(va, false) |= PTE_USER;
}

void pmap_plant_forget(struct pmap *pmap, vaddr_t va)
{
	pte_t *pte = &leaf_walk(pmap, va)[table_index(va, 0)];

	pv_remove(page_from_paddr((struct paddr){ *pte & PTE_FRAME }), pte);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Damage to page tables that no function of pmap.h would do, for planted bugs
 * (kern/plant_machine.c). Only where CONFIG_KASAN is 1.
 */
#pragma once

#include <arch/types.h>

struct pmap;

/* The page at va, which the kernel has mapped: it becomes executable, or the
 * users'. */
void pmap_plant_executable(vaddr_t va);
void pmap_plant_user(vaddr_t va);

/* The frame that pmap has at va no longer knows so. */
void pmap_plant_forget(struct pmap *pmap, vaddr_t va);

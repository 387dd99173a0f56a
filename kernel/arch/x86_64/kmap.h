/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own page tables (kmap.c): private to arch/x86_64.
 */
#pragma once

#include "pte.h"

extern char kernel_start[], kernel_text_end[], kernel_rodata_end[],
	kernel_end[], boot_stack_guard[], boot_stack_top[];

extern pte_t kernel_pml4[TABLE_ENTRIES];
extern uint64_t kernel_cr3;

/* Builds and loads the final tables. Boot processor, once. */
void kmap_init(void);

/* Maps size bytes of device registers or firmware tables, for ever. NULL: the
 * window is full. */
void *kmap_device(uint64_t pa, size_t size, bool cached);

/* Maps one page of the size that belongs to a level (0, 1, 2), from boot
 * memory. Before kmap_init ends. */
void kmap_one(vaddr_t va, uint64_t pa, unsigned level, uint64_t flags);

/* Takes one frame for a table out of the boot memory. */
uint64_t boot_frame_take(void);

/* Takes size bytes of RAM that nothing occupies, at an address that leaves
 * rest when divided by align (a power of two); rather in range `wish` of
 * boot_info. Before kmap_init. Ends the boot where there are none. */
uint64_t boot_memory_take(uint64_t size, uint64_t align, uint64_t rest,
			  unsigned wish);

/* Marks a range of RAM as in use before the page allocator takes over. */
void boot_reserve(uint64_t start, uint64_t end);

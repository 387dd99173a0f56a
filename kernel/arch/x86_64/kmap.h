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

/* Takes one frame for a table out of the boot memory. */
uint64_t boot_frame_take(void);

/* Marks a range of RAM as in use before the page allocator takes over. */
void boot_reserve(uint64_t start, uint64_t end);

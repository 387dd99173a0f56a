/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page table entries. Two software bits.
 */
#pragma once

#include <arch/types.h>
#include <arch/atomic.h>
#include "layout.h"

typedef _Atomic uint64_t pte_t;

#define PTE_PRESENT  0x1ull
#define PTE_WRITE    0x2ull
#define PTE_USER     0x4ull
#define PTE_UNCACHED 0x18ull /* PCD PWT */
#define PTE_ACCESSED 0x20ull
#define PTE_DIRTY    0x40ull
#define PTE_LARGE    0x80ull
#define PTE_GLOBAL   0x100ull
#define PTE_WIRED    0x200ull /* ours */
#define PTE_DYING    0x400ull /* ours: page_protect finishes it */
#define PTE_NX	     0x8000000000000000ull
#define PTE_FRAME    0x000ffffffffff000ull

/* A table above the leaves: rights are the leaf's. */
#define PTE_TABLE (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED)

#define TABLE_ENTRIES 512
#define PAGE_SHIFT    12

/* Index into the table of a level: 0 is the leaf, 3 the root. */
static inline unsigned table_index(vaddr_t va, unsigned level)
{
	return (va >> (PAGE_SHIFT + 9 * level)) & (TABLE_ENTRIES - 1);
}

static inline void *direct(uint64_t pa)
{
	return (void *)(DIRECT_BASE + pa);
}

static inline uint64_t direct_to_phys(const void *p)
{
	return (uintptr_t)p - DIRECT_BASE;
}

static inline uint64_t image_to_phys(const void *p)
{
	return (uintptr_t)p - KERNEL_BASE;
}

static inline pte_t *entry_table(uint64_t entry)
{
	return direct(entry & PTE_FRAME);
}

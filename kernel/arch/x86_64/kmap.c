/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's page tables: image, direct map, windows for kva and devices.
 *
 * No page is both writable and executable. The direct map is never executable
 * and its view of the kernel's text and constants is read-only. All tables
 * that a user pmap shares (the upper half of the root) exist from here on, so
 * roots are copied once and never need an update.
 *
 * No locks: everything happens on the boot processor before the others start.
 */
#include "kmap.h"
#include "features.h"
#include "shadow.h"

#include <arch/boot.h>
#include <kern/panic.h>
#include <machine/x86.h>

#define PAGES __attribute__((section(".bss.pages"), aligned(4096)))

PAGES pte_t kernel_pml4[TABLE_ENTRIES];
static PAGES pte_t kva_pdpt[TABLE_ENTRIES];
static PAGES pte_t device_pt[TABLE_ENTRIES];
static unsigned device_used;

uint64_t kernel_cr3;

#define KDATA (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY | \
	       PTE_GLOBAL | PTE_NX)
#define KCONST (PTE_PRESENT | PTE_ACCESSED | PTE_GLOBAL | PTE_NX)
#define KTEXT  (PTE_PRESENT | PTE_ACCESSED | PTE_GLOBAL)

/* The table below *entry, made when there is none. */
static pte_t *table_below(pte_t *entry)
{
	if (!(*entry & PTE_PRESENT))
		*entry = boot_frame_take() | PTE_TABLE;
	return entry_table(*entry);
}

void kmap_one(vaddr_t va, uint64_t pa, unsigned level, uint64_t flags)
{
	pte_t *table = kernel_pml4;

	for (unsigned l = 3; l > level; l--)
		table = table_below(&table[table_index(va, l)]);
	if (level > 0)
		flags |= PTE_LARGE;
	table[table_index(va, level)] = pa | flags;
}

/* Largest level whose page starts at pa and ends by end. */
static unsigned level_for(uint64_t pa, uint64_t end)
{
	if (cpu_features.page_1g && pa % PAGE_SIZE_1G == 0 &&
	    end - pa >= PAGE_SIZE_1G)
		return 2;
	if (pa % PAGE_SIZE_2M == 0 && end - pa >= PAGE_SIZE_2M)
		return 1;
	return 0;
}

static void map_direct(uint64_t pa, uint64_t end, uint64_t flags)
{
	while (pa < end) {
		unsigned level = level_for(pa, end);

		kmap_one(DIRECT_BASE + pa, pa, level, flags);
		pa += (uint64_t)PAGE_SIZE_4K << (9 * level);
	}
}

static uint64_t clamp(uint64_t v, uint64_t low, uint64_t high)
{
	return v < low ? low : v > high ? high : v;
}

/* A range of RAM: what of it holds text and constants is read-only. */
static void map_ram(const struct boot_range *r)
{
	uint64_t start = r->start.raw, end = start + r->size;
	uint64_t ro = clamp(image_to_phys(kernel_start), start, end);
	uint64_t ro_end = clamp(image_to_phys(kernel_rodata_end), start, end);

	map_direct(start, ro, KDATA);
	map_direct(ro, ro_end, KCONST);
	map_direct(ro_end, end, KDATA);
}

static void map_image(const char *from, const char *to, uint64_t flags)
{
	for (; from < to; from += PAGE_SIZE_4K)
		if (from != boot_stack_guard)
			kmap_one((vaddr_t)from, image_to_phys(from), 0, flags);
}

static void map_windows(void)
{
	pte_t *table = kernel_pml4;

	kernel_pml4[table_index(KVA_BASE, 3)] =
		image_to_phys(kva_pdpt) | PTE_TABLE;
	for (unsigned l = 3; l > 1; l--)
		table = table_below(&table[table_index(DEVICE_BASE, l)]);
	table[table_index(DEVICE_BASE, 1)] =
		image_to_phys(device_pt) | PTE_TABLE;
}

void kmap_init(void)
{
	for (unsigned i = 0; i < boot_info.ram_count; i++)
		map_ram(&boot_info.ram[i]);
	map_image(kernel_start, kernel_text_end, KTEXT);
	map_image(kernel_text_end, kernel_rodata_end, KCONST);
	map_image(kernel_rodata_end, kernel_end, KDATA);
	map_windows();
	if (CONFIG_KASAN)
		shadow_map();
	kernel_cr3 = image_to_phys(kernel_pml4);
	write_cr3(kernel_cr3);
	if (CONFIG_KASAN)
		shadow_clear();
	write_cr4(read_cr4() | CR4_PGE);
}

void *kmap_device(uint64_t pa, size_t size, bool cached)
{
	uint64_t first = pa & ~(uint64_t)(PAGE_SIZE_4K - 1);
	uint64_t end = pa + size;
	unsigned slot = device_used;

	for (uint64_t p = first; p < end; p += PAGE_SIZE_4K) {
		if (device_used == TABLE_ENTRIES)
			return NULL;
		device_pt[device_used++] =
			p | KDATA | (cached ? 0 : PTE_UNCACHED);
	}
	return (void *)(DEVICE_BASE + (uint64_t)slot * PAGE_SIZE_4K +
			(pa - first));
}

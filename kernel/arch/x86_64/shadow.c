/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shadow memory for the address sanitizer (kern/kasan.h): an eighth of RAM for
 * the direct map, taken at boot; a part of the image for the image; pages made
 * when first needed for the kernel's window, where there was nothing before,
 * so no flush is needed. Device registers have a shadow that allows all.
 *
 * This file is compiled without the sanitizer: until shadow_clear is done the
 * shadow of the direct map holds what the loader left. No locks: boot
 * processor, except shadow_enter.
 */
#include "shadow.h"
#include "kmap.h"
#include "pmap_i.h"

#include <arch/boot.h>
#include <arch/shadow.h>

#define PAGES __attribute__((section(".bss.pages"), aligned(4096)))

#define SHADOW_DATA (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY | \
		     PTE_GLOBAL | PTE_NX)

_Static_assert(SHADOW_SLOT_DIRECT ==
	       (((DIRECT_BASE >> 3) + SHADOW_OFFSET) >> 39 & 511), "direct");
_Static_assert(SHADOW_SLOT_KVA ==
	       (((KVA_BASE >> 3) + SHADOW_OFFSET) >> 39 & 511), "window");
_Static_assert(SHADOW_SLOT_IMAGE ==
	       (((KERNEL_BASE >> 3) + SHADOW_OFFSET) >> 39 & 511), "image");

extern pte_t boot_pml4[TABLE_ENTRIES];
extern char shadow_zero_page[];
static PAGES pte_t window_pdpt[TABLE_ENTRIES];

/* The shadow of each range of RAM, whole pages. */
static struct piece {
	vaddr_t va, end;
	uint64_t pa;
} pieces[BOOT_RANGES_MAX];
static unsigned piece_count;

static vaddr_t shadow_address(uint64_t pa)
{
	return (vaddr_t)shadow_of(direct(pa));
}

/* Neighbouring ranges may share a page of shadow; the first has it. */
static void piece_reserve(unsigned i)
{
	const struct boot_range *r = &boot_info.ram[i];
	const struct piece *before = &pieces[piece_count - 1];
	vaddr_t end = shadow_address(r->start.raw + r->size) +
		      PAGE_SIZE_4K - 1;
	vaddr_t va = shadow_address(r->start.raw);
	uint64_t align = PAGE_SIZE_4K;

	va &= ~(vaddr_t)(PAGE_SIZE_4K - 1);
	end &= ~(vaddr_t)(PAGE_SIZE_4K - 1);
	if (piece_count > 0 && va < before->end)
		va = before->end;
	if (va >= end)
		return;
	if (end - va >= 4 * PAGE_SIZE_2M)
		align = PAGE_SIZE_2M;
	pieces[piece_count++] = (struct piece){
		va, end,
		boot_memory_take(end - va, align, va & (align - 1), i)
	};
}

void shadow_reserve(void)
{
	for (unsigned i = 0; i < boot_info.ram_count; i++)
		piece_reserve(i);
}

/* Large pages in the middle, a leaf table at each end; small ranges are
 * mapped by small pages. */
uint64_t shadow_tables_needed(void)
{
	uint64_t n = 4;

	for (unsigned i = 0; i < piece_count; i++)
		n += 8 + (pieces[i].end - pieces[i].va) / PAGE_SIZE_1G;
	return n;
}

static void piece_map(const struct piece *p)
{
	uint64_t pa = p->pa;

	for (vaddr_t va = p->va; va < p->end;) {
		bool large = va % PAGE_SIZE_2M == 0 && pa % PAGE_SIZE_2M == 0 &&
			     p->end - va >= PAGE_SIZE_2M;
		uint64_t step = large ? PAGE_SIZE_2M : PAGE_SIZE_4K;

		kmap_one(va, pa, large, SHADOW_DATA);
		va += step;
		pa += step;
	}
}

/* All of the window for devices may be touched. */
static void devices_map(void)
{
	vaddr_t va = (vaddr_t)shadow_of((void *)DEVICE_BASE);

	for (unsigned i = 0; i < PAGE_SIZE_2M / 8 / PAGE_SIZE_4K; i++)
		kmap_one(va + i * PAGE_SIZE_4K, image_to_phys(shadow_zero_page),
			 0, SHADOW_DATA & ~PTE_WRITE);
}

void shadow_map(void)
{
	for (unsigned i = 0; i < piece_count; i++)
		piece_map(&pieces[i]);
	devices_map();
	kernel_pml4[SHADOW_SLOT_KVA] = image_to_phys(window_pdpt) | PTE_TABLE;
	kernel_pml4[SHADOW_SLOT_IMAGE] = boot_pml4[SHADOW_SLOT_IMAGE];
}

void shadow_clear(void)
{
	for (unsigned i = 0; i < piece_count; i++) {
		void *to = (void *)pieces[i].va;
		size_t words = (pieces[i].end - pieces[i].va) / 8;

		__asm__ volatile("rep stosq"
				 : "+D"(to), "+c"(words)
				 : "a"(0)
				 : "memory");
	}
}

void shadow_construct(void)
{
	extern void (*const constructors[])(void);
	extern void (*const constructors_end[])(void);

	for (void (*const *fn)(void) = constructors; fn < constructors_end;
	     fn++)
		(*fn)();
}

static size_t entered;

size_t shadow_pages(void)
{
	return entered;
}

bool shadow_enter(vaddr_t va)
{
	pte_t *pte = kernel_entry((vaddr_t)shadow_of((void *)va), true);
	struct page *page;

	if (!pte)
		return false;
	if (*pte != 0)
		return true;
	page = page_alloc(0, PAGE_TABLE, PAGE_ZEROED);
	if (!page)
		return false;
	*pte = page_to_paddr(page).raw | SHADOW_DATA;
	entered++;
	return true;
}

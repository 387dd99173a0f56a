/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Simulated RAM: two ranges with a hole between them, the second near 1 TiB,
 * both in one memory file, so that frames can be mapped again in the kernel's
 * virtual space. The direct map is where the file is mapped first.
 */
#define _GNU_SOURCE
#include "host_i.h"

#include <arch/boot.h>
#include <arch/pmap.h>
#include <kern/page.h>
#include <kern/panic.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGN	    (16ull << 20) /* of both ranges, virtual and physical */
#define LOW_START   ALIGN
#define HIGH_START  (0xfdull << 32)
#define KERNEL_SPACE (64ull << 30)

static struct {
	uint64_t phys, size, offset;
	char *virt;
} ranges[2];
static int memory_file;
static char *kernel_space;

const unsigned pmap_page_shift = 12;
struct boot_info boot_info;

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

/* An aligned part of the address space. */
static char *reserve(uint64_t size)
{
	char *p = mmap(NULL, size + ALIGN, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		fail("host: address space");
	return (char *)(((uintptr_t)p + ALIGN - 1) & ~(uintptr_t)(ALIGN - 1));
}

static void add_range(unsigned i, uint64_t phys, uint64_t size, uint64_t offset)
{
	char *virt = reserve(size);

	if (mmap(virt, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		 memory_file, (off_t)offset) == MAP_FAILED)
		fail("host: RAM");
	ranges[i].phys = phys;
	ranges[i].size = size;
	ranges[i].offset = offset;
	ranges[i].virt = virt;
	boot_info.ram[i].start.raw = phys;
	boot_info.ram[i].size = size;
	boot_info.ram_count = i + 1;
}

void host_memory_init(uint64_t bytes)
{
	uint64_t high = bytes / 8 & ~(uint64_t)0xfffff;

	memory_file = memfd_create("ram", MFD_CLOEXEC);
	if (memory_file < 0 || ftruncate(memory_file, (off_t)bytes) != 0)
		fail("host: RAM");
	add_range(0, LOW_START, bytes - high, 0);
	if (high != 0)
		add_range(1, HIGH_START, high, bytes - high);
	/* A hole that the loader occupies, as a kernel image would. */
	boot_info.reserved[0].start.raw = LOW_START + (1 << 20);
	boot_info.reserved[0].size = 1 << 20;
	boot_info.reserved_count = 1;
	kernel_space = reserve(KERNEL_SPACE);
}

void *phys_to_virt(struct paddr pa)
{
	for (unsigned i = 0; i < 2; i++)
		if (pa.raw - ranges[i].phys < ranges[i].size)
			return ranges[i].virt + (pa.raw - ranges[i].phys);
	panic("host: no RAM at %#lx", pa.raw);
}

struct paddr virt_to_phys(const void *direct)
{
	for (unsigned i = 0; i < 2; i++) {
		uint64_t at = (uint64_t)((const char *)direct - ranges[i].virt);

		if (at < ranges[i].size)
			return (struct paddr){ ranges[i].phys + at };
	}
	panic("host: %p is not in the direct map", direct);
}

void pmap_zero(struct paddr pa, size_t size)
{
	memset(phys_to_virt(pa), 0, size);
}

void pmap_copy(struct paddr to, struct paddr from, size_t size)
{
	memcpy(phys_to_virt(to), phys_to_virt(from), size);
}

void pmap_kernel_space(vaddr_t *start, vaddr_t *end)
{
	*start = (vaddr_t)kernel_space;
	*end = *start + KERNEL_SPACE - ALIGN;
}

enum kr pmap_kernel_enter(vaddr_t va, struct paddr pa, unsigned prot,
			  unsigned flags)
{
	const char *direct = phys_to_virt(pa);
	int r = prot & ACCESS_READ ? PROT_READ : 0;
	int w = prot & ACCESS_WRITE ? PROT_WRITE : 0;
	unsigned i = direct >= ranges[1].virt &&
		     direct < ranges[1].virt + ranges[1].size;
	uint64_t offset = ranges[i].offset + (pa.raw - ranges[i].phys);

	(void)flags;
	if (mmap((void *)va, (size_t)1 << pmap_page_shift, r | w,
		 MAP_SHARED | MAP_FIXED, memory_file,
		 (off_t)offset) == MAP_FAILED)
		return KR_RESOURCE_SHORTAGE;
	return KR_SUCCESS;
}

void pmap_kernel_remove(vaddr_t start, vaddr_t end)
{
	if (start < end &&
	    mmap((void *)start, end - start, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		fail("host: kernel space");
}

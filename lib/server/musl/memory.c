/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mmap and friends on Mach memory. musl thinks in pages of 4096 bytes; with
 * larger pages a grant is rounded outward and a removal inward, so that no
 * page goes while a part of it is in use.
 */
#include <errno.h>
#include <mach/mach_traps.h>
#include <mach/x86_64/trap_call.h>
#include <sys/mman.h>

#include "block.h"

static uint64_t page_down(uint64_t address)
{
	return address & ~(musl_task.page - 1);
}

static uint64_t page_up(uint64_t address)
{
	return page_down(address + musl_task.page - 1);
}

static int64_t deallocate(uint64_t start, uint64_t end)
{
	if (start >= end)
		return 0;
	return mach_trap4(MACH_TRAP_VM_DEALLOCATE, musl_task.self, start,
			  end - start, 0);
}

static int64_t protect(uint64_t start, uint64_t end, int prot)
{
	return mach_trap6(MACH_TRAP_VM_PROTECT, musl_task.self, start,
			  end - start, FALSE, (uint64_t)prot, 0);
}

/* Linux's protection bits are Mach's. */
_Static_assert(PROT_READ == VM_PROT_READ && PROT_WRITE == VM_PROT_WRITE &&
	       PROT_EXEC == VM_PROT_EXECUTE, "");

static int64_t errno_of(int64_t kr)
{
	switch (kr) {
	case KERN_SUCCESS:
		return 0;
	case KERN_PROTECTION_FAILURE:
		return -EACCES;
	case KERN_INVALID_ARGUMENT:
		return -EINVAL;
	default:
		return -ENOMEM;
	}
}

/* Whole pages inside a fixed range are made new; parts of pages at its ends
 * belong to somebody else too and stay. */
static int64_t map_fixed(uint64_t start, uint64_t size, int prot)
{
	uint64_t first = page_up(start), end = page_down(start + size);
	uint64_t at = first;
	int64_t kr;

	if (first >= end)
		return (int64_t)start;
	/* In one step: another thread may be mapping, too. */
	kr = mach_trap7(MACH_TRAP_VM_MAP, musl_task.self, (uintptr_t)&at,
			end - first, 0, MACH_PORT_NULL, 0,
			VM_MAP_TRAP_REPLACE |
				(uint64_t)prot << VM_MAP_TRAP_CUR_SHIFT |
				VM_PROT_ALL << VM_MAP_TRAP_MAX_SHIFT |
				VM_INHERIT_COPY << VM_MAP_TRAP_INHERIT_SHIFT);
	return kr == KERN_SUCCESS ? (int64_t)start : errno_of(kr);
}

int64_t musl_mmap(struct musl_frame *f)
{
	uint64_t start = f->rdi, size = f->rsi;
	int prot = (int)f->rdx, flags = (int)f->r10;
	uint64_t at = 0;
	int64_t kr;

	if (!(flags & MAP_ANONYMOUS))
		return -ENODEV;
	if (size == 0 || start + size < start || (prot & ~VM_PROT_ALL))
		return -EINVAL;
	if (flags & MAP_FIXED)
		return map_fixed(start, size, prot);
	size = page_up(size);
	kr = mach_trap4(MACH_TRAP_VM_ALLOCATE, musl_task.self, (uintptr_t)&at,
			size, TRUE);
	if (kr == KERN_SUCCESS && prot != VM_PROT_DEFAULT)
		kr = protect(at, at + size, prot);
	return kr == KERN_SUCCESS ? (int64_t)at : errno_of(kr);
}

int64_t musl_munmap(struct musl_frame *f)
{
	uint64_t end = f->rdi + f->rsi;

	if (end < f->rdi)
		return -EINVAL;
	/* What mmap granted was rounded up: a range that ends where its grant
	 * ended takes the rest of the last page along. musl unmaps whole
	 * mappings or 4096-byte multiples of them, so with larger pages a
	 * remainder may stay until its neighbour goes. */
	return errno_of(deallocate(page_up(f->rdi), page_down(end)));
}

int64_t musl_mprotect(struct musl_frame *f)
{
	uint64_t start = page_up(f->rdi), end = page_down(f->rdi + f->rsi);
	int prot = (int)f->rdx;

	/* Giving access reaches outward, taking it inward. */
	if (prot & VM_PROT_WRITE) {
		start = page_down(f->rdi);
		end = page_up(f->rdi + f->rsi);
	}
	return start >= end ? 0 : errno_of(protect(start, end, prot));
}

/* realloc copies then; without MAYMOVE musl only asks whether the next page
 * is there. */
int64_t musl_mremap(struct musl_frame *f)
{
	return f->r10 & MREMAP_MAYMOVE ? -ENOMEM : -EFAULT;
}

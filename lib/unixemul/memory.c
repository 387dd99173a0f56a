/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: anonymous mappings and their changes are Mach traps of the task
 * itself; files are mapped by the server.
 */
#include "sys.h"

#define PAGE 4096ull
#define PAGE_UP(x) (((x) + PAGE - 1) & ~(PAGE - 1))

#define PROT_ALL 7
#define MAP_SHARED 1
#define MAP_TYPE   15
#define MAP_FIXED  0x10
#define MAP_ANONYMOUS 0x20
#define MAP_FIXED_NOREPLACE 0x100000

#define INHERIT_SHARE 0u
#define INHERIT_COPY  1u

uint64_t brk_start, brk_now;

static int64_t vm_error(int64_t code)
{
	switch (code) {
	case KERN_SUCCESS:
		return 0;
	case KERN_PROTECTION_FAILURE:
		return -EACCES;
	default:
		return -ENOMEM;
	}
}

/* Zero-filled memory at *address, or as how says: anywhere, or instead of what
 * is there. */
static int64_t map_zero(struct block *b, uint64_t *address, uint64_t size,
			int prot, unsigned how, unsigned inherit)
{
	uint64_t flags = how | (uint64_t)prot << VM_MAP_TRAP_CUR_SHIFT |
			 (uint64_t)PROT_ALL << VM_MAP_TRAP_MAX_SHIFT |
			 (uint64_t)inherit << VM_MAP_TRAP_INHERIT_SHIFT;

	return mach_trap7(MACH_TRAP_VM_MAP, b->task, (uint64_t)address, size,
			  0, 0, 0, flags);
}

static int64_t unmap(struct block *b, uint64_t address, uint64_t size)
{
	return mach_trap4(MACH_TRAP_VM_DEALLOCATE, b->task, address, size, 0);
}

int64_t map_anywhere(struct block *b, uint64_t size, int prot,
		     uint64_t *address)
{
	*address = UX_MMAP_BASE;
	return vm_error(map_zero(b, address, size, prot,
				 VM_MAP_TRAP_ANYWHERE, INHERIT_COPY));
}

static int64_t map_anonymous(struct block *b, uint64_t hint, uint64_t size,
			     int prot, uint64_t flags)
{
	unsigned inherit = (flags & MAP_TYPE) == MAP_SHARED ? INHERIT_SHARE
							    : INHERIT_COPY;
	uint64_t address = hint;
	int64_t code;

	if (hint || (flags & MAP_FIXED)) {
		code = map_zero(b, &address, size, prot,
				flags & MAP_FIXED ? VM_MAP_TRAP_REPLACE : 0,
				inherit);
		if (!code)
			return (int64_t)address;
		if (flags & MAP_FIXED_NOREPLACE)
			return -EEXIST;
		if (flags & MAP_FIXED)
			return vm_error(code);
	}
	address = UX_MMAP_BASE;
	code = vm_error(map_zero(b, &address, size, prot, VM_MAP_TRAP_ANYWHERE,
				 inherit));
	return code ? code : (int64_t)address;
}

static int64_t map_file(struct block *b, uint64_t hint, uint64_t size,
			uint64_t flags)
{
	call_begin(b, UX_MMAP);
	call_word(b, 0, hint);
	call_word(b, 1, size);
	call_word(b, 2, arg(b, 2));
	call_word(b, 3, flags);
	call_word(b, 4, arg(b, 4));
	call_word(b, 5, arg(b, 5));
	return call_send(b);
}

int64_t sys_mmap(struct block *b)
{
	uint64_t address = arg(b, 0), size = PAGE_UP(arg(b, 1));
	uint64_t flags = arg(b, 3);
	int prot = (int)arg(b, 2) & PROT_ALL;

	if (!arg(b, 1) || !(flags & MAP_TYPE) || (flags & MAP_TYPE) > 3)
		return -EINVAL;
	if (flags & MAP_FIXED_NOREPLACE)
		flags &= ~(uint64_t)MAP_FIXED;
	if (!size || size > UX_STACK_TOP)
		return -ENOMEM;
	if ((flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) &&
	    ((address & (PAGE - 1)) || address > UX_STACK_TOP - size))
		return address & (PAGE - 1) ? -EINVAL : -ENOMEM;
	address &= ~(PAGE - 1);
	if (address > UX_STACK_TOP - size) /* a wish, and not to be had */
		address = 0;
	if (!(flags & MAP_ANONYMOUS))
		return map_file(b, address, size, flags);
	return map_anonymous(b, address, size, prot, flags);
}

/* A range of the program's own memory, never the emulator's. */
static bool range_valid(uint64_t address, uint64_t size)
{
	return !(address & (PAGE - 1)) && size && size <= UX_STACK_TOP &&
	       address <= UX_STACK_TOP - size;
}

int64_t sys_munmap(struct block *b)
{
	uint64_t address = arg(b, 0), size = PAGE_UP(arg(b, 1));

	if (!range_valid(address, size))
		return -EINVAL;
	return vm_error(unmap(b, address, size));
}

static int64_t protect(struct block *b, uint64_t address, uint64_t size)
{
	return mach_trap6(MACH_TRAP_VM_PROTECT, b->task, address, size, 0,
			  arg(b, 2), 0);
}

int64_t sys_mprotect(struct block *b)
{
	uint64_t address = arg(b, 0), size = PAGE_UP(arg(b, 1));
	int64_t code;

	if ((address & (PAGE - 1)) || (arg(b, 2) & ~(uint64_t)PROT_ALL))
		return -EINVAL;
	if (!arg(b, 1))
		return 0;
	if (!range_valid(address, size))
		return -ENOMEM;
	code = protect(b, address, size);
	if (code == KERN_PROTECTION_FAILURE) {
		/* A file's own pages, perhaps, until somebody writes. */
		call_begin(b, UX_MAKEOWN);
		call_word(b, 0, address);
		call_word(b, 1, size);
		if (!call_send(b))
			code = protect(b, address, size);
	}
	return vm_error(code);
}

static int64_t brk_set(struct block *b, uint64_t want)
{
	uint64_t old = PAGE_UP(brk_now), new;

	if (want < brk_start || want > UX_PIE_BASE + (1ull << 44))
		return (int64_t)brk_now;
	new = PAGE_UP(want);
	if (new > old &&
	    map_zero(b, &old, new - old, 3, 0, INHERIT_COPY))
		return (int64_t)brk_now;
	if (new < old)
		unmap(b, new, old - new);
	brk_now = want;
	return (int64_t)want;
}

int64_t sys_brk(struct block *b)
{
	int64_t now;

	emul_lock();
	now = brk_set(b, arg(b, 0));
	emul_unlock();
	return now;
}

#define MREMAP_MAYMOVE 1

int64_t sys_mremap(struct block *b)
{
	uint64_t address = arg(b, 0), old = PAGE_UP(arg(b, 1));
	uint64_t new = PAGE_UP(arg(b, 2)), tail = address + old, to;
	int64_t error;

	if (!range_valid(address, old) || !new || new > UX_STACK_TOP ||
	    (arg(b, 3) & ~(uint64_t)MREMAP_MAYMOVE))
		return -EINVAL;
	if (new <= old) {
		if (new < old)
			unmap(b, address + new, old - new);
		return (int64_t)address;
	}
	if (range_valid(address, new) &&
	    !map_zero(b, &tail, new - old, 3, 0, INHERIT_COPY))
		return (int64_t)address;
	if (!(arg(b, 3) & MREMAP_MAYMOVE))
		return -ENOMEM;
	error = map_anywhere(b, new, 3, &to);
	if (error)
		return error;
	memcpy((void *)to, (const void *)address, old);
	unmap(b, address, old);
	return (int64_t)to;
}

#define MADV_DONTNEED 4
#define MADV_REMOVE	9
#define MADV_WIPEONFORK 18

/* Anonymous pages a program does not need read as zero afterwards. */
int64_t sys_madvise(struct block *b)
{
	uint64_t address = arg(b, 0), size = PAGE_UP(arg(b, 1));

	if (address & (PAGE - 1))
		return -EINVAL;
	/* What changes memory is not to be promised; the rest is advice. */
	if (arg(b, 2) == MADV_REMOVE || arg(b, 2) == MADV_WIPEONFORK)
		return -EINVAL;
	if (arg(b, 2) != MADV_DONTNEED || !size)
		return 0;
	if (!range_valid(address, size))
		return -ENOMEM;
	return vm_error(mach_trap4(MACH_TRAP_VM_DEALLOCATE, b->task, address,
				   size, VM_DEALLOCATE_TRAP_PAGES));
}

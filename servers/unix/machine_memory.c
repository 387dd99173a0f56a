/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File contents as memory: regions, memory entries for them, mappings of them
 * in tasks. An entry covers one extent and lives as long as it.
 */
#include <errno.h>
#include <sys/mman.h>
#include "inode.h"
#include "machine_i.h"
#include <mach/mach_traps.h>
#include <mach/x86_64/trap_call.h>

#define PAGE 4096ull
#define PAGE_UP(x) (((x) + PAGE - 1) & ~(PAGE - 1))

int kern_errno(kern_return_t kr)
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

void *machine_region_create(size_t size)
{
	vm_address_t at = 0;

	if (vm_allocate(mach_task_self(), &at, size, TRUE) != KERN_SUCCESS)
		return NULL;
	return (void *)at;
}

void machine_region_destroy(void *region, size_t size)
{
	vm_deallocate(mach_task_self(), (vm_address_t)region, size);
}

void machine_entry_destroy(uint64_t *entry)
{
	if (*entry)
		mach_port_deallocate(mach_task_self(), (mach_port_t)*entry);
	*entry = 0;
}

static int extent_entry(struct extent *e)
{
	vm_size_t size = e->size;
	mach_port_t entry;
	kern_return_t kr;

	if (e->entry)
		return 0;
	kr = mach_make_memory_entry(mach_task_self(), &size,
				    (vm_address_t)e->base, VM_PROT_ALL,
				    &entry);
	if (kr != KERN_SUCCESS)
		return kern_errno(kr);
	e->entry = entry;
	return 0;
}

/* Memory at a fixed place instead of what is there, in one step: other threads
 * of the task may be mapping, too. object MACH_PORT_NULL: zero-filled. */
static int map_over(mach_port_t task, vm_address_t at, uint64_t length,
		    mach_port_t object, uint64_t offset, bool copy,
		    vm_prot_t prot, vm_prot_t max, vm_inherit_t inherit)
{
	uint64_t flags = VM_MAP_TRAP_REPLACE |
			 (copy ? VM_MAP_TRAP_COPY : 0u) |
			 (uint64_t)prot << VM_MAP_TRAP_CUR_SHIFT |
			 (uint64_t)max << VM_MAP_TRAP_MAX_SHIFT |
			 (uint64_t)inherit << VM_MAP_TRAP_INHERIT_SHIFT;

	return kern_errno((kern_return_t)mach_trap7(MACH_TRAP_VM_MAP, task,
						    (uintptr_t)&at, length, 0,
						    object, offset, flags));
}

static int map_extent(mach_port_t task, vm_address_t at, uint64_t length,
		      int prot, enum sharing sharing, struct extent *e,
		      uint64_t offset)
{
	bool shared = sharing != MAP_ONE_OWN;
	bool copy = !shared && (prot & PROT_WRITE);
	vm_prot_t max = copy || sharing == MAP_ONE_WRITABLE
				? VM_PROT_ALL
				: VM_PROT_READ | VM_PROT_EXECUTE;
	int error = extent_entry(e);

	if (error)
		return error;
	return map_over(task, at, length, (mach_port_t)e->entry, offset, copy,
			prot, max, shared ? VM_INHERIT_SHARE : VM_INHERIT_COPY);
}

static struct extent *extent_at(struct inode *i, uint64_t offset)
{
	for (unsigned n = 0; n < i->data.count; n++)
		if (offset - i->data.extents[n].start <
		    i->data.extents[n].size)
			return &i->data.extents[n];
	return NULL;
}

int map_file_range(mach_port_t task, uint64_t address, uint64_t length,
		   int prot, enum sharing sharing, struct inode *file,
		   uint64_t offset)
{
	while (length) {
		struct extent *e = extent_at(file, offset);
		uint64_t run = length;
		int error;

		if (!e)
			return map_over(task, address, length, MACH_PORT_NULL,
					0, false, prot, VM_PROT_ALL,
					VM_INHERIT_COPY);
		if (run > e->start + e->size - offset)
			run = e->start + e->size - offset;
		error = map_extent(task, address, run, prot, sharing, e,
				   offset - e->start);
		if (error)
			return error;
		address += run;
		offset += run;
		length -= run;
	}
	return 0;
}

/* Takes a free place of length bytes: at a wish, or anywhere. */
static int64_t take_room(mach_port_t task, uint64_t wish, uint64_t length,
			 bool anywhere)
{
	vm_address_t at = wish;
	kern_return_t kr = vm_map(task, &at, length, 0, anywhere,
				  MACH_PORT_NULL, 0, FALSE, VM_PROT_NONE,
				  VM_PROT_ALL, VM_INHERIT_COPY);

	return kr == KERN_SUCCESS ? (int64_t)at : kern_errno(kr);
}

/* Where a file is to be mapped; the place is the mapping's then. */
static int64_t find_place(mach_port_t task, uint64_t address, uint64_t length,
			  int flags)
{
	int64_t at = -ENOMEM;

	if (flags & MAP_FIXED_NOREPLACE) {
		at = take_room(task, address, length, false);
		return at == -ENOMEM ? -EEXIST : at;
	}
	if (flags & MAP_FIXED)
		return (int64_t)address;
	if (address)
		at = take_room(task, address, length, false);
	return at < 0 ? take_room(task, 0, length, true) : at;
}

int64_t machine_mmap(struct proc *p, uint64_t address, uint64_t length,
		     int prot, int flags, bool writable, struct inode *file,
		     uint64_t offset)
{
	mach_port_t task = mtask_of(p)->task;
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;
	enum sharing sharing = !shared	  ? MAP_ONE_OWN
			       : writable ? MAP_ONE_WRITABLE
					  : MAP_ONE_READABLE;
	uint64_t room = offset + PAGE_UP(length);
	int64_t at;
	int error;

	length = PAGE_UP(length);
	/* Who only reads makes no room beyond what is there. */
	if (!writable && room > PAGE_UP(file->size))
		room = PAGE_UP(file->size);
	if (shared && data_reserve(file, room))
		return -ENOMEM;
	at = find_place(task, address, length, flags);
	if (at < 0)
		return at;
	error = map_file_range(task, (uint64_t)at, length, prot & 7, sharing,
			       file, offset);
	if (error)
		vm_deallocate(task, (vm_address_t)at, length);
	return error ? error : at;
}

struct region {
	vm_address_t start, end;
	vm_prot_t prot, max;
	vm_inherit_t inherit;
};

/* The first region of task that ends behind at. */
static bool region_at(mach_port_t task, vm_address_t at, struct region *r)
{
	mach_port_t object = MACH_PORT_NULL;
	vm_offset_t offset;
	boolean_t shared;
	vm_size_t size;

	if (vm_region(task, &at, &size, &r->prot, &r->max, &r->inherit, &shared,
		      &object, &offset) != KERN_SUCCESS)
		return false;
	if (MACH_PORT_VALID(object))
		mach_port_deallocate(mach_task_self(), object);
	r->start = at;
	r->end = at + size;
	return true;
}

static int copy_over(mach_port_t task, vm_address_t at, vm_size_t size,
		     vm_prot_t prot)
{
	vm_size_t covered = size;
	mach_port_t entry;
	kern_return_t kr = mach_make_memory_entry(task, &covered, at,
						  VM_PROT_READ |
							  VM_PROT_EXECUTE,
						  &entry);
	int error;

	if (kr != KERN_SUCCESS)
		return kern_errno(kr);
	error = covered < size ? -ENOMEM
			       : map_over(task, at, size, entry, 0, true, prot,
					  VM_PROT_ALL, VM_INHERIT_COPY);
	mach_port_deallocate(mach_task_self(), entry);
	return error;
}

int machine_make_own(struct proc *p, uint64_t address, uint64_t length)
{
	mach_port_t task = mtask_of(p)->task;
	uint64_t end = address + length;
	struct region r = {.start = address};
	int error = 0;

	while (!error && region_at(task, r.start, &r) && r.start < end) {
		uint64_t from = r.start < address ? address : r.start;
		uint64_t to = r.end < end ? r.end : end;

		if (r.inherit == VM_INHERIT_COPY && !(r.max & VM_PROT_WRITE))
			error = copy_over(task, from, to - from, r.prot);
		r.start = to;
	}
	return error;
}

bool machine_region_next(struct proc *p, uint64_t address,
			 struct machine_region *region)
{
	struct region r;

	if (!p->task || !region_at(mtask_of(p)->task, address, &r) ||
	    r.start >= UX_EMUL_BASE)
		return false;
	*region = (struct machine_region){r.start, r.end, r.prot,
					  r.inherit == VM_INHERIT_SHARE};
	return true;
}

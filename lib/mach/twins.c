/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls with a fast form: the trap first; if it says that the target is not a
 * port of this kernel (MACH_SEND_INTERRUPTED, no effect), the RPC.
 *
 * The trap stores results through a pointer, so an unreadable one is an error
 * code, not a fault, and a failed call leaves it alone.
 */
#include <stdbool.h>
#include <mach/mach.h>
#include <mach/rpc_twins.h>
#include <mach/x86_64/trap_call.h>

#define DECLINED MACH_SEND_INTERRUPTED

kern_return_t mach_port_allocate(mach_port_t task, mach_port_right_t right,
				 mach_port_t *name)
{
	kern_return_t kr = (kern_return_t)mach_trap4(
		MACH_TRAP_MACH_PORT_ALLOCATE, task, right, (uintptr_t)name, 0);

	return kr == DECLINED ? mach_port_allocate_rpc(task, right, name) : kr;
}

kern_return_t mach_port_deallocate(mach_port_t task, mach_port_t name)
{
	kern_return_t kr = (kern_return_t)mach_trap2(
		MACH_TRAP_MACH_PORT_DEALLOCATE, task, name);

	return kr == DECLINED ? mach_port_deallocate_rpc(task, name) : kr;
}

kern_return_t mach_port_destroy(mach_port_t task, mach_port_t name)
{
	kern_return_t kr = (kern_return_t)mach_trap2(
		MACH_TRAP_MACH_PORT_DESTROY, task, name);

	return kr == DECLINED ? mach_port_destroy_rpc(task, name) : kr;
}

kern_return_t mach_port_mod_refs(mach_port_t task, mach_port_t name,
				 mach_port_right_t right,
				 mach_port_delta_t delta)
{
	kern_return_t kr = (kern_return_t)mach_trap4(
		MACH_TRAP_MACH_PORT_MOD_REFS, task, name, right,
		(uint64_t)delta);

	return kr == DECLINED ? mach_port_mod_refs_rpc(task, name, right, delta)
			      : kr;
}

kern_return_t mach_port_insert_right(mach_port_t task, mach_port_t name,
				     mach_port_t right,
				     mach_msg_type_name_t type)
{
	kern_return_t kr = (kern_return_t)mach_trap4(
		MACH_TRAP_MACH_PORT_INSERT_RIGHT, task, name, right, type);

	return kr == DECLINED
		       ? mach_port_insert_right_rpc(task, name, right, type)
		       : kr;
}

kern_return_t vm_allocate(vm_task_t task, vm_address_t *address, vm_size_t size,
			  boolean_t anywhere)
{
	kern_return_t kr = (kern_return_t)mach_trap4(
		MACH_TRAP_VM_ALLOCATE, task, (uintptr_t)address, size,
		(uint64_t)anywhere);

	return kr == DECLINED ? vm_allocate_rpc(task, address, size, anywhere)
			      : kr;
}

kern_return_t vm_deallocate(vm_task_t task, vm_address_t address, vm_size_t size)
{
	kern_return_t kr = (kern_return_t)mach_trap4(MACH_TRAP_VM_DEALLOCATE,
						     task, address, size, 0);

	return kr == DECLINED ? vm_deallocate_rpc(task, address, size) : kr;
}

kern_return_t vm_protect(vm_task_t task, vm_address_t address, vm_size_t size,
			 boolean_t set_maximum, vm_prot_t protection)
{
	kern_return_t kr = (kern_return_t)mach_trap6(
		MACH_TRAP_VM_PROTECT, task, address, size,
		(uint64_t)set_maximum, (uint64_t)protection, 0);

	return kr == DECLINED ? vm_protect_rpc(task, address, size, set_maximum,
					       protection)
			      : kr;
}

/* Only small values fit the shared register; others are for the RPC to judge. */
static bool map_flags_fit(vm_prot_t current, vm_prot_t maximum,
			  vm_inherit_t inheritance)
{
	return ((current | maximum | inheritance) & ~0xff) == 0;
}

static uint64_t map_flags(boolean_t anywhere, boolean_t copy, vm_prot_t current,
			  vm_prot_t maximum, vm_inherit_t inheritance)
{
	return (anywhere ? VM_MAP_TRAP_ANYWHERE : 0u) |
	       (copy ? VM_MAP_TRAP_COPY : 0u) |
	       (uint64_t)current << VM_MAP_TRAP_CUR_SHIFT |
	       (uint64_t)maximum << VM_MAP_TRAP_MAX_SHIFT |
	       (uint64_t)inheritance << VM_MAP_TRAP_INHERIT_SHIFT;
}

kern_return_t vm_map(vm_task_t task, vm_address_t *address, vm_size_t size,
		     vm_offset_t mask, boolean_t anywhere,
		     memory_object_t object, vm_offset_t offset, boolean_t copy,
		     vm_prot_t current, vm_prot_t maximum,
		     vm_inherit_t inheritance)
{
	kern_return_t kr = DECLINED;

	if (map_flags_fit(current, maximum, inheritance))
		kr = (kern_return_t)mach_trap7(
			MACH_TRAP_VM_MAP, task, (uintptr_t)address, size, mask,
			object, offset,
			map_flags(anywhere, copy, current, maximum,
				  inheritance));
	if (kr != DECLINED)
		return kr;
	return vm_map_rpc(task, address, size, mask, anywhere, object, offset,
			  copy, current, maximum, inheritance);
}

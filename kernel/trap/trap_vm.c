/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Twins of the virtual memory calls.
 */
#include <trap/traps.h>

#include <arch/copy.h>
#include <ipc/space.h>
#include <mach/mach_traps.h>
#include <trap/target.h>
#include <vm/map.h>

TRAP(trap_vm_allocate)
{
	uint64_t addr;

	UNUSED_FROM_4;
	if (!copy_in(&addr, a1, sizeof(addr)))
		return KR_INVALID_ADDRESS;
	struct target t = target_get((uint32_t)a0);
	if (!t.task)
		return TWIN_SEND_RPC;
	enum kr kr = vm_map_allocate(t.task->map, &addr, a2, (int)a3 != 0);
	if (kr == KR_SUCCESS && !copy_out(a1, &addr, sizeof(addr)))
		kr = KR_INVALID_ADDRESS;
	target_put(t);
	return kr;
}

TRAP(trap_vm_deallocate)
{
	UNUSED_FROM_4;
	struct target t = target_get((uint32_t)a0);
	if (!t.task)
		return TWIN_SEND_RPC;
	enum kr kr = a3 & VM_DEALLOCATE_TRAP_PAGES ?
			     vm_map_discard(t.task->map, a1, a2) :
			     vm_map_deallocate(t.task->map, a1, a2);
	target_put(t);
	return kr;
}

TRAP(trap_vm_protect)
{
	UNUSED_FROM_5;
	struct target t = target_get((uint32_t)a0);
	if (!t.task)
		return TWIN_SEND_RPC;
	enum kr kr = vm_map_protect(t.task->map, a1, a2, (int)a3 != 0, (int)a4);
	target_put(t);
	return kr;
}

static struct vm_mapping mapping_from_flags(uint64_t addr, uint64_t size,
					    uint64_t mask, uint64_t offset,
					    uint32_t flags)
{
	return (struct vm_mapping){
		.addr = addr,
		.size = size,
		.mask = mask,
		.offset = offset,
		.anywhere = flags & VM_MAP_TRAP_ANYWHERE,
		.copy = flags & VM_MAP_TRAP_COPY,
		.replace = flags & VM_MAP_TRAP_REPLACE,
		.prot = (flags >> VM_MAP_TRAP_CUR_SHIFT) & 0xff,
		.max_prot = (flags >> VM_MAP_TRAP_MAX_SHIFT) & 0xff,
		.inherit = (flags >> VM_MAP_TRAP_INHERIT_SHIFT) & 0xff,
	};
}

/* (task, *addr, size, mask, object, offset, flags) */
TRAP(trap_vm_map)
{
	struct kobject *object = NULL;
	uint32_t entry_name = (uint32_t)a4;
	uint64_t flags = machine_trap_seventh(&thread_self()->machine), addr;

	if (!copy_in(&addr, a1, sizeof(addr)))
		return KR_INVALID_ADDRESS;
	struct vm_mapping m =
		mapping_from_flags(addr, a2, a3, a5, (uint32_t)flags);
	if (entry_name) {
		object = ipc_kport_lookup_name(entry_name, KOBJECT_ENTRY);
		if (!object)
			return TWIN_SEND_RPC;
	}
	struct target t = target_get((uint32_t)a0);
	int64_t result = TWIN_SEND_RPC;
	if (t.task) {
		result = vm_map_enter(
			t.task->map,
			object ? vm_entry_from_kobject(object) : NULL, &m);
		if (result == KR_SUCCESS &&
		    !copy_out(a1, &m.addr, sizeof(m.addr)))
			result = KR_INVALID_ADDRESS;
		target_put(t);
	}
	if (object)
		kobject_unref(object);
	return result;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Twins of the port calls.
 */
#include <trap/traps.h>

#include <arch/copy.h>
#include <ipc/space.h>
#include <trap/target.h>

TRAP(trap_mach_port_allocate)
{
	mach_port_name_t name;

	UNUSED_FROM_3;
	struct target t = target_get((uint32_t)a0);
	if (!t.task)
		return TWIN_SEND_RPC;
	enum kr kr = ipc_port_op_allocate(t.task->space, (uint32_t)a1, &name);
	if (kr == KR_SUCCESS && !copy_out_u32(a2, name)) {
		(void)!ipc_port_op_destroy(t.task->space, name);
		kr = KR_INVALID_ADDRESS;
	}
	target_put(t);
	return kr;
}

TRAP(trap_mach_port_deallocate)
{
	UNUSED_FROM_2;
	struct target t = target_get((uint32_t)a0);
	if (!t.task)
		return TWIN_SEND_RPC;
	enum kr kr = ipc_port_op_deallocate(t.task->space, (uint32_t)a1);
	target_put(t);
	return kr;
}

TRAP(trap_mach_port_destroy)
{
	UNUSED_FROM_2;
	struct target t = target_get((uint32_t)a0);
	if (!t.task)
		return TWIN_SEND_RPC;
	enum kr kr = ipc_port_op_destroy(t.task->space, (uint32_t)a1);
	target_put(t);
	return kr;
}

TRAP(trap_mach_port_mod_refs)
{
	UNUSED_FROM_4;
	struct target t = target_get((uint32_t)a0);
	if (!t.task)
		return TWIN_SEND_RPC;
	enum kr kr = ipc_port_op_mod_refs(t.task->space, (uint32_t)a1,
					  (uint32_t)a2, (int32_t)a3);
	target_put(t);
	return kr;
}

/* (task, name, right, type): the right is taken from the caller as sending it
 * would; what sending would refuse, the RPC says better. */
TRAP(trap_mach_port_insert_right)
{
	struct ipc_right right;

	UNUSED_FROM_4;
	struct target t = target_get((uint32_t)a0);
	if (!t.task)
		return TWIN_SEND_RPC;
	int64_t result = TWIN_SEND_RPC;
	if (ipc_space_extract(thread_self()->space, (uint32_t)a2, (uint32_t)a3,
			      &right) == KR_SUCCESS) {
		result = ipc_port_op_insert_right(t.task->space, (uint32_t)a1,
						  right);
		if (result != KR_SUCCESS)
			ipc_right_release(right);
	}
	target_put(t);
	return result;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Twins of the port calls.
 */
#include <trap/traps.h>

#include <arch/copy.h>
#include <ipc/space.h>
#include <trap/target.h>

typedef int64_t (*port_twin_fn)(struct ipc_space *s, uint64_t a1, uint64_t a2,
				uint64_t a3);

/* On a task that needs a reference meanwhile. */
[[gnu::noinline]] static int64_t on_other(uint64_t a0, port_twin_fn twin,
					  uint64_t a1, uint64_t a2, uint64_t a3)
{
	struct target t = target_get((uint32_t)a0);
	if (!t.task)
		return TWIN_SEND_RPC;
	int64_t result = twin(t.task->space, a1, a2, a3);
	target_put(t);
	return result;
}

/* Two copies of a twin: the caller's own task keeps nothing for the way back. */
__attribute__((always_inline)) static inline int64_t
on_task(uint64_t a0, port_twin_fn twin, uint64_t a1, uint64_t a2, uint64_t a3)
{
	struct task *own = target_own((uint32_t)a0);
	return own ? twin(own->space, a1, a2, a3) :
		     on_other(a0, twin, a1, a2, a3);
}

#define TWIN(name)                                                             \
	__attribute__((always_inline)) static inline int64_t name(             \
		struct ipc_space *s, uint64_t a1, uint64_t a2, uint64_t a3)
#define TWIN_TRAP(name, twin)                                                  \
	TRAP(name)                                                             \
	{                                                                      \
		UNUSED_FROM_4;                                                 \
		return on_task(a0, twin, a1, a2, a3);                          \
	}

/* (task, right, address of the name) */
TWIN(allocate)
{
	mach_port_name_t name;
	enum kr kr = ipc_port_op_allocate(s, (uint32_t)a1, &name);
	(void)a3;
	if (kr == KR_SUCCESS && !copy_out_u32(a2, name)) {
		(void)!ipc_port_op_destroy(s, name);
		kr = KR_INVALID_ADDRESS;
	}
	return kr;
}
TWIN_TRAP(trap_mach_port_allocate, allocate)

/* (task, name) */
TWIN(deallocate)
{
	(void)a2, (void)a3;
	return ipc_port_op_deallocate(s, (uint32_t)a1);
}
TWIN_TRAP(trap_mach_port_deallocate, deallocate)

/* (task, name) */
TWIN(destroy)
{
	(void)a2, (void)a3;
	return ipc_port_op_destroy(s, (uint32_t)a1);
}
TWIN_TRAP(trap_mach_port_destroy, destroy)

/* (task, name, right, delta) */
TWIN(mod_refs)
{
	return ipc_port_op_mod_refs(s, (uint32_t)a1, (uint32_t)a2, (int32_t)a3);
}
TWIN_TRAP(trap_mach_port_mod_refs, mod_refs)

/* (task, name, right, type): the right is taken from the caller as sending it
 * would; what sending would refuse, the RPC says better. */
TWIN(insert_right)
{
	struct ipc_right right;
	if (ipc_space_extract(thread_self()->space, (uint32_t)a2, (uint32_t)a3,
			      &right) != KR_SUCCESS)
		return TWIN_SEND_RPC;
	enum kr kr = ipc_port_op_insert_right(s, (uint32_t)a1, right);
	if (kr != KR_SUCCESS)
		ipc_right_release(right);
	return kr;
}
TWIN_TRAP(trap_mach_port_insert_right, insert_right)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The caller's own ports. mach_task_self adds no reference: the name is
 * remembered in the task and only checked. The manual's calls enter names the
 * manual's way (one reference, however often they are asked for).
 */
#include <trap/traps.h>

#include <ipc/kport.h>
#include <ipc/space.h>
#include <kern/thread.h>
#include <task/host.h>
#include <task/task.h>

/* A right's name in the caller's space; 0 if it cannot have one. */
static int64_t name_of(struct ipc_right right, bool compat)
{
	mach_port_name_t name;

	if (ipc_space_insert(thread_self()->space, right, compat, &name) !=
	    KR_SUCCESS)
		return MACH_PORT_NULL;
	return name;
}

TRAP(trap_task_self)
{
	UNUSED_FROM_0;
	return name_of(task_self_right(task_self()), true);
}

TRAP(trap_thread_self)
{
	UNUSED_FROM_0;
	return name_of(thread_self_right(thread_self()), true);
}

TRAP(trap_task_notify)
{
	UNUSED_FROM_0;
	return name_of(ipc_space_get_notify(thread_self()->space), true);
}

/* A port with all rights, the thread's own until it gives it away. */
TRAP(trap_thread_reply)
{
	struct thread *self = thread_self();
	int type;

	UNUSED_FROM_0;
	if (self->ipc.reply_name == MACH_PORT_NULL ||
	    ipc_port25_type(self->space, self->ipc.reply_name, &type) !=
		    KR_SUCCESS ||
	    type != PORT_TYPE_RECEIVE_OWN) {
		mach_port_name_t name;
		if (ipc_port25_allocate(self->space, &name) != KR_SUCCESS)
			return MACH_PORT_NULL;
		self->ipc.reply_name = name;
	}
	return self->ipc.reply_name;
}

TRAP(trap_mach_thread_self)
{
	UNUSED_FROM_0;
	return name_of(thread_self_right(thread_self()), false);
}

TRAP(trap_mach_host_self)
{
	UNUSED_FROM_0;
	return name_of(host_name_right(), false);
}

/* Is name the task's self port in its own space? */
static bool self_is(struct task *task, mach_port_name_t name)
{
	struct ipc_right right = task_self_right(task);
	mach_port_name_t now;
	bool is = right.kind == RIGHT_SEND &&
		  ipc_space_find_send(task->space, right.port, &now) ==
			  KR_SUCCESS &&
		  now == name;

	ipc_right_release(right);
	return is;
}

/* Finds or enters it, and remembers the name. There need not be any: who made
 * the task may have taken it away. */
[[gnu::noinline]] static int64_t task_self_slow(struct task *task)
{
	struct ipc_right right = task_self_right(task);
	mach_port_name_t name;

	if (right.kind == RIGHT_SEND &&
	    ipc_space_find_send(task->space, right.port, &name) == KR_SUCCESS)
		ipc_right_release(right);
	else if (ipc_space_insert(task->space, right, false, &name) !=
		 KR_SUCCESS)
		return MACH_PORT_NULL;
	atomic_set(&task->self_name, name);
	/* Gone before it was remembered: then nobody cleared it. */
	if (!self_is(task, name))
		atomic_set(&task->self_name, MACH_PORT_NULL);
	return name;
}

TRAP(trap_mach_task_self)
{
	struct task *task = task_self();
	mach_port_name_t name = atomic_get(&task->self_name);

	UNUSED_FROM_0;
	return __builtin_expect(name != MACH_PORT_NULL, 1) ?
		       name :
		       task_self_slow(task);
}

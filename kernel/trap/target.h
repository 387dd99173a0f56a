/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The task argument of a trap twin: the caller's own task without any
 * reference, another local one with, anything else not at all (the caller
 * then sends the RPC).
 */
#pragma once

#include <arch/atomic.h>
#include <ipc/kport.h>
#include <kern/thread.h>
#include <mach/message.h>
#include <task/task.h>

struct target {
	struct task *task; /* NULL: not a local task port */
	bool held;
};

/* The caller's own task, or NULL. */
static inline struct task *target_own(uint32_t name)
{
	struct task *self = task_self();

	/* Not when somebody stands between the task and its port. */
	return __builtin_expect(name && name == atomic_get(&self->self_name) &&
				self->sself.port == self->self_port, 1) ?
		       self :
		       NULL;
}

static inline struct target target_get(uint32_t name)
{
	struct task *self = target_own(name);

	if (self)
		return (struct target){self, false};
	struct kobject *object = ipc_kport_lookup_name(name, KOBJECT_TASK);
	return (struct target){
		object ? container_of(object, struct task, object) : NULL,
		object != NULL,
	};
}

static inline void target_put(struct target t)
{
	if (t.held)
		task_unref(t.task);
}

/* What a twin returns when its target is not for it. */
#define TWIN_SEND_RPC MACH_SEND_INTERRUPTED

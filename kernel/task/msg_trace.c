/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traces of messages as ports. While there is one, the trap for mach_msg leads
 * to the function that notes.
 *
 * Lock: trap_lock (RANK_TASK) orders the changes of the trap; which of two is
 * last is asked under it.
 */
#include <task/msg_trace.h>

#include <arch/trap.h>
#include <ipc/kport.h>
#include <ipc/space.h>
#include <ipc/trace.h>
#include <kern/lock.h>
#include <kern/zone.h>
#include <mach/mach_traps.h>
#include <task/task.h>

struct msg_trace {
	struct kobject object;
	struct ipc_trace *trace; /* until its object is freed */
};

static const struct lock_class trap_class = {"trace trap", RANK_TASK, false,
					     false};
static struct spinlock trap_lock;

void msg_trace_init(void)
{
	spin_init(&trap_lock, &trap_class);
}

static void choose_trap(void)
{
	spin_lock(&trap_lock);
	trap_replace(MACH_TRAP_MACH_MSG, atomic_get(&ipc_tracing) ?
						 ipc_trap_mach_msg_traced :
						 ipc_trap_mach_msg);
	spin_unlock(&trap_lock);
}

static void trace_free(struct kobject *object)
{
	struct msg_trace *t = msg_trace_from(object);

	if (t->trace && ipc_trace_destroy(t->trace))
		choose_trap();
	kfree(t, sizeof(*t));
}

static void trace_no_senders(struct kobject *object, struct ipc_port *port)
{
	ipc_kport_destroy(port);
	kobject_unref(object);
}

static const struct kobject_ops trace_ops = {
	.free = trace_free,
	.no_senders = trace_no_senders,
};

enum kr msg_trace_create(struct task *by, struct task *of, bool follow,
			 struct ipc_right *right)
{
	struct msg_trace *t = kalloc(sizeof(*t));
	bool first = false;

	if (!t)
		return KR_RESOURCE_SHORTAGE;
	*t = (struct msg_trace){.object = {.ops = &trace_ops}};
	ref_init(&t->object.ref);
	struct ipc_port *port = ipc_kport_create(KOBJECT_MSG_TRACE, &t->object);
	if (!port) {
		kobject_unref(&t->object);
		return KR_RESOURCE_SHORTAGE;
	}
	enum kr kr = ipc_trace_create(by->account, of->space, of->id, follow,
				      &t->trace, &first);
	if (kr != KR_SUCCESS) {
		trace_no_senders(&t->object, port);
		return kr;
	}
	if (first)
		choose_trap();
	*right = ipc_right_make_send(port);
	return KR_SUCCESS;
}

enum kr msg_trace_read(struct msg_trace *t, struct ipc_trace_read *read)
{
	return ipc_trace_read(t->trace, read);
}

void msg_trace_read_done(struct msg_trace *t)
{
	ipc_trace_read_done(t->trace);
}

struct msg_trace *msg_trace_from(struct kobject *object)
{
	return container_of(object, struct msg_trace, object);
}

struct kobject *msg_trace_kobject(struct msg_trace *t)
{
	return &t->object;
}

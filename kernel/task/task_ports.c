/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Special ports of tasks and threads: send rights the kernel keeps for them.
 * A swap happens under the task's lock; what was replaced is released after.
 */
#include <task/task.h>

#include <ipc/kport.h>
#include <ipc/space.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <mach/thread_info.h>

/* The slot of a special port; NULL: no such port, or not kept here. */
static struct ipc_right *task_slot(struct task *t, int which)
{
	switch (which) {
	case TASK_KERNEL_PORT:
		return &t->sself;
	case TASK_EXCEPTION_PORT:
		return &t->exception;
	case TASK_BOOTSTRAP_PORT:
		return &t->bootstrap;
	default:
		return NULL;
	}
}

enum kr task_get_port(struct task *t, int which, struct ipc_right *right)
{
	if (which == TASK_NOTIFY_PORT) {
		*right = ipc_space_get_notify(t->space);
		return KR_SUCCESS;
	}
	struct ipc_right *slot = task_slot(t, which);
	if (!slot)
		return KR_INVALID_ARGUMENT;
	spin_lock(&t->lock);
	bool active = t->active;
	if (active)
		*right = ipc_right_copy_send(*slot);
	spin_unlock(&t->lock);
	return active ? KR_SUCCESS : KR_FAILURE;
}

static bool right_is_send(struct ipc_right right)
{
	return right.kind == RIGHT_SEND || right.kind == RIGHT_NONE ||
	       right.kind == RIGHT_DEAD;
}

enum kr task_set_port(struct task *t, int which, struct ipc_right right)
{
	if (!right_is_send(right))
		return KR_INVALID_ARGUMENT;
	if (which == TASK_NOTIFY_PORT) {
		ipc_space_set_notify(t->space, right);
		return KR_SUCCESS;
	}
	struct ipc_right *slot = task_slot(t, which);
	if (!slot)
		return KR_INVALID_ARGUMENT;
	spin_lock(&t->lock);
	bool active = t->active;
	struct ipc_right old = *slot;
	if (active)
		*slot = right;
	if (which == TASK_KERNEL_PORT)
		atomic_set(&t->self_name, MACH_PORT_NULL);
	spin_unlock(&t->lock);
	if (!active)
		return KR_FAILURE;
	ipc_right_release(old);
	return KR_SUCCESS;
}

enum kr task_register_ports(struct task *t, struct ipc_right *rights,
			    unsigned count)
{
	struct ipc_right old[TASK_PORT_REGISTER_MAX];

	if (count > TASK_PORT_REGISTER_MAX)
		return KR_INVALID_ARGUMENT;
	for (unsigned i = 0; i < count; i++)
		if (!right_is_send(rights[i]))
			return KR_INVALID_ARGUMENT;
	spin_lock(&t->lock);
	bool active = t->active;
	for (unsigned i = 0; active && i < TASK_PORT_REGISTER_MAX; i++) {
		old[i] = t->registered[i];
		t->registered[i] = i < count ? rights[i] : IPC_RIGHT_NULL;
	}
	spin_unlock(&t->lock);
	if (!active)
		return KR_FAILURE;
	for (unsigned i = 0; i < TASK_PORT_REGISTER_MAX; i++)
		ipc_right_release(old[i]);
	return KR_SUCCESS;
}

static void copy_registered(struct task *from, struct ipc_right *rights)
{
	for (unsigned i = 0; i < TASK_PORT_REGISTER_MAX; i++)
		rights[i] = ipc_right_copy_send(from->registered[i]);
}

enum kr task_lookup_ports(struct task *t, struct ipc_right *rights)
{
	spin_lock(&t->lock);
	bool active = t->active;
	if (active)
		copy_registered(t, rights);
	spin_unlock(&t->lock);
	return active ? KR_SUCCESS : KR_FAILURE;
}

void task_ports_inherit(struct task *child, struct task *parent)
{
	spin_lock(&parent->lock);
	child->exception = ipc_right_copy_send(parent->exception);
	child->bootstrap = ipc_right_copy_send(parent->bootstrap);
	copy_registered(parent, child->registered);
	spin_unlock(&parent->lock);
}

static struct ipc_right take(struct ipc_right *slot)
{
	struct ipc_right right = *slot;

	*slot = IPC_RIGHT_NULL;
	return right;
}

/* The slots are empty afterwards: task_create may still look at a parent that
 * has ended meanwhile. */
void task_ports_release(struct task *t)
{
	struct ipc_right old[3 + TASK_PORT_REGISTER_MAX];
	unsigned n = 0;

	spin_lock(&t->lock);
	old[n++] = take(&t->sself);
	old[n++] = take(&t->exception);
	old[n++] = take(&t->bootstrap);
	for (unsigned i = 0; i < TASK_PORT_REGISTER_MAX; i++)
		old[n++] = take(&t->registered[i]);
	spin_unlock(&t->lock);
	while (n > 0)
		ipc_right_release(old[--n]);
}

struct ipc_right task_self_right(struct task *t)
{
	struct ipc_right right = IPC_RIGHT_DEAD;

	spin_lock(&t->lock);
	if (t->active)
		right = ipc_right_copy_send(t->sself);
	spin_unlock(&t->lock);
	return right;
}

/* --- threads: guarded by the task's lock too --- */

static struct ipc_right port_right(struct ipc_port *port)
{
	return port ? (struct ipc_right){port, RIGHT_SEND} : IPC_RIGHT_NULL;
}

static struct zone exc_zone;

void thread_exc_init(void)
{
	zone_init(&exc_zone, "thread exception", sizeof(struct thread_exc), 0);
}

enum kr thread_exc_make(struct thread *t)
{
	if (thread_exc(t))
		return KR_SUCCESS;
	struct thread_exc *exc = zone_alloc_zeroed(&exc_zone);
	if (!exc)
		return KR_RESOURCE_SHORTAGE;
	spin_lock(&t->task->lock);
	bool alive = t->self_port != NULL;
	if (alive && !thread_exc(t)) {
		exc->sself = t->self_port;
		atomic_set_rel(&t->exc, exc);
		exc = NULL;
	}
	spin_unlock(&t->task->lock);
	if (exc)
		zone_free(&exc_zone, exc);
	return alive ? KR_SUCCESS : KR_FAILURE;
}

void thread_exc_free(struct thread *t)
{
	struct thread_exc *exc = thread_exc(t);

	assert(!t->self_port); /* nobody else looks there */
	if (!exc)
		return;
	assert(!exc->reply_port);
	atomic_set(&t->exc, NULL);
	zone_free(&exc_zone, exc);
}

static bool is_thread_port(int which)
{
	return which == THREAD_KERNEL_PORT || which == THREAD_EXCEPTION_PORT;
}

static struct ipc_port **exc_slot(struct thread_exc *exc, int which)
{
	return which == THREAD_KERNEL_PORT ? &exc->sself :
					     &exc->exception_port;
}

/* The task is locked. */
static struct ipc_port *thread_port(struct thread *t, int which)
{
	struct thread_exc *exc = thread_exc(t);

	if (exc)
		return *exc_slot(exc, which);
	return which == THREAD_KERNEL_PORT ? t->self_port : NULL;
}

enum kr thread_get_port(struct thread *t, int which, struct ipc_right *right)
{
	if (!is_thread_port(which))
		return KR_INVALID_ARGUMENT;
	spin_lock(&t->task->lock);
	bool alive = t->self_port != NULL;
	if (alive)
		*right = ipc_right_copy_send(port_right(thread_port(t, which)));
	spin_unlock(&t->task->lock);
	return alive ? KR_SUCCESS : KR_FAILURE;
}

enum kr thread_set_port(struct thread *t, int which, struct ipc_right right)
{
	struct ipc_port *old = NULL;

	if (!is_thread_port(which) || !right_is_send(right))
		return KR_INVALID_ARGUMENT;
	enum kr kr = thread_exc_make(t);
	if (kr != KR_SUCCESS)
		return kr;
	spin_lock(&t->task->lock);
	bool alive = t->self_port != NULL;
	if (alive) {
		struct ipc_port **slot = exc_slot(thread_exc(t), which);
		old = *slot;
		*slot = right.port;
	}
	spin_unlock(&t->task->lock);
	if (!alive)
		return KR_FAILURE;
	ipc_right_release(port_right(old));
	return KR_SUCCESS;
}

struct ipc_right thread_self_right(struct thread *t)
{
	struct ipc_right right = IPC_RIGHT_DEAD;

	spin_lock(&t->task->lock);
	if (t->self_port)
		right = ipc_right_copy_send(
			port_right(thread_port(t, THREAD_KERNEL_PORT)));
	spin_unlock(&t->task->lock);
	return right;
}

bool exception_rights(struct thread *t, bool task_port,
		      struct exception_rights *r)
{
	struct task *task = t->task;

	spin_lock(&task->lock);
	struct ipc_right asked = task_port ? task->exception :
		port_right(thread_port(t, THREAD_EXCEPTION_PORT));
	r->port = asked.kind == RIGHT_SEND ? ipc_right_copy_send(asked) :
					     IPC_RIGHT_NULL;
	bool found = r->port.kind == RIGHT_SEND && task->active;
	if (found) {
		r->thread = ipc_right_copy_send(
			port_right(thread_port(t, THREAD_KERNEL_PORT)));
		r->task = ipc_right_copy_send(task->sself);
	}
	spin_unlock(&task->lock);
	if (!found)
		ipc_right_release(r->port);
	return found;
}

void thread_ports_release(struct thread *t)
{
	spin_lock(&t->task->lock);
	struct thread_exc *exc = thread_exc(t);
	struct ipc_port *self = t->self_port;
	t->self_port = NULL; /* nobody looks at what else there is any more */
	spin_unlock(&t->task->lock);

	ipc_right_release(port_right(exc ? exc->sself : self));
	if (exc)
		ipc_right_release(port_right(exc->exception_port));
	if (self)
		ipc_kport_destroy(self);
}

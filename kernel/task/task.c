/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks: creation, threads, suspension, termination.
 *
 * Termination: whoever clears active owns it. It marks every thread; the last
 * thread to leave (or the terminator, when there is none) empties the name
 * space and the map on its own time, then wakes those who wait.
 */
#include <task/task.h>

#include <arch/clock.h>
#include <ipc/kport.h>
#include <ipc/space.h>
#include <ipc/trace.h>
#include <arch/cpu.h>
#include <ipc/watch.h>
#include <kern/panic.h>
#include <kern/sched.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <task/emulation.h>
#include <vm/map.h>

static const struct lock_class task_class = {"task", RANK_TASK, false, false};

static struct zone task_zone;

static void task_thread_exit(struct thread *thread);
static void task_thread_free(struct thread *thread);
static uint64_t task_owner_id(enum kobject_kind kind,
			      const struct kobject *object);
static void task_copy_name(char *name);

void task_init(void)
{
	zone_init(&task_zone, "task", sizeof(struct task), 0);
	thread_exc_init();
	task_list_init();
	thread_exit_hook = task_thread_exit;
	thread_free_hook = task_thread_free;
	ipc_watch_owner = task_owner_id;
	ipc_trace_name = task_copy_name;
}

static void task_free(struct kobject *object)
{
	struct task *t = container_of(object, struct task, object);

	/* Set by somebody who came late, through an old conversion. */
	emulation_release(t);
	if (t->space) {
		ipc_space_terminate(t->space); /* if it never lived */
		ipc_space_unref(t->space);
	}
	if (t->map)
		vm_map_unref(t->map);
	if (t->charged)
		account_credit(t->charged, CHARGE_TASKS, 1);
	account_unref(t->account);
	zone_free(&task_zone, t);
}

/* The parts that can fail. On failure the caller drops the last reference. */
static bool task_build(struct task *t, struct task *parent, bool inherit)
{
	struct vm_map *from = inherit ? parent->map : NULL;

	t->map = from ? vm_map_fork(from, t->account) :
			vm_map_create(t->account);
	if (!t->map)
		return false;
	t->space = ipc_space_create(t->account);
	if (!t->space)
		return false;
	ipc_space_remember(t->space, &t->self_name);
	t->self_port = ipc_kport_create(KOBJECT_TASK, &t->object);
	return t->self_port != NULL;
}

static const struct kobject_ops task_ops = {.free = task_free};

static struct task *task_alloc(struct task *parent)
{
	struct task *t = zone_alloc_zeroed(&task_zone);

	if (!t)
		return NULL;
	t->account = account_create(parent ? parent->account : NULL);
	if (!t->account) {
		zone_free(&task_zone, t);
		return NULL;
	}
	if (parent && account_charge(parent->account, CHARGE_TASKS, 1))
		t->charged = parent->account;
	ref_init(&t->object.ref);
	t->object.ops = &task_ops;
	spin_init(&t->lock, &task_class);
	list_init(&t->threads);
	waitq_init(&t->dead_wait);
	t->pset = &default_pset;
	t->priority = parent ? parent->priority : PRIORITY_USER;
	t->parent_id = parent ? parent->id : 0;
	t->active = true;
	return t;
}

enum kr task_create(struct task *parent, bool inherit_memory,
		    struct task **child)
{
	struct task *t = task_alloc(parent);

	if (!t)
		return KR_RESOURCE_SHORTAGE;
	if ((parent && !t->charged) || !task_build(t, parent, inherit_memory)) {
		task_unref(t);
		return KR_RESOURCE_SHORTAGE;
	}
	t->sself = ipc_right_make_send(t->self_port);
	if (parent) {
		task_ports_inherit(t, parent);
		/* An empty task has no code that a handler could run. */
		if (inherit_memory)
			emulation_inherit(t, parent);
		spin_lock(&parent->lock);
		memcpy(t->name, parent->name, sizeof(t->name));
		spin_unlock(&parent->lock);
	}
	task_ref(t); /* the caller's; the first one is for being alive */
	task_list_insert(t);
	if (parent && atomic_get(&ipc_tracing))
		ipc_trace_inherit(parent->space, t->space, t->id);
	*child = t;
	return KR_SUCCESS;
}

/* --- threads --- */

/* Adds a new thread to the list unless the task is dying. */
static bool task_thread_insert(struct task *t, struct thread *thread)
{
	spin_lock(&t->lock);
	bool ok = t->active;
	if (ok) {
		thread_ref(thread);
		walk_insert(&t->threads, &thread->task_link);
		t->thread_count++;
		/* The task's suspensions count for the newcomer too. */
		thread->task_link.own = t->suspend_count;
		thread_stop_new(thread, t->suspend_count);
	}
	spin_unlock(&t->lock);
	return ok;
}

static void thread_give_up(struct thread *thread)
{
	thread_ports_release(thread);
	ipc_thread_exit(thread);
	thread_exc_free(thread);
}

/* A thread that never ran: it is in no list and nobody knows it. */
static void task_thread_abandon(struct thread *thread)
{
	thread_give_up(thread);
	thread_unref(thread);
}

enum kr task_thread_create(struct task *t, unsigned stop_count,
			   struct thread **created)
{
	struct thread_origin origin = {
		.task = t,
		.map = t->map,
		.pmap = vm_map_pmap(t->map),
		.space = t->space,
		.priority = t->priority,
		.max_priority = t->pset->max_priority,
		.stop_count = stop_count,
	};

	if (!account_charge(t->account, CHARGE_THREADS, 1))
		return KR_RESOURCE_SHORTAGE;
	struct thread *thread = thread_create(&origin);
	if (!thread) {
		account_credit(t->account, CHARGE_THREADS, 1);
		return KR_RESOURCE_SHORTAGE;
	}
	task_ref(t); /* the thread's, dropped by task_thread_free */
	ipc_thread_init(thread);
	thread->self_port = ipc_kport_create(KOBJECT_THREAD, &thread->object);
	if (!thread->self_port) {
		task_thread_abandon(thread);
		return KR_RESOURCE_SHORTAGE;
	}
	(void)ipc_right_make_send(thread->self_port); /* its *sself* */
	if (!task_thread_insert(t, thread)) {
		task_thread_abandon(thread);
		return KR_FAILURE;
	}
	*created = thread;
	return KR_SUCCESS;
}

static void task_finish(struct task *t);

/* On the dying thread itself, with a stack, before it disappears. */
static void task_thread_exit(struct thread *thread)
{
	struct task *t = thread->task;

	if (!t)
		return;
	thread_give_up(thread);

	uint64_t user, system;
	thread_get_times(thread, &user, &system);
	spin_lock(&t->lock);
	bool off = walk_remove(&thread->task_link);
	t->dead_user_ns += user;
	t->dead_system_ns += system;
	bool last = --t->thread_count == 0 && !t->active;
	spin_unlock(&t->lock);
	if (last)
		task_finish(t);
	if (off)
		thread_unref(thread); /* the list's */
}

static void task_thread_free(struct thread *thread)
{
	struct task *t = thread->task;

	if (!t)
		return;
	account_credit(t->account, CHARGE_THREADS, 1);
	task_unref(t);
}

/*
 * Each thread counts the task's suspensions; what it counts follows the task's
 * count thread by thread, since there may be many. Walks that meet agree: a
 * thread gets what is missing when one of them comes to it.
 */
static void stops_follow(struct task *t, struct thread *thread)
{
	uint32_t *stops = &thread->task_link.own;

	spin_lock(&t->lock);
	for (; *stops < t->suspend_count; ++*stops)
		(void)!thread_stop(thread, false);
	for (; *stops > t->suspend_count; --*stops)
		(void)!thread_release(thread);
	spin_unlock(&t->lock);
}

static void wait_stopped(struct task *t, struct thread *thread)
{
	(void)t;
	if (thread != thread_self())
		(void)thread_wait_stopped(thread);
}

static void task_each_thread(struct task *t,
			     void (*fn)(struct task *t, struct thread *thread))
{
	struct thread *thread = NULL;

	while ((thread = task_next_thread(t, thread)) != NULL)
		fn(t, thread);
}

enum kr task_suspend(struct task *t)
{
	spin_lock(&t->lock);
	bool ok = t->active && t->suspend_count < SUSPEND_COUNT_MAX;
	if (ok)
		t->suspend_count++;
	spin_unlock(&t->lock);
	if (!ok)
		return KR_FAILURE;
	task_each_thread(t, stops_follow);
	task_each_thread(t, wait_stopped);
	return KR_SUCCESS;
}

enum kr task_resume(struct task *t)
{
	spin_lock(&t->lock);
	bool ok = t->active && t->suspend_count > 0;
	if (ok)
		t->suspend_count--;
	spin_unlock(&t->lock);
	if (!ok)
		return KR_FAILURE;
	task_each_thread(t, stops_follow);
	return KR_SUCCESS;
}

enum kr task_set_priority(struct task *t, int priority, bool threads)
{
	struct thread *thread = NULL;
	enum kr kr = KR_SUCCESS;

	if (priority < 0 || priority > PRIORITY_MAX)
		return KR_INVALID_ARGUMENT;
	spin_lock(&t->lock);
	t->priority = priority;
	spin_unlock(&t->lock);
	if (!threads)
		return KR_SUCCESS;
	while ((thread = task_next_thread(t, thread)) != NULL)
		if (thread_set_priority(thread, priority, false) != KR_SUCCESS)
			kr = KR_FAILURE;
	return kr;
}

/* --- the end --- */

/* No thread is left and none can come: gives everything up. Runs once. */
static void task_finish(struct task *t)
{
	task_ports_release(t);
	emulation_release(t);
	ipc_space_terminate(t->space);
	ipc_space_remember(t->space, NULL);
	vm_map_terminate(t->map);
	task_ref(t);
	task_list_remove(t); /* with the reference for being alive */

	spin_lock(&t->lock);
	t->dead = true;
	spin_unlock(&t->lock);
	waitq_wake_all(&t->dead_wait, WAIT_OK);
	task_unref(t);
}

static void task_wait_dead(struct task *t)
{
	spin_lock(&t->lock);
	while (!t->dead) {
		waitq_prepare(&t->dead_wait, WAIT_ABORTABLE);
		spin_unlock(&t->lock);
		if (waitq_block(&t->dead_wait, CLOCK_NEVER) != WAIT_OK)
			return;
		spin_lock(&t->lock);
	}
	spin_unlock(&t->lock);
}

static void kill_thread(struct task *t, struct thread *thread)
{
	(void)t;
	(void)!thread_terminate(thread);
}

enum kr task_terminate(struct task *t)
{
	if (t->essential) {
		klog("%s has ended: nothing goes on without it", t->name);
		machine_end(MACHINE_PANIC);
	}
	spin_lock(&t->lock);
	if (!t->active) {
		spin_unlock(&t->lock);
		return KR_FAILURE;
	}
	t->active = false;
	bool empty = t->thread_count == 0;
	struct ipc_port *port = t->self_port;
	t->self_port = NULL;
	spin_unlock(&t->lock);

	/* No thread comes any more. */
	task_each_thread(t, kill_thread);
	ipc_kport_destroy(port);
	if (empty)
		task_finish(t);
	else if (task_self() != t)
		task_wait_dead(t);
	return KR_SUCCESS;
}

/* Of the task that a kernel port is about, or 0. */
static uint64_t task_owner_id(enum kobject_kind kind,
			      const struct kobject *object)
{
	const struct task *t = NULL;

	if (kind == KOBJECT_TASK)
		t = container_of(object, struct task, object);
	else if (kind == KOBJECT_THREAD)
		t = container_of(object, struct thread, object)->task;
	return t ? t->id : 0;
}

/* For a trace of messages: the calling thread's. */
static void task_copy_name(char *name)
{
	struct task *t = task_self();

	if (!t)
		return;
	spin_lock(&t->lock);
	memcpy(name, t->name, TASK_NAME_MAX);
	spin_unlock(&t->lock);
}

void task_set_name(struct task *t, const char *name)
{
	spin_lock(&t->lock);
	ksnprintf(t->name, sizeof(t->name), "%s", name);
	/* It appears in the log, where it must not look like anything else. */
	for (char *c = t->name; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '.';
	spin_unlock(&t->lock);
}

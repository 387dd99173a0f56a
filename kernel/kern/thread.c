/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: creation, end, references. A user thread begins blocked in the wait
 * for its stop count, with the way to user mode as its continuation, so that
 * starting and resuming are one thing. It has no stack until it runs.
 * Locks: none held over a call out of kern.
 */
#include <kern/thread_i.h>

#include <arch/clock.h>
#include <kern/kva.h>
#include <kern/panic.h>
#include <kern/string.h>
#include <kern/zone.h>
#include <mach/policy.h>

static const struct lock_class thread_class = {
	.name = "thread",
	.rank = RANK_THREAD,
};
static struct zone thread_zone;

/* Those of the kernel that run, for dumps; by their task_link. */
struct list kernel_threads;
static struct spinlock kernel_threads_lock;

#define AFTER_MACHINE \
	(offsetof(struct thread, machine) + sizeof(struct machine_thread))

void (*thread_exit_hook)(struct thread *t);
void (*thread_free_hook)(struct thread *t);

void thread_module_init(void)
{
	switch_init();
	spin_init(&kernel_threads_lock, &thread_class);
	list_init(&kernel_threads);
	zone_init(&thread_zone, "thread", sizeof(struct thread),
		  _Alignof(struct thread));
}

/* At the last reference: it never started, or is dead. */
static void thread_free(struct kobject *object)
{
	struct thread *t = container_of(object, struct thread, object);

	assert(!list_linked(&t->sched.runq_link) && t->stack == NULL);
	if (t->task != NULL && thread_free_hook != NULL)
		thread_free_hook(t);
	machine_thread_cleanup(&t->machine);
	zone_free(&thread_zone, t);
}

static const struct kobject_ops thread_ops = {.free = thread_free};

void thread_unref(struct thread *t)
{
	kobject_unref(&t->object);
}

static struct thread *thread_alloc(int priority, int max,
				   void (*continuation)(void))
{
	struct thread *t = zone_alloc(&thread_zone);

	if (t == NULL)
		return NULL;
	t->object.ops = &thread_ops;
	ref_init(&t->object.ref);
	t->task = NULL;
	machine_thread_init(&t->machine);
	/* In line: the size is known. */
	__builtin_memset((char *)t + AFTER_MACHINE, 0,
			 sizeof(*t) - AFTER_MACHINE);
	spin_init(&t->lock, &thread_class);
	atomic_set(&t->wait, W_BLOCKED);
	t->continuation = continuation;
	t->sched.base = (int8_t)priority;
	t->sched.max = (int8_t)max;
	t->sched.policy = POLICY_TIMESHARE;
	t->sched.sleep_stamp = clock_now();
	t->sched.usage_due = t->sched.sleep_stamp + USAGE_PERIOD;
	atomic_set(&t->sched.current, (int8_t)priority);
	atomic_set(&t->sched.flags, TF_IN_STOP);
	return t;
}

struct thread *thread_create(const struct thread_origin *origin)
{
	int priority = origin->priority;
	struct thread *t;

	if (priority > origin->max_priority)
		priority = origin->max_priority;
	t = thread_alloc(priority, origin->max_priority, context_user_return);
	if (t == NULL)
		return NULL;
	t->task = origin->task;
	t->pmap = origin->pmap;
	t->map = origin->map;
	t->space = origin->space;
	t->sched.stop_count = t->sched.suspend_count = origin->stop_count;
	if (origin->stop_count != 0)
		atomic_set(&t->ast, AST_STOP);
	return t;
}

void thread_start(struct thread *t)
{
	bool go;

	thread_ref(t); /* its own, while it can run */
	atomic_add(&thread_pset(t)->thread_count, 1);
	spin_lock(&t->lock);
	assert(!(atomic_get(&t->sched.flags) & TF_STARTED));
	atomic_fetch_or(&t->sched.flags, TF_STARTED);
	go = t->sched.stop_count == 0 ||
	     (atomic_get(&t->sched.flags) & TF_TERMINATED);
	if (go)
		atomic_fetch_and(&t->sched.flags, ~(uint32_t)TF_IN_STOP);
	spin_unlock(&t->lock);
	if (go)
		thread_wake(t, WAIT_OK);
}

/* --- threads of the kernel */

struct kernel_start {
	void (*fn)(void *);
	void *arg;
};

/* First continuation of a kernel thread. */
static void kernel_thread_begin(void)
{
	struct thread *self = thread_self();
	struct kernel_start *start = self->sched.start;
	struct kernel_start s = *start;

	self->sched.start = NULL;
	kfree(start, sizeof(*start));
	s.fn(s.arg);
	spin_lock(&kernel_threads_lock);
	list_remove(&self->task_link.link);
	spin_unlock(&kernel_threads_lock);
	thread_exit_self();
}

struct thread *thread_create_kernel(const char *name, void (*fn)(void *),
				    void *arg, int priority)
{
	struct kernel_start *start = kalloc(sizeof(*start));
	struct thread *t;

	(void)name;
	if (start == NULL)
		return NULL;
	t = thread_alloc(priority, PRIORITY_MAX, kernel_thread_begin);
	if (t == NULL) {
		kfree(start, sizeof(*start));
		return NULL;
	}
	*start = (struct kernel_start){ fn, arg };
	t->sched.start = start;
	t->sched.policy = POLICY_FIXEDPRI;
	t->sched.policy_data = 10;
	spin_lock(&kernel_threads_lock);
	list_push_back(&kernel_threads, &t->task_link.link);
	spin_unlock(&kernel_threads_lock);
	thread_start(t);
	return t;
}

struct thread *thread_create_idle(struct processor *p, void (*fn)(void))
{
	struct thread *t = thread_alloc(PRIORITY_IDLE, PRIORITY_IDLE, fn);

	if (t != NULL)
		t->stack = kva_alloc(context_stack_size);
	if (t == NULL || t->stack == NULL)
		panic("no memory for an idle thread");
	t->sched.policy = POLICY_FIXEDPRI;
	t->sched.policy_data = 10;
	atomic_set(&t->sched.processor, p);
	t->sched.bound = true;
	atomic_set(&t->wait, W_DONE);
	atomic_set(&t->sched.flags, TF_STARTED | TF_IDLE);
	return t;
}

/* --- the end */

/* The thread has left its processor for good. */
static void thread_reap(struct thread *t)
{
	stop_notify_dead(t);
	thread_unref(t);
}

void thread_exit_self(void)
{
	struct thread *self = thread_self();
	struct processor *p;
	struct thread *next;

	assert(spin_none_held());
	atomic_fetch_or(&self->sched.flags, TF_TERMINATED);
	/* Whoever waits for it to stop need not any longer. */
	stop_notify(self);
	if (self->task != NULL && thread_exit_hook != NULL)
		thread_exit_hook(self);
	atomic_sub(&thread_pset(self)->thread_count, 1);
	(void)stack_reserve();
	(void)cpu_irq_save();
	p = cpu_processor();
	usage_account(p, self);
	next = runq_take(p);
	p->p->left = self;
	p->p->left_fn = thread_reap;
	switch_to(p, next != NULL ? next : p->idle, false);
	__builtin_unreachable();
}


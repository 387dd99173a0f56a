/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of all tasks, and walks over it and over the threads of a task: a
 * step at a time (kern/walk.h), since both are as long as users make them.
 * A task or thread that comes meanwhile may be left out; one that is there all
 * the while is met, once.
 * Locks: tasks_lock (RANK_TASK) for the list of tasks, a task's for its threads'.
 */
#include <task/task.h>

#include <kern/dump.h>
#include <kern/sched.h>
#include <kern/thread.h>

static const struct lock_class tasks_class = {"tasks", RANK_TASK, false, true};

static struct spinlock tasks_lock;
static struct list all_tasks; /* tasks_lock; each +1, for being alive */
static uint64_t last_id;      /* tasks_lock */

void task_list_init(void)
{
	spin_init(&tasks_lock, &tasks_class);
	list_init(&all_tasks);
}

void task_list_insert(struct task *t)
{
	spin_lock(&tasks_lock);
	t->id = ++last_id;
	walk_insert(&all_tasks, &t->all_link);
	spin_unlock(&tasks_lock);
	atomic_add(&t->pset->task_count, 1);
}

void task_list_remove(struct task *t)
{
	spin_lock(&tasks_lock);
	bool off = walk_remove(&t->all_link);
	spin_unlock(&tasks_lock);
	atomic_sub(&t->pset->task_count, 1);
	if (off)
		task_unref(t);
}

void task_dump_all(void)
{
	struct thread *thread;
	struct task *t;

	list_for_each(&all_tasks, t, all_link.link)
		list_for_each(&t->threads, thread, task_link.link)
			dump_thread(thread, t->id, t->name);
}

/* --- tasks --- */

static struct task *step(struct task *prev, bool *gone)
{
	spin_lock(&tasks_lock);
	struct walk_node *n =
		walk_next(&all_tasks, prev ? &prev->all_link : NULL);
	*gone = n && n->gone;
	bool off = prev && walk_unpin(&prev->all_link);
	spin_unlock(&tasks_lock);
	if (off)
		task_unref(prev);
	preempt_point();
	return n ? container_of(n, struct task, all_link) : NULL;
}

struct task *task_next(struct task *prev)
{
	bool gone;

	do
		prev = step(prev, &gone);
	while (gone);
	return prev;
}

void task_next_end(struct task *prev)
{
	spin_lock(&tasks_lock);
	bool off = walk_unpin(&prev->all_link);
	spin_unlock(&tasks_lock);
	if (off)
		task_unref(prev);
}

unsigned task_get_all(struct task **tasks, unsigned max)
{
	struct task *t;
	unsigned n = 0;

	for (t = task_next(NULL); t && n < max; t = task_next(t)) {
		task_ref(t);
		tasks[n++] = t;
	}
	if (t)
		task_next_end(t);
	return n;
}

struct task *task_lookup(uint64_t id)
{
	struct task *t;

	for (t = task_next(NULL); t; t = task_next(t)) {
		if (t->id != id)
			continue;
		task_ref(t);
		task_next_end(t);
		break;
	}
	return t;
}

/* --- threads of a task --- */

static struct thread *step_thread(struct task *t, struct thread *prev,
				  bool *gone)
{
	spin_lock(&t->lock);
	struct walk_node *n =
		walk_next(&t->threads, prev ? &prev->task_link : NULL);
	*gone = n && n->gone;
	bool off = prev && walk_unpin(&prev->task_link);
	spin_unlock(&t->lock);
	if (off)
		thread_unref(prev);
	preempt_point();
	return n ? container_of(n, struct thread, task_link) : NULL;
}

struct thread *task_next_thread(struct task *t, struct thread *prev)
{
	bool gone;

	do
		prev = step_thread(t, prev, &gone);
	while (gone);
	return prev;
}

static void end_threads(struct task *t, struct thread *prev)
{
	spin_lock(&t->lock);
	bool off = walk_unpin(&prev->task_link);
	spin_unlock(&t->lock);
	if (off)
		thread_unref(prev);
}

unsigned task_get_threads(struct task *t, struct thread **threads, unsigned max)
{
	struct thread *thread;
	unsigned n = 0;

	for (thread = task_next_thread(t, NULL); thread && n < max;
	     thread = task_next_thread(t, thread)) {
		thread_ref(thread);
		threads[n++] = thread;
	}
	if (thread)
		end_threads(t, thread);
	return n;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPCs for watching: all tasks with what they use, and a task's rights. They
 * ask for the port that a UNIX super-user gets, and hand out no rights.
 */
#include <mach_ext_server.h>

#include <ipc/space.h>
#include <ipc/watch.h>
#include <kern/string.h>
#include <kern/zone.h>
#include <mach/host_watch.h>
#include <trap/convert.h>
#include <trap/rpc.h>

void rpc_task_sums(struct task *t, struct rpc_task_sums *sums)
{
	struct thread *thread = NULL;

	ipc_space_messages(t->space, &sums->sent, &sums->received);
	spin_lock(&t->lock);
	sums->time_ns = t->dead_user_ns + t->dead_system_ns;
	sums->threads = t->thread_count;
	spin_unlock(&t->lock);
	while ((thread = task_next_thread(t, thread)) != NULL) {
		struct thread_usage usage;
		thread_get_usage(thread, &usage);
		sums->time_ns += usage.user_ns + usage.system_ns;
		sums->sent += thread->ipc.sent;
		sums->received += thread->ipc.received;
	}
}

/* --- tasks --- */

static void task_stat(struct task *t, int64_t *row)
{
	struct rpc_task_sums sums;
	struct vm_events events;

	rpc_task_sums(t, &sums);
	vm_map_events(t->map, &events);
	spin_lock(&t->lock);
	row[TASK_STAT_SUSPENDED] = t->suspend_count;
	row[TASK_STAT_PRIORITY] = t->priority;
	spin_unlock(&t->lock);
	row[TASK_STAT_ID] = (int64_t)t->id;
	row[TASK_STAT_PARENT] = (int64_t)t->parent_id;
	row[TASK_STAT_THREADS] = sums.threads;
	row[TASK_STAT_TIME] = (int64_t)sums.time_ns;
	row[TASK_STAT_RESIDENT] = (int64_t)vm_map_resident_size(t->map);
	row[TASK_STAT_VIRTUAL] = (int64_t)vm_map_virtual_size(t->map);
	row[TASK_STAT_FAULTS] = (int64_t)events.faults;
	row[TASK_STAT_SENT] = sums.sent;
	row[TASK_STAT_RECEIVED] = sums.received;
	row[TASK_STAT_NAMES] = ipc_space_live(t->space);
}

static void task_name(struct task *t, char *name)
{
	memset(name, 0, TASK_STAT_NAME);
	spin_lock(&t->lock);
	memcpy(name, t->name, TASK_NAME_MAX);
	spin_unlock(&t->lock);
}

_Static_assert(TASK_NAME_MAX <= TASK_STAT_NAME, "names fit");

/* Consumes the references of the tasks. */
static void describe(struct task **tasks, unsigned n, int64_t *rows,
		     char *names)
{
	for (unsigned i = 0; i < n; i++) {
		task_stat(tasks[i], rows + (size_t)i * TASK_STAT_WORDS);
		task_name(tasks[i], names + (size_t)i * TASK_STAT_NAME);
		task_unref(tasks[i]);
		preempt_point();
	}
}

/* Consumes the tasks' references, not the array. */
static kern_return_t send_tasks(struct task **tasks, unsigned n,
				struct vm_copy **stats, struct vm_copy **names)
{
	size_t row_bytes = n * TASK_STAT_WORDS * sizeof(int64_t);
	size_t name_bytes = n * TASK_STAT_NAME;
	int64_t *rows = kalloc(row_bytes);
	char *text = kalloc(name_bytes);

	if (rows && text) {
		describe(tasks, n, rows, text);
		*stats = vm_copy_from_kernel(rows, row_bytes);
		*names = vm_copy_from_kernel(text, name_bytes);
	} else {
		for (unsigned i = 0; i < n; i++)
			task_unref(tasks[i]);
	}
	if (rows)
		kfree(rows, row_bytes);
	if (text)
		kfree(text, name_bytes);
	if (*stats && *names)
		return KERN_SUCCESS;
	vm_copy_discard(*stats);
	vm_copy_discard(*names);
	return KERN_RESOURCE_SHORTAGE;
}

kern_return_t rpc_host_tasks(struct kobject *host, struct vm_copy **stats,
			     mach_msg_type_number_t *stat_count,
			     struct vm_copy **names,
			     mach_msg_type_number_t *name_count)
{
	if (!host)
		return KERN_INVALID_HOST;
	/* Some may come while we look: they are left out. */
	unsigned room = atomic_get(&default_pset.task_count) + 8;
	struct task **tasks = kalloc(room * sizeof(struct task *));
	if (!tasks)
		return KERN_RESOURCE_SHORTAGE;
	unsigned n = task_get_all(tasks, room);
	*stats = *names = NULL;
	kern_return_t kr = send_tasks(tasks, n, stats, names);
	kfree(tasks, room * sizeof(struct task *));
	*stat_count = n * TASK_STAT_WORDS;
	*name_count = n * TASK_STAT_NAME;
	return kr;
}

/* --- rights --- */

#define RIGHT_ROWS 1024

kern_return_t rpc_host_task_rights(struct kobject *host, int64_t id,
				   int64_t *cursor, struct vm_copy **rights,
				   mach_msg_type_number_t *count)
{
	size_t bytes = RIGHT_ROWS * RIGHT_STAT_WORDS * sizeof(int64_t);
	uint64_t at = (uint64_t)*cursor;

	if (!host)
		return KERN_INVALID_HOST;
	struct task *t = task_lookup((uint64_t)id);
	if (!t)
		return KERN_INVALID_TASK;
	int64_t *rows = kalloc(bytes);
	unsigned n = rows ? ipc_space_watch(t->space, &at, rows, RIGHT_ROWS) :
			    0;
	task_unref(t);
	if (!rows)
		return KERN_RESOURCE_SHORTAGE;
	*count = n * RIGHT_STAT_WORDS;
	*rights = n ? vm_copy_from_kernel(rows, *count * sizeof(int64_t)) :
		      NULL;
	kfree(rows, bytes);
	if (n && !*rights)
		return KERN_RESOURCE_SHORTAGE;
	*cursor = (int64_t)at;
	return KERN_SUCCESS;
}

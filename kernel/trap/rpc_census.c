/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPCs of our own on the host: what exists now, and emptying caches before that
 * is compared. What is only kept for reuse (a thread's spare message, the
 * unused part of a table of names) counts as nothing. Exact while the system
 * rests; no lock is held from one object to the next.
 */
#include <mach_ext_server.h>

#include <ipc/tally.h>
#include <kern/page.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <task/task.h>
#include <trap/convert.h>
#include <trap/rpc.h>
#include <vm/map.h>

#define CENSUS_BYTES 8192

struct census {
	char *text;
	size_t used;
};

static void census_line(void *arg, const char *name, size_t size, size_t live,
			size_t frames)
{
	struct census *c = arg;
	size_t room = CENSUS_BYTES - c->used;
	int n = ksnprintf(c->text + c->used, room, "%s %zu %zu %zu\n", name,
			  size, live, frames);

	if (n > 0 && (size_t)n < room)
		c->used += (size_t)n;
}

static void tally_threads(struct ipc_tally *t, struct task *task)
{
	struct thread *thread = NULL;

	while ((thread = task_next_thread(task, thread)) != NULL)
		ipc_tally_thread(t, thread);
}

static void tally_all(struct ipc_tally *t)
{
	struct task *task = NULL;

	while ((task = task_next(task)) != NULL) {
		ipc_tally_space(t, task->space);
		tally_threads(t, task);
	}
}

static void census_rights(struct census *c, const struct ipc_tally *t)
{
	census_line(c, "names", 0, t->names, 0);
	census_line(c, "rights to send", 0, t->send, 0);
	census_line(c, "rights to receive", 0, t->receive, 0);
	census_line(c, "rights to send once", 0, t->send_once, 0);
	census_line(c, "port sets", 0, t->sets, 0);
	census_line(c, "dead names", 0, t->dead, 0);
	census_line(c, "references of names", 0, t->references, 0);
}

kern_return_t rpc_host_census(struct kobject *host, struct vm_copy **lines,
			      mach_msg_type_number_t *count)
{
	struct ipc_tally tally = {};
	struct census c = {.used = 0};

	if (!host)
		return KERN_INVALID_ARGUMENT;
	c.text = kalloc(CENSUS_BYTES);
	if (!c.text)
		return KERN_RESOURCE_SHORTAGE;
	tally_all(&tally);
	ipc_tally_note_kept(&tally);
	thread_note_spare_stacks();
	zone_census(census_line, &c);
	census_rights(&c, &tally);
	*lines = vm_copy_from_kernel(c.text, c.used);
	*count = (mach_msg_type_number_t)c.used;
	kfree(c.text, CENSUS_BYTES);
	return *lines ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

kern_return_t rpc_host_drain_caches(struct kobject *host)
{
	if (!host)
		return KERN_INVALID_HOST;
	vm_drain();
	zone_drain();
	page_drain();
	return KERN_SUCCESS;
}

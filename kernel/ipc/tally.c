/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counting rights for a census. Locks: the space's, for a batch of entries at
 * a time. Threads are looked at without a lock: whether a pointer is there is
 * all that is asked.
 */
#include <ipc/tally.h>

#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <kern/thread.h>

#define BATCH 256

static void add_entry(void *arg, struct ipc_entry *e)
{
	struct ipc_tally *t = arg;

	t->names++;
	t->send += (e->type & TYPE_SEND) != 0;
	t->receive += (e->type & TYPE_RECEIVE) != 0;
	t->send_once += (e->type & TYPE_SEND_ONCE) != 0;
	t->sets += (e->type & TYPE_SET) != 0;
	t->dead += (e->type & TYPE_DEAD) != 0;
	t->references += e->urefs;
}

static size_t chunks_of(size_t entries)
{
	return (entries + CHUNK_ENTRIES - 1) / CHUNK_ENTRIES;
}

void ipc_tally_space(struct ipc_tally *t, struct ipc_space *space)
{
	uint64_t cursor = 0;
	bool more = true;

	while (more) {
		spin_lock(&space->lock);
		more = ipc_table_walk(space, &cursor, BATCH, add_entry, t);
		spin_unlock(&space->lock);
		preempt_point();
	}
	spin_lock(&space->lock);
	uint32_t names = ipc_space_names(space) - space->overflow_count;
	t->spare_chunks += chunks_of(space->capacity) - chunks_of(names + 1);
	spin_unlock(&space->lock);
}

void ipc_tally_thread(struct ipc_tally *t, const struct thread *thread)
{
	t->spare_messages += thread->ipc.spare != NULL;
	t->spare_requests += thread->ipc.request != NULL;
}

void ipc_tally_note_kept(const struct ipc_tally *t)
{
	ipc_message_note_kept(t->spare_messages, t->spare_requests);
	ipc_request_note_kept(t->spare_requests);
	ipc_table_note_kept(t->spare_chunks);
}

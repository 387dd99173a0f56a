/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking at name spaces from outside.
 *
 * A port has no number of its own: what is shown is its address through a
 * secret permutation, good for telling ports apart and for nothing else.
 *
 * Locks: the space's, one batch of entries at a time; inside, each port's.
 */
#include <ipc/watch.h>

#include <ipc/space_i.h>
#include <kern/random.h>
#include <kern/thread.h>
#include <mach/host_watch.h>

#define BATCH (WATCH_ROWS_MIN / 2)

_Static_assert((int)HOST_OBJECT_KINDS == (int)KOBJECT_KINDS &&
	       (int)HOST_OBJECT_DEVICE_IRQ == (int)KOBJECT_DEVICE_IRQ &&
	       (int)HOST_OBJECT_ENTRY == (int)KOBJECT_ENTRY &&
	       (int)HOST_OBJECT_PSET == (int)KOBJECT_PSET,
	       "mach/host_watch.h");

uint64_t (*ipc_watch_owner)(enum kobject_kind, const struct kobject *);

struct watch {
	struct ipc_space *space;
	int64_t *rows;
	unsigned count, room;
};

static _Atomic uint64_t secret;

static uint64_t the_secret(void)
{
	uint64_t none = 0, fresh;

	if (!atomic_get(&secret)) {
		random_bytes(&fresh, sizeof(fresh));
		atomic_compare_exchange_strong(&secret, &none, fresh | 1);
	}
	return atomic_get(&secret);
}

/* Multiplying by odd numbers and folding the upper half in can be undone, so no
 * two addresses look alike; without the secret it cannot. */
static int64_t disguise(const void *address)
{
	uint64_t key = the_secret();
	uint64_t x = ((uintptr_t)address ^ key) * key;

	x ^= x >> 32;
	x *= 0x9e3779b97f4a7c15;
	x ^= x >> 29;
	return (int64_t)(x ? x : key);
}

static void show_port(int64_t *row, const struct ipc_port *port)
{
	row[RIGHT_STAT_PORT] = disguise(port);
	row[RIGHT_STAT_KIND] = port->kind;
	if (!ipc_port_is_kernel(port)) {
		row[RIGHT_STAT_QUEUED] = port->count;
		row[RIGHT_STAT_QLIMIT] = port->qlimit;
		row[RIGHT_STAT_SET] = port->set ? disguise(port->set) : 0;
	} else if (port->object && ipc_watch_owner)
		row[RIGHT_STAT_TASK] = (int64_t)ipc_watch_owner(
			(enum kobject_kind)port->kind, port->object);
}

static void show(void *arg, struct ipc_entry *e)
{
	struct watch *w = arg;
	mach_port_name_t name = e->name;

	if (w->count == w->room)
		return;
	e = ipc_entry_get(w->space, name); /* may have died */
	if (!e)
		return;
	int64_t *row = w->rows + (size_t)w->count++ * RIGHT_STAT_WORDS;
	for (unsigned i = 0; i < RIGHT_STAT_WORDS; i++)
		row[i] = 0;
	row[RIGHT_STAT_NAME] = name;
	row[RIGHT_STAT_TYPE] = (int64_t)e->type << 16;
	row[RIGHT_STAT_UREFS] = e->urefs;
	if (e->type == TYPE_SET)
		row[RIGHT_STAT_PORT] = disguise(e->set);
	else if (e->type != TYPE_DEAD)
		show_port(row, e->port);
	ipc_entry_done(e);
}

unsigned ipc_space_watch(struct ipc_space *s, uint64_t *cursor, int64_t *rows,
			 unsigned room)
{
	struct watch w = {.space = s, .rows = rows, .room = room};
	bool more = true;

	if (!*cursor)
		*cursor = 1;
	while (more && w.room - w.count >= BATCH) {
		spin_lock(&s->lock);
		more = ipc_table_walk(s, cursor, BATCH, show, &w);
		spin_unlock(&s->lock);
		preempt_point();
	}
	if (!more)
		*cursor = 0;
	return w.count;
}

unsigned ipc_space_live(struct ipc_space *s)
{
	spin_lock(&s->lock);
	unsigned live = ipc_space_names(s);
	spin_unlock(&s->lock);
	return live;
}

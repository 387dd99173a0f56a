/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invariant walkers.
 *
 * Locks: the space's, one batch of entries at a time; inside, each port's and
 * its set's.
 */
#include <ipc/check.h>
#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <kern/thread.h>

#define BATCH 64

static bool listed(const struct list *l, const struct list_node *node)
{
	for (const struct list_node *n = l->head.next; n != &l->head;
	     n = n->next)
		if (n == node)
			return true;
	return false;
}

static void check_set(struct ipc_port *port)
{
	struct ipc_set *set = port->set;
	spin_lock(&set->lock);
	panic_unless(listed(&set->members, &port->member_link));
	panic_unless(list_linked(&port->ready_link) ==
		     !list_empty(&port->queue));
	panic_unless(list_empty(&port->queue) || list_empty(&set->receivers));
	spin_unlock(&set->lock);
}

/* Port locked. */
static void check_locked(struct ipc_port *port)
{
	struct ipc_message *m;
	uint32_t count = 0;
	if (ipc_port_is_kernel(port)) {
		panic_unless(port->active || !port->object);
		return;
	}
	list_for_each(&port->queue, m, link) {
		panic_unless(m->dest.port == port && !m->sender && !m->accept);
		count++;
	}
	panic_unless(count == port->count);
	panic_unless(list_empty(&port->waiting) || port->count >= port->qlimit);
	panic_unless(list_empty(&port->queue) || list_empty(&port->receivers));
	panic_unless(port->active || (!count && !port->set && !port->receiver));
	if (port->set)
		check_set(port);
	else
		panic_unless(!list_linked(&port->ready_link));
}

void ipc_check_port(struct ipc_port *port)
{
	spin_lock(&port->lock);
	check_locked(port);
	spin_unlock(&port->lock);
}

struct walk {
	struct ipc_space *space;
	uint64_t entries;
};

static void check_port_entry(struct ipc_space *s, struct ipc_entry *e)
{
	struct ipc_port *port = e->port;
	bool hashed = ipc_reverse_lookup(s, port) == e;
	panic_unless(!(e->type & TYPE_SEND_ONCE) || e->type == TYPE_SEND_ONCE);
	panic_unless(hashed == (e->type == TYPE_SEND));
	spin_lock(&port->lock);
	if (e->type & TYPE_SEND) {
		panic_unless(e->urefs && e->urefs < MACH_PORT_UREFS_MAX);
		panic_unless(port->srights > 0);
	}
	panic_unless(!(e->type & TYPE_SEND_ONCE) || port->sorights > 0);
	if (e->type & TYPE_RECEIVE)
		panic_unless(port->active && port->receiver == s &&
			     port->receiver_name == e->name && !port->transit);
	panic_unless(!e->request || !port->active || e->request->space == s);
	check_locked(port);
	spin_unlock(&port->lock);
}

static void check_entry(void *arg, struct ipc_entry *e)
{
	struct walk *w = arg;
	w->entries++;
	panic_unless(MACH_PORT_VALID(e->name));
	panic_unless(ipc_entry_lookup(w->space, e->name) == e);
	if (e->type & TYPE_SET)
		panic_unless(e->type == TYPE_SET && e->set->name == e->name);
	else if (e->type & TYPE_DEAD)
		panic_unless(e->type == TYPE_DEAD && e->urefs);
	else
		check_port_entry(w->space, e);
}

uint64_t ipc_check_space(struct ipc_space *s)
{
	struct walk w = {.space = s};
	uint64_t cursor = 1;
	bool more = true;
	while (more) {
		spin_lock(&s->lock);
		panic_unless(s->live + s->free_count + 1 - s->overflow_count ==
			     s->high);
		more = ipc_table_walk(s, &cursor, BATCH, check_entry, &w);
		spin_unlock(&s->lock);
		preempt_point();
	}
	return w.entries;
}

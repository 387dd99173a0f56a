/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receive rights inside messages.
 *
 * While the receive right of P lies in a message to D, P->transit is D. These
 * links form a forest: following them from any port ends at a port whose
 * receiver is a task or the kernel. A right whose arrival would close a ring
 * could never be received again; that is found here by one walk from the
 * destination, with no recursion, and the message is then destroyed.
 *
 * One sleep lock orders all changes. Only messages that carry receive rights
 * take it; the walk is preemptible. A link's target lives as long as the
 * message, which holds a right to it.
 */
#include <ipc/message_i.h>
#include <kern/thread.h>
#include <kern/waitq.h>

static struct rwlock transit_lock;

#define WALK_BATCH 1000

void ipc_transit_init(void)
{
	rwlock_init(&transit_lock, "ipc transit");
}

bool ipc_transit_enter(struct ipc_port *port, struct ipc_port *dest)
{
	unsigned steps = 0;
	struct ipc_port *p = dest;
	rwlock_write(&transit_lock);
	while (p && p != port) {
		/* The kernel answers its messages before anything else. */
		p = ipc_port_is_kernel(p) ? NULL : p->transit;
		if (++steps % WALK_BATCH == 0)
			preempt_point();
	}
	if (!p)
		port->transit = dest;
	rwlock_write_done(&transit_lock);
	return !p;
}

void ipc_transit_leave(struct ipc_port *port)
{
	rwlock_write(&transit_lock);
	port->transit = NULL;
	rwlock_write_done(&transit_lock);
}

static void enter_right(struct ipc_message *m, struct ipc_right right)
{
	if (right.kind == RIGHT_RECEIVE && m->dest.port &&
	    !ipc_transit_enter(right.port, m->dest.port))
		m->circular = true;
}

void ipc_message_enter_transit(struct ipc_message *m)
{
	for (uint32_t i = 0; i < m->item_count; i++) {
		struct ipc_item *it = &m->items[i];
		if (it->kind == ITEM_RIGHT)
			enter_right(m, it->right);
		if (it->kind != ITEM_RIGHTS)
			continue;
		for (uint32_t j = 0; j < it->rights->count; j++)
			enter_right(m, it->rights->right[j]);
	}
}

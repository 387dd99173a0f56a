/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights into a space: the receiving half of entry.c.
 *
 * Everything runs under the space's lock and takes one port's lock inside. A
 * right that cannot be entered stays the caller's.
 */
#include <ipc/entry_i.h>
#include <kern/thread.h>

/* A port right's first entry in this space; type is still to be set. */
static enum kr new_entry(struct ipc_space *s, struct ipc_port *port,
			 struct ipc_entry **entry)
{
	enum kr kr = ipc_entry_alloc(s, entry);
	if (kr != KR_SUCCESS)
		return kr;
	(*entry)->port = port;
	if (CONFIG_PROVENANCE)
		(*entry)->provenance = thread_self()->ipc.causal_id;
	return KR_SUCCESS;
}

/* Another send right to a port that the space knows. */
static void merge_send(struct ipc_entry *e, bool compat, struct list *after)
{
	struct ipc_port *port = e->port;
	if (!(e->type & TYPE_SEND)) { /* a receive right without */
		e->type |= TYPE_SEND;
		e->urefs = 1;
		return;
	}
	port->srights--;
	if (compat)
		return;
	ipc_entry_make_native(e, after);
	if (e->urefs < MACH_PORT_UREFS_MAX - 1)
		e->urefs++;
}

void ipc_entry_settle(struct ipc_space *s, struct ipc_entry *e,
		      enum right_kind kind, bool compat)
{
	assert(e->type == 0);
	if (kind == RIGHT_RECEIVE) {
		ipc_entry_receive(s, e, compat);
		return;
	}
	e->type = kind == RIGHT_SEND ? TYPE_SEND : TYPE_SEND_ONCE;
	e->urefs = 1;
	if (kind == RIGHT_SEND)
		ipc_reverse_insert(s, e);
}

/* A new entry for the right. */
static enum kr put_fresh(struct ipc_space *s, struct ipc_right right,
			 bool compat, struct ipc_entry **entry)
{
	struct ipc_entry *e;
	enum kr kr = new_entry(s, right.port, &e);
	if (kr != KR_SUCCESS)
		return kr;
	if (compat)
		kr = ipc_entry_make_compat(s, e);
	if (kr != KR_SUCCESS) {
		ipc_entry_free(s, e);
		return kr;
	}
	ipc_entry_settle(s, e, right.kind, compat);
	*entry = e;
	return KR_SUCCESS;
}

/* The entry that the right joins, or NULL. */
static struct ipc_entry *join(struct ipc_space *s, struct ipc_right right,
			      bool compat, struct list *after)
{
	struct ipc_entry *e = right.kind == RIGHT_SEND_ONCE ?
				      NULL :
				      ipc_space_name_of(s, right.port);
	if (!e)
		return NULL;
	if (right.kind == RIGHT_SEND) {
		merge_send(e, compat, after);
		return e;
	}
	ipc_reverse_remove(s, e);
	if (!compat)
		ipc_entry_make_native(e, after);
	ipc_entry_receive(s, e, compat);
	return e;
}

/* A right to a dead port is given up; its holder gets MACH_PORT_DEAD. */
static void drop_dead(struct ipc_right right) RELEASES(&right.port->lock)
{
	if (right.kind == RIGHT_SEND)
		right.port->srights--;
	else
		right.port->sorights--;
	ipc_port_unlock_check(right.port);
}

enum kr ipc_entry_put(struct ipc_space *s, struct ipc_right right, bool compat,
		      mach_port_name_t *name, struct list *after)
{
	struct ipc_port *port = right.port;
	struct ipc_entry *e;
	if (!port) {
		*name = right.kind == RIGHT_DEAD ? MACH_PORT_DEAD :
						   MACH_PORT_NULL;
		return KR_SUCCESS;
	}
	assert(!(right.kind == RIGHT_RECEIVE && port->transit));
	spin_lock(&port->lock);
	if (!port->active) {
		drop_dead(right);
		*name = MACH_PORT_DEAD;
		return KR_SUCCESS;
	}
	enum kr kr = KR_SUCCESS;
	e = compat ? NULL :
		     ipc_entry_put_first(s, right, thread_self()->ipc.causal_id);
	if (!e)
		e = join(s, right, compat, after);
	if (!e)
		kr = put_fresh(s, right, compat, &e);
	spin_unlock(&port->lock);
	if (kr == KR_SUCCESS)
		*name = e->name;
	return kr;
}

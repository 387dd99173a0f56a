/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sending a message that is copied in: to a waiting receiver, into the queue,
 * or, the queue being full, by one of the three policies: wait for room (as
 * long as the time-out allows), give the message back, or leave it with the
 * kernel until there is room (MACH_SEND_NOTIFY).
 */
#include <arch/clock.h>
#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <kern/thread.h>

/* --- waiting for room --- */

/* Port locked; unlocks. Success: the message is in the queue. */
static mach_msg_return_t wait_for_room(struct ipc_port *port,
				       struct ipc_message *m, uint64_t deadline)
	RELEASES(&port->lock)
{
	m->sender = thread_self();
	thread_wait_begin(WAIT_ABORTABLE);
	list_push_back(&port->waiting, &m->link);
	spin_unlock(&port->lock);
	enum wait_result result = thread_block(deadline, NULL);
	if (result == WAIT_OK)
		return MACH_MSG_SUCCESS;
	spin_lock(&port->lock);
	if (list_linked(&m->link))
		list_remove(&m->link);
	m->sender = NULL;
	spin_unlock(&port->lock);
	if (result == WAIT_RESTART)
		return MACH_SEND_INVALID_DEST;
	return result == WAIT_TIMEDOUT ? MACH_SEND_TIMED_OUT :
					 MACH_SEND_INTERRUPTED;
}

/* --- leaving it with the kernel --- */

static struct ipc_right accept_target(struct ipc_space *s,
				      const struct msg_send *from, bool old,
				      struct list *after)
{
	struct ipc_take how = {.disposition = MACH_MSG_TYPE_MAKE_SEND_ONCE};
	struct ipc_right right = IPC_RIGHT_NULL;
	if (!old && ipc_entry_take(s, from->notify, how, &right, after) !=
			    KR_SUCCESS)
		return IPC_RIGHT_DEAD;
	return right;
}

/* The request that will say MSG_ACCEPTED, its entry marked. */
static mach_msg_return_t make_accept(const struct msg_send *from,
				     struct ipc_port *port,
				     struct ipc_request **request)
{
	struct ipc_space *s = thread_self()->space;
	struct list after;
	mach_msg_return_t r = MACH_MSG_SUCCESS;
	list_init(&after);
	spin_lock(&s->lock);
	struct ipc_entry *e = ipc_entry_lookup(s, from->dest_name);
	if (e && (e->type & (TYPE_DEAD | TYPE_SET) || e->port != port))
		e = NULL;
	bool old = from->option & MACH_SEND_25 ||
		   (e && e->flags & ENTRY_COMPAT);
	struct ipc_right target = IPC_RIGHT_NULL;
	if (e && e->flags & ENTRY_ACCEPT)
		r = MACH_SEND_NOTIFY_IN_PROGRESS;
	else
		target = accept_target(s, from, old, &after);
	if (target.kind == RIGHT_DEAD)
		r = MACH_SEND_INVALID_NOTIFY;
	if (r == MACH_MSG_SUCCESS &&
	    ipc_request_create(s, REQUEST_ACCEPTED,
			       e ? from->dest_name : MACH_PORT_NULL, target,
			       request) != KR_SUCCESS)
		r = MACH_SEND_NO_NOTIFY;
	if (r == MACH_MSG_SUCCESS && e)
		e->flags |= ENTRY_ACCEPT;
	spin_unlock(&s->lock);
	if (r == MACH_SEND_NO_NOTIFY)
		ipc_right_used(target);
	ipc_requests_fire(&after);
	return r;
}

/* No lock held. The message goes, whatever the limit. */
static mach_msg_return_t force(struct ipc_port *port, struct ipc_message *m,
			       const struct msg_send *from,
			       struct thread **next)
{
	struct ipc_request *r;
	mach_msg_return_t code = make_accept(from, port, &r);
	if (code != MACH_MSG_SUCCESS)
		return code;
	spin_lock(&port->lock);
	if (port->active && ipc_port_full(port)) {
		m->accept = r;
		list_push_back(&port->waiting, &m->link);
		spin_unlock(&port->lock);
		return MACH_SEND_WILL_NOTIFY;
	}
	bool alive = port->active;
	if (alive)
		*next = ipc_port_deliver(port, m);
	spin_unlock(&port->lock);
	r->event = 0;
	ipc_request_fire(r); /* clears the mark */
	return alive ? MACH_MSG_SUCCESS : MACH_SEND_INVALID_DEST;
}

/* --- the whole --- */

/* Port locked and full; unlocks. */
static mach_msg_return_t send_full(struct ipc_port *port,
				   struct ipc_message *m,
				   const struct msg_send *from,
				   struct thread **next) RELEASES(&port->lock)
{
	bool notify = from->option & MACH_SEND_NOTIFY;
	bool timed = from->option & MACH_SEND_TIMEOUT;
	mach_msg_return_t r = MACH_SEND_TIMED_OUT;
	if ((timed || notify) && from->deadline == 0)
		spin_unlock(&port->lock);
	else
		r = wait_for_room(port, m, from->deadline);
	if (r == MACH_SEND_TIMED_OUT && notify)
		r = force(port, m, from, next);
	return r;
}

/* The port died before the message could go: for a native sender it went and
 * was destroyed there, as would have happened a moment later. */
static mach_msg_return_t send_dead(struct ipc_message *m,
				   const struct msg_send *from)
{
	if (from->option & MACH_SEND_25 && m->dest.port)
		return ipc_message_giveback(m, from, MACH_SEND_INVALID_DEST);
	ipc_message_destroy(m);
	return MACH_MSG_SUCCESS;
}

mach_msg_return_t ipc_message_send(struct ipc_message *m, struct msg_send *from,
				   struct thread **next)
{
	struct ipc_port *port = m->dest.port;
	if (!port)
		return send_dead(m, from);
	if (m->circular) {
		ipc_message_destroy(m);
		return MACH_MSG_SUCCESS;
	}
	spin_lock(&port->lock);
	if (!port->active) {
		spin_unlock(&port->lock);
		return send_dead(m, from);
	}
	bool full = m->dest.kind != RIGHT_SEND_ONCE && ipc_port_full(port);
	*next = full ? NULL : ipc_port_hand(port, m);
	mach_msg_return_t r = MACH_MSG_SUCCESS;
	if (*next) {
		spin_unlock(&port->lock);
	} else if (!ipc_message_pay(m)) {
		spin_unlock(&port->lock);
		r = MACH_SEND_NO_BUFFER;
	} else if (!full) {
		ipc_port_append(port, m);
		spin_unlock(&port->lock);
	} else {
		r = send_full(port, m, from, next);
	}
	if (r == MACH_MSG_SUCCESS || r == MACH_SEND_WILL_NOTIFY)
		return r;
	if (r == MACH_SEND_INVALID_DEST)
		return send_dead(m, from);
	return ipc_message_giveback(m, from, r);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A port's queue: messages in, messages out, who waits on either side.
 *
 * A message that arrives while a thread waits to receive goes straight to that
 * thread and is never queued. A message that finds the queue full waits on
 * port->waiting, with its sender or (MACH_SEND_NOTIFY) without; whoever makes
 * room lets the oldest in, so order is kept and nobody has to try again.
 *
 * Everything here runs under the port's lock; set locks are taken inside. A
 * thread may come to the set between a sender's look for receivers and its
 * appending: whoever marks a member ready looks again (ipc_port_pump).
 */
#include <ipc/message_i.h>
#include <kern/thread.h>

void ipc_port_stamp(struct ipc_port *port, struct ipc_message *m)
{
	m->head.msgh_seqno = port->seqno++;
	m->local_name = port->receiver_name;
	m->addressed = m->dest.kind == RIGHT_SEND_ONCE ?
			       MACH_MSG_TYPE_PORT_SEND_ONCE :
			       MACH_MSG_TYPE_PORT_SEND;
}

/* A claimed thread that can take the message, or NULL. One that cannot, and
 * asked to be told (MACH_RCV_LARGE), is told. */
static struct thread *find_receiver(struct list *receivers, uint32_t size)
{
	struct list_node *n;
	while ((n = list_pop_front(receivers)) != NULL) {
		struct thread *t = container_of(n, struct thread, wait_link);
		if (!thread_claim(t, WAIT_OK))
			continue; /* an abort or time-out came first */
		if (size <= t->ipc.receive_size ||
		    !(ipc_receive_option(t) & MACH_RCV_LARGE))
			return t;
		t->ipc.state = MACH_RCV_TOO_LARGE;
		t->ipc.receive_size = size;
		thread_ready(t);
	}
	return NULL;
}

static struct thread *receiver_for(struct ipc_port *port, uint32_t size)
{
	struct ipc_set *set = port->set;
	if (!set)
		return find_receiver(&port->receivers, size);
	spin_lock(&set->lock);
	struct thread *t = find_receiver(&set->receivers, size);
	spin_unlock(&set->lock);
	return t;
}

/* The message becomes what the claimed thread t wakes up with. */
static void give(struct ipc_port *port, struct ipc_message *m, struct thread *t)
{
	ipc_port_stamp(port, m);
	t->ipc.message = m;
	t->ipc.state = MACH_MSG_SUCCESS;
}

/* After a look at the queue: a member that still has messages goes behind the
 * other ready ones, an empty one is ready no more. True: a thread waits for
 * them, which had come to the set before they did. */
static bool update_ready(struct ipc_port *port)
{
	struct ipc_set *set = port->set;
	if (!set)
		return false;
	spin_lock(&set->lock);
	if (list_linked(&port->ready_link))
		list_remove(&port->ready_link);
	bool ready = !list_empty(&port->queue);
	if (ready)
		list_push_back(&set->ready, &port->ready_link);
	bool missed = ready && !list_empty(&set->receivers);
	spin_unlock(&set->lock);
	return missed;
}

void ipc_port_pump(struct ipc_port *port)
{
	struct ipc_message *m;
	while (update_ready(port)) {
		m = list_first_entry(&port->queue, struct ipc_message, link);
		struct thread *t = receiver_for(port, m->head.msgh_size);
		if (!t)
			continue;
		list_remove(&m->link);
		port->count--;
		give(port, m, t);
		thread_ready(t);
	}
}

void ipc_port_append(struct ipc_port *port, struct ipc_message *m)
{
	list_push_back(&port->queue, &m->link);
	port->count++;
	if (port->set)
		ipc_port_pump(port);
}

struct thread *ipc_port_hand(struct ipc_port *port, struct ipc_message *m)
{
	assert(port->active);
	if (!list_empty(&port->queue))
		return NULL;
	struct thread *t = receiver_for(port, m->head.msgh_size);
	if (t)
		give(port, m, t);
	return t;
}

struct thread *ipc_port_deliver(struct ipc_port *port, struct ipc_message *m)
{
	struct thread *t = ipc_port_hand(port, m);
	if (!t)
		ipc_port_append(port, m);
	return t;
}

static void admit_one(struct ipc_port *port, struct ipc_message *m,
		      struct list *after)
{
	struct thread *t = m->sender;
	list_remove(&m->link);
	if (t && !thread_claim(t, WAIT_OK))
		return; /* it takes its message back */
	m->sender = NULL;
	if (m->accept) {
		m->accept->event = MACH_NOTIFY_MSG_ACCEPTED;
		m->accept->value = m->accept->name;
		list_push_back(after, &m->accept->link);
		m->accept = NULL;
	}
	ipc_port_append(port, m);
	if (t)
		thread_ready(t);
}

void ipc_port_admit(struct ipc_port *port, struct list *after)
{
	struct ipc_message *m;
	while (port->count < port->qlimit &&
	       (m = list_first_entry(&port->waiting, struct ipc_message, link)))
		admit_one(port, m, after);
}

/* A notification that was owed for want of memory. */
static struct ipc_message *pay_owed(struct ipc_port *port)
{
	struct ipc_message *m = ipc_message_alloc(sizeof(mach_msg_header_t));
	if (!m)
		return NULL;
	port->owed--;
	port->sorights++;
	m->dest = (struct ipc_right){port, RIGHT_SEND_ONCE};
	ipc_notify_fill(m, MACH_NOTIFY_SEND_ONCE, 0, 0);
	ipc_port_stamp(port, m);
	return m;
}

struct ipc_message *ipc_port_take(struct ipc_port *port, uint32_t size_limit,
				  uint32_t *too_large, struct list *after)
{
	struct ipc_message *m = list_first_entry(&port->queue,
						 struct ipc_message, link);
	if (!m) {
		(void)update_ready(port);
		return port->owed ? pay_owed(port) : NULL;
	}
	if (m->head.msgh_size > size_limit) {
		*too_large = m->head.msgh_size;
		return NULL;
	}
	list_remove(&m->link);
	port->count--;
	ipc_port_stamp(port, m);
	ipc_port_admit(port, after);
	if (port->set)
		ipc_port_pump(port);
	return m;
}

void ipc_port_offer(struct ipc_port *port, struct list *after)
{
	struct ipc_message *m;
	while ((m = list_first_entry(&port->queue, struct ipc_message,
				     link))) {
		uint32_t too_large;
		struct thread *t = receiver_for(port, m->head.msgh_size);
		if (!t)
			return;
		t->ipc.message = ipc_port_take(port, UINT32_MAX, &too_large,
					       after);
		t->ipc.state = MACH_MSG_SUCCESS;
		thread_ready(t);
	}
}

/* --- the kernel's own sends --- */

static void post(struct ipc_message *m, bool paid)
{
	struct ipc_port *port = m->dest.port;
	struct thread *t = NULL;
	if (m->circular || !port || ipc_port_is_kernel(port)) {
		ipc_message_destroy(m);
		return;
	}
	spin_lock(&port->lock);
	bool alive = port->active;
	if (alive)
		t = ipc_port_hand(port, m);
	bool stays = alive && !t && (paid || ipc_message_pay(m));
	if (stays)
		ipc_port_append(port, m);
	spin_unlock(&port->lock);
	if (t)
		thread_ready(t);
	else if (!stays)
		ipc_message_destroy(m);
}

void ipc_message_post(struct ipc_message *m)
{
	post(m, true);
}

/* Lent memory goes back: the answer may lie here for long, and costs what it
 * needs. Without memory for that it stays as it is. */
static struct ipc_message *own_memory(struct ipc_message *m)
{
	struct ipc_message *own;
	if (!m->home || (own = ipc_message_alloc(m->head.msgh_size)) == NULL)
		return m;
	own->head.msgh_size = m->head.msgh_size; /* items lie behind */
	if (m->item_count && !ipc_message_add_items(own, m->item_count)) {
		ipc_message_free(own);
		return m;
	}
	ipc_message_move(own, m);
	return own;
}

/* Through a send right no more than the queue takes: nobody else would stop
 * one who sends requests and leaves the answers to another. */
void ipc_message_post_answer(struct ipc_message *m, bool paid)
{
	struct ipc_port *port = m->dest.port;
	bool room = true;
	if (port && m->dest.kind == RIGHT_SEND) {
		spin_lock(&port->lock);
		room = !ipc_port_full(port);
		spin_unlock(&port->lock);
	}
	if (room)
		post(own_memory(m), paid);
	else
		ipc_message_destroy(m);
}

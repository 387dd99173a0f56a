/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports: creation, counts, death.
 *
 * Death runs in two steps: under the lock the port becomes inactive and all it
 * holds is detached; afterwards, without locks, senders and receivers wake,
 * messages are destroyed, requests fire. Entries that name the port turn into
 * dead names when they are next looked at.
 */
#include <ipc/message_i.h>
#include <kern/thread.h>
#include <kern/zone.h>

static struct zone port_zone, kernel_zone;
static const struct lock_class port_class = {"ipc port", RANK_PORT, false,
					     false};

void ipc_port_zone_init(void)
{
	zone_init(&port_zone, "ipc port", sizeof(struct ipc_port), 0);
	zone_init(&kernel_zone, "kernel port",
		  offsetof(struct ipc_port, account), 0);
}

/* What both kinds have: the caller gives kind and object. Field by
 * field, because clearing all of it costs more than the rest of making one. */
static inline void init_common(struct ipc_port *port)
{
	spin_init(&port->lock, &port_class);
	ref_init(&port->ref);
	port->active = true;
	port->exception_form = port->backup = 0;
	port->kept = false;
	port->srights = port->sorights = port->mscount = 0;
	port->receiver_name = MACH_PORT_NULL;
	port->no_senders = NULL;
	list_init(&port->requests);
}

enum kr ipc_port_create(struct account *account, struct ipc_port **out)
{
	if (account && !account_charge(account, CHARGE_PORTS, 1))
		return KR_RESOURCE_SHORTAGE;
	struct ipc_port *port = zone_alloc(&port_zone);
	if (!port) {
		if (account)
			account_credit(account, CHARGE_PORTS, 1);
		return KR_RESOURCE_SHORTAGE;
	}
	init_common(port);
	port->kind = KOBJECT_NONE;
	port->receiver = NULL;
	port->account = account;
	port->set = NULL;
	port->transit = NULL;
	port->port_destroyed = NULL;
	port->seqno = 0;
	port->qlimit = MACH_PORT_QLIMIT_DEFAULT;
	port->count = port->owed = 0;
	list_init(&port->queue);
	list_init(&port->waiting);
	list_init(&port->receivers);
	port->member_link = port->ready_link = (struct list_node){};
	*out = port;
	return KR_SUCCESS;
}

struct ipc_port *ipc_port_create_kernel(enum kobject_kind kind,
					struct kobject *object)
{
	struct ipc_port *port = zone_alloc(&kernel_zone);
	if (!port)
		return NULL;
	init_common(port);
	port->kind = (uint8_t)kind;
	port->object = object;
	return port;
}

static void free_kernel(struct ipc_port *port)
{
	assert(!port->object);
	zone_free(&kernel_zone, port);
}

void ipc_port_free(struct ipc_port *port)
{
	assert(!port->active && !port->srights && !port->sorights);
	if (ipc_port_is_kernel(port)) {
		free_kernel(port);
		return;
	}
	assert(list_empty(&port->queue) && list_empty(&port->waiting));
	assert(list_empty(&port->receivers) && !port->set && !port->transit);
	if (port->account)
		account_credit(port->account, CHARGE_PORTS, 1);
	zone_free(&port_zone, port);
}

void ipc_port_unlock_check(struct ipc_port *port)
{
	bool gone = !port->active && !port->srights && !port->sorights &&
		    !port->kept;
	if (gone)
		port->kept = true; /* its reference is ours to drop, once */
	spin_unlock(&port->lock);
	if (gone)
		ipc_port_unref(port);
}

struct ipc_request *ipc_port_drop_send(struct ipc_port *port)
{
	assert(port->srights > 0);
	if (--port->srights || !port->active || !port->no_senders)
		return NULL;
	struct ipc_request *r = port->no_senders;
	port->no_senders = NULL;
	if (r->kind == REQUEST_KOBJECT) {
		r->port = port;
		r->object = port->object;
		ipc_port_ref(port);
		kobject_ref(port->object);
		return r;
	}
	r->event = MACH_NOTIFY_NO_SENDERS;
	r->value = port->mscount;
	return r;
}

void ipc_receivers_wake(struct list *receivers, mach_msg_return_t code)
{
	struct list_node *n;
	while ((n = list_pop_front(receivers)) != NULL) {
		struct thread *t = container_of(n, struct thread, wait_link);
		if (thread_claim(t, WAIT_OK)) {
			t->ipc.state = (uint32_t)code;
			thread_ready(t);
		}
	}
}

void ipc_port_leave_space(struct ipc_port *port)
{
	if (port->set)
		ipc_set_remove(port);
	if (!list_empty(&port->receivers))
		ipc_receivers_wake(&port->receivers, MACH_RCV_PORT_DIED);
	port->receiver = NULL;
	port->receiver_name = MACH_PORT_NULL;
	port->mscount = 0;
	port->seqno = 0;
}

/* --- death --- */

struct remains {
	struct list messages, requests;
	struct ipc_request *no_senders;
};

static void detach(struct ipc_port *port, struct remains *left)
{
	list_init(&left->messages);
	list_init(&left->requests);
	port->active = false;
	ipc_port_leave_space(port);
	list_concat(&left->messages, &port->queue);
	list_concat(&left->messages, &port->waiting);
	list_concat(&left->requests, &port->requests);
	left->no_senders = port->no_senders;
	port->no_senders = NULL;
	port->count = 0;
	port->owed = 0;
}

/* A sender that waits for room owns its message and sees the port dead. */
static void bury_message(struct ipc_message *m)
{
	struct thread *t = m->sender;
	if (m->accept) {
		m->accept->event = MACH_NOTIFY_PORT_DELETED;
		m->accept->value = m->accept->name;
		ipc_request_fire(m->accept);
		m->accept = NULL;
	}
	if (!t) {
		ipc_message_destroy(m);
		return;
	}
	thread_ready(t);
}

/* Under the port's lock: claims each waiting sender; those that an abort or
 * time-out took first are left to themselves. */
static void claim_senders(struct ipc_port *port)
{
	struct ipc_message *m;
	list_for_each_safe(&port->waiting, m, link) {
		if (!m->sender)
			continue;
		if (thread_claim(m->sender, WAIT_RESTART))
			continue;
		list_remove(&m->link);
	}
}

static void fire_death(struct list *requests)
{
	struct ipc_request *r;
	while ((r = list_first_entry(requests, struct ipc_request, link))) {
		list_remove(&r->link);
		r->event = r->kind == REQUEST_COMPAT ?
				   MACH_NOTIFY_PORT_DELETED :
				   MACH_NOTIFY_DEAD_NAME;
		r->value = r->name;
		ipc_request_fire(r);
		preempt_point();
	}
}

void ipc_port_kill_kernel(struct ipc_port *port)
{
	struct list requests;
	list_init(&requests);
	spin_lock(&port->lock);
	port->active = false;
	port->object = NULL;
	list_concat(&requests, &port->requests);
	struct ipc_request *no_senders = port->no_senders;
	port->no_senders = NULL;
	ipc_port_unlock_check(port);
	fire_death(&requests);
	if (no_senders)
		ipc_right_release(ipc_request_cancel(no_senders));
}

void ipc_port_kill(struct ipc_port *port)
{
	struct remains left;
	assert(!ipc_port_is_kernel(port));
	if (port->transit)
		ipc_transit_leave(port);
	spin_lock(&port->lock);
	claim_senders(port);
	detach(port, &left);
	struct ipc_request *destroyed = port->port_destroyed;
	port->port_destroyed = NULL;
	ipc_port_unlock_check(port);

	struct ipc_message *m;
	while ((m = list_first_entry(&left.messages, struct ipc_message,
				     link))) {
		list_remove(&m->link);
		bury_message(m);
		preempt_point();
	}
	fire_death(&left.requests);
	if (left.no_senders)
		ipc_right_release(ipc_request_cancel(left.no_senders));
	if (destroyed)
		ipc_right_release(ipc_request_cancel(destroyed));
}

/* Where the receive right goes instead of dying, or NULL. */
static struct ipc_request *take_heir(struct ipc_port *port)
{
	spin_lock(&port->lock);
	struct ipc_request *r = port->port_destroyed;
	if (r) {
		port->port_destroyed = NULL;
		port->backup = 0;
		ipc_port_leave_space(port);
	}
	spin_unlock(&port->lock);
	return r;
}

static bool right_alive(struct ipc_right right)
{
	spin_lock(&right.port->lock);
	bool alive = right.port->active;
	spin_unlock(&right.port->lock);
	return alive;
}

void ipc_port_destroy(struct ipc_port *port)
{
	if (port->transit)
		ipc_transit_leave(port);
	struct ipc_request *heir = take_heir(port);
	if (!heir) {
		ipc_port_kill(port);
		return;
	}
	if (!right_alive(heir->notify)) {
		ipc_right_release(ipc_request_cancel(heir));
		ipc_port_kill(port);
		return;
	}
	heir->event = MACH_NOTIFY_PORT_DESTROYED;
	heir->carried = (struct ipc_right){port, RIGHT_RECEIVE};
	ipc_request_fire(heir);
}

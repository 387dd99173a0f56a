/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests and the notifications they become.
 *
 * A request has its message and its right from the start, so that firing it
 * cannot fail. Its charge (CHARGE_REQUESTS) passes to the message and is given
 * back when somebody receives or destroys that.
 * Firing sends a message, so it happens with no lock held: code that runs under
 * locks collects requests on a list.
 */
#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <kern/thread.h>
#include <kern/zone.h>

static struct zone request_zone;

/* name, bits, number 1, in line */
#define TYPE_WORD(name) ((name) | 32u << 8 | 1u << 16 | 1u << 28)

void ipc_request_zone_init(void)
{
	zone_init(&request_zone, "ipc request", sizeof(struct ipc_request), 0);
}

/* The manual's entries come and go with every call of a server: its thread
 * keeps one request with everything that belongs to it. Not in a dying space:
 * the thread that empties it has given up its own already. */
static bool request_keep(struct ipc_request *r)
{
	struct thread *self = thread_self();
	if (r->kind != REQUEST_COMPAT || !r->message || self->ipc.request ||
	    self->space != r->space || !r->space->active)
		return false;
	self->ipc.request = r;
	return true;
}

static struct ipc_request *request_kept(struct ipc_space *s,
					enum request_kind kind)
{
	struct thread *self = thread_self();
	struct ipc_request *r = self->ipc.request;
	if (!r || kind != REQUEST_COMPAT || self->space != s)
		return NULL;
	self->ipc.request = NULL;
	return r;
}

void ipc_request_note_kept(size_t requests)
{
	zone_set_kept(&request_zone, requests);
}

void ipc_request_exit(struct thread *t)
{
	struct ipc_request *r = t->ipc.request;
	t->ipc.request = NULL;
	if (!r)
		return;
	ipc_message_free(r->message);
	ipc_space_unref(r->space);
	zone_free(&request_zone, r);
}

static void request_free(struct ipc_request *r)
{
	if (request_keep(r))
		return;
	if (r->message)
		ipc_message_free(r->message);
	if (r->space)
		ipc_space_unref(r->space);
	zone_free(&request_zone, r);
}

enum kr ipc_request_create(struct ipc_space *s, enum request_kind kind,
			   mach_port_name_t name, struct ipc_right notify,
			   struct ipc_request **request)
{
	struct ipc_request *r = request_kept(s, kind);
	if (r) {
		r->name = name;
		r->event = 0;
		*request = r;
		return KR_SUCCESS;
	}
	r = zone_alloc_zeroed(&request_zone);
	if (!r)
		return KR_RESOURCE_SHORTAGE;
	r->message = ipc_message_alloc(sizeof(mach_notification_t));
	if (!r->message)
		goto no_message;
	if (!ipc_message_charge(r->message, s->account, CHARGE_REQUESTS, 1))
		goto over;
	ipc_space_ref(s);
	r->kind = kind;
	r->space = s;
	r->name = name;
	r->notify = notify;
	*request = r;
	return KR_SUCCESS;
over:
	ipc_message_free(r->message);
no_message:
	zone_free(&request_zone, r);
	return KR_RESOURCE_SHORTAGE;
}

struct ipc_request *ipc_request_create_kobject(void)
{
	struct ipc_request *r = zone_alloc_zeroed(&request_zone);

	if (r)
		r->kind = REQUEST_KOBJECT;
	return r;
}

void ipc_request_used(struct ipc_request *r)
{
	assert(r->kind == REQUEST_COMPAT && r->notify.kind == RIGHT_NONE);
	request_free(r);
}

struct ipc_right ipc_request_cancel(struct ipc_request *r)
{
	struct ipc_right right = r->notify;
	request_free(r);
	return right;
}

void ipc_notify_fill(struct ipc_message *m, int32_t id, uint32_t type_word,
		     uint32_t value)
{
	uint32_t *body = (uint32_t *)ipc_message_body(m);
	m->head.msgh_bits = MACH_MSGH_BITS_KERNEL |
			    (uint32_t)MSG_TYPE_EMERGENCY << 16;
	m->head.msgh_id = id;
	m->head.msgh_size = sizeof(m->head);
	if (!type_word)
		return;
	body[0] = type_word;
	body[1] = value;
	m->head.msgh_size = sizeof(mach_notification_t);
}

/* An item array of one, owned by the message. */
static bool attach_right(struct ipc_message *m, struct ipc_right right)
{
	if (!ipc_message_add_items(m, 1))
		return false;
	m->items[0].kind = ITEM_RIGHT;
	m->items[0].right = right;
	m->items[0].offset = sizeof(uint32_t);
	m->head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	return true;
}

static uint32_t type_word_of(int32_t event)
{
	switch (event) {
	case MACH_NOTIFY_NO_SENDERS:
		return TYPE_WORD(MACH_MSG_TYPE_INTEGER_32);
	case MACH_NOTIFY_PORT_DESTROYED:
		return TYPE_WORD(MACH_MSG_TYPE_PORT_RECEIVE);
	default:
		return TYPE_WORD(MACH_MSG_TYPE_PORT_NAME);
	}
}

/* The manual's entries vanish before their task hears of it. */
static void remove_compat_entry(struct ipc_request *r)
{
	struct ipc_space *s = r->space;
	spin_lock(&s->lock);
	struct ipc_entry *e = s->active ? ipc_entry_get(s, r->name) : NULL;
	if (e)
		ipc_entry_done(e); /* it is somebody else by now */
	spin_unlock(&s->lock);
}

/* The sender may leave another message with the kernel. That the port died, the
 * manual's entries tell by themselves. */
static void clear_accept_mark(struct ipc_request *r)
{
	struct ipc_space *s = r->space;
	spin_lock(&s->lock);
	struct ipc_entry *e = s->active ? ipc_entry_lookup(s, r->name) : NULL;
	if (e && e->flags & ENTRY_COMPAT && r->event == MACH_NOTIFY_PORT_DELETED)
		r->event = 0;
	if (e)
		e->flags &= ~ENTRY_ACCEPT;
	spin_unlock(&s->lock);
}

static struct ipc_right target_of(struct ipc_request *r)
{
	if (r->notify.kind != RIGHT_NONE)
		return r->notify;
	return ipc_space_get_notify(r->space);
}

enum rearm { REARM_DEAD, REARM_AGAIN, REARM_WAITS };

/* What now, after the object was told: its port died, or has no senders once
 * more, or has some and the request waits for the next time. */
static enum rearm kobject_rearm(struct ipc_request *r, struct ipc_port *port)
{
	enum rearm what = REARM_DEAD;

	spin_lock(&port->lock);
	if (port->active && port->srights == 0)
		what = REARM_AGAIN;
	else if (port->active)
		what = REARM_WAITS;
	if (what == REARM_WAITS)
		port->no_senders = r;
	spin_unlock(&port->lock);
	return what;
}

static void kobject_fire(struct ipc_request *r)
{
	struct ipc_port *port = r->port;
	struct kobject *object = r->object;

	r->port = NULL;
	r->object = NULL;
	enum rearm what;
	do {
		object->ops->no_senders(object, port);
		what = kobject_rearm(r, port);
	} while (what == REARM_AGAIN);
	if (what == REARM_DEAD)
		request_free(r);
	kobject_unref(object);
	ipc_port_unref(port);
}

void ipc_request_fire(struct ipc_request *r)
{
	if (r->kind == REQUEST_KOBJECT) {
		kobject_fire(r);
		return;
	}
	struct ipc_message *m = r->message;
	if (r->kind == REQUEST_COMPAT && !r->event) {
		request_free(r);
		return;
	}
	if (r->kind == REQUEST_COMPAT && r->event == MACH_NOTIFY_PORT_DELETED)
		remove_compat_entry(r);
	if (r->kind == REQUEST_ACCEPTED)
		clear_accept_mark(r);
	struct ipc_right target = target_of(r);
	if (!r->event || !target.port) {
		ipc_right_used(target);
		ipc_right_release(r->carried);
		request_free(r);
		return;
	}
	r->message = NULL;
	ipc_notify_fill(m, r->event, type_word_of(r->event), r->value);
	m->dest = target;
	if (r->carried.kind != RIGHT_NONE && !attach_right(m, r->carried)) {
		ipc_port_kill(r->carried.port);
		ipc_message_destroy(m);
	} else {
		if (m->items)
			((uint32_t *)ipc_message_body(m))[1] = 1;
		if (m->items)
			ipc_message_enter_transit(m);
		ipc_message_post(m);
	}
	request_free(r);
}

void ipc_requests_fire_all(struct list *after)
{
	struct ipc_request *r;
	while ((r = list_first_entry(after, struct ipc_request, link))) {
		list_remove(&r->link);
		ipc_request_fire(r);
	}
}

void ipc_notify_send_once(struct ipc_right right)
{
	struct ipc_port *port = right.port;
	struct ipc_message *m = NULL;
	bool deaf = !port->active || ipc_port_is_kernel(port);
	if (!deaf) {
		m = ipc_message_alloc(sizeof(mach_msg_header_t));
		if (m && port->account &&
		    !ipc_message_charge(m, port->account, CHARGE_MESSAGES,
					sizeof(*m))) {
			ipc_message_free(m);
			m = NULL;
		}
	}
	if (m) {
		ipc_notify_fill(m, MACH_NOTIFY_SEND_ONCE, 0, 0);
		m->dest = right;
		ipc_message_post(m);
		return;
	}
	spin_lock(&port->lock);
	if (port->active && !deaf)
		port->owed++; /* told when the queue is empty: queue.c */
	assert(port->sorights > 0);
	port->sorights--;
	ipc_port_unlock_check(port);
}

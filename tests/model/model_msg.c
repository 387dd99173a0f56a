/* SPDX-License-Identifier: BSD-2-Clause */
/* The model: messages. */
#include "model.h"

#include <mach/kern_return.h>
#include <string.h>

static uint32_t size_of(unsigned items)
{
	return (uint32_t)(sizeof(mach_msg_header_t) + 8 * items);
}

/* --- sending --- */

static bool moves(const struct m_entry *e, mach_msg_type_name_t how)
{
	if (how == MSG_TYPE_PORT)
		return e->type & T_ONCE;
	return how == MACH_MSG_TYPE_MOVE_SEND ||
	       how == MACH_MSG_TYPE_MOVE_SEND_ONCE;
}

struct header {
	mach_port_name_t dest, reply;
	mach_msg_type_name_t dest_how, reply_how;
};

/* Two moves under one name need two references. */
static bool enough(int task, const struct header *h)
{
	const struct m_entry *e = m_find(task, h->dest);

	return h->dest != h->reply || !moves(e, h->dest_how) ||
	       !moves(e, h->reply_how) ||
	       (e->type & T_SEND && e->urefs > 1);
}

static int check_header(int task, const struct header *h)
{
	if (h->dest_how == MACH_MSG_TYPE_MOVE_RECEIVE ||
	    h->reply_how == MACH_MSG_TYPE_MOVE_RECEIVE ||
	    (h->reply_how == 0 && h->reply != 0))
		return MACH_SEND_INVALID_HEADER;
	if (h->dest == 0 || h->dest == ~0u ||
	    m_check_take(task, h->dest, h->dest_how) != KERN_SUCCESS ||
	    m_find(task, h->dest)->type & T_DEAD)
		return MACH_SEND_INVALID_DEST;
	if (h->reply == 0 || h->reply == ~0u)
		return MACH_MSG_SUCCESS;
	if (m_check_take(task, h->reply, h->reply_how) != KERN_SUCCESS ||
	    !enough(task, h))
		return MACH_SEND_INVALID_REPLY;
	return MACH_MSG_SUCCESS;
}

static void take_valid(int task, mach_port_name_t name,
		       mach_msg_type_name_t how, struct m_right *right,
		       struct m_after *after)
{
	right->kind = name == ~0u ? M_DEAD : M_NONE;
	if (name != 0 && name != ~0u)
		(void)m_take(task, name, how, right, after);
}

static void take_header(int task, const struct header *h, struct m_message *m)
{
	struct m_after after = {0};
	bool dest_first = h->dest == h->reply &&
			  !moves(m_find(task, h->dest), h->dest_how);

	if (dest_first)
		take_valid(task, h->dest, h->dest_how, &m->dest, &after);
	take_valid(task, h->reply, h->reply_how, &m->reply, &after);
	if (!dest_first)
		take_valid(task, h->dest, h->dest_how, &m->dest, &after);
	m_after_fire(&after);
}

static bool take_items(int task, const struct model_message *from,
		       struct m_message *m, unsigned items)
{
	struct m_after after = {0};
	bool ok = true;

	for (unsigned i = 0; ok && i < items; i++) {
		mach_port_name_t name = from->item[i].name;
		struct m_right *right = &m->item[m->items];

		if (name == 0 || name == ~0u)
			right->kind = name ? M_DEAD : M_NONE;
		else
			ok = m_take(task, name, from->item[i].type.msgt_name,
				    right, &after) == KERN_SUCCESS;
		m->items += ok;
	}
	m_after_fire(&after);
	return ok;
}

/* False: the message carries the only way to itself. */
static bool enter_transit(struct m_message *m)
{
	bool ok = true;

	for (unsigned i = 0; i < m->items; i++)
		if (m->item[i].kind == M_RECEIVE)
			ok &= m_transit_enter(m->item[i].port, m->dest.port);
	return ok;
}

/* What the kernel wrote into the sender's buffer are its names now. */
static bool give_back(int task, struct m_message *m,
		      const struct model_message *seen)
{
	bool ok = m_put(task, m->dest, false, seen->head.msgh_remote_port) &&
		  m_put(task, m->reply, false, seen->head.msgh_local_port);

	for (unsigned i = 0; ok && i < m->items; i++)
		ok = m_put(task, m->item[i], false, seen->item[i].name);
	m_message_free(m);
	return ok;
}

static int deliver(struct m_message *m)
{
	struct m_port *p = m->dest.port;

	if (!enter_transit(m)) {
		m_message_destroy(m);
		return MACH_MSG_SUCCESS;
	}
	if (m->dest.kind == M_SEND && p->count >= p->qlimit)
		return MACH_SEND_TIMED_OUT;
	m_post(m);
	return MACH_MSG_SUCCESS;
}

static bool send(const struct backend *b, int task, struct model_message *um,
		 const struct header *h, unsigned items)
{
	struct model_message seen = *um;
	struct m_message *m = m_message_new();
	int want = check_header(task, h);
	int code = b->message(task, &seen, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
			      size_of(items), 0, 0);

	m->id = um->head.msgh_id;
	if (want != MACH_MSG_SUCCESS) {
		m_message_free(m);
		return model_code("send", code, want);
	}
	take_header(task, h, m);
	if (!take_items(task, um, m, items)) {
		m_message_destroy(m);
		return model_code("send", code, MACH_SEND_INVALID_RIGHT);
	}
	want = deliver(m);
	if (!model_code("send", code, want))
		return false;
	return want != MACH_SEND_TIMED_OUT || give_back(task, m, &seen);
}

static int32_t message_id;

static unsigned queued(void)
{
	unsigned n = 0;

	for (unsigned t = 0; t < MODEL_TASKS; t++)
		for (unsigned i = 0; i < MODEL_ENTRIES; i++) {
			const struct m_entry *e = &m_tasks[t].entry[i];
			if (e->name != 0 && e->type & T_RECEIVE)
				n += e->port->count;
		}
	return n;
}

/* Destinations mostly one that can be sent to. */
static mach_port_name_t pick_dest(int task, unsigned n)
{
	return n % 8 == 0 ? pick_name(task, n / 8) :
			    pick_kind(task, n / 8, T_SEND | T_RECEIVE | T_ONCE);
}

bool op_send(const struct backend *b, const struct step *s)
{
	unsigned items = s->c % 5 < 3 ? s->c % 5 : 0;
	struct model_message um = {0};
	struct header h = {.dest = pick_dest(s->task, s->a),
			   .reply = s->b % 2 ? pick_name(s->task, s->b / 2) : 0};

	if (!model_room(s->task) || queued() > MODEL_QUEUED / 2)
		return true;
	h.dest_how = pick_how(s->task, h.dest, s->a / 8);
	if (h.dest_how == MACH_MSG_TYPE_MOVE_RECEIVE)
		h.dest_how = MACH_MSG_TYPE_MAKE_SEND;
	if (s->b % 2)
		h.reply_how = s->b % 5 ? pick_how(s->task, h.reply, s->b / 2) :
					 MSG_TYPE_PORT;
	um.head.msgh_bits = MACH_MSGH_BITS(h.dest_how, h.reply_how) |
			    (items ? MACH_MSGH_BITS_COMPLEX : 0);
	um.head.msgh_remote_port = h.dest;
	um.head.msgh_local_port = h.reply;
	um.head.msgh_id = ++message_id;
	for (unsigned i = 0; i < items; i++) {
		unsigned n = (unsigned)(s->c / 5 + i * 4099) % 65536;
		mach_port_name_t name = pick_name(s->task, n);

		um.item[i].name = name;
		um.item[i].type = (mach_msg_type_t){
			.msgt_name = pick_how(s->task, name, n / 16),
			.msgt_size = 32,
			.msgt_number = 1,
			.msgt_inline = 1,
		};
	}
	return send(b, s->task, &um, &h, items);
}

/* --- receiving --- */

/* What the message should have looked like, but for names. */
static bool same_message(const struct m_message *m, struct m_port *p,
			 const struct model_message *seen, uint32_t size)
{
	if (seen->head.msgh_id != m->id)
		return model_differs("received %d, not %d", seen->head.msgh_id,
				     m->id);
	if (seen->head.msgh_seqno != p->seqno)
		return model_differs("seqno %u, not %u", seen->head.msgh_seqno,
				     p->seqno);
	if (seen->head.msgh_size != size)
		return model_differs("size %u, not %u", seen->head.msgh_size,
				     size);
	if (!!(seen->head.msgh_bits & MACH_MSGH_BITS_KERNEL) != m->kernel)
		return model_differs("wrong kernel bit");
	return true;
}

static uint32_t message_size(const struct m_message *m)
{
	return size_of(m->has_value ? 1 : m->items);
}

/* The destination's right has done its duty. */
static void dest_done(struct m_message *m)
{
	struct m_right dest = m->dest;

	m->dest = (struct m_right){0};
	if (dest.kind == M_ONCE)
		dest.port->sorights--;
	else
		m_release(dest);
}

static bool type_shown(struct m_right right, mach_msg_type_name_t seen,
		       bool compat)
{
	mach_msg_type_name_t want = MACH_MSG_TYPE_PORT_SEND;

	if (right.port == NULL)
		return true; /* as it was sent */
	if (right.kind == M_RECEIVE)
		want = MACH_MSG_TYPE_PORT_RECEIVE;
	if (right.kind == M_ONCE)
		want = MACH_MSG_TYPE_PORT_SEND_ONCE;
	if (compat)
		want = right.kind == M_RECEIVE ? MSG_TYPE_PORT_ALL :
						 MSG_TYPE_PORT;
	return seen == want ||
	       model_differs("type %u, not %u", seen, want);
}

static bool place(int task, struct m_message *m, bool compat,
		  const struct model_message *seen)
{
	bool ok = m_put(task, m->reply, compat, seen->head.msgh_remote_port);

	for (unsigned i = 0; ok && i < m->items; i++)
		ok = type_shown(m->item[i], seen->item[i].type.msgt_name,
				compat) &&
		     m_put(task, m->item[i], compat, seen->item[i].name);
	if (ok && m->has_value && seen->item[0].name != m->value)
		ok = model_differs("notification %d of %x, not %x", m->id,
				   seen->item[0].name, m->value);
	m_message_free(m);
	return ok;
}

/* The port whose message came: of a set, the kernel chooses. */
static struct m_port *came_from(int task, const struct m_entry *e,
				mach_port_name_t local)
{
	const struct m_entry *from = m_find(task, local);

	if (from == NULL || !(from->type & T_RECEIVE))
		return NULL;
	if (e->type & T_SET)
		return from->port->set == e->set ? from->port : NULL;
	return from == e ? from->port : NULL;
}

/* Does a port that this name receives from have a message (of more than size
 * bytes) at its head? */
static bool waiting(int task, const struct m_entry *e, uint32_t size)
{
	if (e->type & T_RECEIVE)
		return e->port->queue && message_size(e->port->queue) > size;
	for (unsigned i = 0; i < MODEL_ENTRIES; i++) {
		const struct m_entry *f = &m_tasks[task].entry[i];
		if (f->name != 0 && f->type & T_RECEIVE &&
		    f->port->set == e->set && f->port->queue != NULL &&
		    message_size(f->port->queue) > size)
			return true;
	}
	return false;
}

static bool take_message(int task, const struct m_entry *e, uint32_t size,
			 bool compat, int code,
			 const struct model_message *seen)
{
	struct m_port *p = came_from(task, e, seen->head.msgh_local_port);
	struct m_message *m = p != NULL ? p->queue : NULL;
	uint32_t full;

	if (m == NULL)
		return model_differs("a message from nowhere (%x)",
				     seen->head.msgh_local_port);
	full = message_size(m);
	if (!model_code("receive", code,
			full > size ? MACH_RCV_TOO_LARGE : MACH_MSG_SUCCESS) ||
	    !same_message(m, p, seen, full))
		return false;
	p->queue = m->next;
	p->count--;
	p->seqno++;
	dest_done(m);
	if (full <= size)
		return place(task, m, compat, seen);
	m_message_destroy(m);
	return seen->head.msgh_remote_port == 0 ||
	       model_differs("a reply port with a message too large");
}

bool op_receive(const struct backend *b, const struct step *s)
{
	mach_port_name_t name =
		s->a % 8 == 0 ? pick_name(s->task, s->a / 8) :
				pick_kind(s->task, s->a / 8, T_RECEIVE | T_SET);
	const struct m_entry *e = m_find(s->task, name);
	bool small = s->b % 16 == 0, large = s->b / 16 % 2;
	bool compat = s->c % 4 == 0;
	uint32_t size = size_of(small ? 0 : MODEL_ITEMS);
	uint32_t option = MACH_RCV_MSG | MACH_RCV_TIMEOUT |
			  (large ? MACH_RCV_LARGE : 0) |
			  (compat ? MACH_RCV_25 : 0);
	struct model_message seen = {0};

	if (!model_room(s->task))
		return true;
	int code = b->message(s->task, &seen, option, 0, size, name);
	if (e == NULL || !(e->type & (T_RECEIVE | T_SET)))
		return model_code("receive", code, MACH_RCV_INVALID_NAME);
	if (e->type & T_RECEIVE && e->port->set != NULL)
		return model_code("receive", code, MACH_RCV_IN_SET);
	if (!waiting(s->task, e, 0))
		return model_code("receive", code, MACH_RCV_TIMED_OUT);
	if (large && code == MACH_RCV_TOO_LARGE)
		return waiting(s->task, e, size) ||
		       model_differs("nothing is too large");
	return take_message(s->task, e, size, compat, code, &seen);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copy-in of a message: bytes, then what the body needs reserved, then the
 * header's two rights as one step, then the body's rights.
 *
 *   no effect          TOO_SMALL, TOO_LARGE, NO_BUFFER, INVALID_DATA,
 *                      INVALID_HEADER, INVALID_TYPE, INVALID_MEMORY,
 *                      INVALID_DEST, INVALID_REPLY, INVALID_NOTIFY
 *   rights destroyed   INVALID_RIGHT
 */
#include <arch/copy.h>
#include <ipc/body_i.h>
#include <ipc/space_i.h>
#include <kern/string.h>
#include <kern/thread.h>

#define BITS_KNOWN                                                         \
	(MACH_MSGH_BITS_REMOTE_MASK | MACH_MSGH_BITS_LOCAL_MASK |          \
	 MACH_MSGH_BITS_TYPE_MASK | MACH_MSGH_BITS_KERNEL |                \
	 MACH_MSGH_BITS_COMPLEX)

static bool is_send_disposition(uint32_t d)
{
	return (d >= MACH_MSG_TYPE_MOVE_SEND &&
		d <= MACH_MSG_TYPE_MAKE_SEND_ONCE) ||
	       d == MSG_TYPE_PORT || d == MSG_TYPE_PORT_ALL;
}

/* In the header PORT_ALL carries no more than PORT. */
static mach_msg_type_name_t header_disposition(uint32_t d)
{
	return d == MSG_TYPE_PORT_ALL ? MSG_TYPE_PORT : d;
}

static mach_msg_return_t check_header(const mach_msg_header_t *h)
{
	uint32_t local = MACH_MSGH_BITS_LOCAL(h->msgh_bits);
	if (h->msgh_bits & ~BITS_KNOWN ||
	    !is_send_disposition(MACH_MSGH_BITS_REMOTE(h->msgh_bits)))
		return MACH_SEND_INVALID_HEADER;
	if (local ? !is_send_disposition(local) :
		    h->msgh_local_port != MACH_PORT_NULL)
		return MACH_SEND_INVALID_HEADER;
	return MACH_MSG_SUCCESS;
}

/* --- the header's rights --- */

struct header_take {
	mach_port_name_t dest, reply;
	struct ipc_take dest_how, reply_how;
};

static bool consumes(const struct ipc_entry *e, mach_msg_type_name_t d)
{
	if (d == MSG_TYPE_PORT)
		return e->type & TYPE_SEND_ONCE;
	return d == MACH_MSG_TYPE_MOVE_SEND ||
	       d == MACH_MSG_TYPE_MOVE_SEND_ONCE;
}

/* Both rights under one name, both moved: there must be two. */
static bool two_of_one(struct ipc_space *s, const struct header_take *h)
{
	const struct ipc_entry *e = ipc_entry_lookup(s, h->dest);
	return h->dest != h->reply || !e ||
	       !consumes(e, h->dest_how.disposition) ||
	       !consumes(e, h->reply_how.disposition) ||
	       (e->type & TYPE_SEND && e->urefs > 1);
}

static mach_msg_return_t check_names(struct ipc_space *s,
				     const struct header_take *h)
{
	if (!s->active || !MACH_PORT_VALID(h->dest) ||
	    ipc_entry_check_take(s, h->dest, h->dest_how.disposition) !=
		    KR_SUCCESS)
		return MACH_SEND_INVALID_DEST;
	const struct ipc_entry *e = ipc_entry_lookup(s, h->dest);
	if (!e || e->type & TYPE_DEAD)
		return MACH_SEND_INVALID_DEST;
	/* The manual: no more to that port until the kernel got rid of one. */
	if (e->flags & ENTRY_ACCEPT && e->flags & ENTRY_COMPAT)
		return MACH_SEND_NOTIFY_IN_PROGRESS;
	if (!MACH_PORT_VALID(h->reply))
		return MACH_MSG_SUCCESS;
	if (ipc_entry_check_take(s, h->reply, h->reply_how.disposition) !=
		    KR_SUCCESS ||
	    !two_of_one(s, h))
		return MACH_SEND_INVALID_REPLY;
	return MACH_MSG_SUCCESS;
}

/* A name that died since the check gives a dead right, which is well. */
static void take_one(struct ipc_space *s, mach_port_name_t name,
		     struct ipc_take how, struct ipc_right *right,
		     struct list *after)
{
	*right = name == MACH_PORT_NULL ? IPC_RIGHT_NULL : IPC_RIGHT_DEAD;
	if (!MACH_PORT_VALID(name))
		return;
	enum kr kr = ipc_entry_take(s, name, how, right, after);
	(void)kr;
}

static void take_both(struct ipc_space *s, const struct header_take *h,
		      struct ipc_message *m, struct list *after)
{
	const struct ipc_entry *e = ipc_entry_lookup(s, h->dest);
	bool dest_first = e && h->dest == h->reply &&
			  !consumes(e, h->dest_how.disposition);
	if (dest_first)
		take_one(s, h->dest, h->dest_how, &m->dest, after);
	take_one(s, h->reply, h->reply_how, &m->reply, after);
	if (!dest_first)
		take_one(s, h->dest, h->dest_how, &m->dest, after);
}

/* MACH_SEND_NOTIFY and MACH_SEND_CANCEL name a receive right, or nothing. */
static bool check_notify(struct ipc_space *s, const struct msg_send *send)
{
	const struct ipc_entry *e = ipc_entry_lookup(s, send->notify);
	bool needed = send->option & (MACH_SEND_NOTIFY | MACH_SEND_CANCEL) &&
		      !(send->option & MACH_SEND_25);
	return !needed || send->notify == MACH_PORT_NULL ||
	       (e && e->type & TYPE_RECEIVE);
}

static mach_msg_return_t take_any_header(struct ipc_message *m,
					 struct msg_send *send)
{
	struct ipc_space *s = thread_self()->space;
	uint32_t bits = m->head.msgh_bits;
	struct header_take h = {
		.dest = m->head.msgh_remote_port,
		.reply = m->head.msgh_local_port,
		.dest_how = {header_disposition(MACH_MSGH_BITS_REMOTE(bits)),
			     false, send->option & MACH_SEND_CANCEL},
		.reply_how = {header_disposition(MACH_MSGH_BITS_LOCAL(bits)),
			      false, false},
	};
	struct list after;
	list_init(&after);
	send->dest_name = h.dest;
	spin_lock(&s->lock);
	mach_msg_return_t r = check_names(s, &h);
	if (r == MACH_MSG_SUCCESS && !check_notify(s, send))
		r = MACH_SEND_INVALID_NOTIFY;
	if (r == MACH_MSG_SUCCESS) {
		take_both(s, &h, m, &after);
		atomic_add(&s->sent, 1);
	}
	spin_unlock(&s->lock);
	ipc_requests_fire(&after);
	m->head.msgh_bits = bits &
			    (MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS_TYPE_MASK);
	return r;
}

/* The two shapes of a remote procedure call, without the detours; false: look
 * at it the general way, nothing has happened. Space locked. */
static bool take_request(struct ipc_space *s, struct ipc_message *m)
{
	struct ipc_entry *d = ipc_entry_lookup(s, m->head.msgh_remote_port);
	struct ipc_entry *r = ipc_entry_lookup(s, m->head.msgh_local_port);
	if (!d || !r || !(d->type & TYPE_SEND) || d->flags & ENTRY_ACCEPT ||
	    !(r->type & TYPE_RECEIVE))
		return false;
	struct ipc_port *dest = d->port, *reply = r->port;
	spin_lock(&dest->lock);
	bool alive = dest->active;
	if (alive)
		dest->srights++;
	spin_unlock(&dest->lock);
	if (!alive)
		return false;
	spin_lock(&reply->lock); /* alive: its receive right is here */
	reply->sorights++;
	spin_unlock(&reply->lock);
	m->dest = (struct ipc_right){dest, RIGHT_SEND};
	m->reply = (struct ipc_right){reply, RIGHT_SEND_ONCE};
	return true;
}

/* A send-once right, native or the manual's. */
static bool take_answer(struct ipc_space *s, struct ipc_message *m,
			struct list *after)
{
	struct ipc_entry *d = ipc_entry_lookup(s, m->head.msgh_remote_port);
	if (!d || d->type != TYPE_SEND_ONCE ||
	    m->head.msgh_local_port != MACH_PORT_NULL)
		return false;
	struct ipc_port *port = d->port;
	spin_lock(&port->lock);
	bool ok = port->active &&
		  (!d->request || d->request->kind == REQUEST_COMPAT);
	if (ok && d->request) {
		d->request->event = 0;
		list_remove(&d->request->link);
		list_push_back(after, &d->request->link);
		d->request = NULL;
	}
	spin_unlock(&port->lock);
	if (!ok)
		return false;
	m->dest = (struct ipc_right){port, RIGHT_SEND_ONCE};
	d->type = 0;
	ipc_entry_free(s, d);
	return true;
}

#define BITS_BOTH (MACH_MSGH_BITS_REMOTE_MASK | MACH_MSGH_BITS_LOCAL_MASK)
#define BITS_REQUEST \
	MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE)
#define BITS_ANSWER MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0)
#define BITS_OLD_ANSWER MACH_MSGH_BITS(MSG_TYPE_PORT, MSG_TYPE_PORT)

static mach_msg_return_t take_header(struct ipc_message *m,
				     struct msg_send *send)
{
	struct ipc_space *s = thread_self()->space;
	uint32_t bits = m->head.msgh_bits;
	bool taken = false;
	struct list after;
	list_init(&after);
	if (!(send->option & (MACH_SEND_NOTIFY | MACH_SEND_CANCEL))) {
		uint32_t shape = bits & BITS_BOTH;
		spin_lock(&s->lock);
		if (shape == BITS_REQUEST)
			taken = take_request(s, m);
		else if (shape == BITS_ANSWER || shape == MSG_TYPE_PORT ||
			 shape == BITS_OLD_ANSWER)
			taken = take_answer(s, m, &after);
		if (taken)
			atomic_add(&s->sent, 1);
		spin_unlock(&s->lock);
		ipc_requests_fire(&after);
	}
	if (!taken)
		return take_any_header(m, send);
	m->head.msgh_bits = bits &
			    (MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS_TYPE_MASK);
	send->dest_name = m->head.msgh_remote_port;
	return MACH_MSG_SUCCESS;
}

/* --- the whole --- */

mach_msg_return_t ipc_message_fetch(uint64_t buffer, uint32_t bytes,
				    uint32_t option,
				    struct ipc_message **message)
{
	uint32_t limit = option & MACH_SEND_25 ? MSG_SIZE_MAX :
						 MACH_MSG_SIZE_MAX;
	if (bytes < sizeof(mach_msg_header_t))
		return MACH_SEND_MSG_TOO_SMALL;
	if (bytes > limit)
		return MACH_SEND_MSG_TOO_LARGE;
	uint32_t size = (bytes + 3) & ~3u;
	struct ipc_message *m = ipc_message_get(size);
	if (!m)
		return MACH_SEND_NO_BUFFER;
	if (!copy_in(&m->head, buffer, bytes)) {
		ipc_message_put(m);
		return MACH_SEND_INVALID_DATA;
	}
	if (size != bytes)
		memset((uint8_t *)&m->head + bytes, 0, size - bytes);
	m->head.msgh_size = size;
	*message = m;
	return MACH_MSG_SUCCESS;
}

mach_msg_return_t ipc_message_copyin(struct ipc_message *m,
				     struct msg_send *send)
{
	bool complex = m->head.msgh_bits & MACH_MSGH_BITS_COMPLEX;
	mach_msg_return_t r = check_header(&m->head);
	if (r == MACH_MSG_SUCCESS && complex)
		r = ipc_body_reserve(m);
	if (r == MACH_MSG_SUCCESS)
		r = take_header(m, send);
	if (r != MACH_MSG_SUCCESS) {
		ipc_body_unreserve(m);
		ipc_message_put(m);
		return r;
	}
	if (complex)
		r = ipc_body_take(m);
	if (r != MACH_MSG_SUCCESS) {
		ipc_message_destroy(m);
		return r;
	}
	if (m->moves_receive)
		ipc_message_enter_transit(m);
	return MACH_MSG_SUCCESS;
}

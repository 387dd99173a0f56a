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

static mach_msg_return_t take_header(struct ipc_message *m,
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

/* --- the whole --- */

static mach_msg_return_t fetch(const struct msg_send *send,
			       struct ipc_message **message)
{
	uint32_t limit = send->option & MACH_SEND_25 ? MSG_SIZE_MAX :
						       MACH_MSG_SIZE_MAX;
	if (send->size < sizeof(mach_msg_header_t))
		return MACH_SEND_MSG_TOO_SMALL;
	if (send->size > limit)
		return MACH_SEND_MSG_TOO_LARGE;
	uint32_t size = (send->size + 3) / 4 * 4;
	struct ipc_message *m = ipc_message_alloc(size);
	if (!m)
		return MACH_SEND_NO_BUFFER;
	if (!copy_in(&m->head, send->buffer, send->size)) {
		ipc_message_free(m);
		return MACH_SEND_INVALID_DATA;
	}
	memset((uint8_t *)&m->head + send->size, 0, size - send->size);
	m->head.msgh_size = size;
	*message = m;
	return MACH_MSG_SUCCESS;
}

static mach_msg_return_t reserve(struct ipc_message *m)
{
	if (m->head.msgh_bits & MACH_MSGH_BITS_COMPLEX)
		return ipc_body_reserve(m);
	if (!ipc_message_charge(m, thread_self()->account, CHARGE_MESSAGES,
				sizeof(*m) + m->capacity))
		return MACH_SEND_NO_BUFFER;
	return MACH_MSG_SUCCESS;
}

static void undo_reserve(struct ipc_message *m)
{
	ipc_body_unreserve(m);
	ipc_message_free(m);
}

mach_msg_return_t ipc_message_copyin(struct msg_send *send,
				     struct ipc_message **message)
{
	struct ipc_message *m;
	mach_msg_return_t r = fetch(send, &m);
	if (r != MACH_MSG_SUCCESS)
		return r;
	bool complex = m->head.msgh_bits & MACH_MSGH_BITS_COMPLEX;
	r = check_header(&m->head);
	if (r == MACH_MSG_SUCCESS)
		r = reserve(m);
	if (r == MACH_MSG_SUCCESS)
		r = take_header(m, send);
	if (r != MACH_MSG_SUCCESS) {
		undo_reserve(m);
		return r;
	}
	if (complex)
		r = ipc_body_take(m);
	if (r != MACH_MSG_SUCCESS) {
		ipc_message_destroy(m);
		return r;
	}
	if (m->item_count)
		ipc_message_enter_transit(m);
	*message = m;
	return MACH_MSG_SUCCESS;
}

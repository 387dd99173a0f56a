/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The middle of the fast path (fast.c): find, meet, commit. Inline, because each
 * kind of call gets its own copy of the text with its questions answered.
 */
#pragma once

#include <arch/copy.h>
#include <arch/pmap.h>
#include <ipc/fast.h>
#include <ipc/space_i.h>
#include <ipc/stat.h>
#include <kern/become.h>

#define BITS_REQUEST \
	MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE)
#define BITS_ANSWER MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0)
#define BITS_CARRIED (MACH_MSGH_BITS_TYPE_MASK | MACH_MSGH_BITS_COMPLEX)
#define BITS_PLAIN   (~MACH_MSGH_BITS_TYPE_MASK)
#define BITS_SHAPE   (~(BITS_CARRIED | MACH_MSGH_BITS_KERNEL))
#define BITS_TO_SERVER \
	MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND)
#define BITS_TO_CLIENT MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE)
#define likely(x)      __builtin_expect(!!(x), 1)
#define unlikely(x)    __builtin_expect(!!(x), 0)
/* One text, compiled once for each kind of call. */
#define TEMPLATE       __attribute__((always_inline)) static inline

enum call { REQUEST, ANSWER, KERNEL_REQUEST };
/* PLAIN data; LONG plain data, of which only the header was fetched; ONE right and
 * nothing else; or ANY body. The first three leave to the last: entries and peers
 * of the manual's, and the kernel as a peer. */
enum body { PLAIN, LONG, ONE, ANY };

struct fast {
	struct thread *self, *peer;
	struct ipc_message *m;
	struct ipc_entry *entry;  /* of the destination */
	struct ipc_port *dest;	  /* locked */
	struct ipc_set *dest_set; /* locked, or NULL */
	struct list *receivers;	  /* of the one or the other */
	struct ipc_port *port;	  /* to receive from: locked */
	struct ipc_set *set;	  /* or this */
	uint32_t causal;	  /* of the sender */
	struct ipc_request *outlived; /* of a manual's entry used up */
	bool short_landing; /* names for one right at most, then the bytes */
};

/* --- find --- */

/* Entries do not move; but one of a chosen name may have been freed. */
TEMPLATE void check_remembered(struct thread *self, struct ipc_space *s)
	REQUIRES(&s->lock)
{
	if (likely(self->ipc.version == s->overflow_version))
		return;
	self->ipc.version = s->overflow_version;
	self->ipc.from = self->ipc.to = &ipc_no_entry;
}

/* An entry, most often the remembered one. A free one, or another instead of a
 * chosen one of the same name, is of no type. */
TEMPLATE struct ipc_entry *find_entry(struct ipc_entry **remembered,
				      struct ipc_space *s,
				      mach_port_name_t name) REQUIRES(&s->lock)
{
	struct ipc_entry *e = *remembered;
	if (likely(e->name == name))
		return e;
	e = ipc_entry_lookup(s, name);
	return e ? *remembered = e : &ipc_no_entry;
}

/* An entry held the manual's way has a request with it; any other request is
 * the general path's. */
static bool is_plain_compat(const struct ipc_entry *e)
{
	return e->flags == ENTRY_COMPAT && e->request &&
	       e->request->kind == REQUEST_COMPAT;
}

/* The entries, by kind. */
TEMPLATE bool find_entries(struct fast *f, struct ipc_space *s,
			   mach_port_name_t from, enum call call,
			   enum body body)
	REQUIRES(&s->lock)
{
	struct thread_ipc *mine = &f->self->ipc;
	check_remembered(f->self, s);
	struct ipc_entry *d =
		find_entry(&mine->to, s, f->m->head.msgh_remote_port);
	struct ipc_entry *r = find_entry(&mine->from, s, from);
	f->entry = d;
	f->dest = d->port;
	f->port = NULL;
	f->set = NULL;
	if (likely(r->type & TYPE_RECEIVE))
		f->port = r->port;
	else if (call == ANSWER && r->type == TYPE_SET)
		f->set = r->set;
	else
		return false;
	if (call == REQUEST)
		return d->type & TYPE_SEND && !(d->flags & ENTRY_ACCEPT);
	return d->type == TYPE_SEND_ONCE &&
	       ((likely(!d->flags) && likely(!d->request)) ||
		(body == ANY && is_plain_compat(d)));
}

/* --- meet --- */

/* The locks of sets, and of what is received from, depend on what the entries
 * are; the analysis follows neither, and is told of the ports' alone. */
TEMPLATE void lock_set(struct ipc_set *set) NO_LOCK_ANALYSIS
{
	spin_lock(&set->lock);
}

TEMPLATE void unlock_set(struct ipc_set *set) NO_LOCK_ANALYSIS
{
	spin_unlock(&set->lock);
}

/* It takes its message without a look at rights or at who it is. */
TEMPLATE bool lands_short(const struct thread *t)
{
	return (ipc_receive_option(t) &
		(MACH_RCV_MSG | MACH_RCV_25 | MACH_RCV_NOTIFY)) == MACH_RCV_MSG;
}

/* Destination (and its set) locked: a peer waits there as we want it, so the
 * port is alive and has no messages. */
TEMPLATE bool find_peer(struct fast *f, enum body body) REQUIRES(&f->dest->lock)
{
	struct ipc_port *dest = f->dest;
	struct list *receivers = &dest->receivers;
	if (unlikely(dest->set)) {
		f->dest_set = dest->set;
		lock_set(dest->set);
		receivers = &dest->set->receivers;
	}
	struct list_node *n = receivers->head.next;
	if (n == &receivers->head)
		return false;
	struct thread *t = container_of(n, struct thread, wait_link);
	assert(dest->active && list_empty(&dest->queue));
	f->peer = t;
	f->receivers = receivers;
	f->short_landing = true;
	if (body != ANY)
		return likely(f->m->head.msgh_size <= t->ipc.room) &&
		       likely(thread_can_become(f->self, t));
	f->short_landing = likely(lands_short(t)) &&
			   !(f->m->head.msgh_bits & MACH_MSGH_BITS_COMPLEX);
	return likely(f->m->head.msgh_size <= t->ipc.receive_size) &&
	       likely(f->short_landing ||
		      !(ipc_receive_option(t) & MACH_RCV_NOTIFY)) &&
	       likely(thread_can_become(f->self, t));
}

/* Locks the place to receive from, if it is free and has nothing. It is alive:
 * an entry of a held space names it, or the thread keeps it. */
TEMPLATE bool lock_source(struct fast *f) NO_LOCK_ANALYSIS
{
	struct ipc_set *set = f->set;
	if (set) {
		if (set == f->dest_set || !spin_trylock(&set->lock))
			return false;
		assert(set->active);
		if (likely(list_empty(&set->ready)))
			return true;
		spin_unlock(&set->lock);
		return false;
	}
	struct ipc_port *port = f->port;
	/* A release kernel finds the destination's own lock taken. */
	if (CONFIG_DEBUG && port == f->dest)
		return false;
	if (!spin_trylock(&port->lock))
		return false;
	assert(port->active);
	assert(list_empty(&port->queue) == !port->count);
	if (likely(!(port->count | port->owed) && !port->set))
		return true;
	spin_unlock(&port->lock);
	return false;
}

TEMPLATE void unlock_source(struct fast *f) NO_LOCK_ANALYSIS
{
	spin_unlock(f->set ? &f->set->lock : &f->port->lock);
}

/* The body of a long message goes to where the peer reads it; what it finds
 * there if we do not meet after all is nobody's promise. */
TEMPLATE bool pass_body(struct thread *peer, const struct ipc_message *m,
			uint64_t buffer)
{
	const uint32_t head = sizeof(m->head);
	return pmap_copy_across(peer->pmap, peer->ipc.buffer + head,
				buffer + head, m->head.msgh_size - head);
}

TEMPLATE bool meet(struct fast *f, enum body body) REQUIRES(&f->dest->lock)
{
	if (!find_peer(f, body) || !lock_source(f))
		return false;
	/* Not in vain, mostly. */
	if ((body != LONG ||
	     (wait_is_at_rest(f->peer) &&
	      pass_body(f->peer, f->m, f->self->ipc.buffer))) &&
	    likely(wait_end_at_rest(f->peer)))
		return true;
	unlock_source(f);
	return false;
}

/* --- commit: all locks held, nothing here fails --- */

/* The peer is ours: it leaves its list and lets go of what it waited on, which
 * lives on without it. A set is not needed after that. */
TEMPLATE void release_peer(struct fast *f)
{
	struct thread *t = f->peer;
	list_drop_first(f->receivers);
	t->ipc.place = 0;
	if (unlikely(f->dest_set)) {
		ref_put_not_last(&f->dest_set->ref);
		unlock_set(f->dest_set);
		f->dest_set = NULL;
	} else {
		ref_put_not_last(&f->dest->ref);
	}
}

/* What the peer sees of the header, as if the message had been queued and
 * taken. */
TEMPLATE void address(struct fast *f, enum call call, enum body body)
	REQUIRES(&f->dest->lock)
{
	struct ipc_port *dest = f->dest;
	struct ipc_message *m = f->m;
	uint32_t bits = m->head.msgh_bits;
	m->head.msgh_seqno = dest->seqno++;
	if (body == ANY && !f->short_landing) {
		m->head.msgh_bits =
			(bits & BITS_CARRIED) |
			(call == KERNEL_REQUEST ? MACH_MSGH_BITS_KERNEL : 0);
		m->local_name = dest->receiver_name;
		m->addressed = call == ANSWER ? MACH_MSG_TYPE_PORT_SEND_ONCE :
						MACH_MSG_TYPE_PORT_SEND;
		return;
	}
	if (body == ANY)
		m->head.msgh_bits =
			(bits & MACH_MSGH_BITS_TYPE_MASK) |
			(call == ANSWER ? BITS_TO_CLIENT : BITS_TO_SERVER);
	else /* of known dispositions */
		m->head.msgh_bits ^= call == ANSWER ?
					     BITS_ANSWER ^ BITS_TO_CLIENT :
					     BITS_REQUEST ^ BITS_TO_SERVER;
	m->head.msgh_local_port = dest->receiver_name;
	if (call == ANSWER)
		m->head.msgh_remote_port = MACH_PORT_NULL;
}

/* The send-once right that brought an answer is used up, and its name free. */
TEMPLATE void use_entry(struct fast *f, struct ipc_space *s, enum body body)
	REQUIRES(&s->lock) REQUIRES(&f->dest->lock)
{
	struct ipc_entry *e = f->entry;
	f->dest->sorights--;
	if (body == ANY && unlikely(e->request != NULL)) {
		list_remove(&e->request->link);
		f->outlived = e->request;
		e->request = NULL;
	}
	ipc_entry_push_hot(s, e);
}

TEMPLATE void make_reply(struct fast *f, enum body body)
{
	f->port->sorights++;
	if (body == ANY && !f->short_landing)
		f->m->reply = (struct ipc_right){f->port, RIGHT_SEND_ONCE};
}

/* What it waits with has been said (ipc_receive_as). Unlocks. */
TEMPLATE void wait_at_source(struct fast *f) NO_LOCK_ANALYSIS
{
	struct thread *self = f->self;
	assert(!self->ipc.place && !self->ipc.message);
	if (f->set) {
		self->ipc.place = ipc_place_of_set(f->set);
		ref_get_bounded(&f->set->ref);
		list_push_back(&f->set->receivers, &self->wait_link);
		wait_begin_at_rest(self);
		spin_unlock(&f->set->lock);
	} else {
		self->ipc.place = ipc_place_of_port(f->port);
		ref_get_bounded(&f->port->ref);
		list_push_back(&f->port->receivers, &self->wait_link);
		wait_begin_at_rest(self);
		spin_unlock(&f->port->lock);
	}
}

/* --- meet and commit --- */

/* Both entries found: the rest of the looking, then all changing. */
TEMPLATE bool meet_and_commit(struct fast *f, struct ipc_space *s,
			      enum call call, enum body body)
	REQUIRES(&s->lock)
{
	spin_lock(&f->dest->lock);
	bool ok = meet(f, body);
	if (likely(ok)) {
		release_peer(f);
		address(f, call, body);
		if (call == ANSWER)
			use_entry(f, s, body);
		else
			make_reply(f, body);
		wait_at_source(f);
	}
	if (unlikely(f->dest_set))
		unlock_set(f->dest_set);
	spin_unlock(&f->dest->lock);
	return ok;
}

/* --- the other side --- */

/* Blocks in the call just made, and goes on as the peer. */
TEMPLATE void become(struct fast *f, void (*continuation)(void))
{
	struct processor *p = cpu_processor();
	p->counts[IPC_FAST_RPCS]++;
	f->self->ipc.sent++;
	thread_become(p, f->self, f->peer, continuation);
}

/* The bytes to its buffer, the message's memory to where it lasts. */
[[gnu::noreturn]] TEMPLATE void hand_over(struct fast *f, struct thread *self,
					  enum body body)
{
	struct ipc_message *m = f->m;
	self->ipc.received++;
	if (CONFIG_PROVENANCE)
		self->ipc.causal_id = f->causal;
	uint64_t to = self->ipc.buffer;
	bool ok = body == ANY ?
			  copy_out(to, &m->head, m->head.msgh_size) :
			  copy_out_words(to, &m->head,
					 body == LONG ? sizeof(m->head) :
							m->head.msgh_size);
	if (likely(!self->ipc.spare &&
		   (body != ANY || m->capacity == MESSAGE_SMALL_SIZE)))
		self->ipc.spare = m;
	else
		ipc_message_return(m);
	if (unlikely(!ok))
		context_trap_return(MACH_RCV_INVALID_DATA);
	context_trap_return(MACH_MSG_SUCCESS);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path: a remote procedure call whose peer waits already.
 *
 * Covered: a simple message, sent and received in one call, either
 *   request   COPY_SEND to a port, MAKE_SEND_ONCE of the port to receive from
 *   answer    MOVE_SEND_ONCE, and the next request from a port or a set
 * when a thread waits in mach_msg at the destination and nothing waits at the
 * place to receive from. The message lies in a buffer that travels with it; the
 * caller joins the receivers of its own place, hands its processor to the peer
 * and leaves no stack behind. Nothing is allocated.
 *
 * Everything is looked at under the locks before anything changes; whatever
 * does not fit is left to the general path untouched. The one step after the
 * commit that can fail, the reply right's name in the peer's space, has the
 * general copy-out to fall back on.
 *
 * Locks: space -> destination -> its set -> (try) the place to receive from;
 * then, alone, the peer's space.
 */
#include <arch/clock.h>
#include <arch/copy.h>
#include <arch/state.h>
#include <ipc/fast.h>
#include <ipc/space_i.h>
#include <ipc/stat.h>
#include <kern/wait_fast.h>

#define BITS_REQUEST \
	MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE)
#define BITS_ANSWER MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0)
#define BITS_SHAPE                                                    \
	(~(MACH_MSGH_BITS_TYPE_MASK | MACH_MSGH_BITS_KERNEL))
#define BITS_TO_SERVER \
	MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND)
#define BITS_TO_CLIENT MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE)
#define OPTIONS_RPC    (MACH_SEND_MSG | MACH_RCV_MSG)
#define likely(x)      __builtin_expect(!!(x), 1)
/* Both halves are one text, compiled once for each value of answer. */
#define TEMPLATE       __attribute__((always_inline)) static inline

struct fast {
	struct thread *self, *peer;
	struct ipc_message *m;
	struct ipc_entry *entry;  /* of the destination */
	struct ipc_port *dest;	  /* locked */
	struct ipc_set *dest_set; /* locked, or NULL */
	struct ipc_port *port;	  /* to receive from: locked */
	struct ipc_set *set;	  /* or this */
};

/* --- looking --- */

/* Space locked. The entry to receive from: most often the last one. Entries do
 * not move, and the version tells when one of a chosen name has been freed. */
TEMPLATE struct ipc_entry *find_from(struct thread *self, struct ipc_space *s,
				     mach_port_name_t name)
{
	struct ipc_entry *e = self->ipc.from;
	if (likely(e && self->ipc.from_version == s->overflow_version &&
		   e->name == name && e->type))
		return e;
	e = ipc_entry_lookup(s, name);
	self->ipc.from = e;
	self->ipc.from_version = s->overflow_version;
	return e;
}

/* Space locked: the entries, by kind. */
TEMPLATE bool find_entries(struct fast *f, struct ipc_space *s,
			   mach_port_name_t from, bool answer)
{
	struct ipc_entry *d = ipc_entry_lookup(s, f->m->head.msgh_remote_port);
	struct ipc_entry *r = find_from(f->self, s, from);
	if (!likely(d && r))
		return false;
	f->dest = d->port;
	f->port = r->type & TYPE_RECEIVE ? r->port : NULL;
	f->set = answer && r->type == TYPE_SET ? r->set : NULL;
	if (!(f->port || f->set) || f->port == f->dest)
		return false;
	f->entry = d;
	return answer ? d->type == TYPE_SEND_ONCE && !d->request && !d->flags :
			   d->type & TYPE_SEND && !(d->flags & ENTRY_ACCEPT);
}

/* Destination (and its set) locked: a peer waits there as we want it. */
TEMPLATE bool find_peer(struct fast *f, uint32_t size)
{
	struct ipc_port *dest = f->dest;
	struct list *receivers = &dest->receivers;
	if (!dest->active || !list_empty(&dest->queue))
		return false;
	if (dest->set) {
		f->dest_set = dest->set;
		spin_lock(&f->dest_set->lock);
		receivers = &f->dest_set->receivers;
	}
	struct list_node *n = list_first(receivers);
	if (!n)
		return false;
	struct thread *t = container_of(n, struct thread, wait_link);
	f->peer = t;
	return t->continuation == ipc_receive_continue &&
	       size <= t->ipc.receive_size &&
	       !(t->ipc.option & (MACH_RCV_25 | MACH_RCV_NOTIFY));
}

/* Locks the place to receive from, if it is free and has nothing. */
TEMPLATE bool lock_source(struct fast *f)
{
	struct ipc_set *set = f->set;
	if (set) {
		if (set == f->dest_set || !spin_trylock(&set->lock))
			return false;
		if (likely(set->active && list_empty(&set->ready)))
			return true;
		spin_unlock(&set->lock);
		return false;
	}
	struct ipc_port *port = f->port;
	if (!spin_trylock(&port->lock))
		return false;
	if (likely(port->active && list_empty(&port->queue) && !port->set &&
		   !port->owed))
		return true;
	spin_unlock(&port->lock);
	return false;
}

TEMPLATE void unlock_source(struct fast *f)
{
	spin_unlock(f->set ? &f->set->lock : &f->port->lock);
}

TEMPLATE void unlock_dest(struct fast *f)
{
	if (f->dest_set)
		spin_unlock(&f->dest_set->lock);
	spin_unlock(&f->dest->lock);
}

/* --- committing: all locks held, nothing here fails --- */

/* The peer is ours: it leaves its list and lets go of what it waited on, which
 * lives on without it. */
TEMPLATE void release_peer(struct fast *f)
{
	struct thread *t = f->peer;
	list_remove(&t->wait_link);
	if (t->ipc.port)
		ref_put_not_last(&t->ipc.port->ref);
	else
		ref_put_not_last(&t->ipc.set->ref);
	t->ipc.port = NULL;
	t->ipc.set = NULL;
}

TEMPLATE void address(struct fast *f, struct ipc_space *s, uint32_t size,
		      bool answer)
{
	struct ipc_port *dest = f->dest;
	mach_msg_header_t *h = &f->m->head;
	h->msgh_size = size;
	h->msgh_seqno = dest->seqno++;
	h->msgh_local_port = dest->receiver_name;
	h->msgh_bits &= MACH_MSGH_BITS_TYPE_MASK;
	if (!answer) {
		f->port->sorights++;
		return;
	}
	dest->sorights--;
	h->msgh_bits |= BITS_TO_CLIENT;
	h->msgh_remote_port = MACH_PORT_NULL;
	f->entry->urefs = 0;
	ipc_entry_push(s, f->entry);
}

TEMPLATE void wait_at_source(struct fast *f, uint64_t buffer, uint32_t size)
{
	struct thread *self = f->self;
	self->ipc.buffer = buffer;
	self->ipc.option = OPTIONS_RPC;
	self->ipc.receive_size = size;
	self->ipc.port = f->set ? NULL : f->port;
	self->ipc.set = f->set;
	ref_get(f->set ? &f->set->ref : &f->port->ref);
	wait_begin_abortable(self);
	list_push_back(f->set ? &f->set->receivers : &f->port->receivers,
		       &self->wait_link);
}

/* The reply right gets its name in the peer's space. False: no room. */
TEMPLATE bool name_reply(struct fast *f)
{
	struct ipc_space *s = f->peer->space;
	struct ipc_entry *e;
	mach_msg_header_t *h = &f->m->head;
	spin_lock(&s->lock);
	bool ok = s->active && (likely((e = ipc_entry_pop(s)) != NULL) ||
				ipc_entry_alloc(s, &e) == KR_SUCCESS);
	if (likely(ok)) {
		e->port = f->port;
		e->type = TYPE_SEND_ONCE;
		e->urefs = 1;
		if (CONFIG_PROVENANCE)
			e->provenance = f->self->ipc.causal_id;
		h->msgh_remote_port = e->name;
		h->msgh_bits |= BITS_TO_SERVER;
	}
	spin_unlock(&s->lock);
	return ok;
}

/* The general copy-out enters the reply right and says what was short. */
static void fall_back(struct fast *f)
{
	struct ipc_message *m = f->m;
	m->local_name = m->head.msgh_local_port;
	m->addressed = MACH_MSG_TYPE_PORT_SEND;
	m->reply = (struct ipc_right){f->port, RIGHT_SEND_ONCE};
	f->peer->ipc.state = MACH_MSG_SUCCESS;
}

/* --- the whole --- */

struct fast_call {
	uint64_t buffer;
	uint32_t send_size, receive_size;
	mach_port_name_t from;
};

/* Space locked. The rest of the looking, then all changing. */
TEMPLATE bool commit(struct fast *f, struct ipc_space *s,
		     const struct fast_call *c, bool answer)
{
	spin_lock(&f->dest->lock);
	bool ok = find_peer(f, c->send_size) && lock_source(f);
	if (likely(ok) && !wait_claim(f->peer, WAIT_OK)) {
		unlock_source(f);
		ok = false;
	}
	if (likely(ok)) {
		release_peer(f);
		address(f, s, c->send_size, answer);
		wait_at_source(f, c->buffer, c->receive_size);
		unlock_source(f);
	}
	unlock_dest(f);
	return ok;
}

/* Space locked, the destination is a kernel port: unlocks, pins both ports. */
static mach_msg_return_t call_kernel(struct fast *f, struct ipc_space *s,
				     const struct fast_call *c)
{
	const struct kernel_rpc rpc = {f->dest, f->port, c->buffer,
				       c->receive_size, c->from};
	ipc_port_ref(f->dest);
	ipc_port_ref(f->port);
	spin_unlock(&s->lock);
	ipc_count(IPC_KERNEL_CALLS);
	return ipc_kernel_rpc_simple(f->m, &rpc);
}

TEMPLATE bool pass(struct ipc_message *m, const struct fast_call *c,
		   mach_msg_return_t *result, bool answer)
{
	struct fast f;
	struct ipc_space *s = thread_self()->space;
	f.self = thread_self();
	f.m = m;
	f.dest_set = NULL;
	spin_lock(&s->lock);
	if (!likely(find_entries(&f, s, c->from, answer))) {
		spin_unlock(&s->lock);
		return false;
	}
	if (!answer && ipc_port_is_kernel(f.dest)) {
		*result = call_kernel(&f, s, c);
		return true;
	}
	bool ok = commit(&f, s, c, answer);
	spin_unlock(&s->lock);
	if (!likely(ok))
		return false;
	struct thread *peer = f.peer;
	peer->ipc.message = m;
	peer->ipc.state = IPC_STATE_FAST;
	if (!answer && !name_reply(&f))
		fall_back(&f);
	ipc_count(IPC_FAST_RPCS);
	thread_handoff(peer, CLOCK_NEVER, ipc_receive_continue);
	__builtin_unreachable();
}

/* The bytes, if the thread has a buffer at hand that is large enough. */
TEMPLATE struct ipc_message *fetch(struct thread *self, uint64_t buffer,
				   uint32_t size)
{
	struct ipc_message *m = self->ipc.spare;
	if (!likely(m && size - sizeof(m->head) <= MESSAGE_SMALL_BODY &&
		    size % 4 == 0) ||
	    !likely(copy_in(&m->head, buffer, size)))
		return NULL;
	self->ipc.spare = NULL;
	m->head.msgh_size = size;
	if (CONFIG_PROVENANCE)
		m->causal = self->ipc.causal_id;
	return m;
}

int64_t ipc_trap_mach_msg(uint64_t buffer, uint64_t option, uint64_t send_size,
			  uint64_t rcv_size, uint64_t rcv_name,
			  uint64_t timeout, uint64_t notify)
{
	struct ipc_message *m = NULL;
	mach_msg_return_t r;
	if (likely((uint32_t)option == OPTIONS_RPC)) {
		m = fetch(thread_self(), buffer, (uint32_t)send_size);
		if (!m) {
			r = ipc_message_fetch(buffer, (uint32_t)send_size,
					      OPTIONS_RPC, &m);
			if (r != MACH_MSG_SUCCESS)
				return r;
		}
		const struct fast_call c = {buffer, m->head.msgh_size,
					    (uint32_t)rcv_size,
					    (mach_port_name_t)rcv_name};
		const mach_msg_header_t *h = &m->head;
		uint32_t shape = h->msgh_bits & BITS_SHAPE;
		if (shape == BITS_REQUEST && h->msgh_local_port == c.from &&
		    pass(m, &c, &r, false))
			return r;
		if (shape == BITS_ANSWER &&
		    h->msgh_local_port == MACH_PORT_NULL &&
		    pass(m, &c, &r, true))
			return r;
	}
	return ipc_mach_msg(m, buffer, option, send_size, rcv_size, rcv_name,
			    timeout, notify);
}

void ipc_receive_continue(void)
{
	struct thread *self = thread_self();
	enum wait_result result = wait_result_of(self);
	mach_msg_return_t r;
	if (likely(result == WAIT_OK && self->ipc.state == IPC_STATE_FAST)) {
		struct ipc_message *m = self->ipc.message;
		self->ipc.message = NULL;
		if (CONFIG_PROVENANCE)
			self->ipc.causal_id = m->causal;
		r = likely(copy_out(self->ipc.buffer, &m->head,
				    m->head.msgh_size)) ?
			    MACH_MSG_SUCCESS :
			    MACH_RCV_INVALID_DATA;
		if (likely(!self->ipc.spare &&
			   m->capacity == MESSAGE_SMALL_SIZE))
			self->ipc.spare = m;
		else
			ipc_message_free(m);
	} else {
		r = ipc_receive_waited(self, result);
	}
	machine_set_result(&self->machine, (uint64_t)(int64_t)r);
	context_user_return();
}

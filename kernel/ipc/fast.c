/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path: a remote procedure call whose peer waits already.
 *
 * Covered: a message sent and received in one call, either
 *   request   COPY_SEND to a port, MAKE_SEND_ONCE of the port to receive from
 *   answer    MOVE_SEND_ONCE, and the next request from a port or a set
 * with plain data or a few rights in its body (fast_body.c), when a thread waits
 * at the destination, in mach_msg or for the answer to an exception, and nothing
 * waits at the place to receive from; and the kernel's own request. The message
 * lies in a buffer that travels with it; the caller joins the receivers of its
 * own place and becomes the peer, on the same stack. Nothing is allocated.
 *
 * The steps:
 *   fetch   the bytes
 *   find    both entries, by name; the body's rights are there to be taken
 *   meet    lock the destination: a peer waits; lock our own place: it is free;
 *	     claim the peer
 *   commit  the peer leaves its list, the message is addressed, we wait
 *   take    the body's rights
 *   land    as the peer: names for the rights, the bytes to its buffer
 * Everything is looked at under the locks before anything changes; whatever
 * does not fit is left to the general path untouched.
 *
 * Locks: space -> destination -> its set -> (try) the place to receive from.
 */
#include <arch/copy.h>
#include <arch/state.h>
#include <ipc/fast_meet.h>
#include <ipc/stat.h>

/* --- land --- */

/* The reply right gets its name. False: no room. */
TEMPLATE bool name_reply(struct thread *self, struct ipc_message *m,
			 struct ipc_port *port)
{
	struct ipc_space *s = self->space;
	struct ipc_entry *e;
	spin_lock(&s->lock);
	bool ok = s->active && (likely((e = ipc_entry_pop_hot(s)) != NULL) ||
				ipc_entry_alloc(s, &e) == KR_SUCCESS);
	if (likely(ok)) {
		e->port = port;
		e->urefs = 1;
		e->type = TYPE_SEND_ONCE;
		e->flags = 0;
		if (CONFIG_PROVENANCE)
			e->provenance = m->causal;
		m->head.msgh_remote_port = e->name;
		self->ipc.to = e;
	}
	spin_unlock(&s->lock);
	return ok;
}

/* The bytes to its buffer, the message's memory to where it lasts. */
TEMPLATE mach_msg_return_t hand_over(struct thread *self, struct ipc_message *m)
{
	self->ipc.received++;
	if (CONFIG_PROVENANCE)
		self->ipc.causal_id = m->causal;
	bool ok = copy_out(self->ipc.buffer, &m->head, m->head.msgh_size);
	if (likely(!self->ipc.spare && m->capacity == MESSAGE_SMALL_SIZE))
		self->ipc.spare = m;
	else
		ipc_message_return(m);
	return likely(ok) ? MACH_MSG_SUCCESS : MACH_RCV_INVALID_DATA;
}

/* The general copy-out says what was short. */
static void land_slowly(struct thread *self, struct ipc_message *m,
			struct ipc_port *port)
{
	m->reply = (struct ipc_right){port, RIGHT_SEND_ONCE};
	m->local_name = m->head.msgh_local_port;
	m->addressed = MACH_MSG_TYPE_PORT_SEND;
	m->head.msgh_bits &= MACH_MSGH_BITS_TYPE_MASK;
	self->ipc.message = m;
	self->ipc.state = MACH_MSG_SUCCESS;
}

/* A message with rights, or to a thread that wants it the manual's way, or that
 * waits for the answer to an exception. */
[[gnu::noreturn]] static void land_rights(struct thread *self,
					  struct ipc_message *m)
{
	const struct msg_receive to = {
		.buffer = self->ipc.buffer,
		.size = self->ipc.receive_size,
		.option = self->ipc.option,
	};
	if (!(to.option & MACH_RCV_MSG))
		ipc_kernel_rpc_continue();
	self->ipc.message = NULL;
	context_trap_return(ipc_message_copyout(m, &to));
}

/* The caller has become the peer, which goes on where it waits. */
[[gnu::noreturn]] TEMPLATE void land(struct fast *f, enum call call)
{
	struct thread *self = f->peer;
	if (likely(f->short_landing &&
		   (call == ANSWER || name_reply(self, f->m, f->port))))
		context_trap_return(hand_over(self, f->m));
	if (f->short_landing)
		land_slowly(self, f->m, f->port);
	land_rights(self, f->m);
}

void ipc_receive_continue(void)
{
	struct thread *self = thread_self();
	context_trap_return(ipc_receive_waited(self, thread_wait_result()));
}

/* --- the call of a user --- */

/* Both entries found: the rest of the looking, then all changing. */
TEMPLATE bool meet_and_commit(struct fast *f, struct ipc_space *s,
			      const struct place *at, enum call call)
	REQUIRES(&s->lock)
{
	spin_lock(&f->dest->lock);
	bool ok = meet(f);
	if (likely(ok)) {
		release_peer(f);
		address(f, call);
		if (call == ANSWER)
			use_entry(f, s);
		else
			make_reply(f);
		wait_at_source(f, at);
		unlock_source(f);
	}
	if (f->dest_set)
		unlock_set(f->dest_set);
	spin_unlock(&f->dest->lock);
	return ok;
}

/* The same around a body with rights. */
static bool pass_rights(struct fast *f, struct ipc_space *s,
			const struct place *at, enum call call,
			struct list *after) REQUIRES(&s->lock)
{
	struct fast_body body;
	const struct ipc_entry *used = call == ANSWER ? f->entry : NULL;
	if (!ipc_fast_body_check(f->m, s, used, &body))
		return false;
	bool ok = call == ANSWER ? meet_and_commit(f, s, at, ANSWER) :
				   meet_and_commit(f, s, at, REQUEST);
	if (ok)
		ipc_fast_body_take(f->m, s, &body, after);
	return ok;
}

/* The request of a manual's entry, which has nothing to tell. */
static void drop_request(struct ipc_request *r)
{
	struct ipc_right none = ipc_request_cancel(r);
	assert(none.kind == RIGHT_NONE);
	(void)none;
}

/* Blocks in the call just made, and goes on as the peer. */
TEMPLATE void become(struct fast *f, void (*continuation)(void))
{
	ipc_count(IPC_FAST_RPCS);
	f->self->ipc.sent++;
	thread_become(f->peer, continuation);
}

/* Pins of both ports, for a call of the kernel. */
static mach_msg_return_t call_kernel(struct fast *f, const struct place *at)
{
	const struct kernel_rpc rpc = {f->dest, f->port, at->buffer, at->size,
				       at->name};
	f->self->ipc.sent++;
	ipc_count(IPC_KERNEL_CALLS);
	return ipc_kernel_rpc_simple(f->m, &rpc);
}

TEMPLATE bool pass(struct ipc_message *m, const struct place *at,
		   mach_msg_return_t *result, enum call call)
{
	struct fast f;
	struct list after;
	struct thread *self = thread_self();
	struct ipc_space *s = self->space;
	bool complex = m->head.msgh_bits & MACH_MSGH_BITS_COMPLEX;
	f.self = self;
	f.m = m;
	f.dest_set = NULL;
	f.outlived = NULL;
	spin_lock(&s->lock);
	bool ok = find_entries(&f, s, at->name, call);
	bool kernel = call == REQUEST && ok && ipc_port_is_kernel(f.dest);
	if (unlikely(kernel && (complex || at->option & MACH_RCV_25)))
		ok = kernel = false;
	if (kernel) {
		ipc_port_ref(f.dest);
		ipc_port_ref(f.port);
	} else if (unlikely(ok && complex)) {
		list_init(&after);
		ok = pass_rights(&f, s, at, call, &after);
	} else if (likely(ok)) {
		ok = meet_and_commit(&f, s, at, call);
	}
	spin_unlock(&s->lock);
	if (kernel)
		*result = call_kernel(&f, at);
	if (!likely(ok) || kernel)
		return ok;
	if (call == ANSWER && unlikely(f.outlived))
		drop_request(f.outlived);
	become(&f, ipc_receive_continue);
	if (unlikely(complex))
		ipc_requests_fire(&after);
	land(&f, call);
}

/* --- the call of the kernel --- */

void ipc_fast_kernel_rpc(struct ipc_message *m, struct ipc_port *dest,
			 struct ipc_port *reply)
{
	static const struct place at = {.size = UINT32_MAX};
	struct fast f = {
		.self = thread_self(), .m = m, .dest = dest, .port = reply,
	};
	f.self->ipc.message = NULL;
	spin_lock(&f.dest->lock);
	/* Its last send right would have a notification to fire. */
	bool ok = dest->srights > 1 && !ipc_port_is_kernel(dest) && meet(&f);
	if (likely(ok)) {
		dest->srights--;
		release_peer(&f);
		address(&f, KERNEL_REQUEST);
		make_reply(&f);
		wait_at_source(&f, &at);
		unlock_source(&f);
	}
	if (f.dest_set)
		unlock_set(f.dest_set);
	spin_unlock(&f.dest->lock);
	if (!ok)
		return;
	become(&f, ipc_kernel_rpc_continue);
	land_rights(f.peer, m);
}

/* --- the trap --- */

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

/* The same for a large message, in memory that the processor lends. */
static struct ipc_message *fetch_large(uint64_t buffer, uint32_t size)
{
	if (size <= MESSAGE_SMALL_SIZE || size > MESSAGE_REPLY_SIZE || size % 4)
		return NULL;
	struct ipc_message *m = ipc_message_borrow();
	if (!m)
		return NULL;
	if (!copy_in(&m->head, buffer, size)) {
		ipc_message_free(m);
		return NULL;
	}
	m->head.msgh_size = size;
	return m;
}

int64_t ipc_trap_mach_msg(uint64_t buffer, uint64_t option, uint64_t send_size,
			  uint64_t rcv_size, uint64_t rcv_name,
			  uint64_t timeout, uint64_t notify)
{
	struct ipc_message *m = NULL;
	mach_msg_return_t r;
	if (likely(((uint32_t)option & ~MACH_RCV_25) == OPTIONS_RPC)) {
		m = fetch(thread_self(), buffer, (uint32_t)send_size);
		if (!m)
			m = fetch_large(buffer, (uint32_t)send_size);
		if (!m) {
			r = ipc_message_fetch(buffer, (uint32_t)send_size,
					      OPTIONS_RPC, &m);
			if (r != MACH_MSG_SUCCESS)
				return r;
		}
		const struct place at = {buffer, (uint32_t)option,
					 (uint32_t)rcv_size,
					 (mach_port_name_t)rcv_name};
		const mach_msg_header_t *h = &m->head;
		uint32_t shape = h->msgh_bits & BITS_SHAPE;
		if (shape == BITS_REQUEST && h->msgh_local_port == at.name &&
		    pass(m, &at, &r, REQUEST))
			return r;
		if (shape == BITS_ANSWER &&
		    h->msgh_local_port == MACH_PORT_NULL &&
		    pass(m, &at, &r, ANSWER))
			return r;
	}
	return ipc_mach_msg(m, buffer, option, send_size, rcv_size, rcv_name,
			    timeout, notify);
}


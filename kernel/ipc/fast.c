/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path: a remote procedure call whose peer waits already.
 *
 * Covered: a message sent and received in one call, either
 *   request   COPY_SEND to a port, MAKE_SEND_ONCE of the port to receive from
 *   answer    MOVE_SEND_ONCE, and the next request from a port or a set
 * with plain data or a few rights in its body (fast_one.c, fast_body.c), when a
 * thread waits at the destination, in mach_msg or for the answer to an exception,
 * and nothing waits at the place to receive from; and the kernel's own request. The
 * message lies in a buffer that travels with it; the caller joins the receivers of
 * its own place and becomes the peer, on the same stack. Nothing is allocated.
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
#include <arch/state.h>
#include <ipc/fast_meet.h>

/* --- land --- */

/* The reply right gets its name. False: no room. */
TEMPLATE bool name_reply(struct fast *f, struct thread *self)
{
	struct ipc_space *s = self->space;
	spin_lock(&s->lock);
	struct ipc_entry *e = ipc_entry_pop_hot(s);
	if (unlikely(!e)) {
		spin_unlock(&s->lock);
		return false;
	}
	ipc_entry_fill_reply(e, f->port, f->causal);
	f->m->head.msgh_remote_port = e->name;
	self->ipc.to = e;
	spin_unlock(&s->lock);
	return true;
}

/* No name at hand for the reply right: the general copy-out makes room, or says
 * what was short. What
 * a long message has behind its header is there already. */
[[gnu::noreturn, gnu::noinline]] static void
land_unnamed(struct thread *self, struct ipc_message *m, struct ipc_port *port,
	     enum body body)
{
	uint64_t buffer = self->ipc.buffer;
	uint32_t size = m->head.msgh_size;
	const struct msg_receive to = {
		.buffer = buffer,
		.size = self->ipc.receive_size,
		.option = ipc_receive_option(self),
	};
	m->reply = (struct ipc_right){port, RIGHT_SEND_ONCE};
	m->local_name = m->head.msgh_local_port;
	m->addressed = MACH_MSG_TYPE_PORT_SEND;
	m->head.msgh_bits &= MACH_MSGH_BITS_TYPE_MASK;
	if (body == LONG)
		m->head.msgh_size = sizeof(m->head);
	mach_msg_return_t r = ipc_message_copyout(m, &to);
	if (body == LONG &&
	    !copy_out(buffer + offsetof(mach_msg_header_t, msgh_size), &size,
		      sizeof(size)))
		r = MACH_RCV_INVALID_DATA;
	context_trap_return(r);
}

/* A message with rights, or to a thread that wants it the manual's way, or that
 * waits for the answer to an exception. */
[[gnu::noreturn]] static void land_rights(struct thread *self,
					  struct ipc_message *m)
{
	if (!(ipc_receive_option(self) & MACH_RCV_MSG))
		ipc_kernel_rpc_answered(m);
	const struct msg_receive to = {
		.buffer = self->ipc.buffer,
		.size = self->ipc.receive_size,
		.option = ipc_receive_option(self),
	};
	context_trap_return(to.option & MACH_RCV_25 ?
				    ipc_message_copyout(m, &to) :
				    ipc_message_land(m, &to));
}

/* The caller has become the peer, which goes on where it waits. */
[[gnu::noreturn]] TEMPLATE void land(struct fast *f, enum call call,
				     enum body body)
{
	struct thread *self = f->peer;
	if (body == ANY && !f->short_landing)
		land_rights(self, f->m);
	if (likely(call == ANSWER || name_reply(f, self)))
		hand_over(f, self, body);
	if (CONFIG_PROVENANCE)
		f->m->causal = f->causal;
	land_unnamed(self, f->m, f->port, body);
}

void ipc_receive_continue(void)
{
	struct thread *self = thread_self();
	context_trap_return(ipc_receive_waited(self, thread_wait_result()));
}

/* --- the call of a user --- */

/* The same around a body with rights. */
static bool with_rights(struct fast *f, struct ipc_space *s, enum call call,
			struct list *after) REQUIRES(&s->lock)
{
	struct fast_body body;
	const struct ipc_entry *used = call == ANSWER ? f->entry : NULL;
	if (!ipc_fast_body_check(f->m, s, used, &body))
		return false;
	bool ok = call == ANSWER ? meet_and_commit(f, s, ANSWER, ANY) :
				   meet_and_commit(f, s, REQUEST, ANY);
	if (ok)
		ipc_fast_body_take(f->m, s, &body, after);
	return ok;
}

/* name: what to receive from. Returns only if it did not go this way, or had
 * an answer at once: *result. */
TEMPLATE bool pass(struct thread *self, struct ipc_message *m,
		   mach_port_name_t name, mach_msg_return_t *result,
		   enum call call, enum body body)
{
	struct fast f;
	struct list after;
	struct ipc_space *s = self->space;
	bool complex = body == ANY &&
		       m->head.msgh_bits & MACH_MSGH_BITS_COMPLEX;
	f.self = self;
	f.m = m;
	f.dest_set = NULL;
	f.outlived = NULL;
	if (CONFIG_PROVENANCE)
		f.causal = self->ipc.causal_id;
	spin_lock(&s->lock);
	bool ok = find_entries(&f, s, name, call, body);
	bool kernel = call == REQUEST && ok && ipc_port_is_kernel(f.dest);
	if (unlikely(kernel && (complex || body == LONG ||
				ipc_receive_option(self) & MACH_RCV_25)))
		ok = kernel = false;
	if (kernel) {
		ref_get_bounded(&f.dest->ref);
		ref_get_bounded(&f.port->ref);
	} else if (unlikely(ok && complex)) {
		list_init(&after);
		ok = with_rights(&f, s, call, &after);
	} else if (likely(ok)) {
		ok = meet_and_commit(&f, s, call, body);
	}
	spin_unlock(&s->lock);
	if (kernel)
		*result = ipc_kernel_rpc_simple(m, f.dest, f.port, name);
	if (!likely(ok) || kernel)
		return ok;
	if (body == ANY && call == ANSWER && f.outlived)
		ipc_request_used(f.outlived);
	become(&f, ipc_receive_continue);
	if (unlikely(complex))
		ipc_requests_fire(&after);
	land(&f, call, body);
}

/* --- the call of the kernel --- */

void ipc_fast_kernel_rpc(struct ipc_message *m, struct ipc_port *dest,
			 struct ipc_port *reply)
{
	struct fast f = {
		.self = thread_self(), .m = m, .dest = dest, .port = reply,
	};
	f.self->ipc.message = NULL;
	ipc_receive_answer(f.self);
	spin_lock(&f.dest->lock);
	/* Its last send right would have a notification to fire. */
	bool ok = dest->srights > 1 && !ipc_port_is_kernel(dest) &&
		  meet(&f, ANY);
	if (likely(ok)) {
		dest->srights--;
		release_peer(&f);
		address(&f, KERNEL_REQUEST, ANY);
		make_reply(&f, ANY);
		wait_at_source(&f);
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

/* Copied under locks: not more than a few thousand instructions. */
#define LONG_MAX_SIZE 8192u

/*
 * The bytes, if the thread has a buffer at hand that is large enough. It is the
 * thread's no more while they come: whoever may wait for them could send
 * something meanwhile.
 */
TEMPLATE struct ipc_message *fetch(struct thread *self, uint64_t buffer,
				   uint32_t size)
{
	struct ipc_message *m = self->ipc.spare;
	if (!likely(m && size - sizeof(m->head) <= MESSAGE_SMALL_BODY &&
		    size % 4 == 0))
		return NULL;
	self->ipc.spare = NULL;
	if (!likely(copy_in_words(&m->head, buffer, size))) {
		ipc_message_put(m);
		return NULL;
	}
	m->head.msgh_size = size;
	return m;
}

/* Of the bits in mask, and of the place for the answer. */
TEMPLATE bool is_request(const mach_msg_header_t *h, mach_port_name_t name,
			 uint32_t mask)
{
	return (h->msgh_bits & mask) == BITS_REQUEST &&
	       h->msgh_local_port == name;
}

TEMPLATE bool is_answer(const mach_msg_header_t *h, uint32_t mask)
{
	return (h->msgh_bits & mask) == BITS_ANSWER &&
	       h->msgh_local_port == MACH_PORT_NULL;
}

/* A request of the size that one right has. */
TEMPLATE bool is_one_right(const mach_msg_header_t *h)
{
	return h->msgh_size == FAST_ONE_SIZE &&
	       (h->msgh_bits & BITS_PLAIN) ==
		       (BITS_REQUEST | MACH_MSGH_BITS_COMPLEX);
}

/* A long message of plain data, to a thread whose memory is at hand. False:
 * nothing happened. */
static bool pass_long(uint64_t buffer, uint32_t option, uint32_t size,
		      uint32_t rcv_size, mach_port_name_t name,
		      mach_msg_return_t *r)
{
	struct thread *self = thread_self();
	struct ipc_message *m = self->ipc.spare;
	if (!m || size <= MESSAGE_SMALL_SIZE || size > LONG_MAX_SIZE || size % 4)
		return false;
	self->ipc.spare = NULL;
	if (!copy_in_words(&m->head, buffer, sizeof(m->head))) {
		ipc_message_put(m);
		return false;
	}
	ipc_receive_as(self, buffer, option, rcv_size);
	m->head.msgh_size = size;
	bool ok = is_request(&m->head, name, BITS_PLAIN) ?
			  pass(self, m, name, r, REQUEST, LONG) :
		  is_answer(&m->head, BITS_PLAIN) ?
			  pass(self, m, name, r, ANSWER, LONG) :
			  false;
	if (!ok)
		ipc_message_put(m);
	return ok;
}

/* The bytes in a buffer that the processor lends, or one made for them. */
static mach_msg_return_t fetch_large(uint64_t buffer, uint32_t size,
				     struct ipc_message **message)
{
	struct ipc_message *m = NULL;
	if (size > MESSAGE_SMALL_SIZE && size <= MESSAGE_REPLY_SIZE &&
	    size % 4 == 0)
		m = ipc_message_borrow();
	if (!m)
		return ipc_message_fetch(buffer, size, OPTIONS_RPC, message);
	if (!copy_in(&m->head, buffer, size)) {
		ipc_message_free(m);
		return MACH_SEND_INVALID_DATA;
	}
	m->head.msgh_size = size;
	*message = m;
	return MACH_MSG_SUCCESS;
}

/* The rest of a call whose bytes are there, and ipc_receive_as was called; options
 * that would need more arguments are not set. */
[[gnu::noinline]] static mach_msg_return_t
mach_msg_fetched(struct ipc_message *m, mach_port_name_t name)
{
	struct thread *self = thread_self();
	mach_msg_return_t r;
	if (CONFIG_PROVENANCE)
		m->causal = self->ipc.causal_id;
	bool request = is_request(&m->head, name, BITS_SHAPE);
	if ((request || is_answer(&m->head, BITS_SHAPE)) &&
	    pass(self, m, name, &r, request ? REQUEST : ANSWER, ANY))
		return r;
	return ipc_mach_msg(m, self->ipc.buffer, ipc_receive_option(self),
			    m->head.msgh_size, self->ipc.receive_size, name,
			    MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
}

/* What the thread's own buffer does not take. */
[[gnu::noinline]] static mach_msg_return_t
mach_msg_large(uint64_t buffer, uint32_t option, uint32_t size,
	       uint32_t rcv_size, mach_port_name_t name)
{
	struct ipc_message *m;
	mach_msg_return_t r;
	if (pass_long(buffer, option, size, rcv_size, name, &r))
		return r;
	r = fetch_large(buffer, size, &m);
	if (r != MACH_MSG_SUCCESS)
		return r;
	ipc_receive_as(thread_self(), buffer, option, rcv_size);
	return mach_msg_fetched(m, name);
}

/* The manual's receivers. */
[[gnu::noinline]] static mach_msg_return_t
mach_msg_25(uint64_t buffer, uint32_t size, uint32_t rcv_size,
	    mach_port_name_t name)
{
	struct thread *self = thread_self();
	const uint32_t option = OPTIONS_RPC | MACH_RCV_25;
	struct ipc_message *m = fetch(self, buffer, size);
	if (!m)
		return mach_msg_large(buffer, option, size, rcv_size, name);
	ipc_receive_as(self, buffer, option, rcv_size);
	return mach_msg_fetched(m, name);
}

int64_t ipc_trap_mach_msg(uint64_t buffer, uint64_t option, uint64_t send_size,
			  uint64_t rcv_size, uint64_t rcv_name,
			  uint64_t timeout)
{
	struct thread *self = thread_self();
	mach_port_name_t name = (mach_port_name_t)rcv_name;
	mach_msg_return_t r;
	if (unlikely((uint32_t)option != OPTIONS_RPC)) {
		if ((uint32_t)option == (OPTIONS_RPC | MACH_RCV_25))
			return mach_msg_25(buffer, (uint32_t)send_size,
					   (uint32_t)rcv_size, name);
		return ipc_mach_msg(NULL, buffer, option, send_size, rcv_size,
				    rcv_name, timeout,
				    machine_trap_seventh(&self->machine));
	}
	struct ipc_message *m = fetch(self, buffer, (uint32_t)send_size);
	if (unlikely(!m))
		return mach_msg_large(buffer, OPTIONS_RPC, (uint32_t)send_size,
				      (uint32_t)rcv_size, name);
	ipc_receive_as(self, buffer, OPTIONS_RPC, (uint32_t)rcv_size);
	if (likely(is_request(&m->head, name, BITS_PLAIN))) {
		if (pass(self, m, name, &r, REQUEST, PLAIN))
			return r;
	} else if (is_answer(&m->head, BITS_PLAIN)) {
		if (pass(self, m, name, &r, ANSWER, PLAIN))
			return r;
	} else if (is_one_right(&m->head)) {
		ipc_fast_one(m, name);
	}
	return mach_msg_fetched(m, name);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path's third kind of call: the kernel asks an exception handler that
 * waits already (krpc.h).
 *
 * A handler mostly holds what the request carries, the rights of thread and
 * task: then nothing moves. The caller holds the lock that keeps those rights, so
 * none is copied; one more right to a port that a space has joins its entry, and
 * the port counts as many as before. The entries are found under the names that
 * the victim was told by last time; another handler's are looked up.
 *
 * Whatever does not fit is left to the general path untouched.
 *
 * Locks: the caller's -> destination -> its set -> (try) the handler's space,
 * (try) the victim's reply port.
 */
#include <arch/state.h>
#include <ipc/exception_form.h>
#include <ipc/fast_meet.h>
#include <ipc/krpc.h>
#include <ipc/trace.h>

#define BITS_REQUEST_25 MACH_MSGH_BITS(MSG_TYPE_PORT, MSG_TYPE_PORT)
#define BITS_EXCEPTION	(MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS_KERNEL)
#define WORD_PORT(name) \
	((mach_msg_type_t)EXC_WORD((name), 32, 1))

/* What a request needs in the handler's space. */
struct told {
	struct ipc_entry *thread, *task, *reply;
	bool compat;
};

/* --- looking --- */

/* The handler knows the port by another name, or not at all. */
static struct ipc_entry *look_up(struct ipc_space *s, struct ipc_port *port,
				 mach_port_name_t *name) REQUIRES(&s->lock)
{
	struct ipc_entry *e = ipc_space_name_of(s, port);
	*name = e ? e->name : MACH_PORT_NULL;
	return e ? e : &ipc_no_entry;
}

/* The entry of a right that the handler has already; false: it would not be
 * enough to count one more. */
TEMPLATE bool find_known(struct ipc_space *s, struct ipc_port *port,
			 mach_port_name_t *name, bool compat,
			 struct ipc_entry **entry) REQUIRES(&s->lock)
{
	uint32_t index = *name & NAME_INDEX_MASK;
	struct ipc_entry *e;
	if (unlikely(!port || !ipc_port_is_alive(port)))
		return false;
	e = likely(index < s->high) ? ipc_table_slot(s, index) : &ipc_no_entry;
	/* Under another name by now, perhaps: it tells that. */
	if (unlikely(e->port != port))
		e = look_up(s, port, name);
	*entry = e;
	return e->type & TYPE_SEND &&
	       likely(compat || !(e->flags & ENTRY_COMPAT));
}

/* Everything that is to be found in the handler's space. */
TEMPLATE bool find_told(struct fast *f, const struct ipc_exception *x,
			struct thread_exc *exc, struct ipc_space *s,
			struct told *told)
	REQUIRES(&s->lock)
{
	told->compat = ipc_receive_option(f->peer) & MACH_RCV_25;
	return find_known(s, exc->sself, &exc->thread_name, told->compat,
			  &told->thread) &&
	       find_known(s, x->task, &exc->task_name, told->compat,
			  &told->task) &&
	       likely(!told->compat || f->peer->ipc.request) &&
	       likely((told->reply = ipc_entry_pop_hot(s)) != NULL);
}

/* Our own place is free, and the handler is ours. */
TEMPLATE bool claim(struct fast *f)
{
	if (!lock_source(f))
		return false;
	if (likely(wait_end_at_rest(f->peer)))
		return true;
	unlock_source(f);
	return false;
}

/* --- changing: all locks held, nothing here fails --- */

/* One more reference, which the manual's receivers do not count. */
TEMPLATE mach_port_name_t receive_again(struct ipc_entry *e, bool compat)
{
	if (!compat && e->urefs < MACH_PORT_UREFS_MAX - 1)
		e->urefs++;
	return e->name;
}

/* The reply right's name; the manual's has a request with it, which the handler
 * kept from the last time. */
TEMPLATE void name_reply_right(struct fast *f, const struct told *told)
{
	struct thread *peer = f->peer;
	struct ipc_entry *e = told->reply;
	f->port->sorights++;
	ipc_entry_fill_reply(e, f->port, f->self->ipc.causal_id);
	peer->ipc.to = e;
	if (!told->compat)
		return;
	struct ipc_request *r = peer->ipc.request;
	peer->ipc.request = NULL;
	r->name = e->name;
	r->event = 0;
	e->flags = ENTRY_COMPAT;
	e->request = r;
	list_push_back(&f->port->requests, &r->link);
}

TEMPLATE void write_header(struct fast *f, const struct told *told)
	REQUIRES(&f->dest->lock)
{
	mach_msg_header_t *h = &f->m->head;
	h->msgh_bits = BITS_EXCEPTION |
		       (told->compat ? BITS_REQUEST_25 : BITS_TO_SERVER);
	h->msgh_remote_port = told->reply->name;
	h->msgh_local_port = f->dest->receiver_name;
	h->msgh_seqno = f->dest->seqno++;
	struct exc_ports *p = (void *)h;
	p->thread_type = p->task_type =
		told->compat ? WORD_PORT(MSG_TYPE_PORT) :
			       WORD_PORT(MACH_MSG_TYPE_PORT_SEND);
	p->thread = receive_again(told->thread, told->compat);
	p->task = receive_again(told->task, told->compat);
}

TEMPLATE void commit(struct fast *f, const struct told *told)
	REQUIRES(&f->dest->lock)
{
	f->self->ipc.spare = NULL;
	f->self->ipc.message = NULL;
	name_reply_right(f, told);
	write_header(f, told);
	release_peer(f);
	ipc_receive_answer(f->self);
	wait_at_source(f);
}

/* --- the two together --- */

/* The destination is locked, and a peer waits there. Our registers are still
 * ours when they are told: the wait begins after that. */
TEMPLATE bool tell(struct fast *f, const struct ipc_exception *x,
		   struct thread_exc *exc, bool wide)
	REQUIRES(&f->dest->lock)
{
	struct ipc_space *s = f->peer->space;
	struct told told;
	if (!spin_trylock(&s->lock))
		return false;
	bool ok = find_told(f, x, exc, s, &told);
	if (likely(ok)) {
		exc_fill(&f->m->head, f->self, exc, wide);
		ok = claim(f);
		if (likely(ok))
			commit(f, &told);
		else
			ipc_entry_push_hot(s, told.reply);
	}
	spin_unlock(&s->lock);
	return ok;
}

bool ipc_exception_meet(struct ipc_exception *x, struct thread_exc *exc)
{
	struct thread *self = thread_self();
	struct fast f;
	f.self = self;
	f.m = self->ipc.spare;
	f.dest = x->handler;
	f.port = exc->reply_port;
	f.dest_set = NULL;
	f.set = NULL;
	f.peer = NULL;
	if (unlikely(!f.m) || unlikely(!f.port) ||
	    unlikely(ipc_port_is_kernel(f.dest)) ||
	    unlikely(atomic_get(&ipc_tracing)))
		return false;
	spin_lock(&f.dest->lock);
	bool wide = f.dest->exception_form == EXC_FORM_64;
	f.m->head.msgh_size = exc_request_size(wide);
	assert(f.m->head.msgh_size <= f.m->capacity);
	bool ok = find_peer(&f, ANY) && tell(&f, x, exc, wide);
	if (f.dest_set)
		unlock_set(f.dest_set);
	spin_unlock(&f.dest->lock);
	x->peer = f.peer;
	x->message = f.m;
	return ok;
}

void ipc_exception_tell(const struct ipc_exception *x, ipc_kernel_done done)
{
	struct thread *self = thread_self();
	struct fast f = {
		.self = self,
		.peer = x->peer,
		.m = x->message,
	};
	self->ipc.done = (void (*)(void))done;
	if (CONFIG_PROVENANCE)
		f.causal = self->ipc.causal_id;
	become(&f, ipc_kernel_rpc_continue);
	hand_over(&f, f.peer, PLAIN); /* words, in a thread's own memory */
}

void exc_fill_64(struct exc_request_64 *r, struct thread *self,
		 const struct thread_exc *exc)
{
	unsigned count = x86_64_THREAD_STATE_COUNT;
	r->ports.head.msgh_id = EXC_ID_64;
	r->code_type = (mach_msg_type_t)EXC_WORD(MACH_MSG_TYPE_INTEGER_64, 64,
						 2);
	r->code[0] = exc->code;
	r->code[1] = exc->subcode;
	r->flavor_type = EXC_WORD_INT;
	r->flavor = x86_64_THREAD_STATE;
	r->state_type = (mach_msg_type_t)EXC_WORD(
		MACH_MSG_TYPE_INTEGER_32, 32, x86_64_THREAD_STATE_COUNT);
	enum kr kr = machine_get_state(&self->machine, x86_64_THREAD_STATE,
				       r->state, &count);
	panic_unless(kr == KR_SUCCESS);
}

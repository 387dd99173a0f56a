/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path's way for a request that hands over one send right, of which the
 * sender keeps its own, and nothing else: no item describes the right meanwhile.
 * The receiver has not heard of the port, mostly, and gives it a free entry under
 * the same hold as the reply right. Whatever does not fit is left to the way of
 * any body, untouched before the two have met, as an item after that.
 *
 * Locks: as fast.c's; then the right's port, under the sender's space.
 */
#include <ipc/fast_meet.h>

#define WORD_ONE_COPY WORD_ONE_RIGHT(MACH_MSG_TYPE_COPY_SEND)

struct one {
	uint32_t word, name;
	struct ipc_item item; /* if it comes to that */
};
_Static_assert(sizeof(struct one) <= MESSAGE_TINY_BODY &&
		       sizeof(mach_msg_header_t) % sizeof(uint64_t) == 0,
	       "the item lies behind the body");

static inline struct one *one_of(struct ipc_message *m)
{
	return (struct one *)ipc_message_body(m);
}

/* The right's entry, in the table itself; or NULL. */
TEMPLATE struct ipc_entry *find_right(struct ipc_message *m,
				      struct ipc_space *s) REQUIRES(&s->lock)
{
	const struct one *body = one_of(m);
	uint32_t index = body->name & NAME_INDEX_MASK;
	if (body->word != WORD_ONE_COPY || index >= s->high)
		return NULL;
	struct ipc_entry *e = ipc_table_slot(s, index);
	return e->name == body->name && e->type & TYPE_SEND &&
			       e->port->active ?
		       e : NULL;
}

/* The receiver knows the port already, has no room, or the port has died (NULL). */
[[gnu::noreturn, gnu::noinline]] static void
land_item(struct thread *self, struct ipc_message *m, struct ipc_port *port,
	  struct ipc_port *reply)
{
	struct one *body = one_of(m);
	const struct msg_receive to = {
		.buffer = self->ipc.buffer,
		.size = self->ipc.receive_size,
		.option = OPTIONS_RPC,
	};
	body->name = port ? 1 : MACH_PORT_DEAD;
	body->item = (struct ipc_item){
		.kind = port ? ITEM_RIGHT : ITEM_NONE,
		.offset = offsetof(struct one, name),
		.right = port ? (struct ipc_right){port, RIGHT_SEND} :
				IPC_RIGHT_DEAD,
	};
	m->items = &body->item;
	m->item_count = 1;
	m->reply = (struct ipc_right){reply, RIGHT_SEND_ONCE};
	m->local_name = m->head.msgh_local_port;
	m->addressed = MACH_MSG_TYPE_PORT_SEND;
	m->head.msgh_bits &= MACH_MSGH_BITS_TYPE_MASK | MACH_MSGH_BITS_COMPLEX;
	context_trap_return(ipc_message_land(m, &to));
}

/* Names for both rights, or for none. */
TEMPLATE bool name_both(struct fast *f, struct thread *self,
			struct ipc_port *port)
{
	struct ipc_space *s = self->space;
	struct ipc_message *m = f->m;
	spin_lock(&s->lock);
	struct ipc_entry *reply = ipc_entry_pop_hot(s), *e = NULL;
	if (likely(reply && port && port->active))
		e = ipc_entry_put_first(
			s, (struct ipc_right){port, RIGHT_SEND}, f->causal);
	if (likely(e)) {
		ipc_entry_fill_reply(reply, f->port, f->causal);
		self->ipc.to = reply;
		m->head.msgh_remote_port = reply->name;
		one_of(m)->name = e->name;
	} else if (reply) {
		ipc_entry_push_hot(s, reply);
	}
	spin_unlock(&s->lock);
	return e;
}

void ipc_fast_one(struct ipc_message *m, mach_port_name_t name)
{
	struct thread *self = thread_self();
	struct ipc_space *s = self->space;
	struct ipc_port *port = NULL;
	struct fast f;
	f.self = self;
	f.m = m;
	f.dest_set = NULL;
	f.causal = CONFIG_PROVENANCE ? self->ipc.causal_id : 0;
	spin_lock(&s->lock);
	struct ipc_entry *e = find_right(m, s);
	bool ok = likely(e && m->head.msgh_local_port == name) &&
		  find_entries(&f, s, name, REQUEST, ONE) &&
		  !ipc_port_is_kernel(f.dest) &&
		  meet_and_commit(&f, s, REQUEST, ONE);
	if (likely(ok))
		port = ipc_fast_copy_send(e).port;
	spin_unlock(&s->lock);
	if (!ok)
		return;
	one_of(m)->word = WORD_ONE_RIGHT(MACH_MSG_TYPE_PORT_SEND);
	become(&f, ipc_receive_continue);
	if (likely(name_both(&f, f.peer, port)))
		hand_over(&f, f.peer, ONE);
	if (CONFIG_PROVENANCE)
		m->causal = f.causal;
	land_item(f.peer, m, port, f.port);
}

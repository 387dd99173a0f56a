/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages to kernel ports, answered in the sender's thread.
 *
 * The request's items are lent to the routine, which takes what it keeps; the
 * rest dies with the request (kmig.h). The reply is a message like any other,
 * addressed to the request's reply right.
 */
#include <arch/clock.h>
#include <arch/copy.h>
#include <ipc/body_i.h>
#include <ipc/fast.h>
#include <ipc/space_i.h>
#include <ipc/stat.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <mach/mig_errors.h>
#include <vm/copy.h>

mig_server_fn ipc_kobject_server;

/* --- what stubs call --- */

/* MACH_PORT_DEAD: nothing to take, but not nothing. Never written. */
static struct ipc_item dead_item = {
	.kind = ITEM_NONE,
	.right = {NULL, RIGHT_DEAD},
};

struct ipc_item *mig_request_item(const struct mig_request *req, uint64_t field,
				  enum ipc_item_kind kind, bool *bad)
{
	bool port = kind == ITEM_RIGHT;
	if (field == 0)
		return NULL;
	if (port && field == MACH_PORT_DEAD)
		return &dead_item;
	if (field > req->item_count || req->items[field - 1].kind != kind) {
		*bad = true;
		return NULL;
	}
	return &req->items[field - 1];
}

struct ipc_right mig_take_right(struct ipc_item *item)
{
	if (!item || item->kind != ITEM_RIGHT)
		return IPC_RIGHT_NULL;
	item->kind = ITEM_NONE;
	return item->right;
}

struct vm_copy *mig_take_copy(struct ipc_item *item)
{
	if (!item || item->kind != ITEM_MEMORY)
		return NULL;
	item->kind = ITEM_NONE;
	return item->copy;
}

struct ipc_rights *mig_take_rights(struct ipc_item *item)
{
	if (!item || item->kind != ITEM_RIGHTS)
		return NULL;
	item->kind = ITEM_NONE;
	return item->rights;
}

static struct ipc_item *reply_item(struct mig_reply *rep,
				   enum ipc_item_kind kind)
{
	panic_unless(rep->item_count < MIG_REPLY_ITEMS);
	struct ipc_item *item = &rep->items[rep->item_count++];
	*item = (struct ipc_item){.kind = kind};
	return item;
}

uint32_t mig_reply_right(struct mig_reply *rep, struct ipc_right right)
{
	if (!right.port)
		return right.kind == RIGHT_DEAD ? MACH_PORT_DEAD :
						  MACH_PORT_NULL;
	reply_item(rep, ITEM_RIGHT)->right = right;
	return rep->item_count;
}

uint64_t mig_reply_memory(struct mig_reply *rep, struct vm_copy *copy,
			  uint64_t size)
{
	if (!copy)
		return 0;
	struct ipc_item *item = reply_item(rep, ITEM_MEMORY);
	item->copy = copy;
	item->size = size;
	return rep->item_count;
}

uint64_t mig_reply_rights(struct mig_reply *rep, struct ipc_rights *rights)
{
	if (!rights || !rights->count) {
		ipc_rights_destroy(rights);
		return 0;
	}
	reply_item(rep, ITEM_RIGHTS)->rights = rights;
	return rep->item_count;
}

/* --- the call --- */

static bool has_no_answer(const struct ipc_message *reply)
{
	const mig_reply_header_t *head = (const void *)&reply->head;
	return head->RetCode == MIG_NO_REPLY;
}

static bool wants_reply(const struct ipc_message *reply)
{
	return !has_no_answer(reply) && reply->dest.port;
}

/* What its arrays of rights hold. */
static bool pay_arrays(struct ipc_message *reply, const struct mig_reply *rep)
{
	size_t bytes = 0;
	for (uint32_t i = 0; i < rep->item_count; i++)
		if (rep->items[i].kind == ITEM_RIGHTS)
			bytes += rep->items[i].rights->count *
				 sizeof(struct ipc_right);
	if (bytes && reply->account &&
	    !account_charge(reply->account, reply->charge, bytes))
		return false;
	reply->charged += bytes;
	return true;
}

/* The stub's items become the message's. */
static bool adopt_items(struct ipc_message *reply, const struct mig_reply *rep)
{
	if (!rep->item_count)
		return true;
	if (!pay_arrays(reply, rep) ||
	    !ipc_message_add_items(reply, rep->item_count))
		return false;
	for (uint32_t i = 0; i < rep->item_count; i++)
		reply->items[i] = rep->items[i];
	ipc_body_find_items(reply);
	reply->head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	return true;
}

static void drop_items(struct mig_reply *rep)
{
	for (uint32_t i = 0; i < rep->item_count; i++)
		ipc_item_release(&rep->items[i]);
}

__attribute__((always_inline)) static inline void
serve(struct mig_request *req, struct ipc_message *reply, struct mig_reply *rep)
{
	rep->head = &reply->head;
	rep->capacity = reply->capacity;
	rep->item_count = 0;
	reply->head.msgh_bits = 0;
	if (__builtin_expect(!ipc_kobject_server(req, rep), 0))
		rep->item_count = 0; /* the reply says MIG_BAD_ID */
	/* Complex even if all its rights are null: the stub says which. */
	reply->head.msgh_bits &= MACH_MSGH_BITS_COMPLEX;
}

/* A reply that goes somewhere, or nothing. */
static struct ipc_message *finish_reply(struct ipc_message *reply,
					struct mig_reply *rep)
{
	if (wants_reply(reply) && adopt_items(reply, rep))
		return reply;
	drop_items(rep);
	ipc_message_destroy(reply);
	return NULL;
}

/* For an answer that may lie in a queue: paid for before anything is done. NULL:
 * no memory, or nobody can pay. */
static struct ipc_message *borrow_paid(struct ipc_right dest)
{
	struct ipc_message *reply = ipc_message_borrow();
	if (!reply)
		return NULL;
	reply->dest = dest;
	if (!dest.port || ipc_message_pay(reply))
		return reply;
	reply->dest = IPC_RIGHT_NULL;
	ipc_message_free(reply);
	return NULL;
}

struct ipc_message *ipc_kernel_call(struct ipc_message *m)
{
	struct mig_reply rep;
	struct mig_request req = {
		.head = &m->head,
		.size = m->head.msgh_size,
		.item_count = m->item_count,
		.items = m->items,
		.port = m->dest.port,
	};
	struct ipc_message *reply = borrow_paid(m->reply);
	if (!reply) { /* the caller's reply right tells it */
		ipc_message_destroy(m);
		return NULL;
	}
	if (CONFIG_PROVENANCE)
		reply->causal = thread_self()->ipc.causal_id;
	serve(&req, reply, &rep);
	m->reply = IPC_RIGHT_NULL;
	if (m->item_count)
		ipc_message_drop_items(m);
	ipc_right_release(m->dest);
	m->dest = IPC_RIGHT_NULL;
	ipc_message_put(m);
	return finish_reply(reply, &rep);
}

/* --- the call of a thread that waits for the answer --- */

/* Is the thread's place to receive still what it was (and so alive), and free?
 * Then the reply is the next message there, and the thread no longer pins it. */
__attribute__((always_inline)) static inline bool
is_next(struct ipc_message *reply, struct ipc_port *port, mach_port_name_t from,
	uint32_t size)
{
	spin_lock(&port->lock);
	assert(list_empty(&port->queue) == !port->count);
	bool next = port->receiver == thread_self()->space &&
		    port->receiver_name == from &&
		    !((uintptr_t)port->set | port->count | port->owed) &&
		    reply->head.msgh_size <= size;
	if (__builtin_expect(next, 1)) {
		assert(port->active);
		reply->head.msgh_seqno = port->seqno++;
		ref_put_not_last(&port->ref); /* alive: it has its own */
	}
	spin_unlock(&port->lock);
	return next;
}

/* Rights in the reply, or somebody interfered: as a message through the port. */
[[gnu::noinline]] static mach_msg_return_t
reply_by_port(struct ipc_message *reply, struct mig_reply *rep,
	      struct ipc_port *port, mach_port_name_t from, uint64_t buffer,
	      uint32_t size)
{
	mach_msg_return_t r;
	const struct msg_receive to = {
		.buffer = buffer,
		.size = size,
		.option = MACH_RCV_MSG,
		.name = from,
	};
	if (CONFIG_PROVENANCE)
		reply->causal = thread_self()->ipc.causal_id;
	reply->dest = ipc_right_make_send_once(port);
	ipc_port_unref(port);
	reply = finish_reply(reply, rep);
	if (reply && reply->dest.port && ipc_receive_direct(reply, &to, &r))
		return r;
	if (reply)
		ipc_message_post_answer(reply, false);
	return ipc_receive(&to, CLOCK_NEVER, NULL);
}

/* The answer goes to where the caller waits for it, and the caller with it. */
[[gnu::noreturn]] __attribute__((always_inline)) static inline void
reply_at_once(struct ipc_message *reply, mach_port_name_t from, uint64_t buffer)
{
	mach_msg_header_t *h = &reply->head;
	h->msgh_bits |= MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE);
	h->msgh_remote_port = MACH_PORT_NULL;
	h->msgh_local_port = from;
	thread_self()->ipc.received++;
	assert(h->msgh_size % 4 == 0); /* stubs pad */
	bool ok = copy_out_words(buffer, h, h->msgh_size);
	ipc_message_return(reply);
	if (__builtin_expect(!ok, 0))
		context_trap_return(MACH_RCV_INVALID_DATA);
	context_trap_return(MACH_MSG_SUCCESS);
}

/* An answer of one send right and nothing else: what makes an object tells its
 * port so. */
struct reply_one {
	mig_reply_header_t head;
	uint32_t word, name;
};
_Static_assert(sizeof(struct reply_one) == 40, "no padding");

static inline bool is_one(const struct ipc_message *reply,
			  const struct mig_reply *rep)
{
	const struct reply_one *one = (const void *)&reply->head;
	const struct ipc_item *item = rep->items;
	return rep->item_count == 1 &&
	       reply->head.msgh_size == sizeof(*one) &&
	       one->word == WORD_ONE_RIGHT(MACH_MSG_TYPE_PORT_SEND) &&
	       item->kind == ITEM_RIGHT && item->right.kind == RIGHT_SEND;
}

/* The caller's name for a right that is its port's first there; 0: it is not,
 * or there is no room, or the port has died. */
static mach_port_name_t name_one(struct thread *self, struct ipc_right right)
{
	struct ipc_space *s = self->space;
	struct ipc_entry *e = NULL;
	spin_lock(&s->lock);
	if (s->active && right.port->active)
		e = ipc_entry_put_first(s, right, self->ipc.causal_id);
	/* Before others can give the name up. */
	mach_port_name_t name = e ? e->name : MACH_PORT_NULL;
	spin_unlock(&s->lock);
	return name;
}

/* The answer is taken already: it lands as any message. */
[[gnu::noreturn, gnu::noinline]] static void
land_one(struct ipc_message *reply, struct mig_reply *rep,
	 mach_port_name_t from, uint64_t buffer, uint32_t size)
{
	const struct msg_receive to = {
		.buffer = buffer,
		.size = size,
		.option = MACH_RCV_MSG,
		.name = from,
	};
	if (CONFIG_PROVENANCE)
		reply->causal = thread_self()->ipc.causal_id;
	reply->local_name = from;
	reply->addressed = MACH_MSG_TYPE_PORT_SEND_ONCE;
	panic_unless(adopt_items(reply, rep)); /* there is room */
	context_trap_return(ipc_message_copyout(reply, &to));
}

/* As is_next; then the right gets its name without being an item on the way. */
[[gnu::noinline]] static bool
one_is_next(struct ipc_message *reply, struct mig_reply *rep,
	    struct ipc_port *port, mach_port_name_t from, uint64_t buffer,
	    uint32_t size)
{
	struct reply_one *one = (void *)&reply->head;
	if (!is_one(reply, rep) || !is_next(reply, port, from, size))
		return false;
	one->name = name_one(thread_self(), rep->items[0].right);
	if (__builtin_expect(one->name == MACH_PORT_NULL, 0)) {
		one->name = 1; /* the number of the item to be */
		land_one(reply, rep, from, buffer, size);
	}
	reply->head.msgh_bits = MACH_MSGH_BITS_COMPLEX;
	return true;
}

mach_msg_return_t ipc_kernel_rpc_simple(struct ipc_message *m,
					struct ipc_port *dest,
					struct ipc_port *port,
					mach_port_name_t from)
{
	struct thread *self = thread_self();
	struct mig_reply rep;
	struct mig_request req = {
		.head = &m->head,
		.size = m->head.msgh_size,
		.port = dest,
	};
	/* Said by wait_with, which the routine may call, too. */
	const uint64_t buffer = self->ipc.buffer;
	const uint32_t size = self->ipc.receive_size;
	struct ipc_message *reply = ipc_message_borrow();
	bool next;
	self->ipc.sent++;
	ipc_count(IPC_KERNEL_CALLS);
	if (!reply) {
		ipc_message_put(m);
		ipc_port_unref(dest);
		ipc_port_unref(port);
		return MACH_SEND_NO_BUFFER;
	}
	serve(&req, reply, &rep);
	ipc_message_keep(m);
	ipc_port_unref(req.port);
	if (__builtin_expect(!rep.item_count && !has_no_answer(reply), 1))
		next = is_next(reply, port, from, size);
	else
		next = one_is_next(reply, &rep, port, from, buffer, size);
	if (__builtin_expect(!next, 0))
		return reply_by_port(reply, &rep, port, from, buffer, size);
	reply_at_once(reply, from, buffer);
}

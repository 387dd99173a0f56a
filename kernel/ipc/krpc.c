/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that the kernel sends, and the answer to an exception.
 *
 * The victim of an exception arms its wait on its kernel reply port before the
 * request leaves, so that the answer cannot be missed, and hands its processor
 * to a handler that waits already. An aborted wait throws the reply port away:
 * a late answer then finds it dead.
 */
#include <arch/clock.h>
#include <ipc/fast.h>
#include <ipc/krpc.h>
#include <ipc/message_i.h>
#include <kern/string.h>
#include <kern/wait_fast.h>

#define BITS_KEPT MACH_MSGH_BITS_TYPE_MASK

static void release_all(struct ipc_item *items, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		ipc_item_release(&items[i]);
}

/* A message of ours; items are consumed in any case. NULL: no memory. */
static struct ipc_message *compose(const mach_msg_header_t *from,
				   struct ipc_item *items, uint32_t count)
{
	uint32_t room = from->msgh_size + count * (uint32_t)sizeof(*items);
	struct ipc_message *m = ipc_message_get(room + sizeof(uint64_t));
	if (m) {
		memcpy(&m->head, from, from->msgh_size);
		if (count && !ipc_message_add_items(m, count)) {
			ipc_message_put(m);
			m = NULL;
		}
	}
	if (!m) {
		release_all(items, count);
		return NULL;
	}
	for (uint32_t i = 0; i < count; i++)
		m->items[i] = items[i];
	m->head.msgh_bits = (from->msgh_bits & BITS_KEPT) |
			    MACH_MSGH_BITS_KERNEL |
			    (count ? MACH_MSGH_BITS_COMPLEX : 0);
	return m;
}

/* The fields of port items say which item is theirs. */
static void number_items(struct ipc_message *m)
{
	uint8_t *body = ipc_message_body(m);
	for (uint32_t i = 0; i < m->item_count; i++) {
		const struct ipc_item *it = &m->items[i];
		uint64_t field = it->kind == ITEM_NONE ? 0 : i + 1;
		bool port = it->kind == ITEM_RIGHT;
		if (port && !it->right.port)
			field = it->right.kind == RIGHT_DEAD ? MACH_PORT_DEAD :
							       MACH_PORT_NULL;
		if (port)
			*(uint32_t *)(body + it->offset) = (uint32_t)field;
		else
			*(u64_a4 *)(body + it->offset) = field;
	}
}

enum kr ipc_kernel_send(struct ipc_right dest, struct ipc_right reply,
			mach_msg_header_t *message, struct ipc_item *items,
			uint32_t item_count)
{
	struct ipc_message *m = compose(message, items, item_count);
	enum kr kr = m ? KR_SUCCESS : KR_RESOURCE_SHORTAGE;
	if (m && (!dest.port || !ipc_port_is_alive(dest.port)))
		kr = KR_INVALID_CAPABILITY;
	if (kr != KR_SUCCESS) {
		if (m)
			ipc_message_destroy(m);
		ipc_right_release(reply);
		ipc_right_release(dest);
		return kr;
	}
	number_items(m);
	m->dest = dest;
	m->reply = reply;
	ipc_message_enter_transit(m);
	ipc_message_post(m);
	return KR_SUCCESS;
}

/* --- the victim's call --- */

#define REPLY_BYTES 512

[[gnu::noreturn]] static void finish(struct thread *self, enum kr result,
				     const mach_msg_header_t *reply)
{
	ipc_kernel_done done = (ipc_kernel_done)self->ipc.done;
	done(result, reply);
	context_user_return();
}

[[gnu::noreturn]] static void fail(struct thread *self, enum kr why)
{
	finish(self, why, NULL);
}

/* The thread keeps the reply's memory for its next message, and the bytes stay
 * in it until then. False: it cannot. */
static bool keep_reply(struct thread *self, struct ipc_message *m)
{
	if (m->item_count || m->reply.port || self->ipc.spare)
		return false;
	ipc_message_put(m);
	return self->ipc.spare == m;
}

/* The reply's rights go before anybody looks at its bytes, so that done may
 * leave the kernel by itself. */
[[gnu::noreturn]] static void answered(struct thread *self,
				       struct ipc_message *m)
{
	union {
		mach_msg_header_t head;
		uint8_t bytes[REPLY_BYTES];
	} copy;
	struct ipc_right dest = m->dest;
	m->dest = IPC_RIGHT_NULL;
	ipc_right_used(dest);
	if (m->capacity == MESSAGE_SMALL_SIZE && !m->account && !m->prepared &&
	    keep_reply(self, m))
		finish(self, KR_SUCCESS, &m->head);
	memcpy(copy.bytes, &m->head,
	       m->head.msgh_size < REPLY_BYTES ? m->head.msgh_size :
						 REPLY_BYTES);
	ipc_message_destroy(m);
	finish(self, KR_SUCCESS, &copy.head);
}

void ipc_kernel_rpc_answered(struct ipc_message *m)
{
	struct thread *self = thread_self();
	if (m->item_count || self->ipc.spare ||
	    m->capacity != MESSAGE_SMALL_SIZE)
		answered(self, m);
	self->ipc.spare = m;
	finish(self, KR_SUCCESS, &m->head);
}

static void drop_reply_port(struct thread_exc *exc)
{
	struct ipc_port *port = exc->reply_port;
	exc->reply_port = NULL;
	if (port)
		ipc_port_kill(port);
}

void ipc_kernel_rpc_continue(void)
{
	struct thread *self = thread_self();
	struct ipc_port *port = (struct ipc_port *)self->ipc.place;
	if (thread_wait_result() != WAIT_OK) {
		ipc_wait_leave(self);
		self->ipc.place = 0;
		ipc_port_unref(port);
		drop_reply_port(thread_exc(self));
		fail(self, KR_ABORTED);
	}
	struct ipc_message *m = self->ipc.message;
	self->ipc.message = NULL;
	if (port) { /* not the fast way */
		self->ipc.place = 0;
		ipc_port_unref(port);
	}
	if (!m)
		fail(self, KR_ABORTED);
	answered(self, m);
}

/* The wait for the reply begins; nothing has been sent yet. */
static void arm_reply(struct thread *self, struct ipc_port *port)
{
	ipc_port_ref(port);
	self->ipc.place = ipc_place_of_port(port);
	ipc_receive_answer(self);
	self->ipc.message = NULL;
	spin_lock(&port->lock);
	wait_begin_abortable(self, true);
	list_push_back(&port->receivers, &self->wait_link);
	spin_unlock(&port->lock);
}

static bool have_reply_port(struct thread_exc *exc)
{
	if (exc->reply_port)
		return true;
	return ipc_port_create(NULL, &exc->reply_port) == KR_SUCCESS;
}

struct ipc_message *ipc_kernel_request(uint32_t size, uint32_t rights,
				       mach_msg_header_t **head)
{
	uint32_t room = rights * (uint32_t)sizeof(struct ipc_item);
	struct ipc_message *m =
		ipc_message_get(size + room + (uint32_t)sizeof(uint64_t));
	if (!m)
		return NULL;
	m->head.msgh_size = size;
	m->head.msgh_bits = MACH_MSGH_BITS_KERNEL |
			    (rights ? MACH_MSGH_BITS_COMPLEX : 0);
	m->items = ipc_message_tail(m, rights);
	m->item_count = rights;
	assert(m->items); /* there is room */
	*head = &m->head;
	return m;
}

void ipc_kernel_request_right(struct ipc_message *m, uint32_t i,
			      uint32_t offset, struct ipc_right right)
{
	struct ipc_item *item = &m->items[i];
	uint32_t field = i + 1;
	item->kind = ITEM_RIGHT;
	item->rights = NULL;
	item->offset = offset;
	item->right = right;
	if (!right.port)
		field = right.kind == RIGHT_DEAD ? MACH_PORT_DEAD :
						   MACH_PORT_NULL;
	*(uint32_t *)(ipc_message_body(m) + offset) = field;
}

void ipc_kernel_rpc(struct ipc_right dest, struct ipc_message *m,
		    ipc_kernel_done done)
{
	struct thread *self = thread_self(), *next = NULL;
	struct thread_exc *exc = thread_exc(self);
	struct ipc_port *port = dest.port;
	self->ipc.done = (void (*)(void))done;
	if (!m || !have_reply_port(exc)) {
		if (m)
			ipc_message_destroy(m);
		ipc_right_release(dest);
		fail(self, KR_RESOURCE_SHORTAGE);
	}
	ipc_fast_kernel_rpc(m, port, exc->reply_port);
	m->dest = dest;
	m->reply = ipc_right_make_send_once(exc->reply_port);
	arm_reply(self, exc->reply_port);
	spin_lock(&port->lock);
	bool alive = port->active && !ipc_port_is_kernel(port);
	if (alive)
		next = ipc_port_deliver(port, m);
	spin_unlock(&port->lock);
	if (!alive) {
		(void)thread_wait_cancel();
		ipc_wait_leave(self);
		self->ipc.place = 0;
		ipc_port_unref(exc->reply_port);
		ipc_right_used(m->reply);
		m->reply = IPC_RIGHT_NULL;
		ipc_message_destroy(m);
		fail(self, KR_INVALID_CAPABILITY);
	}
	if (next)
		thread_handoff(next, CLOCK_NEVER, ipc_kernel_rpc_continue);
	else
		thread_block(CLOCK_NEVER, ipc_kernel_rpc_continue);
	__builtin_unreachable();
}

void ipc_kernel_rpc_exit(struct thread *t)
{
	struct thread_exc *exc = thread_exc(t);
	if (exc)
		drop_reply_port(exc);
}

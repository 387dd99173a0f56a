/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copy-out: items become names and addresses of the receiver, then the bytes
 * go to its buffer.
 *
 * Nothing here can send the message back to a queue: what finds no place is
 * destroyed, its field is null, and the code says what was short.
 */
#include <arch/copy.h>
#include <ipc/body_i.h>
#include <ipc/space_i.h>
#include <ipc/trace.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <mach/msg_trace.h>
#include <kern/zone.h>
#include <vm/copy.h>

struct placer {
	struct ipc_message *m;
	struct ipc_space *space;
	struct vm_map *map;
	bool compat;
	bool body_done;		    /* nothing is left in the body */
	mach_msg_return_t shortage; /* MACH_MSG_IPC_SPACE ... */
};

static mach_msg_return_t space_shortage(enum kr kr)
{
	return kr == KR_NO_SPACE ? MACH_MSG_IPC_SPACE : MACH_MSG_IPC_KERNEL;
}

/* Consumes the right; its name, or null with the shortage noted. */
static mach_port_name_t place_right(struct placer *p, struct ipc_right right)
{
	mach_port_name_t name;
	enum kr kr = ipc_space_insert(p->space, right, p->compat, &name);
	if (kr == KR_SUCCESS)
		return name;
	p->shortage |= space_shortage(kr);
	return MACH_PORT_NULL;
}

static uint64_t place_copy(struct placer *p, struct vm_copy *copy)
{
	uint64_t addr;
	enum kr kr = vm_copy_out(p->map, copy, &addr);
	if (kr == KR_SUCCESS)
		return addr;
	vm_copy_discard(copy);
	p->shortage |= kr == KR_NO_SPACE ? MACH_MSG_VM_SPACE :
					   MACH_MSG_VM_KERNEL;
	return 0;
}

/* An array of rights becomes memory full of names. The memory comes first: names
 * that no memory tells would be lost to their task. */
static uint64_t place_array(struct placer *p, struct ipc_rights *rights)
{
	uint32_t count = rights->count;
	size_t bytes = count * sizeof(mach_port_name_t);
	mach_port_name_t *names = kalloc_zeroed(bytes);
	struct vm_copy *copy = names ? vm_copy_from_kernel(names, bytes) : NULL;
	uint64_t addr = 0;
	if (copy)
		addr = place_copy(p, copy);
	else
		p->shortage |= MACH_MSG_VM_KERNEL;
	if (!addr) {
		kfree(names, bytes);
		ipc_rights_destroy(rights);
		return 0;
	}
	for (uint32_t i = 0; i < count; i++) {
		names[i] = place_right(p, rights->right[i]);
		preempt_point();
	}
	ipc_rights_free(rights);
	/* Fails if the task took the memory away meanwhile. */
	(void)!vm_copy_write(p->map, addr, names, bytes);
	kfree(names, bytes);
	return addr;
}

/* The manual knows one name for send rights of both kinds. */
static uint32_t old_name(uint32_t name)
{
	return name == MACH_MSG_TYPE_PORT_RECEIVE ? MSG_TYPE_PORT_ALL :
						    MSG_TYPE_PORT;
}

/* One right with a short type word before it: the form that stubs and the
 * kernel make. */
#define WORD_ONE_RIGHT(name) ((name) | 32u << 8 | 1u << 16 | 1u << 28)

/* All items are of that form: no need to walk the body. A field that is not a
 * type word holds an item's number and cannot look like one. */
static bool show_old_names_quick(struct ipc_message *m)
{
	uint8_t *body = ipc_message_body(m);
	for (uint32_t i = 0; i < m->item_count; i++) {
		const struct ipc_item *it = &m->items[i];
		uint32_t *word = (uint32_t *)(body + it->offset) - 1;
		if (it->kind != ITEM_RIGHT ||
		    (*word != WORD_ONE_RIGHT(MACH_MSG_TYPE_PORT_SEND) &&
		     *word != WORD_ONE_RIGHT(MSG_TYPE_PORT)))
			return false;
		*word = WORD_ONE_RIGHT(MSG_TYPE_PORT);
	}
	return m->item_count > 0;
}

static void show_old_names(struct ipc_message *m)
{
	if (show_old_names_quick(m))
		return;
	uint8_t *body = ipc_message_body(m);
	struct msg_item it;
	for (uint32_t at = 0; at < BODY_SIZE(m); at = it.next) {
		(void)ipc_body_next(body, BODY_SIZE(m), at, &it);
		if (MACH_MSG_TYPE_PORT_ANY(it.name))
			ipc_body_set_type(body, &it, old_name(it.name),
					  it.deallocate);
	}
}

static void place_item(struct placer *p, struct ipc_item *item)
{
	uint8_t *field = ipc_message_body(p->m) + item->offset;
	switch (item->kind) {
	case ITEM_NONE:
		break;
	case ITEM_RIGHT:
		*(uint32_t *)field = place_right(p, mig_take_right(item));
		break;
	case ITEM_MEMORY:
		*(u64_a4 *)field = place_copy(p, mig_take_copy(item));
		break;
	case ITEM_RIGHTS:
		*(u64_a4 *)field = place_array(p, mig_take_rights(item));
		break;
	}
}

mach_msg_return_t ipc_body_copyout(struct ipc_message *m, struct ipc_space *s,
				   struct vm_map *map, bool compat)
{
	struct placer p = {.m = m, .space = s, .map = map, .compat = compat};
	if (compat)
		show_old_names(m);
	for (uint32_t i = 0; i < m->item_count; i++) {
		place_item(&p, &m->items[i]);
		preempt_point();
	}
	return p.shortage;
}

/* --- the header --- */

static uint32_t shown(enum right_kind kind, bool compat)
{
	switch (kind) {
	case RIGHT_SEND:
		return compat ? MSG_TYPE_PORT : MACH_MSG_TYPE_PORT_SEND;
	case RIGHT_SEND_ONCE:
		return compat ? MSG_TYPE_PORT : MACH_MSG_TYPE_PORT_SEND_ONCE;
	case RIGHT_RECEIVE:
		return compat ? MSG_TYPE_PORT_ALL : MACH_MSG_TYPE_PORT_RECEIVE;
	case RIGHT_DEAD:
		return compat ? MSG_TYPE_PORT : MACH_MSG_TYPE_PORT_SEND;
	default:
		return 0;
	}
}

/* MACH_RCV_NOTIFY: the send-once right for a dead-name request, or NONE. */
static enum kr notify_right(struct ipc_space *s, mach_port_name_t name,
			    struct ipc_right *right)
{
	struct ipc_take how = {.disposition = MACH_MSG_TYPE_MAKE_SEND_ONCE};
	struct list after;
	list_init(&after);
	spin_lock(&s->lock);
	enum kr kr = ipc_entry_take(s, name, how, right, &after);
	spin_unlock(&s->lock);
	ipc_requests_fire(&after);
	return kr;
}

/* Arms a dead-name request on the reply right's fresh name. */
static mach_msg_return_t arm_notify(struct ipc_space *s, mach_port_name_t name,
				    mach_port_name_t notify)
{
	struct ipc_right right, previous = IPC_RIGHT_NULL;
	if (!MACH_PORT_VALID(name))
		return MACH_MSG_SUCCESS;
	if (notify_right(s, notify, &right) != KR_SUCCESS)
		return MACH_RCV_INVALID_NOTIFY;
	enum kr kr = ipc_port_op_request_notification(
		s, name, MACH_NOTIFY_DEAD_NAME, 1, right, &previous);
	ipc_right_release(kr == KR_SUCCESS ? previous : right);
	return kr == KR_RESOURCE_SHORTAGE ? MACH_MSG_IPC_KERNEL :
					    MACH_MSG_SUCCESS;
}

static bool notify_named(struct ipc_space *s, mach_port_name_t name)
{
	spin_lock(&s->lock);
	enum kr kr = ipc_entry_check_take(s, name,
					  MACH_MSG_TYPE_MAKE_SEND_ONCE);
	spin_unlock(&s->lock);
	return kr == KR_SUCCESS;
}

/* Rights entered under one hold of the space. */
#define LOCK_BATCH 32u

/* The body's rights, as far as they go: what finds no room stays an item, and
 * so does a receive right, which must leave its transit first. True: nothing
 * is left in the body. */
static bool put_items(struct placer *p, struct list *after)
	REQUIRES(&p->space->lock)
{
	struct ipc_message *m = p->m;
	uint8_t *body = ipc_message_body(m);
	bool all = m->item_count <= LOCK_BATCH;
	struct ipc_item *end = m->items + (all ? m->item_count : LOCK_BATCH);
	for (struct ipc_item *item = m->items; item < end; item++) {
		if (item->kind == ITEM_RIGHT &&
		    item->right.kind != RIGHT_RECEIVE &&
		    ipc_entry_put(p->space, item->right, p->compat,
				  (mach_port_name_t *)(body + item->offset),
				  after) == KR_SUCCESS)
			item->kind = ITEM_NONE;
		all &= item->kind == ITEM_NONE;
	}
	return all;
}

/* The reply right, and with it, under the same hold, the body's. */
[[gnu::noinline]] static mach_msg_return_t place_rights(struct placer *p)
{
	struct ipc_space *s = p->space;
	struct ipc_message *m = p->m;
	enum kr kr = KR_INVALID_TASK;
	struct list after;
	list_init(&after);
	m->head.msgh_remote_port = MACH_PORT_NULL;
	spin_lock(&s->lock);
	if (s->active) {
		kr = ipc_entry_put(s, m->reply, p->compat,
				   &m->head.msgh_remote_port, &after);
		if (kr == KR_SUCCESS && m->item_count)
			p->body_done = put_items(p, &after);
	}
	spin_unlock(&s->lock);
	ipc_requests_fire(&after);
	if (kr != KR_SUCCESS)
		return MACH_RCV_HEADER_ERROR | space_shortage(kr);
	m->head.msgh_bits |= shown(m->reply.kind, p->compat);
	m->reply = IPC_RIGHT_NULL;
	return MACH_MSG_SUCCESS;
}

static void place_dest(struct ipc_message *m, const struct msg_receive *to)
{
	uint32_t local = m->addressed;
	if (to->option & MACH_RCV_25)
		local = MSG_TYPE_PORT;
	m->head.msgh_bits |= local << 8;
	m->head.msgh_local_port = m->local_name;
	struct ipc_right dest = m->dest;
	if (dest.kind == RIGHT_NONE)
		return; /* used up on the fast path */
	m->dest = IPC_RIGHT_NULL;
	ipc_right_used(dest);
}

/* The message cannot be had: only its header, without a reply port. */
[[gnu::noinline]] static mach_msg_return_t
header_only(struct ipc_message *m, const struct msg_receive *to,
	    mach_msg_return_t code)
{
	m->head.msgh_remote_port = MACH_PORT_NULL;
	m->head.msgh_bits &= ~(MACH_MSGH_BITS_REMOTE_MASK |
			       MACH_MSGH_BITS_COMPLEX);
	if (to->size >= sizeof(m->head) &&
	    !copy_out(to->buffer, &m->head, sizeof(m->head)))
		code = MACH_RCV_INVALID_DATA;
	ipc_message_destroy(m);
	return code;
}

/* Everything in the body that is not in its place yet. */
[[gnu::noinline]] static mach_msg_return_t place_body(struct placer *p)
{
	struct ipc_message *m = p->m;
	for (uint32_t i = 0; i < m->item_count; i++)
		if (m->items[i].kind != ITEM_NONE) {
			place_item(p, &m->items[i]);
			preempt_point();
		}
	return p->shortage ? MACH_RCV_BODY_ERROR | p->shortage :
			     MACH_MSG_SUCCESS;
}

static mach_msg_return_t finish(struct ipc_message *m,
				const struct msg_receive *to,
				mach_msg_return_t r)
{
	if (!copy_out(to->buffer, &m->head, m->head.msgh_size))
		r = MACH_RCV_INVALID_DATA;
	if (__builtin_expect(atomic_get(&ipc_tracing) != 0, 0))
		ipc_trace_note(MSG_TRACE_RECEIVED, &m->head, 0);
	return r;
}

/* --- what the fast path hands over --- */

/* A right that is its port's first here needs no more than an entry: that the
 * port dies just now, whoever looks at the entry finds out. The kernel may have
 * had no port to give. */
static inline bool enter_item(struct ipc_space *s, struct ipc_message *m,
			      struct ipc_item *item) REQUIRES(&s->lock)
{
	struct ipc_entry *e;
	if (item->kind != ITEM_RIGHT || !item->right.port ||
	    !item->right.port->active)
		return false;
	e = ipc_entry_put_first(s, item->right, m->causal);
	if (!e)
		return false;
	item->kind = ITEM_NONE;
	*(mach_port_name_t *)(ipc_message_body(m) + item->offset) = e->name;
	return true;
}

/* The reply right gets the entry freed last. */
static inline bool enter_reply(struct ipc_space *s, struct ipc_message *m)
	REQUIRES(&s->lock)
{
	struct ipc_port *port = m->reply.port;
	struct ipc_entry *e;
	if (m->reply.kind != RIGHT_SEND_ONCE || !port->active ||
	    !(e = ipc_entry_pop_hot(s)))
		return false;
	ipc_entry_fill_reply(e, port, m->causal);
	m->head.msgh_remote_port = e->name;
	m->head.msgh_bits |= MACH_MSG_TYPE_PORT_SEND_ONCE;
	m->reply = IPC_RIGHT_NULL;
	thread_self()->ipc.to = e;
	return true;
}

/* Names for all its rights, if they are of these kinds. False: the others wait,
 * the reply right among them. */
static bool enter_all(struct ipc_message *m)
{
	struct ipc_space *s = thread_self()->space;
	struct ipc_item *item = m->items, *end = item + m->item_count;
	spin_lock(&s->lock);
	bool ok = s->active;
	for (; ok && item < end; item++)
		ok = enter_item(s, m, item);
	ok = ok && enter_reply(s, m);
	spin_unlock(&s->lock);
	return ok;
}

[[gnu::noinline]] static mach_msg_return_t enter_others(struct ipc_message *m)
{
	struct thread *self = thread_self();
	struct placer p = {.m = m, .space = self->space, .map = self->map};
	mach_msg_return_t r = place_rights(&p);
	if (r == MACH_MSG_SUCCESS && m->item_count && !p.body_done)
		r = place_body(&p);
	return r;
}

mach_msg_return_t ipc_message_land(struct ipc_message *m,
				   const struct msg_receive *to)
{
	struct thread *self = thread_self();
	mach_msg_return_t r = MACH_MSG_SUCCESS;
	if (CONFIG_PROVENANCE)
		self->ipc.causal_id = m->causal;
	self->ipc.received++;
	m->head.msgh_bits |= (uint32_t)m->addressed << 8;
	m->head.msgh_local_port = m->local_name;
	if (!enter_all(m))
		r = enter_others(m);
	if ((r & ~MACH_MSG_MASK) == MACH_RCV_HEADER_ERROR)
		return header_only(m, to, r);
	r = finish(m, to, r);
	ipc_message_retire(m);
	return r;
}

/* --- the whole --- */

mach_msg_return_t ipc_message_copyout(struct ipc_message *m,
				      const struct msg_receive *to)
{
	struct thread *self = thread_self();
	struct placer p = {.m = m, .space = self->space, .map = self->map,
			   .compat = to->option & MACH_RCV_25};
	bool notify = to->option & MACH_RCV_NOTIFY && !p.compat;
	bool complex = m->head.msgh_bits & MACH_MSGH_BITS_COMPLEX;
	mach_msg_return_t r = MACH_MSG_SUCCESS;
	if (CONFIG_PROVENANCE)
		self->ipc.causal_id = m->causal;
	atomic_add(&p.space->received, 1);
	place_dest(m, to);
	if (m->head.msgh_size > to->size)
		return header_only(m, to, MACH_RCV_TOO_LARGE);
	if (notify && !notify_named(p.space, to->notify))
		return header_only(m, to, MACH_RCV_INVALID_NOTIFY);
	if (complex && p.compat)
		show_old_names(m);
	r = place_rights(&p);
	if (r == MACH_MSG_SUCCESS && notify)
		r = arm_notify(p.space, m->head.msgh_remote_port, to->notify);
	if (r == MACH_RCV_INVALID_NOTIFY ||
	    (r & ~MACH_MSG_MASK) == MACH_RCV_HEADER_ERROR)
		return header_only(m, to, r);
	if (complex && !p.body_done)
		r |= place_body(&p);
	r = finish(m, to, r);
	ipc_message_put(m);
	return r;
}

/* --- giving back --- */

mach_msg_return_t ipc_message_giveback(struct ipc_message *m,
				       const struct msg_send *from,
				       mach_msg_return_t code)
{
	struct thread *self = thread_self();
	bool compat = from->option & MACH_SEND_25;
	struct placer p = {.m = m, .space = self->space, .map = self->map,
			   .compat = compat};
	struct ipc_right dest = m->dest, reply = m->reply;
	mach_msg_header_t *h = &m->head;
	m->dest = m->reply = IPC_RIGHT_NULL;
	h->msgh_bits |= shown(dest.kind, compat) | shown(reply.kind, compat)
							   << 8;
	h->msgh_remote_port = place_right(&p, dest);
	h->msgh_local_port = place_right(&p, reply);
	if (m->item_count)
		p.shortage |= ipc_body_copyout(m, self->space, self->map,
					       compat);
	/* An unwritable buffer loses the names; the rights have come back. */
	bool seen = copy_out(from->buffer, h,
			     from->size < h->msgh_size ? from->size :
							 h->msgh_size);
	(void)seen;
	ipc_message_free(m);
	return code | p.shortage;
}

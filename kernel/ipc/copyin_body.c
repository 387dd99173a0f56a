/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copy-in of rights and memory in a body.
 *
 * Reserve: every type word is checked, out-of-line memory is copied (lazily),
 * arrays of names are fetched; the sender notices nothing, and everything is
 * given back if one step fails. Take: the rights leave the sender's space and
 * the regions it gave away leave its map. The body, already in kernel memory,
 * is rewritten to item numbers on the way; user memory is read once.
 *
 * Locks: the space's, in turns of LOCK_BATCH rights.
 */
#include <arch/copy.h>
#include <ipc/body_i.h>
#include <ipc/space_i.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <vm/map.h>

#define LOCK_BATCH 32u

/* --- check --- */

static mach_msg_return_t check_item(const struct msg_item *it)
{
	bool native = MACH_MSG_TYPE_PORT_ANY(it->name);
	if (!msg_item_is_port(it))
		return MACH_MSG_SUCCESS;
	if (it->bits != 32)
		return MACH_SEND_INVALID_TYPE;
	if (native && it->in_line && it->deallocate)
		return MACH_SEND_INVALID_TYPE;
	if (!it->in_line && it->number > RIGHTS_MAX)
		return MACH_SEND_NO_BUFFER;
	return MACH_MSG_SUCCESS;
}

static uint32_t items_of(const struct msg_item *it)
{
	if (it->in_line)
		return msg_item_is_port(it) ? (uint32_t)it->number : 0;
	return it->bytes != 0;
}

/* What a body will need. */
struct needs {
	uint32_t items;
	bool memory;   /* something lies out of line */
	size_t pinned; /* bytes of kernel memory */
};

static mach_msg_return_t check_body(struct ipc_message *m, struct needs *n)
{
	struct msg_item it;
	*n = (struct needs){0};
	for (uint32_t at = 0; at < BODY_SIZE(m); at = it.next) {
		mach_msg_return_t r = ipc_body_next(ipc_message_body(m),
						    BODY_SIZE(m), at, &it);
		if (r == MACH_MSG_SUCCESS)
			r = check_item(&it);
		if (r != MACH_MSG_SUCCESS)
			return r;
		n->items += items_of(&it);
		n->memory |= !it.in_line;
		if (!it.in_line && msg_item_is_port(&it))
			n->pinned += it.number * sizeof(struct ipc_right);
	}
	n->pinned += n->items * sizeof(struct ipc_item);
	return MACH_MSG_SUCCESS;
}

/* --- reserve --- */

static mach_msg_return_t reserve_memory(struct ipc_item *item, uint64_t addr,
					const struct msg_item *it)
{
	enum kr kr = vm_copy_in(thread_self()->map, addr, it->bytes, false,
				&item->copy);
	if (kr == KR_RESOURCE_SHORTAGE)
		return MACH_SEND_NO_BUFFER;
	if (kr != KR_SUCCESS)
		return MACH_SEND_INVALID_MEMORY;
	item->kind = ITEM_MEMORY;
	item->size = it->bytes;
	return MACH_MSG_SUCCESS;
}

/*
 * The names wait in the last quarter of the array until their rights are
 * taken, first to last: right i covers bytes 16 i .. 16 i + 15, the names not
 * yet read begin at 12 n + 4 (i + 1), which is never below 16 i + 16.
 */
static uint32_t *names_in(struct ipc_rights *rights)
{
	_Static_assert(sizeof(struct ipc_right) == 4 * sizeof(uint32_t),
		       "a name is a quarter of a right");
	return (uint32_t *)&rights->right[rights->count] - rights->count;
}

static mach_msg_return_t reserve_rights(struct ipc_item *item, uint64_t addr,
					const struct msg_item *it)
{
	struct ipc_rights *rights = ipc_rights_create((uint32_t)it->number);
	if (!rights)
		return MACH_SEND_NO_BUFFER;
	if (!copy_in(names_in(rights), addr, it->bytes)) {
		ipc_rights_free(rights);
		return MACH_SEND_INVALID_MEMORY;
	}
	item->rights = rights; /* kind follows when they are rights */
	return MACH_MSG_SUCCESS;
}

static mach_msg_return_t reserve_items(struct ipc_message *m)
{
	uint8_t *body = ipc_message_body(m);
	struct ipc_item *item = m->items;
	struct msg_item it;
	mach_msg_return_t r = MACH_MSG_SUCCESS;
	for (uint32_t at = 0; at < BODY_SIZE(m); at = it.next) {
		(void)ipc_body_next(body, BODY_SIZE(m), at, &it);
		uint64_t addr = it.in_line ? 0 : ipc_body_pointer(body, &it);
		if (!it.in_line && it.bytes)
			r = msg_item_is_port(&it) ?
				    reserve_rights(item, addr, &it) :
				    reserve_memory(item, addr, &it);
		if (r != MACH_MSG_SUCCESS)
			return r;
		item += items_of(&it);
	}
	return r;
}

void ipc_body_unreserve(struct ipc_message *m)
{
	for (uint32_t i = 0; i < m->item_count; i++) {
		struct ipc_item *item = &m->items[i];
		if (item->kind == ITEM_MEMORY)
			vm_copy_discard(item->copy);
		if (item->rights)
			ipc_rights_free(item->rights);
		item->kind = ITEM_NONE;
		item->rights = NULL;
	}
}

mach_msg_return_t ipc_body_reserve(struct ipc_message *m)
{
	struct needs n;
	mach_msg_return_t r = check_body(m, &n);
	if (r != MACH_MSG_SUCCESS || !n.items)
		return r;
	m->charged = n.pinned;
	if (!ipc_message_add_items(m, n.items))
		return MACH_SEND_NO_BUFFER;
	if (n.memory)
		r = reserve_items(m);
	if (r != MACH_MSG_SUCCESS)
		ipc_body_unreserve(m);
	return r;
}

/* --- take --- */

struct taker {
	struct ipc_message *m;
	struct ipc_space *space;
	struct ipc_item *item; /* the next to fill */
	unsigned held;	       /* rights taken under this hold; 0: not held */
	struct list after;
};

/* Held or not, the taker itself knows (held); the analysis cannot. */
static void taker_unlock(struct taker *t) NO_LOCK_ANALYSIS
{
	if (t->held)
		spin_unlock(&t->space->lock);
	t->held = 0;
	ipc_requests_fire(&t->after);
}

static void taker_lock(struct taker *t) NO_LOCK_ANALYSIS
{
	if (t->held == LOCK_BATCH) {
		taker_unlock(t);
		preempt_point();
	}
	if (!t->held++)
		spin_lock(&t->space->lock);
}

/* The most frequent case: another send right from an entry that has one. */
static inline bool copy_live(struct taker *t, mach_port_name_t name,
			     struct ipc_right *right)
{
	struct ipc_entry *e = ipc_entry_lookup(t->space, name);
	if (!e || !(e->type & TYPE_SEND))
		return false;
	struct ipc_port *port = e->port;
	spin_lock(&port->lock);
	bool alive = port->active;
	port->srights += alive;
	spin_unlock(&port->lock);
	*right = (struct ipc_right){port, RIGHT_SEND};
	return alive;
}

static bool take_name(struct taker *t, const struct msg_item *it,
		      mach_port_name_t name, struct ipc_right *right)
{
	bool old = !MACH_MSG_TYPE_PORT_ANY(it->name);
	struct ipc_take how = {.disposition = it->name,
			       .deallocate = old && it->deallocate};
	if (!MACH_PORT_VALID(name)) {
		*right = name ? IPC_RIGHT_DEAD : IPC_RIGHT_NULL;
		return true;
	}
	taker_lock(t);
	if (it->name == MACH_MSG_TYPE_COPY_SEND && copy_live(t, name, right))
		return true;
	return t->space->active && ipc_entry_take(t->space, name, how, right,
						  &t->after) == KR_SUCCESS;
}

static uint32_t name_seen(const struct ipc_right *right, uint32_t sent)
{
	switch (right->kind) {
	case RIGHT_RECEIVE:
		return MACH_MSG_TYPE_PORT_RECEIVE;
	case RIGHT_SEND_ONCE:
		return MACH_MSG_TYPE_PORT_SEND_ONCE;
	case RIGHT_SEND:
		return MACH_MSG_TYPE_PORT_SEND;
	default:
		break;
	}
	if (sent == MACH_MSG_TYPE_MOVE_RECEIVE || sent == MSG_TYPE_PORT_ALL)
		return MACH_MSG_TYPE_PORT_RECEIVE;
	if (sent == MACH_MSG_TYPE_MOVE_SEND_ONCE ||
	    sent == MACH_MSG_TYPE_MAKE_SEND_ONCE)
		return MACH_MSG_TYPE_PORT_SEND_ONCE;
	return MACH_MSG_TYPE_PORT_SEND;
}

static bool take_in_line(struct taker *t, const struct msg_item *it)
{
	uint8_t *body = ipc_message_body(t->m);
	struct ipc_right right = IPC_RIGHT_NULL, first = IPC_RIGHT_NULL;
	for (uint32_t i = 0; i < it->number; i++) {
		if (!take_name(t, it, ipc_body_name(body, it, i), &right))
			return false;
		if (first.kind == RIGHT_NONE)
			first = right;
		if (right.port) {
			t->item->kind = ITEM_RIGHT;
			t->item->right = right;
			t->m->moves_receive |= right.kind == RIGHT_RECEIVE;
			t->item->offset = it->data + 4 * i;
			ipc_body_set_name(body, it, i,
				1 + (uint32_t)(t->item - t->m->items));
		} else {
			ipc_body_set_name(body, it, i,
				right.kind == RIGHT_DEAD ? MACH_PORT_DEAD :
							   MACH_PORT_NULL);
		}
		t->item++;
	}
	ipc_body_set_type(body, it, name_seen(&first, it->name), false);
	return true;
}

/* On failure the rest of the array is made null, so that it can be released
 * as an array of rights. */
static bool take_array(struct taker *t, const struct msg_item *it)
{
	struct ipc_rights *rights = t->item->rights;
	const uint32_t *names = names_in(rights);
	struct ipc_right first = IPC_RIGHT_NULL;
	bool ok = true;
	for (uint32_t i = 0; i < rights->count; i++) {
		struct ipc_right right = IPC_RIGHT_NULL;
		uint32_t name = names[i];
		if (ok && !take_name(t, it, name, &right)) {
			right = IPC_RIGHT_NULL;
			ok = false;
		}
		if (first.kind == RIGHT_NONE)
			first = right;
		rights->right[i] = right;
		t->m->moves_receive |= right.kind == RIGHT_RECEIVE;
	}
	t->item->kind = ITEM_RIGHTS;
	ipc_body_set_type(ipc_message_body(t->m), it,
			  name_seen(&first, it->name), true);
	return ok;
}

/* What an out-of-line item leaves behind in the sender's map. */
static void give_away(struct taker *t, const struct msg_item *it)
{
	uint8_t *body = ipc_message_body(t->m);
	uint64_t addr = ipc_body_pointer(body, it);
	if (it->deallocate && it->bytes) {
		taker_unlock(t);
		/* A region gone in the meantime needs no removal. */
		enum kr kr = vm_map_deallocate(thread_self()->map, addr,
					       it->bytes);
		(void)kr;
	}
	if (!msg_item_is_port(it))
		ipc_body_set_type(body, it, it->name, true);
	ipc_body_set_pointer(body, it,
			     it->bytes ? 1 + (uint64_t)(t->item - t->m->items) :
					 0);
	t->item->offset = it->bytes ? it->data : 0;
}

static bool take_out_of_line(struct taker *t, const struct msg_item *it)
{
	bool ok = !it->bytes || !msg_item_is_port(it) || take_array(t, it);
	if (!it->bytes) {
		uint8_t *body = ipc_message_body(t->m);
		struct ipc_right none = IPC_RIGHT_NULL;
		if (msg_item_is_port(it)) /* an array of no rights is one, too */
			ipc_body_set_type(body, it, name_seen(&none, it->name),
					  true);
		ipc_body_set_pointer(body, it, 0);
		return true;
	}
	give_away(t, it);
	t->item++;
	return ok;
}

/* Arrays whose names were never looked at hold no rights. */
static void forget_untaken(struct ipc_message *m)
{
	for (uint32_t i = 0; i < m->item_count; i++)
		if (m->items[i].kind == ITEM_NONE && m->items[i].rights) {
			ipc_rights_free(m->items[i].rights);
			m->items[i].rights = NULL;
		}
}

mach_msg_return_t ipc_body_take(struct ipc_message *m)
{
	struct taker t = {.m = m, .space = thread_self()->space,
			  .item = m->items};
	struct msg_item it;
	bool ok = true;
	list_init(&t.after);
	for (uint32_t at = 0; ok && at < BODY_SIZE(m); at = it.next) {
		(void)ipc_body_next(ipc_message_body(m), BODY_SIZE(m), at, &it);
		if (!it.in_line)
			ok = take_out_of_line(&t, &it);
		else if (msg_item_is_port(&it))
			ok = take_in_line(&t, &it);
	}
	taker_unlock(&t);
	if (ok)
		return MACH_MSG_SUCCESS;
	forget_untaken(m);
	return MACH_SEND_INVALID_RIGHT;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The body that most messages with rights have: a few single rights in line, as
 * stubs write them, and plain data. Checked first, taken after the message has
 * found its receiver. Everything else is copyin_body.c's.
 *
 * Locks: the space's, held by the caller; one port's at a time.
 */
#include <ipc/body_i.h>
#include <ipc/fast.h>
#include <ipc/space_i.h>

#define WORD_NAME	     0xffu
#define WORD_ONE_COPY	     WORD_ONE_RIGHT(MACH_MSG_TYPE_COPY_SEND)

static bool is_one_right(uint32_t word)
{
	return (word & ~WORD_NAME) == WORD_ONE_RIGHT(0) &&
	       (word & WORD_NAME) >= MACH_MSG_TYPE_MOVE_SEND &&
	       (word & WORD_NAME) <= MACH_MSG_TYPE_MAKE_SEND_ONCE;
}

/* Behind an item whose data are bytes and nothing else; 0: it is not. */
static uint32_t behind_data(const uint8_t *body, uint32_t size, uint32_t at)
{
	struct msg_item it;
	if (ipc_body_next(body, size, at, &it) != MACH_MSG_SUCCESS ||
	    !it.in_line || msg_item_is_port(&it))
		return 0;
	return it.next;
}

/* Of a right that is moved, the entry must not be the one used. */
static bool can_move(const struct fast_right *r, const struct ipc_entry *used)
{
	return r->entry != used &&
	       r->entry->type & (r->disposition == MACH_MSG_TYPE_MOVE_SEND ?
					 TYPE_SEND :
					 TYPE_SEND_ONCE);
}

/* May the right be taken, whatever happens before to the entry used? */
static bool can_take(struct fast_body *b, const struct fast_right *r,
		     const struct ipc_entry *used)
{
	const struct ipc_entry *e = r->entry;
	if (e->type & (TYPE_DEAD | TYPE_SET) || !e->port->active)
		return false;
	if (r->disposition == MACH_MSG_TYPE_MAKE_SEND ||
	    r->disposition == MACH_MSG_TYPE_MAKE_SEND_ONCE)
		return e->type & TYPE_RECEIVE;
	if (b->moves || !can_move(r, used))
		return false;
	b->moves = true; /* one at most */
	return true;
}

/* A right that is moved may take its entry away from others that name it. */
static bool names_one_twice(const struct fast_body *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		for (uint32_t j = 0; j < i; j++)
			if (b->right[i].entry == b->right[j].entry)
				return true;
	return false;
}

bool ipc_fast_body_check(struct ipc_message *m, struct ipc_space *s,
			 const struct ipc_entry *used, struct fast_body *b)
{
	const uint8_t *body = ipc_message_body(m);
	uint32_t size = BODY_SIZE(m), at = 0, n = 0;
	b->moves = false;
	while (at < size) {
		const uint32_t *word = (const uint32_t *)(body + at);
		bool copy = *word == WORD_ONE_COPY;
		if (!copy && !is_one_right(*word)) {
			at = behind_data(body, size, at);
			if (!at)
				return false;
			continue;
		}
		at += 2 * sizeof(*word);
		if (at > size || n == FAST_RIGHTS)
			return false;
		struct fast_right *r = &b->right[n++];
		struct ipc_entry *e = ipc_entry_lookup(s, word[1]);
		r->field = at - (uint32_t)sizeof(*word);
		r->disposition = *word & WORD_NAME;
		r->entry = e;
		if (!e || !(copy ? e->type & TYPE_SEND && e->port->active :
				   can_take(b, r, used)))
			return false;
	}
	b->count = n;
	if (b->moves && names_one_twice(b))
		return false;
	b->items = ipc_message_tail(m, n);
	return !n || b->items;
}

/* A right whose port died since the check is a dead one, which is well. */
static struct ipc_right take(struct ipc_space *s, const struct fast_right *r,
			     struct list *after) REQUIRES(&s->lock)
{
	struct ipc_right right = IPC_RIGHT_DEAD;
	struct ipc_take how = {.disposition = r->disposition};
	if (r->disposition == MACH_MSG_TYPE_COPY_SEND)
		return ipc_fast_copy_send(r->entry);
	enum kr kr = ipc_entry_take(s, r->entry->name, how, &right, after);
	(void)kr;
	return right;
}

static uint32_t word_seen(uint32_t disposition)
{
	bool once = disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE ||
		    disposition == MACH_MSG_TYPE_MAKE_SEND_ONCE;
	return WORD_ONE_RIGHT(once ? MACH_MSG_TYPE_PORT_SEND_ONCE :
				     MACH_MSG_TYPE_PORT_SEND);
}

void ipc_fast_body_take(struct ipc_message *m, struct ipc_space *s,
			struct fast_body *b, struct list *after)
{
	uint8_t *body = ipc_message_body(m);
	if (!b->count)
		return;
	m->items = b->items;
	m->item_count = b->count;
	for (uint32_t i = 0; i < b->count; i++) {
		const struct fast_right *r = &b->right[i];
		struct ipc_item *item = &m->items[i];
		uint32_t *field = (uint32_t *)(body + r->field);
		item->right = take(s, r, after);
		item->kind = item->right.port ? ITEM_RIGHT : ITEM_NONE;
		item->rights = NULL;
		item->offset = r->field;
		field[0] = item->right.port ? i + 1 : MACH_PORT_DEAD;
		field[-1] = word_seen(r->disposition);
	}
}

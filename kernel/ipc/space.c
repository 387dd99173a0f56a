/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Name spaces as wholes: life, the manual's notify port, rights in and out on
 * behalf of the kernel.
 *
 * Life: alive -> terminated (no entry, lookups fail) -> freed. The task holds
 * a reference, each request made from it another.
 */
#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <kern/thread.h>

struct ipc_space *ipc_space_create(struct account *account)
{
	struct ipc_space *s = ipc_space_alloc();
	if (!s)
		return NULL;
	s->account = account;
	if (ipc_table_init(s) != KR_SUCCESS) {
		ipc_table_cleanup(s);
		ipc_space_dealloc(s);
		return NULL;
	}
	account_ref(account);
	s->active = true;
	return s;
}

void ipc_space_ref(struct ipc_space *s)
{
	ref_get(&s->ref);
}

void ipc_space_unref(struct ipc_space *s)
{
	if (!ref_put(&s->ref))
		return;
	assert(!s->active);
	ipc_table_cleanup(s);
	account_unref(s->account);
	ipc_space_dealloc(s);
}

/* --- termination --- */

/* The next entry's rights leave the table. False: it is empty. */
static bool clear_one(struct ipc_space *s, uint64_t *cursor)
{
	struct ipc_entry *e = NULL;
	struct ipc_entry_loot loot = {0};
	struct list after;
	list_init(&after);
	spin_lock(&s->lock);
	bool more = ipc_table_step(s, cursor, &e);
	if (e)
		ipc_entry_clear(s, e, &loot, &after);
	spin_unlock(&s->lock);
	ipc_loot_release(&loot);
	ipc_requests_fire(&after);
	return more;
}

void ipc_space_terminate(struct ipc_space *s)
{
	uint64_t cursor = 0;
	spin_lock(&s->lock);
	bool was = s->active;
	s->active = false;
	s->overflow_sieve = UINT64_MAX;
	spin_unlock(&s->lock);
	if (!was)
		return;
	while (clear_one(s, &cursor))
		preempt_point();
	ipc_space_set_notify(s, IPC_RIGHT_NULL);
}

/* --- the manual's notify port --- */

void ipc_space_set_notify(struct ipc_space *s, struct ipc_right right)
{
	spin_lock(&s->lock);
	struct ipc_right old = s->notify;
	bool keep = s->active || right.kind == RIGHT_NONE;
	if (keep)
		s->notify = right;
	spin_unlock(&s->lock);
	ipc_right_release(keep ? old : right);
}

struct ipc_right ipc_space_get_notify(struct ipc_space *s)
{
	spin_lock(&s->lock);
	struct ipc_right right = ipc_right_copy_send(s->notify);
	spin_unlock(&s->lock);
	return right;
}

/* --- rights in and out --- */

enum kr ipc_space_insert(struct ipc_space *s, struct ipc_right right,
			 bool compat, mach_port_name_t *name)
{
	struct list after;
	enum kr kr = KR_INVALID_TASK;
	list_init(&after);
	if (right.kind == RIGHT_RECEIVE && right.port->transit)
		ipc_transit_leave(right.port);
	spin_lock(&s->lock);
	if (s->active)
		kr = ipc_entry_put(s, right, compat, name, &after);
	spin_unlock(&s->lock);
	ipc_requests_fire(&after);
	if (kr != KR_SUCCESS)
		ipc_right_release(right);
	return kr;
}

enum kr ipc_space_find_send(struct ipc_space *s, struct ipc_port *port,
			    mach_port_name_t *name)
{
	enum kr kr = KR_INVALID_NAME;
	spin_lock(&s->lock);
	spin_lock(&port->lock);
	struct ipc_entry *e = s->active && port->active ?
				      ipc_space_name_of(s, port) :
				      NULL;
	if (e && e->type & TYPE_SEND) {
		*name = e->name;
		kr = KR_SUCCESS;
	}
	spin_unlock(&port->lock);
	spin_unlock(&s->lock);
	return kr;
}

enum kr ipc_space_extract(struct ipc_space *s, mach_port_name_t name,
			  mach_msg_type_name_t disposition,
			  struct ipc_right *right)
{
	struct ipc_take how = {.disposition = disposition};
	struct list after;
	enum kr kr = KR_INVALID_TASK;
	list_init(&after);
	if (!MACH_MSG_TYPE_PORT_ANY(disposition))
		return KR_INVALID_VALUE;
	spin_lock(&s->lock);
	if (s->active)
		kr = ipc_entry_take(s, name, how, right, &after);
	spin_unlock(&s->lock);
	ipc_requests_fire(&after);
	return kr;
}

void ipc_space_remember(struct ipc_space *s, _Atomic mach_port_name_t *self_name)
{
	s->self_name = self_name;
}

void ipc_space_messages(struct ipc_space *s, unsigned *sent, unsigned *received)
{
	*sent = atomic_get(&s->sent);
	*received = atomic_get(&s->received);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_port_request_notification, mach_port_insert_right, backup ports.
 *
 * A request swaps the previous one out under the locks; the old one's right is
 * the caller's afterwards.
 */
#include <ipc/entry_i.h>
#include <kern/thread.h>

/* The previous request's right, and its memory freed. No locks. */
static struct ipc_right retire(struct ipc_request *old)
{
	return old ? ipc_request_cancel(old) : IPC_RIGHT_NULL;
}

/* --- no-senders, port-destroyed --- */

/* Space and port locked. */
static enum kr swap_on_port(struct ipc_space *s, struct ipc_request **slot,
			    enum request_kind kind, struct ipc_right notify,
			    struct ipc_request **old)
{
	struct ipc_request *fresh = NULL;
	if (notify.port) {
		enum kr kr = ipc_request_create(s, kind, MACH_PORT_NULL,
						notify, &fresh);
		if (kr != KR_SUCCESS)
			return kr;
	}
	*old = *slot;
	*slot = fresh;
	return KR_SUCCESS;
}

/* The receive right under an entry from ipc_entry_get; *fire: to be sent now. */
static enum kr request_no_senders(struct ipc_space *s, struct ipc_port *port,
				  mach_port_mscount_t sync,
				  struct ipc_right notify,
				  struct ipc_request **old,
				  struct ipc_request **fire)
{
	enum kr kr = swap_on_port(s, &port->no_senders, REQUEST_NO_SENDERS,
				  notify, old);
	if (kr == KR_SUCCESS && port->no_senders && !port->srights &&
	    sync <= port->mscount) {
		*fire = port->no_senders;
		port->no_senders = NULL;
		(*fire)->event = MACH_NOTIFY_NO_SENDERS;
		(*fire)->value = port->mscount;
	}
	return kr;
}

static enum kr request_on_port(struct ipc_space *s, struct ipc_entry *e,
			       int32_t id, mach_port_mscount_t sync,
			       struct ipc_right notify,
			       struct ipc_request **old,
			       struct ipc_request **fire)
{
	if (!(e->type & TYPE_RECEIVE))
		return KR_INVALID_RIGHT;
	if (id == MACH_NOTIFY_NO_SENDERS)
		return request_no_senders(s, e->port, sync, notify, old, fire);
	enum kr kr = swap_on_port(s, &e->port->port_destroyed,
				  REQUEST_PORT_DESTROYED, notify, old);
	if (kr == KR_SUCCESS)
		e->port->backup = 0;
	return kr;
}

/* --- dead names --- */

/* A name that is dead already: told at once if sync asks for it. */
static enum kr request_on_dead(struct ipc_space *s, struct ipc_entry *e,
			       mach_port_mscount_t sync,
			       struct ipc_right notify,
			       struct ipc_request **fire)
{
	if (!sync || !notify.port)
		return sync ? KR_SUCCESS : KR_INVALID_ARGUMENT;
	if (e->urefs == MACH_PORT_UREFS_MAX)
		return KR_UREFS_OVERFLOW;
	enum kr kr = ipc_request_create(s, REQUEST_DEAD_NAME, e->name, notify,
					fire);
	if (kr != KR_SUCCESS)
		return kr;
	e->urefs++;
	(*fire)->event = MACH_NOTIFY_DEAD_NAME;
	(*fire)->value = e->name;
	return KR_SUCCESS;
}

static enum kr request_dead_name(struct ipc_space *s, struct ipc_entry *e,
				 struct ipc_right notify,
				 struct ipc_request **old, struct list *after)
{
	struct ipc_request *fresh = NULL;
	ipc_entry_make_native(e, after);
	if (notify.port) {
		enum kr kr = ipc_request_create(s, REQUEST_DEAD_NAME, e->name,
						notify, &fresh);
		if (kr != KR_SUCCESS)
			return kr;
		list_push_back(&e->port->requests, &fresh->link);
	}
	*old = e->request;
	if (*old)
		list_remove(&(*old)->link);
	e->request = fresh;
	return KR_SUCCESS;
}

/* --- the call --- */

static enum kr request_locked(struct ipc_space *s, mach_port_name_t name,
			      int32_t id, mach_port_mscount_t sync,
			      struct ipc_right notify,
			      struct ipc_request **old,
			      struct ipc_request **fire, struct list *after)
{
	struct ipc_entry *e = s->active ? ipc_entry_get(s, name) : NULL;
	enum kr kr;
	if (!e)
		return s->active ? KR_INVALID_NAME : KR_INVALID_TASK;
	if (id != MACH_NOTIFY_DEAD_NAME)
		kr = request_on_port(s, e, id, sync, notify, old, fire);
	else if (e->type & TYPE_SET)
		kr = KR_INVALID_RIGHT;
	else if (e->type & TYPE_DEAD)
		kr = request_on_dead(s, e, sync, notify, fire);
	else
		kr = request_dead_name(s, e, notify, old, after);
	ipc_entry_done(e);
	return kr;
}

enum kr ipc_port_op_request_notification(struct ipc_space *s,
					 mach_port_name_t name, int32_t id,
					 mach_port_mscount_t sync,
					 struct ipc_right notify,
					 struct ipc_right *previous)
{
	struct ipc_request *old = NULL, *fire = NULL;
	struct list after;
	list_init(&after);
	if (id != MACH_NOTIFY_NO_SENDERS && id != MACH_NOTIFY_PORT_DESTROYED &&
	    id != MACH_NOTIFY_DEAD_NAME)
		return KR_INVALID_VALUE;
	if (id == MACH_NOTIFY_PORT_DESTROYED && sync)
		return KR_INVALID_VALUE;
	if (notify.kind == RIGHT_DEAD)
		return KR_INVALID_CAPABILITY;
	spin_lock(&s->lock);
	enum kr kr = request_locked(s, name, id, sync, notify, &old, &fire,
				    &after);
	spin_unlock(&s->lock);
	if (kr == KR_SUCCESS)
		*previous = retire(old);
	if (fire)
		ipc_request_fire(fire);
	ipc_requests_fire(&after);
	return kr;
}

/* --- the manual's backup --- */

enum kr ipc_port25_set_backup(struct ipc_space *s, mach_port_name_t name,
			      struct ipc_right backup,
			      struct ipc_right *previous)
{
	struct ipc_request *old = NULL;
	enum kr kr = KR_INVALID_ARGUMENT;
	spin_lock(&s->lock);
	struct ipc_entry *e = s->active ? ipc_entry_get(s, name) : NULL;
	if (e && !(e->type & TYPE_RECEIVE))
		kr = KR_NOT_RECEIVER;
	else if (e)
		kr = swap_on_port(s, &e->port->port_destroyed,
				  REQUEST_PORT_DESTROYED, backup, &old);
	if (e && kr == KR_SUCCESS)
		e->port->backup = 1;
	if (e)
		ipc_entry_done(e);
	spin_unlock(&s->lock);
	if (kr != KR_SUCCESS)
		return kr;
	*previous = retire(old);
	if (previous->port && !ipc_port_is_alive(previous->port)) {
		ipc_right_used(*previous);
		*previous = IPC_RIGHT_NULL;
	}
	return KR_SUCCESS;
}

/* --- rights from outside under a chosen name --- */

/* Space locked. The entry of the right's port if it already has one. */
static struct ipc_entry *known(struct ipc_space *s, struct ipc_right right)
{
	if (right.kind == RIGHT_SEND_ONCE)
		return NULL;
	spin_lock(&right.port->lock);
	struct ipc_entry *e = ipc_space_name_of(s, right.port);
	spin_unlock(&right.port->lock);
	return e;
}

static enum kr enter_fresh(struct ipc_space *s, mach_port_name_t name,
			   struct ipc_right right, bool compat)
{
	struct ipc_entry *e;
	struct ipc_port *port = right.port;
	enum kr kr = ipc_entry_alloc_name(s, name, &e);
	if (kr != KR_SUCCESS)
		return kr;
	e->port = port;
	spin_lock(&port->lock);
	kr = port->active ? KR_SUCCESS : KR_INVALID_CAPABILITY;
	if (kr == KR_SUCCESS && compat)
		kr = ipc_entry_make_compat(s, e);
	if (kr == KR_SUCCESS)
		ipc_entry_settle(s, e, right.kind, compat);
	spin_unlock(&port->lock);
	if (kr != KR_SUCCESS)
		ipc_entry_free(s, e);
	return kr;
}

/* The name denotes this very port: add to it. */
static enum kr enter_known(struct ipc_space *s, struct ipc_entry *e,
			   struct ipc_right right, struct list *after)
{
	mach_port_name_t name;
	if (right.kind == RIGHT_SEND && e->type & TYPE_SEND &&
	    e->urefs >= MACH_PORT_UREFS_MAX - 1)
		return KR_UREFS_OVERFLOW;
	return ipc_entry_put(s, right, false, &name, after);
}

enum kr ipc_port_op_insert_right(struct ipc_space *s, mach_port_name_t name,
				 struct ipc_right right)
{
	struct list after;
	enum kr kr = KR_INVALID_TASK;
	list_init(&after);
	if (!MACH_PORT_VALID(name))
		return KR_INVALID_VALUE;
	if (!right.port || !ipc_port_is_alive(right.port))
		return KR_INVALID_CAPABILITY;
	if (right.kind == RIGHT_RECEIVE && right.port->transit)
		ipc_transit_leave(right.port);
	spin_lock(&s->lock);
	if (s->active) {
		struct ipc_entry *have = known(s, right);
		struct ipc_entry *e = ipc_entry_lookup(s, name);
		if (e && e == have)
			kr = enter_known(s, e, right, &after);
		else if (e)
			kr = KR_NAME_EXISTS;
		else if (have)
			kr = KR_RIGHT_EXISTS;
		else
			kr = enter_fresh(s, name, right, false);
	}
	spin_unlock(&s->lock);
	ipc_requests_fire(&after);
	return kr;
}

/* KR_FAILURE: the task has rights to that port already. */
enum kr ipc_port25_insert(struct ipc_space *s, struct ipc_right right,
			  mach_port_name_t name)
{
	enum kr kr = KR_INVALID_ARGUMENT;
	if (!MACH_PORT_VALID(name) || !right.port ||
	    !ipc_port_is_alive(right.port))
		return KR_INVALID_ARGUMENT;
	if (right.kind == RIGHT_RECEIVE && right.port->transit)
		ipc_transit_leave(right.port);
	spin_lock(&s->lock);
	if (s->active) {
		if (ipc_entry_lookup(s, name))
			kr = KR_NAME_EXISTS;
		else if (known(s, right))
			kr = KR_FAILURE;
		else
			kr = enter_fresh(s, name, right, true);
	}
	spin_unlock(&s->lock);
	return kr == KR_INVALID_CAPABILITY ? KR_INVALID_ARGUMENT : kr;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manual's port calls: port_*.
 *
 * Thin: each maps to the native operation on entries marked COMPAT. A name
 * that denotes nothing of the right class is always KR_INVALID_ARGUMENT here.
 */
#include <ipc/entry_i.h>
#include <kern/thread.h>
#include <kern/zone.h>

/* Native codes that the manual does not know. */
static enum kr old_code(enum kr kr)
{
	switch (kr) {
	case KR_INVALID_NAME:
	case KR_INVALID_TASK:
	case KR_INVALID_RIGHT:
	case KR_INVALID_VALUE:
	case KR_INVALID_CAPABILITY:
		return KR_INVALID_ARGUMENT;
	default:
		return kr;
	}
}

/* The entry, space locked and its port as ipc_entry_get leaves it; or NULL with
 * nothing locked. */
static struct ipc_entry *find(struct ipc_space *s, mach_port_name_t name)
	TRY_ACQUIRES(true, &s->lock)
{
	spin_lock(&s->lock);
	struct ipc_entry *e = s->active ? ipc_entry_get(s, name) : NULL;
	if (!e)
		spin_unlock(&s->lock);
	return e;
}

static void done(struct ipc_space *s, struct ipc_entry *e) RELEASES(&s->lock)
{
	ipc_entry_done(e);
	spin_unlock(&s->lock);
}

/* --- allocate, deallocate --- */

enum kr ipc_port25_allocate(struct ipc_space *s, mach_port_name_t *name)
{
	struct ipc_port *port;
	struct ipc_entry *e;
	enum kr kr = ipc_port_create(s->account, &port);
	if (kr != KR_SUCCESS)
		return kr;
	spin_lock(&s->lock);
	spin_lock(&port->lock);
	kr = s->active ? ipc_entry_alloc(s, &e) : KR_INVALID_ARGUMENT;
	if (kr == KR_SUCCESS) {
		e->port = port;
		kr = ipc_entry_make_compat(s, e);
		if (kr == KR_SUCCESS) {
			ipc_entry_settle(s, e, RIGHT_RECEIVE, true);
			*name = e->name;
		} else {
			ipc_entry_free(s, e);
		}
	}
	spin_unlock(&port->lock);
	spin_unlock(&s->lock);
	if (kr != KR_SUCCESS)
		ipc_port_kill(port);
	return kr == KR_NO_SPACE ? KR_RESOURCE_SHORTAGE : kr;
}

/* The whole entry goes if its kinds of right include one of need and none of
 * never; its rights come out. */
static enum kr clear_entry(struct ipc_space *s, mach_port_name_t name,
			   uint8_t need, uint8_t never,
			   struct ipc_entry_loot *loot)
{
	struct list after;
	list_init(&after);
	struct ipc_entry *e = find(s, name);
	if (!e)
		return KR_INVALID_ARGUMENT;
	bool ok = e->type & need && !(e->type & never);
	ipc_entry_done(e);
	if (ok)
		ipc_entry_clear(s, e, loot, &after);
	spin_unlock(&s->lock);
	ipc_requests_fire(&after);
	return ok ? KR_SUCCESS : KR_INVALID_ARGUMENT;
}

enum kr ipc_port25_deallocate(struct ipc_space *s, mach_port_name_t name)
{
	struct ipc_entry_loot loot = {0};
	enum kr kr = clear_entry(s, name, (uint8_t)~TYPE_SET, TYPE_SET, &loot);
	if (kr == KR_SUCCESS)
		ipc_loot_release(&loot);
	return kr;
}

enum kr ipc_port25_extract(struct ipc_space *s, mach_port_name_t name,
			   bool receive, struct ipc_right *right)
{
	struct ipc_entry_loot loot = {0};
	enum kr kr = receive ?
			     clear_entry(s, name, TYPE_RECEIVE, 0, &loot) :
			     clear_entry(s, name, TYPE_SEND, TYPE_RECEIVE,
					 &loot);
	if (kr != KR_SUCCESS)
		return kr;
	*right = loot.right[receive];
	loot.right[receive] = IPC_RIGHT_NULL;
	ipc_loot_release(&loot);
	return KR_SUCCESS;
}

enum kr ipc_port25_rename(struct ipc_space *s, mach_port_name_t old_name,
			  mach_port_name_t new_name)
{
	return old_code(ipc_port_op_rename(s, old_name, new_name));
}

/* --- asking --- */

static int old_type(mach_port_type_t type)
{
	if (type & MACH_PORT_TYPE_PORT_SET)
		return PORT_TYPE_SET;
	if (type & MACH_PORT_TYPE_RECEIVE)
		return PORT_TYPE_RECEIVE_OWN;
	return PORT_TYPE_SEND;
}

enum kr ipc_port25_names(struct ipc_space *s, mach_port_name_t **names,
			 int **types, uint32_t *count)
{
	mach_port_type_t *native;
	enum kr kr = ipc_port_op_names(s, names, &native, count);
	if (kr != KR_SUCCESS)
		return old_code(kr);
	int *old = (int *)native; /* the same size: converted in place */
	for (uint32_t i = 0; i < *count; i++)
		old[i] = old_type(native[i]);
	*types = old;
	return KR_SUCCESS;
}

enum kr ipc_port25_type(struct ipc_space *s, mach_port_name_t name, int *type)
{
	mach_port_type_t native;
	enum kr kr = ipc_port_op_type(s, name, &native);
	if (kr != KR_SUCCESS)
		return old_code(kr);
	*type = old_type(native);
	return KR_SUCCESS;
}

enum kr ipc_port25_status(struct ipc_space *s, mach_port_name_t name,
			  mach_port_name_t *enabled, int *num_msgs,
			  int *backlog, boolean_t *owner, boolean_t *receiver)
{
	struct ipc_entry *e = find(s, name);
	if (!e)
		return KR_INVALID_ARGUMENT;
	bool set = e->type & TYPE_SET;
	bool mine = e->type & TYPE_RECEIVE;
	*enabled = mine && e->port->set ? e->port->set->name : MACH_PORT_NULL;
	*num_msgs = mine ? (int)e->port->count : -1;
	*backlog = mine ? (int)e->port->qlimit : 0;
	*owner = *receiver = mine;
	done(s, e);
	return set ? KR_INVALID_ARGUMENT : KR_SUCCESS;
}

/* --- receive rights --- */

/* KR_NOT_RECEIVER where the native call says invalid right. */
static enum kr receiver_code(enum kr kr)
{
	return kr == KR_INVALID_RIGHT ? KR_NOT_RECEIVER : old_code(kr);
}

enum kr ipc_port25_set_backlog(struct ipc_space *s, mach_port_name_t name,
			       int backlog)
{
	if (backlog < 1 || backlog > PORT_BACKLOG_MAX)
		return KR_INVALID_ARGUMENT;
	return receiver_code(
		ipc_port_op_set_qlimit(s, name, (uint32_t)backlog));
}

/* --- sets --- */

static bool is_set(struct ipc_space *s, mach_port_name_t name)
{
	struct ipc_entry *e = find(s, name);
	if (!e)
		return false;
	bool yes = e->type & TYPE_SET;
	done(s, e);
	return yes;
}

enum kr ipc_port25_set_allocate(struct ipc_space *s, mach_port_name_t *set)
{
	enum kr kr = ipc_port_op_allocate(s, MACH_PORT_RIGHT_PORT_SET, set);
	return kr == KR_NO_SPACE ? KR_RESOURCE_SHORTAGE : old_code(kr);
}

enum kr ipc_port25_set_deallocate(struct ipc_space *s, mach_port_name_t set)
{
	struct ipc_entry_loot loot = {0};
	enum kr kr = clear_entry(s, set, TYPE_SET, 0, &loot);
	if (kr == KR_SUCCESS)
		ipc_loot_release(&loot);
	return kr;
}

enum kr ipc_port25_set_add(struct ipc_space *s, mach_port_name_t set,
			   mach_port_name_t port)
{
	if (!is_set(s, set))
		return KR_INVALID_ARGUMENT;
	return receiver_code(ipc_port_op_move_member(s, port, set));
}

enum kr ipc_port25_set_remove(struct ipc_space *s, mach_port_name_t port)
{
	return receiver_code(
		ipc_port_op_move_member(s, port, MACH_PORT_NULL));
}

enum kr ipc_port25_set_status(struct ipc_space *s, mach_port_name_t set,
			      mach_port_name_t **members, uint32_t *count)
{
	return old_code(ipc_port_op_get_set_status(s, set, members, count));
}

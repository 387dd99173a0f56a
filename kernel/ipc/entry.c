/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights of entries: what a name stands for, and how rights go in and out.
 *
 * An entry's send right counts once in its port, however many user references
 * it has. Send and receive rights to one port share one name; each send-once
 * right has its own. A right whose port died becomes a dead name when somebody
 * looks (the manual's entries vanish instead).
 *
 * Everything runs under the space's lock and takes one port's lock inside.
 */
#include <ipc/entry_i.h>
#include <kern/thread.h>

#define UREFS_MAX_SEND (MACH_PORT_UREFS_MAX - 1)

/* --- death --- */

/* The request, if any, has been fired by the port's death. False: the entry is
 * gone, and perhaps its memory. */
static bool bury_entry(struct ipc_space *s, struct ipc_entry *e)
	RELEASES(&e->port->lock)
{
	struct ipc_port *port = e->port;
	if (e->type == TYPE_SEND)
		ipc_reverse_remove(s, e);
	if (e->type & TYPE_SEND_ONCE) {
		port->sorights--;
		e->urefs = 1;
	} else {
		port->srights--;
	}
	ipc_port_unlock_check(port);
	e->port = NULL;
	e->type = TYPE_DEAD;
	e->flags &= ENTRY_COMPAT | ENTRY_OVERFLOW;
	if (e->request && !(e->flags & ENTRY_COMPAT))
		e->urefs++; /* the notification's reference */
	e->request = NULL;
	if (!(e->flags & ENTRY_COMPAT))
		return true;
	e->type = 0;
	ipc_entry_free(s, e);
	return false;
}

/* Whether a lock is taken depends on what is found: the analysis cannot know.
 * Those who need it for certain say so (spin_assert_held). */
struct ipc_entry *ipc_entry_get(struct ipc_space *s, mach_port_name_t name)
	NO_LOCK_ANALYSIS
{
	struct ipc_entry *e = ipc_entry_lookup(s, name);
	if (!e || e->type & (TYPE_DEAD | TYPE_SET))
		return e;
	spin_lock(&e->port->lock);
	if (__builtin_expect(e->port->active, 1))
		return e;
	return bury_entry(s, e) ? e : NULL;
}

void ipc_entry_done(struct ipc_entry *e)
{
	if (!(e->type & (TYPE_DEAD | TYPE_SET))) {
		spin_assert_held(&e->port->lock);
		spin_unlock(&e->port->lock);
	}
}

/* --- requests --- */

/* The entry's own request, off its port's list. REQUIRES the port's lock. */
static struct ipc_request *unhook_request(struct ipc_entry *e)
{
	struct ipc_request *r = e->request;
	e->request = NULL;
	if (r)
		list_remove(&r->link);
	return r;
}

/* The name goes away by its holder's doing. */
static void request_outlived(struct ipc_entry *e, bool cancel,
			     struct list *after)
{
	struct ipc_request *r = unhook_request(e);
	if (!r)
		return;
	bool tell = r->kind == REQUEST_DEAD_NAME && !cancel;
	r->event = tell ? MACH_NOTIFY_PORT_DELETED : 0;
	r->value = r->name;
	list_push_back(after, &r->link);
}

/* Native use of a manual's entry: it becomes native. REQUIRES port's lock. */
void ipc_entry_make_native(struct ipc_entry *e, struct list *after)
{
	if (!(e->flags & ENTRY_COMPAT))
		return;
	e->flags &= ~ENTRY_COMPAT;
	request_outlived(e, true, after);
}

enum kr ipc_entry_make_compat(struct ipc_space *s, struct ipc_entry *e)
{
	struct ipc_request *r;
	enum kr kr = ipc_request_create(s, REQUEST_COMPAT, e->name,
					IPC_RIGHT_NULL, &r);
	if (kr != KR_SUCCESS)
		return kr;
	e->flags |= ENTRY_COMPAT;
	e->request = r;
	list_push_back(&e->port->requests, &r->link);
	return KR_SUCCESS;
}

/* --- taking rights out --- */

/* The manual's names 5 and 6, resolved by what the entry is. */
static mach_msg_type_name_t resolve(const struct ipc_entry *e,
				    struct ipc_take how)
{
	if (how.disposition == MSG_TYPE_PORT_ALL)
		return MACH_MSG_TYPE_MOVE_RECEIVE;
	if (how.disposition != MSG_TYPE_PORT)
		return how.disposition;
	if (e->type & TYPE_RECEIVE)
		return how.deallocate ? MACH_MSG_TYPE_POLYMORPHIC :
					MACH_MSG_TYPE_MAKE_SEND;
	if (e->type & TYPE_SEND_ONCE)
		return MACH_MSG_TYPE_MOVE_SEND_ONCE;
	return how.deallocate ? MACH_MSG_TYPE_MOVE_SEND :
				MACH_MSG_TYPE_COPY_SEND;
}

/* The kinds of entry that each disposition may be applied to. */
static uint8_t types_for(mach_msg_type_name_t disposition)
{
	switch (disposition) {
	case MACH_MSG_TYPE_MOVE_RECEIVE:
	case MACH_MSG_TYPE_MAKE_SEND:
	case MACH_MSG_TYPE_MAKE_SEND_ONCE:
		return TYPE_RECEIVE;
	case MACH_MSG_TYPE_MOVE_SEND:
	case MACH_MSG_TYPE_COPY_SEND:
		return TYPE_SEND | TYPE_DEAD;
	case MACH_MSG_TYPE_MOVE_SEND_ONCE:
		return TYPE_SEND_ONCE | TYPE_DEAD;
	default:
		return 0;
	}
}

/* The entry names nothing any more. Its port is locked if it has one. */
void ipc_entry_gone(struct ipc_space *s, struct ipc_entry *e, bool cancel,
		    struct list *after)
{
	request_outlived(e, cancel, after);
	e->type = 0;
	ipc_entry_free(s, e);
}

static struct ipc_right take_receive(struct ipc_space *s, struct ipc_entry *e,
				     struct ipc_take how, struct list *after)
{
	struct ipc_port *port = e->port;
	bool drop = how.deallocate && (e->type & TYPE_SEND);
	ipc_port_leave_space(port);
	e->type &= ~TYPE_RECEIVE;
	if (drop) {
		struct ipc_request *r = ipc_port_drop_send(port);
		if (r)
			list_push_back(after, &r->link);
	}
	if (e->type && !drop)
		ipc_reverse_insert(s, e);
	else
		ipc_entry_gone(s, e, how.cancel, after);
	return (struct ipc_right){port, RIGHT_RECEIVE};
}

static struct ipc_right take_send(struct ipc_space *s, struct ipc_entry *e,
				  struct ipc_take how, struct list *after)
{
	struct ipc_port *port = e->port;
	if (--e->urefs) {
		port->srights++;
	} else if (e->type & TYPE_RECEIVE) {
		ipc_entry_make_native(e, after); /* the manual knows no other */
		e->type = TYPE_RECEIVE;
	} else {
		ipc_reverse_remove(s, e);
		ipc_entry_gone(s, e, how.cancel, after);
	}
	return (struct ipc_right){port, RIGHT_SEND};
}

static struct ipc_right take_live(struct ipc_space *s, struct ipc_entry *e,
				  struct ipc_take how, struct list *after)
{
	struct ipc_port *port = e->port;
	switch (how.disposition) {
	case MACH_MSG_TYPE_MOVE_RECEIVE:
		return take_receive(s, e, how, after);
	case MACH_MSG_TYPE_MOVE_SEND:
		return take_send(s, e, how, after);
	case MACH_MSG_TYPE_COPY_SEND:
		port->srights++;
		return (struct ipc_right){port, RIGHT_SEND};
	case MACH_MSG_TYPE_MAKE_SEND:
		port->srights++;
		port->mscount++;
		return (struct ipc_right){port, RIGHT_SEND};
	case MACH_MSG_TYPE_MAKE_SEND_ONCE:
		port->sorights++;
		return (struct ipc_right){port, RIGHT_SEND_ONCE};
	default: /* MOVE_SEND_ONCE */
		ipc_entry_gone(s, e, how.cancel, after);
		return (struct ipc_right){port, RIGHT_SEND_ONCE};
	}
}

static void take_dead(struct ipc_space *s, struct ipc_entry *e,
		      struct ipc_take how)
{
	if (how.disposition == MACH_MSG_TYPE_COPY_SEND || --e->urefs)
		return;
	e->type = 0;
	ipc_entry_free(s, e);
}

enum kr ipc_entry_take(struct ipc_space *s, mach_port_name_t name,
		       struct ipc_take how, struct ipc_right *right,
		       struct list *after)
{
	struct ipc_entry *e = ipc_entry_get(s, name);
	if (!e)
		return KR_INVALID_NAME;
	how.disposition = resolve(e, how);
	if (!(types_for(how.disposition) & e->type)) {
		ipc_entry_done(e);
		return KR_INVALID_RIGHT;
	}
	if (e->type & TYPE_DEAD) {
		take_dead(s, e, how);
		*right = IPC_RIGHT_DEAD;
		return KR_SUCCESS;
	}
	struct ipc_port *port = e->port;
	spin_assert_held(&port->lock);
	*right = take_live(s, e, how, after);
	spin_unlock(&port->lock);
	return KR_SUCCESS;
}

enum kr ipc_entry_check_take(struct ipc_space *s, mach_port_name_t name,
			     mach_msg_type_name_t disposition)
{
	struct ipc_entry *e = ipc_entry_get(s, name);
	if (!e)
		return KR_INVALID_NAME;
	struct ipc_take how = {.disposition = disposition};
	bool ok = types_for(resolve(e, how)) & e->type;
	ipc_entry_done(e);
	return ok ? KR_SUCCESS : KR_INVALID_RIGHT;
}

/* --- clearing --- */

void ipc_entry_clear(struct ipc_space *s, struct ipc_entry *e,
		     struct ipc_entry_loot *loot, struct list *after)
{
	struct ipc_port *port = e->port;
	*loot = (struct ipc_entry_loot){0};
	if (e->type & TYPE_SET) {
		loot->set = e->set;
	} else if (!(e->type & TYPE_DEAD)) {
		spin_lock(&port->lock);
		if (!port->active) {
			if (bury_entry(s, e))
				ipc_entry_clear(s, e, loot, after);
			return;
		}
		if (e->type == TYPE_SEND)
			ipc_reverse_remove(s, e);
		if (e->type & TYPE_RECEIVE)
			ipc_port_leave_space(port);
		request_outlived(e, false, after);
		spin_unlock(&port->lock);
		if (e->type & TYPE_SEND)
			loot->right[0] = (struct ipc_right){port, RIGHT_SEND};
		if (e->type & TYPE_SEND_ONCE)
			loot->right[0] =
				(struct ipc_right){port, RIGHT_SEND_ONCE};
		if (e->type & TYPE_RECEIVE)
			loot->right[1] =
				(struct ipc_right){port, RIGHT_RECEIVE};
	}
	e->type = 0;
	ipc_entry_free(s, e);
}

void ipc_loot_release(struct ipc_entry_loot *loot)
{
	ipc_right_release(loot->right[0]);
	ipc_right_release(loot->right[1]);
	if (loot->set)
		ipc_set_destroy(loot->set);
}

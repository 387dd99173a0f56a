/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_port_*: attributes of receive rights, membership in sets, renaming, and
 * rights put in from outside.
 */
#include <ipc/entry_i.h>
#include <ipc/krpc.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <mach/exception.h>

/* The receive right under name: space and port locked. NULL: kr tells why. */
static struct ipc_port *find_receive(struct ipc_space *s, mach_port_name_t name,
				     enum kr *why) TRY_ACQUIRES(true, &s->lock)
{
	enum kr kr = KR_INVALID_TASK;
	spin_lock(&s->lock);
	struct ipc_entry *e = s->active ? ipc_entry_get(s, name) : NULL;
	if (e && e->type & TYPE_RECEIVE)
		return e->port;
	if (s->active)
		kr = e ? KR_INVALID_RIGHT : KR_INVALID_NAME;
	if (e)
		ipc_entry_done(e);
	spin_unlock(&s->lock);
	*why = kr;
	return NULL;
}

static void done_receive(struct ipc_space *s, struct ipc_port *port)
	RELEASES(&s->lock)
{
	spin_assert_held(&port->lock);
	spin_unlock(&port->lock);
	spin_unlock(&s->lock);
}

/* --- status --- */

/* REQUIRES s->lock. A set knows its name. */
static mach_port_name_t set_name(struct ipc_port *port)
{
	return port->set ? port->set->name : MACH_PORT_NULL;
}

enum kr ipc_port_op_get_receive_status(struct ipc_space *s,
				       mach_port_name_t name,
				       mach_port_status_t *status)
{
	enum kr kr = KR_SUCCESS;
	struct ipc_port *port = find_receive(s, name, &kr);
	if (!port)
		return kr;
	*status = (mach_port_status_t){
		.mps_pset = set_name(port),
		.mps_seqno = port->seqno,
		.mps_mscount = port->mscount,
		.mps_qlimit = port->qlimit,
		.mps_msgcount = port->count,
		.mps_sorights = port->sorights,
		.mps_srights = port->srights > 0,
		.mps_pdrequest = port->port_destroyed != NULL,
		.mps_nsrequest = port->no_senders != NULL,
	};
	done_receive(s, port);
	return KR_SUCCESS;
}

enum kr ipc_port_op_set_qlimit(struct ipc_space *s, mach_port_name_t name,
			       mach_port_msgcount_t qlimit)
{
	enum kr kr = KR_SUCCESS;
	struct list after;
	if (qlimit < 1 || qlimit > MACH_PORT_QLIMIT_MAX)
		return KR_INVALID_VALUE;
	list_init(&after);
	struct ipc_port *port = find_receive(s, name, &kr);
	if (!port)
		return kr;
	port->qlimit = qlimit;
	ipc_port_admit(port, &after);
	done_receive(s, port);
	ipc_requests_fire(&after);
	return KR_SUCCESS;
}

enum kr ipc_port_op_set_mscount(struct ipc_space *s, mach_port_name_t name,
				mach_port_mscount_t mscount)
{
	enum kr kr = KR_SUCCESS;
	struct ipc_port *port = find_receive(s, name, &kr);
	if (!port)
		return kr;
	port->mscount = mscount;
	done_receive(s, port);
	return KR_SUCCESS;
}

enum kr ipc_port_op_set_seqno(struct ipc_space *s, mach_port_name_t name,
			      mach_port_seqno_t seqno)
{
	enum kr kr = KR_SUCCESS;
	struct ipc_port *port = find_receive(s, name, &kr);
	if (!port)
		return kr;
	port->seqno = seqno;
	done_receive(s, port);
	return KR_SUCCESS;
}

enum kr ipc_port_op_set_exception_form(struct ipc_space *s,
				       mach_port_name_t name, int form)
{
	enum kr kr = KR_SUCCESS;
	if (form != EXC_FORM_32 && form != EXC_FORM_64)
		return KR_INVALID_VALUE;
	struct ipc_port *port = find_receive(s, name, &kr);
	if (!port)
		return kr;
	port->exception_form = (uint8_t)form;
	done_receive(s, port);
	return KR_SUCCESS;
}

int ipc_port_exception_form(struct ipc_port *port)
{
	spin_lock(&port->lock);
	int form = port->exception_form;
	spin_unlock(&port->lock);
	return form;
}

/* --- sets --- */

/* REQUIRES s->lock. The set under name, or why not. */
static enum kr find_set(struct ipc_space *s, mach_port_name_t name,
			struct ipc_set **set)
{
	struct ipc_entry *e = ipc_entry_lookup(s, name);
	if (!e)
		return KR_INVALID_NAME;
	if (!(e->type & TYPE_SET))
		return KR_INVALID_RIGHT;
	*set = e->set;
	return KR_SUCCESS;
}

enum kr ipc_port_op_move_member(struct ipc_space *s, mach_port_name_t member,
				mach_port_name_t after)
{
	enum kr kr = KR_SUCCESS;
	struct ipc_set *set = NULL;
	struct list fired;
	list_init(&fired);
	struct ipc_port *port = find_receive(s, member, &kr);
	if (!port)
		return kr;
	if (after != MACH_PORT_NULL)
		kr = find_set(s, after, &set);
	else if (!port->set)
		kr = KR_NOT_IN_SET;
	if (kr == KR_SUCCESS && (!set || port->set != set)) {
		ipc_set_remove(port);
		ipc_receivers_wake(&port->receivers, MACH_RCV_PORT_CHANGED);
		if (set && !ipc_set_insert(set, port))
			kr = KR_INVALID_RIGHT;
		else if (set)
			ipc_port_offer(port, &fired);
	}
	done_receive(s, port);
	ipc_requests_fire(&fired);
	return kr;
}

static uint32_t members_of(struct ipc_set *set, mach_port_name_t *names,
			   uint32_t room)
{
	struct ipc_port *port;
	uint32_t n = 0;
	spin_lock(&set->lock);
	list_for_each(&set->members, port, member_link) {
		if (n < room)
			names[n] = port->receiver_name;
		n++;
	}
	spin_unlock(&set->lock);
	return n;
}

/* KR_SUCCESS with *count the members there are; names has room for room. */
static enum kr get_members(struct ipc_space *s, mach_port_name_t name,
			   mach_port_name_t *names, uint32_t room,
			   uint32_t *count)
{
	struct ipc_set *set;
	spin_lock(&s->lock);
	enum kr kr = s->active ? find_set(s, name, &set) : KR_INVALID_TASK;
	if (kr == KR_SUCCESS)
		*count = members_of(set, names, room);
	spin_unlock(&s->lock);
	return kr;
}

enum kr ipc_port_op_get_set_status(struct ipc_space *s, mach_port_name_t name,
				   mach_port_name_t **members, uint32_t *count)
{
	uint32_t room = 0;
	*members = NULL;
	for (;;) {
		enum kr kr = get_members(s, name, *members, room, count);
		if (kr == KR_SUCCESS && *count == room)
			return kr;
		if (room)
			kfree(*members, room * sizeof(**members));
		*members = NULL;
		if (kr != KR_SUCCESS)
			return kr;
		room = *count;
		*members = room ? kalloc(room * sizeof(**members)) : NULL;
		if (room && !*members)
			return KR_RESOURCE_SHORTAGE;
	}
}

/* --- renaming --- */

/* A message that the kernel keeps for the old name will be told of under the new
 * one. REQUIRES the port's lock. */
static void rename_accept(struct ipc_space *s, struct ipc_entry *from,
			  struct ipc_entry *to)
{
	struct ipc_message *m;
	if (!(from->flags & ENTRY_ACCEPT) || !from->port)
		return;
	list_for_each(&from->port->waiting, m, link) {
		struct ipc_request *r = m->accept;
		if (!r || r->space != s || r->name != from->name)
			continue;
		r->name = to->name;
		to->flags |= ENTRY_ACCEPT;
	}
}

/* Everything about the old entry but its name and its place. */
static void move_entry(struct ipc_space *s, struct ipc_entry *from,
		       struct ipc_entry *to)
{
	bool hashed = from->type == TYPE_SEND;
	if (hashed)
		ipc_reverse_remove(s, from);
	rename_accept(s, from, to);
	to->port = from->port;
	to->urefs = from->urefs;
	to->type = from->type;
	to->flags |= from->flags & ENTRY_COMPAT;
	to->request = from->request;
	to->provenance = from->provenance;
	if (to->request)
		to->request->name = to->name;
	if (to->type & TYPE_RECEIVE)
		to->port->receiver_name = to->name;
	if (to->type & TYPE_SET)
		to->set->name = to->name;
	if (hashed)
		ipc_reverse_insert(s, to);
	from->type = 0;
	from->request = NULL;
}

/* REQUIRES s->lock. from's port is locked as by ipc_entry_get. */
static enum kr rename_entry(struct ipc_space *s, struct ipc_entry *from,
			    mach_port_name_t new_name)
{
	struct ipc_entry *to;
	enum kr kr = ipc_entry_alloc_name(s, new_name, &to);
	if (kr != KR_SUCCESS) {
		ipc_entry_done(from);
		return kr;
	}
	move_entry(s, from, to);
	ipc_entry_done(to);
	ipc_entry_free(s, from);
	return KR_SUCCESS;
}

enum kr ipc_port_op_rename(struct ipc_space *s, mach_port_name_t old_name,
			   mach_port_name_t new_name)
{
	enum kr kr = KR_INVALID_TASK;
	if (!MACH_PORT_VALID(new_name))
		return KR_INVALID_VALUE;
	spin_lock(&s->lock);
	struct ipc_entry *from = s->active ? ipc_entry_get(s, old_name) : NULL;
	if (from)
		kr = rename_entry(s, from, new_name);
	else if (s->active)
		kr = KR_INVALID_NAME;
	spin_unlock(&s->lock);
	return kr;
}

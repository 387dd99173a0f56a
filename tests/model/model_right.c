/* SPDX-License-Identifier: BSD-2-Clause */
/* The model: rights put in and taken out, notifications asked for. */
#include "model.h"

#include <mach/kern_return.h>

/* --- rights in and out --- */

static int insert(int task, mach_port_name_t name, struct m_right right)
{
	struct m_entry *e = m_find(task, name), *have = NULL;

	if (name == 0 || name == ~0u)
		return KERN_INVALID_VALUE;
	if (right.port == NULL || !right.port->alive)
		return KERN_INVALID_CAPABILITY;
	if (right.kind != M_ONCE)
		have = m_name_of(task, right.port);
	if (e != NULL && e != have)
		return KERN_NAME_EXISTS;
	if (e == NULL && have != NULL)
		return KERN_RIGHT_EXISTS;
	if (e != NULL) {
		if (right.kind == M_SEND && e->type & T_SEND &&
		    e->urefs >= MACH_PORT_UREFS_MAX - 1)
			return KERN_UREFS_OVERFLOW;
		return m_put(task, right, false, name) ? KERN_SUCCESS : -1;
	}
	e = m_entry_new(task, name, true);
	e->port = right.port;
	e->urefs = 1;
	if (right.kind == M_RECEIVE)
		m_settle_receive(task, e, false);
	else
		e->type = right.kind == M_SEND ? T_SEND : T_ONCE;
	return KERN_SUCCESS;
}

bool op_insert(const struct backend *b, const struct step *s)
{
	mach_port_name_t mine = pick_name(0, s->a);
	mach_msg_type_name_t how = pick_how(0, mine, s->c);
	mach_port_name_t name = pick_chosen(s->task, s->b);
	struct m_after after = {0};
	struct m_right right = {0};
	int want = KERN_SUCCESS;

	if (!model_room(s->task))
		return true;
	/* Where the right's port has a name, it mostly goes there. */
	const struct m_entry *e = m_find(0, mine);
	if (e != NULL && e->type & (T_SEND | T_RECEIVE) && s->b % 5 != 0 &&
	    m_name_of(s->task, e->port) != NULL)
		name = m_name_of(s->task, e->port)->name;
	int code = b->insert(s->task, name, mine, how);
	if (mine == ~0u)
		right.kind = M_DEAD;
	else if (mine != 0)
		want = m_take(0, mine, how, &right, &after);
	m_after_fire(&after);
	if (want != KERN_SUCCESS)
		return model_code("insert_right", code, KERN_INVALID_RIGHT);
	want = insert(s->task, name, right);
	if (want != KERN_SUCCESS)
		m_release(right);
	return model_code("insert_right", code, want);
}

bool op_extract(const struct backend *b, const struct step *s)
{
	mach_port_name_t name = pick_name(s->task, s->a), mine = 0;
	mach_msg_type_name_t how = pick_how(s->task, name, s->c);
	struct m_after after = {0};
	struct m_right right = {0};

	if (!model_room(0))
		return true;
	int code = b->extract(s->task, name, how, &mine);
	int want = m_take(s->task, name, how, &right, &after);
	m_after_fire(&after);
	if (!model_code("extract_right", code, want))
		return false;
	return want != KERN_SUCCESS || m_put(0, right, false, mine);
}

/* --- requests --- */

static int request_dead_name(struct m_entry *e, uint32_t sync,
			     struct m_right notify, struct m_right *previous)
{
	if (e->type & T_SET)
		return KERN_INVALID_RIGHT;
	if (e->type & T_DEAD) {
		if (sync == 0)
			return KERN_INVALID_ARGUMENT;
		if (notify.kind == M_NONE)
			return KERN_SUCCESS;
		if (e->urefs == MACH_PORT_UREFS_MAX)
			return KERN_UREFS_OVERFLOW;
		e->urefs++;
		m_notify(notify, MACH_NOTIFY_DEAD_NAME, e->name, true);
		return KERN_SUCCESS;
	}
	m_make_native(e);
	*previous = e->request;
	e->request = notify;
	e->request_serial = ++m_serial;
	return KERN_SUCCESS;
}

static int request(struct m_entry *e, int id, uint32_t sync,
		   struct m_right notify, struct m_right *previous)
{
	struct m_port *p;

	if (id != MACH_NOTIFY_DEAD_NAME && id != MACH_NOTIFY_NO_SENDERS &&
	    id != MACH_NOTIFY_PORT_DESTROYED)
		return KERN_INVALID_VALUE;
	if (id == MACH_NOTIFY_PORT_DESTROYED && sync != 0)
		return KERN_INVALID_VALUE;
	if (e == NULL)
		return KERN_INVALID_NAME;
	if (id == MACH_NOTIFY_DEAD_NAME)
		return request_dead_name(e, sync, notify, previous);
	if (!(e->type & T_RECEIVE))
		return KERN_INVALID_RIGHT;
	p = e->port;
	if (id == MACH_NOTIFY_PORT_DESTROYED) {
		*previous = p->destroyed;
		p->destroyed = notify;
		return KERN_SUCCESS;
	}
	*previous = p->no_senders;
	p->no_senders = notify;
	if (notify.kind != M_NONE && p->srights == 0 && sync <= p->mscount) {
		p->no_senders = (struct m_right){0};
		m_notify(notify, MACH_NOTIFY_NO_SENDERS, p->mscount, true);
	}
	return KERN_SUCCESS;
}

bool op_request(const struct backend *b, const struct step *s)
{
	static const int ids[] = {
		MACH_NOTIFY_DEAD_NAME,	    MACH_NOTIFY_NO_SENDERS,
		MACH_NOTIFY_PORT_DESTROYED, MACH_NOTIFY_DEAD_NAME,
		MACH_NOTIFY_NO_SENDERS,	    MACH_NOTIFY_SEND_ONCE,
	};
	mach_port_name_t name = pick_name(s->task, s->a), old = 0;
	mach_port_name_t to =
		s->b % 8 ? pick_kind(0, s->b / 8, T_RECEIVE) : 0;
	int id = ids[s->c % 6];
	uint32_t sync = id == MACH_NOTIFY_PORT_DESTROYED ? s->c / 6 % 9 == 0 :
							   s->c / 6 % 3;
	struct m_right notify = {0}, previous = {0};
	struct m_after after = {0};

	if (!model_room(0))
		return true;
	int code = b->request(s->task, name, id, sync, to, &old);
	if (to != 0)
		(void)m_take(0, to, MACH_MSG_TYPE_MAKE_SEND_ONCE, &notify,
			     &after);
	int want = request(m_find(s->task, name), id, sync, notify, &previous);
	if (want != KERN_SUCCESS)
		m_release(notify);
	if (!model_code("request_notification", code, want))
		return false;
	return want != KERN_SUCCESS || m_put(0, previous, false, old);
}


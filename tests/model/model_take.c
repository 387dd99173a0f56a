/* SPDX-License-Identifier: BSD-2-Clause */
/* The model: rights out of a space. */
#include "model.h"

#include <mach/kern_return.h>

/* What the manual's 5 and 6 mean for this name. */
static mach_msg_type_name_t resolve(const struct m_entry *e,
				    mach_msg_type_name_t how)
{
	if (how == MSG_TYPE_PORT_ALL)
		return MACH_MSG_TYPE_MOVE_RECEIVE;
	if (how != MSG_TYPE_PORT)
		return how;
	if (e->type & T_RECEIVE)
		return MACH_MSG_TYPE_MAKE_SEND;
	return e->type & T_ONCE ? MACH_MSG_TYPE_MOVE_SEND_ONCE :
				  MACH_MSG_TYPE_COPY_SEND;
}

static unsigned types_for(mach_msg_type_name_t how)
{
	switch (how) {
	case MACH_MSG_TYPE_MOVE_RECEIVE:
	case MACH_MSG_TYPE_MAKE_SEND:
	case MACH_MSG_TYPE_MAKE_SEND_ONCE:
		return T_RECEIVE;
	case MACH_MSG_TYPE_MOVE_SEND:
	case MACH_MSG_TYPE_COPY_SEND:
		return T_SEND | T_DEAD;
	case MACH_MSG_TYPE_MOVE_SEND_ONCE:
		return T_ONCE | T_DEAD;
	default:
		return 0;
	}
}

int m_check_take(int task, mach_port_name_t name, mach_msg_type_name_t how)
{
	struct m_entry *e = m_find(task, name);

	if (e == NULL)
		return KERN_INVALID_NAME;
	return types_for(resolve(e, how)) & e->type ? KERN_SUCCESS :
						      KERN_INVALID_RIGHT;
}

static void gone(int task, struct m_entry *e, struct m_after *after)
{
	m_request_outlived(e, after);
	m_entry_free(task, e);
}

static void take_receive(int task, struct m_entry *e, struct m_after *after)
{
	m_leave_space(e->port);
	e->type &= ~(unsigned)T_RECEIVE;
	if (e->type == 0)
		gone(task, e, after);
}

static void take_send(int task, struct m_entry *e, struct m_after *after)
{
	if (--e->urefs != 0) {
		e->port->srights++;
	} else if (e->type & T_RECEIVE) {
		m_make_native(e);
		e->type = T_RECEIVE;
	} else {
		gone(task, e, after);
	}
}

static struct m_right take_live(int task, struct m_entry *e,
				mach_msg_type_name_t how, struct m_after *after)
{
	struct m_port *p = e->port;

	switch (how) {
	case MACH_MSG_TYPE_MOVE_RECEIVE:
		take_receive(task, e, after);
		return (struct m_right){M_RECEIVE, p};
	case MACH_MSG_TYPE_MOVE_SEND:
		take_send(task, e, after);
		return (struct m_right){M_SEND, p};
	case MACH_MSG_TYPE_MAKE_SEND:
		p->mscount++;
		p->srights++;
		return (struct m_right){M_SEND, p};
	case MACH_MSG_TYPE_COPY_SEND:
		p->srights++;
		return (struct m_right){M_SEND, p};
	case MACH_MSG_TYPE_MAKE_SEND_ONCE:
		p->sorights++;
		return (struct m_right){M_ONCE, p};
	default:
		gone(task, e, after);
		return (struct m_right){M_ONCE, p};
	}
}

int m_take(int task, mach_port_name_t name, mach_msg_type_name_t how,
	   struct m_right *right, struct m_after *after)
{
	struct m_entry *e = m_find(task, name);
	int code = m_check_take(task, name, how);

	if (code != KERN_SUCCESS)
		return code;
	how = resolve(e, how);
	if (!(e->type & T_DEAD)) {
		*right = take_live(task, e, how, after);
		return KERN_SUCCESS;
	}
	*right = (struct m_right){M_DEAD, NULL};
	if (how != MACH_MSG_TYPE_COPY_SEND && --e->urefs == 0)
		m_entry_free(task, e);
	return KERN_SUCCESS;
}

static void set_dies(struct m_set *set)
{
	for (int t = 0; t < MODEL_TASKS; t++)
		for (unsigned i = 0; i < MODEL_ENTRIES; i++) {
			struct m_entry *e = &m_tasks[t].entry[i];
			if (e->name != 0 && e->type & T_RECEIVE &&
			    e->port->set == set)
				e->port->set = NULL;
		}
	set->used = false;
}

void m_clear(int task, struct m_entry *e, bool old)
{
	struct m_right first = {0}, second = {0};
	struct m_set *set = e->type & T_SET ? e->set : NULL;
	struct m_after after = {0};

	if (e->type & T_RECEIVE) {
		m_leave_space(e->port);
		second = (struct m_right){M_RECEIVE, e->port};
	}
	if (e->type & T_SEND)
		first = (struct m_right){M_SEND, e->port};
	if (e->type & T_ONCE)
		first = (struct m_right){M_ONCE, e->port};
	gone(task, e, &after);
	if (old)
		m_after_fire(&after);
	m_release(first);
	m_release(second);
	if (set != NULL)
		set_dies(set);
	m_after_fire(&after);
}

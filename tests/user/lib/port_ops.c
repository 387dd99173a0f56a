/* SPDX-License-Identifier: BSD-2-Clause */
/* The operations of port_rows.h. */
#include "rows.h"

#include <mach/exception.h>

#define SELF mach_task_self()

/* --- asking --- */

static int op_type(struct scene *s, int a, int b)
{
	mach_port_type_t type;

	(void)a, (void)b;
	return mach_port_type(s->task, s->name, &type);
}

static int op_get_refs(struct scene *s, int right, int b)
{
	mach_port_urefs_t refs;

	(void)b;
	return mach_port_get_refs(s->task, s->name, (mach_port_right_t)right,
				  &refs);
}

static int op_receive_status(struct scene *s, int a, int b)
{
	mach_port_status_t status;

	(void)a, (void)b;
	return mach_port_get_receive_status(s->task, s->name, &status);
}

static int free_members(int code, mach_port_array_t members, unsigned n)
{
	if (code == KERN_SUCCESS && n != 0)
		vm_deallocate(SELF, (vm_address_t)members, n * sizeof *members);
	return code;
}

static int op_set_status(struct scene *s, int a, int b)
{
	mach_port_array_t members = NULL;
	mach_msg_type_number_t n = 0;
	int code = mach_port_get_set_status(s->task, s->name, &members, &n);

	(void)a, (void)b;
	return free_members(code, members, n);
}

/* --- references --- */

static int op_mod_refs(struct scene *s, int right, int delta)
{
	return (rows_form ? mach_port_mod_refs_rpc : mach_port_mod_refs)(
		s->task, s->name, (mach_port_right_t)right, delta);
}

static int op_deallocate(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return (rows_form ? mach_port_deallocate_rpc : mach_port_deallocate)(
		s->task, s->name);
}

static int op_destroy(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return (rows_form ? mach_port_destroy_rpc : mach_port_destroy)(
		s->task, s->name);
}

/* --- names --- */

enum { RENAME_FREE, RENAME_USED, RENAME_SELF, RENAME_NULL, RENAME_DEAD };

static mach_port_t new_name(const struct scene *s, int which)
{
	switch (which) {
	case RENAME_FREE:
		return SCENE_FRESH;
	case RENAME_USED:
		return s->set;
	case RENAME_SELF:
		return s->name;
	case RENAME_NULL:
		return MACH_PORT_NULL;
	default:
		return MACH_PORT_DEAD;
	}
}

static int op_rename(struct scene *s, int which, int b)
{
	(void)b;
	return mach_port_rename(s->task, s->name, new_name(s, which));
}

static int op_allocate_name(struct scene *s, int right, int b)
{
	(void)b;
	return mach_port_allocate_name(s->task, (mach_port_right_t)right,
				       s->name);
}

/* --- rights in --- */

static int insert(struct scene *s, mach_port_t name, mach_port_t right,
		  mach_msg_type_name_t how)
{
	return (rows_form ? mach_port_insert_right_rpc :
			    mach_port_insert_right)(s->task, name, right, how);
}

/* A right that the task's own receive right made, in our hands. */
static mach_port_t from_task(struct scene *s, mach_msg_type_name_t how)
{
	mach_msg_type_name_t got;
	mach_port_t mine = MACH_PORT_NULL;

	mach_port_extract_right(s->task, s->name, how, &mine, &got);
	return mine;
}

static bool task_receives(const struct scene *s)
{
	mach_port_status_t status;

	return mach_port_get_receive_status(s->task, s->name, &status) ==
	       KERN_SUCCESS;
}

static int insert_at(struct scene *s, mach_port_t name,
		     mach_msg_type_name_t how)
{
	if (s->port != MACH_PORT_NULL)
		return insert(s, name, s->port, how);
	if (how == MACH_MSG_TYPE_MOVE_RECEIVE || !task_receives(s))
		return insert(s, name, s->spare, how);
	return insert(s, name, from_task(s, how),
		      how == MACH_MSG_TYPE_MAKE_SEND ?
			      MACH_MSG_TYPE_MOVE_SEND :
			      MACH_MSG_TYPE_MOVE_SEND_ONCE);
}

static int op_insert_own(struct scene *s, int how, int b)
{
	(void)b;
	return insert_at(s, s->name, (mach_msg_type_name_t)how);
}

static int op_insert_aside(struct scene *s, int how, int b)
{
	(void)b;
	return insert_at(s, SCENE_FRESH, (mach_msg_type_name_t)how);
}

static int op_insert_other(struct scene *s, int how, int b)
{
	(void)b;
	return insert(s, s->name, s->spare, (mach_msg_type_name_t)how);
}

static int op_insert_null(struct scene *s, int right, int b)
{
	(void)b;
	return insert(s, s->name, (mach_port_t)right, MACH_MSG_TYPE_COPY_SEND);
}

/* --- rights out --- */

static int op_extract(struct scene *s, int how, int b)
{
	mach_msg_type_name_t got;

	(void)b;
	return mach_port_extract_right(s->task, s->name,
				       (mach_msg_type_name_t)how, &s->got,
				       &got);
}

/* --- receive rights and sets --- */

static int op_set_qlimit(struct scene *s, int limit, int b)
{
	(void)b;
	return mach_port_set_qlimit(s->task, s->name,
				    (mach_port_msgcount_t)limit);
}

static int op_set_mscount(struct scene *s, int count, int b)
{
	(void)b;
	return mach_port_set_mscount(s->task, s->name,
				     (mach_port_mscount_t)count);
}

static int op_set_seqno(struct scene *s, int number, int b)
{
	(void)b;
	return mach_port_set_seqno(s->task, s->name, (mach_port_seqno_t)number);
}

static int op_exception_form(struct scene *s, int form, int b)
{
	(void)b;
	return mach_port_set_exception_form(s->task, s->name, form);
}

static int op_move_into(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return mach_port_move_member(s->task, s->name, s->set);
}

static int op_move_out(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return mach_port_move_member(s->task, s->name, MACH_PORT_NULL);
}

static int op_move_other(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return mach_port_move_member(s->task, s->member, s->name);
}

/* --- notifications --- */

static int op_request(struct scene *s, int id, int sync)
{
	return mach_port_request_notification(s->task, s->name, id,
					      (mach_port_mscount_t)sync,
					      s->notify,
					      MACH_MSG_TYPE_MAKE_SEND_ONCE,
					      &s->got);
}

static int op_request_dead(struct scene *s, int id, int sync)
{
	return mach_port_request_notification(s->task, s->name, id,
					      (mach_port_mscount_t)sync,
					      MACH_PORT_DEAD,
					      MACH_MSG_TYPE_MOVE_SEND_ONCE,
					      &s->got);
}

/* --- the manual's --- */

static int op_25_type(struct scene *s, int a, int b)
{
	port_type_t type;

	(void)a, (void)b;
	return port_type(s->task, s->name, &type);
}

static int op_25_status(struct scene *s, int a, int b)
{
	port_set_name_t enabled;
	int messages, backlog;
	boolean_t owner, receiver;

	(void)a, (void)b;
	return port_status(s->task, s->name, &enabled, &messages, &backlog,
			   &owner, &receiver);
}

static int op_25_deallocate(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return port_deallocate(s->task, s->name);
}

static int op_25_rename(struct scene *s, int which, int b)
{
	(void)b;
	return port_rename(s->task, s->name, new_name(s, which));
}

static int op_25_backlog(struct scene *s, int backlog, int b)
{
	(void)b;
	return port_set_backlog(s->task, s->name, backlog);
}

static int op_25_backup(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return port_set_backup(s->task, s->name, s->spare, &s->got);
}

static int op_25_set_add(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return port_set_add(s->task, s->set, s->name);
}

static int op_25_set_add_to(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return port_set_add(s->task, s->name, s->member);
}

static int op_25_set_remove(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return port_set_remove(s->task, s->name);
}

static int op_25_set_status(struct scene *s, int a, int b)
{
	port_name_array_t members = NULL;
	unsigned n = 0;
	int code = port_set_status(s->task, s->name, &members, &n);

	(void)a, (void)b;
	return free_members(code, members, n);
}

static int op_25_set_deallocate(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return port_set_deallocate(s->task, s->name);
}

/* A send right to the subject's port, or to the spare one. */
static port_t send_right(struct scene *s)
{
	if (s->port != PORT_NULL)
		return s->port;
	return task_receives(s) ?
		       (s->got = from_task(s, MACH_MSG_TYPE_MAKE_SEND)) :
		       s->spare;
}

static int op_25_insert_send(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return port_insert_send(s->task, send_right(s), s->name);
}

static int op_25_insert_aside(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return port_insert_send(s->task, send_right(s), SCENE_FRESH);
}

static int op_25_insert_receive(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return port_insert_receive(
		s->task, s->port != PORT_NULL ? s->port : s->spare, s->name);
}

static int op_25_extract_send(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return port_extract_send(s->task, s->name, &s->got);
}

static int op_25_extract_receive(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return port_extract_receive(s->task, s->name, &s->got);
}

#define ROW(what, op, a, b, want)   {what, op, a, b, want, ROW_NATIVE},
#define ROW25(what, op, a, b, want) {what, op, a, b, want, ROW_25},
const struct row port_rows[] = {
#include "port_rows.h"
};
const unsigned port_row_count = sizeof port_rows / sizeof *port_rows;

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the grammar cannot say: which arguments a routine must have, which
 * flags make sense where, and which numbers are possible.
 */
#include <string.h>

#include "mem.h"
#include "model.h"

#define SHORT_NUMBER_MAX   4095
#define SHORT_SIZE_MAX	   255
#define IDS_BEFORE_REPLIES 100

/* ---- arguments with a special meaning ---- */

static bool is_port(const struct type *type)
{
	return type->form == FORM_SCALAR && !type->out_of_line &&
	       (type_has_ports(type) || type_is_polymorphic_sent(type));
}

static bool is_word(const struct type *type)
{
	return type->form == FORM_SCALAR && !type->out_of_line &&
	       type->bits == 32 && type->send->class == IPC_INTEGER;
}

/* Where a routine keeps the argument of this role; NULL: any number goes. */
static const struct arg **role_slot(struct routine *routine,
				    const struct arg *arg)
{
	switch (arg->role) {
	case ROLE_REQUEST_PORT:
		return &routine->request_port;
	case ROLE_REPLY_PORT:
		return arg->sides & SIDE_USER ? &routine->reply_port
					      : &routine->server_reply_port;
	case ROLE_WAIT_TIME:
		return &routine->wait_time;
	case ROLE_MSG_TYPE:
		return &routine->msg_type;
	case ROLE_MSG_OPTION:
		return &routine->msg_option;
	case ROLE_MSG_SEQNO:
		return &routine->msg_seqno;
	case ROLE_RESULT:
		return &routine->result;
	case ROLE_DATA:
		break;
	}
	return NULL;
}

static void check_role(struct routine *routine, const struct arg *arg)
{
	const struct arg **slot = role_slot(routine, arg);
	bool reply = arg->role == ROLE_REPLY_PORT;
	bool port = arg->role == ROLE_REQUEST_PORT || reply;
	bool both = reply && arg->sides == SIDE_BOTH;
	const struct arg *former;

	if (slot == NULL)
		return;
	former = *slot == NULL && both ? routine->server_reply_port : *slot;
	if (former != NULL)
		diag_error(&arg->pos, "`%s' does what `%s' already does",
			   arg->name, former->name);
	else if (port && !is_port(arg->type))
		diag_error(&arg->pos, "`%s' must be a port", arg->name);
	else if (!port && arg->role != ROLE_RESULT && !is_word(arg->type))
		diag_error(&arg->pos, "`%s' must be a 32-bit integer",
			   arg->name);
	*slot = arg;
	if (both)
		routine->server_reply_port = arg;
}

/* Unmarked arguments: the first is the request port, the others come in. */
static void assign_directions(struct routine *routine)
{
	bool have_port = false;

	for (unsigned i = 0; i < routine->arg_count; i++)
		if (routine->args[i]->role == ROLE_REQUEST_PORT)
			have_port = true;
	for (unsigned i = 0; i < routine->arg_count; i++) {
		struct arg *arg = routine->args[i];

		if (arg->direction != 0)
			continue;
		arg->direction = DIR_IN;
		if (!have_port)
			arg->role = ROLE_REQUEST_PORT;
		have_port = true;
	}
	if (!have_port)
		diag_error(&routine->pos, "`%s' has no request port",
			   routine->name);
}

/* ---- flags ---- */

static void check_dealloc(const struct arg *arg)
{
	const struct type *type = arg->type;
	bool memory = type->out_of_line || type->indefinite;

	if (arg->dealloc == CHOICE_YES && !memory && !is_port(type))
		diag_error(&arg->pos,
			   "dealloc: `%s' is neither out of line "
			   "nor a port",
			   arg->name);
	if (arg->dealloc == CHOICE_RUN_TIME && !memory)
		diag_error(&arg->pos, "dealloc[]: `%s' is not out of line",
			   arg->name);
}

static bool needs_long_form(const struct type *type)
{
	bool unlimited = type->varying && type->count == 0;

	return unlimited || type->count > SHORT_NUMBER_MAX ||
	       type->bits > SHORT_SIZE_MAX;
}

static void check_long(struct arg *arg)
{
	bool needed = needs_long_form(arg->type);

	if (needed && arg->is_long == CHOICE_NO)
		diag_error(&arg->pos,
			   "isnotlong: `%s' does not fit the short "
			   "form",
			   arg->name);
	arg->long_form = needed || arg->is_long == CHOICE_YES;
}

static void check_retcode(struct routine *routine, const struct arg *arg)
{
	if (!arg->retcode)
		return;
	if (!routine->simple || arg->direction != DIR_IN || !is_word(arg->type))
		diag_error(&arg->pos, "retcode belongs to a 32-bit in argument "
				      "of a simpleroutine");
	else if (routine->retcode != NULL)
		diag_error(&arg->pos, "a second retcode");
	for (unsigned i = 0; routine->args[i] != arg; i++)
		if (routine->args[i]->role == ROLE_DATA) {
			diag_error(&arg->pos, "the retcode must come before "
					      "other data");
			break;
		}
	routine->retcode = arg;
}

static void check_flags(struct routine *routine, struct arg *arg)
{
	const struct type *type = arg->type;
	bool counted =
	    type->varying && !type->out_of_line && type->form == FORM_ARRAY;

	check_dealloc(arg);
	check_long(arg);
	check_retcode(routine, arg);
	if (arg->count_in_out && (arg->direction != DIR_OUT || !counted))
		diag_error(&arg->pos,
			   "countinout: `%s' is not an out array "
			   "with a varying count in line",
			   arg->name);
	if (arg->server_copy &&
	    (!(arg->direction & DIR_IN) || !type->indefinite))
		diag_error(&arg->pos,
			   "servercopy: `%s' is not an in argument "
			   "of type array[]",
			   arg->name);
}

/* ---- types where they are used ---- */

static void check_arg_type(const struct routine *routine, const struct arg *arg)
{
	const struct type *type = arg->type;

	if (type->bits == 0)
		diag_error(&arg->pos, "the type of `%s' needs a size",
			   arg->name);
	else if (type->element != NULL &&
		 type_element_bytes(type) * 8 !=
		     type->bits * type_multiplier(type))
		diag_error(&arg->pos,
			   "an element of `%s' is not a whole "
			   "number of bytes",
			   arg->name);
	if (type->form == FORM_STRUCT && type->name == NULL &&
	    type->user_type == NULL)
		diag_error(&arg->pos, "the type of `%s' needs a name",
			   arg->name);
	if (routine->simple && (arg->direction & DIR_OUT))
		diag_error(&arg->pos,
			   "a simple routine has no reply to carry "
			   "`%s'",
			   arg->name);
	if (arg->role == ROLE_RESULT &&
	    (type->form == FORM_ARRAY || type->form == FORM_STRING ||
	     type->out_of_line))
		diag_error(&arg->pos, "a function cannot return this type");
	if (arg->direction == (DIR_IN | DIR_OUT) && type->indefinite)
		diag_error(&arg->pos, "array[] goes in or out, not both");
}

/* Back ends add NAMECnt and the like. */
static void check_derived_names(const struct routine *routine)
{
	static const char *const suffixes[] = {"Cnt", "Poly", "Dealloc",
					       "SCopy"};

	for (unsigned i = 0; i < routine->arg_count; i++) {
		if (routine->settings.server_prefix == NULL &&
		    strcmp(routine->args[i]->name, routine->name) == 0)
			diag_error(&routine->args[i]->pos,
				   "`%s' is the routine's own name",
				   routine->name);
		for (unsigned j = 0; j < 4 * routine->arg_count; j++) {
			const struct arg *base = routine->args[j / 4];
			const char *name = routine->args[i]->name;
			size_t length = strlen(base->name);

			if (strncmp(name, base->name, length) == 0 &&
			    strcmp(name + length, suffixes[j % 4]) == 0)
				diag_error(&routine->args[i]->pos,
					   "`%s' may collide with what is made "
					   "for `%s'",
					   name, base->name);
		}
	}
}

void check_routine(struct routine *routine)
{
	int errors = diag_errors();

	assign_directions(routine);
	for (unsigned i = 0; i < routine->arg_count; i++) {
		struct arg *arg = routine->args[i];

		check_role(routine, arg);
		check_arg_type(routine, arg);
		check_flags(routine, arg);
	}
	check_derived_names(routine);
	if (routine->retcode != NULL && routine->request_port != NULL &&
	    routine->request_port->type->intran.function != NULL)
		diag_error(&routine->retcode->pos,
			   "no retcode where the request port is translated");
	if (diag_errors() > errors)
		return;
	layout_routine(routine);
	if (routine->request.max_bytes > MESSAGE_BYTES_MAX ||
	    routine->reply.max_bytes > MESSAGE_BYTES_MAX)
		diag_error(&routine->pos,
			   "a message of `%s' may be longer than "
			   "%d bytes",
			   routine->name, MESSAGE_BYTES_MAX);
}

/* ---- the whole ---- */

static void check_names(const struct interface *interface, unsigned n)
{
	const struct routine *routine = interface->routines[n];

	for (unsigned i = 0; i < n; i++)
		if (strcmp(interface->routines[i]->name, routine->name) == 0) {
			diag_error(&routine->pos, "a second routine `%s'",
				   routine->name);
			diag_note(&interface->routines[i]->pos,
				  "the first one is here");
			return;
		}
}

void check_interface(const struct interface *interface)
{
	for (unsigned i = 0; i < interface->routine_count; i++)
		check_names(interface, i);
	if (interface->id_count > IDS_BEFORE_REPLIES)
		diag_warning(&interface->pos,
			     "with %d ids, requests and replies share some",
			     interface->id_count);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What things are called in C, and how lines are written.
 */
#include <stdarg.h>
#include <string.h>

#include "c.h"
#include "mem.h"

#define LINE_WIDTH 80
#define TAB_WIDTH  8

const struct c_idiom c_mach3 = {
    .suffix = "",
    .header = "mach_msg_header_t",
    .port = "mach_port_t",
    .prefix = "MACH_MSG_TYPE_",
    .id = "msgh_id",
    .size = "msgh_size",
    .request_port = "msgh_local_port",
    .reply_port = "msgh_remote_port",
    .seqno = "msgh_seqno",
};

/* The manual's names mean the same to the receiver: local is its own port. */
const struct c_idiom c_mach25 = {
    .suffix = "_25",
    .header = "msg_header_t",
    .port = "port_t",
    .prefix = "MSG_TYPE_",
    .id = "msg_id",
    .size = "msg_size",
    .request_port = "msg_local_port",
    .reply_port = "msg_remote_port",
    .seqno = NULL,
};

/* ---- writing ---- */

static void write_line(struct c_file *f, int depth, const char *format,
		       va_list args)
{
	for (int i = 0; i < depth; i++)
		fputc('\t', f->file);
	vfprintf(f->file, format, args);
	fputc('\n', f->file);
}

void c_line(struct c_file *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(f, f->depth, format, args);
	va_end(args);
}

void c_blank(struct c_file *f)
{
	fputc('\n', f->file);
}

void c_continue(struct c_file *f, const char *format, ...)
{
	va_list args;

	for (int i = 0; i < f->depth; i++)
		fputc('\t', f->file);
	fputs("    ", f->file);
	va_start(args, format);
	write_line(f, 0, format, args);
	va_end(args);
}

void c_local(struct c_file *f, const char *type, const char *name)
{
	bool star = type[strlen(type) - 1] == '*';

	c_line(f, "%s%s%s;", type, star ? "" : " ", name);
}

void c_open(struct c_file *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(f, f->depth++, format, args);
	va_end(args);
}

void c_close(struct c_file *f, const char *text)
{
	f->depth--;
	c_line(f, "%s", text);
}

void c_list_begin(struct c_file *f, struct c_list *list, const char *head)
{
	(void)f;
	list->text = mem_format("%s(", head);
	list->count = 0;
}

/* Writes the line when `more` does not fit on it, and starts the next. */
static void list_append(struct c_file *f, struct c_list *list, const char *more)
{
	size_t used = strlen(list->text) + (size_t)f->depth * TAB_WIDTH;
	size_t width = f->width != 0 ? f->width : LINE_WIDTH;

	if (list->count > 0 && used + strlen(more) + 2 > width) {
		c_line(f, "%s,", list->text);
		list->text = mem_format("    %s", more);
	} else {
		list->text = mem_format("%s%s%s", list->text,
					list->count > 0 ? ", " : "", more);
	}
	list->count++;
}

void c_list_add(struct c_file *f, struct c_list *list, const char *item)
{
	list_append(f, list, item);
}

void c_list_end(struct c_file *f, struct c_list *list, const char *end)
{
	c_line(f, "%s)%s", list->text, end);
}

/* ---- types ---- */

static const char *integer_type(const struct c_file *f, const struct type *type)
{
	if (strcmp(type->send->name, "BOOLEAN") == 0)
		return "boolean_t";
	if (strcmp(type->send->name, "PORT_NAME") == 0)
		return f->idiom->port;
	switch (type->bits) {
	case 8:
		return "char";
	case 16:
		return "short";
	case 64:
		return "int64_t";
	default:
		return "int";
	}
}

/* Of one base item, if the user named no type. */
static const char *derived_type(const struct c_file *f, const struct type *type)
{
	switch (type->send->class) {
	case IPC_PORT:
	case IPC_POLYMORPHIC:
		return f->idiom->port;
	case IPC_REAL:
		return type->bits == 64 ? "double" : "float";
	case IPC_INTEGER:
		return integer_type(f, type);
	case IPC_STRING:
	case IPC_BYTES:
		break;
	}
	return "char";
}

const char *c_wire_type(const struct c_file *f, const struct type *type,
			unsigned side)
{
	const char *given =
	    side == SIDE_USER ? type->user_type : type->server_type;

	if (given != NULL)
		return given;
	if (type->name != NULL)
		return type->name;
	if (type->form == FORM_SCALAR && !type->out_of_line)
		return derived_type(f, type);
	return mem_format("%s *", derived_type(f, type));
}

static const char *kernel_type(const struct arg *arg)
{
	const struct type *type = arg->type;

	if (arg->role == ROLE_REQUEST_PORT)
		return "struct ipc_port *";
	if (!type->out_of_line && !type_has_ports(type) &&
	    !type_is_polymorphic_sent(type))
		return NULL;
	if (arg->direction == DIR_IN)
		return "struct ipc_item *";
	if (!type->out_of_line)
		return "struct ipc_right";
	return type_has_ports(type) ? "struct ipc_rights *"
				    : "struct vm_copy *";
}

const char *c_type(const struct c_file *f, const struct arg *arg, unsigned side)
{
	const struct type *type = arg->type;
	const char *text;

	if (side == SIDE_USER)
		return c_wire_type(f, type, side);
	if ((arg->direction & DIR_IN) && type->intran.function != NULL)
		return type->intran.type;
	if ((arg->direction & DIR_OUT) && type->outtran.function != NULL)
		return type->outtran.parameter;
	text = f->kernel ? kernel_type(arg) : NULL;
	return text != NULL ? text : c_wire_type(f, type, side);
}

const char *c_return_type(const struct c_file *f, const struct routine *routine,
			  unsigned side)
{
	switch (routine->kind) {
	case PROCEDURE:
		return "void";
	case FUNCTION:
		return c_type(f, routine->result, side);
	case ROUTINE:
		break;
	}
	return "kern_return_t";
}

/* ---- parameters ---- */

/* In the kernel a right knows its kind: no argument says it again. */
static bool has_poly(const struct c_file *f, const struct arg *arg,
		     unsigned side)
{
	bool sends = type_is_polymorphic_sent(arg->type);
	bool receives = type_is_polymorphic_received(arg->type);
	bool in =
	    (arg->direction & DIR_IN) && (side == SIDE_USER ? sends : receives);
	bool out = (arg->direction & DIR_OUT) &&
		   (side == SIDE_USER ? receives : sends);

	return !f->kernel && (in || out);
}

static bool has_dealloc(const struct c_file *f, const struct arg *arg,
			unsigned side)
{
	unsigned sender = side == SIDE_USER ? DIR_IN : DIR_OUT;

	return !f->kernel && arg->dealloc == CHOICE_RUN_TIME &&
	       (arg->direction & sender);
}

unsigned c_params(const struct c_file *f, const struct arg *arg, unsigned side,
		  enum c_param out[C_PARAMS])
{
	const struct type *type = arg->type;
	unsigned n = 0;

	if (!(arg->sides & side) || arg->role == ROLE_RESULT)
		return 0;
	out[n++] = C_VALUE;
	if (has_poly(f, arg, side))
		out[n++] = C_POLY;
	if (type->varying && type->form == FORM_ARRAY)
		out[n++] = C_COUNT;
	if (arg->server_copy && side == SIDE_SERVER && !f->kernel)
		out[n++] = C_SCOPY;
	if (has_dealloc(f, arg, side))
		out[n++] = C_DEALLOC;
	return n;
}

const char *c_param_name(const struct arg *arg, enum c_param param)
{
	static const char *const suffixes[C_PARAMS] = {
	    [C_VALUE] = "",	 [C_POLY] = "Poly",	  [C_COUNT] = "Cnt",
	    [C_SCOPY] = "SCopy", [C_DEALLOC] = "Dealloc",
	};

	return mem_format("%s%s", arg->name, suffixes[param]);
}

bool c_param_is_pointer(const struct arg *arg, enum c_param param)
{
	const struct type *type = arg->type;

	if (!(arg->direction & DIR_OUT) || param == C_SCOPY)
		return false;
	if (param != C_VALUE)
		return true;
	return type->form == FORM_SCALAR || type->form == FORM_STRUCT ||
	       type->out_of_line || type->indefinite;
}

/* Clients may pass literals and short strings where char[n] is the type. */
static const char *value_type(const struct c_file *f, const struct arg *arg,
			      unsigned side)
{
	if (side == SIDE_USER && arg->type->form == FORM_STRING &&
	    arg->direction == DIR_IN)
		return "const char *";
	return c_type(f, arg, side);
}

const char *c_param_declaration(const struct c_file *f, const struct arg *arg,
				enum c_param param, unsigned side)
{
	static const char *const types[C_PARAMS] = {
	    [C_POLY] = "mach_msg_type_name_t",
	    [C_COUNT] = "mach_msg_type_number_t",
	    [C_SCOPY] = "boolean_t",
	    [C_DEALLOC] = "boolean_t",
	};
	const char *type =
	    param == C_VALUE ? value_type(f, arg, side) : types[param];
	bool star = type[strlen(type) - 1] == '*';

	return mem_format("%s%s%s%s", type, star ? "" : " ",
			  c_param_is_pointer(arg, param) ? "*" : "",
			  c_param_name(arg, param));
}

const char *c_user_name(const struct routine *routine)
{
	const char *prefix = routine->settings.user_prefix;

	return mem_format("%s%s", prefix != NULL ? prefix : "", routine->name);
}

const char *c_server_name(const struct routine *routine)
{
	const char *prefix = routine->settings.server_prefix;

	return mem_format("%s%s", prefix != NULL ? prefix : "", routine->name);
}

static void add_params(struct c_file *f, struct c_list *list,
		       const struct routine *routine, unsigned side)
{
	enum c_param params[C_PARAMS];

	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];
		unsigned n = c_params(f, arg, side, params);

		for (unsigned j = 0; j < n; j++)
			c_list_add(
			    f, list,
			    c_param_declaration(f, arg, params[j], side));
	}
}

void c_prototype(struct c_file *f, const struct routine *routine, unsigned side,
		 const char *end)
{
	const char *type = c_return_type(f, routine, side);
	bool star = type[strlen(type) - 1] == '*';
	struct c_list list;

	c_list_begin(f, &list,
		     mem_format("%s%s%s", type, star ? "" : " ",
				side == SIDE_USER ? c_user_name(routine)
						  : c_server_name(routine)));
	add_params(f, &list, routine, side);
	c_list_end(f, &list, end);
}

void c_inner_prototype(struct c_file *f, const struct routine *routine)
{
	struct c_list list;

	c_list_begin(f, &list,
		     mem_format("static kern_return_t call_%s", routine->name));
	add_params(f, &list, routine, SIDE_USER);
	if (routine->result != NULL)
		c_list_add(f, &list,
			   mem_format("%s *result",
				      c_type(f, routine->result, SIDE_USER)));
	c_list_end(f, &list, "");
}

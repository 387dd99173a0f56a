/* SPDX-License-Identifier: BSD-2-Clause */
#include "c_server.h"
#include "mem.h"

const struct item *c_item_of(const struct message *message,
			     const struct arg *arg)
{
	for (unsigned i = 0; i < message->item_count; i++)
		if (message->items[i].arg == arg &&
		    message->items[i].kind == ITEM_DATA)
			return &message->items[i];
	return NULL;
}

bool c_is_kernel_item(const struct c_file *f, const struct arg *arg)
{
	const struct type *type = arg->type;

	return f->kernel && arg->role == ROLE_DATA &&
	       (type->out_of_line || type_has_ports(type) ||
		type_is_polymorphic_received(type));
}

static const char *in_field(const struct routine *routine,
			    const struct arg *arg)
{
	const struct item *item = c_item_of(&routine->request, arg);

	return mem_format("In%uP->%s", item->segment, arg->name);
}

/* Data behind a segment. */
static const char *in_tail(const struct routine *routine, const struct arg *arg)
{
	const struct item *item = c_item_of(&routine->request, arg);

	return mem_format("In%uP + 1", item->segment);
}

/* What the message says, before any translation. */
static const char *wire_value(const struct c_file *f,
			      const struct routine *routine,
			      const struct arg *arg)
{
	switch (arg->role) {
	case ROLE_REQUEST_PORT:
		return f->kernel ? "Req->port"
				 : mem_format("In0P->Head.%s",
					      f->idiom->request_port);
	case ROLE_REPLY_PORT:
		return mem_format("In0P->Head.%s", f->idiom->reply_port);
	case ROLE_MSG_SEQNO:
		return f->idiom->seqno != NULL
			   ? mem_format("In0P->Head.%s", f->idiom->seqno)
			   : "0";
	default:
		break;
	}
	if (c_is_kernel_item(f, arg))
		return arg->type->intran.function != NULL
			   ? mem_format("%sItem != NULL ? "
					"%sItem->right.port : NULL",
					arg->name, arg->name)
			   : mem_format("%sItem", arg->name);
	return in_field(routine, arg);
}

/* Does the argument have a local of its own type that comes in? */
static bool has_local(const struct c_file *f, const struct arg *arg)
{
	const struct type *type = arg->type;
	enum c_access access = c_access(type);

	if (!(arg->sides & SIDE_SERVER) || !(arg->direction & DIR_IN))
		return false;
	if (type->intran.function != NULL)
		return true;
	if (c_is_kernel_item(f, arg) || arg->role != ROLE_DATA)
		return false;
	if (arg->direction & DIR_OUT)
		return access == C_ASSIGN || access == C_COPY ||
		       access == C_POINTER;
	return access == C_COPY || access == C_EITHER;
}

static bool has_buffer(const struct arg *arg)
{
	enum c_access access = c_access(arg->type);

	return arg->role == ROLE_DATA && arg->direction == DIR_IN &&
	       c_is_local_array(arg->type) &&
	       (access == C_BYTES || access == C_TAIL || access == C_EITHER);
}

static unsigned long long buffer_bytes(const struct type *type)
{
	return type->indefinite ? MESSAGE_INDEFINITE_BYTES : type_bytes(type);
}

void c_serve_in_locals(struct c_file *f, const struct routine *routine)
{
	bool items = false;

	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];

		if (c_is_kernel_item(f, arg) && (arg->direction & DIR_IN)) {
			c_line(f, "struct ipc_item *%sItem = NULL;", arg->name);
			items = true;
		}
		if (has_local(f, arg))
			c_local(f, c_type(f, arg, SIDE_SERVER), arg->name);
		if (has_local(f, arg) && c_access(arg->type) == C_COPY &&
		    arg->type->intran.function != NULL)
			c_local(f, c_wire_type(f, arg->type, SIDE_SERVER),
				mem_format("%sWire", arg->name));
		if (has_buffer(arg))
			c_line(f, "_Alignas(8) char %sBuf[%llu];", arg->name,
			       buffer_bytes(arg->type));
	}
	if (items)
		c_line(f, "bool Bad = false;");
}

/* ---- loading ---- */

/* Looks an item up in the request's table; nothing has to be undone yet. */
static void load_item(struct c_file *f, const struct routine *routine,
		      const struct arg *arg)
{
	const struct type *type = arg->type;
	const struct item *item = c_item_of(&routine->request, arg);
	const char *kind = !type->out_of_line	  ? "ITEM_RIGHT"
			   : type_has_ports(type) ? "ITEM_RIGHTS"
						  : "ITEM_MEMORY";

	if (type_is_polymorphic_received(type)) {
		c_line(f, "if (!MACH_MSG_TYPE_PORT_ANY(%s))",
		       c_poly_value(f, "In", item));
		c_line(f, "\treturn KERN_INVALID_VALUE;");
	}
	c_line(f, "%sItem = mig_request_item(Req, %s, %s, &Bad);", arg->name,
	       in_field(routine, arg), kind);
	if (type->out_of_line && type->varying)
		c_line(f, "Bad |= %sItem == NULL && %sNum != 0;", arg->name,
		       arg->name);
	else if (type->out_of_line)
		c_line(f, "Bad |= %sItem == NULL;", arg->name);
}

static void load_items(struct c_file *f, const struct routine *routine)
{
	bool any = false;

	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];

		if (!c_is_kernel_item(f, arg) || !(arg->direction & DIR_IN))
			continue;
		load_item(f, routine, arg);
		any = true;
	}
	if (!any)
		return;
	c_line(f, "if (mig_unlikely(Bad))");
	c_line(f, "\treturn MIG_BAD_ARGUMENTS;");
}

static void load_copy(struct c_file *f, const struct routine *routine,
		      const struct arg *arg)
{
	const char *function = arg->type->intran.function;

	c_line(f, "mig_copy(&%s%s, &%s, %llu);", arg->name,
	       function != NULL ? "Wire" : "", in_field(routine, arg),
	       (unsigned long long)type_bytes(arg->type));
	if (function != NULL)
		c_line(f, "%s = %s(%sWire);", arg->name, function, arg->name);
}

static void load_either(struct c_file *f, const struct routine *routine,
			const struct arg *arg)
{
	const char *type = c_type(f, arg, SIDE_SERVER);
	const char *in_line = in_tail(routine, arg);

	c_open(f, "if (%sType.word & MIG_INLINE) {", in_field(routine, arg));
	if (has_buffer(arg)) {
		c_line(f, "mig_copy(%sBuf, %s, %s);", arg->name, in_line,
		       c_size(arg->type, mem_format("%sNum", arg->name)));
		in_line = mem_format("%sBuf", arg->name);
	}
	c_line(f, "%s = (%s)(uintptr_t)(%s);", arg->name, type, in_line);
	f->depth--;
	c_open(f, "} else {");
	c_line(f, "%s = (%s)(uintptr_t)mig_get_pointer(%s);", arg->name, type,
	       in_tail(routine, arg));
	c_close(f, "}");
}

static void load_local(struct c_file *f, const struct routine *routine,
		       const struct arg *arg)
{
	const struct type *type = arg->type;
	const char *from = wire_value(f, routine, arg);

	if (arg->role == ROLE_DATA && !c_is_kernel_item(f, arg)) {
		if (c_access(type) == C_COPY) {
			load_copy(f, routine, arg);
			return;
		}
		if (c_access(type) == C_EITHER) {
			load_either(f, routine, arg);
			return;
		}
	}
	if (type->intran.function != NULL)
		c_line(f, "%s = %s(%s);", arg->name, type->intran.function,
		       from);
	else if (c_access(type) == C_POINTER)
		c_line(f, "%s = (%s)(uintptr_t)%s;", arg->name,
		       c_type(f, arg, SIDE_SERVER), from);
	else
		c_line(f, "%s = %s;", arg->name, from);
}

static void load_buffer(struct c_file *f, const struct routine *routine,
			const struct arg *arg)
{
	if (c_access(arg->type) == C_BYTES)
		c_line(f, "mig_copy(%sBuf, %s, sizeof(%sBuf));", arg->name,
		       in_field(routine, arg), arg->name);
	else if (c_access(arg->type) == C_TAIL)
		c_line(f, "mig_copy(%sBuf, %s, %s);", arg->name,
		       in_tail(routine, arg),
		       c_size(arg->type, mem_format("%sNum", arg->name)));
}

void c_serve_in(struct c_file *f, const struct routine *routine)
{
	load_items(f, routine);
	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];

		if (has_buffer(arg))
			load_buffer(f, routine, arg);
		if (has_local(f, arg))
			load_local(f, routine, arg);
	}
}

/* ---- the routine's parameters ---- */

static const char *in_value(const struct c_file *f,
			    const struct routine *routine,
			    const struct arg *arg)
{
	if (has_local(f, arg))
		return arg->name;
	if (has_buffer(arg))
		return mem_format("(void *)%sBuf", arg->name);
	if (arg->role != ROLE_DATA || c_is_kernel_item(f, arg))
		return wire_value(f, routine, arg);
	switch (c_access(arg->type)) {
	case C_BYTES:
	case C_STRING:
		return mem_format("(void *)%s", in_field(routine, arg));
	case C_TAIL:
		return mem_format("(void *)(%s)", in_tail(routine, arg));
	case C_POINTER:
		return mem_format("(%s)(uintptr_t)%s",
				  c_type(f, arg, SIDE_SERVER),
				  in_field(routine, arg));
	default:
		return in_field(routine, arg);
	}
}

static const char *out_value(const struct routine *routine,
			     const struct arg *arg)
{
	const struct item *item = c_item_of(&routine->reply, arg);

	switch (c_access(arg->type)) {
	case C_BYTES:
	case C_STRING:
		if (c_is_local_array(arg->type))
			return mem_format("(void *)%sOutBuf", arg->name);
		return mem_format("(void *)Out%uP->%s", item->segment,
				  arg->name);
	case C_TAIL:
		if (c_is_local_array(arg->type))
			return mem_format("(void *)%sOutBuf", arg->name);
		return mem_format("(void *)(Out%uP + 1)", item->segment);
	default:
		return mem_format("&%s", arg->name);
	}
}

static const char *poly_in(const struct c_file *f,
			   const struct routine *routine, const struct arg *arg)
{
	if (f->idiom == &c_mach25 && arg->role != ROLE_DATA)
		return "MSG_TYPE_PORT";
	if (arg->role == ROLE_REQUEST_PORT)
		return "MACH_MSGH_BITS_LOCAL(In0P->Head.msgh_bits)";
	if (arg->role == ROLE_REPLY_PORT)
		return "MACH_MSGH_BITS_REMOTE(In0P->Head.msgh_bits)";
	return c_poly_value(f, "In", c_item_of(&routine->request, arg));
}

const char *c_serve_value(const struct c_file *f, const struct routine *routine,
			  const struct arg *arg, enum c_param param)
{
	bool out = (arg->direction & DIR_OUT) != 0;

	if (param == C_VALUE)
		return out ? out_value(routine, arg)
			   : in_value(f, routine, arg);
	if (param == C_SCOPY)
		return mem_format("(%sType.word & MIG_INLINE) != 0",
				  in_field(routine, arg));
	if (out)
		return mem_format("&%s", c_param_name(arg, param));
	if (param == C_POLY)
		return poly_in(f, routine, arg);
	return mem_format("%sNum", arg->name);
}

/* ---- afterwards ---- */

void c_serve_destroy(struct c_file *f, const struct routine *routine)
{
	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];
		const char *function = arg->type->destructor.function;

		if (function != NULL && arg->direction == DIR_IN &&
		    (arg->sides & SIDE_SERVER))
			c_line(f, "%s(%s);", function,
			       in_value(f, routine, arg));
	}
}

static bool is_released(const struct arg *arg)
{
	return (arg->direction & DIR_IN) && arg->type->indefinite &&
	       !arg->server_copy;
}

bool c_serve_has_release(const struct routine *routine)
{
	for (unsigned i = 0; i < routine->arg_count; i++)
		if (is_released(routine->args[i]))
			return true;
	return false;
}

void c_serve_release(struct c_file *f, const struct routine *routine)
{
	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];

		if (!is_released(arg))
			continue;
		c_line(f, "if (!(%sType.word & MIG_INLINE))",
		       in_field(routine, arg));
		c_line(f, "\tmig_deallocate((uintptr_t)%s, %s);", arg->name,
		       c_size(arg->type,
			      mem_format("(uint64_t)%sNum", arg->name)));
	}
}

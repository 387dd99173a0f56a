/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Client stubs: write the request, send it and receive, check the reply,
 * take out what it carries.
 */
#include "c.h"
#include "mem.h"

static bool has_own_reply_port(const struct routine *routine)
{
	return !routine->simple && routine->reply_port == NULL;
}

static const char *user_reply_port(const struct routine *routine)
{
	return routine->reply_port != NULL ? routine->reply_port->name : NULL;
}

/* ---- header ---- */

static const char *disposition(const struct c_file *f, const struct arg *arg)
{
	if (type_is_polymorphic_sent(arg->type))
		return mem_format("%sPoly", arg->name);
	return c_sent_code(f, arg->type->send);
}

static const char *reply_disposition(const struct c_file *f,
				     const struct routine *routine)
{
	if (user_reply_port(routine) != NULL)
		return disposition(f, routine->reply_port);
	return routine->simple ? "0" : "MACH_MSG_TYPE_MAKE_SEND_ONCE";
}

static const char *reply_port_value(const struct routine *routine)
{
	const char *given = user_reply_port(routine);

	if (given != NULL)
		return given;
	return routine->simple ? "MACH_PORT_NULL" : "ReplyPort";
}

/* An argument, else a setting; NULL: neither. */
static const char *choose(const struct arg *arg, const char *setting)
{
	return arg != NULL ? arg->name : setting;
}

static const char *msg_type(const struct routine *routine)
{
	return choose(routine->msg_type, routine->settings.msg_type);
}

static void fill_bits(struct c_file *f, const struct routine *routine)
{
	const char *type = msg_type(routine);
	const char *complex = c_fill_complex(f, &routine->request);

	c_line(f, "In0P->Head.msgh_bits = MACH_MSGH_BITS(%s,",
	       disposition(f, routine->request_port));
	c_continue(f, "%s)%s%s;", reply_disposition(f, routine),
		   routine->request.complex ? " | MACH_MSGH_BITS_COMPLEX" : "",
		   type != NULL ? mem_format(" | MIG_MSG_TYPE(%s)", type) : "");
	if (complex == NULL || routine->request.complex)
		return;
	c_line(f, "if (%s)", complex);
	c_line(f, "\tIn0P->Head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;");
}

static const char *request_size(const struct routine *routine)
{
	return c_fill_is_varying(&routine->request) || routine->retcode
		   ? "InSize"
		   : "sizeof(*In0P)";
}

static void fill_header_3(struct c_file *f, const struct routine *routine)
{
	fill_bits(f, routine);
	c_line(f, "In0P->Head.msgh_size = %s;", request_size(routine));
	c_line(f, "In0P->Head.msgh_remote_port = %s;",
	       routine->request_port->name);
	c_line(f, "In0P->Head.msgh_seqno = 0;");
	c_line(f, "In0P->Head.msgh_id = %d;", routine->id);
	/* Last: no argument has to outlive the call. */
	if (has_own_reply_port(routine))
		c_line(f, "ReplyPort = mig_get_reply_port();");
	c_line(f, "In0P->Head.msgh_local_port = %s;",
	       reply_port_value(routine));
}

/* The manual's header has no place for it: the kernel knows the right. */
static void ignore_poly(struct c_file *f, const struct arg *arg)
{
	if (arg != NULL && (arg->sides & SIDE_USER) &&
	    type_is_polymorphic_sent(arg->type))
		c_line(f, "(void)%sPoly;", arg->name);
}

static void fill_header_25(struct c_file *f, const struct routine *routine)
{
	const char *type = msg_type(routine);
	const char *complex = c_fill_complex(f, &routine->request);

	ignore_poly(f, routine->request_port);
	ignore_poly(f, routine->reply_port);
	c_line(f, "In0P->Head.msg_unused = 0;");
	if (routine->request.complex || complex == NULL)
		c_line(f, "In0P->Head.msg_simple = %s;",
		       routine->request.complex ? "FALSE" : "TRUE");
	else
		c_line(f, "In0P->Head.msg_simple = !(%s);", complex);
	c_line(f, "In0P->Head.msg_size = %s;", request_size(routine));
	c_line(f, "In0P->Head.msg_type = MSG_TYPE_NORMAL%s%s%s;",
	       routine->simple ? "" : " | MSG_TYPE_RPC",
	       type != NULL ? " | " : "", type != NULL ? type : "");
	if (has_own_reply_port(routine))
		c_line(f, "ReplyPort = mig_get_reply_port();");
	c_line(f, "In0P->Head.msg_local_port = %s;", reply_port_value(routine));
	c_line(f, "In0P->Head.msg_remote_port = %s;",
	       routine->request_port->name);
	c_line(f, "In0P->Head.msg_id = %d;", routine->id);
}

/* A reply that tells of a failure carries nothing else. */
static void shorten(struct c_file *f, const struct routine *routine)
{
	if (routine->retcode == NULL)
		return;
	c_open(f, "if (%s != KERN_SUCCESS) {", routine->retcode->name);
	c_line(f, "InSize = %d;", MESSAGE_RETCODE_BYTES);
	if (f->idiom == &c_mach3) {
		c_line(f, "In0P->Head.msgh_size = InSize;");
		c_line(f, "In0P->Head.msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;");
	} else {
		c_line(f, "In0P->Head.msg_size = InSize;");
		c_line(f, "In0P->Head.msg_simple = TRUE;");
	}
	c_close(f, "}");
}

/* ---- the call ---- */

static void send_3(struct c_file *f, const struct routine *routine)
{
	const char *wait =
	    choose(routine->wait_time, routine->settings.wait_time);
	const char *option =
	    choose(routine->msg_option, routine->settings.msg_option);
	const char *timeout =
	    routine->simple ? "MACH_SEND_TIMEOUT" : "MACH_RCV_TIMEOUT";

	c_line(f, "RetCode = mach_msg(&In0P->Head,");
	c_continue(f, "MACH_SEND_MSG%s%s%s%s%s,",
		   routine->simple ? "" : " | MACH_RCV_MSG",
		   wait != NULL ? " | " : "", wait != NULL ? timeout : "",
		   option != NULL ? " | " : "", option != NULL ? option : "");
	c_continue(f, "%s, %s, %s,", request_size(routine),
		   routine->simple ? "0" : "sizeof(Mess)",
		   routine->simple ? "MACH_PORT_NULL"
				   : reply_port_value(routine));
	c_continue(f, "%s, MACH_PORT_NULL);",
		   wait != NULL ? wait : "MACH_MSG_TIMEOUT_NONE");
}

static void send_25(struct c_file *f, const struct routine *routine)
{
	const char *wait =
	    choose(routine->wait_time, routine->settings.wait_time);
	const char *option =
	    choose(routine->msg_option, routine->settings.msg_option);
	const char *timeout = routine->simple ? "SEND_TIMEOUT" : "RCV_TIMEOUT";
	const char *options =
	    mem_format("%s%s%s", option != NULL ? option : "MSG_OPTION_NONE",
		       wait != NULL ? " | " : "", wait != NULL ? timeout : "");

	if (wait == NULL)
		wait = "0";
	if (routine->simple)
		c_line(f, "RetCode = msg_send(&In0P->Head, %s, %s);", options,
		       wait);
	else
		c_line(f,
		       "RetCode = msg_rpc(&In0P->Head, %s, sizeof(Mess), 0, "
		       "%s);",
		       options, wait);
}

/* array[] with dealloc that went in line: the stub frees the original. */
static void free_sent(struct c_file *f, const struct routine *routine)
{
	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];
		const char *cond;

		if (!(arg->direction & DIR_IN) || !arg->type->indefinite ||
		    (arg->dealloc != CHOICE_YES &&
		     arg->dealloc != CHOICE_RUN_TIME))
			continue;
		cond = arg->dealloc == CHOICE_YES
			   ? ""
			   : mem_format(" && %sDealloc", arg->name);
		c_line(f, "if (%sInLine%s)", arg->name, cond);
		c_line(f, "\tmig_deallocate((uintptr_t)%s, %s);", arg->name,
		       c_size(arg->type, c_param_name(arg, C_COUNT)));
	}
}

/* ---- the reply ---- */

static const char *out_field(const struct item *item)
{
	return mem_format("Out%uP->%s", item->segment, item->arg->name);
}

/* As much as the caller has room for; the count tells the truth. */
static void take_tail(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const char *name = arg->name;
	const char *number = mem_format("%sNum", name);
	const char *copy = type_element_bytes(arg->type) % 4 == 0 ?
			       "mig_copy_words" :
			       "mig_copy";

	if (arg->type->form == FORM_STRING) {
		c_line(f, "mig_copy(%s, Out%uP + 1, %s);", name, item->segment,
		       number);
		return;
	}
	c_open(f, "if (mig_unlikely(%s > *%sCnt)) {", number, name);
	c_line(f, "%s(%s, Out%uP + 1, %s);", copy, name, item->segment,
	       c_size(arg->type, mem_format("*%sCnt", name)));
	c_line(f, "RetCode = MIG_ARRAY_TOO_LARGE;");
	f->depth--;
	c_open(f, "} else {");
	c_line(f, "%s(%s, Out%uP + 1, %s);", copy, name, item->segment,
	       c_size(arg->type, number));
	c_close(f, "}");
	c_line(f, "*%sCnt = %s;", name, number);
}

/* The caller's buffer if the data fit, else memory of its own. */
static void take_either(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const char *name = arg->name;
	const char *type = c_type(f, arg, SIDE_USER);
	const char *bytes = c_size(arg->type, mem_format("%sNum", name));

	c_open(f, "if (!(%sType.word & MIG_INLINE)) {", out_field(item));
	c_line(f, "*%s = (%s)(uintptr_t)mig_get_pointer(Out%uP + 1);", name,
	       type, item->segment);
	f->depth--;
	c_open(f, "} else if (%sNum <= *%sCnt) {", name, name);
	c_line(f, "mig_copy((void *)(uintptr_t)*%s, Out%uP + 1, %s);", name,
	       item->segment, bytes);
	f->depth--;
	c_open(f, "} else {");
	c_line(f, "vm_address_t address;");
	c_blank(f);
	c_line(f, "mig_allocate(&address, %s);", bytes);
	c_line(f, "if (address == 0)");
	c_line(f, "\tRetCode = KERN_RESOURCE_SHORTAGE;");
	c_line(f, "else");
	c_line(f, "\tmig_copy((void *)(uintptr_t)address, Out%uP + 1, %s);",
	       item->segment, bytes);
	c_line(f, "*%s = (%s)(uintptr_t)address;", name, type);
	c_close(f, "}");
	c_line(f, "*%sCnt = %sNum;", name, name);
}

static void take_item(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const struct type *type = arg->type;
	const char *from = out_field(item);
	unsigned long long bytes = type_bytes(type);

	switch (c_access(type)) {
	case C_ASSIGN:
		c_line(f, "*%s = %s;", arg->name, from);
		break;
	case C_COPY:
		c_line(f, "mig_copy(%s, &%s, %llu);", arg->name, from, bytes);
		break;
	case C_BYTES:
	case C_STRING:
		c_line(f, "mig_copy(%s, %s, %llu);", arg->name, from, bytes);
		break;
	case C_POINTER:
		c_line(f, "*%s = (%s)(uintptr_t)%s;", arg->name,
		       c_type(f, arg, SIDE_USER), from);
		if (type->varying)
			c_line(f, "*%sCnt = %sNum;", arg->name, arg->name);
		break;
	case C_TAIL:
		take_tail(f, item);
		break;
	case C_EITHER:
		take_either(f, item);
		break;
	}
	if (type_is_polymorphic_received(type))
		c_line(f, "*%sPoly = %s;", arg->name,
		       c_poly_value(f, "Out", item));
}

/* Rights in line that do not fit would be lost one by one: all or nothing. */
static void refuse_rights(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;

	if (c_access(arg->type) != C_TAIL || arg->type->form != FORM_ARRAY ||
	    !type_has_ports(arg->type))
		return;
	c_open(f, "if (mig_unlikely(%sNum > *%sCnt)) {", arg->name, arg->name);
	c_line(f, "*%sCnt = %sNum;", arg->name, arg->name);
	c_line(f,
	       "return mig_destroy_reply%s(&Out0P->Head, "
	       "MIG_ARRAY_TOO_LARGE);",
	       f->idiom->suffix);
	c_close(f, "}");
}

static struct c_check reply_check(const struct c_file *f,
				  const struct routine *routine)
{
	const char *port =
	    has_own_reply_port(routine) ? "ReplyPort" : "MACH_PORT_NULL";

	return (struct c_check){
	    .message = &routine->reply,
	    .base = "Out",
	    .structure = "Reply",
	    .size = mem_format("Out0P->Head.%s", f->idiom->size),
	    .room = true,
	    .wrong = mem_format("Out0P->Head.%s != %d", f->idiom->id,
				routine->id + 100),
	    .fail = mem_format("return mig_wrong_reply%s(&Out0P->Head, %d, "
			       "%s);",
			       f->idiom->suffix, routine->id + 100, port),
	    .too_long = mem_format("return mig_destroy_reply%s("
				   "&Out0P->Head, KERN_INVALID_ARGUMENT);",
				   f->idiom->suffix),
	};
}

static void receive(struct c_file *f, const struct routine *routine)
{
	const struct message *message = &routine->reply;
	const struct c_check check = reply_check(f, routine);

	c_open(f, "{");
	c_check_locals(f, &check);
	if (message->min_bytes != message->max_bytes)
		c_blank(f);
	c_checks(f, &check);
	if (message->item_count == 1) {
		c_line(f, "return Out0P->RetCode;");
		c_close(f, "}");
		return;
	}
	c_line(f, "if (mig_unlikely(Out0P->RetCode != KERN_SUCCESS))");
	c_line(f, "\treturn mig_destroy_reply%s(&Out0P->Head, Out0P->RetCode);",
	       f->idiom->suffix);
	for (unsigned i = 1; i < message->item_count; i++)
		refuse_rights(f, &message->items[i]);
	for (unsigned i = 1; i < message->item_count; i++)
		take_item(f, &message->items[i]);
	c_line(f, "return RetCode;");
	c_close(f, "}");
}

/* ---- a stub ---- */

static void locals(struct c_file *f, const struct routine *routine)
{
	uint32_t space = routine->request.max_bytes;

	if (!routine->simple && routine->reply.max_bytes > space)
		space = routine->reply.max_bytes;
	c_open(f, "union {");
	c_line(f, "struct Request0 In;");
	if (!routine->simple)
		c_line(f, "struct Reply0 Out;");
	c_line(f, "char Space[%u];", space);
	c_close(f, "} Mess;");
	c_line(f, "struct Request0 *const In0P = &Mess.In;");
	if (!routine->simple)
		c_line(f, "struct Reply0 *const Out0P = &Mess.Out;");
	if (has_own_reply_port(routine))
		c_line(f, "%s ReplyPort;", f->idiom->port);
	if (c_fill_is_varying(&routine->request) || routine->retcode != NULL)
		c_line(f, "uint32_t InSize = sizeof(*In0P);");
	c_fill_locals(f, &routine->request);
	c_line(f, "kern_return_t RetCode;");
	c_assert_types(f, routine, SIDE_USER);
	c_blank(f);
}

static void stub_body(struct c_file *f, const struct routine *routine)
{
	bool own = has_own_reply_port(routine);

	c_open(f, "{");
	c_structures(f, &routine->request, "Request");
	if (!routine->simple)
		c_structures(f, &routine->reply, "Reply");
	locals(f, routine);
	c_fill_limits(f, &routine->request);
	c_fill(f, &routine->request);
	if (f->idiom == &c_mach3)
		fill_header_3(f, routine);
	else
		fill_header_25(f, routine);
	shorten(f, routine);
	c_blank(f);
	if (f->idiom == &c_mach3)
		send_3(f, routine);
	else
		send_25(f, routine);
	c_line(f, "if (mig_unlikely(RetCode != MACH_MSG_SUCCESS))");
	c_line(f, "\treturn mig_failed%s(&In0P->Head, RetCode, %s);",
	       f->idiom->suffix, own ? "ReplyPort" : "MACH_PORT_NULL");
	free_sent(f, routine);
	if (routine->simple)
		c_line(f, "return RetCode;");
	else
		receive(f, routine);
	c_close(f, "}");
}

/* The outer part of procedures and functions. */
static void wrapper(struct c_file *f, const struct routine *routine)
{
	const char *error = routine->settings.error;
	enum c_param params[C_PARAMS];
	struct c_list list;

	c_prototype(f, routine, SIDE_USER, "");
	c_open(f, "{");
	c_line(f, "kern_return_t RetCode;");
	if (routine->result != NULL)
		c_local(f, c_type(f, routine->result, SIDE_USER), "result");
	c_blank(f);
	if (routine->result != NULL)
		c_line(f, "mig_zero(&result, sizeof(result));");
	c_list_begin(f, &list, mem_format("RetCode = call_%s", routine->name));
	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];
		unsigned n = c_params(f, arg, SIDE_USER, params);

		for (unsigned j = 0; j < n; j++)
			c_list_add(f, &list, c_param_name(arg, params[j]));
	}
	if (routine->result != NULL)
		c_list_add(f, &list, "&result");
	c_list_end(f, &list, ";");
	c_line(f, "if (mig_unlikely(RetCode != KERN_SUCCESS))");
	c_line(f, "\t%s(RetCode);", error != NULL ? error : "MsgError");
	if (routine->result != NULL)
		c_line(f, "return result;");
	c_close(f, "}");
}

static void stub(struct c_file *f, const struct routine *routine)
{
	c_blank(f);
	c_line(f, "/* %s %s: id %d */",
	       routine->simple ? "simpleroutine" : "routine", routine->name,
	       routine->id);
	if (routine->kind == ROUTINE)
		c_prototype(f, routine, SIDE_USER, "");
	else
		c_inner_prototype(f, routine);
	stub_body(f, routine);
	if (routine->kind == ROUTINE)
		return;
	c_blank(f);
	wrapper(f, routine);
}

void c_write_user(struct c_file *f)
{
	const struct interface *interface = f->interface;

	c_preamble(f, "client stubs", SIDE_USER);
	c_line(f, "#include <mach/mig_user.h>");
	for (unsigned i = 0; i < interface->routine_count; i++) {
		const char *error = interface->routines[i]->settings.error;

		if (error != NULL && interface->routines[i]->kind != ROUTINE)
			c_line(f, "void %s(kern_return_t code);", error);
	}
	if (interface->routine_count > 0) {
		c_blank(f);
		c_write_prototypes(f, SIDE_USER);
	}
	for (unsigned i = 0; i < interface->routine_count; i++)
		stub(f, interface->routines[i]);
}

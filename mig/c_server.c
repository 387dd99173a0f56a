/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One stub per routine: structures, checks, the call. It returns the code of
 * the reply; only with KERN_SUCCESS has it written more than that.
 */
#include "c_server.h"
#include "mem.h"

static struct c_check request_check(const struct c_file *f,
				    const struct routine *routine)
{
	return (struct c_check){
	    .message = &routine->request,
	    .base = "In",
	    .structure = "Request",
	    .size = f->kernel ? "Req->size"
			      : mem_format("In0P->Head.%s", f->idiom->size),
	    .wrong = NULL,
	    .fail = "return MIG_BAD_ARGUMENTS;",
	    .too_long = "return KERN_INVALID_ARGUMENT;",
	};
}

static void call(struct c_file *f, const struct routine *routine)
{
	enum c_param params[C_PARAMS];
	struct c_list list;
	const char *result = routine->kind == ROUTINE	 ? "RetCode = "
			     : routine->kind == FUNCTION ? "result = "
							 : "";

	c_list_begin(f, &list,
		     mem_format("%s%s", result, c_server_name(routine)));
	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];
		unsigned n = c_params(f, arg, SIDE_SERVER, params);

		for (unsigned j = 0; j < n; j++)
			c_list_add(f, &list,
				   c_serve_value(f, routine, arg, params[j]));
	}
	c_list_end(f, &list, ";");
}

/* A message that carries nothing but a bad retcode: the rest is zero. */
static const char *absent_value(const struct c_file *f,
				const struct routine *routine,
				const struct arg *arg, enum c_param param)
{
	enum c_access access = c_access(arg->type);

	if (arg->role != ROLE_DATA || arg == routine->retcode)
		return c_serve_value(f, routine, arg, param);
	if (param != C_VALUE)
		return "0";
	if (access == C_BYTES || access == C_STRING || access == C_TAIL)
		return "NULL";
	return mem_format("(%s){0}", c_type(f, arg, SIDE_SERVER));
}

static void call_with_retcode(struct c_file *f, const struct routine *routine)
{
	const char *name = routine->retcode->name;
	enum c_param params[C_PARAMS];
	struct c_list list;

	c_line(f, "if (In0P->Head.%s == %d &&", f->idiom->size,
	       MESSAGE_RETCODE_BYTES);
	c_continue(f, "!mig_is_complex%s(&In0P->Head) &&", f->idiom->suffix);
	c_continue(f, "In0P->%sType == MIG_WORD(%sINTEGER_32, 32, 1) &&", name,
		   f->idiom->prefix);
	c_continue(f, "In0P->%s != KERN_SUCCESS) {", name);
	f->depth++;
	c_list_begin(f, &list,
		     mem_format("%s%s",
				routine->kind == ROUTINE ? "RetCode = " : "",
				c_server_name(routine)));
	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];
		unsigned n = c_params(f, arg, SIDE_SERVER, params);

		for (unsigned j = 0; j < n; j++)
			c_list_add(f, &list,
				   absent_value(f, routine, arg, params[j]));
	}
	c_list_end(f, &list, ";");
	c_line(f, routine->kind == ROUTINE
		      ? "return RetCode == KERN_SUCCESS ? MIG_NO_REPLY : "
			"RetCode;"
		      : "return MIG_NO_REPLY;");
	c_close(f, "}");
}

/* What follows the call: only after success is anything else touched. */
static void finish(struct c_file *f, const struct routine *routine)
{
	c_serve_destroy(f, routine);
	if (!routine->simple && routine->kind == ROUTINE &&
	    !c_serve_has_reply(routine) && !c_serve_has_release(routine)) {
		c_line(f, "return RetCode;");
		return;
	}
	if (routine->kind == ROUTINE) {
		c_line(f, "if (mig_unlikely(RetCode != KERN_SUCCESS))");
		c_line(f, "\treturn RetCode;");
	}
	c_serve_release(f, routine);
	if (c_serve_has_reply(routine))
		c_serve_out(f, routine);
	c_line(f, routine->simple ? "return MIG_NO_REPLY;"
				  : "return KERN_SUCCESS;");
}

static void stub_head(struct c_file *f, const struct routine *routine)
{
	c_blank(f);
	c_line(f, "/* %s %s: id %d */",
	       routine->simple ? "simpleroutine" : "routine", routine->name,
	       routine->id);
	if (f->kernel)
		c_line(f,
		       "static kern_return_t serve_%s(struct mig_request "
		       "*Req, struct mig_reply *Rep)",
		       routine->name);
	else
		c_line(f,
		       "static kern_return_t serve_%s(%s *InHeadP, %s "
		       "*OutHeadP)",
		       routine->name, f->idiom->header, f->idiom->header);
}

static void stub_locals(struct c_file *f, const struct routine *routine,
			const struct c_check *check)
{
	bool reply = c_serve_has_reply(routine);
	const char *out = f->kernel ? "Rep->head" : "OutHeadP";

	c_line(f, "struct Request0 *const In0P = (void *)%s;",
	       f->kernel ? "(uintptr_t)Req->head" : "InHeadP");
	if (reply)
		c_line(f, "struct Reply0 *const Out0P = (void *)%s;", out);
	c_check_locals(f, check);
	c_serve_in_locals(f, routine);
	c_serve_out_locals(f, routine);
	if (routine->kind == ROUTINE)
		c_line(f, "kern_return_t RetCode;");
	c_assert_types(f, routine, SIDE_SERVER);
	c_blank(f);
	if (!reply && f->kernel)
		c_line(f, "(void)Rep;");
	else if (!reply)
		c_line(f, "(void)OutHeadP;");
}

static void stub(struct c_file *f, const struct routine *routine)
{
	const struct c_check check = request_check(f, routine);

	stub_head(f, routine);
	c_open(f, "{");
	c_structures(f, &routine->request, "Request");
	if (c_serve_has_reply(routine))
		c_structures(f, &routine->reply, "Reply");
	stub_locals(f, routine, &check);
	if (routine->retcode != NULL)
		call_with_retcode(f, routine);
	c_checks(f, &check);
	if (f->kernel && c_serve_has_reply(routine)) {
		c_line(f, "if (mig_unlikely(Rep->capacity < %u))",
		       routine->reply.max_bytes);
		c_line(f, "\treturn KERN_RESOURCE_SHORTAGE;");
	}
	c_serve_in(f, routine);
	c_serve_prepare(f, routine);
	c_blank(f);
	call(f, routine);
	finish(f, routine);
	c_close(f, "}");
}

/* ---- the demultiplexer ---- */

static const struct routine *routine_with_id(const struct interface *interface,
					     int32_t id)
{
	for (unsigned i = 0; i < interface->routine_count; i++)
		if (interface->routines[i]->id == id)
			return interface->routines[i];
	return NULL;
}

static void table(struct c_file *f)
{
	const struct interface *interface = f->interface;
	const char *head = f->idiom->header;

	c_blank(f);
	if (f->kernel)
		c_line(f, "typedef kern_return_t (*stub_t)(struct mig_request "
			  "*, struct mig_reply *);");
	else
		c_line(f, "typedef kern_return_t (*stub_t)(%s *, %s *);", head,
		       head);
	c_blank(f);
	c_open(f, "static const stub_t stubs[%d] = {",
	       interface->id_count > 0 ? interface->id_count : 1);
	for (int32_t i = 0; i < interface->id_count; i++) {
		const struct routine *routine =
		    routine_with_id(interface, interface->base + i);

		if (routine != NULL)
			c_line(f, "[%d] = serve_%s,", i, routine->name);
	}
	c_close(f, "};");
	c_blank(f);
	c_line(f, "static stub_t stub_of(int32_t id)");
	c_open(f, "{");
	c_line(f, "uint32_t slot = (uint32_t)id - %du;", interface->base);
	c_blank(f);
	c_line(f, "return slot < sizeof(stubs) / sizeof(stubs[0]) ? "
		  "stubs[slot] : NULL;");
	c_close(f, "}");
}

static void reply_head_3(struct c_file *f)
{
	c_line(f, "OutP->Head.msgh_bits =");
	c_continue(f, "MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE("
		      "InHeadP->msgh_bits), 0);");
	c_line(f, "OutP->Head.msgh_size = sizeof(*OutP);");
	c_line(f, "OutP->Head.msgh_remote_port = InHeadP->msgh_remote_port;");
	c_line(f, "OutP->Head.msgh_local_port = MACH_PORT_NULL;");
	c_line(f, "OutP->Head.msgh_seqno = 0;");
	c_line(f, "OutP->Head.msgh_id = (int32_t)((uint32_t)InHeadP->msgh_id + "
		  "100);");
}

static void reply_head_25(struct c_file *f)
{
	c_line(f, "OutP->Head.msg_unused = 0;");
	c_line(f, "OutP->Head.msg_simple = TRUE;");
	c_line(f, "OutP->Head.msg_size = sizeof(*OutP);");
	c_line(f, "OutP->Head.msg_type = InHeadP->msg_type;");
	c_line(f, "OutP->Head.msg_local_port = PORT_NULL;");
	c_line(f, "OutP->Head.msg_remote_port = InHeadP->msg_remote_port;");
	c_line(f, "OutP->Head.msg_id = (int)((unsigned)InHeadP->msg_id + "
		  "100);");
}

static void dispatch(struct c_file *f, const char *in, const char *out,
		     const char *in_id)
{
	c_line(f, "stub = stub_of(%s);", in_id);
	c_open(f, "if (mig_unlikely(stub == NULL)) {");
	c_line(f, "OutP->RetCode = MIG_BAD_ID;");
	c_line(f, "return %s;", f->kernel ? "false" : "FALSE");
	c_close(f, "}");
	c_line(f, "OutP->RetCode = stub(%s, %s);", in, out);
	c_line(f, "return %s;", f->kernel ? "true" : "TRUE");
}

static void demux(struct c_file *f)
{
	const char *type =
	    f->idiom == &c_mach25 ? "death_pill_t" : "mig_reply_header_t";

	c_blank(f);
	c_line(f, "boolean_t %s(%s *InHeadP, %s *OutHeadP)",
	       f->interface->server_demux, f->idiom->header, f->idiom->header);
	c_open(f, "{");
	c_line(f, "%s *const OutP = (void *)OutHeadP;", type);
	c_line(f, "const uint32_t Word = MIG_WORD(%sINTEGER_32, 32, 1);",
	       f->idiom->prefix);
	c_line(f, "stub_t stub;");
	c_blank(f);
	if (f->idiom == &c_mach3)
		reply_head_3(f);
	else
		reply_head_25(f);
	c_line(f, "mig_copy(&OutP->RetCodeType, &Word, sizeof(Word));");
	dispatch(f, "InHeadP", "OutHeadP",
		 mem_format("InHeadP->%s", f->idiom->id));
	c_close(f, "}");
}

static void kernel_demux(struct c_file *f)
{
	c_blank(f);
	c_line(f, "bool %s(struct mig_request *Req, struct mig_reply *Rep)",
	       f->interface->server_demux);
	c_open(f, "{");
	c_line(f, "mig_reply_header_t *const OutP = (void *)Rep->head;");
	c_line(f, "const int32_t Id = Req->head->msgh_id;");
	c_line(f, "const uint32_t Word = MIG_WORD(MACH_MSG_TYPE_INTEGER_32, "
		  "32, 1);");
	c_line(f, "stub_t stub;");
	c_blank(f);
	c_line(f, "OutP->Head.msgh_size = sizeof(*OutP);");
	c_line(f, "OutP->Head.msgh_id = (int32_t)((uint32_t)Id + 100);");
	c_line(f, "mig_copy(&OutP->RetCodeType, &Word, sizeof(Word));");
	dispatch(f, "Req", "Rep", "Id");
	c_close(f, "}");
}

static void symbol_table(struct c_file *f)
{
	const struct interface *interface = f->interface;

	c_blank(f);
	c_line(f, "extern const mig_symtab_t %s_symtab[];", interface->name);
	c_open(f, "const mig_symtab_t %s_symtab[] = {", interface->name);
	for (unsigned i = 0; i < interface->routine_count; i++) {
		const struct routine *routine = interface->routines[i];

		c_line(f, "{\"%s\", %d, (void (*)(void))%s},", routine->name,
		       routine->id, c_server_name(routine));
	}
	c_line(f, "{NULL, 0, NULL},");
	c_close(f, "};");
}

void c_write_server(struct c_file *f, bool symbols)
{
	const struct interface *interface = f->interface;

	c_preamble(f, f->kernel ? "kernel server stubs" : "server stubs",
		   SIDE_SERVER);
	if (!f->kernel) {
		c_line(f, "#include <mach/mig_support.h>");
		c_line(f, "#include <mach/mig_wire.h>");
		c_blank(f);
	}
	c_write_prototypes(f, SIDE_SERVER);
	for (unsigned i = 0; i < interface->routine_count; i++)
		stub(f, interface->routines[i]);
	table(f);
	if (f->kernel)
		kernel_demux(f);
	else
		demux(f);
	if (symbols)
		symbol_table(f);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The description of the interface that is there at run time.
 */
#include "c.h"
#include "mem.h"

static const char *flags(const struct arg *arg)
{
	const struct type *type = arg->type;
	bool polymorphic = type_is_polymorphic_sent(type) ||
			   type_is_polymorphic_received(type);

	return mem_format("0%s%s%s%s%s%s%s",
			  type->varying ? " | MIG_ARG_VARIABLE" : "",
			  type->out_of_line ? " | MIG_ARG_OOL" : "",
			  type->indefinite ? " | MIG_ARG_EITHER" : "",
			  arg->long_form ? " | MIG_ARG_LONG" : "",
			  polymorphic ? " | MIG_ARG_POLYMORPHIC" : "",
			  type->form == FORM_STRING ? " | MIG_ARG_STRING" : "",
			  arg->count_in_out ? " | MIG_ARG_COUNT" : "");
}

static void argument(struct c_file *f, const struct arg *arg)
{
	static const char *const directions[] = {"0", "MIG_IN", "MIG_OUT",
						 "MIG_IN | MIG_OUT"};
	const struct type *type = arg->type;

	c_line(f, "{\"%s\", \"%s\", %s, %s,", arg->name,
	       type->name != NULL ? type->name : "", directions[arg->direction],
	       flags(arg));
	c_line(f, " %u, %u, %u, %llu, %llu},", type->send->sent,
	       type->receive->received, type->bits,
	       (unsigned long long)type_multiplier(type),
	       (unsigned long long)type->count);
}

static bool is_item(const struct arg *arg)
{
	return arg->role == ROLE_DATA || arg->role == ROLE_RESULT;
}

static unsigned item_count(const struct routine *routine)
{
	unsigned count = 0;

	for (unsigned i = 0; i < routine->arg_count; i++)
		count += is_item(routine->args[i]);
	return count;
}

static void arguments(struct c_file *f, const struct routine *routine)
{
	if (item_count(routine) == 0)
		return;
	c_open(f, "static const struct mig_argument %s_arguments[] = {",
	       routine->name);
	for (unsigned i = 0; i < routine->arg_count; i++)
		if (is_item(routine->args[i]))
			argument(f, routine->args[i]);
	c_close(f, "};");
	c_blank(f);
}

static void description(struct c_file *f, const struct routine *routine)
{
	unsigned count = item_count(routine);

	c_line(f, "{\"%s\", %d, %d, %u, %s,", routine->name, routine->id,
	       !routine->simple, count,
	       count > 0 ? mem_format("%s_arguments", routine->name) : "0");
	c_line(f, " %u, %u, %u, %u},", routine->request.min_bytes,
	       routine->request.max_bytes,
	       routine->simple ? 0 : routine->reply.min_bytes,
	       routine->simple ? 0 : routine->reply.max_bytes);
}

void c_write_description(struct c_file *f)
{
	const struct interface *interface = f->interface;

	c_line(f, "/* %s: description. Made by mig; changes are lost. */",
	       interface->name);
	c_line(f, "#include <mach/mig_describe.h>");
	c_blank(f);
	for (unsigned i = 0; i < interface->routine_count; i++)
		arguments(f, interface->routines[i]);
	c_open(f, "static const struct mig_routine routines[] = {");
	for (unsigned i = 0; i < interface->routine_count; i++)
		description(f, interface->routines[i]);
	if (interface->routine_count == 0)
		c_line(f, "{0},");
	c_close(f, "};");
	c_blank(f);
	c_line(f, "extern const struct mig_interface %s_interface;",
	       interface->name);
	c_line(f, "const struct mig_interface %s_interface = {",
	       interface->name);
	c_line(f, "\t\"%s\", %d, %d, %u, routines,", interface->name,
	       interface->base, interface->id_count, interface->routine_count);
	c_line(f, "};");
}

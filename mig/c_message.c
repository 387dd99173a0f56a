/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages in C: structures, type words, and how values get in and out.
 *
 * Every field is aligned to 4 bytes and has a size that is a multiple of 4,
 * padding is written out, and an assertion says that the compiler agrees.
 */
#include <string.h>

#include "c.h"
#include "mem.h"

enum c_access c_access(const struct type *type)
{
	if (type->out_of_line)
		return C_POINTER;
	if (type->indefinite)
		return C_EITHER;
	if (type->varying)
		return C_TAIL;
	if (type->form == FORM_STRING)
		return C_STRING;
	if (type->form == FORM_ARRAY)
		return C_BYTES;
	if (type->form == FORM_STRUCT)
		return C_COPY;
	if (type->bits == 64)
		return type->send->class == IPC_INTEGER ? C_ASSIGN : C_COPY;
	return type->bits == 8 || type->bits == 16 || type->bits == 32
		   ? C_ASSIGN
		   : C_COPY;
}

/* Elements of 8 bytes may not be used where they lie: alignment 4. */
bool c_is_local_array(const struct type *type)
{
	return type->bits >= 64 && type->bits % 64 == 0;
}

/* ---- structures ---- */

static const char *field_type(const struct c_file *f, const struct type *type)
{
	switch (type->bits) {
	case 8:
		return "char";
	case 16:
		return "uint16_t";
	case 64:
		return "u64_a4";
	case 32:
		break;
	default:
		return NULL;
	}
	if (type_has_ports(type) || type_is_polymorphic_sent(type))
		return f->idiom->port;
	return type->send->class == IPC_REAL ? "float" : "int32_t";
}

static void data_field(struct c_file *f, const struct item *item)
{
	const struct type *type = item->arg->type;
	const char *name = item->arg->name;
	const char *unit = field_type(f, type);
	uint64_t bytes = type_bytes(type);

	if (item->fixed_bytes == 0)
		return; /* the data follow the structure */
	if (type->out_of_line)
		c_line(f, "u64_a4 %s;", name);
	else if (unit == NULL)
		c_line(f, "char %s[%llu];", name, (unsigned long long)bytes);
	else if (type->form == FORM_SCALAR)
		c_line(f, "%s %s;", unit, name);
	else
		c_line(f, "%s %s[%llu];", unit, name,
		       (unsigned long long)type->count);
	if (!type->out_of_line && item->fixed_bytes != bytes)
		c_line(f, "char %sPad[%u];", name,
		       (unsigned)(item->fixed_bytes - bytes));
}

static void item_fields(struct c_file *f, const struct item *item)
{
	if (item->kind == ITEM_RETCODE) {
		c_line(f, "uint32_t RetCodeType;");
		c_line(f, "kern_return_t RetCode;");
	} else if (item->kind == ITEM_COUNT) {
		c_line(f, "uint32_t %sCntType;", item->arg->name);
		c_line(f, "uint32_t %sCnt;", item->arg->name);
	} else {
		c_line(f, "%s %sType;",
		       item->arg->long_form ? "mig_long_word_t" : "uint32_t",
		       item->arg->name);
		data_field(f, item);
	}
}

static void structure(struct c_file *f, const struct message *message,
		      const char *name, unsigned segment)
{
	c_open(f, "struct %s%u {", name, segment);
	if (segment == 0)
		c_line(f, "%s Head;", f->idiom->header);
	for (unsigned i = 0; i < message->item_count; i++)
		if (message->items[i].segment == segment)
			item_fields(f, &message->items[i]);
	c_close(f, "} MIG_MESSAGE;");
	c_line(f, "_Static_assert(sizeof(struct %s%u) == %u, \"layout\");",
	       name, segment, message->segments[segment].bytes);
}

void c_structures(struct c_file *f, const struct message *message,
		  const char *name)
{
	for (unsigned i = 0; i < message->segment_count; i++)
		structure(f, message, name, i);
	c_blank(f);
}

/* ---- type words ---- */

/* The manual's dialect knows two kinds of rights only. */
static const char *name_25(const struct ipc_name *name)
{
	if (name->class == IPC_PORT)
		return name->sent == 16 ? "PORT_ALL" : "PORT";
	return name->name;
}

/* PORT and PORT_ALL are the manual's words for COPY_SEND, MOVE_RECEIVE. */
static const char *name_3(const struct ipc_name *name)
{
	if (strcmp(name->name, "PORT") == 0)
		return "COPY_SEND";
	if (strcmp(name->name, "PORT_ALL") == 0)
		return "MOVE_RECEIVE";
	return name->name;
}

const char *c_sent_code(const struct c_file *f, const struct ipc_name *name)
{
	return mem_format("%s%s", f->idiom->prefix,
			  f->idiom == &c_mach25 ? name_25(name) : name_3(name));
}

const char *c_received_code(const struct c_file *f, const struct ipc_name *name)
{
	if (f->idiom == &c_mach25)
		return c_sent_code(f, name);
	return mem_format("%s%s", f->idiom->prefix,
			  name->received_name != NULL ? name->received_name
						      : name->name);
}

/* A right that is given away moves; memory has a flag for that. */
static const char *sent_name(const struct c_file *f, const struct arg *arg)
{
	const struct type *type = arg->type;

	if (type_is_polymorphic_sent(type))
		return mem_format("%sPoly", arg->name);
	if (f->kernel && type_has_ports(type))
		return c_received_code(f, type->receive);
	if (arg->dealloc == CHOICE_YES && !type->out_of_line &&
	    f->idiom == &c_mach3 && type->send->sent == 19)
		return "MACH_MSG_TYPE_MOVE_SEND";
	return c_sent_code(f, type->send);
}

static const char *deallocate_flag(const struct c_file *f,
				   const struct arg *arg)
{
	const struct type *type = arg->type;
	bool port_25 = f->idiom == &c_mach25 && type_has_ports(type);

	if (f->kernel)
		return ""; /* the kernel's own memory: the receiver gets it */
	if (arg->dealloc == CHOICE_YES && (type->out_of_line || port_25))
		return " | MIG_DEALLOCATE";
	if (arg->dealloc == CHOICE_RUN_TIME && type->out_of_line)
		return mem_format(" | (%sDealloc ? MIG_DEALLOCATE : 0)",
				  arg->name);
	return "";
}

const char *c_sent_word(const struct c_file *f, const struct arg *arg,
			const char *number)
{
	const struct type *type = arg->type;
	const char *flag = deallocate_flag(f, arg);
	const char *name = sent_name(f, arg);

	if (arg->long_form)
		return mem_format("MIG_LONG(%s%s, %s, %u, %s)",
				  type->out_of_line ? "0" : "MIG_INLINE", flag,
				  name, type->bits, number);
	return mem_format("MIG_WORD%s(%s, %u, %s)%s",
			  type->out_of_line ? "_OOL" : "", name, type->bits,
			  number, flag);
}

const char *c_poly_value(const struct c_file *f, const char *base,
			 const struct item *item)
{
	(void)f;
	if (item->arg->long_form)
		return mem_format("%s%uP->%sType.name", base, item->segment,
				  item->arg->name);
	return mem_format("(%s%uP->%sType & MIG_NAME_MASK)", base,
			  item->segment, item->arg->name);
}

/* ---- arithmetic ---- */

static const char *times(const char *expression, uint64_t factor)
{
	if (factor == 1)
		return expression;
	return mem_format("%s * %lluu", expression, (unsigned long long)factor);
}

const char *c_number(const struct type *type, const char *count)
{
	return times(count, type_multiplier(type));
}

const char *c_size(const struct type *type, const char *count)
{
	return times(count, type_element_bytes(type));
}

/* ---- assertions ---- */

static void assert_size(struct c_file *f, const char *type, uint64_t bytes)
{
	c_line(f, "_Static_assert(sizeof(%s) == %llu, \"size\");", type,
	       (unsigned long long)bytes);
}

static void assert_type(struct c_file *f, const struct arg *arg, unsigned side)
{
	const struct type *type = arg->type;
	const char *name = c_wire_type(f, type, side);
	bool translated = side == SIDE_SERVER &&
			  (type->intran.function || type->outtran.function);
	bool right = f->kernel &&
		     (type_has_ports(type) || type_is_polymorphic_sent(type));

	if (translated || right || type->out_of_line || type->indefinite ||
	    type->form == FORM_STRING)
		return;
	if (type->form != FORM_ARRAY) {
		assert_size(f, name, type_bytes(type));
		return;
	}
	assert_size(f, mem_format("(*(%s *)0)[0]", name),
		    type_element_bytes(type));
	if (side == SIDE_SERVER && !c_is_local_array(type))
		c_line(f,
		       "_Static_assert(_Alignof(__typeof__((*(%s *)0)[0])) "
		       "<= 4, \"alignment\");",
		       name);
}

static bool is_first_of_type(const struct routine *routine, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (routine->args[i]->type == routine->args[n]->type &&
		    routine->args[i]->role == ROLE_DATA)
			return false;
	return true;
}

void c_assert_types(struct c_file *f, const struct routine *routine,
		    unsigned side)
{
	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];

		if ((arg->role == ROLE_DATA || arg->role == ROLE_RESULT) &&
		    is_first_of_type(routine, i))
			assert_type(f, arg, side);
	}
}

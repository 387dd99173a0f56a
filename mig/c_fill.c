/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing the items of a message that a stub sends, one after the other: the
 * client's request. (A server builds its reply in place: c_server.c.)
 */
#include "c.h"
#include "mem.h"

/* The value of a parameter: *name if the caller passed a pointer. */
static const char *value(const struct arg *arg, enum c_param param)
{
	const char *name = c_param_name(arg, param);

	return c_param_is_pointer(arg, param) ? mem_format("*%s", name) : name;
}

static const char *segment_field(const struct item *item)
{
	return mem_format("In%uP->%s", item->segment, item->arg->name);
}

static void fill_pad(struct c_file *f, const struct item *item)
{
	const struct type *type = item->arg->type;

	if (!type->out_of_line && item->fixed_bytes != type_bytes(type))
		c_line(f, "mig_zero(%sPad, %u);", segment_field(item),
		       (unsigned)(item->fixed_bytes - type_bytes(type)));
}

static void fill_fixed(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const struct type *type = arg->type;
	const char *to = segment_field(item);
	unsigned long long bytes = type_bytes(type);
	const char *number =
	    mem_format("%llu", (unsigned long long)type->count);

	c_line(f, "%sType = %s;", to, c_sent_word(f, arg, number));
	switch (c_access(type)) {
	case C_ASSIGN:
		c_line(f, "%s = %s;", to, value(arg, C_VALUE));
		break;
	case C_COPY:
		c_line(f, "mig_copy(&%s, %s%s, %llu);", to,
		       c_param_is_pointer(arg, C_VALUE) ? "" : "&", arg->name,
		       bytes);
		break;
	case C_STRING:
		c_line(f, "mig_string_copy(%s, %s, %llu);", to, arg->name,
		       bytes);
		break;
	default:
		c_line(f, "mig_copy(%s, %s, %llu);", to, arg->name, bytes);
		break;
	}
	fill_pad(f, item);
}

static void fill_pointer(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const struct type *type = arg->type;
	const char *number =
	    type->varying ? c_number(type, value(arg, C_COUNT))
			  : mem_format("%llu", (unsigned long long)type->count);

	c_line(f, "%sType = %s;", segment_field(item),
	       c_sent_word(f, arg, number));
	c_line(f, "%s = (uintptr_t)%s%s;", segment_field(item),
	       c_param_is_pointer(arg, C_VALUE) ? "*" : "", arg->name);
}

static void fill_tail(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const struct type *type = arg->type;
	const char *count = value(arg, C_COUNT);

	if (type->form == FORM_STRING) {
		count = mem_format("%sLen", arg->name);
		c_line(f,
		       "%s = mig_string_copy((char *)(In%uP + 1), %s, %llu);",
		       count, item->segment, arg->name,
		       (unsigned long long)type->count);
		c_line(f, "mig_pad(In%uP + 1, %s);", item->segment, count);
	} else {
		c_line(f, "mig_copy_padded(In%uP + 1, %s, %s);", item->segment,
		       arg->name, c_size(type, count));
	}
	c_line(f, "%sType = %s;", segment_field(item),
	       c_sent_word(f, arg, c_number(type, count)));
	c_line(f, "InSize += MIG_PAD(%s);", c_size(type, count));
}

/* array[]: small ones in line, others as a pointer. */
static void fill_either(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const struct type *type = arg->type;
	const char *count = c_param_name(arg, C_COUNT);
	const char *number = c_number(type, count);
	struct type in_line = *type, out_of_line = *type;
	struct arg as = *arg;

	out_of_line.out_of_line = true;
	c_line(f, "%sInLine = (uint64_t)%s <= %u;", arg->name,
	       c_size(type, count), MESSAGE_INDEFINITE_BYTES);
	c_open(f, "if (%sInLine) {", arg->name);
	as.type = &in_line;
	c_line(f, "%sType = %s;", segment_field(item),
	       c_sent_word(f, &as, number));
	c_line(f, "mig_copy_padded(In%uP + 1, (void *)(uintptr_t)%s, %s);",
	       item->segment, arg->name, c_size(type, count));
	c_line(f, "InSize += MIG_PAD(%s);", c_size(type, count));
	f->depth--;
	c_open(f, "} else {");
	as.type = &out_of_line;
	c_line(f, "%sType = %s;", segment_field(item),
	       c_sent_word(f, &as, number));
	c_line(f, "mig_put_pointer(In%uP + 1, (uintptr_t)%s);", item->segment,
	       arg->name);
	c_line(f, "InSize += 8;");
	c_close(f, "}");
}

static void fill_item(struct c_file *f, const struct item *item)
{
	const char *integer =
	    mem_format("MIG_WORD(%sINTEGER_32, 32, 1)", f->idiom->prefix);

	if (item->kind == ITEM_COUNT) {
		c_line(f, "%sCntType = %s;", segment_field(item), integer);
		c_line(f, "%sCnt = *%sCnt;", segment_field(item),
		       item->arg->name);
		return;
	}
	switch (c_access(item->arg->type)) {
	case C_POINTER:
		fill_pointer(f, item);
		break;
	case C_TAIL:
		fill_tail(f, item);
		break;
	case C_EITHER:
		fill_either(f, item);
		break;
	default:
		fill_fixed(f, item);
		break;
	}
}

/* Counts that cannot travel are refused before anything is written. */
void c_fill_limits(struct c_file *f, const struct message *message)
{
	for (unsigned i = 0; i < message->item_count; i++) {
		const struct arg *arg = message->items[i].arg;

		if (message->items[i].kind != ITEM_DATA ||
		    !arg->type->varying || arg->type->count == 0 ||
		    arg->type->form == FORM_STRING)
			continue;
		c_line(f, "if (mig_unlikely(%s > %llu))", value(arg, C_COUNT),
		       (unsigned long long)(arg->type->count /
					    type_multiplier(arg->type)));
		c_line(f, "\treturn MIG_ARRAY_TOO_LARGE;");
	}
}

void c_fill_locals(struct c_file *f, const struct message *message)
{
	for (unsigned i = 1; i < message->segment_count; i++)
		c_line(f, "struct Request%u *In%uP;", i, i);
	for (unsigned i = 0; i < message->item_count; i++) {
		const struct item *item = &message->items[i];

		if (item->kind != ITEM_DATA || item->tail_bytes == 0)
			continue;
		if (item->arg->type->form == FORM_STRING)
			c_line(f, "uint32_t %sLen;", item->arg->name);
		if (item->arg->type->indefinite)
			c_line(f, "int %sInLine;", item->arg->name);
	}
}

void c_fill(struct c_file *f, const struct message *message)
{
	unsigned segment = 0;

	for (unsigned i = 0; i < message->item_count; i++) {
		const struct item *item = &message->items[i];

		if (item->segment != segment) {
			segment = item->segment;
			c_line(f, "In%uP = (void *)((char *)In0P + InSize);",
			       segment);
			c_line(f, "InSize += sizeof(*In%uP);", segment);
		}
		fill_item(f, item);
	}
}

bool c_fill_is_varying(const struct message *message)
{
	return message->min_bytes != message->max_bytes;
}

/* The condition under which the request is complex beyond what is certain. */
const char *c_fill_complex(const struct c_file *f,
			   const struct message *message)
{
	const char *all = NULL;

	for (unsigned i = 0; i < message->item_count; i++) {
		const struct arg *arg = message->items[i].arg;
		const char *one = NULL;

		if (message->items[i].kind != ITEM_DATA)
			continue;
		if (type_is_polymorphic_sent(arg->type))
			one = mem_format("%sPORT_ANY(%s)", f->idiom->prefix,
					 value(arg, C_POLY));
		else if (arg->type->indefinite)
			one = mem_format("!%sInLine", arg->name);
		if (one != NULL)
			all = all == NULL ? one
					  : mem_format("%s || %s", all, one);
	}
	return all;
}

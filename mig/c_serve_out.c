/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reply is built in place, each segment where it lies when all data before
 * it have their greatest length; at the end the segments move together.
 */
#include "c_server.h"
#include "mem.h"

static const char *out_field(const struct item *item)
{
	return mem_format("Out%uP->%s", item->segment, item->arg->name);
}

static bool is_out(const struct arg *arg)
{
	return (arg->direction & DIR_OUT) != 0;
}

/* The buffer of elements that need alignment. */
static bool has_buffer(const struct arg *arg)
{
	enum c_access access = c_access(arg->type);

	return is_out(arg) && c_is_local_array(arg->type) &&
	       (access == C_BYTES || access == C_TAIL || access == C_EITHER);
}

static unsigned long long capacity(const struct type *type)
{
	if (type->indefinite)
		return MESSAGE_INDEFINITE_BYTES / type_element_bytes(type);
	return type->count / type_multiplier(type);
}

static bool has_tails(const struct message *message)
{
	return message->min_bytes != message->max_bytes;
}

bool c_serve_has_reply(const struct routine *routine)
{
	return !routine->simple && routine->reply.item_count > 1;
}

/* ---- before the call ---- */

static void out_locals(struct c_file *f, const struct arg *arg)
{
	const struct type *type = arg->type;
	enum c_access access = c_access(type);
	bool value =
	    access != C_BYTES && access != C_STRING && access != C_TAIL;
	bool loaded =
	    arg->direction == (DIR_IN | DIR_OUT) && !c_is_kernel_item(f, arg);

	if (value && !loaded)
		c_local(f, c_type(f, arg, SIDE_SERVER), arg->name);
	if (has_buffer(arg))
		c_line(f, "_Alignas(8) char %sOutBuf[%llu];", arg->name,
		       type->indefinite
			   ? (unsigned long long)MESSAGE_INDEFINITE_BYTES
			   : (unsigned long long)type_bytes(type));
	if (type->varying && type->form == FORM_ARRAY)
		c_line(f, "mach_msg_type_number_t %sCnt;", arg->name);
	if (access == C_TAIL || access == C_EITHER)
		c_line(f, "uint32_t %sSent;", arg->name);
	if (type_is_polymorphic_sent(type))
		c_line(f, "mach_msg_type_name_t %sPoly;", arg->name);
	if (arg->dealloc == CHOICE_RUN_TIME && !f->kernel)
		c_line(f, "boolean_t %sDealloc = FALSE;", arg->name);
}

void c_serve_out_locals(struct c_file *f, const struct routine *routine)
{
	const struct message *reply = &routine->reply;

	for (unsigned i = 1; i < reply->segment_count; i++)
		c_line(f,
		       "struct Reply%u *const Out%uP = (void *)((char *)"
		       "Out0P + %u);",
		       i, i, reply->segments[i].max_offset);
	for (unsigned i = 0; i < routine->arg_count; i++)
		if (is_out(routine->args[i]))
			out_locals(f, routine->args[i]);
	if (c_serve_has_reply(routine) && has_tails(reply))
		c_line(f, "uint32_t OutSize;");
}

/* What comes in and goes out is worked on where it goes out. */
static void prepare_from_request(struct c_file *f,
				 const struct routine *routine,
				 const struct item *item)
{
	const struct arg *arg = item->arg;
	const struct item *from = c_item_of(&routine->request, arg);
	const char *number = mem_format("%sNum", arg->name);
	const char *buffer =
	    has_buffer(arg) ? mem_format("%sOutBuf", arg->name) : NULL;

	if (c_access(arg->type) == C_BYTES || c_access(arg->type) == C_STRING) {
		c_line(f, "mig_copy(%s, In%uP->%s, %llu);",
		       buffer != NULL ? buffer : out_field(item), from->segment,
		       arg->name, (unsigned long long)type_bytes(arg->type));
	} else if (c_access(arg->type) == C_TAIL) {
		if (buffer == NULL)
			buffer = mem_format("Out%uP + 1", item->segment);
		c_line(f, "mig_copy(%s, In%uP + 1, %s);", buffer, from->segment,
		       c_size(arg->type, number));
	}
	if (arg->type->varying && arg->type->form == FORM_ARRAY)
		c_line(f, "%sCnt = %s;", arg->name, number);
	if (type_is_polymorphic_sent(arg->type))
		c_line(f, "%sPoly = %s;", arg->name,
		       c_poly_value(f, "In", from));
}

static void prepare_count(struct c_file *f, const struct routine *routine,
			  const struct item *item)
{
	const struct arg *arg = item->arg;
	unsigned segment = 0;

	c_line(f, "%sCnt = %llu;", arg->name,
	       arg->type->out_of_line ? 0 : capacity(arg->type));
	if (!arg->count_in_out)
		return;
	for (unsigned i = 0; i < routine->request.item_count; i++)
		if (routine->request.items[i].arg == arg)
			segment = routine->request.items[i].segment;
	c_line(f, "if (In%uP->%sCnt < %sCnt)", segment, arg->name, arg->name);
	c_line(f, "\t%sCnt = In%uP->%sCnt;", arg->name, segment, arg->name);
}

/* Cleared, so that no old byte travels if the routine leaves one out. */
static void prepare_value(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const char *buffer =
	    has_buffer(arg) ? mem_format("%sOutBuf", arg->name) : NULL;

	switch (c_access(arg->type)) {
	case C_BYTES:
	case C_STRING:
		c_line(f, "mig_zero(%s, %llu);",
		       buffer != NULL ? buffer : out_field(item),
		       (unsigned long long)type_bytes(arg->type));
		break;
	case C_TAIL:
		if (arg->type->form == FORM_STRING)
			c_line(f, "*(char *)(Out%uP + 1) = '\\0';",
			       item->segment);
		break;
	case C_EITHER:
		if (buffer == NULL)
			buffer = mem_format("Out%uP + 1", item->segment);
		c_line(f, "%s = (%s)(uintptr_t)(%s);", arg->name,
		       c_type(f, arg, SIDE_SERVER), buffer);
		break;
	default:
		c_line(f, "mig_zero(&%s, sizeof(%s));", arg->name, arg->name);
		break;
	}
}

void c_serve_prepare(struct c_file *f, const struct routine *routine)
{
	for (unsigned i = 0; i < routine->reply.item_count; i++) {
		const struct item *item = &routine->reply.items[i];

		if (item->kind != ITEM_DATA || item->arg->role == ROLE_RESULT)
			continue;
		if (item->arg->direction & DIR_IN) {
			prepare_from_request(f, routine, item);
			continue;
		}
		prepare_value(f, item);
		if (type_is_polymorphic_sent(item->arg->type) && !f->kernel)
			c_line(f, "%sPoly = 0;", item->arg->name);
		if (item->arg->type->varying &&
		    item->arg->type->form == FORM_ARRAY)
			prepare_count(f, routine, item);
	}
}

/* ---- after it ---- */

static void store_pad(struct c_file *f, const struct item *item)
{
	const struct type *type = item->arg->type;

	if (!type->out_of_line && item->fixed_bytes != type_bytes(type))
		c_line(f, "mig_zero(%sPad, %u);", out_field(item),
		       (unsigned)(item->fixed_bytes - type_bytes(type)));
}

static void store_right(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const char *function = arg->type->outtran.function;

	if (type_is_polymorphic_sent(arg->type)) {
		c_line(f, "%sPoly = %s.kind == RIGHT_RECEIVE ?", arg->name,
		       arg->name);
		c_continue(f,
			   "MACH_MSG_TYPE_PORT_RECEIVE : %s.kind == "
			   "RIGHT_SEND_ONCE ?",
			   arg->name);
		c_continue(f, "MACH_MSG_TYPE_PORT_SEND_ONCE : "
			      "MACH_MSG_TYPE_PORT_SEND;");
	}
	c_line(f, "%sType = %s;", out_field(item), c_sent_word(f, arg, "1"));
	c_line(f, "%s = mig_reply_right(Rep, %s%s%s%s);", out_field(item),
	       function != NULL ? function : "", function != NULL ? "(" : "",
	       arg->name, function != NULL ? ")" : "");
}

static void store_fixed(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const struct type *type = arg->type;
	const char *function = type->outtran.function;
	const char *value = function != NULL
				? mem_format("%s(%s)", function, arg->name)
				: arg->name;
	unsigned long long bytes = type_bytes(type);

	c_line(
	    f, "%sType = %s;", out_field(item),
	    c_sent_word(f, arg,
			mem_format("%llu", (unsigned long long)type->count)));
	switch (c_access(type)) {
	case C_ASSIGN:
		c_line(f, "%s = %s;", out_field(item), value);
		break;
	case C_COPY:
		c_line(f, "mig_copy(&%s, &%s, %llu);", out_field(item),
		       arg->name, bytes);
		break;
	case C_STRING:
		c_line(f, "%s[%llu] = '\\0';", out_field(item), bytes - 1);
		break;
	default:
		if (has_buffer(arg))
			c_line(f, "mig_copy(%s, %sOutBuf, %llu);",
			       out_field(item), arg->name, bytes);
		break;
	}
	store_pad(f, item);
}

static void store_pointer(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const struct type *type = arg->type;
	const char *count = mem_format("%sCnt", arg->name);
	const char *number =
	    type->varying ? c_number(type, count)
			  : mem_format("%llu", (unsigned long long)type->count);
	const char *size =
	    type->varying
		? c_size(type, mem_format("(uint64_t)%s", count))
		: mem_format("%llu", (unsigned long long)type_bytes(type));

	c_line(f, "%sType = %s;", out_field(item), c_sent_word(f, arg, number));
	if (!f->kernel)
		c_line(f, "%s = (uintptr_t)%s;", out_field(item), arg->name);
	else if (type_has_ports(type))
		c_line(f, "%s = mig_reply_rights(Rep, %s);", out_field(item),
		       arg->name);
	else
		c_line(f, "%s = mig_reply_memory(Rep, %s, %s);",
		       out_field(item), arg->name, size);
}

static void store_string_tail(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	unsigned long long room = arg->type->count;

	c_line(f, "((char *)(Out%uP + 1))[%llu] = '\\0';", item->segment,
	       room - 1);
	c_line(f,
	       "%sSent = (uint32_t)__builtin_strlen((char *)(Out%uP + 1)) + "
	       "1;",
	       arg->name, item->segment);
	c_line(f, "%sType = %s;", out_field(item),
	       c_sent_word(f, arg, mem_format("%sSent", arg->name)));
	c_line(f, "mig_pad(Out%uP + 1, %sSent);", item->segment, arg->name);
	c_line(f, "%sSent = MIG_PAD(%sSent);", arg->name, arg->name);
}

/* The routine has taken what came in, so the stub may not fail any more. */
static void limit_count(struct c_file *f, const struct arg *arg)
{
	c_line(f, "if (mig_unlikely(%sCnt > %llu))", arg->name,
	       capacity(arg->type));
	c_line(f, "\t%sCnt = %llu;", arg->name, capacity(arg->type));
}

static void store_tail(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const struct type *type = arg->type;
	const char *count = mem_format("%sCnt", arg->name);

	if (type->form == FORM_STRING) {
		store_string_tail(f, item);
		return;
	}
	limit_count(f, arg);
	c_line(f, "%sType = %s;", out_field(item),
	       c_sent_word(f, arg, c_number(type, count)));
	if (has_buffer(arg))
		c_line(f, "mig_copy(Out%uP + 1, %sOutBuf, %s);", item->segment,
		       arg->name, c_size(type, count));
	c_line(f, "mig_pad(Out%uP + 1, %s);", item->segment,
	       c_size(type, count));
	c_line(f, "%sSent = MIG_PAD(%s);", arg->name, c_size(type, count));
}

/* array[]: out of line if the routine put another pointer in place. */
static void store_either(struct c_file *f, const struct item *item)
{
	const struct arg *arg = item->arg;
	const struct type *type = arg->type;
	const char *count = mem_format("%sCnt", arg->name);
	const char *number = c_number(type, count);
	const char *buffer = has_buffer(arg)
				 ? mem_format("%sOutBuf", arg->name)
				 : mem_format("Out%uP + 1", item->segment);
	struct type out_of_line = *type;
	struct arg as = *arg;

	out_of_line.out_of_line = true;
	as.type = &out_of_line;
	c_open(f, "if ((uintptr_t)%s != (uintptr_t)(%s)) {", arg->name, buffer);
	c_line(f, "%sType = %s;", out_field(item), c_sent_word(f, &as, number));
	c_line(f, "mig_put_pointer(Out%uP + 1, (uintptr_t)%s);", item->segment,
	       arg->name);
	c_line(f, "%sSent = 8;", arg->name);
	f->depth--;
	c_open(f, "} else {");
	limit_count(f, arg);
	c_line(f, "%sType = %s;", out_field(item), c_sent_word(f, arg, number));
	if (has_buffer(arg))
		c_line(f, "mig_copy(Out%uP + 1, %s, %s);", item->segment,
		       buffer, c_size(type, count));
	c_line(f, "mig_pad(Out%uP + 1, %s);", item->segment,
	       c_size(type, count));
	c_line(f, "%sSent = MIG_PAD(%s);", arg->name, c_size(type, count));
	c_close(f, "}");
}

static void store_item(struct c_file *f, const struct item *item)
{
	if (c_is_kernel_item(f, item->arg) && !item->arg->type->out_of_line) {
		store_right(f, item);
		return;
	}
	switch (c_access(item->arg->type)) {
	case C_POINTER:
		store_pointer(f, item);
		break;
	case C_TAIL:
		store_tail(f, item);
		break;
	case C_EITHER:
		store_either(f, item);
		break;
	default:
		store_fixed(f, item);
		break;
	}
}

static void set_complex(struct c_file *f, const struct routine *routine)
{
	const struct message *message = &routine->reply;
	const char *all = message->complex ? "" : NULL;

	for (unsigned i = 1; i < message->item_count && !message->complex;
	     i++) {
		const struct item *item = &message->items[i];
		const char *one = NULL;

		if (type_is_polymorphic_sent(item->arg->type))
			one = mem_format("%sPORT_ANY(%sPoly)", f->idiom->prefix,
					 item->arg->name);
		else if (item->arg->type->indefinite)
			one = mem_format("!(%sType.word & MIG_INLINE)",
					 out_field(item));
		if (one != NULL)
			all = all == NULL ? one
					  : mem_format("%s || %s", all, one);
	}
	if (all == NULL)
		return;
	if (*all != '\0')
		c_line(f, "if (%s)", all);
	c_line(f, "%sOut0P->Head.%s;", *all != '\0' ? "\t" : "",
	       f->idiom == &c_mach3 ? "msgh_bits |= MACH_MSGH_BITS_COMPLEX"
				    : "msg_simple = FALSE");
}

/* The bytes behind a segment, as an expression; NULL: none. */
static const char *tail_of(const struct message *message, unsigned segment)
{
	for (unsigned i = 0; i < message->item_count; i++)
		if (message->items[i].segment == segment &&
		    message->items[i].tail_bytes != 0)
			return mem_format("%sSent",
					  message->items[i].arg->name);
	return NULL;
}

static void set_size(struct c_file *f, const struct message *message)
{
	const char *tail;

	if (!has_tails(message)) {
		c_line(f, "Out0P->Head.%s = sizeof(*Out0P);", f->idiom->size);
		return;
	}
	c_line(f, "OutSize = sizeof(*Out0P) + %s;", tail_of(message, 0));
	for (unsigned i = 1; i < message->segment_count; i++) {
		tail = tail_of(message, i);
		c_line(f,
		       "mig_move((char *)Out0P + OutSize, Out%uP, "
		       "sizeof(*Out%uP)%s%s);",
		       i, i, tail != NULL ? " + " : "",
		       tail != NULL ? tail : "");
		c_line(f, "OutSize += sizeof(*Out%uP)%s%s;", i,
		       tail != NULL ? " + " : "", tail != NULL ? tail : "");
	}
	c_line(f, "Out0P->Head.%s = OutSize;", f->idiom->size);
}

void c_serve_out(struct c_file *f, const struct routine *routine)
{
	const struct message *message = &routine->reply;

	for (unsigned i = 1; i < message->item_count; i++)
		store_item(f, &message->items[i]);
	set_complex(f, routine);
	set_size(f, message);
}

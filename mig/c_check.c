/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checks of a received message, the same for a server's request and a
 * client's reply.
 *
 * Nothing is read before the size says that it is there: a segment is looked
 * at when it fits into what is left, and data in line are skipped only when
 * their length fits. So a hostile message is refused, not followed.
 * (A reply lies in a buffer that any reply fits in: there one comparison of the
 * length can be the last.)
 */
#include "c.h"
#include "mem.h"

#define CONDITIONS_MAX 256

struct conditions {
	const char *text[CONDITIONS_MAX];
	unsigned count;
};

static void add(struct conditions *conditions, const char *text)
{
	if (conditions->count == CONDITIONS_MAX)
		diag_fatal("too many items in one message");
	conditions->text[conditions->count++] = text;
}

/* if (mig_unlikely(A || B || C)) FAIL */
static void write_conditions(struct c_file *f,
			     const struct conditions *conditions,
			     const char *fail)
{
	for (unsigned i = 0; i < conditions->count; i++) {
		const char *end = i + 1 < conditions->count ? " ||" : "))";

		if (i == 0)
			c_line(f, "if (mig_unlikely(%s%s", conditions->text[i],
			       end);
		else
			c_continue(f, "%s%s", conditions->text[i], end);
	}
	if (conditions->count > 0)
		c_line(f, "\t%s", fail);
}

static bool has_tails(const struct message *message)
{
	return message->min_bytes != message->max_bytes;
}

static const char *field(const struct c_check *check, const struct item *item)
{
	return mem_format("%s%uP->%s", check->base, item->segment,
			  item->kind == ITEM_RETCODE ? "RetCode"
						     : item->arg->name);
}

/* ---- type words ---- */

static const char *integer_word(const struct c_file *f)
{
	return mem_format("MIG_WORD(%sINTEGER_32, 32, 1)", f->idiom->prefix);
}

/* The bits of a short word that the receiver does not compare. */
static const char *ignored_bits(const struct type *type)
{
	const char *text = mem_format(
	    "%s%s%s", type->varying ? " | MIG_NUMBER_MASK" : "",
	    type->out_of_line ? " | MIG_DEALLOCATE" : "",
	    type_is_polymorphic_received(type) ? " | MIG_NAME_MASK" : "");

	return *text != '\0' ? text + 3 : NULL;
}

static const char *short_condition(const struct c_file *f,
				   const struct c_check *check,
				   const struct item *item)
{
	const struct type *type = item->arg->type;
	const char *ignored = ignored_bits(type);
	const char *name = type_is_polymorphic_received(type)
			       ? "0"
			       : c_received_code(f, type->receive);
	const char *word = mem_format(
	    "MIG_WORD%s(%s, %u, %llu)", type->out_of_line ? "_OOL" : "", name,
	    type->bits, (unsigned long long)(type->varying ? 0 : type->count));

	if (ignored == NULL)
		return mem_format("%sType != %s", field(check, item), word);
	return mem_format("(%sType & ~(%s)) != %s", field(check, item), ignored,
			  word);
}

static const char *long_condition(const struct c_file *f,
				  const struct c_check *check,
				  const struct item *item)
{
	const struct type *type = item->arg->type;
	const char *name = field(check, item);
	const char *flags = type->out_of_line ? "0" : "MIG_INLINE";
	const char *code = type_is_polymorphic_received(type)
			       ? mem_format("%sType.name", name)
			       : c_received_code(f, type->receive);

	if (type->indefinite)
		flags = mem_format("%sType.word & MIG_INLINE", name);
	return mem_format("!mig_long_is(&%sType, %s, %s, %u)", name, flags,
			  code, type->bits);
}

static void word_conditions(const struct c_file *f, const struct c_check *check,
			    const struct item *item, struct conditions *all)
{
	const struct type *type;

	if (item->kind != ITEM_DATA) {
		add(all, mem_format("%s%sType != %s", field(check, item),
				    item->kind == ITEM_COUNT ? "Cnt" : "",
				    integer_word(f)));
		return;
	}
	type = item->arg->type;
	if (!item->arg->long_form) {
		add(all, short_condition(f, check, item));
	} else {
		add(all, long_condition(f, check, item));
		if (!type->varying)
			add(all, mem_format("%sType.number != %llu",
					    field(check, item),
					    (unsigned long long)type->count));
	}
	if (c_access(type) == C_STRING)
		add(all,
		    mem_format("!mig_string_ends(%s, %llu)", field(check, item),
			       (unsigned long long)type->count));
}

/* ---- counts and lengths ---- */

static const char *received_number(const struct c_check *check,
				   const struct item *item)
{
	if (item->arg->long_form)
		return mem_format("%sType.number", field(check, item));
	return mem_format("MIG_NUMBER(%sType)", field(check, item));
}

/* No limit is given: a count has 32 bits all the same. */
static void check_unlimited(struct c_file *f, const struct c_check *check,
			    const struct item *item)
{
	const struct type *type = item->arg->type;
	const char *number = received_number(check, item);
	uint64_t in_line = MESSAGE_INDEFINITE_BYTES * 8 / type->bits;

	c_line(f, "if (mig_unlikely(%s > UINT32_MAX))", number);
	c_line(f, "\t%s", check->too_long);
	if (!type->indefinite)
		return;
	c_line(f, "if (mig_unlikely((%sType.word & MIG_INLINE) &&",
	       field(check, item));
	c_continue(f, "%s > %llu))", number, (unsigned long long)in_line);
	c_line(f, "\t%s", check->fail);
}

static void check_number(struct c_file *f, const struct c_check *check,
			 const struct item *item)
{
	const struct type *type = item->arg->type;
	const char *number = received_number(check, item);
	uint64_t multiplier = type_multiplier(type);
	struct conditions conditions = {.count = 0};

	if (type->count == 0)
		check_unlimited(f, check, item);
	else
		add(&conditions, mem_format("%s > %llu", number,
					    (unsigned long long)type->count));
	if (multiplier > 1)
		add(&conditions, mem_format("%s %% %llu != 0", number,
					    (unsigned long long)multiplier));
	write_conditions(f, &conditions, check->fail);
	if (multiplier > 1)
		c_line(f, "%sNum = (uint32_t)(%s / %llu);", item->arg->name,
		       number, (unsigned long long)multiplier);
	else
		c_line(f, "%sNum = (uint32_t)%s;", item->arg->name, number);
}

/* One tail, and it ends the message: one comparison says how long that is. */
static bool ends_with_tail(const struct c_check *check)
{
	const struct message *message = check->message;
	unsigned tails = 0;

	for (unsigned i = 0; i < message->item_count; i++)
		tails += message->items[i].tail_bytes != 0;
	return check->room && message->segment_count == 1 && tails == 1;
}

/* The data behind the segment: their length, and what is left after them. */
static void check_tail(struct c_file *f, const struct c_check *check,
		       const struct item *item)
{
	const struct type *type = item->arg->type;
	const char *name = item->arg->name;
	const char *bytes =
	    mem_format("MIG_PAD(%s)", c_size(type, mem_format("%sNum", name)));

	if (type->indefinite)
		c_line(f, "%sTail = (%sType.word & MIG_INLINE) ? %s : 8;", name,
		       field(check, item), bytes);
	else
		c_line(f, "%sTail = %s;", name, bytes);
	c_line(f, "if (mig_unlikely(%sTail %s %sLeft))", name,
	       ends_with_tail(check) ? "!=" : ">", check->base);
	c_line(f, "\t%s", check->fail);
	if (!ends_with_tail(check))
		c_line(f, "%sLeft -= %sTail;", check->base, name);
	if (type->form != FORM_STRING)
		return;
	c_line(f,
	       "if (mig_unlikely(!mig_string_ends((char *)(%s%uP + 1), "
	       "%sNum)))",
	       check->base, item->segment, name);
	c_line(f, "\t%s", check->fail);
}

/* ---- rights and memory only in complex messages ---- */

static const char *complex_expression(const struct c_file *f,
				      const struct c_check *check)
{
	const struct message *message = check->message;
	const char *all = NULL;

	for (unsigned i = 0; i < message->item_count; i++) {
		const struct item *item = &message->items[i];
		const char *one = NULL;

		if (item->kind != ITEM_DATA)
			continue;
		if (type_is_polymorphic_received(item->arg->type))
			one = mem_format("%sPORT_ANY(%s)", f->idiom->prefix,
					 c_poly_value(f, check->base, item));
		else if (item->arg->type->indefinite)
			one = mem_format("!(%sType.word & MIG_INLINE)",
					 field(check, item));
		if (one != NULL)
			all = all == NULL ? one
					  : mem_format("%s || %s", all, one);
	}
	return all;
}

static void add_complex(const struct c_file *f, const struct c_check *check,
			struct conditions *conditions)
{
	const struct message *message = check->message;

	if (message->complex)
		add(conditions, mem_format("!mig_is_complex%s(&%s0P->Head)",
					   f->idiom->suffix, check->base));
	else if (!message->may_be_complex)
		add(conditions, mem_format("mig_is_complex%s(&%s0P->Head)",
					   f->idiom->suffix, check->base));
}

/* ---- the whole ---- */

void c_check_locals(struct c_file *f, const struct c_check *check)
{
	const struct message *message = check->message;

	for (unsigned i = 1; i < message->segment_count; i++)
		c_line(f, "struct %s%u *%s%uP;", check->structure, i,
		       check->base, i);
	if (has_tails(message))
		c_line(f, "uint32_t %sLeft = %s;", check->base, check->size);
	for (unsigned i = 0; i < message->item_count; i++) {
		const struct item *item = &message->items[i];

		if (item->kind != ITEM_DATA || !item->arg->type->varying)
			continue;
		c_line(f, "uint32_t %sNum;", item->arg->name);
		if (item->tail_bytes != 0)
			c_line(f, "uint32_t %sTail;", item->arg->name);
	}
}

static void check_segment(struct c_file *f, const struct c_check *check,
			  unsigned segment)
{
	const struct message *message = check->message;
	struct conditions conditions = {.count = 0};

	if (segment == 0 && check->wrong != NULL)
		add(&conditions, check->wrong);
	if (ends_with_tail(check))
		; /* a length below zero is no tail's */
	else if (has_tails(message))
		add(&conditions, mem_format("%sLeft < sizeof(*%s%uP)",
					    check->base, check->base, segment));
	else
		add(&conditions, mem_format("%s != sizeof(*%s0P)", check->size,
					    check->base));
	if (segment == 0)
		add_complex(f, check, &conditions);
	for (unsigned i = 0; i < message->item_count; i++)
		if (message->items[i].segment == segment)
			word_conditions(f, check, &message->items[i],
					&conditions);
	write_conditions(f, &conditions, check->fail);
	if (has_tails(message))
		c_line(f, "%sLeft -= sizeof(*%s%uP);", check->base, check->base,
		       segment);
}

static void check_lengths(struct c_file *f, const struct c_check *check,
			  unsigned segment)
{
	const struct message *message = check->message;

	for (unsigned i = 0; i < message->item_count; i++) {
		const struct item *item = &message->items[i];

		if (item->segment != segment || item->kind != ITEM_DATA ||
		    !item->arg->type->varying)
			continue;
		check_number(f, check, item);
		if (item->tail_bytes == 0)
			continue;
		check_tail(f, check, item);
		if (segment + 1 < message->segment_count)
			c_line(f,
			       "%s%uP = (void *)((char *)(%s%uP + 1) + "
			       "%sTail);",
			       check->base, segment + 1, check->base, segment,
			       item->arg->name);
	}
}

void c_checks(struct c_file *f, const struct c_check *check)
{
	const struct message *message = check->message;
	const char *complex = NULL;
	struct conditions last = {.count = 0};

	for (unsigned i = 0; i < message->segment_count; i++) {
		check_segment(f, check, i);
		check_lengths(f, check, i);
	}
	if (has_tails(message) && !ends_with_tail(check))
		add(&last, mem_format("%sLeft != 0", check->base));
	if (!message->complex && message->may_be_complex)
		complex = complex_expression(f, check);
	if (complex != NULL)
		add(&last, mem_format("mig_is_complex%s(&%s0P->Head) != (%s)",
				      f->idiom->suffix, check->base, complex));
	write_conditions(f, &last, check->fail);
}

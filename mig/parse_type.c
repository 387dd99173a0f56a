/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types: what travels (the spec) and what C calls it (the options).
 */
#include <string.h>

#include "mem.h"
#include "parse.h"

#define NO_LIMIT 0
/* Larger things are sent out of line. */
#define COUNT_MAX (1u << 24)

struct type *parse_type_lookup(const struct parser *parser, const char *name)
{
	const struct interface *interface = parser->interface;

	for (unsigned i = 0; i < interface->type_count; i++)
		if (strcmp(interface->types[i]->name, name) == 0)
			return interface->types[i];
	return NULL;
}

/* ---- specs ---- */

static struct type *new_scalar(const struct ipc_name *name, struct pos pos)
{
	struct type *type = mem_alloc(sizeof(*type));

	type->pos = pos;
	type->send = name;
	type->receive = name;
	type->bits = name->bits;
	type->count = 1;
	return type;
}

/* A new type that travels as the old one, with no C names of its own. */
static struct type *copy_spec(const struct type *old, struct pos pos)
{
	struct type *type = mem_alloc(sizeof(*type));

	*type = *old;
	type->name = NULL;
	type->pos = pos;
	type->user_type = NULL;
	type->server_type = NULL;
	type->intran = (struct translation){0};
	type->outtran = (struct translation){0};
	type->intranpayload = (struct translation){0};
	type->destructor = (struct translation){0};
	return type;
}

/* A known type's name or one of the message format's. */
static struct type *parse_simple_type(struct parser *parser)
{
	const struct token *token = parse_expect_name(parser, "a type");
	const struct type *known = parse_type_lookup(parser, token->text);
	const struct ipc_name *name = ipc_name_lookup(token->text);

	if (known != NULL)
		return copy_spec(known, token->pos);
	if (name != NULL)
		return new_scalar(name, token->pos);
	parser->at--;
	parse_fail(parser, "unknown type `%s'", token->text);
}

/* t1 | t2: what the client's side uses, and the server's. */
static struct type *parse_either(struct parser *parser)
{
	const struct token *first = parser->at;
	struct type *type = parse_simple_type(parser);
	const struct token *second;
	struct type *other;

	if (!parse_accept_punct(parser, '|'))
		return type;
	second = parser->at;
	other = parse_simple_type(parser);
	if (type->bits != other->bits || type->count != other->count ||
	    type->varying != other->varying ||
	    type->out_of_line != other->out_of_line) {
		parser->at--;
		parse_fail(parser, "`%s' and `%s' have different sizes",
			   first->text, second->text);
	}
	type->receive = other->receive;
	if (ipc_name_lookup(first->text) == NULL &&
	    ipc_name_lookup(second->text) == NULL) {
		type->user_type = first->text;
		type->server_type = second->text;
	}
	return type;
}

bool parse_common_flag(struct parser *parser, enum choice *dealloc,
		       enum choice *is_long)
{
	if (parse_accept_word(parser, "islong")) {
		*is_long = CHOICE_YES;
	} else if (parse_accept_word(parser, "isnotlong")) {
		*is_long = CHOICE_NO;
	} else if (parse_accept_word(parser, "notdealloc")) {
		*dealloc = CHOICE_NO;
	} else if (parse_accept_word(parser, "dealloc")) {
		*dealloc = CHOICE_YES;
		if (parse_accept_punct(parser, '[')) {
			parse_expect_punct(parser, ']', "`dealloc['");
			*dealloc = CHOICE_RUN_TIME;
		}
	} else {
		return false;
	}
	return true;
}

/* A string of n bytes may be written as one item of 8 * n bits. */
static void split_string(struct type *type)
{
	if (type->send->class != IPC_STRING || type->bits <= 8)
		return;
	type->count = type->bits / 8;
	type->bits = 8;
	type->form = FORM_STRING;
}

/* What stands in brackets; the opening one is taken. */
static struct type *parse_bracketed(struct parser *parser)
{
	struct type *type = parse_either(parser);

	if (parse_accept_punct(parser, ',')) {
		const struct token *at = parser->at;
		uint64_t bits = parse_number(parser, "the size in bits");

		if (bits == 0 || bits > UINT16_MAX) {
			parser->at = at;
			parse_fail(parser, "%llu bits is no possible size",
				   (unsigned long long)bits);
		}
		type->bits = (unsigned)bits;
		while (parse_accept_punct(parser, ','))
			if (!parse_common_flag(parser, &type->dealloc,
					       &type->is_long))
				parse_fail(parser, "unknown flag `%s'",
					   parser->at->text);
		split_string(type);
	}
	parse_expect_punct(parser, ')', "the type");
	return type;
}

struct bounds {
	uint64_t count; /* NO_LIMIT if none was given */
	bool varying;
};

/* [n], [*:n], [*] or []. */
static struct bounds parse_bounds(struct parser *parser)
{
	struct bounds bounds = {NO_LIMIT, true};
	const struct token *at;

	parse_expect_punct(parser, '[', "the keyword");
	if (parse_accept_punct(parser, ']'))
		return bounds;
	if (parse_accept_punct(parser, '*')) {
		if (parse_accept_punct(parser, ']'))
			return bounds;
		parse_expect_punct(parser, ':', "`*'");
	} else {
		bounds.varying = false;
	}
	at = parser->at;
	bounds.count = parse_number(parser, "the number of elements");
	if (bounds.count == 0 || bounds.count > COUNT_MAX) {
		parser->at = at;
		parse_fail(parser, "the number of elements must be 1 to %u",
			   COUNT_MAX);
	}
	parse_expect_punct(parser, ']', "the number of elements");
	return bounds;
}

static struct type *parse_element(struct parser *parser)
{
	const struct token *at = parser->at;
	struct type *element = parse_type_spec(parser);

	if (element->varying || element->out_of_line) {
		parser->at = at;
		parse_fail(parser, "an element must have a fixed size");
	}
	if (element->bits == 0) {
		parser->at = at;
		parse_fail(parser, "`%s' needs a size: (%s, bits)", at->text,
			   at->text);
	}
	return element;
}

static struct type *parse_elements(struct parser *parser, enum type_form form,
				   struct pos pos)
{
	struct bounds bounds = parse_bounds(parser);
	struct type *element, *type;

	parse_expect_word(parser, "of");
	element = parse_element(parser);
	type = copy_spec(element, pos);
	type->element = element;
	type->form = form;
	type->varying = bounds.varying;
	type->count = bounds.count * element->count;
	type->indefinite = bounds.varying && bounds.count == NO_LIMIT;
	if (form == FORM_STRUCT && bounds.varying)
		diag_error(&pos, "a struct has a fixed number of elements");
	if (type->count > COUNT_MAX)
		diag_error(&pos, "%llu items are too many",
			   (unsigned long long)type->count);
	return type;
}

/* struct { type field; ... }: one item, so one kind of field. */
static struct type *parse_fields(struct parser *parser, struct pos pos)
{
	struct type *type = NULL;

	while (!parse_accept_punct(parser, '}')) {
		const struct token *at = parser->at;
		struct type *field = parse_element(parser);

		parse_expect_name(parser, "the field's name");
		parse_expect_punct(parser, ';', "the field");
		if (type == NULL) {
			type = copy_spec(field, pos);
			type->form = FORM_STRUCT;
			type->element = new_scalar(field->send, pos);
			continue;
		}
		if (field->send != type->send || field->bits != type->bits) {
			parser->at = at;
			parse_fail(parser, "fields of different types cannot "
					   "travel as one item");
		}
		type->count += field->count;
	}
	if (type == NULL)
		parse_fail(parser, "a struct needs a field");
	return type;
}

static struct type *parse_string(struct parser *parser, struct pos pos)
{
	struct bounds bounds = parse_bounds(parser);
	struct type *type = new_scalar(&ipc_string, pos);

	if (bounds.count == NO_LIMIT)
		diag_error(&pos, "a c_string needs a limit: c_string[*:n]");
	type->form = FORM_STRING;
	type->count = bounds.count;
	type->varying = bounds.varying;
	return type;
}

static struct type *parse_out_of_line(struct parser *parser, struct pos pos)
{
	struct type *type = parse_type_spec(parser);

	if (type->out_of_line)
		diag_error(&pos, "a `^' of a `^'");
	if (type->form == FORM_STRING)
		diag_error(&pos, "strings travel in line");
	type->out_of_line = true;
	type->indefinite = false;
	type->pos = pos;
	return type;
}

struct type *parse_type_spec(struct parser *parser)
{
	struct pos pos = parser->at->pos;

	if (parse_accept_punct(parser, '^'))
		return parse_out_of_line(parser, pos);
	if (parse_accept_punct(parser, '('))
		return parse_bracketed(parser);
	if (parser->at[1].punct == '[') {
		if (parse_accept_word(parser, "array"))
			return parse_elements(parser, FORM_ARRAY, pos);
		if (parse_accept_word(parser, "struct"))
			return parse_elements(parser, FORM_STRUCT, pos);
		if (parse_accept_word(parser, "c_string"))
			return parse_string(parser, pos);
	}
	if (parser->at[1].punct == '{' && parse_accept_word(parser, "struct")) {
		parser->at++;
		return parse_fields(parser, pos);
	}
	return parse_either(parser);
}

/* ---- options ---- */

/* Appends a token to C text: `struct task *`. */
static const char *join_c(const char *text, const struct token *token)
{
	bool space = text != NULL && text[strlen(text) - 1] != '*';

	return mem_format("%s%s%s", text != NULL ? text : "", space ? " " : "",
			  token->text);
}

/* Names and stars, as long as they go on and no option begins. */
static const char *parse_c_type(struct parser *parser)
{
	const char *text = NULL;

	while (parse_at_punct(parser, '*') ||
	       (parser->at->kind == TOKEN_NAME && parser->at[1].punct != ':'))
		text = join_c(text, parser->at++);
	if (text == NULL)
		parse_fail(parser, "expected a C type, not `%s'",
			   parser->at->text);
	return text;
}

/* [T] F(parameter) */
static struct translation parse_translation(struct parser *parser,
					    bool has_type)
{
	struct translation tran = {0};

	while (parser->at[1].punct != '(') {
		if (parser->at->kind != TOKEN_NAME &&
		    !parse_at_punct(parser, '*'))
			parse_fail(parser, "expected a function, not `%s'",
				   parser->at->text);
		tran.type = join_c(tran.type, parser->at++);
	}
	if (has_type != (tran.type != NULL))
		parse_fail(parser,
			   has_type ? "expected a type before `%s'"
				    : "no type belongs before `%s'",
			   parser->at->text);
	tran.function = parse_expect_name(parser, "a function")->text;
	parser->at++;
	tran.parameter = parse_c_type(parser);
	parse_expect_punct(parser, ')', "the parameter");
	return tran;
}

static bool accept_option(struct parser *parser, const char *word)
{
	if (!parse_at_word(parser, word) || parser->at[1].punct != ':')
		return false;
	parser->at += 2;
	return true;
}

static bool parse_option(struct parser *parser, struct type *type)
{
	if (accept_option(parser, "ctype")) {
		type->user_type = parse_c_type(parser);
		type->server_type = type->user_type;
	} else if (accept_option(parser, "cusertype")) {
		type->user_type = parse_c_type(parser);
	} else if (accept_option(parser, "cservertype")) {
		type->server_type = parse_c_type(parser);
	} else if (accept_option(parser, "intran")) {
		type->intran = parse_translation(parser, true);
	} else if (accept_option(parser, "outtran")) {
		type->outtran = parse_translation(parser, true);
	} else if (accept_option(parser, "intranpayload")) {
		type->intranpayload = parse_translation(parser, true);
	} else if (accept_option(parser, "destructor")) {
		type->destructor = parse_translation(parser, false);
	} else {
		return false;
	}
	return true;
}

struct type *parse_type_declaration(struct parser *parser)
{
	const struct token *name = parse_expect_name(parser, "the type's name");
	struct type *type;

	parse_expect_punct(parser, '=', "the type's name");
	type = parse_type_spec(parser);
	type->name = name->text;
	type->pos = name->pos;
	if (type->bits == 0)
		diag_error(&name->pos, "`%s' needs a size: (%s, bits)",
			   name->text, type->send->name);
	else if (type->bits * type->count % 8 != 0)
		diag_error(&name->pos, "`%s' is not a whole number of bytes",
			   name->text);
	while (parse_option(parser, type))
		;
	return type;
}

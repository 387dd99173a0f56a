/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Statements: everything but types and routines, which have files of their
 * own.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"
#include "parse.h"

#define ID_MAX INT32_MAX

void parse_fail(struct parser *parser, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	diag_error(&parser->at->pos, "%s", text);
	longjmp(parser->recover, 1);
}

bool parse_at_punct(const struct parser *parser, char c)
{
	return parser->at->punct == c;
}

bool parse_at_word(const struct parser *parser, const char *word)
{
	return token_is_word(parser->at, word);
}

bool parse_accept_punct(struct parser *parser, char c)
{
	if (!parse_at_punct(parser, c))
		return false;
	parser->at++;
	return true;
}

bool parse_accept_word(struct parser *parser, const char *word)
{
	if (!parse_at_word(parser, word))
		return false;
	parser->at++;
	return true;
}

void parse_expect_punct(struct parser *parser, char c, const char *after)
{
	if (!parse_accept_punct(parser, c))
		parse_fail(parser, "expected `%c' after %s, not `%s'", c, after,
			   parser->at->text);
}

void parse_expect_word(struct parser *parser, const char *word)
{
	if (!parse_accept_word(parser, word))
		parse_fail(parser, "expected `%s', not `%s'", word,
			   parser->at->text);
}

const struct token *parse_expect_name(struct parser *parser, const char *what)
{
	if (parser->at->kind != TOKEN_NAME)
		parse_fail(parser, "expected %s, not `%s'", what,
			   parser->at->text);
	return parser->at++;
}

static int64_t parse_sum(struct parser *parser, const char *what);

static int64_t parse_factor(struct parser *parser, const char *what)
{
	int64_t value;

	if (parse_accept_punct(parser, '(')) {
		value = parse_sum(parser, what);
		parse_expect_punct(parser, ')', "the expression");
		return value;
	}
	if (parser->at->kind != TOKEN_NUMBER)
		parse_fail(parser, "expected %s, not `%s'", what,
			   parser->at->text);
	if (parser->at->number > UINT32_MAX)
		parse_fail(parser, "%s is too large", what);
	return (int64_t)parser->at++->number;
}

static int64_t parse_product(struct parser *parser, const char *what)
{
	int64_t value = parse_factor(parser, what);

	for (;;) {
		bool times = parse_accept_punct(parser, '*');
		int64_t right;

		if (!times && !parse_accept_punct(parser, '/'))
			return value;
		right = parse_factor(parser, what);
		if (!times && right == 0)
			parse_fail(parser, "division by zero");
		if (times && __builtin_mul_overflow(value, right, &value))
			parse_fail(parser, "%s is too large", what);
		if (!times)
			value /= right;
	}
}

static int64_t parse_sum(struct parser *parser, const char *what)
{
	int64_t value = parse_product(parser, what);

	for (;;) {
		bool plus = parse_accept_punct(parser, '+');
		int64_t right;

		if (!plus && !parse_accept_punct(parser, '-'))
			return value;
		right = parse_product(parser, what);
		if (!plus)
			right = -right;
		if (__builtin_add_overflow(value, right, &value))
			parse_fail(parser, "%s is too large", what);
	}
}

uint64_t parse_number(struct parser *parser, const char *what)
{
	const struct token *start = parser->at;
	int64_t value = parse_sum(parser, what);

	if (value >= 0 && value <= UINT32_MAX)
		return (uint64_t)value;
	parser->at = start;
	parse_fail(parser, "%s is out of range", what);
}

/* The tokens up to the semicolon, as C text. */
static const char *parse_c_text(struct parser *parser, const char *what)
{
	char *text = NULL;

	while (!parse_at_punct(parser, ';')) {
		if (parser->at->kind == TOKEN_END)
			parse_fail(parser, "expected `;' after %s", what);
		text = mem_format("%s%s", text != NULL ? text : "",
				  parser->at->text);
		parser->at++;
	}
	if (text == NULL)
		parse_fail(parser, "expected %s", what);
	return text;
}

/* ---- statements; each begins behind its keyword ---- */

static void parse_subsystem(struct parser *parser)
{
	struct interface *interface = parser->interface;
	const struct token *name;

	if (interface->name != NULL) {
		parser->at--;
		parse_fail(parser, "a second subsystem in one file");
	}
	for (;; parser->at++) {
		bool last = parser->at[1].kind != TOKEN_NAME;

		if (!last && (parse_at_word(parser, "kernelserver") ||
			      parse_at_word(parser, "kernel")))
			interface->kernel_server = true;
		else if (!last && parse_at_word(parser, "kerneluser"))
			interface->kernel_user = true;
		else if (last || !parse_at_word(parser, "camelot"))
			break;
	}
	name = parse_expect_name(parser, "the subsystem's name");
	interface->base =
	    (int32_t)(parse_number(parser, "the first id") & INT32_MAX);
	interface->name = name->text;
	interface->pos = name->pos;
	if (interface->server_demux == NULL)
		interface->server_demux = mem_format("%s_server", name->text);
}

static void parse_import(struct parser *parser, unsigned sides)
{
	struct interface *interface = parser->interface;

	if (parser->at->kind != TOKEN_FILE && parser->at->kind != TOKEN_STRING)
		parse_fail(parser, "expected <file> or \"file\", not `%s'",
			   parser->at->text);
	interface->imports =
	    mem_grow(interface->imports,
		     (interface->import_count + 1) * sizeof(struct import));
	interface->imports[interface->import_count++] = (struct import){
	    .file = parser->at++->text,
	    .sides = sides,
	};
}

static void use_ids(struct parser *parser, uint64_t count)
{
	struct interface *interface = parser->interface;

	if (count >
	    (uint64_t)(ID_MAX - 200 - interface->base - interface->id_count))
		parse_fail(parser, "no message ids left");
	interface->id_count += (int32_t)count;
}

static void parse_skip(struct parser *parser)
{
	uint64_t count = 1;

	if (!parse_at_punct(parser, ';'))
		count = parse_number(parser, "the number of ids to skip");
	if (count > UINT16_MAX)
		parse_fail(parser, "%llu ids are too many to skip",
			   (unsigned long long)count);
	use_ids(parser, count);
}

static void parse_type(struct parser *parser)
{
	struct interface *interface = parser->interface;
	struct type *type = parse_type_declaration(parser);
	const struct type *old = parse_type_lookup(parser, type->name);

	if (old != NULL) {
		diag_error(&type->pos, "type `%s' is already defined",
			   type->name);
		diag_note(&old->pos, "it is defined here");
		return;
	}
	interface->types =
	    mem_grow(interface->types,
		     (interface->type_count + 1) * sizeof(*interface->types));
	interface->types[interface->type_count++] = type;
}

static void parse_operation(struct parser *parser, enum routine_kind kind,
			    bool simple)
{
	struct interface *interface = parser->interface;
	struct routine *routine;

	if (interface->name == NULL) {
		parser->at--;
		parse_fail(parser, "the subsystem must come first");
	}
	/* Also a bad routine uses its id: others keep theirs. */
	use_ids(parser, 1);
	routine = parse_routine(parser, kind, simple);
	routine->id = interface->base + interface->id_count - 1;
	routine->settings = parser->settings;
	check_routine(routine);
	interface->routines =
	    mem_grow(interface->routines, (interface->routine_count + 1) *
					      sizeof(*interface->routines));
	interface->routines[interface->routine_count++] = routine;
}

static const struct {
	const char *word;
	enum routine_kind kind;
	bool simple;
} operations[] = {
    {"routine", ROUTINE, false},     {"simpleroutine", ROUTINE, true},
    {"procedure", PROCEDURE, false}, {"simpleprocedure", PROCEDURE, true},
    {"function", FUNCTION, false},
};

static bool accept_operation(struct parser *parser)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (parse_accept_word(parser, operations[i].word)) {
			parse_operation(parser, operations[i].kind,
					operations[i].simple);
			return true;
		}
	return false;
}

static const char *parse_server_prefix(struct parser *parser)
{
	const struct token *name = parse_expect_name(parser, "the prefix");

	if (strcmp(name->text, "serve_") == 0)
		diag_error(&name->pos,
			   "`serve_' is how the names of the stubs begin");
	return name->text;
}

static bool accept_setting(struct parser *parser)
{
	struct settings *settings = &parser->settings;

	if (parse_accept_word(parser, "waittime"))
		settings->wait_time = parse_c_text(parser, "the wait time");
	else if (parse_accept_word(parser, "nowaittime"))
		settings->wait_time = NULL;
	else if (parse_accept_word(parser, "msgtype"))
		settings->msg_type = parse_c_text(parser, "the message type");
	else if (parse_accept_word(parser, "msgoption"))
		settings->msg_option = parse_c_text(parser, "the options");
	else if (parse_accept_word(parser, "error"))
		settings->error =
		    parse_expect_name(parser, "the error function")->text;
	else if (parse_accept_word(parser, "serverprefix"))
		settings->server_prefix = parse_server_prefix(parser);
	else if (parse_accept_word(parser, "userprefix"))
		settings->user_prefix =
		    parse_expect_name(parser, "the prefix")->text;
	else
		return false;
	return true;
}

static void parse_rcs_id(struct parser *parser)
{
	if (parser->at->kind != TOKEN_STRING)
		parse_fail(parser, "expected a string after `rcsid'");
	parser->interface->rcs_id = parser->at++->text;
}

static void parse_statement(struct parser *parser)
{
	if (parse_accept_word(parser, "subsystem"))
		parse_subsystem(parser);
	else if (parse_accept_word(parser, "import"))
		parse_import(parser, SIDE_BOTH);
	else if (parse_accept_word(parser, "uimport"))
		parse_import(parser, SIDE_USER);
	else if (parse_accept_word(parser, "simport"))
		parse_import(parser, SIDE_SERVER);
	else if (parse_accept_word(parser, "skip"))
		parse_skip(parser);
	else if (parse_accept_word(parser, "type"))
		parse_type(parser);
	else if (parse_accept_word(parser, "serverdemux"))
		parser->interface->server_demux =
		    parse_expect_name(parser, "the name")->text;
	else if (parse_accept_word(parser, "rcsid"))
		parse_rcs_id(parser);
	else if (!accept_setting(parser) && !accept_operation(parser))
		parse_fail(parser, "expected a statement, not `%s'",
			   parser->at->text);
}

/* A keyword of a statement, or anything at the beginning of a line. */
static bool at_statement(const struct parser *parser)
{
	static const char *const words[] = {
	    "subsystem",     "import",	     "uimport",		"simport",
	    "skip",	     "type",	     "serverdemux",	"rcsid",
	    "waittime",	     "nowaittime",   "msgtype",		"msgoption",
	    "error",	     "serverprefix", "userprefix",	"routine",
	    "simpleroutine", "procedure",    "simpleprocedure", "function",
	};

	if (parser->at->kind == TOKEN_END || parser->at->pos.column == 1)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (parse_at_word(parser, words[i]))
			return parser->at[1].punct != ':' &&
			       parser->at[1].punct != ',';
	return false;
}

/* Semicolons also separate arguments: only one before a statement counts. */
static void skip_statement(struct parser *parser)
{
	while (parser->at->kind != TOKEN_END)
		if (parse_accept_punct(parser, ';')) {
			if (at_statement(parser))
				return;
		} else {
			parser->at++;
		}
}

struct interface *parse_interface(const struct token *tokens)
{
	struct parser *parser = mem_alloc(sizeof(*parser));

	parser->at = tokens;
	parser->interface = mem_alloc(sizeof(*parser->interface));
	while (parser->at->kind != TOKEN_END && !diag_is_hopeless()) {
		if (parse_accept_punct(parser, ';'))
			continue;
		if (setjmp(parser->recover) != 0) {
			skip_statement(parser);
			continue;
		}
		parse_statement(parser);
		parse_expect_punct(parser, ';', "the statement");
	}
	if (parser->interface->name == NULL && diag_errors() == 0)
		diag_error(&parser->at->pos, "no subsystem in this file");
	if (diag_errors() == 0)
		check_interface(parser->interface);
	return parser->interface;
}

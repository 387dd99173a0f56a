/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines and their arguments.
 */
#include <string.h>

#include "mem.h"
#include "parse.h"

static const struct {
	const char *word;
	enum arg_role role;
	unsigned sides;
	unsigned direction;
} specifiers[] = {
    {"in", ROLE_DATA, SIDE_BOTH, DIR_IN},
    {"out", ROLE_DATA, SIDE_BOTH, DIR_OUT},
    {"inout", ROLE_DATA, SIDE_BOTH, DIR_IN | DIR_OUT},
    {"requestport", ROLE_REQUEST_PORT, SIDE_BOTH, DIR_IN},
    {"replyport", ROLE_REPLY_PORT, SIDE_BOTH, DIR_IN},
    {"sreplyport", ROLE_REPLY_PORT, SIDE_SERVER, DIR_IN},
    {"ureplyport", ROLE_REPLY_PORT, SIDE_USER, DIR_IN},
    {"waittime", ROLE_WAIT_TIME, SIDE_USER, DIR_IN},
    {"msgtype", ROLE_MSG_TYPE, SIDE_USER, DIR_IN},
    {"msgoption", ROLE_MSG_OPTION, SIDE_USER, DIR_IN},
    {"msgseqno", ROLE_MSG_SEQNO, SIDE_SERVER, DIR_IN},
};

/* direction = 0: none was written. */
static void parse_specifier(struct parser *parser, struct arg *arg)
{
	arg->role = ROLE_DATA;
	arg->sides = SIDE_BOTH;
	if (parser->at[1].kind != TOKEN_NAME)
		return;
	for (size_t i = 0; i < sizeof(specifiers) / sizeof(specifiers[0]); i++)
		if (parse_accept_word(parser, specifiers[i].word)) {
			arg->role = specifiers[i].role;
			arg->sides = specifiers[i].sides;
			arg->direction = specifiers[i].direction;
			return;
		}
	parse_fail(parser, "`%s' is no kind of argument", parser->at->text);
}

static void parse_arg_flag(struct parser *parser, struct arg *arg)
{
	if (parse_accept_word(parser, "servercopy"))
		arg->server_copy = true;
	else if (parse_accept_word(parser, "countinout"))
		arg->count_in_out = true;
	else if (parse_accept_word(parser, "retcode"))
		arg->retcode = true;
	else if (!parse_common_flag(parser, &arg->dealloc, &arg->is_long))
		parse_fail(parser, "unknown flag `%s'", parser->at->text);
}

/* Behind the colon: a known type, a declaration `t = ...`, or a spec. */
static const struct type *parse_arg_type(struct parser *parser)
{
	const struct type *known;

	if (parser->at->kind == TOKEN_NAME && parser->at[1].punct == '=')
		return parse_type_declaration(parser);
	known = parser->at->kind == TOKEN_NAME && parser->at[1].punct != '|'
		    ? parse_type_lookup(parser, parser->at->text)
		    : NULL;
	if (known == NULL)
		return parse_type_spec(parser);
	parser->at++;
	return known;
}

static struct arg *parse_arg(struct parser *parser)
{
	struct arg *arg = mem_alloc(sizeof(*arg));
	const struct token *name;

	parse_specifier(parser, arg);
	name = parse_expect_name(parser, "an argument's name");
	arg->name = name->text;
	arg->pos = name->pos;
	parse_expect_punct(parser, ':', "the argument's name");
	arg->type = parse_arg_type(parser);
	arg->dealloc = arg->type->dealloc;
	arg->is_long = arg->type->is_long;
	while (parse_accept_punct(parser, ','))
		parse_arg_flag(parser, arg);
	return arg;
}

static void add_arg(struct routine *routine, struct arg *arg)
{
	for (unsigned i = 0; i < routine->arg_count; i++)
		if (strcmp(routine->args[i]->name, arg->name) == 0) {
			diag_error(&arg->pos, "a second argument `%s'",
				   arg->name);
			return;
		}
	routine->args = mem_grow(routine->args, (routine->arg_count + 1) *
						    sizeof(*routine->args));
	routine->args[routine->arg_count++] = arg;
}

static void parse_args(struct parser *parser, struct routine *routine)
{
	parse_expect_punct(parser, '(', "the routine's name");
	if (parse_accept_punct(parser, ')'))
		return;
	do {
		add_arg(routine, parse_arg(parser));
	} while (parse_accept_punct(parser, ';'));
	parse_expect_punct(parser, ')', "the arguments");
}

/* ": type" of a function. */
static void parse_result(struct parser *parser, struct routine *routine)
{
	struct arg *arg = mem_alloc(sizeof(*arg));

	parse_expect_punct(parser, ':', "the function's arguments");
	arg->name = "result";
	arg->pos = parser->at->pos;
	arg->role = ROLE_RESULT;
	arg->sides = SIDE_BOTH;
	arg->direction = DIR_OUT;
	arg->type = parse_arg_type(parser);
	add_arg(routine, arg);
}

struct routine *parse_routine(struct parser *parser, enum routine_kind kind,
			      bool simple)
{
	const struct token *name =
	    parse_expect_name(parser, "the routine's name");
	struct routine *routine = mem_alloc(sizeof(*routine));

	routine->name = name->text;
	routine->pos = name->pos;
	routine->kind = kind;
	routine->simple = simple;
	parse_args(parser, routine);
	if (kind == FUNCTION)
		parse_result(parser, routine);
	return routine;
}

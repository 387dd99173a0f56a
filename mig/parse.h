/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parser: recursive descent over the tokens.
 *
 * A syntax error is reported and then jumps to the statement loop, which goes
 * on behind the next semicolon.
 */
#ifndef MIG_PARSE_H
#define MIG_PARSE_H

#include <setjmp.h>

#include "lex.h"
#include "model.h"

/* Parses, checks and lays out a whole file. */
struct interface *parse_interface(const struct token *tokens);

/* ---- for the files of the parser ---- */

struct parser {
	const struct token *at;
	struct interface *interface;
	struct settings settings;
	jmp_buf recover;
};

void parse_fail(struct parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

bool parse_at_punct(const struct parser *parser, char c);
bool parse_at_word(const struct parser *parser, const char *word);
bool parse_accept_punct(struct parser *parser, char c);
bool parse_accept_word(struct parser *parser, const char *word);
void parse_expect_punct(struct parser *parser, char c, const char *after);
void parse_expect_word(struct parser *parser, const char *word);
/* Any name; `what` says in a message what is missing. */
const struct token *parse_expect_name(struct parser *parser, const char *what);
/* An integer expression of + - * / and brackets, 0 .. 2^32 - 1. */
uint64_t parse_number(struct parser *parser, const char *what);

/* parse_type.c */
struct type *parse_type_lookup(const struct parser *parser, const char *name);
/* A type without C names. */
struct type *parse_type_spec(struct parser *parser);
/* name "=" spec and options: what follows the word `type`. */
struct type *parse_type_declaration(struct parser *parser);
/* dealloc, notdealloc, dealloc[], islong, isnotlong; false: no such flag. */
bool parse_common_flag(struct parser *parser, enum choice *dealloc,
		       enum choice *is_long);

/* parse_routine.c */
struct routine *parse_routine(struct parser *parser, enum routine_kind kind,
			      bool simple);

#endif

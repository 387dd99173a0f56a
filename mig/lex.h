/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From text to tokens. No word is reserved: the parser decides by place what
 * is a keyword, so an argument may be called `type` or `skip`.
 */
#ifndef MIG_LEX_H
#define MIG_LEX_H

#include <stdbool.h>
#include <stdint.h>

#include "diag.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_NUMBER,
	TOKEN_STRING, /* "text", quotes included in `text` */
	TOKEN_FILE,   /* <text> after an import, brackets included */
	TOKEN_PUNCT,  /* one character */
};

struct token {
	enum token_kind kind;
	struct pos pos;
	const char *text;  /* as written */
	const char *start; /* in the source */
	uint64_t number;
	char punct; /* of TOKEN_PUNCT, else NUL */
};

/*
 * Cuts the whole text. The last token is TOKEN_END. Errors (stray characters,
 * open strings and comments) are reported and skipped.
 */
struct token *lex_all(const char *text);

/* Compares without regard to case, as keywords are. */
bool token_is_word(const struct token *token, const char *word);

#endif

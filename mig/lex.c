/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lex.h"
#include "mem.h"

struct lexer {
	const char *at;
	const char *line_start;
	const char *file;
	int line;
	struct token *tokens;
	size_t count;
	size_t room;
};

static struct pos here(const struct lexer *lexer)
{
	return (struct pos){
	    .file = lexer->file,
	    .line = lexer->line,
	    .column = (int)(lexer->at - lexer->line_start) + 1,
	    .text = lexer->line_start,
	};
}

static void newline(struct lexer *lexer)
{
	lexer->at++;
	lexer->line++;
	lexer->line_start = lexer->at;
}

static struct token *add(struct lexer *lexer, enum token_kind kind,
			 size_t length)
{
	struct token *token;

	if (lexer->count == lexer->room) {
		lexer->room = lexer->room * 2 + 256;
		lexer->tokens =
		    mem_grow(lexer->tokens, lexer->room * sizeof(*token));
	}
	token = &lexer->tokens[lexer->count++];
	*token = (struct token){
	    .kind = kind,
	    .pos = here(lexer),
	    .text = mem_copy(lexer->at, length),
	    .start = lexer->at,
	};
	lexer->at += length;
	return token;
}

/* `# 12 "file" flags`, which the preprocessor leaves; others are ignored. */
static void line_marker(struct lexer *lexer)
{
	const char *p = lexer->at + 1;
	char *end;
	long line;

	line = strtol(p, &end, 10);
	p = end + strspn(end, " \t");
	if (end != lexer->at + 1 && *p == '"') {
		size_t length = strcspn(p + 1, "\"\n");

		lexer->file = mem_copy(p + 1, length);
		lexer->line = (int)line - 1; /* the newline adds one */
	}
	lexer->at += strcspn(lexer->at, "\n");
}

static void comment(struct lexer *lexer)
{
	struct pos pos = here(lexer);

	if (lexer->at[1] == '/') {
		lexer->at += strcspn(lexer->at, "\n");
		return;
	}
	lexer->at += 2;
	while (lexer->at[0] != '\0' &&
	       !(lexer->at[0] == '*' && lexer->at[1] == '/')) {
		if (*lexer->at == '\n')
			newline(lexer);
		else
			lexer->at++;
	}
	if (*lexer->at == '\0')
		diag_error(&pos, "this comment does not end");
	else
		lexer->at += 2;
}

/* Skips what separates tokens; false at the end of the text. */
static bool skip_space(struct lexer *lexer)
{
	for (;;) {
		char c = *lexer->at;

		if (c == '\0')
			return false;
		if (c == '\n')
			newline(lexer);
		else if (isspace((unsigned char)c))
			lexer->at++;
		else if (c == '#' && lexer->at == lexer->line_start)
			line_marker(lexer);
		else if (c == '/' &&
			 (lexer->at[1] == '*' || lexer->at[1] == '/'))
			comment(lexer);
		else
			return true;
	}
}

static size_t name_length(const char *p)
{
	size_t n = 0;

	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	return n;
}

static void number(struct lexer *lexer)
{
	struct token *token = add(lexer, TOKEN_NUMBER, name_length(lexer->at));
	char *end;

	errno = 0;
	token->number = strtoull(token->text, &end, 0);
	if (*end != '\0')
		diag_error(&token->pos, "`%s' is not a number", token->text);
	else if (errno == ERANGE)
		diag_error(&token->pos, "`%s' is too large", token->text);
}

/* A string or <file>; `close` is the character that must end it. */
static void quoted(struct lexer *lexer, enum token_kind kind, const char *close)
{
	size_t length = strcspn(lexer->at + 1, close);
	struct pos pos = here(lexer);

	if (lexer->at[1 + length] != close[0]) {
		diag_error(&pos, "no closing %c on this line", close[0]);
		lexer->at += 1 + length;
		return;
	}
	add(lexer, kind, length + 2);
}

static bool after_import(const struct lexer *lexer)
{
	const struct token *last;

	if (lexer->count == 0)
		return false;
	last = &lexer->tokens[lexer->count - 1];
	return token_is_word(last, "import") ||
	       token_is_word(last, "uimport") || token_is_word(last, "simport");
}

static void next(struct lexer *lexer)
{
	unsigned char c = (unsigned char)*lexer->at;
	struct pos pos = here(lexer);

	if (isalpha(c) || c == '_') {
		add(lexer, TOKEN_NAME, name_length(lexer->at));
	} else if (isdigit(c)) {
		number(lexer);
	} else if (c == '"') {
		quoted(lexer, TOKEN_STRING, "\"\n");
	} else if (c == '<' && after_import(lexer)) {
		quoted(lexer, TOKEN_FILE, ">\n");
	} else if (strchr(";:,()[]{}*^|=+-/~&.<>", c) != NULL) {
		add(lexer, TOKEN_PUNCT, 1)->punct = (char)c;
	} else {
		if (isprint(c))
			diag_error(&pos, "`%c' has no meaning here", c);
		else
			diag_error(&pos, "byte 0x%02x has no meaning here", c);
		lexer->at++;
	}
}

struct token *lex_all(const char *text)
{
	struct lexer lexer = {
	    .at = text,
	    .line_start = text,
	    .file = "<standard input>",
	    .line = 1,
	};

	while (skip_space(&lexer) && !diag_is_hopeless())
		next(&lexer);
	add(&lexer, TOKEN_END, 0)->text = "end of file";
	return lexer.tokens;
}

bool token_is_word(const struct token *token, const char *word)
{
	return token->kind == TOKEN_NAME && strcasecmp(token->text, word) == 0;
}

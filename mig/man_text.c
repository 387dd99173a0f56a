/* SPDX-License-Identifier: BSD-2-Clause */
#include "man_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"

static struct man_entry *entries;
static unsigned entry_count;
static struct man_line *usual; /* causes of codes, arguments */
static unsigned usual_count;

static void add_line(struct man_line **lines, unsigned *count,
		     struct man_line line)
{
	*lines = mem_grow(*lines, (*count + 1) * sizeof(**lines));
	(*lines)[(*count)++] = line;
}

/* A word of capitals and underscores: a code. */
static size_t code_length(const char *text)
{
	size_t n = 0;
	bool underscore = false;

	while (isupper((unsigned char)text[n]) ||
	       isdigit((unsigned char)text[n]) || text[n] == '_')
		underscore |= text[n++] == '_';
	return underscore && (text[n] == ' ' || text[n] == '\0') ? n : 0;
}

/* "KEY words", the key n characters long. */
static struct man_line split_key(enum man_kind kind, const char *text, size_t n)
{
	return (struct man_line){kind, mem_copy(text, n),
				 mem_format("%s", text + n + (text[n] == ' '))};
}

static struct man_line split_line(const char *text)
{
	size_t n = code_length(text);
	const char *rest = mem_format("%s", text + 1);

	if (n > 0)
		return split_key(MAN_CODE, text, n);
	switch (text[0]) {
	case '.':
		return split_key(MAN_ARGUMENT, rest, strcspn(rest, " "));
	case '|':
		return (struct man_line){MAN_EXAMPLE, NULL, rest};
	case '>':
		return (struct man_line){MAN_ALSO, NULL, rest};
	default:
		return (struct man_line){MAN_WORDS, NULL,
					 mem_format("%s", text)};
	}
}

static void add_entry(const char *file, int number, const char *text)
{
	const char *colon = strstr(text, ": ");

	if (colon == NULL)
		diag_fatal("%s:%d: expected `NAME: text'", file, number);
	entries = mem_grow(entries, (entry_count + 1) * sizeof(*entries));
	entries[entry_count++] = (struct man_entry){
	    .name = mem_copy(text, (size_t)(colon - text)),
	    .title = mem_copy(colon + 2, strlen(colon + 2)),
	};
}

static void take(const char *file, int number, const char *text)
{
	struct man_entry *last = &entries[entry_count - 1];

	if (text[0] == '#' || text[0] == '\0')
		return;
	if (text[0] == '=')
		add_line(&usual, &usual_count, split_line(text + 1));
	else if (text[0] != ' ')
		add_entry(file, number, text);
	else if (entry_count == 0)
		diag_fatal("%s:%d: whose is this line?", file, number);
	else
		add_line(&last->lines, &last->line_count, split_line(text + 1));
}

void man_text_read(const char *file)
{
	char text[512];
	FILE *f;

	if (file == NULL)
		return;
	f = fopen(file, "r");
	if (f == NULL)
		diag_fatal("cannot read %s", file);
	for (int number = 1; fgets(text, sizeof(text), f) != NULL; number++) {
		text[strcspn(text, "\n")] = '\0';
		take(file, number, text);
	}
	fclose(f);
}

const struct man_entry *man_text_find(const char *name)
{
	for (unsigned i = 0; i < entry_count; i++)
		if (strcmp(entries[i].name, name) == 0)
			return &entries[i];
	return NULL;
}

static const char *find(const struct man_line *lines, unsigned count,
			enum man_kind kind, const char *key)
{
	for (unsigned i = 0; i < count; i++)
		if (lines[i].kind == kind && strcmp(lines[i].key, key) == 0)
			return lines[i].words;
	return NULL;
}

const char *man_text_cause(const char *code)
{
	return find(usual, usual_count, MAN_CODE, code);
}

const char *man_text_argument(const struct man_entry *entry, const char *name)
{
	const char *words = NULL;

	if (entry != NULL)
		words = find(entry->lines, entry->line_count, MAN_ARGUMENT,
			     name);
	return words != NULL ? words
			     : find(usual, usual_count, MAN_ARGUMENT, name);
}

/* ---- comments ---- */

/* Words with one space between them; a star that begins a line goes. */
static const char *one_line(const char *text, size_t length)
{
	char *out = mem_alloc(length + 1);
	size_t n = 0;
	bool at_line = false;

	for (size_t i = 0; i < length; i++) {
		if (isspace((unsigned char)text[i])) {
			at_line |= text[i] == '\n';
			if (n > 0 && out[n - 1] != ' ')
				out[n++] = ' ';
		} else if (!(at_line && text[i] == '*')) {
			out[n++] = text[i];
			at_line = false;
		} else {
			at_line = false;
		}
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return out;
}

/* "2915: " at the beginning says the id only. */
static const char *without_id(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n > 0 && (text[n] == ':' || text[n] == '\0')
		       ? text + n + strspn(text + n, ": ")
		       : text;
}

const char *man_text_comment(const struct routine *routine)
{
	const char *end = routine->pos.text, *begin;

	/* The lexer's positions lead into the whole text; one newline back. */
	if (routine->pos.line == 1)
		return NULL;
	end--;
	if (end[-1] != '/' || end[-2] != '*')
		return NULL;
	end -= 2;
	for (begin = end; begin[0] != '/' || begin[1] != '*';)
		begin--;
	begin = without_id(one_line(begin + 2, (size_t)(end - begin - 2)));
	return begin[0] != '\0' ? begin : NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "document.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spell.h"

/* ---- characters ---- */

bool document_tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

int document_chars(const struct line *l, int bytes)
{
	int n = 0;

	for (int i = 0; i < bytes; i++)
		n += !document_tail(l->text[i]);
	return n;
}

/* The bytes that the first characters of a line have. */
static int bytes_of(const struct line *l, int chars)
{
	int i = 0;

	while (i < l->length && (chars > 0 || document_tail(l->text[i])))
		chars -= !document_tail(l->text[i++]);
	return i;
}

/* Where the character before that place begins. */
static int before(const struct line *l, int at)
{
	while (at > 0 && document_tail(l->text[--at]))
		;
	return at;
}

/* ---- lines ---- */

static void touched(struct document *d, struct line *l)
{
	l->stale = true;
	l->version++;
	memset(l->marked, 0, sizeof(l->marked));
	d->changed = true;
}

/* Makes room for an empty line there. False: there are too many. */
static bool line_insert(struct document *d, int at)
{
	struct line *l;

	if (d->count == DOCUMENT_LINES)
		return false;
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		abort();
	memmove(&d->lines[at + 1], &d->lines[at],
		(size_t)(d->count - at) * sizeof(l));
	d->lines[at] = l;
	d->count++;
	return true;
}

static void line_remove(struct document *d, int at)
{
	free(d->lines[at]);
	d->count--;
	memmove(&d->lines[at], &d->lines[at + 1],
		(size_t)(d->count - at) * sizeof(d->lines[0]));
}

void document_init(struct document *d)
{
	*d = (struct document){.count = 0};
	line_insert(d, 0);
}

/* What stands from column on goes to the beginning of a new line below. */
static bool split(struct document *d, int row, int column)
{
	struct line *l = d->lines[row], *below;

	if (!line_insert(d, row + 1))
		return false;
	below = d->lines[row + 1];
	below->length = l->length - column;
	memcpy(below->text, l->text + column, (size_t)below->length);
	l->length = column;
	touched(d, l);
	touched(d, below);
	return true;
}

/* Where the last word of a full line begins; 0: it is one word. */
static int last_word(const struct line *l)
{
	int at = l->length;

	while (at > 0 && l->text[at - 1] != ' ')
		at--;
	return at;
}

/* Where the last character of a line begins; not at its beginning. */
static int last_character(const struct line *l)
{
	int at = before(l, l->length);

	return at > 0 ? at : l->length - 1;
}

static bool wrap(struct document *d)
{
	int at = last_word(d->lines[d->row]);

	/* No word to take along: what is behind the cursor goes, or the last
	 * character, so that there is room. */
	if (at == 0 || at == d->lines[d->row]->length)
		at = d->column > 0 ? d->column : last_character(d->lines[d->row]);
	if (!split(d, d->row, at))
		return false;
	if (d->column >= at) {
		d->row++;
		d->column -= at;
	}
	return true;
}

/* Is there no room for this byte? What continues a character goes with it. */
static bool is_full(const struct line *l, char c)
{
	return l->length == DOCUMENT_BYTES ||
	       (!document_tail(c) &&
		document_chars(l, l->length) >= DOCUMENT_WIDTH);
}

bool document_type(struct document *d, char c)
{
	struct line *l = d->lines[d->row];

	if (is_full(l, c) && !wrap(d))
		return false;
	l = d->lines[d->row];
	memmove(l->text + d->column + 1, l->text + d->column,
		(size_t)(l->length - d->column));
	l->text[d->column++] = c;
	l->length++;
	touched(d, l);
	return true;
}

bool document_newline(struct document *d)
{
	if (!split(d, d->row, d->column))
		return false;
	d->row++;
	d->column = 0;
	return true;
}

/* Joins the line to the one above, as far as that has room. */
static void join(struct document *d)
{
	struct line *above = d->lines[d->row - 1], *l = d->lines[d->row];
	int n = bytes_of(l, DOCUMENT_WIDTH -
				    document_chars(above, above->length));

	if (n > DOCUMENT_BYTES - above->length)
		n = DOCUMENT_BYTES - above->length;

	d->row--;
	d->column = above->length;
	memcpy(above->text + above->length, l->text, (size_t)n);
	above->length += n;
	touched(d, above);
	if (n == l->length) {
		line_remove(d, d->row + 1);
		return;
	}
	memmove(l->text, l->text + n, (size_t)(l->length - n));
	l->length -= n;
	touched(d, l);
}

void document_erase(struct document *d)
{
	struct line *l = d->lines[d->row];
	int from = before(l, d->column);

	if (d->column == 0) {
		if (d->row > 0)
			join(d);
		return;
	}
	memmove(l->text + from, l->text + d->column,
		(size_t)(l->length - d->column));
	l->length -= d->column - from;
	d->column = from;
	touched(d, l);
}

static int between(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

void document_move(struct document *d, int rows, int columns)
{
	int chars = document_chars(d->lines[d->row], d->column) + columns;

	d->row = between(d->row + rows, 0, d->count - 1);
	d->column = bytes_of(d->lines[d->row], between(chars, 0, INT_MAX));
}

void document_home(struct document *d)
{
	d->column = 0;
}

void document_end(struct document *d)
{
	d->column = d->lines[d->row]->length;
}

/* ---- a file ---- */

static bool type_or_break(struct document *d, int c)
{
	if (c == '\n')
		return document_newline(d);
	if (c == '\t')
		c = ' ';
	return c < ' ' || c == 0x7f || document_type(d, (char)c);
}

bool document_read(struct document *d, const char *file)
{
	FILE *f = fopen(file, "r");
	bool fits = true;

	if (f == NULL)
		return false;
	for (int c; fits && (c = getc(f)) != EOF;)
		fits = type_or_break(d, c);
	if (d->count > 1 && d->lines[d->count - 1]->length == 0)
		line_remove(d, d->count - 1); /* behind the last newline */
	fclose(f);
	d->row = d->column = 0;
	d->changed = false;
	errno = 0;
	return fits;
}

/* ---- counts ---- */

static int words_of(const struct line *l, bool marked)
{
	int n = 0;

	for (int i = 0; i < l->length; i++)
		n += spell_letter(l->text[i]) &&
		     (i == 0 || !spell_letter(l->text[i - 1])) &&
		     (!marked || l->marked[i]);
	return n;
}

static int words_of_all(const struct document *d, bool marked)
{
	int n = 0;

	for (int i = 0; i < d->count; i++)
		n += words_of(d->lines[i], marked);
	return n;
}

int document_words(const struct document *d)
{
	return words_of_all(d, false);
}

int document_marks(const struct document *d)
{
	return words_of_all(d, true);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A text in lines of at most DOCUMENT_WIDTH characters, a cursor in it, and a
 * mark for each character that the speller puts there. No lock of its own: who
 * shares a document locks it.
 */
#ifndef PROGRAMS_DOCUMENT_H
#define PROGRAMS_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

enum { DOCUMENT_WIDTH = 78, DOCUMENT_LINES = 2000 };

struct line {
	int length;
	bool stale; /* its marks are not those of this text */
	unsigned version; /* counts changes */
	char text[DOCUMENT_WIDTH + 1];
	bool marked[DOCUMENT_WIDTH + 1];
};

struct document {
	struct line *lines[DOCUMENT_LINES];
	int count; /* at least 1 */
	int row, column; /* the cursor: column <= length of the row's line */
	bool changed; /* since it was read or written */
};

void document_init(struct document *d);
/* False: errno says why, or 0 for a text of too many lines. */
bool document_read(struct document *d, const char *file);
bool document_write(struct document *d, const char *file);

/* Types a character at the cursor; a line that gets too long is broken before
 * its last word. False: the text is full. */
bool document_type(struct document *d, char c);
bool document_newline(struct document *d);
void document_erase(struct document *d); /* before the cursor */

/* Moves the cursor, by rows and columns; it stays in the text. */
void document_move(struct document *d, int rows, int columns);
void document_home(struct document *d);
void document_end(struct document *d);

int document_words(const struct document *d);
int document_marks(const struct document *d); /* words with a mark */

#endif

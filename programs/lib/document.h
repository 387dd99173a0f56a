/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A text in lines of at most DOCUMENT_WIDTH characters, a cursor in it, and a
 * mark for each byte that the speller puts there. Characters are UTF-8's, as
 * they come: bytes that are none are kept, too. What a file has that a text has
 * not: longer lines are broken, tabs become blanks, other control characters
 * are left out. No lock of its own: who shares a document locks it.
 */
#ifndef PROGRAMS_DOCUMENT_H
#define PROGRAMS_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

enum {
	DOCUMENT_WIDTH = 78,
	DOCUMENT_BYTES = 4 * DOCUMENT_WIDTH, /* of a line */
	DOCUMENT_LINES = 2000,
};

struct line {
	int length; /* bytes */
	bool stale; /* its marks are not those of this text */
	unsigned version; /* counts changes */
	char text[DOCUMENT_BYTES + 1];
	bool marked[DOCUMENT_BYTES + 1];
};

struct document {
	struct line *lines[DOCUMENT_LINES];
	int count; /* at least 1 */
	int row, column; /* the cursor: column, in bytes, <= the line's length */
	bool changed; /* since it was read or written */
};

void document_init(struct document *d);
/* False: errno says why, or 0 for a text of too many lines. */
bool document_read(struct document *d, const char *file);
/* Into a new file that takes the old one's place when it is whole. Where it
 * could not stand for the old one (which has further names, or an owner that
 * cannot be given, or a folder that is closed) the old one is written over.
 * False: errno says why, 0 for what is no ordinary file; the old file is as it
 * was, unless it was being written over. */
bool document_write(struct document *d, const char *file);

/* Does the byte continue a character? */
bool document_tail(char c);
/* Characters among the first bytes of a line. */
int document_chars(const struct line *l, int bytes);

/* Types a byte of a character at the cursor; a line that gets too long is broken
 * before its last word. False: the text is full. */
bool document_type(struct document *d, char c);
bool document_newline(struct document *d);
void document_erase(struct document *d); /* before the cursor */

/* Moves the cursor, by rows and characters; it stays in the text. */
void document_move(struct document *d, int rows, int columns);
void document_home(struct document *d);
void document_end(struct document *d);

int document_words(const struct document *d);
int document_marks(const struct document *d); /* words with a mark */

#endif

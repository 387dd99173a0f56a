/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What people wrote about routines: a file of entries, and comments.
 *
 *	NAME: one line		of a routine
 *	 words			a line of its description, any number of them
 *	 KERN_X why		a code it returns, and when; without why: the
 *				code's usual cause
 *	=KERN_X why		a code's usual cause, for all routines
 */
#ifndef MIG_MAN_TEXT_H
#define MIG_MAN_TEXT_H

#include "model.h"

struct man_line {
	const char *code; /* NULL: a line of the description */
	const char *words;
};

struct man_entry {
	const char *name;
	const char *title;
	struct man_line *lines;
	unsigned line_count;
};

/* Reads the file; one that cannot be read ends the program. NULL: nothing. */
void man_text_read(const char *file);
/* NULL if there is none. */
const struct man_entry *man_text_find(const char *name);
/* The usual cause of a code; NULL if none is known. */
const char *man_text_cause(const char *code);
/* The comment right above the routine, as one line; NULL if there is none. */
const char *man_text_comment(const struct routine *routine);

#endif

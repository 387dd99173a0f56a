/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What people wrote about routines: a file of entries, and comments.
 *
 *	NAME: one line		of a routine
 *	 words			a line of its description, any number of them
 *	 KERN_X why		a code it returns, and when; without why: the
 *				code's usual cause
 *	 .ARGUMENT words	what it is: unit, ownership
 *	 |text			a line of an example
 *	 >NAME ...		see also; NAME(SECTION) if that is not 2
 *	=KERN_X why		a code's usual cause, for all routines
 *	=.ARGUMENT words	what an argument of that name is, for all
 */
#ifndef MIG_MAN_TEXT_H
#define MIG_MAN_TEXT_H

#include "model.h"

enum man_kind { MAN_WORDS, MAN_CODE, MAN_ARGUMENT, MAN_EXAMPLE, MAN_ALSO };

struct man_line {
	enum man_kind kind;
	const char *key; /* the code or argument; else NULL */
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
/* What that argument of the routine is; NULL if nobody says. entry may be
 * NULL. */
const char *man_text_argument(const struct man_entry *entry, const char *name);
/* The comment right above the routine, as one line; NULL if there is none. */
const char *man_text_comment(const struct routine *routine);

#endif

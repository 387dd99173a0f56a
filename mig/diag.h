/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Positions in the source, and what the user hears about them.
 *
 * A message is `file:line:col: error: text`, the source line, and a caret.
 * Errors are counted, not fatal: one run reports as many as it finds.
 */
#ifndef MIG_DIAG_H
#define MIG_DIAG_H

#include <stddef.h>

struct pos {
	const char *file;
	int line;	  /* from 1 */
	int column;	  /* from 1 */
	const char *text; /* where the line begins; it ends at newline or NUL */
};

#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

void diag_error(const struct pos *pos, const char *format, ...)
    PRINTF_LIKE(2, 3);
void diag_warning(const struct pos *pos, const char *format, ...)
    PRINTF_LIKE(2, 3);
void diag_note(const struct pos *pos, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* Ends the program: for what has no position (files, memory, options). */
void diag_fatal(const char *format, ...) PRINTF_LIKE(1, 2)
    __attribute__((noreturn));

int diag_errors(void);

/* True when so many errors were reported that going on helps nobody. */
int diag_is_hopeless(void);

#endif

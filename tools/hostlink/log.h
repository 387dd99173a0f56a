/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's log, which arrives on the first serial port: kept for messages
 * about failures, copied to standard error on request and to a file.
 */
#ifndef HOSTLINK_LOG_H
#define HOSTLINK_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "buffer.h"

struct log {
	struct buffer text;    /* the newest part */
	size_t line;           /* where in text the unfinished line begins */
	size_t panic;          /* where the panic line begins */
	bool panicked;         /* a line began with "panic:" */
	FILE *copy;             /* shown there as it comes, or NULL */
	bool raw;              /* the terminal is raw: newlines need returns */
	FILE *file;            /* or NULL */
};

/* Takes bytes from the port; returns are dropped. */
void log_take(struct log *l, const void *bytes, size_t length);

/* Writes what came since the panic line to standard error, unless copy has
 * shown it there already. */
void log_print_panic(const struct log *l);

/* The last line that is not empty, or the one before if that only says that the
 * kernel switches off: why is what people want to know.  "" if none.  The result
 * is valid until the next call. */
const char *log_last_line(const struct log *l);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"

#define ERRORS_MAX 20

static int errors;

/* Tabs are kept, so that the caret stands under its column. */
static void show_line(const struct pos *pos)
{
	size_t length = strcspn(pos->text, "\n");

	fprintf(stderr, "%.*s\n", (int)length, pos->text);
	for (int i = 0; i < pos->column - 1 && (size_t)i < length; i++)
		fputc(pos->text[i] == '\t' ? '\t' : ' ', stderr);
	fputs("^\n", stderr);
}

static void report(const struct pos *pos, const char *kind, const char *format,
		   va_list args)
{
	fprintf(stderr, "%s:%d:%d: %s: ", pos->file, pos->line, pos->column,
		kind);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	show_line(pos);
}

void diag_error(const struct pos *pos, const char *format, ...)
{
	va_list args;

	errors++;
	if (errors > ERRORS_MAX)
		return;
	va_start(args, format);
	report(pos, "error", format, args);
	va_end(args);
}

void diag_warning(const struct pos *pos, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report(pos, "warning", format, args);
	va_end(args);
}

void diag_note(const struct pos *pos, const char *format, ...)
{
	va_list args;

	if (errors > ERRORS_MAX)
		return;
	va_start(args, format);
	report(pos, "note", format, args);
	va_end(args);
}

void diag_fatal(const char *format, ...)
{
	va_list args;

	fputs("mig: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

int diag_errors(void)
{
	return errors;
}

int diag_is_hopeless(void)
{
	return errors >= ERRORS_MAX;
}

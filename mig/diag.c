/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"

#define ERRORS_MAX 20
#define LINE_ROOM  512

static int errors;

/*
 * The preprocessor squeezes white space. So the line is read again from its
 * file, and the column found by counting what is not white; if the two lines
 * differ otherwise (macros), the preprocessed one is shown.
 */
static int find_column(const char *original, const struct pos *pos)
{
	const char *squeezed = pos->text;
	const char *p = original;

	for (int column = 1; column < pos->column; column++, squeezed++) {
		if (isspace((unsigned char)*squeezed))
			continue;
		p += strspn(p, " \t\f\v");
		if (*p != *squeezed || *p == '\0')
			return 0;
		p++;
	}
	p += strspn(p, " \t\f\v");
	if (*p != *squeezed)
		return 0;
	return (int)(p - original) + 1;
}

/* The line in its file; false if it cannot be read. */
static bool read_line(const struct pos *pos, char *line, int room)
{
	FILE *file = fopen(pos->file, "r");
	bool found = false;

	if (file == NULL)
		return false;
	for (int i = 1; i <= pos->line; i++)
		found = fgets(line, room, file) != NULL && i == pos->line;
	fclose(file);
	return found;
}

/* Tabs are kept, so that the caret stands under its column. */
static void show_line(const char *text, int column)
{
	size_t length = strcspn(text, "\n");

	fprintf(stderr, "%.*s\n", (int)length, text);
	for (int i = 0; i < column - 1 && (size_t)i < length; i++)
		fputc(text[i] == '\t' ? '\t' : ' ', stderr);
	fputs("^\n", stderr);
}

static void report(const struct pos *pos, const char *kind, const char *format,
		   va_list args)
{
	char line[LINE_ROOM];
	const char *text = line;
	int column = 0;

	if (read_line(pos, line, LINE_ROOM))
		column = find_column(line, pos);
	if (column == 0) {
		text = pos->text;
		column = pos->column;
	}
	fprintf(stderr, "%s:%d:%d: %s: ", pos->file, pos->line, column, kind);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	show_line(text, column);
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

/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's log; see log.h. */
#include "log.h"

#include <string.h>

static const char panic_mark[] = "panic:";
static const char farewell[] = "power off";

enum { LOG_KEPT = 1 << 20 };

static char *text_at(const struct log *l, size_t index)
{
	return (char *)buffer_bytes(&l->text) + index;
}

/* Forgets the oldest whole lines, but nothing since a panic. */
static void trim(struct log *l)
{
	size_t keep_from = l->panicked ? l->panic : l->line;

	if (l->text.length < LOG_KEPT || keep_from == 0)
		return;
	buffer_drop(&l->text, keep_from);
	l->line -= keep_from;
	l->panic = 0;
}

static void end_line(struct log *l)
{
	size_t length = l->text.length - l->line;

	if (!l->panicked && length >= strlen(panic_mark) &&
	    memcmp(text_at(l, l->line), panic_mark, strlen(panic_mark)) == 0) {
		l->panicked = true;
		l->panic = l->line;
	}
	l->line = l->text.length;
	trim(l);
}

static void take_char(struct log *l, char c)
{
	buffer_append(&l->text, &c, 1);
	if (l->copy != NULL && c == '\n' && l->raw)
		fputc('\r', l->copy);
	if (l->copy != NULL)
		fputc(c, l->copy);
	if (l->file != NULL)
		fputc(c, l->file);
	if (c == '\n')
		end_line(l);
}

void log_take(struct log *l, const void *bytes, size_t length)
{
	const char *text = bytes;

	for (size_t i = 0; i < length; i++)
		if (text[i] != '\r')
			take_char(l, text[i]);
	if (l->copy != NULL)
		fflush(l->copy);
	if (l->file != NULL)
		fflush(l->file);
}

void log_print_panic(const struct log *l)
{
	if (l->copy == stderr || !l->panicked)
		return;
	fwrite(text_at(l, l->panic), 1, l->text.length - l->panic, stderr);
	if (*text_at(l, l->text.length - 1) != '\n')
		fputc('\n', stderr);
}

/* Takes newlines off *end; returns where the line that ends there begins. */
static size_t line_start(const struct log *l, size_t *end)
{
	size_t start;

	while (*end > 0 && *text_at(l, *end - 1) == '\n')
		(*end)--;
	start = *end;
	while (start > 0 && *text_at(l, start - 1) != '\n')
		start--;
	return start;
}

static bool is_farewell(const char *text, size_t n)
{
	return n == strlen(farewell) && memcmp(text, farewell, n) == 0;
}

const char *log_last_line(const struct log *l)
{
	static char line[160];
	size_t end = l->text.length;
	size_t start = line_start(l, &end);
	size_t n;

	if (start > 0 && is_farewell(text_at(l, start), end - start)) {
		end = start;
		start = line_start(l, &end);
	}
	n = end - start;
	if (n >= sizeof(line))
		n = sizeof(line) - 1;
	if (n > 0)
		memcpy(line, text_at(l, start), n);
	line[n] = '\0';
	return line;
}

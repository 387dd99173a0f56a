/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of wp (programs/lib/document.c): random typing never leaves its
 * bounds, files come back byte for byte, and a file is old or new, never half.
 */
#include "check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../programs/lib/document.c"
#include "../../programs/lib/spell.c"

static struct document d;
static char folder[] = "/tmp/mach-document.XXXXXX";
static char path[64], other[64];

static void empty(void)
{
	while (d.count > 0)
		free(d.lines[--d.count]);
	document_init(&d);
}

/* One of ASCII, tails only, any byte, two-byte characters. */
static char some_byte(int kind)
{
	switch (kind) {
	case 0:
		return (char)('a' + rand() % 26);
	case 1:
		return (char)(0x80 + rand() % 0x40);
	case 2:
		return (char)(0x80 + rand() % 0x80);
	default:
		return (char)(rand() % 2 ? 0xc3 : 0xbc);
	}
}

static bool in_bounds(void)
{
	const struct line *l = d.lines[d.row];

	return d.count >= 1 && d.count <= DOCUMENT_LINES && d.row < d.count &&
	       d.column >= 0 && d.column <= l->length &&
	       l->length <= DOCUMENT_BYTES;
}

static void any_key(int kind)
{
	int key = rand() % 100;

	if (key < 70)
		document_type(&d, some_byte(kind));
	else if (key < 75)
		document_newline(&d);
	else if (key < 85)
		document_erase(&d);
	else
		document_move(&d, rand() % 5 - 2, rand() % 7 - 3);
}

static void stays_in_bounds(void)
{
	empty();
	for (int i = 0; i < 100000; i++) {
		any_key(i / 5000 % 4);
		if (!in_bounds())
			CHECK_EQ(i, -1);
	}
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	fputs(text, f);
	fclose(f);
}

static bool holds(const char *name, const char *text)
{
	char all[8192];
	FILE *f = fopen(name, "r");
	size_t n = fread(all, 1, sizeof(all) - 1, f);

	fclose(f);
	all[n] = '\0';
	return strcmp(all, text) == 0;
}

/* 78 characters of three bytes; bytes that are no characters. */
static void same_bytes(void)
{
	char text[1024] = "";

	for (int i = 0; i < 78; i++)
		strcat(text, i % 7 == 6 ? " " : "\xe2\x82\xac");
	strcat(text, "\n\xe9t\xe9 \x80\xbf\xff\n");
	put(path, text);
	empty();
	CHECK(document_read(&d, path));
	CHECK_EQ(d.count, 2);
	CHECK(document_write(&d, path));
	CHECK(holds(path, text));
}

static void one_key_a_character(void)
{
	empty();
	for (const char *c = "a\xc3\xbc\xe2\x82\xac"; *c != '\0'; c++)
		document_type(&d, *c);
	CHECK_EQ(document_chars(d.lines[0], d.column), 3);
	document_move(&d, 0, -1);
	CHECK_EQ(d.column, 3);
	document_erase(&d);
	CHECK_EQ(d.column, 1);
	CHECK_EQ(d.lines[0]->length, 4);
}

static void link_and_mode_stay(void)
{
	struct stat st;

	put(path, "old\n");
	CHECK_EQ(chmod(path, 0640), 0);
	CHECK_EQ(symlink(path, other), 0);
	empty();
	CHECK(document_read(&d, other));
	document_type(&d, 'x');
	CHECK(document_write(&d, other));
	CHECK(!d.changed);
	CHECK(holds(path, "xold\n"));
	CHECK_EQ(stat(path, &st), 0);
	CHECK_EQ(st.st_mode & 0777, 0640);
	CHECK_EQ(lstat(other, &st), 0);
	CHECK(S_ISLNK(st.st_mode));
}

/* The folder in which the new one would be made is not there. */
static void what_fails_is_told(void)
{
	char nowhere[80];

	snprintf(nowhere, sizeof(nowhere), "%s/no/file", folder);
	empty();
	document_type(&d, 'x');
	CHECK(!document_write(&d, nowhere));
	CHECK(d.changed);
}

int main(void)
{
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(other, sizeof(other), "%s/link", folder);
	srand(1);
	RUN(stays_in_bounds);
	RUN(same_bytes);
	RUN(one_key_a_character);
	RUN(link_and_mode_stay);
	RUN(what_fails_is_told);
	empty();
	free(d.lines[0]);
	unlink(path);
	unlink(other);
	rmdir(folder);
	return check_done();
}

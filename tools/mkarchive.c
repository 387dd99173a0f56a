/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkarchive [-b BASE] [-t SECONDS] OUT <MANIFEST
 *
 * Writes a boot archive (cpio, newc) of what the manifest lists: owners, modes
 * and times are as said there, not as on the build machine, so equal input
 * gives equal bytes.  Fields are separated by tabs:
 *	dir	PATH	MODE	UID	GID
 *	file	PATH	MODE	UID	GID	HOSTFILE
 *	link	PATH	MODE	UID	GID	TARGET
 * PATH has no leading slash.  Directories above an entry that nobody has listed
 * are added, owned by root with mode 0755.  -b: begin with the entries of
 * another archive.  -t: the time of all new entries.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	HEADER = 110, /* bytes of a newc header */
	FIELDS = 6,
	TYPE_DIR = 0040000,
	TYPE_FILE = 0100000,
	TYPE_LINK = 0120000,
};

static const char trailer_name[] = "TRAILER!!!";

struct entry {
	const char *path;
	unsigned mode; /* with the type */
	unsigned uid;
	unsigned gid;
	const void *data;
	size_t size;
};

struct archive {
	FILE *out;
	uint32_t next_inode;
	uint32_t time;
	char **dirs; /* paths of all directories in it */
	size_t dir_count;
};

[[gnu::noreturn]] __attribute__((format(printf, 1, 2))) static void
fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("mkarchive: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	exit(1);
}

static void *checked(void *p)
{
	if (p == NULL)
		fail("out of memory");
	return p;
}

static char *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rbe");
	struct stat st;
	char *bytes;

	if (f == NULL || fstat(fileno(f), &st) != 0)
		fail("%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		fail("%s: not an ordinary file", path);
	*size = (size_t)st.st_size;
	bytes = checked(malloc(*size + 1));
	if (fread(bytes, 1, *size, f) != *size)
		fail("%s: cannot be read", path);
	fclose(f);
	return bytes;
}

/* --- directories already there */

static bool dir_known(const struct archive *a, const char *path)
{
	for (size_t i = 0; i < a->dir_count; i++)
		if (strcmp(a->dirs[i], path) == 0)
			return true;
	return false;
}

static void dir_remember(struct archive *a, const char *path)
{
	a->dirs = checked(realloc(a->dirs,
				  (a->dir_count + 1) * sizeof(*a->dirs)));
	a->dirs[a->dir_count++] = checked(strdup(path));
}

/* --- writing */

static void put_bytes(struct archive *a, const void *bytes, size_t size)
{
	if (fwrite(bytes, 1, size, a->out) != size)
		fail("cannot write: %s", strerror(errno));
}

/* Headers with names, and file contents, are padded to four bytes. */
static void pad(struct archive *a, size_t written)
{
	put_bytes(a, "\0\0\0", -written & 3);
}

static void put_entry(struct archive *a, const struct entry *e)
{
	bool trailer = strcmp(e->path, trailer_name) == 0;
	size_t name = strlen(e->path) + 1;
	char header[HEADER + 1];

	if (e->size > UINT32_MAX)
		fail("%s: too large", e->path);
	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		 trailer ? 0 : a->next_inode++, e->mode, e->uid, e->gid,
		 (e->mode & TYPE_DIR) == TYPE_DIR && e->mode < TYPE_FILE ? 2
									 : 1,
		 trailer ? 0 : a->time, (unsigned)e->size, 0, 0, 0, 0,
		 (unsigned)name, 0);
	put_bytes(a, header, HEADER);
	put_bytes(a, e->path, name);
	pad(a, HEADER + name);
	put_bytes(a, e->data, e->size);
	pad(a, e->size);
}

static void put_dir(struct archive *a, const struct entry *e)
{
	if (dir_known(a, e->path))
		return;
	put_entry(a, e);
	dir_remember(a, e->path);
}

static void put_parents(struct archive *a, const char *path)
{
	char *copy = checked(strdup(path));

	for (char *p = copy; (p = strchr(p, '/')) != NULL; p++) {
		struct entry e = { copy, TYPE_DIR | 0755, 0, 0, "", 0 };

		*p = '\0';
		put_dir(a, &e);
		*p = '/';
	}
	free(copy);
}

/* --- a base archive */

static uint32_t hex8(const char *at)
{
	char digits[9] = {};

	memcpy(digits, at, 8);
	return (uint32_t)strtoul(digits, NULL, 16);
}

/* The entry at *at; false at the trailer.  Advances *at behind it. */
static bool base_entry(const char *bytes, size_t size, size_t *at,
		       struct entry *e)
{
	const char *h = bytes + *at;
	size_t left = size - *at;
	size_t name, body;

	if (left < HEADER || memcmp(h, "070701", 6) != 0)
		fail("the base archive is damaged");
	name = hex8(h + 94);
	e->mode = hex8(h + 14);
	e->uid = hex8(h + 22);
	e->gid = hex8(h + 30);
	e->size = hex8(h + 54);
	body = (HEADER + name + 3) & ~(size_t)3;
	if (name == 0 || body > left || e->size > left - body ||
	    h[HEADER + name - 1] != '\0')
		fail("the base archive is cut short");
	e->path = h + HEADER;
	e->data = h + body;
	*at += body + ((e->size + 3) & ~(size_t)3);
	return strcmp(e->path, trailer_name) != 0;
}

/* Copies all but the trailer, bytes and all. */
static void put_base(struct archive *a, const char *path)
{
	size_t size;
	char *bytes = read_file(path, &size);
	size_t at = 0;
	size_t end = 0;
	struct entry e;

	while (base_entry(bytes, size, &at, &e)) {
		end = at;
		a->next_inode++;
		if ((e.mode & 0170000) == TYPE_DIR)
			dir_remember(a, e.path);
	}
	put_bytes(a, bytes, end);
	free(bytes);
}

/* --- the manifest */

static unsigned number(const char *text, int base, int line)
{
	char *end;
	unsigned long v = strtoul(text, &end, base);

	if (*text == '\0' || *end != '\0' || v > UINT32_MAX)
		fail("line %d: \"%s\" is not a number", line, text);
	return (unsigned)v;
}

static int split_fields(char *line, char **field)
{
	int n = 0;

	while (line != NULL && n < FIELDS)
		field[n++] = strsep(&line, "\t");
	return line == NULL ? n : FIELDS + 1;
}

static void put_line(struct archive *a, char *text, int line)
{
	char *field[FIELDS] = {};
	int n = split_fields(text, field);
	bool dir = strcmp(field[0], "dir") == 0;
	struct entry e = { .data = "" };

	if (n != (dir ? FIELDS - 1 : FIELDS) || field[1][0] == '/' ||
	    field[1][0] == '\0')
		fail("line %d of the manifest is malformed", line);
	e.path = field[1];
	e.mode = number(field[2], 8, line) & 07777;
	e.uid = number(field[3], 10, line);
	e.gid = number(field[4], 10, line);
	put_parents(a, e.path);
	if (!dir && dir_known(a, e.path))
		fail("%s: a directory of that name is there", e.path);
	if (dir) {
		e.mode |= TYPE_DIR;
		put_dir(a, &e);
	} else if (strcmp(field[0], "file") == 0) {
		char *data = read_file(field[5], &e.size);

		e.mode |= TYPE_FILE;
		e.data = data;
		put_entry(a, &e);
		free(data);
	} else if (strcmp(field[0], "link") == 0) {
		e.mode |= TYPE_LINK;
		e.data = field[5];
		e.size = strlen(field[5]);
		put_entry(a, &e);
	} else {
		fail("line %d: what is \"%s\"?", line, field[0]);
	}
}

static void put_manifest(struct archive *a, FILE *in)
{
	char *text = NULL;
	size_t capacity = 0;
	ssize_t n;

	for (int line = 1; (n = getline(&text, &capacity, in)) > 0; line++) {
		if (text[n - 1] == '\n')
			text[n - 1] = '\0';
		if (text[0] != '\0' && text[0] != '#')
			put_line(a, text, line);
	}
	free(text);
}

int main(int argc, char **argv)
{
	struct archive a = { .next_inode = 1, .time = 1700000000 };
	struct entry last = { trailer_name, 0, 0, 0, "", 0 };
	const char *base = NULL;
	int c;

	while ((c = getopt(argc, argv, "b:t:")) != -1) {
		if (c == 'b')
			base = optarg;
		else if (c == 't')
			a.time = number(optarg, 10, 0);
		else
			return 2;
	}
	if (optind != argc - 1)
		fail("usage: mkarchive [-b BASE] [-t SECONDS] OUT <MANIFEST");
	a.out = fopen(argv[optind], "wbe");
	if (a.out == NULL)
		fail("%s: %s", argv[optind], strerror(errno));
	if (base != NULL)
		put_base(&a, base);
	put_manifest(&a, stdin);
	put_entry(&a, &last);
	if (fclose(a.out) != 0)
		fail("%s: %s", argv[optind], strerror(errno));
	return 0;
}

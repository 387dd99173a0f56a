/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of wp (programs/lib/document.c, document_write.c): random typing never
 * leaves its bounds, files come back byte for byte, and a file is old or new, never
 * half; what is no file, or not the writer's to replace, is not replaced.
 */
#include "check.h"

#include <dirent.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../programs/lib/document.c"
#include "../../programs/lib/document_write.c"
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
	size_t n;

	if (f == NULL)
		return false;
	n = fread(all, 1, sizeof(all) - 1, f);
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

enum { NOBODY = 65534 };

/* A text of one x is written there. */
static bool write_x(const char *name)
{
	empty();
	document_type(&d, 'x');
	return document_write(&d, name);
}

/* The same by who is not root. 0: written; otherwise errno and NOT_WRITTEN. */
enum { NOT_WRITTEN = 0x80, UNLIKE = 0xff };

static int write_x_as_nobody(const char *name)
{
	int status = UNLIKE;
	pid_t child = fork();

	if (child == 0) {
		if (geteuid() == 0 && (setgroups(0, NULL) != 0 ||
				       setgid(NOBODY) != 0 ||
				       setuid(NOBODY) != 0))
			_exit(UNLIKE);
		_exit(write_x(name) ? 0 : NOT_WRITTEN | errno);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return UNLIKE;
	return WIFEXITED(status) ? WEXITSTATUS(status) : UNLIKE;
}

/* Nobody's, if this is root. */
static bool give(const char *name, mode_t mode)
{
	return (geteuid() != 0 || chown(name, NOBODY, NOBODY) == 0) &&
	       chmod(name, mode) == 0;
}

static ino_t inode(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 ? st.st_ino : 0;
}

/* How many names there are in the folder: nothing may be left beside a file. */
static int names(void)
{
	DIR *all = opendir(folder);
	int n = 0;

	while (readdir(all) != NULL)
		n++;
	closedir(all);
	return n - 2;
}

static void clear(void)
{
	chmod(folder, 0700);
	unlink(path);
	unlink(other);
}

/* A device of one's own: if wp did replace it, the machine would miss it. */
static void device_is_refused(void)
{
	struct stat st;

	clear();
	if (mknod(path, S_IFCHR | 0600, makedev(1, 3)) != 0)
		SKIP("needs root: a device");
	CHECK(!write_x(path));
	CHECK_EQ(errno, 0);
	CHECK(d.changed);
	CHECK_EQ(stat(path, &st), 0);
	CHECK(S_ISCHR(st.st_mode));
	CHECK_EQ(names(), 1);
}

static void pipe_is_refused(void)
{
	struct stat st;

	clear();
	CHECK_EQ(mkfifo(path, 0600), 0);
	CHECK_EQ(symlink(path, other), 0);
	CHECK(!write_x(path));
	CHECK_EQ(errno, 0);
	CHECK(!write_x(other));
	CHECK_EQ(errno, 0);
	CHECK_EQ(lstat(path, &st), 0);
	CHECK(S_ISFIFO(st.st_mode));
	CHECK_EQ(names(), 2);
	CHECK(!write_x(folder));
	CHECK_EQ(errno, EISDIR);
}

static void link_to_nothing_stays(void)
{
	struct stat st;

	clear();
	CHECK_EQ(symlink("file", other), 0);
	CHECK(write_x(other));
	CHECK(holds(path, "x\n"));
	CHECK_EQ(lstat(other, &st), 0);
	CHECK(S_ISLNK(st.st_mode));
	unlink(other);
	CHECK_EQ(symlink("link", other), 0); /* to itself */
	CHECK(!write_x(other));
	CHECK_EQ(errno, ELOOP);
}

static void both_names_show_it(void)
{
	clear();
	put(path, "a longer text\n");
	CHECK_EQ(link(path, other), 0);
	CHECK(write_x(other));
	CHECK(holds(path, "x\n"));
	CHECK(holds(other, "x\n"));
	CHECK_EQ(inode(path), inode(other));
}

static void read_only_is_refused(void)
{
	clear();
	put(path, "old\n");
	CHECK(give(path, 0444));
	CHECK(give(folder, 0700));
	CHECK_EQ(write_x_as_nobody(path), NOT_WRITTEN | EACCES);
	CHECK(holds(path, "old\n"));
	CHECK_EQ(names(), 1);
}

static void closed_folder(void)
{
	ino_t old;

	clear();
	put(path, "a longer text\n");
	old = inode(path);
	CHECK(give(path, 0600));
	CHECK(give(folder, 0500));
	CHECK_EQ(write_x_as_nobody(path), 0);
	CHECK(holds(path, "x\n"));
	CHECK_EQ(inode(path), old);
	CHECK_EQ(names(), 1);
}

/* The owner cannot be given, so nothing is granted to anybody else. */
static void owner_stays(void)
{
	struct stat st;

	if (geteuid() != 0)
		SKIP("needs root: a file of another user");
	clear();
	put(path, "a longer text\n");
	CHECK_EQ(chmod(path, 0666), 0);
	CHECK(give(folder, 0700));
	CHECK_EQ(write_x_as_nobody(path), 0);
	CHECK(holds(path, "x\n"));
	CHECK_EQ(stat(path, &st), 0);
	CHECK_EQ(st.st_uid, 0);
	CHECK_EQ(st.st_gid, 0);
	CHECK_EQ(st.st_mode & 0777, 0666);
	CHECK_EQ(names(), 1);
}

/* An ordinary one is replaced, its owner with it. */
static void new_file_for_the_old_owner(void)
{
	struct stat st;
	ino_t old;

	clear();
	put(path, "old\n");
	CHECK(give(path, 0640));
	old = inode(path);
	CHECK(write_x(path));
	CHECK(inode(path) != old);
	CHECK_EQ(stat(path, &st), 0);
	CHECK_EQ(st.st_uid, geteuid() == 0 ? NOBODY : geteuid());
	CHECK_EQ(st.st_mode & 0777, 0640);
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
	RUN(device_is_refused);
	RUN(pipe_is_refused);
	RUN(link_to_nothing_stays);
	RUN(both_names_show_it);
	RUN(read_only_is_refused);
	RUN(closed_folder);
	RUN(owner_stays);
	RUN(new_file_for_the_old_owner);
	clear();
	empty();
	free(d.lines[0]);
	rmdir(folder);
	return check_done();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Files and names: what open, link, rename, stat and their kin promise. */
#include "fake.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include "../check.h"

static struct lwp *me;

static struct stat last_stat(void)
{
	struct stat st;

	memcpy(&st, fake_last.data, sizeof(st));
	return st;
}

static int64_t two_paths(int op, const char *a, const char *b, uint64_t flags)
{
	const uint64_t words[6] = {(uint64_t)AT_FDCWD, strlen(a) + 1,
				   (uint64_t)AT_FDCWD, strlen(b) + 1, flags};
	char data[512];

	strcpy(data, a);
	strcpy(data + strlen(a) + 1, b);
	fake_start(me, &fake_last, op, words, data,
		   strlen(a) + strlen(b) + 2);
	return fake_last.result;
}

static int64_t symlink_to(const char *target, const char *name)
{
	const uint64_t words[6] = {strlen(target) + 1, (uint64_t)AT_FDCWD,
				   strlen(name) + 1};
	char data[512];

	strcpy(data, target);
	strcpy(data + strlen(target) + 1, name);
	fake_start(me, &fake_last, UX_SYMLINKAT, words, data,
		   strlen(target) + strlen(name) + 2);
	return fake_last.result;
}

static void write_read_append(void)
{
	int fd = (int)fake_open(me, "/tmp/a", O_CREAT | O_RDWR, 0666);
	CHECK_EQ(fd, 0);
	CHECK_EQ(fake_write(me, fd, "hello"), 5);
	CHECK_EQ(fake_call(me, UX_LSEEK, 0, 1, SEEK_SET, 0, NULL, 0), 1);
	CHECK_EQ(fake_read(me, fd, 3), 3);
	CHECK(!strcmp((char *)fake_last.data, "ell"));
	CHECK_EQ(fake_call(me, UX_FCNTL, 0, F_SETFL, O_APPEND, 0, NULL, 0), 0);
	CHECK_EQ(fake_write(me, fd, "!"), 1);
	CHECK_EQ(fake_call(me, UX_FSTAT, 0, 0, 0, 0, NULL, 0), 0);
	CHECK_EQ(last_stat().st_size, 6);
	CHECK_EQ(last_stat().st_mode, S_IFREG | 0644);
	CHECK_EQ(fake_call(me, UX_CLOSE, 0, 0, 0, 0, NULL, 0), 0);
	CHECK_EQ(fake_call(me, UX_CLOSE, 0, 0, 0, 0, NULL, 0), -EBADF);
}

static void holes_are_zero(void)
{
	int fd = (int)fake_open(me, "/tmp/h", O_CREAT | O_RDWR, 0600);
	CHECK_EQ(fake_call(me, UX_PWRITE, (uint64_t)fd, 1, 100000, 0, "x", 1),
		 1);
	CHECK_EQ(fake_call(me, UX_PREAD, (uint64_t)fd, 4, 99998, 0, NULL, 0),
		 3);
	CHECK(!memcmp(fake_last.data, "\0\0x", 3));
	CHECK_EQ(fake_call(me, UX_FTRUNCATE, (uint64_t)fd, 99999, 0, 0, NULL,
			   0),
		 0);
	CHECK_EQ(fake_call(me, UX_FTRUNCATE, (uint64_t)fd, 100001, 0, 0, NULL,
			   0),
		 0);
	CHECK_EQ(fake_call(me, UX_PREAD, (uint64_t)fd, 4, 100000, 0, NULL, 0),
		 1);
	CHECK_EQ(fake_last.data[0], 0);
	fake_call(me, UX_CLOSE, (uint64_t)fd, 0, 0, 0, NULL, 0);
}

static void names(void)
{
	CHECK_EQ(fake_path(me, UX_MKDIRAT, "/tmp/d", 0777, 0), 0);
	CHECK_EQ(fake_path(me, UX_MKDIRAT, "/tmp/d", 0777, 0), -EEXIST);
	CHECK_EQ(fake_path(me, UX_MKDIRAT, "/tmp/no/d", 0777, 0), -ENOENT);
	CHECK_EQ(fake_open(me, "/tmp/d/f", O_CREAT | O_WRONLY, 0600), 0);
	CHECK_EQ(fake_path(me, UX_UNLINKAT, "/tmp/d", AT_REMOVEDIR, 0),
		 -ENOTEMPTY);
	CHECK_EQ(fake_path(me, UX_UNLINKAT, "/tmp/d", 0, 0), -EISDIR);
	CHECK_EQ(two_paths(UX_LINKAT, "/tmp/d/f", "/tmp/d/g", 0), 0);
	CHECK_EQ(two_paths(UX_LINKAT, "/tmp/d/f", "/tmp/d/g", 0), -EEXIST);
	CHECK_EQ(two_paths(UX_LINKAT, "/tmp/d", "/tmp/e", 0), -EPERM);
	CHECK_EQ(fake_path(me, UX_STATAT, "/tmp/d/g", 0, 0), 0);
	CHECK_EQ(last_stat().st_nlink, 2);
	CHECK_EQ(two_paths(UX_RENAMEAT, "/tmp/d/g", "/tmp/d/f", 0), 0);
	CHECK_EQ(fake_path(me, UX_UNLINKAT, "/tmp/d/g", 0, 0), 0);
	CHECK_EQ(two_paths(UX_RENAMEAT, "/tmp/d", "/tmp/d/x", 0), -EINVAL);
	CHECK_EQ(two_paths(UX_RENAMEAT, "/tmp/d", "/tmp/e", 0), 0);
	CHECK_EQ(fake_path(me, UX_STATAT, "/tmp/e/f", 0, 0), 0);
	CHECK_EQ(fake_path(me, UX_UNLINKAT, "/tmp/e/f", 0, 0), 0);
	CHECK_EQ(fake_path(me, UX_UNLINKAT, "/tmp/e/.", AT_REMOVEDIR, 0),
		 -EINVAL);
	CHECK_EQ(fake_path(me, UX_UNLINKAT, "/tmp/e", AT_REMOVEDIR, 0), 0);
	/* The open, nameless file still works. */
	CHECK_EQ(fake_write(me, 0, "x"), 1);
	fake_call(me, UX_CLOSE, 0, 0, 0, 0, NULL, 0);
}

static void symbolic_links(void)
{
	CHECK_EQ(symlink_to("loop", "/tmp/loop"), 0);
	CHECK_EQ(fake_path(me, UX_STATAT, "/tmp/loop", 0, 0), -ELOOP);
	CHECK_EQ(fake_path(me, UX_STATAT, "/tmp/loop", AT_SYMLINK_NOFOLLOW, 0),
		 0);
	CHECK_EQ(last_stat().st_size, 4);
	CHECK_EQ(symlink_to("../tmp/through", "/tmp/l"), 0);
	CHECK_EQ(fake_open(me, "/tmp/l", O_CREAT | O_EXCL | O_WRONLY, 0600),
		 -EEXIST);
	CHECK_EQ(fake_open(me, "/tmp/l", O_CREAT | O_WRONLY, 0600), 0);
	CHECK_EQ(fake_path(me, UX_STATAT, "/tmp/through", 0, 0), 0);
	CHECK_EQ(fake_path(me, UX_READLINKAT, "/tmp/l", 100, 0), 14);
	CHECK_EQ(fake_path(me, UX_STATAT, "/tmp/l/", 0, 0), -ENOTDIR);
	CHECK_EQ(fake_open(me, "/tmp/l", O_NOFOLLOW | O_RDONLY, 0), -ELOOP);
	fake_call(me, UX_CLOSE, 0, 0, 0, 0, NULL, 0);
}

static void permissions(void)
{
	struct lwp *user = fake_fork(me);

	CHECK_EQ(fake_open(me, "/tmp/secret", O_CREAT | O_WRONLY, 0600), 0);
	CHECK_EQ(fake_path(me, UX_FCHMODAT, "/tmp", 01777, 0), 0);
	CHECK_EQ(fake_call(user, UX_SETUID, 1000, 0, 0, 0, NULL, 0), 0);
	CHECK_EQ(fake_open(user, "/tmp/secret", O_RDONLY, 0), -EACCES);
	CHECK_EQ(fake_path(user, UX_ACCESSAT, "/tmp/secret", 4, 0), -EACCES);
	CHECK_EQ(fake_path(user, UX_UNLINKAT, "/tmp/secret", 0, 0), -EPERM);
	CHECK_EQ(fake_path(user, UX_FCHMODAT, "/tmp/secret", 0666, 0), -EPERM);
	CHECK_EQ(fake_path(user, UX_MKDIRAT, "/d", 0777, 0), -EACCES);
	CHECK_EQ(fake_call(user, UX_SETUID, 0, 0, 0, 0, NULL, 0), -EPERM);
	fake_exit(user, 0);
	CHECK_EQ(fake_wait(me, -1, 0, NULL) > 0, 1);
	CHECK_EQ(fake_path(me, UX_UNLINKAT, "/tmp/secret", 0, 0), 0);
	fake_call(me, UX_CLOSE, 0, 0, 0, 0, NULL, 0);
}

static void directories_list(void)
{
	char name[32];
	int fd, seen = 0;

	CHECK_EQ(fake_path(me, UX_MKDIRAT, "/tmp/many", 0777, 0), 0);
	for (int n = 0; n < 100; n++) {
		snprintf(name, sizeof(name), "/tmp/many/file%d", n);
		CHECK_EQ(fake_open(me, name, O_CREAT | O_WRONLY, 0600), 0);
		fake_call(me, UX_CLOSE, 0, 0, 0, 0, NULL, 0);
	}
	fd = (int)fake_open(me, "/tmp/many", O_RDONLY | O_DIRECTORY, 0);
	for (;;) {
		int64_t got = fake_call(me, UX_GETDENTS, (uint64_t)fd, 512, 0,
					0, NULL, 0);
		uint16_t size;
		if (got <= 0)
			break;
		for (int64_t at = 0; at < got; at += size) {
			memcpy(&size, fake_last.data + at + 16, 2);
			CHECK(size >= 24);
			seen++;
		}
		/* Removing what was listed must not disturb the rest. */
		if (seen < 50)
			fake_path(me, UX_UNLINKAT, "/tmp/many/file0", 0, 0);
	}
	CHECK_EQ(seen, 102);
	fake_call(me, UX_CLOSE, (uint64_t)fd, 0, 0, 0, NULL, 0);
}

static void current_directory(void)
{
	CHECK_EQ(fake_path(me, UX_MKDIRAT, "/tmp/cwd", 0777, 0), 0);
	CHECK_EQ(fake_path0(me, UX_CHDIR, "/tmp/cwd", 0), 0);
	CHECK_EQ(fake_call(me, UX_GETCWD, 100, 0, 0, 0, NULL, 0), 9);
	CHECK(!strcmp((char *)fake_last.data, "/tmp/cwd"));
	CHECK_EQ(fake_call(me, UX_GETCWD, 5, 0, 0, 0, NULL, 0), -ERANGE);
	CHECK_EQ(fake_path(me, UX_UNLINKAT, "/tmp/cwd", AT_REMOVEDIR, 0), 0);
	CHECK_EQ(fake_call(me, UX_GETCWD, 100, 0, 0, 0, NULL, 0), -ENOENT);
	CHECK_EQ(fake_open(me, "x", O_CREAT | O_WRONLY, 0600), -ENOENT);
	CHECK_EQ(fake_path0(me, UX_CHDIR, "/", 0), 0);
	CHECK_EQ(fake_call(me, UX_GETCWD, 100, 0, 0, 0, NULL, 0), 2);
}

static void removed_is_deleted(void)
{
	int fd = (int)fake_open(me, "/tmp/gone", O_CREAT | O_WRONLY, 0600);
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	CHECK_EQ(fake_path(me, UX_READLINKAT, link, 64, 0), 9);
	CHECK_EQ(fake_path(me, UX_UNLINKAT, "/tmp/gone", 0, 0), 0);
	CHECK_EQ(fake_path(me, UX_READLINKAT, link, 64, 0), 19);
	CHECK(!memcmp(fake_last.data, "/tmp/gone (deleted)", 19));
	fake_call(me, UX_CLOSE, (uint64_t)fd, 0, 0, 0, NULL, 0);
	fd = (int)fake_open(me, "/proc/self", O_RDONLY, 0);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	CHECK(fake_path(me, UX_READLINKAT, link, 64, 0) > 0);
	CHECK(!memmem(fake_last.data, fake_last.length, "deleted", 7));
	fake_call(me, UX_CLOSE, (uint64_t)fd, 0, 0, 0, NULL, 0);
}

static void proc_and_dev(void)
{
	char want[32];
	int fd = (int)fake_open(me, "/proc/self/stat", O_RDONLY, 0);
	CHECK(fd >= 0);
	snprintf(want, sizeof(want), "%d (init) R", me->proc->pid);
	CHECK(fake_read(me, fd, 1000) > 0);
	CHECK(!strncmp((char *)fake_last.data, want, strlen(want)));
	fake_call(me, UX_CLOSE, (uint64_t)fd, 0, 0, 0, NULL, 0);
	CHECK_EQ(fake_path(me, UX_STATAT, "/proc/99999", 0, 0), -ENOENT);
	CHECK_EQ(fake_open(me, "/proc/x", O_CREAT | O_WRONLY, 0600), -EPERM);
	fd = (int)fake_open(me, "/proc", O_RDONLY, 0);
	CHECK(fake_call(me, UX_GETDENTS, (uint64_t)fd, 4096, 0, 0, NULL, 0) >
	      0);
	fake_call(me, UX_CLOSE, (uint64_t)fd, 0, 0, 0, NULL, 0);
	CHECK_EQ(fake_path(me, UX_READLINKAT, "/proc/self/cwd", 64, 0), 1);
	removed_is_deleted();
	fd = (int)fake_open(me, "/dev/full", O_RDWR, 0);
	CHECK_EQ(fake_write(me, fd, "x"), -ENOSPC);
	fake_call(me, UX_CLOSE, (uint64_t)fd, 0, 0, 0, NULL, 0);
	CHECK_EQ(fake_open(me, "/dev/tty", O_RDWR, 0), -ENXIO);
}

static void proc_sys(void)
{
	struct lwp *other = fake_fork(me);
	int dropped = fake_drops;
	int fd = (int)fake_open(me, "/proc/sys/vm/drop_caches", O_WRONLY, 0);

	CHECK(fd >= 0);
	CHECK_EQ(fake_write(me, fd, "no"), -EINVAL);
	CHECK_EQ(fake_drops, dropped);
	CHECK_EQ(fake_write(me, fd, "3\n"), 2);
	CHECK_EQ(fake_drops, dropped + 1);
	CHECK(fake_read(me, fd, 10) < 0);
	fake_call(me, UX_CLOSE, (uint64_t)fd, 0, 0, 0, NULL, 0);
	fd = (int)fake_open(me, "/proc/sys/vm", O_RDONLY, 0);
	CHECK(fd >= 0);
	CHECK(fake_call(me, UX_GETDENTS, (uint64_t)fd, 4096, 0, 0, NULL, 0) >
	      0);
	fake_call(me, UX_CLOSE, (uint64_t)fd, 0, 0, 0, NULL, 0);
	CHECK_EQ(fake_open(me, "/proc/sys/none", O_RDONLY, 0), -ENOENT);
	CHECK_EQ(fake_call(other, UX_SETUID, 1000, 0, 0, 0, NULL, 0), 0);
	CHECK_EQ(fake_open(other, "/proc/sys/vm/drop_caches", O_WRONLY, 0),
		 -EACCES);
	fake_exit(other, 0);
	CHECK(fake_wait(me, -1, 0, NULL) > 0);
}

static void locks_conflict(void)
{
	struct lwp *other = fake_fork(me);
	struct flock l = {.l_type = F_WRLCK, .l_len = 10};
	int fd = (int)fake_open(me, "/tmp/lock", O_CREAT | O_RDWR, 0600);
	int fd2 = (int)fake_open(other, "/tmp/lock", O_RDWR, 0600);

	CHECK_EQ(fake_call(me, UX_FCNTL, (uint64_t)fd, F_SETLK, 0, 0, &l,
			   sizeof(l)),
		 0);
	CHECK_EQ(fake_call(other, UX_FCNTL, (uint64_t)fd2, F_SETLK, 0, 0, &l,
			   sizeof(l)),
		 -EAGAIN);
	l.l_start = 10;
	CHECK_EQ(fake_call(other, UX_FCNTL, (uint64_t)fd2, F_SETLK, 0, 0, &l,
			   sizeof(l)),
		 0);
	fake_exit(other, 0);
	CHECK(fake_wait(me, -1, 0, NULL) > 0);
	CHECK(list_empty(&fdt_file(me->proc, fd)->inode->locks) == 0);
	fake_call(me, UX_CLOSE, (uint64_t)fd, 0, 0, 0, NULL, 0);
}

static void bad_requests(void)
{
	const uint64_t words[6] = {(uint64_t)AT_FDCWD, 5, 0, 0, 0, 0};

	fake_start(me, &fake_last, UX_OPENAT, words, "abc", 4);
	CHECK_EQ(fake_last.result, -ENAMETOOLONG);
	fake_start(me, &fake_last, UX_OPENAT, words, "ab\0c", 5);
	CHECK_EQ(fake_last.result, -ENAMETOOLONG);
	CHECK_EQ(fake_call(me, 9999, 0, 0, 0, 0, NULL, 0), -ENOSYS);
	CHECK_EQ(fake_call(me, -1, 0, 0, 0, 0, NULL, 0), -ENOSYS);
	/* Every operation with every word hostile: an error, or harmless. */
	for (int op = 0; op < UX_OP_COUNT; op++) {
		struct lwp *victim = fake_fork(me);
		struct outcome out;
		for (int n = 0; n < 8; n++) {
			const uint64_t bad[8] = {0, 1, ~0ull, 1ull << 63,
						 0x7fffffff, 4096, 3, 40000};
			const uint64_t w[6] = {bad[n], bad[(n + 1) % 8],
					       bad[(n + 2) % 8],
					       bad[(n + 3) % 8],
					       bad[(n + 4) % 8],
					       bad[(n + 5) % 8]};
			if (op == UX_KILL || op == UX_REBOOT ||
			    !victim->proc->nthreads || victim->call)
				break;
			fake_start(victim, &out, op, w, "data", 4);
		}
		proc_exit(victim->proc, 0);
		while (fake_wait(me, -1, 1, NULL) > 0)
			;
	}
}

int main(void)
{
	me = fake_boot();
	RUN(write_read_append);
	RUN(holes_are_zero);
	RUN(names);
	RUN(symbolic_links);
	RUN(permissions);
	RUN(directories_list);
	RUN(current_directory);
	RUN(proc_and_dev);
	RUN(proc_sys);
	RUN(locks_conflict);
	RUN(bad_requests);
	fake_shutdown();
	return check_done();
}

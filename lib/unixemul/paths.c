/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls with paths: the old forms become the *at forms. */
#include "sys.h"

#define HERE ((uint64_t)AT_FDCWD)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_REMOVEDIR	    0x200
#define AT_EMPTY_PATH	    0x1000

/* dir, path, then three words. */
static int64_t at_call(struct block *b, int op, uint64_t dir, uint64_t path,
		       uint64_t x, uint64_t y, uint64_t z)
{
	int error;

	call_begin(b, op);
	call_word(b, 0, dir);
	call_word(b, 2, x);
	call_word(b, 3, y);
	call_word(b, 4, z);
	error = call_put_path(b, 1, (const char *)path);
	return error ? error : call_send(b);
}

static int64_t stat_call(struct block *b, uint64_t path, uint64_t flags,
			 uint64_t to)
{
	int64_t result = at_call(b, UX_STATAT, HERE, path, flags, 0, 0);

	if (!result)
		call_get(b, (void *)to, 144);
	return result;
}

int64_t sys_open(struct block *b)
{
	return at_call(b, UX_OPENAT, HERE, arg(b, 0), arg(b, 1), arg(b, 2),
		       0);
}

int64_t sys_creat(struct block *b)
{
	return at_call(b, UX_OPENAT, HERE, arg(b, 0), 01101, arg(b, 1), 0);
}

int64_t sys_stat(struct block *b)
{
	return stat_call(b, arg(b, 0), 0, arg(b, 1));
}

int64_t sys_lstat(struct block *b)
{
	return stat_call(b, arg(b, 0), AT_SYMLINK_NOFOLLOW, arg(b, 1));
}

int64_t sys_newfstatat(struct block *b)
{
	int64_t result = at_call(b, UX_STATAT, arg(b, 0), arg(b, 1),
				 arg(b, 3), 0, 0);

	if (!result)
		call_get(b, (void *)arg(b, 2), 144);
	return result;
}

int64_t sys_statx(struct block *b)
{
	int64_t result = at_call(b, UX_STATX, arg(b, 0), arg(b, 1),
				 arg(b, 2), arg(b, 3), 0);

	if (!result)
		call_get(b, (void *)arg(b, 4), 256);
	return result;
}

int64_t sys_access(struct block *b)
{
	return at_call(b, UX_ACCESSAT, HERE, arg(b, 0), arg(b, 1), 0, 0);
}

int64_t sys_mkdir(struct block *b)
{
	return at_call(b, UX_MKDIRAT, HERE, arg(b, 0), arg(b, 1), 0, 0);
}

int64_t sys_rmdir(struct block *b)
{
	return at_call(b, UX_UNLINKAT, HERE, arg(b, 0), AT_REMOVEDIR, 0, 0);
}

int64_t sys_unlink(struct block *b)
{
	return at_call(b, UX_UNLINKAT, HERE, arg(b, 0), 0, 0, 0);
}

int64_t sys_chmod(struct block *b)
{
	return at_call(b, UX_FCHMODAT, HERE, arg(b, 0), arg(b, 1), 0, 0);
}

int64_t sys_chown(struct block *b)
{
	return at_call(b, UX_FCHOWNAT, HERE, arg(b, 0), arg(b, 1), arg(b, 2),
		       0);
}

int64_t sys_lchown(struct block *b)
{
	return at_call(b, UX_FCHOWNAT, HERE, arg(b, 0), arg(b, 1), arg(b, 2),
		       AT_SYMLINK_NOFOLLOW);
}

int64_t sys_mknod(struct block *b)
{
	return at_call(b, UX_MKNODAT, HERE, arg(b, 0), arg(b, 1), arg(b, 2),
		       0);
}

static int64_t two_paths(struct block *b, int op, uint64_t from_dir,
			 uint64_t from, uint64_t to_dir, uint64_t to,
			 uint64_t flags)
{
	int error;

	call_begin(b, op);
	call_word(b, 0, from_dir);
	call_word(b, 2, to_dir);
	call_word(b, 4, flags);
	error = call_put_path(b, 1, (const char *)from);
	if (!error)
		error = call_put_path(b, 3, (const char *)to);
	return error ? error : call_send(b);
}

int64_t sys_rename(struct block *b)
{
	return two_paths(b, UX_RENAMEAT, HERE, arg(b, 0), HERE, arg(b, 1), 0);
}

int64_t sys_renameat(struct block *b)
{
	return two_paths(b, UX_RENAMEAT, arg(b, 0), arg(b, 1), arg(b, 2),
			 arg(b, 3), b->number == 316 ? arg(b, 4) : 0);
}

int64_t sys_link(struct block *b)
{
	return two_paths(b, UX_LINKAT, HERE, arg(b, 0), HERE, arg(b, 1), 0);
}

int64_t sys_linkat(struct block *b)
{
	return two_paths(b, UX_LINKAT, arg(b, 0), arg(b, 1), arg(b, 2),
			 arg(b, 3), arg(b, 4));
}

static int64_t symlink_call(struct block *b, uint64_t target, uint64_t dir,
			    uint64_t path)
{
	int error;

	call_begin(b, UX_SYMLINKAT);
	call_word(b, 1, dir);
	error = call_put_path(b, 0, (const char *)target);
	if (!error)
		error = call_put_path(b, 2, (const char *)path);
	return error ? error : call_send(b);
}

int64_t sys_symlink(struct block *b)
{
	return symlink_call(b, arg(b, 0), HERE, arg(b, 1));
}

int64_t sys_symlinkat(struct block *b)
{
	return symlink_call(b, arg(b, 0), arg(b, 1), arg(b, 2));
}

static int64_t readlink_call(struct block *b, uint64_t dir, uint64_t path,
			     uint64_t to, uint64_t size)
{
	int64_t got = at_call(b, UX_READLINKAT, dir, path, size, 0, 0);

	if (got > 0)
		call_get(b, (void *)to, (uint64_t)got);
	return got;
}

int64_t sys_readlink(struct block *b)
{
	return readlink_call(b, HERE, arg(b, 0), arg(b, 1), arg(b, 2));
}

int64_t sys_readlinkat(struct block *b)
{
	return readlink_call(b, arg(b, 0), arg(b, 1), arg(b, 2), arg(b, 3));
}

/* times: four longs (two timespecs), or NULL for now. */
static int64_t utimens(struct block *b, uint64_t dir, uint64_t path,
		       const int64_t *times, uint64_t flags)
{
	int error = 0;

	call_begin(b, UX_UTIMENSAT);
	call_word(b, 0, dir);
	call_word(b, 2, times != NULL);
	call_word(b, 3, flags);
	if (path)
		error = call_put_path(b, 1, (const char *)path);
	if (!error && times)
		error = call_put(b, times, 32);
	return error ? error : call_send(b);
}

int64_t sys_utimensat(struct block *b)
{
	return utimens(b, arg(b, 0), arg(b, 1), (const int64_t *)arg(b, 2),
		       arg(b, 3));
}

static int64_t utimes_micro(struct block *b, uint64_t dir, uint64_t path,
			    const int64_t *given)
{
	int64_t times[4];

	if (!given)
		return utimens(b, dir, path, NULL, 0);
	for (int n = 0; n < 4; n += 2) {
		times[n] = given[n];
		times[n + 1] = given[n + 1] * 1000;
	}
	return utimens(b, dir, path, times, 0);
}

int64_t sys_utimes(struct block *b)
{
	return utimes_micro(b, HERE, arg(b, 0), (const int64_t *)arg(b, 1));
}

int64_t sys_futimesat(struct block *b)
{
	return utimes_micro(b, arg(b, 0), arg(b, 1),
			    (const int64_t *)arg(b, 2));
}

int64_t sys_utime(struct block *b)
{
	const int64_t *given = (const int64_t *)arg(b, 1);
	int64_t times[4] = {0};

	if (!given)
		return utimens(b, HERE, arg(b, 0), NULL, 0);
	times[0] = given[0];
	times[2] = given[1];
	return utimens(b, HERE, arg(b, 0), times, 0);
}

/* --- descriptors --- */

int64_t sys_pipe(struct block *b)
{
	int64_t result = call_words(b, UX_PIPE2, 0, 0, 0, 0);

	if (!result)
		call_get(b, (void *)arg(b, 0), 8);
	return result;
}

int64_t sys_pipe2(struct block *b)
{
	int64_t result = call_words(b, UX_PIPE2, arg(b, 1), 0, 0, 0);

	if (!result)
		call_get(b, (void *)arg(b, 0), 8);
	return result;
}

int64_t sys_dup2(struct block *b)
{
	return call_words(b, UX_DUP3, arg(b, 0), arg(b, 1), 0, 1);
}

int64_t sys_dup3(struct block *b)
{
	return call_words(b, UX_DUP3, arg(b, 0), arg(b, 1), arg(b, 2), 0);
}

#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7

int64_t sys_fcntl(struct block *b)
{
	uint32_t command = (uint32_t)arg(b, 1);
	bool lock = command >= F_GETLK && command <= F_SETLKW;
	int64_t result;

	call_begin(b, UX_FCNTL);
	call_word(b, 0, arg(b, 0));
	call_word(b, 1, command);
	call_word(b, 2, arg(b, 2));
	if (lock)
		call_put(b, (const void *)arg(b, 2), 32);
	result = call_send(b);
	if (command == F_GETLK && !result)
		call_get(b, (void *)arg(b, 2), 32);
	return result;
}

struct ioctl_shape {
	uint32_t command;
	uint16_t in, out;
};

static const struct ioctl_shape ioctls[] = {
	{0x5401, 0, 36}, {0x5402, 36, 0}, {0x5403, 36, 0}, {0x5404, 36, 0},
	{0x540f, 0, 4},	 {0x5410, 4, 0},  {0x5413, 0, 8},  {0x5414, 8, 0},
	{0x5411, 0, 4},	 {0x541b, 0, 4},  {0x5421, 4, 0},  {0x5429, 0, 4},
};

int64_t sys_ioctl(struct block *b)
{
	struct ioctl_shape shape = {0, 0, 0};
	int64_t result;

	for (unsigned n = 0; n < sizeof(ioctls) / sizeof(ioctls[0]); n++)
		if (ioctls[n].command == (uint32_t)arg(b, 1))
			shape = ioctls[n];
	call_begin(b, UX_IOCTL);
	call_word(b, 0, arg(b, 0));
	call_word(b, 1, (uint32_t)arg(b, 1));
	call_word(b, 2, arg(b, 2));
	if (shape.in)
		call_put(b, (const void *)arg(b, 2), shape.in);
	result = call_send(b);
	if (shape.out && result >= 0)
		call_get(b, (void *)arg(b, 2), shape.out);
	return result;
}

int64_t sys_close_range(struct block *b)
{
	uint64_t last = arg(b, 1) < 1023 ? arg(b, 1) : 1023;

	if (arg(b, 0) > arg(b, 1) || (arg(b, 2) & ~4ull))
		return -EINVAL;
	for (uint64_t fd = arg(b, 0); fd <= last; fd++) {
		if (arg(b, 2))
			call_words(b, UX_FCNTL, fd, 2, 1, 0);
		else
			call_words(b, UX_CLOSE, fd, 0, 0, 0);
	}
	return 0;
}

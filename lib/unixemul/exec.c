/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * execve: the strings go ahead in messages of their own (words[5] = 1), as
 * many as it takes; the first of them (2) is not added to what an earlier
 * execve left when it met a bad pointer. The last message carries the path and
 * the counts.
 */
#include "sys.h"

#define STRING_MAX 131072

static void ahead_begin(struct block *b)
{
	call_begin(b, UX_EXECVE);
	call_word(b, 5, 1);
}

static int64_t ahead_flush(struct block *b)
{
	int64_t result = call_send(b);

	ahead_begin(b);
	return result;
}

static int64_t ahead_string(struct block *b, const char *s)
{
	uint64_t length = 0, left;
	int64_t error;

	while (s[length])
		if (++length == STRING_MAX)
			return -E2BIG;
	left = length + 1;
	while (left) {
		uint64_t room = UX_DATA_MAX - b->data_used;
		uint64_t n = left < room ? left : room;

		call_put(b, s, n);
		s += n;
		left -= n;
		if (!left)
			break;
		error = ahead_flush(b);
		if (error)
			return error;
	}
	return 0;
}

static int64_t ahead_vector(struct block *b, const char *const *v,
			    unsigned *count)
{
	int64_t error;

	for (*count = 0; v && v[*count]; (*count)++) {
		error = ahead_string(b, v[*count]);
		if (error)
			return error;
	}
	return 0;
}

static int64_t exec(struct block *b, uint64_t dir, const char *path,
		    const char *const *argv, const char *const *envp,
		    uint64_t flags)
{
	unsigned argc, envc;
	int64_t error;

	ahead_begin(b);
	call_word(b, 5, 2);
	error = ahead_vector(b, argv, &argc);
	if (!error)
		error = ahead_vector(b, envp, &envc);
	if (!error)
		error = ahead_flush(b);
	if (error)
		return error;
	call_begin(b, UX_EXECVE);
	call_word(b, 0, dir);
	call_word(b, 2, argc);
	call_word(b, 3, envc);
	call_word(b, 4, flags);
	error = call_put_path(b, 1, path);
	return error ? error : call_send(b);
}

int64_t sys_execve(struct block *b)
{
	return exec(b, (uint64_t)AT_FDCWD, (const char *)arg(b, 0),
		    (const char *const *)arg(b, 1),
		    (const char *const *)arg(b, 2), 0);
}

int64_t sys_execveat(struct block *b)
{
	return exec(b, arg(b, 0), (const char *)arg(b, 1),
		    (const char *const *)arg(b, 2),
		    (const char *const *)arg(b, 3), arg(b, 4));
}

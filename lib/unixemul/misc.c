/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for children, identities, limits: small conversions. */
#include "sys.h"

int64_t sys_wait4(struct block *b)
{
	int64_t pid = call_words(b, UX_WAIT4, arg(b, 0), arg(b, 2), 0, 0);

	if (pid > 0) {
		call_get(b, (void *)arg(b, 1), 4);
		call_get(b, (void *)arg(b, 3), 144);
	}
	return pid;
}

int64_t sys_waitid(struct block *b)
{
	int64_t news = call_words(b, UX_WAITID, arg(b, 0), arg(b, 1),
				  arg(b, 3), 0);

	if (news < 0)
		return news;
	call_get(b, (void *)arg(b, 2), 128);
	call_get(b, (void *)arg(b, 4), 144);
	return 0;
}

/* The nth of real, effective, saved. */
static int64_t one_id(struct block *b, int op, unsigned n)
{
	uint32_t ids[3] = {0};

	call_words(b, op, 0, 0, 0, 0);
	call_get(b, ids, sizeof(ids));
	return ids[n];
}

int64_t sys_getuid(struct block *b)
{
	return one_id(b, UX_GETRESUID, 0);
}

int64_t sys_geteuid(struct block *b)
{
	return one_id(b, UX_GETRESUID, 1);
}

int64_t sys_getgid(struct block *b)
{
	return one_id(b, UX_GETRESGID, 0);
}

int64_t sys_getegid(struct block *b)
{
	return one_id(b, UX_GETRESGID, 1);
}

int64_t sys_getpgrp(struct block *b)
{
	return call_words(b, UX_GETPGID, 0, 0, 0, 0);
}

int64_t sys_getgroups(struct block *b)
{
	int64_t n = call_words(b, UX_GETGROUPS, arg(b, 0), 0, 0, 0);

	if (n > 0 && arg(b, 0))
		call_get(b, (void *)arg(b, 1), (uint64_t)n * 4);
	return n;
}

int64_t sys_setgroups(struct block *b)
{
	int error;

	if (arg(b, 0) > 65536)
		return -EINVAL;
	call_begin(b, UX_SETGROUPS);
	call_word(b, 0, arg(b, 0));
	error = call_put(b, (const void *)arg(b, 1), arg(b, 0) * 4);
	return error ? -EINVAL : call_send(b);
}

static int64_t limit(struct block *b, uint64_t pid, uint64_t which,
		     uint64_t new, uint64_t old)
{
	int64_t result;

	call_begin(b, UX_PRLIMIT);
	call_word(b, 0, pid);
	call_word(b, 1, which);
	call_word(b, 2, new != 0);
	if (new)
		call_put(b, (const void *)new, 16);
	result = call_send(b);
	if (!result)
		call_get(b, (void *)old, 16);
	return result;
}

int64_t sys_prlimit64(struct block *b)
{
	return limit(b, arg(b, 0), arg(b, 1), arg(b, 2), arg(b, 3));
}

int64_t sys_getrlimit(struct block *b)
{
	return limit(b, 0, arg(b, 0), 0, arg(b, 1));
}

int64_t sys_setrlimit(struct block *b)
{
	return limit(b, 0, arg(b, 0), arg(b, 1), 0);
}

int64_t sys_getpriority(struct block *b)
{
	return call_words(b, UX_PRIORITY, 0, arg(b, 0), arg(b, 1), 0);
}

int64_t sys_setpriority(struct block *b)
{
	return call_words(b, UX_PRIORITY, 1, arg(b, 0), arg(b, 1), arg(b, 2));
}

#define PR_SET_NAME 15
#define PR_GET_NAME 16

int64_t sys_prctl(struct block *b)
{
	const char *name = (const char *)arg(b, 1);
	char copy[16] = {0};
	int64_t result;

	call_begin(b, UX_PRCTL);
	call_word(b, 0, arg(b, 0));
	call_word(b, 1, arg(b, 1));
	if (arg(b, 0) == PR_SET_NAME) {
		for (int n = 0; n < 15 && name[n]; n++)
			copy[n] = name[n];
		call_put(b, copy, sizeof(copy));
	}
	result = call_send(b);
	if (arg(b, 0) == PR_GET_NAME && !result)
		call_get(b, (void *)arg(b, 1), 16);
	return result;
}

int64_t sys_sethostname(struct block *b)
{
	if (arg(b, 1) > 64)
		return -EINVAL;
	call_begin(b, UX_SETHOSTNAME);
	call_word(b, 0, arg(b, 1));
	call_put(b, (const void *)arg(b, 0), arg(b, 1));
	return call_send(b);
}

int64_t sys_sched_getaffinity(struct block *b)
{
	int64_t result;

	if (arg(b, 1) < 8 || arg(b, 1) % 8)
		return -EINVAL;
	result = call_words(b, UX_AFFINITY, (int)arg(b, 0), 0, 0, 0);
	if (result)
		return result;
	call_get(b, (void *)arg(b, 2), 8);
	return 8;
}

int64_t sys_getcpu(struct block *b)
{
	if (arg(b, 0))
		*(uint32_t *)arg(b, 0) = 0;
	if (arg(b, 1))
		*(uint32_t *)arg(b, 1) = 0;
	return 0;
}

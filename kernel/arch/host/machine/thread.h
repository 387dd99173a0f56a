/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread's machine part on the build machine: two fibers, one for its kernel
 * stack (while it has one) and one for the C function that plays its user
 * program.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A stack somebody runs on, and where he stands on it while he does not. */
struct host_fiber {
	void *sp;
	void *bottom; /* lowest address, for the sanitizers */
	size_t size;
	void *fake;   /* ASan's */
	void *tsan;   /* TSan's fiber; NULL: not made yet */
};

struct machine_thread {
	struct host_fiber kernel, user;
	void (*user_fn)(void *); /* the user program; NULL: none set */
	void *user_arg;
	void *user_stack;	 /* malloc'ed at first use */
	bool in_user;
	int64_t result;		 /* of the trap in progress */
	uint64_t seventh;	 /* argument of it */
	uint64_t words[8];	 /* what get/set_state sees */
};

static inline uint64_t machine_trap_seventh(const struct machine_thread *m)
{
	return m->seventh;
}

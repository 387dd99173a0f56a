/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the library share. */
#ifndef CTHREADS_INTERNAL_H
#define CTHREADS_INTERNAL_H

#include <mach/cthreads.h>
#include <stdbool.h>

#define HELD_MAX 32 /* mutexes a thread is watched to hold at once */

struct cthread {
	cthread_fn_t fn;
	any_t arg, result;
	any_t data;
	const char *name;
	thread_t thread; /* valid once started */
	int started;	 /* futex: 0, then 1 */
	bool done;	 /* (l) */
	bool detached;	 /* (l) */
	/* With CTHREADS_DEBUG, own thread only: */
	unsigned held_count;
	mutex_t held[HELD_MAX];
};

/* debug.c: called only if cthreads_debug. */
extern bool cthreads_debug;
void debug_before_lock(mutex_t m);
void debug_locked(mutex_t m);
void debug_unlock(mutex_t m);
void debug_forget(mutex_t m);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of all threads, when nothing else runs any more; see dump.c. */
#pragma once

#include <kern/thread.h>

/* Boot, when tasks exist: with the option `dump`, the key works from now on. tasks
 * calls dump_thread for the threads of each. */
void dump_init(void (*tasks)(void));

/* One thread, of a task of that number and name. */
void dump_thread(const struct thread *t, uint64_t task, const char *name);

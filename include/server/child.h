/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A function in a child task, without UNIX: memory is inherited as vm_inherit
 * says, libc works in it as after fork.
 */
#ifndef SERVER_CHILD_H
#define SERVER_CHILD_H

#include <mach/mach_types.h>
#include <stdbool.h>

struct child {
	task_t task;	 /* send right */
	thread_t thread; /* send right; not running yet */
};

/* A task with one thread that will call fn(arg) and then end its task. Rights
 * may be put into the task before child_go. */
kern_return_t child_create(struct child *c, void (*fn)(void *), void *arg);
kern_return_t child_go(struct child *c);

/* Waits until the task is dead, releases both ports. */
void child_wait(struct child *c);
/* The same after task_terminate. */
void child_kill(struct child *c);

/* Is the task gone within ms milliseconds? Releases nothing. */
bool child_dead_within(const struct child *c, unsigned ms);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel tells about its tasks and their rights, for programs that
 * show it. Every call ends the program with a line on standard error, status
 * 1, where it cannot go on.
 */
#pragma once

#include <mach/host_watch.h>
#include <mach/mach.h>
#include <stddef.h>
#include <stdint.h>

struct watch_task {
	int64_t stat[TASK_STAT_WORDS];
	char name[TASK_STAT_NAME + 1];
};

struct watch_right {
	int64_t word[RIGHT_STAT_WORDS];
};

/* The program's name, for its complaints; and its host port. */
extern const char *watch_program;
host_priv_t watch_host(void); /* only the super-user has one */

[[gnu::noreturn]] void watch_fail(const char *what, kern_return_t kr);
void *watch_alloc(void *old, size_t count, size_t size); /* never NULL */

/* All tasks, by id; free() it. */
struct watch_task *watch_tasks(host_priv_t host, size_t *count);
/* All rights of a task; free() it. A task that is gone has none. */
struct watch_right *watch_rights(host_priv_t host, int64_t task, size_t *count);
/* By id, UNIX process id, full name, or name without the process id; NULL. The
 * last one made, if there are several. */
const struct watch_task *watch_find(const struct watch_task *tasks,
				    size_t count, const char *what);

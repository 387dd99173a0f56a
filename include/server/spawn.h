/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a static ELF program in a new task, without a UNIX environment.
 */
#ifndef SERVER_SPAWN_H
#define SERVER_SPAWN_H

#include <mach/mach_types.h>
#include <server/archive.h>

#define SPAWN_ARGS_MAX 64

struct spawn {
	struct archive_file file;
	const char *const *argv; /* NULL at the end */
	const char *const *envp; /* NULL at the end */
	/* Send rights, copied; MACH_PORT_NULL: as the caller has it. */
	mach_port_t bootstrap;
	mach_port_t exception;
	mach_port_t output; /* AT_MACH_OUTPUT; NULL: the kernel's log */
};

/*
 * Creates the task, loads the file, starts the first thread. NULL and the
 * task's port, or what went wrong ("is no ELF file") and no task.
 */
const char *spawn_task(const struct spawn *s, task_t *task);

#endif

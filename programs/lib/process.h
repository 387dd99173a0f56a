/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UNIX processes and their threads, as the UNIX server's /proc tells them: what
 * it asks the kernel for (task_info, thread_info) and what it knows itself. For
 * every user; a process that ends meanwhile is left out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process_thread {
	int tid;
	char state;	     /* R S U T H, as /proc/PID/threads */
	unsigned usage;	     /* of a processor lately, in thousandths */
	unsigned sleep;	     /* whole seconds of its wait */
	int current, most;   /* priorities */
	uint64_t user, system; /* ns */
	char waits[16];	     /* the operation of the UNIX server, or "-" */
};

struct process {
	int pid, parent, nice;
	unsigned uid; /* it acts as */
	char state;   /* R S T Z, as Linux */
	bool terminal;
	uint64_t size, resident; /* bytes */
	uint64_t time;		 /* ns, ended threads included */
	struct process_thread *threads;
	size_t count;
	char name[17];
	char *command; /* its arguments with blanks between; "" if unknown */
};

/* False: there is none. process_free() it. */
bool process_read(int pid, struct process *p);
void process_free(struct process *p);
/* All, by number; *count of them. process_free() each, free() the list. */
struct process *process_all(size_t *count);
/* Bytes of memory this machine has. */
uint64_t process_memory(void);

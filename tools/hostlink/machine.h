/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emulator as a child process: started with two serial ports that are
 * sockets of ours, ended with us in every case.
 */
#ifndef HOSTLINK_MACHINE_H
#define HOSTLINK_MACHINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "buffer.h"

struct machine {
	pid_t pid;              /* 0 once it has been reaped */
	int wait_status;        /* valid when pid is 0 */
	int log_end;            /* its end of log, ours too until it is reaped */
	bool began;             /* it took up its end of log; valid then */
	int log;                /* first serial port; -1 at its end */
	int link;               /* second serial port; -1 at its end */
	int words;              /* the emulator's own messages; -1 at its end */
	struct buffer said;     /* what came from words */
};

/*
 * Starts argv, which must end with NULL, with the two serial ports added.
 * Returns false, with errno set, when there are no descriptors or processes; a
 * program that does not exist shows as an early death with words.
 */
bool machine_start(struct machine *m, char *const *argv);

/* Reaps it if it has ended. */
void machine_poll(struct machine *m);

/* Ends it now and reaps it. */
void machine_kill(struct machine *m);

/* Reads what it says about itself. */
void machine_listen(struct machine *m);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of a machine: what goes over the link, when it ends, and with which
 * status.
 */
#ifndef HOSTLINK_SESSION_H
#define HOSTLINK_SESSION_H

#include <stdbool.h>

/* Exit statuses of our own; the guest's take the rest. */
enum {
	STATUS_USAGE = 2,
	STATUS_TIMEOUT = 124,
	STATUS_PANIC = 125,
	STATUS_BROKEN = 126, /* no machine, or it does not follow the link */
};

struct settings {
	bool log_only;        /* kernel tests: the log is the output */
	bool verbose;         /* the log on standard error */
	const char *log_file; /* a copy of the log, or NULL */
	int ready_seconds;    /* until READY; 0 is for ever */
	int timeout_seconds;  /* for the whole run; 0 is for ever */
	char *const *machine; /* the emulator's argument list */
	char *const *command; /* the guest's; empty is the login shell */
};

/* Runs it and returns the exit status of tools/run. */
int session_run(const struct settings *set);

#endif

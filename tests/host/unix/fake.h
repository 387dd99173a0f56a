/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UNIX server's logic without Mach: the machine is plain memory, time goes
 * only when told, and a thread's calls are made by the test.
 */
#ifndef TESTS_UNIX_FAKE_H
#define TESTS_UNIX_FAKE_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include "../../../servers/unix/dispatch.h"
#include "../../../servers/unix/inode.h"
#include "../../../servers/unix/proc.h"
#include "../../../servers/unix/sig.h"

#define PENDING (-200000) /* the call is parked */

/* A started call; result is PENDING until it is answered. */
struct outcome {
	int64_t result;
	int flags;
	uint8_t data[UX_DATA_MAX];
	uint32_t length;
};

/* A file system with /dev, /proc, /tmp; process 1 and a child of it. */
struct lwp *fake_boot(void);
/* All processes end; the tree is freed. */
void fake_shutdown(void);

/* Time goes on by so much whenever somebody looks at the clock. */
extern uint64_t fake_tick;
/* Time goes on by ns, timers fire. */
void fake_advance(uint64_t ns);

/* Makes a call with data; the outcome may stay PENDING. */
void fake_start(struct lwp *l, struct outcome *out, int op,
		const uint64_t words[6], const void *data, size_t length);

/* The same, for calls that must be answered at once. */
int64_t fake_call(struct lwp *l, int op, uint64_t a, uint64_t b, uint64_t c,
		  uint64_t d, const void *data, size_t length);
/* What the last fake_call answered beside the result. */
extern struct outcome fake_last;

/* Calls with one path in words[1], or words[0] for call0. */
int64_t fake_path(struct lwp *l, int op, const char *path, uint64_t c,
		  uint64_t d);
int64_t fake_path0(struct lwp *l, int op, const char *path, uint64_t b);
int64_t fake_open(struct lwp *l, const char *path, int flags, int mode);
int64_t fake_write(struct lwp *l, int fd, const char *text);
/* Reads at most n bytes; they are in fake_last.data, NUL-terminated. */
int64_t fake_read(struct lwp *l, int fd, unsigned n);
struct lwp *fake_fork(struct lwp *l);
void fake_exit(struct lwp *l, int status);
int64_t fake_wait(struct lwp *l, int pid, int options, int *status);
int64_t fake_handler(struct lwp *l, int sig, uint64_t handler,
		     uint64_t flags);

extern int fake_stops, fake_continues, fake_pokes, fake_power_off_status;
extern int fake_drops; /* of caches */
extern bool fake_cores_wait; /* cores are written by core_step alone */
extern uint64_t fake_available; /* bytes of memory */
extern int fake_exec_result; /* of building the new task */

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls: requests being worked on, wait queues, timers.
 *
 * An operation is a function of a call. It returns a result >= 0, minus an
 * errno, or CALL_PARK after it hung the call on the wait queues (and the
 * deadline) that could change its answer. When one of them is woken the call
 * leaves all of them and the operation runs again from its start. What it must
 * remember between runs it keeps in call->progress.
 *
 *	new -> running -> done (reply sent, freed)
 *	          |  ^
 *	          v  | wake, deadline
 *	        parked -> done (signal: EINTR or restart)
 *
 * Everything here belongs to the server's one thread; there are no locks.
 */
#ifndef UX_CALL_H
#define UX_CALL_H

#include <stdint.h>
#include <sys/types.h>
#include "list.h"
#include "../../defs/unix_types.h"

struct lwp;
struct file;

#define CALL_PARK     (-100000) /* the call waits; no result yet */
#define CALL_NO_REPLY (-100001) /* answered elsewhere, or never */

struct call {
	struct lwp *lwp;          /* who asks; never null */
	int op;
	uint64_t words[UX_WORDS];
	uint8_t *in;              /* data of the request, owned */
	uint32_t in_length, in_cursor;
	uint8_t *out;             /* UX_DATA_MAX bytes, lent by dispatch */
	uint32_t out_length;
	uint32_t out_port;        /* send right to copy; no data then */
	int64_t progress;         /* the operation's own, kept over parking */
	int64_t partial;          /* result if a signal interrupts now */
	uint64_t deadline;        /* monotonic ns, 0 none */
	bool unkillable;          /* vfork: waits whatever signals come */
	bool timed_out;           /* the deadline has passed */
	struct file *held;        /* +1: half open, or what a parked call
				     works on */
	bool dead;                /* its thread ended while it was running */
	bool running;             /* not parked: its operation is on */
	bool restartable;         /* SA_RESTART applies when interrupted */
	struct list links;        /* call_link.of_call */
	struct list run;          /* on the run list */
	struct timer *timer;
	void (*reply)(struct call *, int64_t result, int flags);
	uint64_t reply_to;        /* for reply: the reply right */
};

struct waitq {
	struct list calls; /* call_link.of_queue */
};

struct timer {
	struct list all;
	uint64_t when; /* 0: not set */
	void (*fire)(struct timer *);
	void *owner;
};

void waitq_init(struct waitq *q);

/* Every call on q will run again, from call_run_woken(). */
void waitq_wake(struct waitq *q);

/* Hangs c on q. Returns 0 or -ENOMEM. */
int call_wait_on(struct call *c, struct waitq *q);

/*
 * Starts work on c, which it takes over (calloc'ed, as is c->in). The reply
 * may be sent before this returns, or much later.
 */
void call_start(struct call *c);
/* Where answers are made is needed only while a call runs. */
void call_discard_buffer(void);

/* Runs what was woken until nothing is. */
void call_run_woken(void);

/* c, if it is parked, will run again. */
void call_wake(struct call *c);

/* A signal came for c's thread: ends a parked call as interrupted. */
void call_interrupt(struct call *c);

/*
 * Drops a call without an answer: its thread is gone; a running one goes when
 * its operation returns. reply is called with CALL_NO_REPLY, to release the
 * reply right.
 */
void call_drop(struct call *c);

/* Sets c's deadline once; later runs keep the first. 0 <= ns. */
void call_deadline_after(struct call *c, int64_t ns);

/*
 * Takes the next length bytes of data in; NULL if there are fewer.
 * call_path takes a string of words[word] bytes, NUL included; it is NULL
 * unless the NUL is there and the only one.
 */
const void *call_take(struct call *c, uint64_t length);
const char *call_path(struct call *c, int word);

/* Appends to the data out; callers know that it fits. */
void call_put(struct call *c, const void *data, size_t length);

void timer_init(struct timer *t, void (*fire)(struct timer *), void *owner);
void timer_set(struct timer *t, uint64_t when);
void timer_clear(struct timer *t);

/* Fires what is due. Returns the ns until the next timer, or -1. */
int64_t timer_run(void);

#endif

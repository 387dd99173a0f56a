/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of one run, shared by the files it is spread over:
 *	session.c	the loop, descriptors, the beginning
 *	talk.c		what is said on the link
 *	ending.c	how a run ends, and with which status
 *
 *	BOOTING --READY--> RUNNING --EXIT--> ENDING --machine gone--> over
 *	   ^------ cut -------'
 *
 * The UNIX server died where the guest's bytes are cut; another one boots. Who
 * sits at a terminal goes on with a new shell. Nobody else could notice that a
 * command, or a part of a script, was lost: then that is the end.
 * A panic, a time-out or a broken frame ends it from any state.
 */
#ifndef HOSTLINK_SESSION_I_H
#define HOSTLINK_SESSION_I_H

#include "frame.h"
#include "log.h"
#include "machine.h"
#include "session.h"
#include "stream.h"
#include "terminal.h"

enum {
	GRACE_MS = 10000, /* from EXIT or panic to the end of the machine */
	NEVER = -1,
};

enum state {
	BOOTING,
	RUNNING,
	ENDING, /* EXIT came */
};

struct session {
	const struct settings *set;
	struct machine machine;
	struct log log;
	struct terminal terminal;
	struct buffer received; /* frames from the guest */
	struct buffer to_send;	/* frames to the guest */
	struct stream out[LINK_CHANNELS];
	unsigned in_channel; /* LINK_STDIN or LINK_TTY */
	uint32_t in_credit;
	bool in_ended; /* our input is at its end */
	enum state state;
	bool restarted;	     /* a server that had STARTed something died */
	bool dumping;	     /* timed out; the kernel says what it did */
	bool over; /* status is final */
	int status;
	int signals;	    /* signalfd */
	long long ready_by; /* ms, NEVER */
	long long end_by;   /* ms, NEVER: --timeout */
	long long gone_by;  /* ms, NEVER: grace */
};

long long now_ms(void);
long long deadline(int seconds); /* NEVER for 0 */

/* --- talk.c */

/* Acts on all frames received so far. */
void talk_take(struct session *s);
/* Data for the guest, under its credit; length is not 0. */
void talk_put_input(struct session *s, const void *bytes, size_t length);
void talk_end_input(struct session *s);
/* Credit for, and news about, what became of the guest's output. */
void talk_settle(struct session *s, unsigned channel);
void talk_put_winsize(struct session *s);

/* --- ending.c; the first reason stays */

void end_with(struct session *s, int status);
/* The same, with a line on standard error. */
__attribute__((format(printf, 3, 4))) void
end_failed(struct session *s, int status, const char *format, ...);
/* The machine is gone and everything it said is read. */
void end_gone(struct session *s);
/* The command is lost; how its server died, a text of so many bytes. */
void end_lost(struct session *s, const void *how, unsigned length);
/* A time-out, and the kernel has said what it did, or not. */
void end_dumped(struct session *s);
/* Looks at the clock. */
void end_late(struct session *s);

#endif

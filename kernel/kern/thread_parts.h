/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parts of struct thread that belong to one module each; only that module
 * looks inside. They are here so that a thread is one allocation, and two once
 * it has to do with exceptions.
 */
#pragma once

#include <arch/atomic.h>
#include <kern/list.h>
#include <stdint.h>

struct ipc_port;
struct ipc_message;
struct ipc_request;
struct ipc_set;
struct ipc_entry;
struct processor;

/* kern/sched: see sched.h. (l) thread's lock, (q) lock of the run queue of
 * `processor`, (s) the thread itself, (f) fixed. */
struct thread_sched {
	struct list_node runq_link;	/* (q) */
	struct processor *_Atomic processor; /* where it ran last or is queued */
	_Atomic int8_t current;		/* (q) priority, 31 most urgent */
	int8_t base, max;		/* (l) */
	uint8_t level;			/* (q) current when it was queued */
	uint8_t policy;			/* (l) */
	bool bound;			/* (s) stays on its processor */
	uint16_t usage;			/* decayed, scaled TH_USAGE_SCALE */
	_Atomic uint32_t flags;
	_Atomic int policy_data;	/* (l) ms, 0: the usual quantum */
	unsigned stop_count, suspend_count; /* (l) */
	uint32_t usage_total;		/* total_ns when usage was, in units of
					 * 2^16 ns: wraps after three days of
					 * running, aged every 50 ms of it */
	uint64_t usage_due;		/* when usage is to be computed anew:
					 * USAGE_PERIOD after it was */
	uint64_t total_ns;		/* that it ran */
	uint64_t sleep_stamp;		/* when it blocked last */
	union {
		uint64_t depress_until;	/* 0: until it runs again */
		void *start;		/* of a kernel thread to come */
	};
	_Atomic uint32_t user_samples, system_samples;
	uint64_t told_user, told_system; /* (l) ns, as last told */
};

/* kernel/ipc: a receive in progress, what is kept between calls. */
struct thread_ipc {
	union {
		/* Handed over by the sender, who owns the wait; the first thing
		 * taken by who waited. */
		struct ipc_message *message;
		/* Messages being destroyed, by the thread itself: it waits for
		 * none before that is over. */
		struct list *doomed;
	};
	uint32_t state;		     /* what ended the wait: MACH_RCV_* */
	uint32_t causal_id;
	union {
		struct {
			uint32_t receive_size; /* or of what is too large */
			uint32_t more; /* beside MACH_RCV_MSG: message_i.h */
		};
		int64_t room;	     /* negative if there is more */
	};
	uint32_t sent, received;     /* messages of the fast path */
	/* Of the receive that is going on, or of a call of the kernel, which
	 * has no buffer. The thread's own. */
	union {
		uint64_t buffer;     /* user address */
		void (*done)(void);  /* its type is krpc.c's */
	};
	uintptr_t place;	     /* waited on, +1: port_i.h */
	struct ipc_message *spare;   /* memory kept for the next message */
	struct ipc_request *request; /* one kept for the manual's next entry */
	struct ipc_entry *from, *to; /* entries used last, good if */
	uint64_t version;	     /* this is their space's version */
	uint32_t notify;	     /* of a receive */
	uint32_t reply_name;	     /* what thread_reply gave, or 0 */
};

/* kernel/task: special ports, exception in progress. Beside the thread, from the
 * first port that it is given, or exception that it raises, to its end. */
struct thread_exc {
	struct ipc_port *sself;		 /* what thread_self gives */
	struct ipc_port *exception_port; /* send right or NULL */
	struct ipc_port *reply_port;	 /* (s) cached for exception replies */
	uint32_t thread_name, task_name; /* (s) that a handler was told last */
	uint8_t exception, state;	 /* (s), and the next two */
	int32_t code;			 /* all of ours fit */
	int64_t subcode;
};

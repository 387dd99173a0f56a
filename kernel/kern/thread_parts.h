/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parts of struct thread that belong to one module each; only that module
 * looks inside. They are here so that a thread is one allocation.
 */
#pragma once

#include <arch/atomic.h>
#include <kern/list.h>
#include <stdint.h>

struct ipc_port;
struct ipc_message;
struct ipc_set;
struct processor;
struct processor_set;

/* kern/sched: see sched.h. */
struct thread_sched {
	struct list_node runq_link;
	struct processor *processor; /* where it ran last or is queued */
	struct processor_set *pset;
	int base, max, current;	     /* priorities, 31 most urgent */
	int policy, policy_data;
	unsigned stop_count, suspend_count;
	uint32_t flags;
	uint64_t quantum_end, ready_since, wait_since;
	uint64_t user_ns, system_ns, usage_stamp;
	uint32_t usage;		     /* decayed, scaled TH_USAGE_SCALE */
	int depress_saved;	     /* -1: not depressed */
	uint64_t depress_until;
};

/* kernel/ipc: a receive in progress, what is kept between calls. */
struct thread_ipc {
	struct ipc_message *message; /* handed over by the sender */
	uint32_t state;		     /* what ended the wait: MACH_RCV_* */
	uint32_t option, receive_size;
	uint32_t causal_id;
	uint64_t buffer;	     /* user address */
	struct ipc_port *port;	     /* waited on, +1 */
	struct ipc_set *set;	     /* or this, +1 */
	struct ipc_message *spare;   /* memory kept for the next message */
	struct list *doomed;	     /* messages being destroyed */
	uint64_t words[2];
};

/* kernel/task: special ports, exception in progress. */
struct thread_exc {
	struct ipc_port *self_port;	 /* the kernel port, fixed */
	struct ipc_port *sself;		 /* what thread_self gives */
	struct ipc_port *exception_port; /* send right or NULL */
	struct ipc_port *reply_port;	 /* cached for exception replies */
	uint32_t reply_name;		 /* what thread_reply gave, or 0 */
	int exception;
	int64_t code, subcode;
	uint32_t state;
};

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tracing messages. While no trace is on, nothing of this is on the way of a
 * fast call: the trap for mach_msg leads to another function while one is (who
 * makes traces sees to it), and the general copy-out asks ipc_tracing.
 */
#pragma once

#include <arch/atomic.h>
#include <kern/charge.h>
#include <kern/kr.h>
#include <mach/message.h>
#include <stdint.h>

struct ipc_space;
struct ipc_trace;

extern _Atomic unsigned ipc_tracing; /* traces that are on */

/* On from now on, of one space, and those made by its task (follow). Keeps the
 * account. *first: there was none. KR_RESOURCE_SHORTAGE. */
enum kr ipc_trace_create(struct account *account, struct ipc_space *space,
			 uint64_t task, bool follow, struct ipc_trace **trace,
			 bool *first);
/* Off and gone. True: it was the last one. */
bool ipc_trace_destroy(struct ipc_trace *t);

/* A task was made: is its maker followed? */
void ipc_trace_inherit(struct ipc_space *parent, struct ipc_space *child,
		       uint64_t task);

/* The name of the calling thread's task, 32 bytes: the task layer's. */
extern void (*ipc_trace_name)(char *name);

/* A message (or NULL) of the calling thread's task; what: MSG_TRACE_*. */
void ipc_trace_note(uint16_t what, const mach_msg_header_t *message,
		    int32_t code);

/* The records since the last call, valid until ipc_trace_read_done. KR_FAILURE:
 * a reader is at it. */
struct ipc_trace_read {
	const void *records;
	size_t bytes;
	uint64_t lost;
	unsigned live; /* spaces traced */
};
enum kr ipc_trace_read(struct ipc_trace *t, struct ipc_trace_read *read);
void ipc_trace_read_done(struct ipc_trace *t);

/* mach_msg while a trace is on, for every task. */
int64_t ipc_trap_mach_msg_traced(uint64_t buffer, uint64_t option,
				 uint64_t send_size, uint64_t rcv_size,
				 uint64_t rcv_name, uint64_t timeout);

void ipc_trace_init(void);

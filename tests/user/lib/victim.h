/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that make exceptions, and answers to those: victim.c.
 */
#ifndef VICTIM_H
#define VICTIM_H

#include <mach/exception.h>
#include <mach/mach.h>
#include <server/child.h>
#include <server/exc_request.h>

struct request {
	EXC_REQUEST_SHORT
	char room[64];
};

struct answer {
	mach_msg_header_t head;
	mach_msg_type_t type;
	kern_return_t code;
};

bool exception_wait(mach_port_t port, struct request *r, unsigned ms);

void answer_raw(mach_port_t to, int id, mach_msg_size_t size,
		kern_return_t code);
void answer(const struct request *r, kern_return_t code);

/* What a received request gave us. */
void release(const struct request *r);

struct victim {
	volatile int kind;
	volatile int done; /* survived */
	volatile long result;
	volatile unsigned long counter;
};

enum { V_NULL, V_UD2, V_DIVIDE, V_INT3, V_SYSCALL, V_HLT, V_X87, V_STEP,
       V_WILD };

void raise_kind(int kind);
void victim_body(void *victim);

/* A child whose task exception port is the given one. */
bool victim_start(struct child *c, struct victim *v, int kind,
		  mach_port_t task_port, mach_port_t thread_port);

/* The thread goes on n bytes later, without single steps. */
void skip_bytes(thread_t thread, unsigned n);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's part of a thread. The entry code writes user registers
 * directly into it: the processor pushes an interrupt's frame at its end, and
 * `syscall` entry stores there what it must keep (docs/traps.md).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The order is that of the pushes in trap_entry.S, and the last five words
 * are the processor's. A multiple of 16 bytes. */
struct user_frame {
	uint64_t r15, r14, r13, r12, rbp, rbx;
	uint64_t r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* How much of the frame holds. */
enum frame_kind {
	FRAME_WHOLE,	   /* all of it */
	FRAME_TRAP,	   /* a Mach trap: callee-saved, rip, rsp, rflags; every
			      other general register returns zero */
	FRAME_TRAP_RESULT, /* the same, and rax */
};

/* Reasons for a slower switch. */
enum {
	MACHINE_VECTOR = 1, /* has a vector-state image */
	MACHINE_DEBUG = 2,  /* has debug registers */
	MACHINE_NO_TSC = 4, /* rdtsc faults in user mode */
};

struct debug_state;

struct machine_thread {
	struct user_frame frame;
	uint64_t fs_base, gs_base; /* while it does not run */
	void *vector;	    /* XSAVE image; NULL while initial */
	struct debug_state *debug; /* NULL while initial */
	uint64_t fault_address;	   /* cr2 of the last page fault */
	uint32_t extra; /* MACHINE_* */
	uint32_t kind;	/* enum frame_kind; last: the thread's ast follows */
} __attribute__((aligned(16)));

/* Of the trap that the thread is in. */
static inline uint64_t machine_trap_seventh(const struct machine_thread *m)
{
	return m->frame.rbx;
}

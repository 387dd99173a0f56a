/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Register state of a thread as thread_get_state and thread_set_state carry
 * it: arrays of 32-bit words; counts are in words.
 */
#ifndef MACH_X86_64_THREAD_STATUS_H
#define MACH_X86_64_THREAD_STATUS_H

#define x86_64_THREAD_STATE    4
#define x86_64_FLOAT_STATE     5
#define x86_64_EXCEPTION_STATE 6
#define x86_64_DEBUG_STATE     7

/*
 * The general registers. Of rflags, user code owns the arithmetic flags, TF,
 * DF, NT, RF, AC and ID; IF always reads 1. cs and ss are fixed: 0 or the value
 * read is accepted. rip, fs_base and gs_base must be user addresses.
 */
struct x86_64_thread_state {
	unsigned long r8, r9, r10, r11, r12, r13, r14, r15;
	unsigned long rax, rbx, rcx, rdx, rdi, rsi, rbp, rsp;
	unsigned long rip, rflags, cs, ss, fs_base, gs_base;
};
#define x86_64_THREAD_STATE_COUNT 44

/*
 * Vector and floating point registers: the processor's XSAVE image, in the
 * standard form. Its length depends on the processor; at most:
 */
#define x86_64_FLOAT_STATE_MAX 1024

/* The last exception: vector, error code, faulting address. Read only. */
struct x86_64_exception_state {
	unsigned int trapno, err;
	unsigned long cr2;
};
#define x86_64_EXCEPTION_STATE_COUNT 4

/* Hardware breakpoints and watchpoints, at user addresses only. */
struct x86_64_debug_state {
	unsigned long dr0, dr1, dr2, dr3, dr6, dr7;
};
#define x86_64_DEBUG_STATE_COUNT 12

#endif

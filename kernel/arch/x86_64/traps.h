/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions and interrupts: private to arch/x86_64.
 */
#pragma once

#include <machine/thread.h>

enum {
	TRAP_DIVIDE = 0,
	TRAP_DEBUG = 1,
	TRAP_NMI = 2,
	TRAP_BREAKPOINT = 3,
	TRAP_OVERFLOW = 4,
	TRAP_BOUND = 5,
	TRAP_OPCODE = 6,
	TRAP_NO_VECTOR = 7,
	TRAP_DOUBLE_FAULT = 8,
	TRAP_SEGMENT = 11,
	TRAP_STACK = 12,
	TRAP_PROTECTION = 13,
	TRAP_PAGE = 14,
	TRAP_X87 = 16,
	TRAP_ALIGNMENT = 17,
	TRAP_MACHINE_CHECK = 18,
	TRAP_SIMD = 19,
	TRAP_COUNT = 32,
};

extern const uint64_t trap_stubs[256];
void syscall_entry(void);

/* Boot processor: makes the table of Mach traps. */
void traps_init(void);

/* Called by trap_entry.S. */
void user_trap(struct user_frame *f);	/* on the thread's kernel stack */
void kernel_trap(struct user_frame *f); /* where it happened */
void fatal_trap(struct user_frame *f);	/* NMI, double fault and the like:
					   on a stack of its own */
void redirect_trap(int64_t number);

/* A page fault of user code that the processor made with the kernel's rights
 * (user_iret.c). Interrupts on. */
void user_supervisor_fault(struct user_frame *f, uintptr_t address);

/* A place where the kernel may fault: code in [start, end) goes on at fixup. */
enum { FIXUP_USER, FIXUP_USER_NOFAULT, FIXUP_ANY };
struct fixup {
	uint64_t start, end, fixup, kind;
};

/* Reads a word of kernel memory if it is mapped. */
bool probe_u64(uint64_t address, uint64_t *value);

/* The chain of calls that ends at these registers, on the console. */
void backtrace(uint64_t rip, uint64_t rsp, uint64_t rbp);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From user mode into the kernel. The machine's entry code saves the user
 * state in the current thread's machine_thread and calls one of the functions
 * below, which kernel/trap provides. They run on the thread's kernel stack,
 * interrupts on, may block, and may never return (a continuation leaves the
 * kernel by context_user_return).
 */
#pragma once

#include <arch/types.h>

/*
 * Mach traps: number -n in the result register calls mach_trap_table[n] with
 * up to six arguments (a seventh: machine_trap_seventh of <machine/thread.h>); the
 * value returned goes to the result register. An entry without a function is
 * redirected like any other number.
 */
typedef int64_t (*mach_trap_fn)(uint64_t, uint64_t, uint64_t, uint64_t,
				uint64_t, uint64_t);
#define MACH_TRAP_COUNT 128
extern const mach_trap_fn mach_trap_table[MACH_TRAP_COUNT];

/* From now on trap -number calls fn; threads on their way do not mind. */
void trap_replace(unsigned number, mach_trap_fn fn);

/*
 * Any other number. Returns the handler's user address, or raises the
 * exception and does not return. The entry code continues at the handler as
 * docs/traps.md says.
 */
vaddr_t trap_redirect(int64_t number);

/* A page fault at a user address, from user mode: access is ACCESS_*. */
void trap_user_fault(vaddr_t address, unsigned access);

/*
 * A page fault inside copy_in / copy_out. True: resolved, try again; false:
 * the access fails. May block.
 */
bool trap_copy_fault(vaddr_t address, unsigned access);

/* Any other exception raised by user code, in the terms of <mach/exception.h>. */
void trap_user_exception(int exception, int64_t code, int64_t subcode);

/* Provided by kern/sched.c: pending work of the current thread (stop,
 * terminate, end of quantum), called on the way out with interrupts off while
 * the thread's ast word is not zero; may block or never return. */
void thread_ast(void);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel contexts: stacks and switching. Policy is kern/sched.c's.
 *
 * A thread at rest with a continuation has no kernel stack: it is its saved
 * user state in struct thread and nothing else. A thread blocked in the middle
 * of kernel code keeps its stack and a saved kernel context.
 *
 * <machine/thread.h> defines struct machine_thread, embedded in struct thread:
 * saved user registers (written directly by the entry code), fs and gs base,
 * pointer to the vector-state image (NULL while initial), saved kernel stack
 * pointer.
 */
#pragma once

#include <arch/types.h>
#include <kern/kr.h>
#include <machine/thread.h>

struct thread;

/* Kernel stack size in bytes, without the guard page. */
extern const size_t context_stack_size;

/*
 * Saves the current kernel context in from, makes to current on this
 * processor (registers, pmap, vector state) and resumes to's saved kernel
 * context. Interrupts are off. Returns, much later, when somebody switches
 * back to from; the value is the thread that ran here just before.
 */
struct thread *context_switch(struct thread *from, struct thread *to);

/*
 * The same, but to has no saved kernel context: it starts on the empty stack
 * whose top is given, by calling fn(previous thread), which never returns.
 */
struct thread *context_switch_new(struct thread *from, struct thread *to,
				  void *stack_top, void (*fn)(struct thread *));

/* Leaves the current thread for good (it has a continuation or is dead):
 * no kernel context is saved. */
[[gnu::noreturn]] void context_resume(struct thread *to, struct thread *from);
[[gnu::noreturn]] void context_start(struct thread *to, struct thread *from,
				void *stack_top, void (*fn)(struct thread *));

/*
 * Stack hand-off: makes to current (pmap, vector state) while execution stays
 * on the stack in use, which from gives up.
 */
void context_adopt(struct thread *from, struct thread *to);

/* Logs where a thread that keeps its stack has left its processor. */
void context_backtrace(const struct thread *t);

/* Cuts the running stack back to its top and calls fn(), which never
 * returns. */
[[gnu::noreturn]] void context_call(void *stack_top, void (*fn)(void));

/* Leaves the kernel to the current thread's saved user state, looking at
 * pending work (thread_ast) first. The whole saved state is restored. */
[[gnu::noreturn]] void context_user_return(void);

/* The same for a thread in a trap, whose result this is; moot if its state was
 * replaced meanwhile. */
[[gnu::noreturn]] void context_trap_return(int64_t result);

/* Vector state: frees the image, if any. Thread not running. */
void machine_thread_cleanup(struct machine_thread *m);

/* A new thread's user state: all registers zero, flags sane. */
void machine_thread_init(struct machine_thread *m);

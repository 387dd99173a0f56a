/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Mach traps: the one list of their numbers, shared by the kernel and by
 * libraries, usable from assembly.
 *
 * A trap is entered with the *negative* number in rax; arguments in rdi, rsi,
 * rdx, r10, r8, r9 and, for a seventh, rbx; the result comes back in rax.
 * Callee-saved, segment-base and vector registers are kept, rcx and r11 are as
 * `syscall` leaves them, every other general register returns 0.
 *
 * A *twin* is the fast form of an RPC. If its task (or other target) argument
 * is not a kernel port of this kernel the twin has no effect and returns
 * MACH_SEND_INTERRUPTED: the caller then sends the RPC.
 */
#ifndef MACH_MACH_TRAPS_H
#define MACH_MACH_TRAPS_H

/* The caller's own ports. */
#define MACH_TRAP_TASK_SELF		10 /* () -> port, +1 (the manual's) */
#define MACH_TRAP_THREAD_REPLY		11 /* () -> port */
#define MACH_TRAP_TASK_NOTIFY		12 /* () -> port */
#define MACH_TRAP_THREAD_SELF		13 /* () -> port, +1 (the manual's) */
#define MACH_TRAP_MACH_REPLY_PORT	26 /* () -> port, receive right */
#define MACH_TRAP_MACH_THREAD_SELF	27 /* () -> port, +1 */
#define MACH_TRAP_MACH_TASK_SELF	28 /* () -> port, no reference added */
#define MACH_TRAP_MACH_HOST_SELF	29 /* () -> port, +1 */

/* (msg, option, send size, receive size, receive name, time-out, notify) */
#define MACH_TRAP_MACH_MSG		25

/*
 * Not in the kernel: redirected like any other number, so that whoever handles
 * the task's system calls decides. The answer is a port, or 0.
 */
#define MACH_TRAP_HOST_PRIV_SELF	56 /* () -> port, +1 */
#define MACH_TRAP_PROCESSOR_SET_PRIV_SELF 57 /* () -> port, +1 */

/* Scheduling of the caller. */
#define MACH_TRAP_SWTCH_PRI		59 /* (int pri) -> boolean */
#define MACH_TRAP_SWTCH			60 /* () -> boolean */
#define MACH_TRAP_THREAD_SWITCH		61 /* (thread, option, ms) */

/*
 * Twins. vm_map has more arguments than registers; the small ones share the
 * seventh: VM_MAP_TRAP_FLAGS.
 */
#define MACH_TRAP_VM_MAP		64 /* (task, *addr, size, mask, object,
					      offset, flags) */
#define MACH_TRAP_VM_ALLOCATE		65 /* (task, *addr, size, anywhere) */
#define MACH_TRAP_VM_DEALLOCATE		66 /* (task, addr, size, flags) */
#define MACH_TRAP_MACH_PORT_ALLOCATE	72 /* (task, right, *name) */
#define MACH_TRAP_MACH_PORT_DEALLOCATE	73 /* (task, name) */
#define MACH_TRAP_MACH_PORT_INSERT_RIGHT 74 /* (task, name, right, type) */

/* Ours. */
#define MACH_TRAP_THREAD_EXIT		100 /* (int *clear): no return */
#define MACH_TRAP_FUTEX_WAIT		101 /* (addr, value, flags, deadline) */
#define MACH_TRAP_FUTEX_WAKE		102 /* (addr, n, flags) -> woken */
#define MACH_TRAP_CLOCK_GET		103 /* (clock) -> ns */
#define MACH_TRAP_MACH_PORT_DESTROY	104 /* twin: (task, name) */
#define MACH_TRAP_MACH_PORT_MOD_REFS	105 /* twin: (task, name, right, delta) */
#define MACH_TRAP_VM_PROTECT		106 /* twin: (task, addr, size, set_max,
					       prot) */
#define MACH_TRAP_DEBUG_LOG		107 /* (text, length): kernel log */

/* Only the pages of private zero-filled memory, which stays mapped. */
#define VM_DEALLOCATE_TRAP_PAGES 0x1

#define VM_MAP_TRAP_ANYWHERE 0x1
#define VM_MAP_TRAP_COPY     0x2
#define VM_MAP_TRAP_REPLACE  0x4 /* not with ANYWHERE: instead of what is there */
#define VM_MAP_TRAP_CUR_SHIFT	  8  /* 8 bits each */
#define VM_MAP_TRAP_MAX_SHIFT	  16
#define VM_MAP_TRAP_INHERIT_SHIFT 24

/* clock_get */
#define MACH_CLOCK_MONOTONIC 0 /* ns since boot */
#define MACH_CLOCK_REALTIME  1 /* ns since 1970 */

/* futex_wait, futex_wake */
#define FUTEX_SHARED	     1 /* by object and offset, not by map and address */
#define FUTEX_NO_DEADLINE    (~0ull)

#ifndef __ASSEMBLER__

#include <mach/message.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What programs call; libmach has them. The deadline of futex_wait is
 * MACH_CLOCK_MONOTONIC time; its codes are KERN_SUCCESS (woken, perhaps
 * spuriously), KERN_FAILURE (the value differs), KERN_ABORTED, KERN_TIMEDOUT,
 * KERN_INVALID_ADDRESS, KERN_INVALID_ARGUMENT (unaligned). futex_wake returns
 * the number woken. thread_exit stores 0 through clear (unless NULL), wakes one
 * waiter there and ends the thread as its very last act. debug_log writes one
 * line (256 bytes of it, unprintable ones as dots); KERN_RESOURCE_SHORTAGE: the
 * task, or all together, have written too many in a short time.
 */
mach_port_t mach_reply_port(void);
mach_port_t mach_thread_self(void);
mach_port_t mach_host_self(void);
boolean_t swtch(void);
boolean_t swtch_pri(int priority);
kern_return_t thread_switch(mach_port_t hint, int option,
			    mach_msg_timeout_t milliseconds);
[[gnu::noreturn]] void thread_exit(int *clear);
kern_return_t futex_wait(const int *address, int expected, int flags,
			 uint64_t deadline_ns);
unsigned futex_wake(const int *address, unsigned n, int flags);
uint64_t clock_get(int clock);
kern_return_t debug_log(const char *text, size_t length);

#endif
#endif

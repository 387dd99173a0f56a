/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Mach traps: copy in, check, call, copy out, nothing else. Numbers are in
 * <mach/mach_traps.h>; each function has the shape of a mach_trap_table entry.
 */
#pragma once

#include <arch/trap.h>

#define TRAP(name)                                                          \
	int64_t name(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,    \
		     uint64_t a4, uint64_t a5)

/* The arguments a trap does not have. */
#define UNUSED_FROM_0 (void)a0, UNUSED_FROM_1
#define UNUSED_FROM_1 (void)a1, UNUSED_FROM_2
#define UNUSED_FROM_2 (void)a2, UNUSED_FROM_3
#define UNUSED_FROM_3 (void)a3, UNUSED_FROM_4
#define UNUSED_FROM_4 (void)a4, UNUSED_FROM_5
#define UNUSED_FROM_5 (void)a5

/* trap_self.c: the caller's own ports */
TRAP(trap_task_self);
TRAP(trap_thread_reply);
TRAP(trap_task_notify);
TRAP(trap_thread_self);
TRAP(trap_mach_thread_self);
TRAP(trap_mach_task_self);
TRAP(trap_mach_host_self);

/* trap_sched.c */
TRAP(trap_swtch_pri);
TRAP(trap_swtch);
TRAP(trap_thread_switch);
TRAP(trap_thread_exit);
TRAP(trap_futex_wait);
TRAP(trap_futex_wake);
TRAP(trap_clock_get);
TRAP(trap_debug_log);

/* trap_vm.c: twins */
TRAP(trap_vm_map);
TRAP(trap_vm_allocate);
TRAP(trap_vm_deallocate);
TRAP(trap_vm_protect);

/* trap_port.c: twins */
TRAP(trap_mach_port_allocate);
TRAP(trap_mach_port_deallocate);
TRAP(trap_mach_port_destroy);
TRAP(trap_mach_port_mod_refs);
TRAP(trap_mach_port_insert_right);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ipc counts, per processor, without locks: for the scale measurements
 * and the tests.
 */
#pragma once

#include <kern/sched.h>

enum ipc_counter {
	IPC_MESSAGES,	  /* sent by mach_msg the general way */
	IPC_FAST_RPCS,	  /* handed over by the fast path */
	IPC_KERNEL_CALLS, /* answered by the kernel */
	IPC_COUNTERS,
};
_Static_assert(IPC_COUNTERS <= PROCESSOR_COUNTS_VM, "struct processor");

static inline void ipc_count(enum ipc_counter c)
{
	cpu_processor()->counts[c]++;
}

/* Sum over all processors. */
uint64_t ipc_counter_total(enum ipc_counter c);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of host_counters: events since boot.
 */
#ifndef MACH_HOST_COUNTERS_H
#define MACH_HOST_COUNTERS_H

enum host_counter {
	HOST_COUNTER_FAULTS,
	HOST_COUNTER_ZERO_FILLS,
	HOST_COUNTER_PAGES_COPIED,
	HOST_COUNTER_COLLAPSES,	   /* shadow objects merged */
	HOST_COUNTER_BYPASSES,	   /* shadow objects skipped */
	HOST_COUNTER_LONGEST_CHAIN, /* of shadow objects, ever */
	HOST_COUNTER_PTES_ENTERED,
	HOST_COUNTER_FRAMES,	   /* of usable memory */
	HOST_COUNTER_FRAMES_FREE,  /* caches included */
	HOST_COUNTER_FRAMES_VM,	   /* held by VM pages */
	HOST_COUNTER_FRAMES_KERNEL,
	HOST_COUNTER_FRAMES_TABLES, /* of tasks' page tables */
	HOST_COUNTER_FRAMES_POOLS, /* zones', used or not; spare kernel stacks',
				      and tables of the kernel's, which serve
				      the next stacks */
	HOST_COUNTER_LOCK_WAITS,   /* a spin lock was not free */
	HOST_COUNTER_LOCK_SPINS,   /* turns in the loops of these waits */
	HOST_COUNTER_COUNT,
};

#endif

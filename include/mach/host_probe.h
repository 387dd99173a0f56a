/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What host_probe does to the calling thread, for tests, in a debug kernel.
 */
#ifndef MACH_HOST_PROBE_H
#define MACH_HOST_PROBE_H

enum {
	/* The value-th allocation or charge from now (0: the next) fails;
	 * negative: none. Out: what was left of the last such count, negative
	 * if it had come to its end. */
	HOST_PROBE_FAIL = 1,
	/* Value 1 begins, 0 ends measuring the longest stretch of the kernel
	 * without a point where others may run, in nanoseconds. Out: that. */
	HOST_PROBE_STRETCH = 2,
};

#endif

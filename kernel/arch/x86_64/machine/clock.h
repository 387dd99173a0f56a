/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time in line, for the switch of threads: the cycle counter, scaled. Fixed
 * once the clock is calibrated (clock.c).
 */
#pragma once

#include <stdint.h>

extern uint64_t clock_tsc_start;
extern uint64_t clock_ns_per_cycle; /* 32.32 */

static inline uint64_t clock_read(void)
{
	uint64_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)((unsigned __int128)((high << 32 | low) -
					      clock_tsc_start) *
				  clock_ns_per_cycle >>
			  32);
}

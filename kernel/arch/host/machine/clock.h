/* SPDX-License-Identifier: BSD-2-Clause */
/* The time in line: <arch/clock.h>. */
#pragma once

static inline uint64_t clock_read(void)
{
	return clock_now();
}

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MACH_TIME_VALUE_H
#define MACH_TIME_VALUE_H

typedef struct time_value {
	int seconds;
	int microseconds; /* 0 .. 999999 */
} time_value_t;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Types of defs/bench.defs. */
#ifndef MACH_BENCH_TYPES_H
#define MACH_BENCH_TYPES_H

typedef struct {
	int word[6];
} bench_data_t;

#endif

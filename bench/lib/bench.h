/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring in instructions: under `-icount shift=0` the time-stamp counter
 * advances by one for each instruction, whatever the machine is doing. Each
 * program prints lines "row NAME INSTRUCTIONS" or "scale NAME SIZE FEW MANY" when
 * it ends; bench/run makes the tables.
 */
#ifndef BENCH_H
#define BENCH_H

#include <mach/mach.h>
#include <stdint.h>

static inline uint64_t bench_clock(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* Ends the program unless the counter counts instructions. */
void bench_calibrate(void);

/* Runs once() warm times, then n times, and notes the mean; name stays. */
void bench_row(const char *name, void (*once)(void), unsigned n);

/* The same, noting nothing. */
uint64_t bench_mean(void (*once)(void), unsigned n);

/* Notes a row of the second table: what an operation costs where there are size
 * of its kind, and what it costs where there are few. */
void bench_scale(const char *name, unsigned size, uint64_t few, uint64_t mean);

/* The same as bench_row for calls on the address map, in child tasks. */
void bench_map_row(const char *name, void (*once)(void), unsigned n);

/*
 * What a thread has used of late changes its priority, and a hand-off between
 * two that differ costs more: after this all are equal. Idles.
 */
void bench_rest(void);

/* Notes a row that was measured otherwise: total over n. */
void bench_result(const char *name, uint64_t total, unsigned n);

/* Ends the program with a word if a call failed. */
void bench_must(const char *what, kern_return_t kr);

/* size bytes, aligned to 2 MiB, every page written. */
char *bench_memory(vm_size_t size);
void bench_touch(char *memory, vm_size_t size);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring in instructions: under `-icount shift=0` the time-stamp counter
 * advances by one for each instruction, whatever the machine is doing. Each
 * program prints lines "row NAME INSTRUCTIONS"; bench/run makes the table.
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

/* Runs once() warm times, then n times, and prints the mean. */
void bench_row(const char *name, void (*once)(void), unsigned n);

/* Prints a row that was measured otherwise: total over n. */
void bench_result(const char *name, uint64_t total, unsigned n);

/* Ends the program with a word if a call failed. */
void bench_must(const char *what, kern_return_t kr);

/* size bytes, aligned to 2 MiB, every page written. */
char *bench_memory(vm_size_t size);
void bench_touch(char *memory, vm_size_t size);

#endif

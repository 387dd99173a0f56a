/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define LOOPS	1000000ull
#define ALIGNED (2ul << 20)

void bench_must(const char *what, kern_return_t kr)
{
	if (kr == KERN_SUCCESS)
		return;
	printf("failed %s: %s\n", what, mach_error_string(kr));
	exit(1);
}

/* Two instructions a round. */
void bench_calibrate(void)
{
	uint64_t n = LOOPS, before = bench_clock(), took;

	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(n));
	took = bench_clock() - before;
	if (took < 2 * LOOPS || took > 2 * LOOPS + LOOPS / 50) {
		printf("failed calibration: %llu instructions took %llu ticks; "
		       "run with --icount\n",
		       2 * LOOPS, (unsigned long long)took);
		exit(1);
	}
}

void bench_result(const char *name, uint64_t total, unsigned n)
{
	printf("row %s %llu\n", name, (unsigned long long)(total / n));
	fflush(stdout);
}

void bench_row(const char *name, void (*once)(void), unsigned n)
{
	uint64_t before;

	for (unsigned i = 0; i < n / 10 + 1; i++)
		once();
	before = bench_clock();
	for (unsigned i = 0; i < n; i++)
		once();
	bench_result(name, bench_clock() - before, n);
}

void bench_touch(char *memory, vm_size_t size)
{
	for (vm_size_t at = 0; at < size; at += vm_page_size)
		*(volatile char *)(memory + at) = 1;
}

char *bench_memory(vm_size_t size)
{
	vm_address_t a = 0;

	bench_must("vm_map", vm_map(mach_task_self(), &a, size, ALIGNED - 1,
				    TRUE, MACH_PORT_NULL, 0, FALSE,
				    VM_PROT_DEFAULT, VM_PROT_ALL,
				    VM_INHERIT_COPY));
	bench_touch((char *)a, size);
	return (char *)a;
}

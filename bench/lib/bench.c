/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include <mach/mach_traps.h>
#include <mach/policy.h>
#include <server/child.h>
#include <stdio.h>
#include <stdlib.h>

#define LOOPS	1000000ull
#define ALIGNED (2ul << 20)
#define ROWS_MAX 32
#define REST_MS 20000
#define SHAPES 128

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

/*
 * Printed at the end: a line that goes out over the serial port while the next
 * row is measured would be counted there, interrupt by interrupt.
 */
static struct row {
	const char *name;
	uint64_t mean, few;
	unsigned size; /* 0: not a row of scale */
} rows[ROWS_MAX];
static unsigned rows_count;

static void print_row(const struct row *r)
{
	if (r->size == 0)
		printf("row %s %llu\n", r->name, (unsigned long long)r->mean);
	else
		printf("scale %s %u %llu %llu\n", r->name, r->size,
		       (unsigned long long)r->few, (unsigned long long)r->mean);
}

static void print_rows(void)
{
	for (unsigned i = 0; i < rows_count; i++)
		print_row(&rows[i]);
}

static void note(struct row row)
{
	if (rows_count == 0)
		atexit(print_rows);
	if (rows_count == ROWS_MAX) {
		printf("failed %s: more than %d rows\n", row.name, ROWS_MAX);
		exit(1);
	}
	rows[rows_count++] = row;
}

void bench_result(const char *name, uint64_t total, unsigned n)
{
	note((struct row){ .name = name, .mean = total / n });
}

void bench_scale(const char *name, unsigned size, uint64_t few, uint64_t mean)
{
	note((struct row){ name, mean, few, size });
}

void bench_rest(void)
{
	thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, REST_MS);
}

static uint64_t total_of(void (*once)(void), unsigned n)
{
	uint64_t before;

	for (unsigned i = 0; i < n / 10 + 1; i++)
		once();
	before = bench_clock();
	for (unsigned i = 0; i < n; i++)
		once();
	return bench_clock() - before;
}

uint64_t bench_mean(void (*once)(void), unsigned n)
{
	return total_of(once, n) / n;
}

void bench_row(const char *name, void (*once)(void), unsigned n)
{
	bench_result(name, total_of(once, n), n);
}

/*
 * An address map is a tree of random shape: the mean is over the maps of
 * SHAPES children, all there at once, since a map's place in memory is its seed.
 */
struct shape_run {
	void (*once)(void);
	unsigned n;
	uint64_t *took; /* shared */
};

static void shape_measure(void *arg)
{
	const struct shape_run *r = arg;
	uint64_t before;

	for (unsigned i = 0; i < r->n / 10 + 1; i++)
		r->once();
	before = bench_clock();
	for (unsigned i = 0; i < r->n; i++)
		r->once();
	*r->took += bench_clock() - before;
	task_terminate(mach_task_self()); /* exit would print the rows */
}

static uint64_t *shared_word(void)
{
	mach_port_t self = mach_task_self();
	vm_address_t a = 0;

	bench_must("vm_allocate", vm_allocate(self, &a, vm_page_size, TRUE));
	bench_must("vm_inherit",
		   vm_inherit(self, a, vm_page_size, VM_INHERIT_SHARE));
	return (uint64_t *)a;
}

void bench_map_row(const char *name, void (*once)(void), unsigned n)
{
	struct child c[SHAPES];
	struct shape_run run = { once, n / SHAPES, shared_word() };

	for (unsigned i = 0; i < SHAPES; i++)
		bench_must("child", child_create(&c[i], shape_measure, &run));
	for (unsigned i = 0; i < SHAPES; i++) {
		bench_must("child_go", child_go(&c[i]));
		child_wait(&c[i]);
	}
	bench_result(name, *run.took, run.n * SHAPES);
	vm_deallocate(mach_task_self(), (vm_address_t)run.took, vm_page_size);
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

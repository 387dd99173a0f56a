/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults, forks and ends of tasks with 16 MiB; a thread at rest.
 */
#include "lib/bench.h"

#include <mach/x86_64/trap_call.h>
#include <mach/mach_traps.h>
#include <server/child.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE (16ul << 20)

static mach_port_t self;
static char *memory;

static void zero_fill(void)
{
	vm_address_t a = 0;
	uint64_t took = 0;

	for (int round = 0; round < 3; round++) {
		bench_must("vm_allocate", vm_allocate(self, &a, SIZE, TRUE));
		uint64_t before = bench_clock();
		bench_touch((char *)a, SIZE);
		took = bench_clock() - before;
		bench_must("vm_deallocate", vm_deallocate(self, a, SIZE));
	}
	bench_result("zero_fill", took, SIZE / vm_page_size);
}

static void never(void *arg)
{
	(void)arg;
	exit(1);
}

/* The child exists and does nothing: every write of ours is a copy. */
static void cow_fault(void)
{
	uint64_t took = 0;

	for (int round = 0; round < 3; round++) {
		struct child c;
		bench_must("child", child_create(&c, never, NULL));
		uint64_t before = bench_clock();
		bench_touch(memory, SIZE);
		took = bench_clock() - before;
		child_kill(&c);
	}
	bench_result("cow_fault", took, SIZE / vm_page_size);
}

/* A child that inherits 16 MiB just written, and its end. */
static void create_and_terminate(void)
{
	uint64_t made = 0, ended = 0;
	unsigned rounds = 20;

	for (unsigned i = 0; i < rounds; i++) {
		task_t task;
		bench_touch(memory, SIZE);
		uint64_t start = bench_clock();
		bench_must("task_create", task_create(self, TRUE, &task));
		uint64_t middle = bench_clock();
		bench_must("task_terminate", task_terminate(task));
		uint64_t end = bench_clock();
		made += middle - start;
		ended += end - middle;
		mach_port_deallocate(self, task);
	}
	bench_result("task_create_16m", made, rounds);
	bench_result("task_terminate_16m", ended, rounds);
}

/* --- a thread at rest --- */

#define THREADS 200

static mach_port_t rest_port;

static void rests(void)
{
	mach_msg_header_t head;

	mach_trap7(MACH_TRAP_MACH_MSG, (uintptr_t)&head, MACH_RCV_MSG, 0,
		   sizeof head, rest_port, 0, 0);
	mach_trap2(MACH_TRAP_THREAD_EXIT, 0, 0);
}

/* Bytes of live kernel objects, vector images apart. */
static uint64_t census_bytes(void)
{
	mach_msg_type_number_t size;
	uint64_t total = 0;
	char *text, *line, *end;

	bench_must("census", host_census(mach_host_self(), &text, &size));
	end = text + size;
	for (line = text; line < end; line = memchr(line, '\n', end - line) + 1) {
		/* NAME (may have blanks) SIZE LIVE FRAMES */
		char *stop = memchr(line, '\n', end - line);
		unsigned long number[3];
		char *p = stop;
		for (int i = 2; i >= 0; i--) {
			while (p[-1] != ' ')
				p--;
			number[i] = strtoul(p, NULL, 10);
			p--;
		}
		if (strncmp(line, "vector", 6) != 0)
			total += number[0] * number[1];
	}
	vm_deallocate(self, (vm_address_t)text, size);
	return total;
}

static void blocked_threads(void)
{
	static char stack[THREADS][512] __attribute__((aligned(16)));
	thread_t thread[THREADS];
	uint64_t before = census_bytes();

	rest_port = mach_reply_port();
	for (int i = 0; i < THREADS; i++) {
		struct x86_64_thread_state state;
		memset(&state, 0, sizeof state);
		state.rip = (uintptr_t)rests;
		state.rsp = (uintptr_t)(stack[i] + sizeof stack[i] - 8);
		bench_must("thread",
			   thread_create_running(self, x86_64_THREAD_STATE,
						 (thread_state_t)&state,
						 x86_64_THREAD_STATE_COUNT,
						 &thread[i]));
	}
	for (int i = 0; i < 4 * THREADS; i++)
		mach_trap0(MACH_TRAP_SWTCH);
	bench_result("bytes_per_blocked_thread", census_bytes() - before,
		     THREADS);
	mach_port_mod_refs(self, rest_port, MACH_PORT_RIGHT_RECEIVE, -1);
}

int main(void)
{
	self = mach_task_self();
	bench_calibrate();
	zero_fill();
	memory = bench_memory(SIZE);
	cow_fault();
	create_and_terminate();
	blocked_threads();
	return 0;
}

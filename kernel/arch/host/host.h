/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine-independent kernel as a Linux process: how tests start.
 *
 *	static void body(void *arg)
 *	{
 *		RUN(my_test);
 *	}
 *
 *	int main(void)
 *	{
 *		host_kernel_run(body, NULL);
 *		return check_done();
 *	}
 *
 * host_kernel_run boots pages, zones and the scheduler on an arena of simulated
 * RAM, runs body as a kernel thread, and returns when body returns. Once per
 * process. Set host_options first if the defaults do not fit.
 *
 * Time is simulated: it advances a little at every look at the clock and jumps
 * when all processors are idle, so a test that waits for ten seconds takes
 * none. When all are idle and no timer is armed a wake-up was lost: panic.
 *
 * Processors. By default all of them share one Linux thread and change at
 * sched points (locks, interrupt flag, relax) in an order given by the seed:
 * a failure comes again with the same seed (environment HOST_SEED). With
 * `parallel` each is a Linux thread of its own: for the thread sanitizer.
 * Environment: HOST_CPUS=n, HOST_PARALLEL=1, HOST_SEED=n override the options.
 *
 * User programs are C functions on stacks of their own; they enter the kernel
 * by host_trap and see memory only through host_user_read and write.
 *
 * A panic prints its text and exits with status 125.
 */
#pragma once

#include <arch/types.h>

struct thread;

struct host_options {
	unsigned cpus;	   /* 0: 1 */
	uint64_t memory;   /* bytes of RAM; 0: 64 MiB */
	uint64_t seed;	   /* order of processors */
	bool parallel;
	const char *cmdline; /* kernel command line; NULL: "" */
	void (*boot)(void);  /* run before body, e.g. other layers' init */
};
extern struct host_options host_options;

void host_kernel_run(void (*body)(void *arg), void *arg);

/* host_kernel_run in a process of its own; true if it panicked with text in the
 * message, else prints what happened. Any number of times, but not inside nor
 * after host_kernel_run. */
bool host_panics(void (*body)(void *arg), void *arg, const char *text);

/* --- user programs */

/* Gives a thread made by thread_create its program; before thread_start. */
void host_user_program(struct thread *t, void (*fn)(void *arg), void *arg);

/* Enters the kernel, calls fn there as the entry code calls a trap, returns
 * its result (or that of machine_set_result) to the user program. */
typedef int64_t (*host_trap_fn)(uint64_t, uint64_t, uint64_t, uint64_t,
				uint64_t, uint64_t);
int64_t host_trap(host_trap_fn fn, uint64_t a, uint64_t b, uint64_t c,
		  uint64_t d, uint64_t e, uint64_t f, uint64_t g);

/* A moment of user-mode computing: interrupts come in. */
void host_user_compute(uint64_t ns);

/* User memory as the program's own instructions see it: page faults go to
 * trap_user_fault and are retried until the page is there. */
void host_user_read(void *to, uint64_t from, size_t size);
void host_user_write(uint64_t to, const void *from, size_t size);

/* A random number of the seeded sequence. */
uint64_t host_random(void);

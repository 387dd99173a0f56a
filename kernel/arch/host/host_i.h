/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Insides of arch/host.
 *   boot.c     arena, boot, panic tests
 *   cpu.c      processors: interrupts, idling, calls
 *   fiber.c    stacks and switching between them
 *   context.c  arch/context.h over fibers
 *   user.c     user programs, traps, arch/copy.h, arch/state.h
 *   pmap.c     simulated page tables
 */
#pragma once

#include <arch/context.h>
#include <arch/cpu.h>
#include <kern/thread.h>

#include "host.h"

#define HOST_CPUS_MAX  64
#define HOST_BOOT_STACK (256 * 1024)

struct host_call {
	void (*fn)(void *);
	void *arg;
	_Atomic unsigned left; /* processors that have not done it */
};

struct host_cpu {
	unsigned number;
	struct thread *thread, *previous;
	struct processor *processor;
	struct pmap *pmap;
	_Atomic bool running; /* started */
	_Atomic bool idle;
	_Atomic bool kicked;
	bool irq_on;
	_Atomic(struct host_call *) call;
	_Atomic uint64_t deadline;
	struct host_fiber *fiber; /* what runs here, or stands here */
	struct host_fiber boot;	  /* its start-up stack */
	void *dead_tsan;	  /* TSan fiber to destroy after a switch */
};

extern struct host_cpu host_cpus[HOST_CPUS_MAX];

/* The processor this code runs on. */
struct host_cpu *host_cpu(void);

/* Another Linux thread, or another simulated processor, goes on here. */
void host_set_cpu(struct host_cpu *cpu);

/* --- fibers */

/* Prepares an empty stack so that the first switch to it calls fn(arg). */
void fiber_init(struct host_fiber *f, void *bottom, size_t size,
		void (*fn)(void *), void *arg);

/* Saves the running context in from (NULL: it is left for good) and goes on
 * at to, which becomes this processor's fiber. */
void fiber_switch(struct host_fiber *from, struct host_fiber *to);

/* The Linux thread's own stack as a fiber. */
void fiber_adopt_linux(struct host_fiber *f);

/* Cuts the running stack, which is f's, back to its top and calls fn. */
[[gnu::noreturn]] void fiber_restart(struct host_fiber *f, void *top,
				     void (*fn)(void));

/* --- processors */

void host_deliver(void);	/* pending interrupts, if they are on */
void host_start_first(void);	/* processor 0 exists, on this stack */
uint64_t host_now(void);
void host_advance(uint64_t ns);
[[gnu::noreturn]] void host_finish(void); /* the body has returned */

/* --- memory */

/* Makes the simulated RAM and describes it in boot_info. */
void host_memory_init(uint64_t bytes);

/* Moves n bytes, within one page, between user memory of the loaded pmap and
 * p, as an instruction of the program would; false: not mapped so. */
bool host_access(uint64_t user, void *p, size_t n, unsigned access);

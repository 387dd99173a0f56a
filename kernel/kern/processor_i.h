/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kern keeps per processor, private to kern. Each part belongs to one
 * module; only the processor itself touches it, with interrupts off where an
 * interrupt handler does too, unless a part says otherwise.
 */
#pragma once

#include <kern/lock_i.h>
#include <kern/page_i.h>
#include <kern/quarantine_i.h>
#include <kern/sched.h>
#include <kern/timer_i.h>

#define STACKS_KEPT 4
#define STACKS_MAX  (STACKS_KEPT + 4)

struct stack_cache {
	unsigned count;
	void *stacks[STACKS_MAX]; /* lowest addresses */
};

struct processor_private {
	struct processor public; /* first: the two convert by a cast */
	struct lock_state locks;
	struct page_cache pages;
	struct quarantine quarantine;
	struct timer_queue timers;
	struct stack_cache stacks;
	struct thread *left;	/* to be dealt with once it is off here */
	void (*left_fn)(struct thread *);
	struct processor *left_to; /* where it moves, if it does */
	struct timer quantum;
	_Atomic bool quantum_armed; /* others read it as a hint */
	struct timer sample;
	bool sampling;		/* it is armed */
	uint64_t aged;		/* when the queue was last aged */
};

/* Boot: gives the boot processor its structure. Idempotent; the first
 * initialiser that needs a processor calls it. */
void processor_init_boot(void);

/* Makes the structures of the other possible processors. */
void processor_init_others(void);

/* Number of possible processors: bound of processor_by_number. */
unsigned processor_possible(void);

static inline struct processor_private *private_of(struct processor *p)
{
	return (struct processor_private *)p;
}

static inline struct processor_private *processor_private(void)
{
	return private_of(cpu_processor());
}

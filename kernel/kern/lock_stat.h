/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters of spin locks, and a record of who took which lock: two parties that
 * should not disturb each other share no lock that both take.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct spinlock;
struct thread;

struct lock_counts {
	uint64_t acquired; /* 0 unless CONFIG_LOCK_STATS */
	uint64_t waited;   /* how often one was not free */
	uint64_t spins;	   /* turns in the waiting loop */
};

/* Sums over all processors. */
void lock_counts(struct lock_counts *c);

/*
 * From start to stop each pair of a lock and the thread that took it is noted
 * once (CONFIG_LOCK_STATS kernels; elsewhere nothing is). Locks that interrupt
 * handlers take are noted for the thread they interrupt. start: false when
 * there is no memory or a record is going on.
 */
bool lock_record_start(void);
void lock_record_stop(void);

/* After stop: calls fn for each pair. The pointers serve for comparison only;
 * lock and thread may be gone. The next start forgets them. lost: pairs for
 * which there was no room. */
void lock_record_each(void (*fn)(void *arg, const struct spinlock *lock,
				 const char *class_name,
				 const struct thread *thread),
		      void *arg);
unsigned lock_record_lost(void);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Per-processor state of the spin locks: what is held (debug kernels) and
 * counters. Private to kern.
 */
#pragma once

#include <kern/lock.h>

#define LOCKS_HELD_MAX 24

struct lock_list {
	_Atomic unsigned count;
	struct spinlock *held[LOCKS_HELD_MAX];
};

struct lock_state {
	/* Threads' and interrupt handlers': a handler may come while the first is
	 * being changed, and reads it. */
	struct lock_list lists[2];
	unsigned interrupts; /* nesting of interrupt handlers */
	/* Written by the processor itself; others add them up. */
	_Atomic uint64_t acquired; /* if CONFIG_LOCK_STATS */
	_Atomic uint64_t waited, spins;
};

void lock_stat_waited(uint64_t spins);

/* The debug fields, which release kernels do not have. */
#if CONFIG_DEBUG
static inline void lock_set_debug(struct spinlock *l,
				  const struct lock_class *class)
{
	atomic_set(&l->holder, 0);
	l->class = class;
}
static inline const struct lock_class *lock_class(const struct spinlock *l)
{
	return l->class;
}
static inline unsigned lock_holder(const struct spinlock *l)
{
	return atomic_get(&l->holder);
}
static inline void lock_set_holder(struct spinlock *l, unsigned holder)
{
	atomic_set(&l->holder, holder);
}
#else
static inline void lock_set_debug(struct spinlock *, const struct lock_class *)
{
}
static inline const struct lock_class *lock_class(const struct spinlock *)
{
	return NULL;
}
static inline unsigned lock_holder(const struct spinlock *)
{
	return 0;
}
static inline void lock_set_holder(struct spinlock *, unsigned)
{
}
#endif

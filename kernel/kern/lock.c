/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spin locks: the slow half of taking one, and pairs. Whoever waits only reads,
 * so that the holder keeps the cache line, until the lock looks free.
 * lock_debug.c checks the order of classes.
 */
#include <kern/lock.h>

#include <kern/processor_i.h>

void spin_init_debug(struct spinlock *l, const struct lock_class *class)
{
	lock_set_debug(l, class);
}

void spin_wait(struct spinlock *l)
{
	uint64_t spins = 0;

	do {
		while (atomic_get(&l->held) != 0) {
			cpu_relax();
			spins++;
		}
	} while (!spin_take(l));
	lock_stat_waited(spins);
}

/* The second lock of a pair: its class is held already. */
static void lock_second(struct spinlock *l) NO_LOCK_ANALYSIS
{
	if (CONFIG_DEBUG)
		lock_debug_before(l, false, true);
	if (!spin_take(l))
		spin_wait(l);
	if (CONFIG_LOCK_STATS)
		lock_stat_acquired(l);
	if (CONFIG_DEBUG)
		lock_debug_acquired(l);
}

void spin_lock_pair(struct spinlock *a, struct spinlock *b) NO_LOCK_ANALYSIS
{
	struct spinlock *first = (uintptr_t)a < (uintptr_t)b ? a : b;

	spin_lock(first);
	if (a != b)
		lock_second(first == a ? b : a);
}

void spin_unlock_pair(struct spinlock *a, struct spinlock *b) NO_LOCK_ANALYSIS
{
	if (a != b)
		spin_unlock(b);
	spin_unlock(a);
}

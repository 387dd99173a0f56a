/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutexes and conditions on futexes, and spin locks.
 *
 * A mutex is one word: free, held, held and perhaps waited for. Only the third
 * state costs a trap at unlock. A condition counts signals; a waiter sleeps
 * while the count is what it was when the mutex was released, so that a signal
 * in between is not lost.
 */
#include "internal.h"

enum { FREE, HELD, CONTENDED };

static int exchange(int *word, int value)
{
	return __atomic_exchange_n(word, value, __ATOMIC_ACQUIRE);
}

static bool take_free(int *word)
{
	int expected = FREE;

	return __atomic_compare_exchange_n(word, &expected, HELD, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static void lock_slow(mutex_t m)
{
	while (exchange(&m->word, CONTENDED) != FREE)
		futex_wait(&m->word, CONTENDED, 0, FUTEX_NO_DEADLINE);
}

void mutex_lock(mutex_t m)
{
	if (cthreads_debug)
		debug_before_lock(m);
	if (!take_free(&m->word))
		lock_slow(m);
	if (cthreads_debug)
		debug_locked(m);
}

int mutex_try_lock(mutex_t m)
{
	if (!take_free(&m->word))
		return FALSE;
	if (cthreads_debug)
		debug_locked(m);
	return TRUE;
}

void mutex_unlock(mutex_t m)
{
	if (cthreads_debug)
		debug_unlock(m);
	if (__atomic_exchange_n(&m->word, FREE, __ATOMIC_RELEASE) == CONTENDED)
		futex_wake(&m->word, 1, 0);
}

void mutex_init(struct mutex *m)
{
	*m = (struct mutex)MUTEX_INITIALIZER;
}

void mutex_clear(struct mutex *m)
{
	if (cthreads_debug)
		debug_forget(m);
	mutex_init(m);
}

mutex_t mutex_alloc(void)
{
	mutex_t m = malloc(sizeof *m);

	if (m == NULL)
		abort();
	mutex_init(m);
	return m;
}

void mutex_free(mutex_t m)
{
	mutex_clear(m);
	free(m);
}

void mutex_set_name(mutex_t m, const char *name)
{
	m->name = name;
}

char *mutex_name(mutex_t m)
{
	return (char *)(m->name != NULL ? m->name : "?");
}

void condition_init(struct condition *c)
{
	*c = (struct condition)CONDITION_INITIALIZER;
}

void condition_clear(struct condition *c)
{
	condition_broadcast(c);
	condition_init(c);
}

condition_t condition_alloc(void)
{
	condition_t c = malloc(sizeof *c);

	if (c == NULL)
		abort();
	condition_init(c);
	return c;
}

void condition_free(condition_t c)
{
	condition_clear(c);
	free(c);
}

void condition_set_name(condition_t c, const char *name)
{
	c->name = name;
}

char *condition_name(condition_t c)
{
	return (char *)(c->name != NULL ? c->name : "?");
}

void condition_wait(condition_t c, mutex_t m)
{
	int sequence;

	__atomic_add_fetch(&c->waiters, 1, __ATOMIC_SEQ_CST);
	sequence = __atomic_load_n(&c->sequence, __ATOMIC_SEQ_CST);
	mutex_unlock(m);
	futex_wait(&c->sequence, sequence, 0, FUTEX_NO_DEADLINE);
	__atomic_sub_fetch(&c->waiters, 1, __ATOMIC_SEQ_CST);
	mutex_lock(m);
}

static void wake(condition_t c, unsigned n)
{
	if (__atomic_load_n(&c->waiters, __ATOMIC_SEQ_CST) == 0)
		return;
	__atomic_add_fetch(&c->sequence, 1, __ATOMIC_SEQ_CST);
	futex_wake(&c->sequence, n, 0);
}

void condition_signal(condition_t c)
{
	wake(c, 1);
}

void condition_broadcast(condition_t c)
{
	wake(c, ~0u >> 1);
}

int spin_try_lock(spin_lock_t *l)
{
	return exchange(l, 1) == 0;
}

/* Somebody who holds the lock may not be running: let him. */
void spin_lock(spin_lock_t *l)
{
	for (unsigned tries = 1; !spin_try_lock(l); tries++)
		while (__atomic_load_n(l, __ATOMIC_RELAXED) != 0)
			if (++tries % 128 == 0)
				swtch_pri(0);
}

void spin_unlock(spin_lock_t *l)
{
	__atomic_store_n(l, 0, __ATOMIC_RELEASE);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wait word: who ends a wait. No locks; thread_i.h draws the states. The
 * words of ast and wait are written and read in opposite orders by the waiter
 * and by whoever aborts it, all sequentially consistent, so that at least one
 * of the two sees the other.
 */
#include <kern/thread_i.h>

#include <kern/panic.h>

static uint32_t done(enum wait_result result)
{
	return W_DONE | (uint32_t)result << W_RESULT_SHIFT;
}

void wait_begin_aborted(struct thread *self)
{
	atomic_fetch_and(&self->ast, ~(uint32_t)AST_ABORT);
	(void)wait_abort(self);
}

void thread_wait_begin(unsigned flags)
{
	struct thread *self = thread_self();

	if (flags & WAIT_ABORTABLE) {
		wait_begin_abortable(self, false);
		return;
	}
	assert(!(atomic_get(&self->wait) & (W_ARMED | W_BLOCKED)));
	atomic_exchange(&self->wait, W_ARMED);
}

enum wait_result thread_wait_result(void)
{
	return (enum wait_result)(atomic_get(&thread_self()->wait) >>
				  W_RESULT_SHIFT);
}

enum wait_result thread_wait_cancel(void)
{
	struct thread *self = thread_self();
	uint32_t word = atomic_load(&self->wait);

	for (;;) {
		assert(!(word & W_BLOCKED));
		if (word & W_DONE)
			return thread_wait_result();
		if (word & W_CLAIMED) {
			/* Its new owner is about to say thread_ready. */
			cpu_relax();
			word = atomic_load(&self->wait);
		} else if (atomic_compare_exchange_weak(&self->wait, &word,
							0)) {
			return WAIT_OK;
		}
	}
}

bool thread_wake(struct thread *t, enum wait_result result)
{
	uint32_t word = atomic_load(&t->wait);

	cpu_sched_point();
	do {
		if (!(word & (W_ARMED | W_BLOCKED)) || (word & W_CLAIMED))
			return false;
	} while (!atomic_compare_exchange_weak(&t->wait, &word, done(result)));
	if (word & W_BLOCKED)
		runq_enqueue(t);
	return true;
}

bool thread_claim(struct thread *t, enum wait_result result)
{
	uint32_t word = atomic_load(&t->wait);
	uint32_t claimed;

	do {
		if (!(word & (W_ARMED | W_BLOCKED)) || (word & W_CLAIMED))
			return false;
		claimed = (word & (W_ARMED | W_BLOCKED)) | W_CLAIMED |
			  (uint32_t)result << W_RESULT_SHIFT;
	} while (!atomic_compare_exchange_weak(&t->wait, &word, claimed));
	return true;
}

void thread_ready(struct thread *t)
{
	uint32_t word = atomic_load(&t->wait);
	uint32_t over;

	cpu_sched_point();
	do {
		assert(word & W_CLAIMED);
		over = W_DONE | (word & ~((1u << W_RESULT_SHIFT) - 1));
	} while (!atomic_compare_exchange_weak(&t->wait, &word, over));
	if (word & W_BLOCKED)
		runq_enqueue(t);
}

void thread_ready_all(struct list *claimed)
{
	struct list_node *n;

	while ((n = list_pop_front(claimed)) != NULL)
		thread_ready(container_of(n, struct thread, wait_link));
}

bool wait_abort(struct thread *t)
{
	uint32_t word = atomic_load(&t->wait);

	do {
		if (!(word & W_ABORTABLE) ||
		    !(word & (W_ARMED | W_BLOCKED)) || (word & W_CLAIMED))
			return false;
	} while (!atomic_compare_exchange_weak(&t->wait, &word,
					       done(WAIT_ABORTED)));
	if (word & W_BLOCKED)
		runq_enqueue(t);
	return true;
}

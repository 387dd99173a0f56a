/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wait word in line: thread_wait_begin and thread_claim for the path of a
 * message, where each call would cost as much as its work. thread_i.h draws
 * the states; everybody else uses the functions of thread.h.
 */
#pragma once

#include <kern/panic.h>
#include <kern/thread.h>

enum {
	W_ARMED = 1,
	W_BLOCKED = 2,
	W_CLAIMED = 4,
	W_DONE = 8,
	W_ABORTABLE = 16,
	W_RESULT_SHIFT = 8,
	W_MARK_SHIFT = 16,
};

/* An abort or termination was pending when the abortable wait began: ends it. */
void wait_begin_aborted(struct thread *self);

/* thread_wait_begin(WAIT_ABORTABLE). */
static inline void wait_begin_abortable(struct thread *self)
{
	assert(!(atomic_get(&self->wait) & (W_ARMED | W_BLOCKED)));
	atomic_exchange(&self->wait, (uint32_t)W_ARMED | W_ABORTABLE);
	if (__builtin_expect(atomic_load(&self->ast) &
				     (AST_ABORT | AST_TERMINATE), 0))
		wait_begin_aborted(self);
}

/* thread_claim. */
static inline bool wait_claim(struct thread *t, enum wait_result result)
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

/* thread_wait_result. */
static inline enum wait_result wait_result_of(struct thread *self)
{
	return (enum wait_result)(atomic_get(&self->wait) >> W_RESULT_SHIFT);
}

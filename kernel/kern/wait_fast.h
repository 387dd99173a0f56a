/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wait word in line, for the path of a message, where each call would cost
 * as much as its work. thread_i.h draws the states; everybody else uses the
 * functions of thread.h.
 */
#pragma once

#include <kern/panic.h>
#include <kern/sched.h>
#include <kern/thread.h>

enum {
	W_ARMED = 1,
	W_BLOCKED = 2,
	W_CLAIMED = 4,
	W_DONE = 8,
	W_ABORTABLE = 16,
	W_STACKLESS = 32, /* will block with a continuation, no deadline */
	W_RESULT_SHIFT = 8,
	W_MARK_SHIFT = 16,
};

/* An abort or termination was pending when the abortable wait began: ends it. */
void wait_begin_aborted(struct thread *self);

/* The wait word is state, and whoever aborts us from now on ends the wait. */
static inline void wait_begin_as(struct thread *self, uint32_t state)
{
	assert(!(atomic_get(&self->wait) & (W_ARMED | W_BLOCKED)));
	atomic_exchange(&self->wait, state);
	if (__builtin_expect(atomic_load(&self->ast) &
				     (AST_ABORT | AST_TERMINATE), 0))
		wait_begin_aborted(self);
}

/* thread_wait_begin(WAIT_ABORTABLE); the thread will block with a continuation,
 * and without a deadline if stackless is true. */
static inline void wait_begin_abortable(struct thread *self, bool stackless)
{
	wait_begin_as(self, (uint32_t)W_ARMED | W_ABORTABLE |
				    (stackless ? W_STACKLESS : 0));
}

#define W_AT_REST (W_BLOCKED | W_ABORTABLE | W_STACKLESS)

/* The calling thread, which will do thread_become next, blocks in advance:
 * whoever ends its wait puts it into this processor's queue. An abort that is
 * pending already is thread_become's to see. */
static inline void wait_begin_at_rest(struct thread *self)
{
	assert(!(atomic_get(&self->wait) & (W_ARMED | W_BLOCKED)));
	atomic_exchange(&self->wait, W_AT_REST);
}

/* What a thread at rest has beside its wait is zero. */
union wait_and_more {
	struct {
		uint32_t wait;
		bool on_processor;
		uint8_t tweak;
		uint16_t unused; /* named, or it would be anything */
	};
	uint64_t all;
};
_Static_assert(sizeof(union wait_and_more) == sizeof(uint64_t), "one look");

/* Did it block without a stack, has it left its processor, and does it run at its
 * usual priority? It may have changed by the time of the answer. */
static inline bool wait_is_at_rest(struct thread *t)
{
	const union wait_and_more rests = {.wait = W_AT_REST};

	return atomic_get(&t->wait_and_more) == rests.all;
}

/* Ends the wait of such a thread, which is on a processor from now on: thread_become
 * follows. False: it is in no such wait (any more), nothing
 * was done. */
static inline bool wait_end_at_rest(struct thread *t)
{
	const union wait_and_more rests = {.wait = W_AT_REST},
				  over = {.wait = W_DONE,
					  .on_processor = true};
	uint64_t word = rests.all;

	return atomic_compare_exchange_strong(&t->wait_and_more, &word,
					      over.all);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Yielding in a trap: the thread gives its stack up, since all that is left of
 * its trap is the result. The next one takes the stack over if it has none; if
 * it yielded in the same way, this code goes on as that thread, straight to
 * user mode.
 * Lock: the processor's run queue.
 */
#include <kern/runq_i.h>

static void yield_over(void)
{
	context_trap_return(true);
}

/* The general way: somebody better is ready, next has a stack or wants to run
 * something else than the end of a yield, a priority is to be computed anew.
 * Where no more stacks can be kept this one stays with its thread. */
[[gnu::noinline]] static bool yield_slowly(struct processor *p,
					   struct thread *self)
{
	struct thread *next;
	bool keep;

	if (cpu_word_has(&self->ast, AST_RESCHEDULE))
		atomic_fetch_and(&self->ast, ~(uint32_t)AST_RESCHEDULE);
	cpu_irq_off();
	usage_account(p, self); /* and a new quantum, in vain or not */
	next = runq_exchange(p, self, atomic_get(&self->sched.current));
	if (next != NULL) {
		keep = next->stack != NULL &&
		       private_of(p)->stacks.count == STACKS_MAX;
		if (keep)
			self->continuation = NULL;
		switch_to(p, next, keep);
	} else {
		quantum_watch(p, self);
	}
	cpu_irq_restore(true);
	return next != NULL;
}

/* What stays here might run elsewhere. */
[[gnu::noinline, gnu::noreturn]] static void offer(struct processor *p,
						    struct thread *self)
{
	runq_offer(p);
	context_adopted_return(self, true);
}

/* Nothing about t, the first of its level, asks for more than to go on with
 * it: it yielded here, too (and so has no stack), and has its own priority. */
static inline bool can_become(const struct thread *t)
{
	return t->continuation == yield_over && !cpu_byte_has(&t->tweak, 0xff);
}

/*
 * The level that the running thread is of is the best one in the queue: its
 * first one leaves it and self joins it. NULL: it takes yield_slowly.
 */
static inline struct thread *exchange(struct processor *p, struct thread *self)
{
	struct thread *next;
	unsigned mine;

	if (!spin_trylock(&p->runq.lock))
		return NULL;
	mine = (uint8_t)atomic_get(&self->sched.current);
	next = runq_first_at(p, mine);
	if (__builtin_expect(atomic_get(&p->runq.ready) >> mine != 1, 0) ||
	    __builtin_expect(!can_become(next), 0)) {
		spin_unlock(&p->runq.lock);
		return NULL;
	}
	assert(mine < PRIORITY_COUNT && next->stack == NULL);
	assert((unsigned)atomic_get(&next->sched.current) == mine);
	self->sched.level = (uint8_t)mine;
	list_exchange_first(&next->sched.runq_link, &self->sched.runq_link);
	spin_unlock(&p->runq.lock);
	atomic_set(&p->running_priority, (int)mine);
	return next;
}

/*
 * All that is in line here needs no register that C would have to keep. Whoever
 * queued next saw to it that the end of a quantum is noticed, for self has not
 * been told to give way.
 */
bool thread_yield_trap(void)
{
	struct thread *self = thread_self(), *next;
	struct processor *p = cpu_processor();

	assert(spin_none_held());
	if (!cpu_word_has(&p->runq.ready, ~0u))
		return false;
	self->continuation = yield_over;
	cpu_irq_off();
	if (__builtin_expect(cpu_word_has(&self->ast, AST_RESCHEDULE), 0))
		return yield_slowly(p, self);
	if (usage_add(p, self, clock_read()))
		return yield_slowly(p, self);
	next = exchange(p, self);
	if (__builtin_expect(next == NULL, 0))
		return yield_slowly(p, self);
	/* Nobody ends or moves in this way (switch_finish). */
	atomic_set(&next->on_processor, true);
	next->stack = self->stack;
	self->stack = NULL;
	context_adopt_user(self, next);
	atomic_set_rel(&self->on_processor, false);
	if (__builtin_expect(atomic_get(&thread_pset(next)->idle) != 0, 0))
		offer(p, next);
	context_adopted_return(next, true);
}

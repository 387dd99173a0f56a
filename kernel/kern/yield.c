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

/* As runq_exchange, for a thread that gives way to its equals and betters. */
static inline struct thread *exchange(struct processor *p, struct thread *self)
{
	struct thread *next = NULL;
	int mine = atomic_get(&self->sched.current), level;

	spin_lock(&p->runq.lock);
	level = runq_best_level(p);
	if (__builtin_expect(level == mine, 1)) {
		/* The level loses one and gets one. */
		next = runq_first_at(p, level);
		list_remove(&next->sched.runq_link);
		atomic_set(&self->sched.processor, p);
		self->sched.level = (uint8_t)level;
		list_push_back(&p->runq.level[level], &self->sched.runq_link);
	} else if (level > mine) {
		next = runq_first_at(p, level);
		runq_unlink(p, next);
		runq_push(p, self);
	}
	spin_unlock(&p->runq.lock);
	return next;
}

/* Goes on, on the running stack, as next, which yielded here, too. */
static inline void become(struct processor *p, struct thread *self,
			  struct thread *next)
{
	atomic_set(&next->on_processor, true);
	atomic_set(&p->running_priority, atomic_get(&next->sched.current));
	if (__builtin_expect(!atomic_get(&private_of(p)->quantum_armed), 0))
		quantum_arm(p);
	next->stack = self->stack;
	self->stack = NULL;
	context_adopt(self, next);
	switch_finish(self);
}

/* next has a stack, or wants to run something else than the end of a yield.
 * Where no more stacks can be kept this one stays with its thread. */
static bool leave_for(struct processor *p, struct thread *self,
		      struct thread *next)
{
	bool keep = next->stack != NULL &&
		    private_of(p)->stacks.count == STACKS_MAX;

	if (keep)
		self->continuation = NULL;
	switch_to(p, next, keep);
	cpu_irq_restore(true);
	return true;
}

bool thread_yield_trap(void)
{
	struct thread *self = thread_self(), *next;
	struct processor *p = cpu_processor();
	uint64_t now;

	assert(spin_none_held());
	if (__builtin_expect(atomic_get(&self->ast) & AST_RESCHEDULE, 0))
		atomic_fetch_and(&self->ast, ~(uint32_t)AST_RESCHEDULE);
	if (atomic_get(&p->runq.ready) == 0)
		return false;
	self->continuation = yield_over;
	(void)cpu_irq_save();
	now = usage_account(p, self);
	next = exchange(p, self);
	/* What stays here might run elsewhere. */
	if (__builtin_expect(atomic_get(&p->pset->idle) != 0, 0))
		runq_offer(p);
	if (next == NULL) {
		cpu_irq_restore(true);
		return false;
	}
	private_of(p)->quantum_end = now + usage_quantum(next);
	if (__builtin_expect(next->continuation != yield_over ||
				     next->stack != NULL ||
				     atomic_get(&next->tweak) != 0,
			     0))
		return leave_for(p, self, next);
	become(p, self, next);
	cpu_irq_restore(true);
	context_trap_return(true);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Becoming another thread, in line for the path of a message: the running code
 * goes on, on the same stack, as a thread at rest (wait_fast.h).
 */
#pragma once

#include <arch/adopt.h>
#include <kern/sched.h>
#include <kern/wait_fast.h>

enum { /* thread->tweak */
	TWEAK_DONATED = 1,   /* a better one handed its processor to it */
	TWEAK_DEPRESSED = 2,
};

/* switch.c: the parts that hardly any switch needs. Interrupts off. Those that may
 * change a priority tell the processor t's. */
void become_donating(struct processor *p, struct thread *self, struct thread *t);
void become_noted(struct processor *p, struct thread *self, struct thread *t);
void become_watched(struct processor *p, struct thread *t);

/* Nothing about t, which is at rest, asks for more than a switch to it from
 * here. */
static inline bool thread_can_become(const struct thread *self,
				     const struct thread *t)
{
	return thread_pset(t) == thread_pset(self);
}

/*
 * On processor p. t's wait has been ended (wait_end_at_rest), thread_can_become approved of it
 * before that. The caller rests (wait_begin_at_rest) until its continuation is
 * called; what t waited with is not called.
 */
__attribute__((always_inline)) static inline void
thread_become(struct processor *p, struct thread *self, struct thread *t,
	      void (*continuation)(void))
{
	assert(spin_none_held() && cpu_irq_enabled() && !self->sched.bound);
	assert(atomic_get(&t->on_processor));
	assert(!t->stack && !t->timer && !t->sched.bound);
	self->continuation = continuation;
	cpu_irq_off();
	if (__builtin_expect(atomic_get(&t->sched.current) !=
				     atomic_get(&p->running_priority),
			     0))
		become_donating(p, self, t);
	self->sched.sleep_stamp = p->stamp;
	if (__builtin_expect(cpu_word_has(&self->ast, AST_STOP | AST_ABORT |
							      AST_TERMINATE),
			     0) ||
	    __builtin_expect(cpu_byte_has(&self->tweak, TWEAK_DONATED), 0))
		become_noted(p, self, t);
	atomic_set(&t->sched.processor, p);
	if (__builtin_expect(cpu_word_has(&p->runq.ready, ~0u), 0))
		become_watched(p, t);
	t->stack = self->stack;
	self->stack = NULL;
	context_adopt_user(self, t);
	/* Nobody ends or moves in this way: nothing else is left to do. */
	atomic_set_rel(&self->on_processor, false);
	cpu_irq_restore(true);
}

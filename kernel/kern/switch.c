/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Giving up the processor: blocking, handing it to a chosen thread, yielding.
 *
 * A thread that blocks with a continuation gives its stack up. If the next one
 * has no stack either it takes over the one in use, and no context is saved or
 * loaded. Four cases:
 *
 *	from keeps its stack, to has one       context_switch
 *	from keeps its stack, to has none      context_switch_new, a spare stack
 *	from gives it up,     to has one       context_resume, stack to spares
 *	from gives it up,     to has none      context_adopt, same stack
 *
 * No lock is held here; a switch takes its own processor's run queue lock once,
 * a hand-off none.
 */
#include <kern/thread_i.h>

#include <kern/timer.h>
#include <kern/zone.h>

static void stack_put(struct processor_private *p, void *stack)
{
	/* Never full: stack_reserve trims before each switch that may add. */
	assert(p->stacks.count < STACKS_MAX);
	p->stacks.stacks[p->stacks.count++] = stack;
}

static void *stack_get(struct processor_private *p)
{
	assert(p->stacks.count > 0);
	return p->stacks.stacks[--p->stacks.count];
}

void switch_handle_left(struct processor_private *p)
{
	struct thread *left = p->left;

	p->left = NULL;
	cpu_irq_restore(true);
	p->left_fn(left);
	(void)cpu_irq_save();
}

/* --- deadlines */

static struct zone timer_zone;

void switch_init(void)
{
	zone_init(&timer_zone, "timer", sizeof(struct timer), 0);
	zone_set_essential(&timer_zone);
}

static void timed_out(void *arg)
{
	thread_wake(arg, WAIT_TIMEDOUT);
}

static void deadline_over(struct thread *self)
{
	struct timer *timer = self->timer;

	self->timer = NULL;
	(void)timer_cancel(timer);
	if (self->continuation != NULL) /* else it lies on the stack */
		zone_free(&timer_zone, timer);
}

static inline void wait_over(struct thread *self)
{
	if (__builtin_expect(self->timer != NULL, 0))
		deadline_over(self);
}

/* On an empty stack, interrupts off. */
static void run_continuation(void)
{
	struct thread *self = thread_self();
	void (*fn)(void) = self->continuation;

	cpu_irq_restore(true);
	wait_over(self);
	fn();
	panic("a continuation returned");
}

void switch_begin(struct thread *previous)
{
	switch_finish(previous);
	run_continuation();
	__builtin_unreachable();
}

/* Whoever runs now, what waits in the queue gets its turn: a thread that was
 * told to give way may have handed the processor on instead. */
static inline void watch_queue(struct processor *p, const struct thread *to)
{
	if (__builtin_expect(atomic_get(&p->runq.ready) != 0, 0) &&
	    __builtin_expect(!atomic_get(&private_of(p)->quantum_armed), 0))
		quantum_arm(p, to);
}

static inline void arrive(struct processor *p, struct thread *to)
{
	atomic_set(&to->sched.processor, p);
	atomic_set(&to->on_processor, true);
	if (__builtin_expect(atomic_get(&to->tweak) & TWEAK_DEPRESSED, 0))
		policy_run_depressed(to);
	atomic_set(&p->running_priority, atomic_get(&to->sched.current));
	watch_queue(p, to);
}

static inline void switch_keeping(struct processor *p, struct thread *from,
				  struct thread *to)
{
	struct thread *previous;

	if (__builtin_expect(to->stack != NULL, 1)) {
		previous = context_switch(from, to);
	} else {
		to->stack = stack_get(private_of(p));
		previous = context_switch_new(from, to, stack_top(to->stack),
					      switch_begin);
	}
	from->continuation = NULL; /* its context's place until now */
	switch_finish(previous);
}

/* A function of its own: its frame lies on the stack that changes hands. */
[[gnu::noreturn, gnu::noinline]] static void
switch_giving_up(struct processor *p, struct thread *from, struct thread *to)
{
	if (to->stack != NULL) {
		/* Still in use for a moment, but nobody else can take it from
		 * this processor before the switch is done. */
		stack_put(private_of(p), from->stack);
		from->stack = NULL;
		context_resume(to, from);
	}
	to->stack = from->stack;
	from->stack = NULL;
	context_adopt(from, to);
	switch_finish(from);
	context_call(stack_top(to->stack), run_continuation);
}

static inline void do_switch(struct processor *p, struct thread *from,
			     struct thread *to, bool keep)
{
	assert(spin_none_held() && to != from);
	arrive(p, to);
	if (!keep)
		switch_giving_up(p, from, to);
	switch_keeping(p, from, to);
}

void switch_to(struct processor *p, struct thread *to, bool keep)
{
	do_switch(p, thread_self(), to, keep);
}

/* --- before and after */

static inline void prepare(struct thread *self, void (*continuation)(void))
{
	assert(spin_none_held());
	self->continuation = continuation;
	(void)stack_reserve();
	(void)cpu_irq_save();
}

void switch_prepare(struct thread *self, void (*continuation)(void))
{
	prepare(self, continuation);
}

static inline void over(struct thread *self)
{
	if (self->continuation != NULL)
		context_call(stack_top(self->stack), run_continuation);
	cpu_irq_restore(true);
	wait_over(self);
}

void switch_over(struct thread *self)
{
	over(self);
}

struct thread *switch_take_next(struct processor *p, bool keep)
{
	struct thread *next = runq_take(p);

	if (next == NULL)
		return p->idle;
	if (next == thread_self() || switch_can(p, next, keep))
		return next;
	runq_enqueue(next); /* no memory for its stack: later */
	return p->idle;
}

/* --- blocking */

/* The running thread has blocked: whom that may concern. */
static inline void tell_blocked(struct thread *self)
{
	if (__builtin_expect(atomic_get(&self->tweak) & TWEAK_DONATED, 0))
		policy_undonate(self);
	if (__builtin_expect(atomic_load(&self->ast) & AST_STOP, 0))
		stop_notify(self);
}

static inline void blocked(struct processor *p, struct thread *self)
{
	self->sched.sleep_stamp = p->stamp;
	tell_blocked(self);
}

static void switch_away(struct processor *p, struct thread *self, bool keep)
{
	struct thread *next;

	usage_account(p, self);
	blocked(p, self);
	next = switch_take_next(p, keep);
	if (next == self)
		return;
	do_switch(p, self, next, keep);
}

static inline void block(struct thread *self, void (*continuation)(void))
{
	prepare(self, continuation);
	if (wait_commit(self))
		switch_away(cpu_processor(), self, continuation == NULL);
	over(self);
}

/* Lends the priority of the running thread to the one that works for it. */
static inline void donate(struct thread *self, struct thread *t)
{
	int mine = atomic_get(&self->sched.current);

	if (__builtin_expect(mine <= atomic_get(&t->sched.current), 1))
		return;
	atomic_fetch_or(&t->tweak, TWEAK_DONATED);
	atomic_set(&t->sched.current, (int8_t)mine);
}

static inline bool can_hand_to(struct processor *p, struct thread *t, bool keep)
{
	return !atomic_get_acq(&t->on_processor) && !t->sched.bound &&
	       thread_pset(t) == p->pset && switch_can(p, t, keep) &&
	       wait_end_claimed(t);
}

static inline void hand_off(struct thread *self, struct thread *t,
			    void (*continuation)(void))
{
	bool keep = continuation == NULL;
	struct processor *p;

	prepare(self, continuation);
	p = cpu_processor();
	if (!wait_commit(self)) {
		thread_ready(t);
	} else if (__builtin_expect(can_hand_to(p, t, keep), 1)) {
		donate(self, t);
		blocked(p, self);
		do_switch(p, self, t, keep);
	} else {
		thread_ready(t);
		switch_away(p, self, keep);
	}
	over(self);
}

/* To t, if there is one. The timer's memory lasts as long as the wait: where
 * there is none for it the stack stays, and the timer on it. */
[[gnu::noinline]] static void wait_until(uint64_t deadline, struct thread *self,
					 struct thread *t,
					 void (*continuation)(void))
{
	struct timer here, *timer = NULL;

	if (continuation != NULL)
		timer = zone_alloc(&timer_zone);
	self->timer = timer != NULL ? timer : &here;
	timer_init(self->timer, timed_out, self);
	timer_set(self->timer, deadline);
	if (t != NULL)
		hand_off(self, t, timer != NULL ? continuation : NULL);
	else
		block(self, timer != NULL ? continuation : NULL);
	if (continuation == NULL)
		return;
	self->continuation = continuation;
	(void)cpu_irq_save();
	over(self);
}

enum wait_result thread_block(uint64_t deadline, void (*continuation)(void))
{
	struct thread *self = thread_self();

	if (__builtin_expect(deadline == CLOCK_NEVER, 1))
		block(self, continuation);
	else
		wait_until(deadline, self, NULL, continuation);
	return thread_wait_result();
}

enum wait_result thread_handoff(struct thread *t, uint64_t deadline,
				void (*continuation)(void))
{
	struct thread *self = thread_self();

	if (__builtin_expect(deadline == CLOCK_NEVER, 1))
		hand_off(self, t, continuation);
	else
		wait_until(deadline, self, t, continuation);
	return thread_wait_result();
}

/* --- becoming another thread (become.h) */

void become_donating(struct processor *p, struct thread *self, struct thread *t)
{
	donate(self, t);
	atomic_set(&p->running_priority, atomic_get(&t->sched.current));
}

void become_noted(struct processor *p, struct thread *self, struct thread *t)
{
	if (atomic_load(&self->ast) & (AST_ABORT | AST_TERMINATE))
		wait_begin_aborted(self);
	tell_blocked(self);
	atomic_set(&p->running_priority, atomic_get(&t->sched.current));
}

void become_watched(struct processor *p, struct thread *t)
{
	watch_queue(p, t);
}

/* --- yielding */

bool switch_give_way(struct processor *p, struct thread *self, int min)
{
	struct thread *next = runq_exchange(p, self, min);
	bool keep = self->continuation == NULL;

	if (next == NULL)
		return false;
	if (__builtin_expect(!switch_can(p, next, keep), 0)) {
		runq_enqueue(next); /* the idle thread sorts it out */
		next = p->idle;
	}
	do_switch(p, self, next, keep);
	return true;
}

bool thread_yield(void (*continuation)(void))
{
	struct thread *self = thread_self();
	struct processor *p;
	bool ran = false;

	prepare(self, continuation);
	p = cpu_processor();
	if (atomic_get(&self->ast) & AST_RESCHEDULE)
		atomic_fetch_and(&self->ast, ~(uint32_t)AST_RESCHEDULE);
	if (atomic_get(&p->runq.ready) != 0) {
		usage_account(p, self);
		ran = switch_give_way(p, self,
				      atomic_get(&self->sched.current));
		if (!ran)
			quantum_watch(p, self);
	}
	over(self);
	return ran;
}

bool thread_yield_to(struct thread *t)
{
	struct thread *self = thread_self();
	struct processor *p;

	if (t == self)
		return thread_yield(NULL);
	prepare(self, NULL);
	p = cpu_processor();
	if (!switch_can(p, t, true) || !runq_take_thread(p, t)) {
		cpu_irq_restore(true);
		return thread_yield(NULL);
	}
	usage_account(p, self);
	runq_enqueue(self);
	switch_to(p, t, true);
	cpu_irq_restore(true);
	return true;
}

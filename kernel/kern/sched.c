/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Giving up the processor: blocking, handing it to a chosen thread, yielding,
 * and work before a return to user mode. No lock is held here; a switch takes
 * its own processor's run queue lock once, a hand-off none.
 */
#include <kern/thread_i.h>

#include <arch/boot.h>
#include <arch/clock.h>
#include <arch/trap.h>
#include <kern/charge.h>
#include <kern/panic.h>
#include <kern/zone.h>

/* Before interrupts go off: the deadline is armed, a stack is at hand. */
static void prepare(struct thread *self, uint64_t deadline,
		    void (*continuation)(void))
{
	assert(spin_none_held());
	self->continuation = continuation;
	if (deadline != CLOCK_NEVER) {
		self->sched.timed = true;
		timer_set(&self->timer, deadline);
	}
	(void)stack_reserve();
	(void)cpu_irq_save();
}

/* The running thread has blocked: what its state implies for others. */
static void blocked(struct processor *p, struct thread *self)
{
	self->sched.sleep_stamp = p->p->stamp;
	if (atomic_get(&self->sched.tweak) & TWEAK_DONATED) {
		atomic_fetch_and(&self->sched.tweak,
				 (uint8_t)~TWEAK_DONATED);
		runq_set_current(self, usage_priority(self));
	}
	if (atomic_load(&self->ast) & AST_STOP)
		stop_notify(self);
}

/* The best ready thread that can be switched to, or the idle thread. */
static struct thread *take_next(struct processor *p, bool keep)
{
	struct thread *next = runq_take(p);

	if (next == NULL)
		return p->idle;
	if (next == thread_self() || switch_can(p, next, keep))
		return next;
	runq_enqueue(next); /* no memory for its stack: later */
	return p->idle;
}

static void start_quantum(struct processor *p, struct thread *next,
			  uint64_t now)
{
	p->p->quantum_end = now + usage_quantum(next);
	if (atomic_get(&p->runq.ready) != 0 &&
	    !atomic_get(&p->p->quantum_armed))
		quantum_arm(p);
}

static void switch_away(struct processor *p, struct thread *self, bool keep)
{
	uint64_t now = usage_account(p, self);
	struct thread *next;

	blocked(p, self);
	next = take_next(p, keep);
	if (next == self)
		return;
	start_quantum(p, next, now);
	switch_to(p, next, keep);
}

/* The wait is over, in the way that the waiter asked for. */
static enum wait_result finish_block(struct thread *self)
{
	cpu_irq_restore(true);
	if (self->continuation != NULL)
		switch_continue(self);
	if (self->sched.timed) {
		self->sched.timed = false;
		(void)timer_cancel(&self->timer);
	}
	return thread_wait_result();
}

enum wait_result thread_block(uint64_t deadline, void (*continuation)(void))
{
	struct thread *self = thread_self();

	prepare(self, deadline, continuation);
	if (wait_commit(self))
		switch_away(cpu_processor(), self, continuation == NULL);
	return finish_block(self);
}

/* Lends the priority of the running thread to the one that works for it. */
static void donate(struct thread *self, struct thread *t)
{
	int mine = atomic_get(&self->sched.current);

	if (mine <= atomic_get(&t->sched.current))
		return;
	atomic_fetch_or(&t->sched.tweak, TWEAK_DONATED);
	atomic_set(&t->sched.current, (int8_t)mine);
}

static bool can_hand_to(struct processor *p, struct thread *t, bool keep)
{
	return !atomic_get_acq(&t->on_processor) && !t->sched.bound &&
	       t->sched.pset == p->pset && switch_can(p, t, keep) &&
	       wait_end_claimed_blocked(t);
}

enum wait_result thread_handoff(struct thread *t, uint64_t deadline,
				void (*continuation)(void))
{
	struct thread *self = thread_self();
	bool keep = continuation == NULL;
	struct processor *p;

	prepare(self, deadline, continuation);
	p = cpu_processor();
	if (!wait_commit(self)) {
		thread_ready(t);
	} else if (can_hand_to(p, t, keep)) {
		donate(self, t);
		blocked(p, self);
		switch_to(p, t, keep);
	} else {
		thread_ready(t);
		switch_away(p, self, keep);
	}
	return finish_block(self);
}

/* Interrupts off. Lets a ready thread of at least priority min run. */
static bool give_way(struct processor *p, struct thread *self, int min,
		     uint64_t now)
{
	struct thread *next;
	bool keep = self->continuation == NULL;

	next = runq_exchange(p, self, min);
	if (next == NULL)
		return false;
	if (!switch_can(p, next, keep)) {
		/* Both are queued or idle is on top: let idle sort it out. */
		runq_enqueue(next);
		next = p->idle;
	}
	start_quantum(p, next, now);
	switch_to(p, next, keep);
	return true;
}

bool thread_yield(void (*continuation)(void))
{
	struct thread *self = thread_self();
	bool ran = false;

	prepare(self, CLOCK_NEVER, continuation);
	atomic_fetch_and(&self->ast, ~(uint32_t)AST_RESCHEDULE);
	if (runq_best(cpu_processor()) >= 0) {
		struct processor *p = cpu_processor();
		uint64_t now = usage_account(p, self);

		ran = give_way(p, self, atomic_get(&self->sched.current), now);
	}
	cpu_irq_restore(true);
	if (continuation != NULL)
		switch_continue(self);
	return ran;
}

bool thread_yield_to(struct thread *t)
{
	struct thread *self = thread_self();
	struct processor *p;
	uint64_t now;

	if (t == self)
		return thread_yield(NULL);
	prepare(self, CLOCK_NEVER, NULL);
	p = cpu_processor();
	if (!switch_can(p, t, true) || !runq_take_thread(p, t)) {
		cpu_irq_restore(true);
		return thread_yield(NULL);
	}
	now = usage_account(p, self);
	runq_enqueue(self);
	start_quantum(p, t, now);
	switch_to(p, t, true);
	cpu_irq_restore(true);
	return true;
}

/* --- moving */

/* Off its processor now; wait_object is where it wants to go. */
static void place(struct thread *t)
{
	atomic_set(&t->sched.processor, t->wait_object);
	t->wait_object = NULL;
	runq_enqueue(t);
}

void thread_bind(int cpu)
{
	struct thread *self = thread_self();
	struct processor *p;

	self->sched.bound = cpu >= 0;
	if (cpu < 0 || cpu_number() == (unsigned)cpu)
		return;
	prepare(self, CLOCK_NEVER, NULL);
	p = cpu_processor();
	(void)usage_account(p, self);
	self->wait_object = processor_by_number((unsigned)cpu);
	p->p->left = self;
	p->p->left_fn = place;
	switch_to(p, take_next(p, true), true);
	cpu_irq_restore(true);
}

/* --- preemption */

/* Interrupts off. Somebody better is ready, or the quantum may be over. */
static void reschedule(struct thread *self)
{
	struct processor *p = cpu_processor();
	uint64_t now;
	int current;

	atomic_fetch_and(&self->ast, ~(uint32_t)AST_RESCHEDULE);
	if (runq_best(p) < 0)
		return;
	now = usage_account(p, self);
	current = atomic_get(&self->sched.current);
	if (give_way(p, self,
		     now >= p->p->quantum_end ? current : current + 1, now))
		return;
	if (!atomic_get(&p->p->quantum_armed))
		quantum_arm(p);
}

void sched_kick_interrupt(void)
{
	struct processor *p = cpu_processor();

	lock_irq_enter();
	if (runq_best(p) > atomic_get(&p->running_priority))
		atomic_fetch_or(&cpu_thread()->ast, AST_RESCHEDULE);
	else if (runq_best(p) >= 0 && !atomic_get(&p->p->quantum_armed))
		quantum_arm(p);
	lock_irq_exit();
}

void preempt_point(void)
{
	struct thread *self = thread_self();

	if (!(atomic_get(&self->ast) & AST_RESCHEDULE))
		return;
	prepare(self, CLOCK_NEVER, NULL);
	reschedule(self);
	cpu_irq_restore(true);
}

void thread_ast(void)
{
	struct thread *self = thread_self();
	uint32_t ast = atomic_load(&self->ast);

	if (ast & AST_TERMINATE) {
		cpu_irq_restore(true);
		thread_exit_self();
	}
	if (ast & AST_ABORT)
		atomic_fetch_and(&self->ast, ~(uint32_t)AST_ABORT);
	if (ast & AST_STOP) {
		cpu_irq_restore(true);
		stop_here(self);
		(void)cpu_irq_save();
		return;
	}
	if (ast & AST_RESCHEDULE) {
		self->continuation = context_user_return;
		reschedule(self);
	}
}

/* --- starting */

static struct thread boot_thread;

static void processor_init(struct processor *p)
{
	runq_init(&p->runq);
	timer_queue_init(&p->p->timers);
	quantum_init(p);
	p->pset = &default_pset;
	p->idle = thread_create_idle(p, idle_loop);
}

void sched_init(void)
{
	kalloc_init();
	charge_init();
	processor_init_others();
	pset_init();
	stop_init();
	thread_module_init();
	for (unsigned i = 0; i < processor_possible(); i++)
		processor_init(processor_by_number(i));
}

void sched_start(void)
{
	struct processor *p = cpu_processor();
	struct thread *idle = p->idle;

	(void)cpu_irq_save();
	p->p->stamp = clock_now();
	atomic_fetch_or(&p->pset->processors, (uint64_t)1 << p->number);
	atomic_set(&idle->on_processor, true);
	context_start(idle, &boot_thread,
		      (char *)idle->stack + context_stack_size, switch_begin);
}

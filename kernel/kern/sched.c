/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler around the switches: preemption, work before a return to user
 * mode, moving to another processor, boot. No lock is held here.
 */
#include <kern/thread_i.h>

#include <arch/boot.h>
#include <arch/clock.h>
#include <arch/trap.h>
#include <kern/charge.h>
#include <kern/panic.h>
#include <kern/probe.h>
#include <kern/zone.h>

/* --- moving */

/* Off its processor now, which knows where it wants to go. */
static void place(struct thread *t)
{
	atomic_set(&t->sched.processor, processor_private()->left_to);
	runq_enqueue(t);
}

void thread_bind(int cpu)
{
	struct thread *self = thread_self();
	struct processor *p;

	self->sched.bound = cpu >= 0;
	if (cpu < 0 || cpu_number() == (unsigned)cpu)
		return;
	switch_prepare(self, NULL);
	p = cpu_processor();
	usage_account(p, self);
	p->p->left = self;
	p->p->left_to = processor_by_number((unsigned)cpu);
	p->p->left_fn = place;
	switch_to(p, switch_take_next(p, true), true);
	cpu_irq_restore(true);
}

/* --- preemption */

/* Interrupts off. Somebody better is ready, or the quantum may be over. */
static void reschedule(struct thread *self)
{
	struct processor *p = cpu_processor();
	bool over = clock_now() >= quantum_end(p, self);
	int best = runq_best(p), current = atomic_get(&self->sched.current);

	atomic_fetch_and(&self->ast, ~(uint32_t)AST_RESCHEDULE);
	if (best < 0)
		return;
	if (over || best > current) {
		usage_account(p, self);
		current = atomic_get(&self->sched.current);
		if (switch_give_way(p, self, over ? current : current + 1))
			return;
	}
	quantum_watch(p, self);
}

void sched_kick_interrupt(void)
{
	struct processor *p = cpu_processor();

	lock_irq_enter();
	if (runq_best(p) > atomic_get(&p->running_priority))
		atomic_fetch_or(&cpu_thread()->ast, AST_RESCHEDULE);
	else if (runq_best(p) >= 0 && !atomic_get(&p->p->quantum_armed))
		quantum_arm(p, cpu_thread());
	lock_irq_exit();
}

void preempt_point(void)
{
	struct thread *self = thread_self();

	if (CONFIG_DEBUG)
		probe_stretch_end(self);
	if (atomic_get(&self->ast) & AST_RESCHEDULE) {
		switch_prepare(self, NULL);
		reschedule(self);
		cpu_irq_restore(true);
	}
	if (CONFIG_DEBUG)
		probe_stretch_begin(self);
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
		cpu_irq_restore(true);
		switch_prepare(self, context_user_return);
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
	sample_init(p);
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
	p->stamp = clock_now();
	atomic_fetch_or(&p->pset->processors, (uint64_t)1 << p->number);
	atomic_set(&idle->on_processor, true);
	context_start(idle, &boot_thread, stack_top(idle->stack), switch_begin);
}

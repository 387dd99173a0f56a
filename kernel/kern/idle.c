/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The idle thread of each processor: runs what is ready, else zeroes frames
 * ahead of need, else halts. It says that it is idle before it looks for work
 * the last time, and whoever queues a thread looks for idle processors
 * afterwards, so one of the two sees the other. No locks.
 */
#include <kern/thread_i.h>

#include <arch/clock.h>
#include <arch/pmap.h>
#include <kern/panic.h>

#define RETRY_NS 1000000ull

static void retry(void *arg)
{
	(void)arg; /* the interrupt alone ends the halt */
}

/* Interrupts off. A thread that can run now; NULL: none. */
static struct thread *take(struct processor *p)
{
	unsigned tries = atomic_get(&p->runq.count) + 1;
	struct thread *t;

	while (tries-- > 0 && (t = runq_take(p)) != NULL) {
		if (switch_can(p, t, true))
			return t;
		runq_enqueue(t);
	}
	return NULL;
}

static void set_idle(struct processor *p, bool idle)
{
	uint64_t bit = (uint64_t)1 << p->number;

	atomic_store(&p->is_idle, idle);
	if (idle)
		atomic_fetch_or(&p->pset->idle, bit);
	else
		atomic_fetch_and(&p->pset->idle, ~bit);
}

/* Interrupts off before and after. */
static void halt(struct processor *p)
{
	struct timer timer;
	bool no_stack = atomic_get(&p->runq.count) != 0;

	/* Let go of the last thread's map: else everybody who changes it would
	 * have to wake us and wait. */
	pmap_activate(NULL);
	if (no_stack) {
		timer_init(&timer, retry, NULL);
		timer_set(&timer, clock_now() + RETRY_NS);
	}
	cpu_idle();
	if (no_stack)
		(void)timer_cancel(&timer);
}

static bool zero_ahead(void)
{
	bool did;

	cpu_irq_restore(true);
	did = page_zero_idle();
	(void)cpu_irq_save();
	return did;
}

/* Interrupts off. Nothing was ready a moment ago. */
static struct thread *rest(struct processor *p)
{
	struct thread *next;

	if (zero_ahead())
		return NULL;
	set_idle(p, true);
	next = take(p);
	if (next == NULL)
		halt(p);
	set_idle(p, false);
	return next;
}

void idle_loop(void)
{
	struct processor *p = cpu_processor();
	struct thread *self = thread_self();

	for (;;) {
		struct thread *next;

		(void)stack_reserve();
		(void)cpu_irq_save();
		atomic_set(&self->ast, 0);
		next = take(p);
		if (next == NULL)
			next = rest(p);
		if (next != NULL) {
			p->stamp = clock_now();
			sample_begin(p);
			switch_to(p, next, true);
		}
		cpu_irq_restore(true);
	}
}

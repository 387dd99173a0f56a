/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: one pairing heap per processor, the earliest deadline at its root
 * and in the machine's timer. Arming costs a comparison, removal is
 * logarithmic on average, nothing is allocated. Removing a timer leaves the
 * machine's timer as it is: an interrupt that finds nothing due sets it anew.
 * Lock: the queue's, RANK_TIMER, interrupt class; not held while fn runs.
 */
#include <kern/timer.h>

#include <arch/clock.h>
#include <kern/panic.h>
#include <kern/processor_i.h>

/* How many may fire before other interrupts get their turn. */
#define FIRE_MAX 32

static const struct lock_class timer_class = {
	.name = "timers",
	.rank = RANK_TIMER,
	.interrupt = true,
};

void timer_queue_init(struct timer_queue *q)
{
	spin_init(&q->lock, &timer_class);
	q->first = NULL;
	q->running = NULL;
	q->armed_for = CLOCK_NEVER;
}

/* --- the heap: prev is the left sibling, or the parent of a first child */

static struct timer *join(struct timer *a, struct timer *b)
{
	if (a == NULL)
		return b;
	if (b == NULL)
		return a;
	if (b->deadline < a->deadline) {
		struct timer *t = a;

		a = b;
		b = t;
	}
	b->next = a->child;
	if (b->next != NULL)
		b->next->prev = b;
	b->prev = a;
	a->child = b;
	a->next = a->prev = NULL;
	return a;
}

/* Joins siblings in pairs from the left, then the pairs from the right. */
static struct timer *join_siblings(struct timer *t)
{
	struct timer *pairs = NULL, *all = NULL;

	while (t != NULL) {
		struct timer *a = t;
		struct timer *b = t->next;

		t = b != NULL ? b->next : NULL;
		a->next = a->prev = NULL;
		if (b != NULL)
			b->next = b->prev = NULL;
		a = join(a, b);
		a->next = pairs;
		pairs = a;
	}
	while (pairs != NULL) {
		struct timer *a = pairs;

		pairs = a->next;
		a->next = NULL;
		all = join(a, all);
	}
	return all;
}

static void heap_remove(struct timer_queue *q, struct timer *t)
{
	struct timer *rest = join_siblings(t->child);

	if (t == q->first) {
		q->first = rest;
	} else {
		if (t->prev->child == t)
			t->prev->child = t->next;
		else
			t->prev->next = t->next;
		if (t->next != NULL)
			t->next->prev = t->prev;
		q->first = join(q->first, rest);
	}
	t->child = t->next = t->prev = NULL;
}

/* --- the interface */

static struct timer_queue *queue_of(uint32_t cpu)
{
	return &processor_by_number(cpu)->p->timers;
}

void timer_init(struct timer *t, void (*fn)(void *), void *arg)
{
	*t = (struct timer){ .fn = fn, .arg = arg };
}

static void arm_machine(struct timer_queue *q, uint64_t deadline)
	REQUIRES(&q->lock)
{
	if (q->armed_for == deadline)
		return;
	q->armed_for = deadline;
	clock_set_deadline(deadline);
}

void timer_set(struct timer *t, uint64_t deadline)
{
	bool on = cpu_irq_save();
	struct timer_queue *q = &processor_private()->timers;

	assert(!atomic_get(&t->armed));
	spin_lock(&q->lock);
	t->deadline = deadline;
	t->cpu = cpu_number();
	t->child = t->next = t->prev = NULL;
	atomic_set(&t->armed, true);
	q->first = join(q->first, t);
	if (q->first == t && deadline < q->armed_for)
		arm_machine(q, deadline);
	spin_unlock_irq(&q->lock, on);
}

bool timer_cancel(struct timer *t)
{
	struct timer_queue *q = queue_of(t->cpu);
	bool on = spin_lock_irq(&q->lock);
	bool was = atomic_get(&t->armed);

	if (was) {
		heap_remove(q, t);
		atomic_set(&t->armed, false);
	}
	while (q->running == t && t->cpu != cpu_number()) {
		spin_unlock_irq(&q->lock, on);
		cpu_relax();
		on = spin_lock_irq(&q->lock);
	}
	spin_unlock_irq(&q->lock, on);
	return was;
}

/* The next timer that is due, out of the heap; NULL: none, and the machine's
 * timer is set for the rest. */
static struct timer *take_due(struct timer_queue *q, bool more)
{
	struct timer *t;

	spin_lock(&q->lock);
	t = q->first;
	q->running = NULL;
	if (t != NULL && more && t->deadline <= clock_now()) {
		heap_remove(q, t);
		atomic_set(&t->armed, false);
		q->running = t;
	} else {
		arm_machine(q, t != NULL ? t->deadline : CLOCK_NEVER);
		t = NULL;
	}
	spin_unlock(&q->lock);
	return t;
}

void timer_interrupt(void)
{
	struct timer_queue *q = &processor_private()->timers;
	struct timer *t;
	unsigned fired = 0;

	lock_irq_enter();
	q->armed_for = CLOCK_NEVER;
	while ((t = take_due(q, fired++ < FIRE_MAX)) != NULL)
		t->fn(t->arg);
	lock_irq_exit();
}

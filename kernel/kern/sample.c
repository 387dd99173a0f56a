/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User and system time told apart, and the time of those that hand their
 * processor on. Entering and leaving the kernel costs nothing for it: while a
 * processor has something to do, a timer looks every 10 ms at what it
 * interrupted. The time a thread ran is divided as its samples are. That time
 * is exact (usage.c), but for hand-offs, whose whole chain is added to whoever
 * ends it: a thread that handed on has at least the time its samples stand
 * for. What has been told once never shrinks.
 *
 * An idle processor has no timer: the first tick in idleness is the last.
 * Locks: none; the told times are under the thread's.
 */
#include <kern/thread_i.h>

#include <arch/clock.h>
#include <arch/cpu.h>

#define PERIOD (10 * 1000000ull)

static void sample(void *arg)
{
	struct processor *p = arg;
	struct thread *t = cpu_thread();

	p->p->sampling = false;
	if (t == p->idle)
		return;
	if (cpu_interrupted_user())
		atomic_add(&t->sched.user_samples, 1);
	else
		atomic_add(&t->sched.system_samples, 1);
	sample_begin(p);
}

void sample_begin(struct processor *p)
{
	if (p->p->sampling)
		return;
	p->p->sampling = true;
	timer_set(&p->p->sample, clock_now() + PERIOD);
}

void sample_init(struct processor *p)
{
	timer_init(&p->p->sample, sample, p);
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void sample_divide(struct thread *t, uint64_t total, uint64_t *user,
		   uint64_t *system)
{
	uint64_t in_system = atomic_get(&t->sched.system_samples);
	uint64_t all = in_system + atomic_get(&t->sched.user_samples);
	uint64_t part = 0;

	total = max(total, all * PERIOD);
	total = max(total, t->sched.told_user + t->sched.told_system);
	if (t->task == NULL)
		part = total; /* a thread of the kernel */
	else if (in_system > 0)
		part = total / all * in_system;
	part = max(part, t->sched.told_system);
	if (part > total - t->sched.told_user)
		part = total - t->sched.told_user;
	*system = t->sched.told_system = part;
	*user = t->sched.told_user = total - part;
}

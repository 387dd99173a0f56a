/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who used how much, and what follows for priorities. Time is added up when a
 * thread leaves its processor in the ordinary way; a chain of hand-offs is
 * added to whoever ends it. Usage is a decaying average over about a second,
 * in thousandths of a processor; a timesharing thread loses up to 31 priorities
 * by it, so that hogs sink below everybody and nobody starves. Those that wait
 * in a queue are aged a few at a time, at ends of quanta.
 *
 * The quantum's timer is armed only while somebody waits. It is not set anew at
 * each switch: when it fires early it is armed for the rest.
 */
#include <kern/thread_i.h>

#include <arch/clock.h>
#include <kern/panic.h>
#include <mach/policy.h>

#define MS	   1000000ull
#define US_PER_S   1000000ull
#define USAGE_FULL 1000
#define DEPRESSED_LOOKED_AT 32
#define TOTAL_UNIT (1u << 16) /* of sched.usage_total */

int usage_priority(const struct thread *t)
{
	int current = t->sched.base;

	if (t->sched.policy == POLICY_FIXEDPRI || current < 0)
		return current;
	current -= (int)(t->sched.usage * PRIORITY_COUNT / USAGE_FULL);
	return current > 0 ? current : 0;
}

static uint32_t in_units(uint64_t total)
{
	return (uint32_t)(total / TOTAL_UNIT);
}

uint32_t usage_at(const struct thread *t, uint64_t total, uint64_t now)
{
	uint64_t computed = t->sched.usage_due - USAGE_PERIOD;
	uint64_t elapsed = (now - computed) / 1000;
	uint64_t ran = (uint64_t)(in_units(total) - t->sched.usage_total) *
		       TOTAL_UNIT / 1000;

	if (now <= computed || elapsed == 0)
		return t->sched.usage;
	if (ran > elapsed)
		ran = elapsed;
	if (elapsed > 8 * US_PER_S)
		return (uint32_t)(ran * USAGE_FULL / elapsed);
	return (uint32_t)((t->sched.usage * US_PER_S + ran * USAGE_FULL) /
			  (US_PER_S + elapsed));
}

/* True: its priority is another one now than current. */
static bool age(struct thread *t, uint64_t now)
{
	if (now < t->sched.usage_due)
		return false;
	t->sched.usage = usage_at(t, t->sched.total_ns, now);
	t->sched.usage_due = now + USAGE_PERIOD;
	t->sched.usage_total = in_units(t->sched.total_ns);
	return atomic_get(&t->tweak) == 0 &&
	       usage_priority(t) != atomic_get(&t->sched.current);
}

[[gnu::noinline]] void usage_age(struct thread *t, uint64_t now)
{
	if (age(t, now))
		atomic_set(&t->sched.current, (int8_t)usage_priority(t));
}

static bool depression_over(const struct thread *t, uint64_t now)
{
	return (atomic_get(&t->tweak) & TWEAK_DEPRESSED) &&
	       t->sched.depress_until != 0 && now >= t->sched.depress_until;
}

void usage_look(struct processor *p, struct thread *t, uint64_t now)
{
	usage_age(t, now);
	if (depression_over(t, now))
		policy_undepress(t);
	atomic_set(&p->running_priority, atomic_get(&t->sched.current));
}

/* --- ageing of those that wait */

static void age_queue(struct processor *p, uint64_t now)
{
	struct thread *aged[PRIORITY_COUNT + DEPRESSED_LOOKED_AT];
	unsigned n = 0, looked = 0;
	struct thread *t;

	spin_lock(&p->runq.lock);
	for (unsigned i = 0; i < PRIORITY_COUNT; i++) {
		t = list_first_entry(&p->runq.level[i], struct thread,
				     sched.runq_link);
		if (t != NULL && age(t, now))
			aged[n++] = t;
	}
	list_for_each(&p->runq.level[PRIORITY_DEPRESS], t, sched.runq_link) {
		if (depression_over(t, now))
			aged[n++] = t;
		if (++looked == DEPRESSED_LOOKED_AT)
			break;
	}
	while (n > 0) {
		t = aged[--n];
		atomic_fetch_and(&t->tweak, (uint8_t)~TWEAK_DEPRESSED);
		runq_requeue(p, t, usage_priority(t));
	}
	spin_unlock(&p->runq.lock);
}

/* --- the quantum */

static void arm_at(struct processor *p, uint64_t deadline)
{
	atomic_set(&p->p->quantum_armed, true);
	timer_set(&p->p->quantum, deadline);
}

static void quantum_over(void *arg)
{
	struct processor *p = arg;
	struct thread *t = cpu_thread();
	uint64_t now = clock_now(), end = quantum_end(p, t);

	/* A full fence: whoever queues a thread here looks at this after
	 * that, and we at the queue after this. */
	atomic_exchange(&p->p->quantum_armed, false);
	if (atomic_get(&p->runq.ready) == 0)
		return;
	if (now - p->p->aged >= 2 * USAGE_PERIOD) {
		p->p->aged = now;
		age_queue(p, now);
		pset_count_ready(now);
	}
	if (now >= end || runq_best(p) > atomic_get(&p->running_priority))
		atomic_fetch_or(&t->ast, AST_RESCHEDULE);
	arm_at(p, end > now ? end : now + USAGE_QUANTUM);
}

void quantum_arm(struct processor *p, const struct thread *t)
{
	arm_at(p, quantum_end(p, t));
}

void quantum_init(struct processor *p)
{
	timer_init(&p->p->quantum, quantum_over, p);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run queues: one per processor, a list per priority. A thread that becomes
 * ready goes to an idle processor of its set if there is one, else to the one
 * where it ran last; a processor with nothing to do steals.
 *
 * Only the processor on which a thread's context is still live may have it in
 * its queue: it will have left the context when it looks there next. Thieves
 * pass over such threads. So nobody ever waits for a context.
 *
 * Lock: the queue's, RANK_RUNQ, interrupt class, one at a time.
 */
#include <kern/runq_i.h>

static const struct lock_class runq_class = {
	.name = "run queue",
	.rank = RANK_RUNQ,
	.interrupt = true,
};

void runq_init(struct runq *q)
{
	spin_init(&q->lock, &runq_class);
	for (unsigned i = 0; i < PRIORITY_COUNT; i++)
		list_init(&q->level[i]);
}

/* --- one queue, its lock held */

static inline void push(struct processor *p, struct thread *t)
	REQUIRES(&p->runq.lock)
{
	runq_push(p, t);
	/* Ordered before the look at who is idle; see idle.c. */
	atomic_fetch_add(&p->runq.count, 1);
}

static void unlink(struct processor *p, struct thread *t)
	REQUIRES(&p->runq.lock)
{
	runq_unlink(p, t);
	atomic_sub(&p->runq.count, 1);
}

static struct thread *pop(struct processor *p) REQUIRES(&p->runq.lock)
{
	int level = runq_best_level(p);
	struct thread *t;

	if (level < 0)
		return NULL;
	t = runq_first_at(p, level);
	unlink(p, t);
	return t;
}

int runq_best(const struct processor *p)
{
	return runq_best_level(p);
}

/* --- where to */

/* Takes processor n out of the set's idle ones, so that the next thread goes
 * elsewhere; false: it is not, or no longer, one of them. */
static bool claim_idle(struct processor_set *set, unsigned n)
{
	uint64_t bit = (uint64_t)1 << n;

	return (atomic_get(&set->idle) & bit) &&
	       (atomic_fetch_and(&set->idle, ~bit) & bit);
}

static struct processor *claim_any_idle(struct processor_set *set)
{
	uint64_t idle;

	while ((idle = atomic_get(&set->idle)) != 0) {
		unsigned n = (unsigned)__builtin_ctzll(idle);

		if (claim_idle(set, n))
			return processor_by_number(n);
	}
	return NULL;
}

/* An idle processor of t's set, its last one first; else the last one. */
static inline struct processor *choose(struct thread *t)
{
	struct processor *last = atomic_get(&t->sched.processor);
	struct processor *idle;

	if (last == NULL)
		last = cpu_processor();
	if (__builtin_expect(atomic_get(&thread_pset(t)->idle) == 0, 1) ||
	    claim_idle(thread_pset(t), last->number))
		return last;
	idle = claim_any_idle(thread_pset(t));
	return idle != NULL ? idle : last;
}

/*
 * Something was put into p's queue: p must look at it in time. True: p is another
 * processor and is to be kicked by unlock_and_kick; it decides itself then, in
 * sched_kick_interrupt.
 */
static inline bool notify(struct processor *p, int current)
	REQUIRES(&p->runq.lock)
{
	if (p != cpu_processor())
		return atomic_load(&p->is_idle) ||
		       current > atomic_get(&p->running_priority) ||
		       !atomic_get(&p->p->quantum_armed);
	if (cpu_thread() == NULL)
		return false; /* still booting */
	if (current > atomic_get(&p->running_priority))
		atomic_fetch_or(&cpu_thread()->ast, AST_RESCHEDULE);
	else if (!atomic_get(&p->p->quantum_armed))
		quantum_arm(p, cpu_thread());
	return false;
}

/* Without the lock, which is the first thing that the kicked one wants: to send an
 * interrupt may take long. Still with interrupts off, or the kick might wait. */
static inline void unlock_and_kick(struct processor *p, bool kick, bool on)
	RELEASES(&p->runq.lock)
{
	spin_unlock(&p->runq.lock);
	if (kick)
		cpu_kick(p->number);
	cpu_irq_restore(on);
}

void runq_offer(struct processor *p)
{
	struct processor *idle = claim_any_idle(p->pset);

	if (idle != NULL)
		cpu_kick(idle->number);
}

void runq_enqueue(struct thread *t)
{
	bool movable = !atomic_load(&t->on_processor) && !t->sched.bound;
	struct processor *p = movable ? choose(t) :
					atomic_get(&t->sched.processor);
	bool on = spin_lock_irq(&p->runq.lock);
	bool kick;

	/* A sleeper's usage has decayed meanwhile. */
	usage_age_sleeper(t, cpu_processor()->stamp);
	push(p, t);
	kick = notify(p, atomic_get(&t->sched.current));
	unlock_and_kick(p, kick, on);
	/* One that became idle since we chose looked before we pushed. */
	if (__builtin_expect(atomic_get(&p->pset->idle) != 0, 0) && movable &&
	    !atomic_get(&p->is_idle))
		runq_offer(p);
}

/* The number of those queued stays as it is. */
struct thread *runq_exchange(struct processor *p, struct thread *t, int min)
{
	struct thread *next;
	int level;

	spin_lock(&p->runq.lock);
	level = runq_best_level(p);
	next = level < min || level < 0 ? NULL : runq_first_at(p, level);
	if (next != NULL) {
		runq_unlink(p, next);
		runq_push(p, t);
	}
	spin_unlock(&p->runq.lock);
	/* What stays here might run elsewhere. */
	if (__builtin_expect(atomic_get(&p->pset->idle) != 0, 0) && level >= 0)
		runq_offer(p);
	return next;
}

/* --- stealing */

static bool may_move(const struct thread *t, const struct processor *to)
{
	return !atomic_get_acq(&t->on_processor) && !t->sched.bound &&
	       thread_pset(t) == to->pset;
}

static struct thread *find_movable(struct processor *victim,
				   const struct processor *to)
	REQUIRES(&victim->runq.lock)
{
	uint32_t ready = atomic_get(&victim->runq.ready);
	struct thread *t;

	for (int level = 31; level >= 0; level--) {
		if (!(ready >> level & 1))
			continue;
		list_for_each(&victim->runq.level[level], t, sched.runq_link)
			if (may_move(t, to))
				return t;
	}
	return NULL;
}

static struct thread *steal_from(struct processor *victim, struct processor *p)
{
	struct thread *t;

	if (atomic_get(&victim->runq.count) == 0 ||
	    !spin_trylock(&victim->runq.lock))
		return NULL;
	t = find_movable(victim, p);
	if (t != NULL) {
		unlink(victim, t);
		atomic_set(&t->sched.processor, p);
	}
	spin_unlock(&victim->runq.lock);
	return t;
}

static struct thread *steal(struct processor *p)
{
	unsigned n = processor_possible();

	for (unsigned i = 1; i < n; i++) {
		unsigned at = (p->number + i) % n;
		struct processor *victim = processor_by_number(at);
		struct thread *t;

		if (!(p->pset->processors >> at & 1))
			continue;
		t = steal_from(victim, p);
		if (t != NULL)
			return t;
	}
	return NULL;
}

struct thread *runq_take(struct processor *p)
{
	struct thread *t;

	spin_lock(&p->runq.lock);
	t = pop(p);
	spin_unlock(&p->runq.lock);
	return t != NULL ? t : steal(p);
}

bool runq_take_thread(struct processor *p, struct thread *t)
{
	struct processor *at = atomic_get(&t->sched.processor);
	bool ok;

	if (at == NULL)
		return false;
	spin_lock(&at->runq.lock);
	ok = atomic_get(&t->sched.processor) == at && list_linked(&t->sched.runq_link) &&
	     (at == p || may_move(t, p));
	if (ok) {
		unlink(at, t);
		atomic_set(&t->sched.processor, p);
	}
	spin_unlock(&at->runq.lock);
	return ok;
}

/* --- a new priority for a thread anywhere */

void runq_requeue(struct processor *p, struct thread *t, int current)
{
	unlink(p, t);
	atomic_set(&t->sched.current, (int8_t)current);
	push(p, t);
}

static bool set_at(struct processor *p, struct thread *t, int current)
{
	bool on = spin_lock_irq(&p->runq.lock);
	bool here = atomic_get(&t->sched.processor) == p;
	bool kick = false;

	if (here) {
		if (list_linked(&t->sched.runq_link)) {
			runq_requeue(p, t, current);
			kick = notify(p, current);
		} else {
			atomic_set(&t->sched.current, (int8_t)current);
		}
		if (t == cpu_thread())
			atomic_set(&p->running_priority, current);
	}
	unlock_and_kick(p, kick, on);
	return here;
}

void runq_set_current(struct thread *t, int current)
{
	struct processor *p;

	do {
		p = atomic_get(&t->sched.processor);
		if (p == NULL) { /* never queued yet: only its creator has it */
			atomic_set(&t->sched.current, (int8_t)current);
			return;
		}
	} while (!set_at(p, t, current));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stopping, aborting, terminating. All three set a bit in the victim's ast word
 * first and then look at what it is doing, while the victim says what it is
 * about to do first and then looks at its ast word: so one of them sees the
 * other (see wait.c).
 *
 * A thread is stopped when its stop count is positive and it is blocked, either
 * here at the user boundary or in an abortable wait, with its context saved.
 * Those who wait for that share two wait queues: it is rare.
 * Locks: thread's, RANK_THREAD, for counts and flags.
 */
#include <kern/thread_i.h>

#include <arch/clock.h>
#include <kern/panic.h>
#include <kern/waitq.h>

static struct waitq stop_waiters, dead_waiters;

void stop_init(void)
{
	waitq_init(&stop_waiters);
	waitq_init(&dead_waiters);
}

/* --- stopping */

static void kick_others(void)
{
	uint64_t others = atomic_get(&default_pset.processors) &
			  ~((uint64_t)1 << cpu_number());

	for (; others != 0; others &= others - 1)
		cpu_kick((unsigned)__builtin_ctzll(others));
}

/*
 * The victim may run in user mode on another processor. If it moves meanwhile
 * it looks at its ast word on its way to user mode there. A processor that has
 * just taken it may have looked at the word before we see that it did: there is
 * no fence between the two on the way of a switch. So a victim that is neither
 * at rest nor seen on a processor may be on any.
 */
static void poke(struct thread *t)
{
	struct processor *p;
	uint32_t wait;

	if (t == thread_self())
		return;
	if (atomic_load(&t->on_processor)) {
		p = atomic_get(&t->sched.processor);
		if (p != cpu_processor())
			cpu_kick(p->number);
		return;
	}
	wait = atomic_load(&t->wait);
	if (!(wait & W_BLOCKED) || (wait & W_CLAIMED))
		kick_others();
}

static bool add_stop_locked(struct thread *t) REQUIRES(&t->lock)
{
	if (atomic_get(&t->sched.flags) & TF_TERMINATED)
		return false;
	t->sched.stop_count++;
	atomic_fetch_or(&t->ast, AST_STOP);
	return true;
}

/* True: the count is zero now and the caller wakes t, after unlocking. */
static bool remove_stop_locked(struct thread *t) REQUIRES(&t->lock)
{
	if (--t->sched.stop_count > 0)
		return false;
	atomic_fetch_and(&t->ast, ~(uint32_t)AST_STOP);
	if (!(atomic_get(&t->sched.flags) & TF_STARTED) ||
	    !(atomic_get(&t->sched.flags) & TF_IN_STOP))
		return false;
	atomic_fetch_and(&t->sched.flags, ~(uint32_t)TF_IN_STOP);
	return true;
}

enum kr thread_stop(struct thread *t, bool wait)
{
	bool ok;

	spin_lock(&t->lock);
	ok = add_stop_locked(t);
	spin_unlock(&t->lock);
	if (!ok)
		return KR_FAILURE;
	poke(t);
	if (wait && !thread_wait_stopped(t)) {
		(void)!thread_release(t);
		return KR_ABORTED;
	}
	return KR_SUCCESS;
}

void thread_stop_new(struct thread *t, unsigned n)
{
	if (n == 0)
		return;
	spin_lock(&t->lock);
	t->sched.stop_count += n;
	atomic_fetch_or(&t->ast, AST_STOP);
	spin_unlock(&t->lock);
}

enum kr thread_release(struct thread *t)
{
	bool any, go = false;

	spin_lock(&t->lock);
	any = t->sched.stop_count > 0;
	if (any)
		go = remove_stop_locked(t);
	spin_unlock(&t->lock);
	stop_notify(t);
	if (go)
		thread_wake(t, WAIT_OK);
	return any ? KR_SUCCESS : KR_FAILURE;
}

enum kr thread_suspend(struct thread *t)
{
	bool ok, first = false;

	spin_lock(&t->lock);
	ok = !(atomic_get(&t->sched.flags) & TF_TERMINATED) &&
	     t->sched.suspend_count < SUSPEND_COUNT_MAX;
	if (ok) {
		t->sched.suspend_count++;
		(void)add_stop_locked(t);
		first = true;
	}
	spin_unlock(&t->lock);
	if (!ok)
		return KR_FAILURE;
	if (first)
		poke(t);
	(void)thread_wait_stopped(t); /* counted, whoever aborts us */
	return KR_SUCCESS;
}

enum kr thread_resume(struct thread *t)
{
	bool any, go = false;

	spin_lock(&t->lock);
	any = t->sched.suspend_count > 0;
	if (any) {
		t->sched.suspend_count--;
		go = remove_stop_locked(t);
	}
	spin_unlock(&t->lock);
	stop_notify(t);
	if (go)
		thread_wake(t, WAIT_OK);
	return any ? KR_SUCCESS : KR_FAILURE;
}

unsigned thread_stop_count(struct thread *t)
{
	unsigned n;

	spin_lock(&t->lock);
	n = t->sched.stop_count;
	spin_unlock(&t->lock);
	return n;
}

/* Blocked where it may stay, its context saved (or about to be, then this
 * waits for the other processor to finish that). */
static bool is_stopped(struct thread *t)
{
	uint32_t flags = atomic_load(&t->sched.flags);

	if (t == thread_self() || (flags & (TF_TERMINATED | TF_DEAD)) ||
	    !(flags & TF_STARTED))
		return true;
	for (;;) {
		uint32_t word = atomic_load(&t->wait);

		if (!(word & W_BLOCKED))
			return false;
		if (!(word & W_ABORTABLE) &&
		    !(atomic_load(&t->sched.flags) & TF_IN_STOP))
			return false;
		if (!atomic_get_acq(&t->on_processor))
			return true;
		cpu_relax();
	}
}

/* Or somebody released it meanwhile: then nothing is left to wait for. */
static bool no_more_to_stop(struct thread *t)
{
	return is_stopped(t) || thread_stop_count(t) == 0;
}

bool thread_wait_stopped(struct thread *t)
{
	while (!no_more_to_stop(t)) {
		waitq_prepare(&stop_waiters, WAIT_ABORTABLE);
		atomic_fetch_or(&t->sched.flags, TF_STOP_WATCHED);
		if (no_more_to_stop(t)) {
			(void)waitq_cancel(&stop_waiters);
			return true;
		}
		if (waitq_block(&stop_waiters, CLOCK_NEVER) == WAIT_ABORTED)
			return is_stopped(t);
	}
	return true;
}

/* --- standing still while its registers change */

#define MARK_BITS    (~0u << W_MARK_SHIFT)
#define MARK_NOT_DUE 1u /* no way leads it back to user mode as it is */

static uint32_t mark_new(void)
{
	static _Atomic uint32_t last;

	return (atomic_fetch_add(&last, 1) % 0xffff + 1) << W_MARK_SHIFT;
}


/* 0: it was woken, or another's mark is there. */
static uint32_t mark_blocked(struct thread *t)
{
	uint32_t word = atomic_load(&t->wait);
	uint32_t mark = mark_new();

	if (!(word & W_BLOCKED) || (word & (W_CLAIMED | MARK_BITS)) ||
	    !atomic_compare_exchange_strong(&t->wait, &word, word | mark))
		return 0;
	return mark;
}

uint32_t thread_still_begin(struct thread *t)
{
	while (thread_wait_stopped(t)) {
		uint32_t flags = atomic_load(&t->sched.flags);
		/* On its way to its end, which does not stop for anybody. */
		if (flags & (TF_TERMINATED | TF_DEAD))
			return 0;
		if (!(flags & TF_STARTED))
			return MARK_NOT_DUE;
		uint32_t mark = mark_blocked(t);
		/* Only now is it certain that its context is saved. */
		if (mark && is_stopped(t))
			return mark;
		if (!mark || !thread_still_end(t, mark))
			(void)thread_yield(NULL);
	}
	return 0;
}

bool thread_still_end(struct thread *t, uint32_t mark)
{
	uint32_t word = atomic_load(&t->wait);

	if (mark == MARK_NOT_DUE)
		return true;
	do {
		if ((word & MARK_BITS) != mark)
			return false;
	} while (!atomic_compare_exchange_weak(&t->wait, &word,
					       word & ~MARK_BITS));
	return true;
}

void stop_notify(struct thread *t)
{
	if (!(atomic_load(&t->sched.flags) & TF_STOP_WATCHED))
		return;
	atomic_fetch_and(&t->sched.flags, ~(uint32_t)TF_STOP_WATCHED);
	waitq_wake_all(&stop_waiters, WAIT_OK);
}

void stop_here(struct thread *self)
{
	spin_lock(&self->lock);
	if (self->sched.stop_count == 0 ||
	    (atomic_get(&self->sched.flags) & TF_TERMINATED)) {
		atomic_fetch_and(&self->ast, ~(uint32_t)AST_STOP);
		spin_unlock(&self->lock);
		return;
	}
	atomic_fetch_or(&self->sched.flags, TF_IN_STOP);
	thread_wait_begin(WAIT_UNINTERRUPTIBLE);
	spin_unlock(&self->lock);
	(void)thread_block(CLOCK_NEVER, context_user_return);
}

/* --- aborting and terminating */

void thread_abort_wait(struct thread *t)
{
	/* Without the mark, if it can be: no other aborter's is taken away,
	 * and the victim's next wait cannot see it. */
	if (wait_abort(t))
		return;
	atomic_fetch_or(&t->ast, AST_ABORT);
	if (wait_abort(t))
		atomic_fetch_and(&t->ast, ~(uint32_t)AST_ABORT);
	else
		poke(t);
}

bool thread_should_abort(void)
{
	return (atomic_get(&thread_self()->ast) &
		(AST_ABORT | AST_TERMINATE)) != 0;
}

enum kr thread_terminate(struct thread *t)
{
	bool first, go;

	spin_lock(&t->lock);
	first = !(atomic_get(&t->sched.flags) & TF_TERMINATED);
	go = first && (atomic_get(&t->sched.flags) & TF_IN_STOP) &&
	     (atomic_get(&t->sched.flags) & TF_STARTED);
	if (first) {
		atomic_fetch_or(&t->sched.flags, TF_TERMINATED);
		atomic_fetch_or(&t->ast, AST_TERMINATE);
	}
	if (go)
		atomic_fetch_and(&t->sched.flags, ~(uint32_t)TF_IN_STOP);
	spin_unlock(&t->lock);
	if (!first)
		return KR_FAILURE;
	if (go)
		thread_wake(t, WAIT_OK);
	else if (!wait_abort(t))
		poke(t);
	/* Nobody need wait any longer for it to stop. */
	stop_notify(t);
	return KR_SUCCESS;
}

static bool wait_dead(struct thread *t, unsigned wait_flags)
{
	while (!(atomic_load(&t->sched.flags) & TF_DEAD)) {
		waitq_prepare(&dead_waiters, wait_flags);
		atomic_fetch_or(&t->sched.flags, TF_DEAD_WATCHED);
		if (atomic_load(&t->sched.flags) & TF_DEAD) {
			(void)waitq_cancel(&dead_waiters);
			return true;
		}
		if (waitq_block(&dead_waiters, CLOCK_NEVER) == WAIT_ABORTED)
			return false;
	}
	return true;
}

void thread_wait_dead(struct thread *t)
{
	(void)wait_dead(t, WAIT_UNINTERRUPTIBLE);
}

bool thread_wait_dead_abortable(struct thread *t)
{
	if (t == thread_self() || !(atomic_load(&t->sched.flags) & TF_STARTED))
		return false;
	return wait_dead(t, WAIT_ABORTABLE);
}

void stop_notify_dead(struct thread *t)
{
	uint32_t was = atomic_fetch_or(&t->sched.flags, TF_DEAD);

	if (was & TF_DEAD_WATCHED)
		waitq_wake_all(&dead_waiters, WAIT_OK);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads and scheduling inside kern.
 *
 *   thread.c   creation, end, references      stop.c    stop, abort, terminate
 *   wait.c     the wait word                  sched.c   preemption, moving, boot
 *   runq.c     run queues, placement          switch.c  block, hand off, yield
 *   yield.c    yielding without a stack
 *   stack.c    spare kernel stacks
 *   usage.c    time, ageing                   policy.c  priorities, policies
 *   idle.c     idle threads                   pset.c    processor sets, load
 *
 * The wait word (thread->wait):
 *
 *   0 --begin--> ARMED --commit--> BLOCKED          the waiter's steps
 *                  | \               | \
 *               wake  claim       wake  claim       somebody else's
 *                  |   \             |   \
 *               DONE  ARMED|CLAIMED DONE BLOCKED|CLAIMED
 *                        \ commit ----------^
 *
 * Every step is one compare-and-swap. BLOCKED means that the waiter no longer
 * looks: whoever ends the wait owns its dispatch and queues it. ARMED means
 * that it will look once more before it blocks. thread_ready turns CLAIMED
 * into DONE in the same two ways.
 *
 * Above W_MARK_SHIFT a BLOCKED word may carry a mark: somebody changes the
 * registers (stop.c). Waking and claiming take it away.
 */
#pragma once

#include <arch/clock.h>
#include <kern/become.h>
#include <kern/panic.h>
#include <kern/processor_i.h>
#include <kern/thread.h>
#include <kern/wait_fast.h>

enum { /* thread->sched.flags */
	TF_STARTED = 1,	    /* thread_start was called */
	TF_TERMINATED = 2,  /* is to die */
	TF_DEAD = 4,	    /* has left its last processor */
	TF_IN_STOP = 8,	    /* waits for its stop count to become zero */
	TF_STOP_WATCHED = 16, /* somebody waits for it to stop */
	TF_DEAD_WATCHED = 32, /* somebody waits for it to die */
	TF_IDLE = 64,
};

/* Of the kernel itself, by task_link; for dumps. */
extern struct list kernel_threads;

/* --- wait.c */

/* The waiter's last look. True: blocked, somebody else will dispatch it;
 * false: the wait is over. */
static inline bool wait_commit(struct thread *self)
{
	uint32_t word = atomic_get_acq(&self->wait);

	cpu_sched_point();
	while (!(word & W_DONE)) {
		uint32_t blocked = (word & ~(uint32_t)W_ARMED) | W_BLOCKED;

		assert(word & W_ARMED);
		if (atomic_compare_exchange_weak(&self->wait, &word, blocked))
			return true;
	}
	return false;
}

/* t is claimed. If it is blocked: its wait is over and the caller dispatches
 * it; false: nothing was done. */
static inline bool wait_end_claimed(struct thread *t)
{
	uint32_t word = atomic_get_acq(&t->wait);

	if (!(word & W_BLOCKED))
		return false;
	/* The owner of a claim on a blocked thread is alone with it. */
	assert(word & W_CLAIMED);
	atomic_set(&t->wait,
		   W_DONE | (word & ~((1u << W_RESULT_SHIFT) - 1)));
	return true;
}

/* Ends an abortable wait of t. False: it is in none, or another party was
 * first. */
bool wait_abort(struct thread *t);

/* --- runq.c; interrupts may be on or off */

void runq_init(struct runq *q);

/* t, which nobody dispatches but the caller, becomes ready. */
void runq_enqueue(struct thread *t);

/* Interrupts off. Takes the best ready thread and puts the running thread t
 * behind its equals; NULL: none is at least min, nothing was done. */
struct thread *runq_exchange(struct processor *p, struct thread *t, int min);

/* An idle processor may want what waits in p's queue: wakes one. */
void runq_offer(struct processor *p);

/* Interrupts off. The best ready thread for p, its own or stolen; NULL. */
struct thread *runq_take(struct processor *p);

/* Takes t itself out of the queue it is in; false: it is in none, or may not
 * run here. Interrupts off. */
bool runq_take_thread(struct processor *p, struct thread *t);

/* Changes current, in the queue or out of it. */
void runq_set_current(struct thread *t, int current);

/* t is in p's queue, whose lock is held: gives it another priority. */
void runq_requeue(struct processor *p, struct thread *t, int current)
	REQUIRES(&p->runq.lock);

/* The best priority in p's own queue; -1: empty. A hint. */
int runq_best(const struct processor *p);

/* --- stack.c */

/* Makes it certain that a thread without a stack can be switched to; false: no
 * memory for one. Interrupts on. */
bool stack_refill(void);
void stack_drain_local(void);

static inline bool stack_reserve(void)
{
	/* Neither none nor more than are kept. */
	if (processor_private()->stacks.count - 1u < STACKS_KEPT)
		return true;
	return stack_refill();
}

static inline void *stack_top(void *stack)
{
	return (char *)stack + context_stack_size;
}

/* --- switch.c */

void switch_init(void);

/* Interrupts off. Leaves the running thread, whose state says already what is
 * to become of it, for to. keep: its stack stays; returns when it runs again,
 * interrupts off. Otherwise its stack is given up: never returns. */
void switch_to(struct processor *p, struct thread *to, bool keep);

/* Interrupts off. Is there a stack for to, if it needs one? */
static inline bool switch_can(struct processor *p, const struct thread *to,
			      bool keep)
{
	return !keep || to->stack != NULL || private_of(p)->stacks.count > 0;
}

/* Interrupts off. Off p, in whose structure they are noted: deals with those
 * that ended or move. */
void switch_handle_left(struct processor_private *p);

/* Interrupts off, on the new thread's stack: previous has left the
 * processor. */
static inline void switch_finish(struct thread *previous)
{
	struct processor_private *p = processor_private();

	atomic_set_rel(&previous->on_processor, false);
	if (__builtin_expect(p->left != NULL, 0))
		switch_handle_left(p);
}

/* First code of a new context: calls the thread's continuation. */
[[gnu::noreturn]] void switch_begin(struct thread *previous);

/* Goes on running, in the way that a continuation asks for: NULL returns. */
void switch_over(struct thread *self);

/* Before interrupts go off for a switch: a stack is at hand; turns them off. */
void switch_prepare(struct thread *self, void (*continuation)(void));

/* Interrupts off. Lets a ready thread of at least priority min run. */
bool switch_give_way(struct processor *p, struct thread *self, int min);

/* Interrupts off. The best ready thread that can be switched to, or the idle
 * thread. */
struct thread *switch_take_next(struct processor *p, bool keep);

/* --- usage.c */

#define USAGE_QUANTUM (10 * 1000000ull)
#define USAGE_PERIOD  (50 * 1000000ull)

/* The running thread t is due for more than adding up. */
void usage_look(struct processor *p, struct thread *t, uint64_t now);

/* Interrupts off: what p's running thread used since the last call is added to
 * it. True: there is more to do, usage_look. */
static inline bool usage_add(struct processor *p, struct thread *t,
			     uint64_t now)
{
	int64_t ran = (int64_t)now - (int64_t)p->stamp;

	p->stamp = now;
	t->sched.total_ns += (uint64_t)ran;
	return __builtin_expect(now >= t->sched.usage_due, 0) ||
	       __builtin_expect(cpu_byte_has(&t->tweak, 0xff), 0);
}

/* The same, and its priority is computed anew when it is time. */
static inline void usage_account(struct processor *p, struct thread *t)
{
	uint64_t now = clock_now();

	if (usage_add(p, t, now))
		usage_look(p, t, now);
}

/* Its priority from what it used; now is about the time. */
void usage_age(struct thread *t, uint64_t now);
static inline void usage_age_sleeper(struct thread *t, uint64_t now)
{
	if (__builtin_expect(now >= t->sched.usage_due, 0))
		usage_age(t, now);
}
int usage_priority(const struct thread *t);

/* What its usage would be now that it has run for total ns, of TH_USAGE_SCALE. */
uint32_t usage_at(const struct thread *t, uint64_t total, uint64_t now);

/* The quantum of t in nanoseconds. */
static inline uint64_t usage_quantum(const struct thread *t)
{
	int ms = atomic_get(&t->sched.policy_data);

	return __builtin_expect(ms == 0, 1) ? USAGE_QUANTUM :
					      (uint64_t)ms * 1000000u;
}

/* A quantum begins with a switch, as the time that is accounted. One that is
 * handed on is not begun anew: of t, which has this processor now. */
static inline uint64_t quantum_end(const struct processor *p,
				   const struct thread *t)
{
	return p->stamp + usage_quantum(t);
}

/* Something waits in p's queue, which is this processor's: sees to it that the
 * end of t's quantum is noticed. */
void quantum_arm(struct processor *p, const struct thread *t);

/* Interrupts off. self goes on here, having been asked to give way, perhaps: what
 * waits gets its turn at the end of self's quantum at the latest. */
static inline void quantum_watch(struct processor *p, const struct thread *self)
{
	if (atomic_get(&p->runq.ready) != 0 && !atomic_get(&p->p->quantum_armed))
		quantum_arm(p, self);
}
void quantum_init(struct processor *p);

/* --- sample.c */

/* Interrupts off: p, this processor, is not idle any more. */
void sample_begin(struct processor *p);
void sample_init(struct processor *p);
/* t->lock held: how much of total ns was spent in which mode. */
void sample_divide(struct thread *t, uint64_t total, uint64_t *user,
		   uint64_t *system);

/* --- thread.c */

void thread_module_init(void);
struct thread *thread_create_idle(struct processor *p, void (*fn)(void));

/* --- stop.c */

void stop_init(void);

/* t has just blocked, or has reached the user boundary. */
void stop_notify(struct thread *t);

/* At the user boundary: waits until the stop count is zero, without a stack; or
 * returns because it is zero already or the thread is to die. */
void stop_here(struct thread *self);

void stop_notify_dead(struct thread *t);

/* --- idle.c */

void idle_loop(void);

/* --- policy.c */

/* The depression ends; any context. */
void policy_undepress(struct thread *t);

/* It has done what a better one lent its priority for. */
void policy_undonate(struct thread *t);

/* A depressed thread is about to run on this processor. */
void policy_run_depressed(struct thread *t);

/* --- pset.c */

void pset_init(void);
void pset_count_ready(uint64_t now);

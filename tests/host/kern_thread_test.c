/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads, waits, stops on one simulated processor: each step is known.
 */
#include <arch/clock.h>
#include <arch/context.h>
#include <arch/state.h>
#include <host.h>
#include <kern/panic.h>
#include <kern/sched.h>
#include <kern/waitq.h>
#include <kern/zone.h>

#include "check.h"

#include <string.h>

#define SECOND 1000000000ull

static struct waitq queue;
static int steps;
static enum wait_result last_result;

/* A trap that looks at no argument, and its call. */
#define TRAP_PLAIN(name)                                                  \
	static int64_t name([[maybe_unused]] uint64_t a,                  \
			    [[maybe_unused]] uint64_t b,                  \
			    [[maybe_unused]] uint64_t c,                  \
			    [[maybe_unused]] uint64_t d,                  \
			    [[maybe_unused]] uint64_t e,                  \
			    [[maybe_unused]] uint64_t f)
#define CALL(name) host_trap(name, 0, 0, 0, 0, 0, 0, 0)

static struct thread *start(void (*fn)(void *), void *arg)
{
	return thread_create_kernel("test", fn, arg, 10);
}

static void join(struct thread *t)
{
	thread_wait_dead(t);
	thread_unref(t);
}

/* --- kernel threads */

static void add(void *arg)
{
	steps += (int)(intptr_t)arg;
}

static void runs_and_ends(void)
{
	struct thread *t = start(add, (void *)5);

	steps = 0;
	CHECK(t != NULL);
	join(t);
	CHECK_EQ(steps, 5);
}

static void wait_on_queue(void *arg)
{
	waitq_prepare(&queue, (unsigned)(uintptr_t)arg);
	last_result = waitq_block(&queue, CLOCK_NEVER);
	steps++;
}

static void rest_a_moment(void)
{
	struct waitq q;

	waitq_init(&q);
	waitq_prepare(&q, 0);
	(void)waitq_block(&q, clock_now() + SECOND / 1000);
}

static void wakes_one_then_all(void)
{
	struct thread *t[3];

	steps = 0;
	for (int i = 0; i < 3; i++)
		t[i] = start(wait_on_queue, NULL);
	rest_a_moment();
	CHECK_EQ(steps, 0);
	CHECK(waitq_wake_one(&queue, WAIT_OK));
	rest_a_moment();
	CHECK_EQ(steps, 1);
	waitq_wake_all(&queue, WAIT_RESTART);
	for (int i = 0; i < 3; i++)
		join(t[i]);
	CHECK_EQ(steps, 3);
	CHECK_EQ(last_result, WAIT_RESTART);
	CHECK(!waitq_wake_one(&queue, WAIT_OK));
}

static void times_out(void)
{
	uint64_t before = clock_now();

	waitq_prepare(&queue, 0);
	CHECK_EQ(waitq_block(&queue, before + 10 * SECOND), WAIT_TIMEDOUT);
	CHECK(clock_now() >= before + 10 * SECOND);
	CHECK(clock_now() < before + 11 * SECOND);
}

static void past_deadline_ends_at_once(void)
{
	waitq_prepare(&queue, 0);
	CHECK_EQ(waitq_block(&queue, 1), WAIT_TIMEDOUT);
}

static void abort_ends_only_abortable_waits(void)
{
	struct thread *t = start(wait_on_queue, (void *)WAIT_ABORTABLE);

	rest_a_moment();
	thread_abort_wait(t);
	join(t);
	CHECK_EQ(last_result, WAIT_ABORTED);

	steps = 0;
	t = start(wait_on_queue, (void *)WAIT_UNINTERRUPTIBLE);
	rest_a_moment();
	thread_abort_wait(t);
	rest_a_moment();
	CHECK_EQ(steps, 0);
	waitq_wake_all(&queue, WAIT_OK);
	join(t);
	CHECK_EQ(last_result, WAIT_OK);
}

static void abort_before_the_wait_ends_it(void)
{
	thread_abort_wait(thread_self());
	CHECK(thread_should_abort());
	waitq_prepare(&queue, WAIT_ABORTABLE);
	CHECK_EQ(waitq_block(&queue, CLOCK_NEVER), WAIT_ABORTED);
	CHECK(!thread_should_abort());
}

static void cancel_takes_a_wait_back(void)
{
	waitq_prepare(&queue, WAIT_ABORTABLE);
	CHECK_EQ(waitq_cancel(&queue), WAIT_OK);
	CHECK(!waitq_wake_one(&queue, WAIT_OK));
	waitq_prepare(&queue, WAIT_ABORTABLE);
	CHECK(thread_wake(thread_self(), WAIT_RESTART));
	CHECK_EQ(waitq_cancel(&queue), WAIT_RESTART);
}

static void woken_before_it_blocks(void)
{
	waitq_prepare(&queue, 0);
	CHECK(waitq_wake_one(&queue, WAIT_RESTART));
	CHECK_EQ(waitq_block(&queue, CLOCK_NEVER), WAIT_RESTART);
}

static void claim_keeps_others_out(void)
{
	struct thread *t = start(wait_on_queue, (void *)WAIT_ABORTABLE);

	steps = 0;
	rest_a_moment();
	CHECK(thread_claim(t, WAIT_RESTART));
	CHECK(!thread_claim(t, WAIT_OK));
	CHECK(!thread_wake(t, WAIT_OK));
	thread_abort_wait(t); /* too late for this wait */
	rest_a_moment();
	CHECK_EQ(steps, 0);
	thread_ready(t);
	join(t);
	CHECK_EQ(last_result, WAIT_RESTART);
}

static void handoff_runs_the_claimed_thread_at_once(void)
{
	struct thread *low = thread_create_kernel("low", wait_on_queue, NULL,
						  1);
	struct thread *other = start(add, (void *)100);

	steps = 0;
	thread_bind(0);
	rest_a_moment();
	join(other);
	other = start(add, (void *)100); /* ready, and better than low */
	CHECK(thread_claim(low, WAIT_OK));
	thread_wait_begin(0);
	CHECK_EQ(thread_handoff(low, clock_now() + SECOND, NULL),
		 WAIT_TIMEDOUT);
	CHECK_EQ(steps, 201);
	join(low);
	join(other);
	thread_bind(-1);
}

/* --- priorities */

static int order[8], order_count;

static void note(void *arg)
{
	order[order_count++] = (int)(intptr_t)arg;
}

static void better_priority_runs_first(void)
{
	struct thread *a = thread_create_kernel("a", note, (void *)1, 5);
	struct thread *b = thread_create_kernel("b", note, (void *)2, 20);
	struct thread *c = thread_create_kernel("c", note, (void *)3, 5);

	order_count = 0;
	join(a);
	join(b);
	join(c);
	CHECK_EQ(order_count, 3);
	CHECK_EQ(order[0], 2);
	CHECK_EQ(order[1], 1);
	CHECK_EQ(order[2], 3);
}

static void priority_calls_check_their_arguments(void)
{
	struct thread *t = thread_self();
	struct thread_usage u;

	CHECK_EQ(thread_set_priority(t, -1, false), KR_INVALID_ARGUMENT);
	CHECK_EQ(thread_set_priority(t, 32, false), KR_INVALID_ARGUMENT);
	CHECK_EQ(thread_set_max_priority(t, 32), KR_INVALID_ARGUMENT);
	CHECK_EQ(thread_set_max_priority(t, 30), KR_SUCCESS);
	CHECK_EQ(thread_set_priority(t, 31, false), KR_FAILURE);
	CHECK_EQ(thread_set_priority(t, 29, true), KR_SUCCESS);
	CHECK_EQ(thread_set_priority(t, 30, false), KR_FAILURE);
	CHECK_EQ(thread_set_max_priority(t, 31), KR_SUCCESS);
	CHECK_EQ(thread_set_priority(t, PRIORITY_KERNEL, false), KR_SUCCESS);
	CHECK_EQ(thread_set_policy(t, 3, 0), KR_INVALID_ARGUMENT);
	CHECK_EQ(thread_set_policy(t, 2, 0), KR_INVALID_ARGUMENT);
	CHECK_EQ(thread_set_policy(t, 2, 10), KR_FAILURE);
	CHECK_EQ(pset_policy_enable(&default_pset, 2), KR_SUCCESS);
	CHECK_EQ(thread_set_policy(t, 2, 10), KR_SUCCESS);
	CHECK_EQ(pset_policy_disable(&default_pset, 2, false), KR_SUCCESS);
	thread_get_usage(t, &u);
	CHECK_EQ(u.base, PRIORITY_KERNEL);
	CHECK_EQ(u.current, PRIORITY_KERNEL);
	CHECK_EQ(u.policy, 2);
	CHECK_EQ(u.policy_data, 10);
}

static void depression_ends(void)
{
	struct thread *t = thread_self();
	struct thread_usage u;

	CHECK_EQ(thread_depress(t, 0), KR_SUCCESS);
	thread_get_usage(t, &u);
	CHECK(u.depressed);
	CHECK_EQ(u.current, PRIORITY_DEPRESS);
	CHECK_EQ(u.depress_priority, PRIORITY_KERNEL);
	CHECK_EQ(thread_undepress(t), KR_SUCCESS);
	thread_get_usage(t, &u);
	CHECK(!u.depressed);
	CHECK_EQ(u.current, PRIORITY_KERNEL);
	CHECK_EQ(u.depress_priority, -1);

	/* Until it runs again: the other, far below, runs first. */
	struct thread *low = thread_create_kernel("low", add, (void *)1, 1);

	steps = 0;
	CHECK_EQ(thread_depress(t, 0), KR_SUCCESS);
	CHECK(thread_yield(NULL));
	CHECK_EQ(steps, 1);
	thread_get_usage(t, &u);
	CHECK(!u.depressed);
	join(low);
}

/* --- user threads */

static struct thread *user(void (*program)(void *), void *arg, unsigned stops)
{
	struct thread_origin origin = {
		.priority = PRIORITY_USER,
		.max_priority = PRIORITY_USER + 5,
		.stop_count = stops,
	};
	struct thread *t = thread_create(&origin);

	if (t != NULL)
		host_user_program(t, program, arg);
	return t;
}

TRAP_PLAIN(trap_exit)
{
	thread_exit_self();
}

TRAP_PLAIN(trap_step)
{
	return ++steps;
}

static void program_steps(void *arg)
{
	(void)arg;
	CALL(trap_step);
	CALL(trap_exit);
}

static void user_thread_traps(void)
{
	struct thread *t = user(program_steps, NULL, 0);

	steps = 0;
	CHECK(t != NULL);
	thread_start(t);
	join(t);
	CHECK_EQ(steps, 1);
}

static void stopped_thread_does_not_start(void)
{
	struct thread *t = user(program_steps, NULL, 2);

	steps = 0;
	thread_start(t);
	rest_a_moment();
	CHECK_EQ(thread_release(t), KR_SUCCESS);
	rest_a_moment();
	CHECK_EQ(steps, 0);
	CHECK_EQ(thread_stop_count(t), 1);
	CHECK_EQ(thread_release(t), KR_SUCCESS);
	join(t);
	CHECK_EQ(steps, 1);
}

static void program_spins(void *arg)
{
	(void)arg;
	for (;;) {
		steps++;
		host_user_compute(1000);
	}
}

static void stops_a_computing_thread(void)
{
	struct thread *t = user(program_spins, NULL, 0);
	int seen;

	thread_start(t);
	rest_a_moment();
	CHECK_EQ(thread_suspend(t), KR_SUCCESS);
	seen = steps;
	CHECK(seen > 0);
	rest_a_moment();
	CHECK_EQ(steps, seen);
	CHECK_EQ(thread_suspend(t), KR_SUCCESS);
	CHECK_EQ(thread_resume(t), KR_SUCCESS);
	rest_a_moment();
	CHECK_EQ(steps, seen);
	CHECK_EQ(thread_resume(t), KR_SUCCESS);
	CHECK_EQ(thread_resume(t), KR_FAILURE);
	rest_a_moment();
	CHECK(steps > seen);
	CHECK_EQ(thread_terminate(t), KR_SUCCESS);
	CHECK_EQ(thread_terminate(t), KR_FAILURE);
	CHECK_EQ(thread_stop(t, true), KR_FAILURE);
	join(t);
}

static void receive_done(void)
{
	struct thread *self = thread_self();

	last_result = thread_wait_result();
	machine_set_result(&self->machine, 1000u + last_result);
	context_user_return();
}

TRAP_PLAIN(trap_receive)
{
	thread_wait_begin(WAIT_ABORTABLE);
	thread_block(CLOCK_NEVER, receive_done);
	return -1; /* not reached */
}

static int64_t received[4];

static void program_receives(void *arg)
{
	int64_t *to = arg;

	to[0] = CALL(trap_receive);
	to[1] = CALL(trap_receive);
	CALL(trap_exit);
}

static void continuation_needs_no_stack(void)
{
	struct thread *t = user(program_receives, received, 0);
	struct thread_usage u;

	thread_start(t);
	rest_a_moment();
	thread_get_usage(t, &u);
	CHECK(u.swapped);
	CHECK(t->stack == NULL);
	CHECK_EQ(u.run_state, 3);
	CHECK(thread_wake(t, WAIT_OK));
	rest_a_moment();
	CHECK_EQ(received[0], 1000 + WAIT_OK);
	CHECK(thread_wake(t, WAIT_TIMEDOUT));
	join(t);
	CHECK_EQ(received[1], 1000 + WAIT_TIMEDOUT);
}

static void abort_takes_a_stopped_thread_out_of_its_wait(void)
{
	struct thread *t = user(program_receives, received, 0);

	received[0] = 0;
	thread_start(t);
	rest_a_moment();
	CHECK_EQ(thread_suspend(t), KR_SUCCESS); /* in its wait: at once */
	thread_abort_wait(t);
	CHECK(!thread_wake(t, WAIT_OK)); /* no message for it any more */
	rest_a_moment();
	CHECK_EQ(last_result, WAIT_ABORTED);
	CHECK_EQ(received[0], 0); /* and it did not reach user code */
	thread_wait_stopped(t);
	CHECK_EQ(thread_resume(t), KR_SUCCESS);
	rest_a_moment();
	CHECK_EQ(received[0], 1000 + WAIT_ABORTED);
	/* The abort is used up: the second wait stands. */
	CHECK(thread_wake(t, WAIT_OK));
	join(t);
	CHECK_EQ(received[1], 1000 + WAIT_OK);
}

/* Whoever changes the registers of a thread in a wait learns that a third party
 * ended the wait meanwhile, however it stops afterwards. */
static void woken_while_it_was_to_stand_still(void)
{
	struct thread *t = user(program_receives, received, 0);
	uint32_t mark;

	received[0] = 0;
	thread_start(t);
	rest_a_moment();
	CHECK_EQ(thread_stop(t, true), KR_SUCCESS);
	mark = thread_still_begin(t);
	CHECK(mark != 0);
	CHECK(thread_still_end(t, mark)); /* nothing happened */
	mark = thread_still_begin(t);
	CHECK(thread_wake(t, WAIT_OK));
	rest_a_moment();
	CHECK(!thread_still_end(t, mark));
	mark = thread_still_begin(t); /* where it stops nobody wakes it */
	CHECK_EQ(received[0], 0);
	CHECK(thread_still_end(t, mark));
	CHECK_EQ(thread_release(t), KR_SUCCESS);
	rest_a_moment();
	CHECK_EQ(received[0], 1000 + WAIT_OK);
	/* Claimed, it goes on, too. */
	CHECK_EQ(thread_stop(t, true), KR_SUCCESS);
	mark = thread_still_begin(t);
	CHECK(thread_claim(t, WAIT_OK));
	CHECK(!thread_still_end(t, mark));
	thread_ready(t);
	CHECK_EQ(thread_release(t), KR_SUCCESS);
	join(t);
	CHECK_EQ(received[1], 1000 + WAIT_OK);
}

static void abort_in_user_mode_is_forgotten(void)
{
	struct thread *t = user(program_receives, received, 1);

	thread_start(t);
	thread_abort_wait(t);
	CHECK_EQ(thread_release(t), KR_SUCCESS);
	rest_a_moment();
	CHECK(thread_wake(t, WAIT_OK));
	rest_a_moment();
	CHECK_EQ(received[0], 1000 + WAIT_OK);
	CHECK_EQ(thread_terminate(t), KR_SUCCESS);
	join(t);
}

static void terminate_ends_a_stopped_thread(void)
{
	struct thread *t = user(program_steps, NULL, 1);

	steps = 0;
	thread_start(t);
	CHECK_EQ(thread_terminate(t), KR_SUCCESS);
	join(t);
	CHECK_EQ(steps, 0);
}

static void note_threads(void *arg, const char *name, size_t size, size_t live,
			 size_t frames)
{
	(void)size, (void)frames;
	if (strcmp(name, "thread") == 0)
		*(size_t *)arg = live;
}

static size_t live_threads(void)
{
	size_t live = 0;

	zone_census(note_threads, &live);
	return live;
}

static void never_started_thread_is_freed(void)
{
	size_t before = live_threads();
	struct thread *t = user(program_steps, NULL, 1);

	CHECK_EQ(live_threads(), before + 1);
	thread_unref(t);
	CHECK_EQ(live_threads(), before);
}

/* --- a call and a reply by hand-off between two user threads */

static struct thread *server;
static int64_t rounds;

static void call_done(void)
{
	machine_set_result(&thread_self()->machine,
			   (uint64_t)thread_wait_result());
	context_user_return();
}

/* Hands the processor to the partner, waits for it in turn. */
static int64_t trap_call(uint64_t partner, uint64_t b, uint64_t c, uint64_t d,
			 uint64_t e, uint64_t f)
{
	struct thread *t = (struct thread *)partner;

	(void)b, (void)c, (void)d, (void)e, (void)f;
	rounds++;
	thread_wait_begin(WAIT_ABORTABLE);
	if (thread_claim(t, WAIT_OK))
		thread_handoff(t, CLOCK_NEVER, call_done);
	else
		thread_block(CLOCK_NEVER, call_done);
	return -1;
}

static void program_serves(void *arg)
{
	CALL(trap_receive); /* the first call finds it waiting */
	for (;;)
		host_trap(trap_call, (uint64_t)*(struct thread **)arg, 0, 0, 0,
			  0, 0, 0);
}

static void program_calls(void *arg)
{
	(void)arg;
	for (int i = 0; i < 1000; i++)
		host_trap(trap_call, (uint64_t)server, 0, 0, 0, 0, 0, 0);
	CALL(trap_exit);
}

static void thousand_calls_by_handoff(void)
{
	static struct thread *client;

	client = user(program_calls, NULL, 0);
	server = user(program_serves, &client, 0);
	rounds = 0;
	thread_start(server);
	rest_a_moment();
	thread_start(client);
	join(client);
	CHECK(rounds >= 2000);
	CHECK_EQ(thread_terminate(server), KR_SUCCESS);
	join(server);
}

/* --- yielding without a stack */

#define TURNS 300
static char turn_log[3 * TURNS + 1];
static unsigned turns;

TRAP_PLAIN(trap_yield)
{
	return thread_yield_trap();
}

TRAP_PLAIN(trap_yield_keeping_stack)
{
	return thread_yield(NULL);
}

static void program_yields(void *arg)
{
	for (int i = 0; i < TURNS; i++) {
		turn_log[turns++] = *(char *)arg;
		if (*(char *)arg == 'k')
			CALL(trap_yield_keeping_stack);
		else
			CALL(trap_yield);
	}
	CALL(trap_exit);
}

/* Each kind follows each other kind. */
static void yields_take_turns(void)
{
	static char names[] = "abk";
	struct thread *t[3];

	turns = 0;
	for (int i = 0; i < 3; i++) {
		t[i] = user(program_yields, &names[i], 0);
		thread_start(t[i]);
	}
	for (int i = 0; i < 3; i++)
		join(t[i]);
	CHECK_EQ(turns, 3 * TURNS);
	for (unsigned i = 3; i < turns; i++)
		CHECK_EQ(turn_log[i], turn_log[i - 3]);
	CHECK(turn_log[0] != turn_log[1] && turn_log[1] != turn_log[2]);
}

static void program_yields_alone(void *arg)
{
	*(int64_t *)arg = CALL(trap_yield);
	CALL(trap_exit);
}

static void yield_alone_returns_false(void)
{
	static int64_t result = -1;
	struct thread *t = user(program_yields_alone, &result, 0);

	thread_start(t);
	join(t);
	CHECK_EQ(result, false);
}

static void hogs_share_and_sink(void)
{
	struct thread *a = user(program_spins, NULL, 0);
	struct thread *b = user(program_spins, NULL, 0);
	struct thread_usage ua, ub;
	struct waitq q;

	thread_start(a);
	thread_start(b);
	waitq_init(&q);
	waitq_prepare(&q, 0);
	(void)waitq_block(&q, clock_now() + SECOND);
	thread_get_usage(a, &ua);
	thread_get_usage(b, &ub);
	CHECK(ua.system_ns > SECOND / 4 && ub.system_ns > SECOND / 4);
	CHECK(ua.current < PRIORITY_USER && ub.current < PRIORITY_USER);
	CHECK(ua.cpu_usage > 100);
	CHECK_EQ(thread_terminate(a), KR_SUCCESS);
	CHECK_EQ(thread_terminate(b), KR_SUCCESS);
	join(a);
	join(b);
}

/* --- nobody waits for ever behind one who computes */

TRAP_PLAIN(trap_sleep_then_compute)
{
	thread_wait_begin(WAIT_ABORTABLE);
	thread_block(a, receive_done);
	return -1; /* not reached */
}

static void program_sleeps_then_spins(void *arg)
{
	host_trap(trap_sleep_then_compute, *(uint64_t *)arg, 0, 0, 0, 0, 0, 0);
	program_spins(NULL);
}

static void end(struct thread *t)
{
	(void)!thread_terminate(t);
	join(t);
}

/* Both become ready while the processor halts, by one interrupt. */
static void woken_together_from_idle(void)
{
	uint64_t at = clock_now() + SECOND / 10;
	struct thread *a = user(program_sleeps_then_spins, &at, 0);
	struct thread *b = user(program_sleeps_then_spins, &at, 0);
	struct thread_usage ua, ub;
	struct waitq q;

	thread_start(a);
	thread_start(b);
	waitq_init(&q);
	waitq_prepare(&q, 0);
	(void)waitq_block(&q, clock_now() + SECOND);
	thread_get_usage(a, &ua);
	thread_get_usage(b, &ub);
	end(a);
	end(b);
	CHECK(ua.user_ns + ua.system_ns > SECOND / 4);
	CHECK(ub.user_ns + ub.system_ns > SECOND / 4);
}

static struct thread *server;
static uint64_t woken_at, ran_at;

static void note_time(void *arg)
{
	(void)arg;
	waitq_prepare(&queue, 0);
	(void)waitq_block(&queue, CLOCK_NEVER);
	ran_at = clock_now();
}

static void program_serves_by_spinning(void *arg)
{
	(void)arg;
	CALL(trap_receive);
	program_spins(NULL);
}

/* Wakes a better one, and hands the processor on before that one runs. */
TRAP_PLAIN(trap_wake_and_hand_off)
{
	waitq_wake_all(&queue, WAIT_OK);
	woken_at = clock_now();
	panic_unless(thread_claim(server, WAIT_OK));
	thread_wait_begin(WAIT_ABORTABLE);
	thread_handoff(server, CLOCK_NEVER, receive_done);
	return -1; /* not reached */
}

static void program_wakes_and_hands_off(void *arg)
{
	(void)arg;
	CALL(trap_wake_and_hand_off);
	CALL(trap_exit);
}

static void handed_on_before_giving_way(void)
{
	struct thread *better = thread_create_kernel("better", note_time, NULL,
						     PRIORITY_USER + 10);
	struct thread *client;
	struct waitq q;

	woken_at = ran_at = 0;
	server = user(program_serves_by_spinning, NULL, 0);
	client = user(program_wakes_and_hands_off, NULL, 0);
	thread_start(server);
	rest_a_moment();
	thread_start(client);
	waitq_init(&q);
	waitq_prepare(&q, 0);
	(void)waitq_block(&q, clock_now() + SECOND);
	end(server);
	end(client);
	join(better);
	CHECK(woken_at != 0 && ran_at != 0);
	CHECK(ran_at - woken_at < SECOND / 20);
}

/* --- who waits for a stop is not left behind by a resume */

static struct thread *victim;

static void suspend_victim(void *arg)
{
	(void)arg;
	steps += thread_suspend(victim) == KR_SUCCESS;
}

TRAP_PLAIN(trap_wait_in_kernel)
{
	wait_on_queue((void *)WAIT_UNINTERRUPTIBLE);
	return 0;
}

static void program_waits_in_kernel(void *arg)
{
	(void)arg;
	CALL(trap_wait_in_kernel);
	program_spins(NULL);
}

static void resumed_before_it_stopped(void)
{
	struct thread *t;

	victim = user(program_waits_in_kernel, NULL, 0);
	thread_start(victim);
	rest_a_moment();
	steps = 0;
	t = start(suspend_victim, NULL);
	rest_a_moment(); /* it waits: the victim cannot stop yet */
	CHECK_EQ(steps, 0);
	CHECK_EQ(thread_resume(victim), KR_SUCCESS);
	rest_a_moment();
	CHECK_EQ(steps, 1);
	join(t);
	waitq_wake_all(&queue, WAIT_OK);
	end(victim);
}

static void all(void *arg)
{
	(void)arg;
	waitq_init(&queue);
	RUN(runs_and_ends);
	RUN(wakes_one_then_all);
	RUN(times_out);
	RUN(past_deadline_ends_at_once);
	RUN(abort_ends_only_abortable_waits);
	RUN(abort_before_the_wait_ends_it);
	RUN(cancel_takes_a_wait_back);
	RUN(woken_before_it_blocks);
	RUN(claim_keeps_others_out);
	RUN(handoff_runs_the_claimed_thread_at_once);
	RUN(better_priority_runs_first);
	RUN(priority_calls_check_their_arguments);
	RUN(depression_ends);
	RUN(user_thread_traps);
	RUN(stopped_thread_does_not_start);
	RUN(stops_a_computing_thread);
	RUN(continuation_needs_no_stack);
	RUN(abort_takes_a_stopped_thread_out_of_its_wait);
	RUN(woken_while_it_was_to_stand_still);
	RUN(abort_in_user_mode_is_forgotten);
	RUN(terminate_ends_a_stopped_thread);
	RUN(never_started_thread_is_freed);
	RUN(thousand_calls_by_handoff);
	RUN(yields_take_turns);
	RUN(yield_alone_returns_false);
	RUN(hogs_share_and_sink);
	RUN(woken_together_from_idle);
	RUN(handed_on_before_giving_way);
	RUN(resumed_before_it_stopped);
}

int main(void)
{
	host_kernel_run(all, NULL);
	return check_done();
}

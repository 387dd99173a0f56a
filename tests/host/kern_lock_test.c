/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spin locks, sleep locks, timers, run queues on four simulated processors.
 */
#include <arch/clock.h>
#include <host.h>
#include <kern/lock_stat.h>
#include <kern/sched.h>
#include <kern/timer.h>
#include <kern/waitq.h>
#include <kern/zone.h>

#include "check.h"

#include <stdlib.h>

#define MS 1000000ull

static const struct lock_class pair_class = {
	.name = "pair",
	.rank = RANK_PORT,
};

static void join(struct thread *t)
{
	thread_wait_dead(t);
	thread_unref(t);
}

static struct thread *start(void (*fn)(void *), void *arg)
{
	return thread_create_kernel("test", fn, arg, PRIORITY_USER);
}

static void rest(uint64_t ns)
{
	struct waitq q;

	waitq_init(&q);
	waitq_prepare(&q, 0);
	(void)waitq_block(&q, clock_now() + ns);
}

/* --- spin locks */

static struct spinlock one, two;
static int inside, most, count;

static void in_pair(void *arg)
{
	bool swap = arg != NULL;

	for (int i = 0; i < 300; i++) {
		spin_lock_pair(swap ? &two : &one, swap ? &one : &two);
		if (++inside > most)
			most = inside;
		count++;
		cpu_relax();
		inside--;
		spin_unlock_pair(swap ? &two : &one, swap ? &one : &two);
	}
}

static void pairs_exclude_and_never_deadlock(void)
{
	struct thread *t[4];

	spin_init(&one, &pair_class);
	spin_init(&two, &pair_class);
	for (int i = 0; i < 4; i++)
		t[i] = start(in_pair, i % 2 ? &one : NULL);
	for (int i = 0; i < 4; i++)
		join(t[i]);
	CHECK_EQ(most, 1);
	CHECK_EQ(count, 1200);
	spin_lock_pair(&one, &one); /* the same twice is one */
	CHECK(spin_held(&one));
	spin_unlock_pair(&one, &one);
	CHECK(spin_none_held());
}

static void a_try_fails_while_it_is_held(void)
{
	spin_init(&one, &pair_class);
	CHECK(spin_trylock(&one));
	CHECK(spin_held(&one));
	CHECK(!spin_none_held());
	spin_unlock(&one);
	CHECK(!spin_held(&one));
}

static void take_one(void *arg)
{
	(void)arg;
	spin_lock(&one);
	spin_unlock(&one);
}

static void take_two(void *arg)
{
	(void)arg;
	spin_lock(&two);
	spin_unlock(&two);
}

static const struct thread *taker[2];
static int seen[2][2];

static void note_record(void *arg, const struct spinlock *lock,
			const char *class_name, const struct thread *thread)
{
	(void)arg;
	for (int l = 0; l < 2; l++)
		for (int t = 0; t < 2; t++)
			if (lock == (l ? &two : &one) && thread == taker[t] &&
			    strcmp(class_name, "pair") == 0)
				seen[l][t]++;
}

static void the_record_knows_who_took_what(void)
{
	struct lock_counts before, after;
	struct thread *t[2];

	lock_counts(&before);
	CHECK(lock_record_start());
	CHECK(!lock_record_start());
	taker[0] = t[0] = start(take_one, NULL);
	taker[1] = t[1] = start(take_two, NULL);
	thread_wait_dead(t[0]);
	thread_wait_dead(t[1]);
	lock_record_stop();
	lock_record_each(note_record, NULL);
	thread_unref(t[0]);
	thread_unref(t[1]);
	lock_counts(&after);
	CHECK_EQ(seen[0][0], 1);
	CHECK_EQ(seen[1][1], 1);
	CHECK_EQ(seen[0][1], 0);
	CHECK_EQ(seen[1][0], 0);
	CHECK_EQ(lock_record_lost(), 0);
	CHECK(after.acquired > before.acquired);
}

/* --- sleep locks */

static struct rwlock rw;
static _Atomic int readers, writers, most_readers, upgrades, failed;
static _Atomic bool broken;

static void enter(bool write)
{
	*(write ? &writers : &readers) += 1;
	if (writers > 1 || (writers == 1 && readers > 0))
		broken = true;
	if (readers > most_readers)
		most_readers = readers;
	thread_yield(NULL);
	*(write ? &writers : &readers) -= 1;
}

static void upgrade(void)
{
	rwlock_read(&rw);
	enter(false);
	if (!rwlock_upgrade(&rw)) {
		failed++;
		return;
	}
	upgrades++;
	enter(true);
	rwlock_downgrade(&rw);
	enter(false);
	rwlock_read_done(&rw);
}

static void read_and_write(void *arg)
{
	(void)arg;
	for (int i = 0; i < 200; i++) {
		switch (host_random() % 4) {
		case 0:
			rwlock_write(&rw);
			if (!rwlock_held_write(&rw))
				broken = true;
			enter(true);
			rwlock_write_done(&rw);
			break;
		case 1:
			upgrade();
			break;
		case 2:
			if (rwlock_try_write(&rw)) {
				enter(true);
				rwlock_write_done(&rw);
			}
			break;
		default:
			rwlock_read(&rw);
			enter(false);
			rwlock_read_done(&rw);
		}
	}
}

static void sleep_locks_keep_their_promise(void)
{
	struct thread *t[6];

	rwlock_init(&rw, "test");
	for (int i = 0; i < 6; i++)
		t[i] = start(read_and_write, NULL);
	for (int i = 0; i < 6; i++)
		join(t[i]);
	CHECK(!broken);
	CHECK(most_readers > 1);
	CHECK(upgrades > 0);
	CHECK(failed > 0);
	CHECK(!rwlock_held_write(&rw));
	CHECK(rwlock_try_write(&rw));
	rwlock_write_done(&rw);
}

/* --- timers */

#define TIMERS 2000

static struct timer timers[TIMERS];
static uint64_t fired_at[TIMERS];
static _Atomic int fired;

static void fire(void *arg)
{
	struct timer *t = arg;

	fired_at[t - timers] = clock_now();
	fired++;
}

static void timers_fire_once_in_time(void)
{
	uint64_t now = clock_now();

	thread_bind(0);
	fired = 0;
	for (int i = 0; i < TIMERS; i++) {
		timer_init(&timers[i], fire, &timers[i]);
		timer_set(&timers[i], now + MS + host_random() % (50 * MS));
	}
	rest(60 * MS);
	CHECK_EQ(fired, TIMERS);
	for (int i = 0; i < TIMERS; i++)
		CHECK(fired_at[i] >= timers[i].deadline);
	thread_bind(-1);
}

static void cancelled_timers_do_not_fire(void)
{
	uint64_t now = clock_now();
	int cancelled = 0;

	fired = 0;
	for (int i = 0; i < TIMERS; i++)
		timer_set(&timers[i], now + MS + host_random() % MS);
	for (int i = 0; i < TIMERS; i += 1 + (int)(host_random() % 3))
		cancelled += timer_cancel(&timers[i]);
	rest(5 * MS);
	CHECK(cancelled > 0);
	CHECK_EQ(fired + cancelled, TIMERS);
	CHECK(!timer_cancel(&timers[0]));
}

/* All in one tick: other interrupts get their turn in between. */
static void many_timers_at_once(void)
{
	static struct timer *many;
	uint64_t at = clock_now() + 10 * MS;
	int n = 100000;

	many = calloc((size_t)n, sizeof(*many));
	fired = 0;
	for (int i = 0; i < n; i++) {
		timer_init(&many[i], fire, &timers[0]);
		timer_set(&many[i], at);
	}
	rest(200 * MS);
	CHECK_EQ(fired, n);
	free(many);
}

static _Atomic bool racing;

static void race_fire(void *arg)
{
	(void)arg;
	fired++;
}

static void cancel_races(void *arg)
{
	struct timer t;

	(void)arg;
	timer_init(&t, race_fire, NULL);
	for (int i = 0; i < 300; i++) {
		int before = fired;

		thread_bind(i % 4);
		timer_set(&t, clock_now() + host_random() % 2000);
		thread_bind(-1);
		thread_yield(NULL);
		if (timer_cancel(&t) && fired < before)
			racing = false;
	}
	timer_cancel(&t);
	memset(&t, 0xee, sizeof(t)); /* nobody looks at it any more */
}

static void cancelling_races_with_firing(void)
{
	struct thread *t[4];

	racing = true;
	for (int i = 0; i < 4; i++)
		t[i] = start(cancel_races, NULL);
	for (int i = 0; i < 4; i++)
		join(t[i]);
	CHECK(racing);
}

/* --- who runs */

static _Atomic bool low_ran;

static void low(void *arg)
{
	(void)arg;
	low_ran = true;
}

static void hog(void *arg)
{
	uint64_t end = clock_now() + (uint64_t)(uintptr_t)arg;

	while (clock_now() < end && !low_ran)
		preempt_point();
}

/* Fixed-priority threads above it keep a thread from running; timesharing
 * ones sink below it in time. */
static void hogs_of_timesharing_sink(void)
{
	struct thread *h[4], *l;

	for (int i = 0; i < 4; i++) {
		h[i] = thread_create_kernel("hog", hog, (void *)(3000 * MS),
					    12);
		CHECK_EQ(thread_set_policy(h[i], 1, 0), KR_SUCCESS);
	}
	low_ran = false;
	rest(10 * MS);
	l = thread_create_kernel("low", low, NULL, 2);
	for (int i = 0; i < 4; i++)
		join(h[i]);
	CHECK(low_ran);
	join(l);
}

static void work_spreads_over_processors(void)
{
	struct thread *h[4];
	uint64_t before = clock_now();

	low_ran = false;
	for (int i = 0; i < 4; i++)
		h[i] = thread_create_kernel("hog", hog, (void *)(20 * MS), 12);
	for (int i = 0; i < 4; i++)
		join(h[i]);
	/* Together, not one after the other. */
	CHECK(clock_now() - before < 70 * MS);
}

static void load_is_averaged(void)
{
	int load[3], factor[3];

	rest(120000 * MS);
	sched_load(load, factor);
	CHECK(load[0] <= 1100);
	CHECK(factor[0] >= 2900);
}

static void all(void *arg)
{
	(void)arg;
	RUN(pairs_exclude_and_never_deadlock);
	RUN(a_try_fails_while_it_is_held);
	RUN(the_record_knows_who_took_what);
	RUN(sleep_locks_keep_their_promise);
	RUN(timers_fire_once_in_time);
	RUN(cancelled_timers_do_not_fire);
	RUN(many_timers_at_once);
	RUN(cancelling_races_with_firing);
	RUN(hogs_of_timesharing_sink);
	RUN(work_spreads_over_processors);
	RUN(load_is_averaged);
}

int main(void)
{
	host_options.cpus = 4;
	host_kernel_run(all, NULL);
	return check_done();
}

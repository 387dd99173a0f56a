/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Races of waking, claiming, handing off, aborting, time-outs, stopping and
 * terminating, on four simulated processors. Each seed is one order of their
 * steps and runs in a process of its own; a failing one is repeated by
 *
 *	HOST_SEED=N build/host/test/tests/host/kern_stress_test one
 *
 * What is checked: every wait ends exactly once, for one reason, and that party
 * knows it; a stopped thread does nothing; a terminated one is gone; nothing is
 * left over. `parallel` runs the same on Linux threads.
 */
#include <arch/clock.h>
#include <arch/context.h>
#include <host.h>
#include <kern/panic.h>
#include <kern/sched.h>
#include <kern/waitq.h>
#include <kern/zone.h>

#include "check.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define VICTIMS	    6
#define CONTROLLERS 4
#define ACTIONS	    400
#define US	    1000ull
#define MS	    1000000ull

/* Of one thread; never freed, so that late controllers may still count. */
struct victim {
	struct spinlock lock;	     /* a wait queue of one place */
	bool listed;
	_Atomic unsigned waits;	     /* begun */
	_Atomic unsigned results[4]; /* as the waiter saw them */
	_Atomic unsigned woken[4];   /* as those who ended them know */
	_Atomic unsigned steps;	     /* grows while it runs user code */
};

static const struct lock_class victim_class = {
	.name = "victim",
	.rank = RANK_PORT,
};
static const struct lock_class slots_class = {
	.name = "slots",
	.rank = RANK_TASK,
};
static struct spinlock slots_lock = SPINLOCK_INIT(&slots_class);
static struct thread *slots[VICTIMS]; /* +1 each */
static _Atomic bool over;
static unsigned actions = ACTIONS;

static struct victim *victim_of(const struct thread *t)
{
	return t->machine.user_arg;
}

/* --- victims */

static void note_result(void)
{
	struct victim *v = victim_of(thread_self());

	spin_lock(&v->lock);
	v->listed = false;
	spin_unlock(&v->lock);
	atomic_add(&v->results[thread_wait_result()], 1);
}

static void wait_done(void)
{
	note_result();
	context_user_return();
}

static int64_t trap_wait(uint64_t with_stack, uint64_t timed, uint64_t c,
			 uint64_t d, uint64_t e, uint64_t f)
{
	struct victim *v = victim_of(thread_self());
	uint64_t deadline = timed ? clock_now() + timed : CLOCK_NEVER;

	(void)c, (void)d, (void)e, (void)f;
	atomic_add(&v->waits, 1);
	spin_lock(&v->lock);
	thread_wait_begin(WAIT_ABORTABLE);
	v->listed = true;
	spin_unlock(&v->lock);
	if (with_stack) {
		(void)thread_block(deadline, NULL);
		note_result();
		return 0;
	}
	thread_block(deadline, wait_done);
	return 0;
}

static int64_t trap_yield(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			  uint64_t e, uint64_t f)
{
	(void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	return thread_yield_trap();
}

static int64_t trap_exit(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			 uint64_t e, uint64_t f)
{
	(void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	thread_exit_self();
}

static void program(void *arg)
{
	struct victim *v = arg;

	while (!atomic_get(&over)) {
		uint64_t r = host_random();

		atomic_add(&v->steps, 1);
		if (r % 4 == 0)
			host_user_compute(r % 977);
		else if (r % 8 == 1)
			host_trap(trap_yield, 0, 0, 0, 0, 0, 0, 0);
		else
			host_trap(trap_wait, r >> 8 & 1,
				  r % 3 == 0 ? 0 : (r >> 9) % (20 * US), 0, 0,
				  0, 0, 0);
	}
	host_trap(trap_exit, 0, 0, 0, 0, 0, 0, 0);
}

/* +1 */
static struct thread *create(void)
{
	struct thread_origin origin = {
		.priority = PRIORITY_USER,
		.max_priority = PRIORITY_USER,
	};
	struct thread *t = thread_create(&origin);
	struct victim *v = calloc(1, sizeof(*v));

	if (t == NULL || v == NULL)
		panic("no thread");
	spin_init(&v->lock, &victim_class);
	host_user_program(t, program, v);
	thread_start(t);
	return t;
}

/* +1 */
static struct thread *pick(void)
{
	struct thread *t;

	spin_lock(&slots_lock);
	t = slots[host_random() % VICTIMS];
	thread_ref(t);
	spin_unlock(&slots_lock);
	return t;
}

/* --- controllers */

/* Whoever finds it in its queue. */
static bool end_wait(struct thread *t, enum wait_result result,
		     bool (*how)(struct thread *, enum wait_result))
{
	struct victim *v = victim_of(t);
	bool ended;

	spin_lock(&v->lock);
	ended = v->listed && how(t, result);
	if (ended)
		v->listed = false;
	spin_unlock(&v->lock);
	if (ended)
		atomic_add(&v->woken[result], 1);
	return ended;
}

static void do_wake(struct thread *t)
{
	(void)end_wait(t, WAIT_OK, thread_wake);
}

static void do_claim(struct thread *t)
{
	if (!end_wait(t, WAIT_RESTART, thread_claim))
		return;
	if (host_random() % 2)
		preempt_point();
	thread_ready(t);
}

static void do_handoff(struct thread *t)
{
	thread_wait_begin(WAIT_UNINTERRUPTIBLE);
	if (!end_wait(t, WAIT_RESTART, thread_claim)) {
		if (thread_wait_cancel() != WAIT_OK)
			panic("a controller's wait ended by itself");
		return;
	}
	if (thread_handoff(t, clock_now() + 3 * US, NULL) != WAIT_TIMEDOUT)
		panic("a controller's wait ended early");
}

static void do_suspend(struct thread *t)
{
	struct victim *v = victim_of(t);
	unsigned seen;

	if (thread_suspend(t) != KR_SUCCESS)
		return;
	seen = atomic_get(&v->steps);
	for (int i = 0; i < 5; i++)
		thread_yield(NULL);
	if (atomic_get(&v->steps) != seen)
		panic("a stopped thread ran");
	if (thread_resume(t) != KR_SUCCESS)
		panic("a suspension was lost");
}

static void act(void)
{
	static void (*const acts[])(struct thread *) = {
		do_wake, do_wake, do_claim, do_handoff, thread_abort_wait,
		do_suspend,
	};
	struct thread *t = pick();
	unsigned n = (unsigned)(host_random() % 8);

	if (n < sizeof(acts) / sizeof(acts[0]))
		acts[n](t);
	else
		thread_yield(NULL);
	thread_unref(t);
}

static void controller(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < actions; i++)
		act();
}

static void rest(uint64_t ns)
{
	struct waitq q;

	waitq_init(&q);
	waitq_prepare(&q, 0);
	(void)waitq_block(&q, clock_now() + ns);
}

static void join(struct thread *t)
{
	thread_wait_dead(t);
	thread_unref(t);
}

static void run_controllers(void)
{
	struct thread *c[CONTROLLERS];

	for (int i = 0; i < CONTROLLERS; i++)
		c[i] = thread_create_kernel("controller", controller, NULL,
					    PRIORITY_USER);
	for (int i = 0; i < CONTROLLERS; i++)
		join(c[i]);
}

/* --- the tests */

static struct zone_count {
	size_t threads;
} census;

static void count_zone(void *arg, const char *name, size_t size, size_t live,
		       size_t frames)
{
	(void)arg, (void)size, (void)frames;
	if (strcmp(name, "thread") == 0)
		census.threads = live;
}

static size_t live_threads(void)
{
	rest(MS);
	zone_census(count_zone, NULL);
	return census.threads;
}

static void begin(void)
{
	atomic_set(&over, false);
	for (int i = 0; i < VICTIMS; i++)
		slots[i] = create();
}

/* Every victim has ended; its waits are known. */
static void end(void)
{
	atomic_set(&over, true);
	for (int i = 0; i < VICTIMS; i++) {
		struct thread *t = slots[i];
		struct thread_usage u;

		do {
			do_wake(t);
			rest(10 * US);
			thread_get_usage(t, &u);
		} while (u.run_state != 5);
		thread_wait_dead(t);
	}
}

/* As many waits have ended as anybody ended. */
static void waits_end_once(void)
{
	size_t before = live_threads();

	begin();
	run_controllers();
	end();
	for (int i = 0; i < VICTIMS; i++) {
		struct victim *v = victim_of(slots[i]);
		unsigned ended = 0;

		for (int r = 0; r < 4; r++)
			ended += atomic_get(&v->results[r]);
		CHECK_EQ(ended, atomic_get(&v->waits));
		CHECK_EQ(atomic_get(&v->results[WAIT_OK]),
			 atomic_get(&v->woken[WAIT_OK]));
		CHECK_EQ(atomic_get(&v->results[WAIT_RESTART]),
			 atomic_get(&v->woken[WAIT_RESTART]));
		free(v);
		thread_unref(slots[i]);
	}
	CHECK_EQ(live_threads(), before);
}

/* Victims die wherever they are and are replaced. */
static void replace(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < actions / 8; i++) {
		struct thread *new = create();
		struct thread *old;

		spin_lock(&slots_lock);
		old = slots[i % VICTIMS];
		slots[i % VICTIMS] = new;
		spin_unlock(&slots_lock);
		if (thread_terminate(old) != KR_SUCCESS)
			panic("terminated by somebody else");
		join(old);
		rest(5 * US);
	}
}

static void victims_die_anywhere(void)
{
	size_t before = live_threads();
	struct thread *t;

	begin();
	t = thread_create_kernel("replace", replace, NULL, PRIORITY_USER);
	run_controllers();
	join(t);
	for (int i = 0; i < VICTIMS; i++) {
		CHECK_EQ(thread_terminate(slots[i]), KR_SUCCESS);
		join(slots[i]);
	}
	CHECK_EQ(live_threads(), before);
}

static void all(void *arg)
{
	(void)arg;
	RUN(waits_end_once);
	RUN(victims_die_anywhere);
}

static int one(unsigned seed, unsigned cpus, bool parallel)
{
	host_options.seed = seed;
	host_options.cpus = cpus;
	host_options.parallel = parallel;
	host_kernel_run(all, NULL);
	return check_done();
}

/* In a copy of this process; its lines only if it failed. */
static bool seed_passes(unsigned seed)
{
	char name[] = "/tmp/kern_stress.XXXXXX";
	int fd = mkstemp(name), status;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(fd, 1);
		dup2(fd, 2);
		exit(one(seed, 1 + seed % 4, false));
	}
	waitpid(pid, &status, 0);
	if (status != 0) {
		char line[400];
		FILE *f = fopen(name, "r");

		while (f != NULL && fgets(line, sizeof(line), f) != NULL)
			printf("# seed %u: %s", seed, line);
	}
	unlink(name);
	close(fd);
	return status == 0;
}

static unsigned first_seed = 1, seeds = 12;

static void many_orders(void)
{
	for (unsigned i = 0; i < seeds; i++)
		if (!seed_passes(first_seed + i))
			CHECK_FAIL("seed %u", first_seed + i);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "parallel") == 0)
		return one(0, 4, true);
	if (argc > 1 && strcmp(argv[1], "one") == 0)
		return one(0, argc > 2 ? (unsigned)atoi(argv[2]) : 4, false);
	if (argc > 2) {
		first_seed = (unsigned)atoi(argv[1]);
		seeds = (unsigned)atoi(argv[2]);
	}
	RUN(many_orders);
	return check_done();
}

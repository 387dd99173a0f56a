/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Raised errors (<mach/nx_error.h>), lock objects (<mach/nx_lock.h>), and the
 * rules for data that threads share (docs/cthreads.md).
 *
 * Runs: unix
 */
#include "lib/test.h"

#include <mach/cthreads.h>
#include <mach/nx_error.h>
#include <mach/nx_lock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8 };

static long in_threads(cthread_fn_t body)
{
	cthread_t t[THREADS];
	long sum = 0;

	for (long i = 0; i < THREADS; i++)
		t[i] = cthread_fork(body, (any_t)i);
	for (int i = 0; i < THREADS; i++)
		sum += (long)cthread_join(t[i]);
	return sum;
}

/* ---- raised errors ---- */

static void raise_deep(int depth, int code, const void *data)
{
	if (depth > 0)
		raise_deep(depth - 1, code, data);
	else if (depth == 0)
		NX_RAISE(code, data, &raise_deep);
}

/* Checklist: CTH-12 */
static void raised_and_handled(void)
{
	volatile int steps = 0;
	int data = 5;

	NX_DURING
		steps++;
		raise_deep(20, NX_APPBASE + 3, &data);
		steps += 100;
	NX_HANDLER
		steps += 10;
		EQUAL(NXLocalHandler.code, NX_APPBASE + 3);
		CHECK(NXLocalHandler.data1 == &data);
		CHECK(NXLocalHandler.data2 == (void *)&raise_deep);
	NX_ENDHANDLER
	EQUAL(steps, 11);
	NX_DURING
		steps = 1;
	NX_HANDLER
		steps = 2; /* nothing was raised */
	NX_ENDHANDLER
	EQUAL(steps, 1);
}

/* The inner handler's own errors, and what it raises again, go outward.
 * Checklist: CTH-12 */
static void nested(void)
{
	volatile int order = 0;

	NX_DURING
		NX_DURING
			NX_RAISE(1, NULL, NULL);
		NX_HANDLER
			order = order * 10 + NXLocalHandler.code;
			NX_RERAISE();
		NX_ENDHANDLER
		order = 99;
	NX_HANDLER
		order = order * 10 + NXLocalHandler.code + 1;
		NX_DURING
			NX_RAISE(3, NULL, NULL);
		NX_HANDLER
			order = order * 10 + NXLocalHandler.code;
		NX_ENDHANDLER
	NX_ENDHANDLER
	EQUAL(order, 123);
}

static int returns_out(int what)
{
	NX_DURING
		if (what == 0)
			NX_VALRETURN(40 + 2);
		NX_RAISE(what, NULL, NULL);
	NX_HANDLER
		return NXLocalHandler.code;
	NX_ENDHANDLER
	return -1;
}

static void returns_nothing(void)
{
	NX_DURING
		NX_VOIDRETURN;
	NX_HANDLER
		test_fail(__FILE__, __LINE__, "got here");
	NX_ENDHANDLER
	test_fail(__FILE__, __LINE__, "got here");
}

/* A block that was left by a return has no handler any more.
 * Checklist: CTH-12 */
static void returned_from(void)
{
	volatile int code = 0;

	NX_DURING
		EQUAL(returns_out(0), 42);
		EQUAL(returns_out(7), 7);
		returns_nothing();
		NX_RAISE(8, NULL, NULL);
	NX_HANDLER
		code = NXLocalHandler.code;
	NX_ENDHANDLER
	EQUAL(code, 8);
}

static any_t raise_often(any_t arg)
{
	volatile long bad = 0;

	for (volatile int i = 0; i < 300; i++) {
		int mine = (int)(long)arg * 1000 + i;

		NX_DURING
			if (i % 16 == 0)
				cthread_yield();
			raise_deep(i % 7, mine, arg);
		NX_HANDLER
			bad += NXLocalHandler.code != (int)(long)arg * 1000 + i;
			bad += NXLocalHandler.data1 != arg;
		NX_ENDHANDLER
	}
	return (any_t)bad;
}

/* Checklist: CTH-12 */
static void raised_in_threads(void)
{
	EQUAL(in_threads(raise_often), 0);
}

static void exit_with_code(int code, const void *data1, const void *data2)
{
	_exit(code + (data1 == NULL) + (data2 == NULL));
}

static any_t raise_unhandled(any_t arg)
{
	cthread_set_name(cthread_self(), "thrower");
	NX_RAISE((int)(long)arg, NULL, (void *)16);
	return NULL;
}

/* The status of a child process in which a second thread raises that. */
static int unhandled(long code, char *text, size_t size)
{
	int fds[2], status = -1;
	pid_t pid;
	ssize_t n;

	pipe(fds);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], 2);
		cthread_join(cthread_fork(raise_unhandled, (any_t)code));
		_exit(0);
	}
	close(fds[1]);
	n = read(fds[0], text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	close(fds[0]);
	waitpid(pid, &status, 0);
	return status;
}

/* Checklist: CTH-12 */
static void uncaught(void)
{
	char text[200];
	int status = unhandled(11, text, sizeof text);

	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	CHECK(strcmp(text, "nx_error: uncaught exception 11 (0, 0x10) in "
			   "thread thrower\n") == 0);
	NXSetUncaughtExceptionHandler(exit_with_code);
	CHECK(NXGetUncaughtExceptionHandler() == exit_with_code);
	status = unhandled(11, text, sizeof text);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 12);
	CHECK(text[0] == '\0');
	NXSetUncaughtExceptionHandler(NULL);
}

/* ---- lock objects ---- */

static nx_lock_t lock;
static long guarded;

static any_t count_up(any_t arg)
{
	(void)arg;
	for (int i = 0; i < 400; i++) {
		long seen;

		nx_lock(lock);
		seen = guarded;
		if (i % 50 == 0)
			cthread_yield();
		guarded = seen + 1;
		nx_unlock(lock);
	}
	return NULL;
}

static any_t try_it(any_t arg)
{
	bool got = nx_lock_try(lock);

	(void)arg;
	if (got)
		nx_unlock(lock);
	return (any_t)(long)got;
}

/* Can another thread have it now? */
static bool free_for_others(void)
{
	return cthread_join(cthread_fork(try_it, NULL)) != NULL;
}

static void one_class(enum nx_lock_class what)
{
	lock = nx_lock_alloc(what);
	guarded = 0;
	in_threads(count_up);
	EQUAL(guarded, THREADS * 400);
	CHECK(free_for_others());
	nx_lock(lock);
	CHECK(!free_for_others());
	nx_unlock(lock);
	CHECK(nx_lock_try(lock));
	EQUAL(nx_lock_try(lock), what == NX_RECURSIVE_LOCK);
	nx_unlock(lock);
	EQUAL(free_for_others(), what != NX_RECURSIVE_LOCK);
	if (what == NX_RECURSIVE_LOCK)
		nx_unlock(lock);
	CHECK(free_for_others());
	nx_lock_free(lock);
}

/* Checklist: CTH-13 */
static void locks_of_all_classes(void)
{
	one_class(NX_LOCK);
	one_class(NX_SPIN_LOCK);
	one_class(NX_RECURSIVE_LOCK);
	one_class(NX_CONDITION_LOCK);
}

enum { EMPTY, FULL, ROUNDS = 200 };
static int slot;

static any_t produce(any_t arg)
{
	(void)arg;
	for (int i = 1; i <= ROUNDS; i++) {
		nx_lock_when(lock, EMPTY);
		slot = i;
		nx_unlock_with(lock, FULL);
	}
	return NULL;
}

/* Checklist: CTH-13 */
static void condition_locks(void)
{
	cthread_t t;
	int wrong = 0;

	lock = nx_lock_alloc(NX_CONDITION_LOCK);
	EQUAL(nx_condition(lock), EMPTY);
	t = cthread_fork(produce, NULL);
	for (int i = 1; i <= ROUNDS; i++) {
		nx_lock_when(lock, FULL);
		wrong += slot != i;
		nx_unlock_with(lock, EMPTY);
	}
	cthread_join(t);
	EQUAL(wrong, 0);
	nx_lock(lock); /* whatever the number */
	nx_unlock(lock);
	EQUAL(nx_condition(lock), EMPTY);
	nx_lock_free(lock);
}

/* ---- shared data ---- */

static volatile int flag, answer;

static any_t watches_flag(any_t arg)
{
	(void)arg;
	while (flag == 0)
		; /* only volatile makes the compiler look again */
	answer = flag;
	return NULL;
}

/* A global that is volatile: the other thread sees the change without a call in
 * between. Checklist: CTH-11 */
static void volatile_is_seen(void)
{
	cthread_t t = cthread_fork(watches_flag, NULL);

	sleep_ms(5);
	flag = 6;
	cthread_join(t);
	EQUAL(answer, 6);
}

struct job {
	struct mutex lock;
	struct condition done;
	int left;	/* (lock) threads that still use this job */
	long sum;	/* (lock) */
};

static any_t uses_job(any_t arg)
{
	struct job *j = arg;

	mutex_lock(&j->lock);
	j->sum += j->left;
	if (--j->left == 0)
		condition_signal(&j->done);
	mutex_unlock(&j->lock);
	return NULL;
}

/* A local variable is shared; its function stays until nobody needs it. */
static long sum_of_job(void)
{
	struct job job = {MUTEX_INITIALIZER, CONDITION_INITIALIZER, 5, 0};
	cthread_t t[5];

	for (int i = 0; i < 5; i++)
		t[i] = cthread_fork(uses_job, &job);
	mutex_lock(&job.lock);
	while (job.left != 0)
		condition_wait(&job.done, &job.lock);
	mutex_unlock(&job.lock);
	/* The last one may still be in mutex_unlock: joined, it is not. */
	for (int i = 0; i < 5; i++)
		cthread_join(t[i]);
	return job.sum;
}

static any_t frees(any_t arg)
{
	long value = *(long *)arg;

	free(arg);
	return (any_t)value;
}

/* Checklist: CTH-11 */
static void lifetime(void)
{
	for (int i = 0; i < 50; i++) {
		long *given = malloc(sizeof *given);

		EQUAL(sum_of_job(), 5 + 4 + 3 + 2 + 1);
		*given = i;
		EQUAL((long)cthread_join(cthread_fork(frees, given)), i);
	}
}

static const struct test tests[] = {
	TEST(raised_and_handled), TEST(nested),
	TEST(returned_from),	  TEST(raised_in_threads),
	TEST(uncaught),		  TEST(locks_of_all_classes),
	TEST(condition_locks),	  TEST(volatile_is_seen),
	TEST(lifetime),
};
TEST_MAIN(tests)

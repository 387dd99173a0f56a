/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads, on top of libc's: a C thread needs what a C program needs (errno,
 * malloc, stdio), and that hangs off libc's thread descriptor.
 *
 * A struct cthread is freed when the thread has ended and was detached, or by
 * its joiner. One lock guards the counts and each thread's done and detached;
 * changes are announced to all.
 */
#include "internal.h"

#include <errno.h>
#include <pthread.h>

#define STACK_BYTES (1024 * 1024)

static struct mutex lock = MUTEX_INITIALIZER;
static struct condition changed = CONDITION_INITIALIZER;
static int count = 1;	/* threads that exist */
static int running = 1; /* of them, those that were let start */
static int limit;

static struct cthread first = {.started = 1};
static _Thread_local struct cthread *self;

cthread_t cthread_self(void)
{
	if (self == NULL)
		self = &first; /* of threads that libc made: a stand-in */
	return self;
}

int cthread_init(void)
{
	return 0;
}

static void announce_started(struct cthread *t)
{
	t->thread = thread_self();
	__atomic_store_n(&t->started, 1, __ATOMIC_RELEASE);
	futex_wake(&t->started, ~0u >> 1, 0);
}

/* Waits for its turn if there is a limit. */
static void enter(void)
{
	mutex_lock(&lock);
	while (limit != 0 && running >= limit)
		condition_wait(&changed, &lock);
	running++;
	mutex_unlock(&lock);
}

static void leave(struct cthread *t)
{
	bool detached;

	mutex_lock(&lock);
	t->done = true;
	detached = t->detached;
	count--;
	running--;
	condition_broadcast(&changed);
	mutex_unlock(&lock);
	self = NULL;
	if (detached)
		free(t);
}

static void *body(void *arg)
{
	struct cthread *t = arg;

	self = t;
	announce_started(t);
	enter();
	cthread_exit(t->fn(t->arg));
}

static void thread_begin(struct cthread *t)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (pthread_create(&thread, &attr, body, t) != 0)
		abort();
	pthread_attr_destroy(&attr);
}

cthread_t cthread_fork(cthread_fn_t fn, any_t arg)
{
	struct cthread *t = calloc(1, sizeof *t);

	if (t == NULL)
		abort();
	t->fn = fn;
	t->arg = arg;
	mutex_lock(&lock);
	count++;
	mutex_unlock(&lock);
	thread_begin(t);
	return t;
}

void cthread_detach(cthread_t t)
{
	bool done;

	mutex_lock(&lock);
	done = t->done;
	t->detached = true;
	mutex_unlock(&lock);
	if (done)
		free(t);
}

any_t cthread_join(cthread_t t)
{
	any_t result;

	mutex_lock(&lock);
	while (!t->done)
		condition_wait(&changed, &lock);
	mutex_unlock(&lock);
	result = t->result;
	free(t);
	return result;
}

static void wait_for_others(void)
{
	mutex_lock(&lock);
	while (count > 1)
		condition_wait(&changed, &lock);
	mutex_unlock(&lock);
}

void cthread_exit(any_t result)
{
	struct cthread *t = cthread_self();

	if (t == &first) {
		wait_for_others();
		exit((int)(long)result);
	}
	t->result = result;
	leave(t);
	pthread_exit(NULL);
}

void cthread_yield(void)
{
	thread_switch(THREAD_NULL, SWITCH_OPTION_NONE, 0);
}

thread_t cthread_thread(cthread_t t)
{
	if (t == cthread_self())
		return thread_self();
	while (__atomic_load_n(&t->started, __ATOMIC_ACQUIRE) == 0)
		futex_wait(&t->started, 0, 0, FUTEX_NO_DEADLINE);
	return t->thread;
}

/* The first thread's own port, for others to ask for. */
[[gnu::constructor]] static void first_thread(void)
{
	self = &first;
	first.thread = thread_self();
}

int cthread_count(void)
{
	int n;

	mutex_lock(&lock);
	n = count;
	mutex_unlock(&lock);
	return n;
}

int cthread_limit(void)
{
	return limit;
}

void cthread_set_limit(int n)
{
	mutex_lock(&lock);
	limit = n;
	condition_broadcast(&changed);
	mutex_unlock(&lock);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* C threads, and that libc is safe in them. */
#include "lib/test.h"

#include <errno.h>
#include <mach/cthreads.h>
#include <servers/bootstrap.h>
#include <unistd.h>

#define SELF mach_task_self()

static any_t returns_twice(any_t arg)
{
	return (any_t)((long)arg * 2);
}

static any_t exits_with(any_t arg)
{
	cthread_exit(arg);
	return NULL;
}

/* Checklist: CTH-01 */
static void fork_join(void)
{
	cthread_t t[10];

	EQUAL(cthread_count(), 1);
	for (long i = 0; i < 10; i++)
		t[i] = cthread_fork(i & 1 ? returns_twice : exits_with,
				    (any_t)i);
	for (long i = 0; i < 10; i++)
		EQUAL((long)cthread_join(t[i]), i & 1 ? i * 2 : i);
	EQUAL(cthread_count(), 1);
}

static mutex_t lock;
static condition_t done;
static volatile int count;

static any_t detached_body(any_t arg)
{
	(void)arg;
	mutex_lock(lock);
	count--;
	condition_signal(done);
	mutex_unlock(lock);
	return NULL;
}

/* Checklist: CTH-01 CTH-03 */
static void detach(void)
{
	lock = mutex_alloc();
	done = condition_alloc();
	mutex_lock(lock);
	for (int i = 0; i < 15; i++) {
		count++;
		cthread_detach(cthread_fork(detached_body, NULL));
	}
	while (count != 0)
		condition_wait(done, lock);
	mutex_unlock(lock);
	EQUAL(count, 0);
	for (int i = 0; i < 500 && cthread_count() != 1; i++)
		cthread_yield();
	mutex_free(lock);
	condition_free(done);
}

static volatile long total;

static any_t adder(any_t arg)
{
	(void)arg;
	for (int i = 0; i < 1000; i++) {
		mutex_lock(lock);
		long seen = total;
		if (i % 64 == 0)
			cthread_yield();
		total = seen + 1;
		mutex_unlock(lock);
	}
	return NULL;
}

/* Checklist: CTH-02 EX-7 */
static void mutexes(void)
{
	cthread_t t[8];

	lock = mutex_alloc();
	mutex_set_name(lock, "sum");
	CHECK(strcmp(mutex_name(lock), "sum") == 0);
	for (int i = 0; i < 8; i++)
		t[i] = cthread_fork(adder, NULL);
	for (int i = 0; i < 8; i++)
		cthread_join(t[i]);
	EQUAL(total, 8000);
	CHECK(mutex_try_lock(lock));
	CHECK(!mutex_try_lock(lock));
	mutex_unlock(lock);
	CHECK(mutex_try_lock(lock));
	mutex_unlock(lock);
	mutex_free(lock);
}

static struct mutex embedded = MUTEX_INITIALIZER;
static struct condition turn = CONDITION_INITIALIZER;
static volatile int whose, turns;

static any_t turn_body(any_t arg)
{
	int me = (int)(long)arg;

	for (int i = 0; i < 100; i++) {
		mutex_lock(&embedded);
		while (whose != me)
			condition_wait(&turn, &embedded);
		whose = (me + 1) % 4;
		turns++;
		condition_broadcast(&turn);
		mutex_unlock(&embedded);
	}
	return NULL;
}

/* Checklist: CTH-03 EX-7 */
static void conditions(void)
{
	cthread_t t[4];

	for (long i = 0; i < 4; i++)
		t[i] = cthread_fork(turn_body, (any_t)i);
	for (int i = 0; i < 4; i++)
		cthread_join(t[i]);
	EQUAL(turns, 400);
	condition_signal(&turn); /* nobody waits: nothing happens */
	condition_clear(&turn);
	mutex_clear(&embedded);
}

static any_t attributes_body(any_t arg)
{
	(void)arg;
	cthread_set_name(cthread_self(), "worker");
	cthread_set_data(cthread_self(), (any_t)77);
	cthread_set_errno_self(5);
	return (any_t)(long)(cthread_errno() == 5 &&
			     cthread_thread(cthread_self()) == thread_self());
}

/* Checklist: CTH-04 */
static void attributes(void)
{
	cthread_t t;

	errno = 3;
	CHECK(strcmp(cthread_name(cthread_self()), "?") == 0);
	t = cthread_fork(attributes_body, NULL);
	CHECK(MACH_PORT_VALID(cthread_thread(t)));
	CHECK(cthread_thread(t) != thread_self());
	EQUAL((long)cthread_join(t), 1);
	EQUAL(cthread_errno(), 3); /* per thread */
	cthread_set_data(cthread_self(), (any_t)1);
	EQUAL((long)cthread_data(cthread_self()), 1);
	CHECK(cthread_self() == cthread_self());
}

static volatile int running_now, running_most;

static any_t limited_body(any_t arg)
{
	int now = __atomic_add_fetch(&running_now, 1, __ATOMIC_SEQ_CST);

	(void)arg;
	if (now > running_most)
		running_most = now;
	sleep_ms(2);
	__atomic_sub_fetch(&running_now, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void limits(void)
{
	cthread_t t[8];

	EQUAL(cthread_limit(), 0);
	cthread_set_limit(3); /* this thread and two more */
	EQUAL(cthread_limit(), 3);
	for (int i = 0; i < 8; i++)
		t[i] = cthread_fork(limited_body, NULL);
	for (int i = 0; i < 8; i++)
		cthread_join(t[i]);
	CHECK(running_most >= 1 && running_most <= 2);
	cthread_set_limit(0);
}

static any_t wait_for_end(any_t end)
{
	while (!*(volatile int *)end)
		sleep_ms(1);
	return NULL;
}

/* Checklist: CTH-05 */
static void priorities(void)
{
	struct thread_sched_info s;
	unsigned n = THREAD_SCHED_INFO_COUNT;
	volatile int end = 0;
	cthread_t t = cthread_fork(wait_for_end, (any_t)&end);
	processor_set_t control = authority(BOOTSTRAP_PSET_CONTROL);
	processor_set_name_t set;

	OK(cthread_priority(t, 3, FALSE));
	OK(thread_info(cthread_thread(t), THREAD_SCHED_INFO, (thread_info_t)&s,
		       &n));
	EQUAL(s.base_priority, 3);
	int most = s.max_priority;
	OK(processor_set_default(host_self(), &set));
	/* Changing it takes the set's control port. */
	CHECK(cthread_max_priority(t, set, most) != KERN_SUCCESS);
	OK(cthread_max_priority(t, control, most - 1));
	CODE(cthread_max_priority(t, control, 32), KERN_INVALID_ARGUMENT);
	n = THREAD_SCHED_INFO_COUNT;
	OK(thread_info(cthread_thread(t), THREAD_SCHED_INFO, (thread_info_t)&s,
		       &n));
	EQUAL(s.max_priority, most - 1);
	CODE(cthread_priority(t, 99, FALSE), KERN_INVALID_ARGUMENT);
	end = 1;
	cthread_join(t);
	mach_port_deallocate(SELF, control);
	mach_port_deallocate(SELF, set);
}

static any_t hammer(any_t arg)
{
	long bad = 0;

	for (int i = 0; i < 200; i++) {
		mach_port_t port;
		vm_address_t at = 0;

		bad += mach_port_allocate(mach_task_self(),
					  MACH_PORT_RIGHT_RECEIVE,
					  &port) != KERN_SUCCESS;
		bad += vm_allocate(mach_task_self(), &at, vm_page_size, TRUE) !=
		       KERN_SUCCESS;
		*(long *)at = (long)arg;
		bad += mach_port_destroy_rpc(mach_task_self(), port) !=
		       KERN_SUCCESS;
		bad += *(long *)at != (long)arg;
		bad += strstr(mach_error_string(i % 24), "(os/kern)") == NULL;
		bad += vm_deallocate_rpc(mach_task_self(), at, vm_page_size) !=
		       KERN_SUCCESS;
	}
	return (any_t)bad;
}

/* Checklist: CTH-06 */
static void mach_calls(void)
{
	cthread_t t[6];

	for (long i = 0; i < 6; i++)
		t[i] = cthread_fork(hammer, (any_t)(i + 1));
	for (int i = 0; i < 6; i++)
		EQUAL((long)cthread_join(t[i]), 0);
}

static any_t allocator(any_t arg)
{
	char *held[32] = {0};
	long bad = 0;

	for (int i = 0; i < 2000; i++) {
		char **p = &held[(i * 7 + (long)arg) % 32];
		size_t size = (size_t)(i * 37 % 3000 + 1);

		if (*p != NULL && (*p)[0] != (char)(long)arg)
			bad++;
		free(*p);
		*p = malloc(size);
		memset(*p, (int)(long)arg, size);
	}
	for (int i = 0; i < 32; i++)
		free(held[i]);
	return (any_t)bad;
}

/* Checklist: CTH-08 */
static void malloc_hammer(void)
{
	cthread_t t[6];

	malloc_singlethreaded(); /* may be said; changes nothing */
	for (long i = 0; i < 6; i++)
		t[i] = cthread_fork(allocator, (any_t)(i + 1));
	for (int i = 0; i < 6; i++)
		EQUAL((long)cthread_join(t[i]), 0);
}

#define LINE "thread %02ld line %02d of the sixteen\n"
#define LINE_LENGTH 33

static FILE *paper; /* a stream into memory */

static any_t printer(any_t arg)
{
	for (int i = 0; i < 100; i++)
		fprintf(paper, LINE, (long)arg, i);
	return NULL;
}

/* Each line is whole, and each thread's come in order. Checklist: CTH-09 */
static void stdio_lines(void)
{
	int next[16] = {0}, line;
	char *text = NULL, want[64];
	cthread_t t[16];
	size_t size = 0;
	long who;

	paper = open_memstream(&text, &size);
	CHECK_OR_RETURN(paper != NULL);
	for (long i = 0; i < 16; i++)
		t[i] = cthread_fork(printer, (any_t)i);
	for (int i = 0; i < 16; i++)
		cthread_join(t[i]);
	fclose(paper);
	EQUAL(size, 16 * 100 * LINE_LENGTH);
	for (char *at = text; at < text + size; at += LINE_LENGTH) {
		if (sscanf(at, LINE, &who, &line) != 2 || who < 0 || who > 15)
			who = 0, line = -1;
		snprintf(want, sizeof want, LINE, who, next[who]++);
		CHECK_OR_RETURN(strncmp(at, want, LINE_LENGTH) == 0);
	}
	free(text);
}

static void queues(void)
{
	struct item {
		struct item *next;
		int n;
	} items[3] = {{NULL, 0}, {NULL, 1}, {NULL, 2}};
	struct cthread_queue q = QUEUE_INITIALIZER;

	for (int i = 0; i < 3; i++)
		cthread_queue_enq(&q, &items[i]);
	for (int i = 0; i < 3; i++) {
		EQUAL(cthread_queue_head(&q, struct item *)->n, i);
		cthread_queue_deq(&q);
	}
	CHECK(cthread_queue_head(&q, struct item *) == NULL);
	cthread_queue_preq(&q, &items[1]);
	cthread_queue_preq(&q, &items[0]);
	EQUAL(cthread_queue_head(&q, struct item *)->n, 0);
}

static cthread_key_t key;
static any_t key_body(any_t arg)
{
	any_t value;

	cthread_setspecific(key, arg);
	cthread_yield();
	cthread_getspecific(key, &value);
	return value;
}

static void keys(void)
{
	cthread_t t[4];

	EQUAL(cthread_keycreate(&key), 0);
	for (long i = 0; i < 4; i++)
		t[i] = cthread_fork(key_body, (any_t)(i + 10));
	for (long i = 0; i < 4; i++)
		EQUAL((long)cthread_join(t[i]), i + 10);
}

static spin_lock_t spin = SPIN_LOCK_INITIALIZER;
static volatile long spun;
static any_t spinner(any_t arg)
{
	(void)arg;
	for (int i = 0; i < 500; i++) {
		spin_lock(&spin);
		spun++;
		spin_unlock(&spin);
	}
	return NULL;
}

static void spin_locks(void)
{
	cthread_t t[4];

	for (int i = 0; i < 4; i++)
		t[i] = cthread_fork(spinner, NULL);
	for (int i = 0; i < 4; i++)
		cthread_join(t[i]);
	EQUAL(spun, 2000);
	CHECK(spin_try_lock(&spin));
	CHECK(!spin_try_lock(&spin));
	spin_unlock(&spin);
}

/* Who locks a mutex it holds is reported, by name. It would hang for ever, so
 * somebody else lets it go. */
static struct mutex twice = MUTEX_INITIALIZER;
static volatile int stuck;

static any_t locks_twice(any_t arg)
{
	(void)arg;
	cthread_set_name(cthread_self(), "careless");
	mutex_lock(&twice);
	stuck = 1;
	mutex_lock(&twice);
	mutex_unlock(&twice);
	return NULL;
}

/* Checklist: CTH-10 */
static void self_deadlock(void)
{
	cthread_t t;

	mutex_set_name(&twice, "twice");
	t = cthread_fork(locks_twice, NULL);
	CHECK(wait_for(&stuck, 1, 1000));
	sleep_ms(20);
	mutex_unlock(&twice);
	cthread_join(t);
}

static const struct test tests[] = {
	TEST(fork_join), TEST(detach),	    TEST(mutexes),
	TEST(conditions), TEST(attributes), TEST(limits),
	TEST(priorities), TEST(mach_calls), TEST(malloc_hammer),
	TEST(stdio_lines), TEST(queues),    TEST(keys),
	TEST(spin_locks), TEST(self_deadlock),
};
TEST_MAIN(tests)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In-kernel tests of kern: threads on every processor against locks, waits,
 * time, memory. Each test returns NULL or why it failed. Works on any number
 * of processors; no locks of its own but those under test.
 */
#include <kern/selftest.h>

#include <arch/clock.h>
#include <kern/kva.h>
#include <kern/page.h>
#include <kern/panic.h>
#include <kern/random.h>
#include <kern/sched.h>
#include <kern/string.h>
#include <kern/waitq.h>
#include <kern/zone.h>

#define WORKERS_PER_CPU 2
#define MS		1000000ull

#define EXPECT(cond)                 \
	do {                         \
		if (!(cond))         \
			return #cond; \
	} while (0)

/* Fewer on more processors: a fair lock that all of them want is passed on one
 * at a time, which an emulator short of processors of its own makes slow. */
static unsigned rounds(void)
{
	return 800 / (cpu_count() * cpu_count());
}

static const struct lock_class test_class = {
	.name = "selftest",
	.rank = RANK_FUTEX,
};
static struct spinlock lock;
static struct waitq queue;
static struct rwlock rw;
static unsigned shared; /* lock, or rw */
static _Atomic unsigned passed, bad;

/* Runs fn in several threads per processor; returns when all have ended. */
static bool run_workers(void (*fn)(void *))
{
	unsigned n = cpu_count() * WORKERS_PER_CPU;
	struct thread **t = kalloc(n * sizeof(*t));
	unsigned made = 0;

	if (t == NULL)
		return false;
	while (made < n && (t[made] = thread_create_kernel(
				    "selftest", fn, (void *)(uintptr_t)made,
				    PRIORITY_USER)) != NULL)
		made++;
	for (unsigned i = 0; i < made; i++) {
		thread_wait_dead(t[i]);
		thread_unref(t[i]);
	}
	kfree(t, n * sizeof(*t));
	return made == n;
}

/* --- locks */

static void count_locked(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < rounds(); i++) {
		spin_lock(&lock);
		shared++;
		spin_unlock(&lock);
		if (i % 16 == 0)
			thread_yield(NULL);
	}
}

static const char *test_spin_lock(void)
{
	spin_init(&lock, &test_class);
	shared = 0;
	EXPECT(run_workers(count_locked));
	EXPECT(shared == rounds() * WORKERS_PER_CPU * cpu_count());
	return NULL;
}

static void count_rw(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < rounds(); i++) {
		rwlock_write(&rw);
		unsigned seen = shared;

		thread_yield(NULL);
		shared = seen + 1;
		rwlock_write_done(&rw);
		rwlock_read(&rw);
		if (shared < seen + 1)
			atomic_add(&bad, 1);
		rwlock_read_done(&rw);
	}
}

static const char *test_rwlock(void)
{
	rwlock_init(&rw, "selftest");
	shared = 0;
	atomic_set(&bad, 0);
	EXPECT(run_workers(count_rw));
	EXPECT(shared == rounds() * WORKERS_PER_CPU * cpu_count());
	EXPECT(atomic_get(&bad) == 0);
	return NULL;
}

/* --- waiting */

static void wait_and_count(void *arg)
{
	(void)arg;
	waitq_prepare(&queue, WAIT_ABORTABLE);
	if (waitq_block(&queue, CLOCK_NEVER) == WAIT_OK)
		atomic_add(&passed, 1);
}

static void waker(void *arg)
{
	unsigned want = (unsigned)(uintptr_t)arg;

	while (atomic_get(&passed) < want) {
		waitq_wake_one(&queue, WAIT_OK);
		thread_yield(NULL);
	}
}

static const char *test_wake(void)
{
	unsigned n = cpu_count() * WORKERS_PER_CPU;
	struct thread *t;

	waitq_init(&queue);
	atomic_set(&passed, 0);
	t = thread_create_kernel("waker", waker, (void *)(uintptr_t)n, 5);
	EXPECT(t != NULL);
	EXPECT(run_workers(wait_and_count));
	thread_wait_dead(t);
	thread_unref(t);
	EXPECT(atomic_get(&passed) == n);
	return NULL;
}

static const char *test_timeout(void)
{
	uint64_t before = clock_now();

	waitq_init(&queue);
	for (unsigned i = 1; i <= 5; i++) {
		waitq_prepare(&queue, 0);
		EXPECT(waitq_block(&queue, clock_now() + i * MS) ==
		       WAIT_TIMEDOUT);
	}
	EXPECT(clock_now() - before >= 15 * MS);
	return NULL;
}

static void time_out_many(void *arg)
{
	struct waitq q;

	waitq_init(&q);
	for (unsigned i = 0; i < 50; i++) {
		waitq_prepare(&q, 0);
		if (waitq_block(&q, clock_now() + (i % 7) * MS / 10 +
					    (uintptr_t)arg) != WAIT_TIMEDOUT)
			atomic_add(&bad, 1);
	}
}

static const char *test_timers_everywhere(void)
{
	atomic_set(&bad, 0);
	EXPECT(run_workers(time_out_many));
	EXPECT(atomic_get(&bad) == 0);
	return NULL;
}

static const char *test_abort(void)
{
	struct thread *t;

	waitq_init(&queue);
	atomic_set(&passed, 0);
	t = thread_create_kernel("abort", wait_and_count, NULL, 5);
	EXPECT(t != NULL);
	thread_abort_wait(t);
	thread_wait_dead(t);
	thread_unref(t);
	EXPECT(atomic_get(&passed) == 0);
	return NULL;
}

/* --- processors */

static const char *test_bind(void)
{
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < cpu_count(); i++) {
			thread_bind((int)i);
			EXPECT(cpu_number() == i);
			thread_yield(NULL);
			EXPECT(cpu_number() == i);
		}
	thread_bind(-1);
	return NULL;
}

static _Atomic uint64_t seen_cpus;

static void note_cpu(void *arg)
{
	uint64_t end = clock_now() + 20 * MS;

	(void)arg;
	while (clock_now() < end) {
		atomic_fetch_or(&seen_cpus, (uint64_t)1 << cpu_number());
		preempt_point();
	}
}

static const char *test_all_processors_work(void)
{
	atomic_set(&seen_cpus, 0);
	EXPECT(run_workers(note_cpu));
	EXPECT(atomic_get(&seen_cpus) == atomic_get(&default_pset.processors));
	return NULL;
}

/* --- memory */

static void allocate_and_check(void *arg)
{
	unsigned char tag = (unsigned char)(uintptr_t)arg;
	unsigned char *p[16] = { NULL };

	for (unsigned i = 0; i < 4 * rounds(); i++) {
		unsigned at = i % 16;
		size_t size = 24 + at * 300;

		if (p[at] != NULL) {
			if (p[at][0] != tag || p[at][size - 1] != tag)
				atomic_add(&bad, 1);
			kfree(p[at], size);
		}
		p[at] = kalloc(size);
		if (p[at] != NULL)
			memset(p[at], tag, size);
		if (i % 32 == 0)
			thread_yield(NULL);
	}
	for (unsigned at = 0; at < 16; at++)
		kfree(p[at], 24 + at * 300);
}

static void rest(uint64_t ns)
{
	struct waitq q;

	waitq_init(&q);
	waitq_prepare(&q, 0);
	(void)waitq_block(&q, clock_now() + ns);
}

/* Free frames once everybody has put back what he holds: a dead thread's last
 * reference may go a little later on another processor. */
static size_t frames_at_rest(void)
{
	size_t last, now = 0;

	/* Another processor may be late, or zeroing a frame at this moment. */
	do {
		last = now;
		rest(20 * MS);
		zone_drain();
		now = page_count_free();
	} while (now != last);
	return now;
}

static bool frames_come_back(size_t before)
{
	for (unsigned i = 0; i < 100; i++)
		if (frames_at_rest() == before)
			return true;
	return false;
}

static const char *test_kalloc(void)
{
	size_t before = frames_at_rest();

	atomic_set(&bad, 0);
	EXPECT(run_workers(allocate_and_check));
	EXPECT(atomic_get(&bad) == 0);
	EXPECT(frames_come_back(before));
	return NULL;
}

static const char *test_zeroed_frames(void)
{
	for (unsigned i = 0; i < 64; i++) {
		struct page *page = page_alloc(0, PAGE_KERNEL, PAGE_ZEROED);
		const unsigned char *p;

		EXPECT(page != NULL);
		p = page_to_virt(page);
		for (size_t j = 0; j < page_size_hw(); j++)
			EXPECT(p[j] == 0);
		memset(page_to_virt(page), 0xff, page_size_hw());
		page_free(page, 0);
	}
	return NULL;
}

static const char *test_kva(void)
{
	for (unsigned i = 1; i < 20; i++) {
		size_t size = i * page_size_hw();
		unsigned char *p = kva_alloc(size);

		EXPECT(p != NULL);
		memset(p, (int)i, size);
		EXPECT(p[0] == i && p[size - 1] == i);
		kva_free(p, size);
	}
	return NULL;
}

static const char *test_random(void)
{
	uint64_t a[2] = { 0, 0 }, b[2] = { 0, 0 };

	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	EXPECT(memcmp(a, b, sizeof(a)) != 0);
	return NULL;
}

static const struct {
	const char *name;
	const char *(*run)(void);
} tests[] = {
	{ "spin_lock", test_spin_lock },
	{ "rwlock", test_rwlock },
	{ "wake", test_wake },
	{ "timeout", test_timeout },
	{ "timers_everywhere", test_timers_everywhere },
	{ "abort", test_abort },
	{ "bind", test_bind },
	{ "all_processors_work", test_all_processors_work },
	{ "kalloc", test_kalloc },
	{ "zeroed_frames", test_zeroed_frames },
	{ "kva", test_kva },
	{ "random", test_random },
};

unsigned kern_selftest(void)
{
	unsigned n = sizeof(tests) / sizeof(tests[0]);

	for (unsigned i = 0; i < n; i++) {
		const char *why = tests[i].run();

		if (why == NULL)
			klog("ok kern_%s", tests[i].name);
		else
			klog("not ok kern_%s - %s", tests[i].name, why);
	}
	return n;
}

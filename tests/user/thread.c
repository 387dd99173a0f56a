/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads: life, state, information, priorities, switching. */
#include "lib/census.h"
#include "lib/test.h"

#include <pthread.h>
#include <servers/bootstrap.h>
#include <stdio.h>
#include <string.h>

#define SELF mach_task_self()

static volatile unsigned long counter;
static volatile int state;
static volatile thread_t worker_port;

static void *count_forever(void *arg)
{
	(void)arg;
	worker_port = mach_thread_self();
	state = 1;
	for (;;)
		counter++;
	return NULL;
}

/* A libc thread that counts; its Mach port. It can only be terminated. */
static thread_t worker_start(void)
{
	pthread_t t;

	state = 0;
	pthread_create(&t, NULL, count_forever, NULL);
	CHECK(wait_for(&state, 1, 2000));
	return worker_port;
}

static void worker_end(thread_t t)
{
	OK(thread_terminate(t));
	mach_port_deallocate(SELF, t);
}

static bool moves(void)
{
	unsigned long before = counter;

	for (int i = 0; i < 200 && counter == before; i++)
		sleep_ms(1);
	return counter != before;
}

static bool stands(void)
{
	unsigned long before = counter;

	sleep_ms(30);
	return counter == before;
}

/* Code for threads made without libc: they touch only registers and one word.
 */
static volatile long bare_word;
static char bare_stack[4096] __attribute__((aligned(16)));

static void bare_body(void)
{
	for (;;)
		bare_word++;
}

static struct x86_64_thread_state bare_state(void)
{
	return (struct x86_64_thread_state){
		.rip = (uintptr_t)bare_body,
		.rsp = (uintptr_t)bare_stack + sizeof bare_stack - 8,
	};
}

/* Checklist: THR-01 THR-14 */
static void thread_basic(void)
{
	struct x86_64_thread_state s = bare_state();
	struct thread_basic_info info;
	unsigned n = THREAD_BASIC_INFO_COUNT;
	thread_t t;

	OK_OR_RETURN(thread_create(SELF, &t));
	OK(thread_info(t, THREAD_BASIC_INFO, (thread_info_t)&info, &n));
	EQUAL(info.suspend_count, 1);
	OK(thread_set_state(t, x86_64_THREAD_STATE, (thread_state_t)&s,
			    x86_64_THREAD_STATE_COUNT));
	long before = bare_word;
	sleep_ms(10);
	EQUAL(bare_word, before);
	OK(thread_resume(t));
	sleep_ms(30);
	CHECK(bare_word != before);
	OK(thread_suspend(t));
	before = bare_word;
	sleep_ms(20);
	EQUAL(bare_word, before);
	OK(thread_resume(t));
	CODE(thread_resume(t), KERN_FAILURE);
	OK(thread_terminate(t));
	before = bare_word;
	sleep_ms(20);
	EQUAL(bare_word, before);
	mach_port_deallocate(SELF, t);
}

static void create_running(void)
{
	struct x86_64_thread_state s = bare_state();
	long before = bare_word;
	thread_t t;

	OK_OR_RETURN(thread_create_running(SELF, x86_64_THREAD_STATE,
					   (thread_state_t)&s,
					   x86_64_THREAD_STATE_COUNT, &t));
	sleep_ms(30);
	CHECK(bare_word != before);
	OK(thread_terminate(t));
	mach_port_deallocate(SELF, t);
	s.rip = 0x8000000000000000ul;
	CODE(thread_create_running(SELF, x86_64_THREAD_STATE,
				   (thread_state_t)&s,
				   x86_64_THREAD_STATE_COUNT, &t),
	     KERN_INVALID_ARGUMENT);
}

/* Checklist: THR-01 THR-07 */
static void suspend_resume(void)
{
	thread_t t = worker_start();

	CHECK(moves());
	OK(thread_suspend(t));
	CHECK(stands());
	OK(thread_suspend(t));
	OK(thread_resume(t));
	CHECK(stands());
	OK(thread_resume(t));
	CHECK(moves());
	CODE(thread_resume(t), KERN_FAILURE);
	worker_end(t);
	CHECK(stands());
}

static struct x86_64_thread_state get(thread_t t)
{
	struct x86_64_thread_state s = {0};
	unsigned n = x86_64_THREAD_STATE_COUNT;

	OK(thread_get_state(t, x86_64_THREAD_STATE, (thread_state_t)&s, &n));
	EQUAL(n, x86_64_THREAD_STATE_COUNT);
	return s;
}

/* Checklist: THR-04 */
static void thread_state(void)
{
	struct x86_64_thread_state s, got;
	uint64_t *w = (uint64_t *)&s;
	thread_t t;
	unsigned n;

	OK_OR_RETURN(thread_create(SELF, &t));
	for (unsigned i = 0; i < 15; i++)
		w[i] = 0x1111111111111111u * (i + 1);
	s.rsp = 0x123456789abcull;
	s.rip = 0x23456789abcdull;
	s.rflags = 0x2 | 0x1 | 0x40;
	s.cs = s.ss = 0;
	s.fs_base = 0x3456789abcdeull;
	s.gs_base = 0x456789abcdefull;
	s.rbp = 0x99;
	OK(thread_set_state(t, x86_64_THREAD_STATE, (thread_state_t)&s,
			    x86_64_THREAD_STATE_COUNT));
	got = get(t);
	for (unsigned i = 0; i < 16; i++)
		EQUAL(((uint64_t *)&got)[i], w[i]);
	EQUAL(got.rip, s.rip);
	EQUAL(got.fs_base, s.fs_base);
	EQUAL(got.gs_base, s.gs_base);
	EQUAL(got.rflags & 0x41, 0x41);
	EQUAL(got.rflags & 0x200, 0x200); /* interrupts on, always */
	EQUAL(got.rflags & 0x3000, 0);	  /* no I/O privilege */
	/* What must be refused. */
	n = 3;
	CODE(thread_set_state(t, x86_64_THREAD_STATE, (thread_state_t)&s, n),
	     KERN_INVALID_ARGUMENT);
	CODE(thread_set_state(t, 99, (thread_state_t)&s,
			      x86_64_THREAD_STATE_COUNT),
	     KERN_INVALID_ARGUMENT);
	s.rip = 0xffff800000000000ull;
	CODE(thread_set_state(t, x86_64_THREAD_STATE, (thread_state_t)&s,
			      x86_64_THREAD_STATE_COUNT),
	     KERN_INVALID_ARGUMENT);
	s.rip = 0x1000;
	s.gs_base = 0x8000000000000000ull;
	CODE(thread_set_state(t, x86_64_THREAD_STATE, (thread_state_t)&s,
			      x86_64_THREAD_STATE_COUNT),
	     KERN_INVALID_ARGUMENT);
	s.gs_base = 0;
	s.cs = 8;
	CODE(thread_set_state(t, x86_64_THREAD_STATE, (thread_state_t)&s,
			      x86_64_THREAD_STATE_COUNT),
	     KERN_INVALID_ARGUMENT);
	s.cs = 0;
	s.rflags = ~0ull;
	thread_set_state(t, x86_64_THREAD_STATE, (thread_state_t)&s,
			 x86_64_THREAD_STATE_COUNT);
	EQUAL(get(t).rflags & 0x3000, 0);
	thread_terminate(t);
	mach_port_deallocate(SELF, t);
	CODE(thread_get_state(thread_self(), x86_64_THREAD_STATE,
			      (thread_state_t)&s, &n),
	     KERN_INVALID_ARGUMENT);
}

/* Checklist: THR-05 TSK-13 */
static void thread_ports(void)
{
	mach_port_t port = 77, mine = port_new_send();
	thread_t t;

	OK_OR_RETURN(thread_create(SELF, &t));
	OK(thread_get_special_port(t, THREAD_EXCEPTION_PORT, &port));
	EQUAL(port, MACH_PORT_NULL);
	OK(thread_set_exception_port(t, mine));
	OK(thread_get_exception_port(t, &port));
	EQUAL(port, mine);
	mach_port_deallocate(SELF, port);
	OK(thread_get_special_port(t, THREAD_KERNEL_PORT, &port));
	EQUAL(port, t);
	mach_port_deallocate(SELF, port);
	CODE(thread_get_special_port(t, 99, &port), KERN_INVALID_ARGUMENT);
	OK(thread_terminate(t));
	mach_port_deallocate(SELF, t);
	port_gone(mine);
	CHECK(MACH_PORT_VALID(thread_reply()));
	EQUAL(thread_reply(), thread_reply());
	EQUAL(port_refs(thread_reply(), MACH_PORT_RIGHT_RECEIVE), 1);
}

/* Of the census's line "thread exception SIZE LIVE FRAMES". */
static long threads_with_exceptions(void)
{
	static const char name[] = "thread exception ";
	mach_msg_type_number_t size = 0;
	char *lines = NULL, *at;
	long live = -1;

	if (!OK(host_census(host_self(), &lines, &size)))
		return -1;
	at = memmem(lines, size, name, sizeof name - 1);
	if (at != NULL)
		sscanf(at + sizeof name - 1, "%*d %ld", &live);
	OK(vm_deallocate(SELF, (vm_address_t)lines, size));
	return live;
}

static thread_t thread_with_ports(mach_port_t mine)
{
	long before = threads_with_exceptions();
	mach_port_t port = MACH_PORT_NULL;
	thread_t t = MACH_PORT_NULL;

	OK(thread_create(SELF, &t));
	EQUAL(threads_with_exceptions(), before);
	OK(thread_set_special_port(t, THREAD_KERNEL_PORT, mine));
	EQUAL(threads_with_exceptions(), before + 1);
	OK(thread_get_exception_port(t, &port));
	EQUAL(port, MACH_PORT_NULL);
	OK(thread_set_exception_port(t, mine));
	EQUAL(threads_with_exceptions(), before + 1);
	OK(thread_set_special_port(t, THREAD_KERNEL_PORT, t));
	OK(thread_get_special_port(t, THREAD_KERNEL_PORT, &port));
	EQUAL(port, t);
	mach_port_deallocate(SELF, port);
	return t;
}

/* A thread has memory for exceptions once it is given a port, and until it ends,
 * whoever has its name still. */
static void exception_memory(void)
{
	static struct census before, after;
	mach_port_t mine = port_new_send();
	thread_t t;

	(void)host_self(); /* it has a name from now on */
	census_take(&before);
	t = thread_with_ports(mine);
	OK(thread_terminate(t));
	while (thread_set_exception_port(t, mine) == KERN_SUCCESS)
		thread_switch(MACH_PORT_NULL, SWITCH_OPTION_NONE, 0);
	mach_port_deallocate(SELF, t);
	census_take(&after);
	census_compare(&before, &after);
	port_gone(mine);
}

/* Checklist: TSK-16 */
static void thread_info_flavors(void)
{
	thread_t t = worker_start();
	struct thread_basic_info basic;
	struct thread_sched_info sched;
	unsigned n = THREAD_BASIC_INFO_COUNT;

	CHECK(moves());
	OK(thread_info(t, THREAD_BASIC_INFO, (thread_info_t)&basic, &n));
	EQUAL(n, THREAD_BASIC_INFO_COUNT);
	EQUAL(basic.run_state, TH_STATE_RUNNING);
	EQUAL(basic.suspend_count, 0);
	OK(thread_suspend(t));
	OK(thread_info(t, THREAD_BASIC_INFO, (thread_info_t)&basic, &n));
	EQUAL(basic.run_state, TH_STATE_STOPPED);
	EQUAL(basic.suspend_count, 1);
	CHECK(basic.user_time.seconds > 0 || basic.user_time.microseconds > 0);
	n = THREAD_SCHED_INFO_COUNT;
	OK(thread_info(t, THREAD_SCHED_INFO, (thread_info_t)&sched, &n));
	EQUAL(sched.policy, POLICY_TIMESHARE);
	CHECK(sched.cur_priority <= sched.base_priority);
	CHECK(sched.base_priority <= sched.max_priority);
	EQUAL(sched.depressed, FALSE);
	EQUAL(sched.depress_priority, -1);
	n = 2;
	CHECK(thread_info(t, THREAD_SCHED_INFO, (thread_info_t)&sched, &n) !=
	      KERN_SUCCESS);
	n = 60;
	CODE(thread_info(t, 99, (thread_info_t)&sched, &n),
	     KERN_INVALID_ARGUMENT);
	worker_end(t);
}

static struct thread_sched_info sched_of(thread_t t)
{
	struct thread_sched_info s = {0};
	unsigned n = THREAD_SCHED_INFO_COUNT;

	OK(thread_info(t, THREAD_SCHED_INFO, (thread_info_t)&s, &n));
	return s;
}

/* Checklist: SCH-03 SCH-05 SCH-06 */
static void priorities(void)
{
	thread_t t;
	int max;

	OK_OR_RETURN(thread_create(SELF, &t));
	max = sched_of(t).max_priority;
	CODE(thread_priority(t, -1, FALSE), KERN_INVALID_ARGUMENT);
	CODE(thread_priority(t, 32, FALSE), KERN_INVALID_ARGUMENT);
	OK(thread_priority(t, 5, FALSE));
	EQUAL(sched_of(t).base_priority, 5);
	EQUAL(sched_of(t).max_priority, max);
	if (max < 31)
		CODE(thread_priority(t, max + 1, FALSE), KERN_FAILURE);
	OK(thread_priority(t, 4, TRUE));
	EQUAL(sched_of(t).max_priority, 4);
	CODE(thread_priority(t, 5, FALSE), KERN_FAILURE);
	thread_terminate(t);
	mach_port_deallocate(SELF, t);
}

/* Checklist: SCH-07 */
static void max_priority(void)
{
	processor_set_t control = authority(BOOTSTRAP_PSET_CONTROL);
	processor_set_name_t name;
	thread_t t;

	OK_OR_RETURN(thread_create(SELF, &t));
	OK(processor_set_default(host_self(), &name));
	OK(thread_priority(t, 4, TRUE));
	CHECK(thread_max_priority(t, name, 20) != KERN_SUCCESS);
	OK(thread_max_priority(t, control, 20));
	EQUAL(sched_of(t).max_priority, 20);
	OK(thread_priority(t, 20, FALSE));
	OK(thread_max_priority(t, control, 7));
	EQUAL(sched_of(t).base_priority, 7); /* clamped */
	thread_terminate(t);
	mach_port_deallocate(SELF, t);
	mach_port_deallocate(SELF, name);
	mach_port_deallocate(SELF, control);
}

/* Checklist: SCH-08 */
static void task_priorities(void)
{
	task_t task;
	thread_t a, b;

	OK_OR_RETURN(task_create(SELF, FALSE, &task));
	OK(thread_create(task, &a));
	OK(task_priority(task, 6, FALSE));
	OK(thread_create(task, &b));
	CHECK(sched_of(a).base_priority != 6);
	EQUAL(sched_of(b).base_priority, 6);
	OK(task_priority(task, 7, TRUE));
	EQUAL(sched_of(a).base_priority, 7);
	EQUAL(sched_of(b).base_priority, 7);
	CODE(task_priority(task, 32, FALSE), KERN_INVALID_ARGUMENT);
	task_terminate(task);
	mach_port_deallocate(SELF, a);
	mach_port_deallocate(SELF, b);
	mach_port_deallocate(SELF, task);
}

/* Checklist: SCH-10 SCH-11 SCH-13 */
static void policies(void)
{
	processor_set_t control = authority(BOOTSTRAP_PSET_CONTROL);
	thread_t t;

	OK_OR_RETURN(thread_create(SELF, &t));
	EQUAL(sched_of(t).policy, POLICY_TIMESHARE);
	OK(thread_policy(t, POLICY_INTERACTIVE, 0));
	EQUAL(sched_of(t).policy, POLICY_INTERACTIVE);
	CODE(thread_policy(t, POLICY_FIXEDPRI, 10), KERN_FAILURE);
	CODE(thread_policy(t, 99, 0), KERN_INVALID_ARGUMENT);
	OK(processor_set_policy_enable(control, POLICY_FIXEDPRI));
	OK(thread_policy(t, POLICY_FIXEDPRI, 10));
	EQUAL(sched_of(t).policy, POLICY_FIXEDPRI);
	OK(processor_set_policy_disable(control, POLICY_FIXEDPRI, TRUE));
	EQUAL(sched_of(t).policy, POLICY_TIMESHARE);
	CODE(processor_set_policy_disable(control, POLICY_TIMESHARE, FALSE),
	     KERN_INVALID_ARGUMENT);
	thread_terminate(t);
	mach_port_deallocate(SELF, t);
	mach_port_deallocate(SELF, control);
}

/* Checklist: SCH-16 EX-6 */
static void switch_wait(void)
{
	uint64_t before = clock_get(MACH_CLOCK_MONOTONIC), ms;

	OK(thread_switch(THREAD_NULL, SWITCH_OPTION_WAIT, 50));
	ms = (clock_get(MACH_CLOCK_MONOTONIC) - before) / 1000000;
	CHECK(ms >= 50 && ms < 1000);
	CODE(thread_switch(THREAD_NULL, 99, 0), KERN_INVALID_ARGUMENT);
	OK(thread_switch(0x7ff00, SWITCH_OPTION_NONE, 0)); /* only a hint */
	OK(thread_switch(THREAD_NULL, SWITCH_OPTION_DEPRESS, 1));
}

/* Checklist: SCH-04 */
static void depress(void)
{
	thread_t self = thread_self();
	int base = sched_of(self).base_priority;

	OK(thread_switch(THREAD_NULL, SWITCH_OPTION_DEPRESS, 1000));
	EQUAL(sched_of(self).depressed, TRUE);
	EQUAL(sched_of(self).base_priority, base);
	OK(thread_depress_abort(self));
	EQUAL(sched_of(self).depressed, FALSE);
	EQUAL(sched_of(self).depress_priority, -1);
}

static volatile int aborted;

static void *sleeper(void *arg)
{
	(void)arg;
	worker_port = mach_thread_self();
	state = 1;
	aborted = thread_switch(THREAD_NULL, SWITCH_OPTION_WAIT, 100000);
	state = 2;
	return NULL;
}

static void abort_wait(void)
{
	pthread_t t;

	state = 0;
	pthread_create(&t, NULL, sleeper, NULL);
	CHECK(wait_for(&state, 1, 2000));
	sleep_ms(20);
	OK(thread_abort(worker_port));
	CHECK(wait_for(&state, 2, 2000));
	CODE(aborted, KERN_ABORTED);
	pthread_join(t, NULL);
	mach_port_deallocate(SELF, worker_port);
	CODE(thread_abort(thread_self()), KERN_INVALID_ARGUMENT);
}

/* Checklist: THR-08 */
static void terminate(void)
{
	thread_t t;

	OK_OR_RETURN(thread_create(SELF, &t));
	OK(thread_terminate(t));
	sleep_ms(10);
	CHECK(thread_suspend(t) != KERN_SUCCESS);
	EQUAL(port_refs(t, MACH_PORT_RIGHT_DEAD_NAME), 1);
	mach_port_deallocate(SELF, t);
}

static volatile int exit_word = 1;
static void exit_body(void)
{
	thread_exit((int *)&exit_word);
}

/* The last act of a thread: a store and a wake-up. */
static void exit_clears(void)
{
	struct x86_64_thread_state s = bare_state();
	thread_t t;

	s.rip = (uintptr_t)exit_body;
	OK_OR_RETURN(thread_create_running(SELF, x86_64_THREAD_STATE,
					   (thread_state_t)&s,
					   x86_64_THREAD_STATE_COUNT, &t));
	while (exit_word != 0)
		if (futex_wait((int *)&exit_word, 1, 0,
			       clock_get(0) + 2000000000ull) == KERN_TIMEDOUT)
			break;
	EQUAL(exit_word, 0);
	mach_port_deallocate(SELF, t);
}

static int futex_word;
static void *futex_waker(void *arg)
{
	(void)arg;
	sleep_ms(20);
	futex_word = 1;
	futex_wake(&futex_word, 1, 0);
	return NULL;
}

static void futexes(void)
{
	uint64_t before = clock_get(MACH_CLOCK_MONOTONIC);
	pthread_t t;

	CODE(futex_wait(&futex_word, 5, 0, FUTEX_NO_DEADLINE), KERN_FAILURE);
	CODE(futex_wait(&futex_word, 0, 0, before + 30000000), KERN_TIMEDOUT);
	CHECK(clock_get(MACH_CLOCK_MONOTONIC) >= before + 30000000);
	CODE(futex_wait((int *)8, 0, 0, 0), KERN_INVALID_ADDRESS);
	CODE(futex_wait((int *)((char *)&futex_word + 1), 0, 0, 0),
	     KERN_INVALID_ARGUMENT);
	EQUAL(futex_wake(&futex_word, 10, 0), 0);
	pthread_create(&t, NULL, futex_waker, NULL);
	while (futex_word == 0)
		futex_wait(&futex_word, 0, 0, FUTEX_NO_DEADLINE);
	pthread_join(t, NULL);
}

static volatile int parallel_done;
static void *parallel_body(void *arg)
{
	volatile double x = (double)(long)arg;

	for (int i = 0; i < 20000; i++)
		x = x * 1.0000001 + 0.5;
	__atomic_add_fetch(&parallel_done, x > 0, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Checklist: THR-03 */
static void many_threads(void)
{
	pthread_t t[64];

	for (int round = 0; round < 4; round++) {
		for (long i = 0; i < 64; i++)
			EQUAL(pthread_create(&t[i], NULL, parallel_body,
					     (void *)i),
			      0);
		for (int i = 0; i < 64; i++)
			pthread_join(t[i], NULL);
	}
	EQUAL(parallel_done, 256);
}

/* Processor time of a thread, in microseconds: at least what its samples stand
 * for (kern/sample.c), so that one that is sampled often has more than it used. */
#define SAMPLE_US 10000L

static long processor_time(thread_t t)
{
	struct thread_basic_info info = {0};
	unsigned n = THREAD_BASIC_INFO_COUNT;

	OK(thread_info(t, THREAD_BASIC_INFO, (thread_info_t)&info, &n));
	return (info.user_time.seconds + info.system_time.seconds) * 1000000L +
	       info.user_time.microseconds + info.system_time.microseconds;
}

/* Four threads that never block, watched for a while: together they get the time
 * of as many processors as there are. Checklist: THR-02 */
static void in_parallel(void)
{
	host_basic_info_data_t host;
	mach_msg_type_number_t n = HOST_BASIC_INFO_COUNT;
	uint64_t start, elapsed;
	thread_t t[4];
	long used = 0;

	OK(host_info(host_self(), HOST_BASIC_INFO, (host_info_t)&host, &n));
	for (int i = 0; i < 4; i++)
		t[i] = worker_start();
	start = clock_get(MACH_CLOCK_MONOTONIC);
	for (int i = 0; i < 4; i++)
		used -= processor_time(t[i]);
	sleep_ms(400);
	for (int i = 0; i < 4; i++)
		used += processor_time(t[i]);
	elapsed = (clock_get(MACH_CLOCK_MONOTONIC) - start) / 1000;
	if (host.avail_cpus >= 4)
		CHECK(used > (long)elapsed * 2);
	else if (host.avail_cpus == 1)
		CHECK(used > 0 && used <= (long)elapsed * 2 + SAMPLE_US);
	for (int i = 0; i < 4; i++)
		worker_end(t[i]);
}

#define CHEAP 32

/* Frames and nanoseconds that so many threads take, or tasks with a thread. */
struct price {
	long frames;
	uint64_t ns;
};

static struct price price_of(bool tasks)
{
	vm_statistics_data_t before, after;
	thread_t t[CHEAP];
	task_t task[CHEAP];
	struct price p = {0};

	OK(vm_statistics(SELF, &before));
	p.ns = clock_get(MACH_CLOCK_MONOTONIC);
	for (int i = 0; i < CHEAP; i++) {
		task[i] = SELF;
		if (tasks)
			OK(task_create(SELF, TRUE, &task[i]));
		OK(thread_create(task[i], &t[i]));
	}
	p.ns = clock_get(MACH_CLOCK_MONOTONIC) - p.ns;
	OK(vm_statistics(SELF, &after));
	p.frames = (long)before.free_count - (long)after.free_count;
	for (int i = 0; i < CHEAP; i++) {
		OK(thread_terminate(t[i]));
		mach_port_deallocate(SELF, t[i]);
		if (!tasks)
			continue;
		OK(task_terminate(task[i]));
		mach_port_deallocate(SELF, task[i]);
	}
	return p;
}

/* Checklist: THR-03 */
static void cheaper_than_a_task(void)
{
	struct price thread = {0, ~0ull}, task = {0, ~0ull};

	price_of(false); /* caches are filled */
	price_of(true);
	for (int i = 0; i < 5; i++) {
		struct price p = price_of(false), q = price_of(true);

		if (p.ns < thread.ns)
			thread = p;
		if (q.ns < task.ns)
			task = q;
	}
	CHECK(thread.ns * 2 < task.ns);
	CHECK(thread.frames < task.frames);
}

/* Vector registers are each thread's own. */
static volatile int vector_bad;
static void *vector_body(void *arg)
{
	double pattern = (double)(long)arg + 0.25;
	double got;

	for (int i = 0; i < 300; i++) {
		__asm__ volatile("movq %1, %%xmm7\n\t"
				 "xor %%eax, %%eax\n"
				 "1: inc %%eax; cmp $20000, %%eax; jb 1b\n\t"
				 "movq %%xmm7, %0"
				 : "=x"(got)
				 : "x"(pattern)
				 : "rax", "xmm7", "cc");
		vector_bad += got != pattern;
		swtch();
	}
	return NULL;
}

/* A thread has not slept before there was one. */
static void sleep_begins_with_life(void)
{
	struct thread_basic_info info;
	mach_msg_type_number_t n = THREAD_BASIC_INFO_COUNT;
	thread_t t;

	sleep_ms(2100);
	OK_OR_RETURN(thread_create(SELF, &t));
	OK(thread_info(t, THREAD_BASIC_INFO, (thread_info_t)&info, &n));
	CHECK(info.sleep_time < 2);
	OK(thread_terminate(t));
	mach_port_deallocate(SELF, t);
}

static void vector_state(void)
{
	pthread_t t[4];

	for (long i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, vector_body, (void *)i);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	EQUAL(vector_bad, 0);
}

static const struct test tests[] = {
	TEST(thread_basic), TEST(create_running), TEST(suspend_resume),
	TEST(thread_state), TEST(thread_ports),	  TEST(thread_info_flavors),
	TEST(priorities),   TEST(max_priority),	  TEST(task_priorities),
	TEST(policies),	    TEST(switch_wait),	  TEST(depress),
	TEST(abort_wait),   TEST(terminate),	  TEST(exit_clears),
	TEST(futexes),	    TEST(many_threads),	  TEST(vector_state),
	TEST(in_parallel),  TEST(cheaper_than_a_task),
	TEST(sleep_begins_with_life), TEST(exception_memory),
};
TEST_MAIN(tests)

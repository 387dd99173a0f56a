/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hundred thousand requests on one port, which then dies, and the port where
 * the notifications are; a task of thousands of threads, and a thousand tasks:
 * the kernel lets others run all the while. Class B11.
 * The stretches without such a point are measured by the debug kernel, in
 * instructions of its own: about four times as many as the release kernel's.
 *
 * Runs: bare --icount --memory 512 --timeout 300
 */
#include "lib/test.h"

#include <mach/host_info.h>
#include <mach/host_probe.h>
#include <mach/mach_ext.h>
#include <mach/mach_host.h>
#include <mach/policy.h>
#include <servers/bootstrap_defs.h>

#define SELF	 mach_task_self()
#define REQUESTS 100000
#define LONGEST	 40000 /* instructions */
#define THREADS	 4000
#define TASKS	 1000

static mach_port_t priv, port, notify;

/* Where processors count together, what the others do counts, too. */
static bool alone(void)
{
	struct host_basic_info basic;
	mach_msg_type_number_t n = HOST_BASIC_INFO_COUNT;

	OK(host_info(mach_host_self(), HOST_BASIC_INFO, (host_info_t)&basic,
		     &n));
	return basic.avail_cpus == 1;
}

/* Does what makes the kernel work for long, measured where that can be. */
static void measured(const char *what, void (*fn)(void))
{
	int64_t was, longest = 0;
	bool probed = host_probe(priv, HOST_PROBE_STRETCH, 1, &was) ==
		      KERN_SUCCESS;

	fn();
	if (!probed)
		return;
	OK(host_probe(priv, HOST_PROBE_STRETCH, 0, &longest));
	printf("# %s: at most %ld without giving way\n", what, (long)longest);
	CHECK(longest > 0 && longest < LONGEST);
}

/* A dead-name request on a right of its own. */
static kern_return_t request_one(void)
{
	mach_port_t once, previous;
	mach_msg_type_name_t type;
	kern_return_t kr = mach_port_extract_right(
		SELF, port, MACH_MSG_TYPE_MAKE_SEND_ONCE, &once, &type);

	if (kr != KERN_SUCCESS)
		return kr;
	return mach_port_request_notification(
		SELF, once, MACH_NOTIFY_DEAD_NAME, 0, notify,
		MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
}

static void end_port(void)
{
	port_gone(port);
}

static void end_notify(void)
{
	port_gone(notify);
}

/* The same for what the other processors join in. */
static void measured_alone(const char *what, void (*fn)(void))
{
	if (alone())
		measured(what, fn);
	else
		fn();
}

static void one_port(void)
{
	mach_port_status_t s = {};

	priv = authority(BOOTSTRAP_HOST_PRIV);
	port = port_new();
	notify = port_new();
	for (int i = 0; i < REQUESTS; i++)
		OK_OR_RETURN(request_one());
	measured("death of the port", end_port);
	OK(mach_port_get_receive_status(SELF, notify, &s));
	EQUAL(s.mps_msgcount, REQUESTS);
	measured("death of the queue", end_notify);
	mach_port_deallocate(SELF, priv);
}

/* --- threads that never ran --- */

static task_t crowd;
static thread_array_t listed;
static mach_msg_type_number_t listed_count;
static mach_port_t set;

static void crowd_priority(void)
{
	OK(task_priority(crowd, 5, TRUE));
}

static void crowd_stops(void)
{
	OK(task_suspend(crowd));
	OK(task_resume(crowd));
}

static void crowd_times(void)
{
	struct task_thread_times_info info;
	unsigned count = TASK_THREAD_TIMES_INFO_COUNT;

	OK(task_info(crowd, TASK_THREAD_TIMES_INFO, (task_info_t)&info,
		     &count));
}

static void crowd_policy(void)
{
	OK(processor_set_policy_enable(set, POLICY_FIXEDPRI));
	OK(processor_set_policy_disable(set, POLICY_FIXEDPRI, TRUE));
}

static void crowd_listed(void)
{
	OK(task_threads(crowd, &listed, &listed_count));
}

static void crowd_ends(void)
{
	OK(task_terminate(crowd));
}

static void many_threads(void)
{
	mach_port_t name;

	priv = authority(BOOTSTRAP_HOST_PRIV);
	OK_OR_RETURN(processor_set_default(mach_host_self(), &name));
	OK_OR_RETURN(host_processor_set_priv(priv, name, &set));
	OK_OR_RETURN(task_create(SELF, FALSE, &crowd));
	for (int i = 0; i < THREADS; i++) {
		thread_t thread;

		OK_OR_RETURN(thread_create(crowd, &thread));
		mach_port_deallocate(SELF, thread);
	}
	measured_alone("priorities", crowd_priority);
	measured_alone("suspending and resuming", crowd_stops);
	measured_alone("times", crowd_times);
	measured_alone("a policy", crowd_policy);
	measured_alone("the list of threads", crowd_listed);
	EQUAL(listed_count, THREADS);
	for (unsigned i = 0; i < listed_count; i++)
		mach_port_deallocate(SELF, listed[i]);
	vm_deallocate(SELF, (vm_address_t)listed,
		      listed_count * sizeof(*listed));
	measured_alone("the end of the threads", crowd_ends);
	mach_port_deallocate(SELF, crowd);
	mach_port_deallocate(SELF, name);
	mach_port_deallocate(SELF, set);
	mach_port_deallocate(SELF, priv);
}

/* --- tasks --- */

static void statistics(void)
{
	vm_statistics_data_t stat;

	OK(vm_statistics(SELF, &stat));
}

static void tasks_listed(void)
{
	int64_t *stats;
	char *names;
	mach_msg_type_number_t stat_count, name_count;

	OK_OR_RETURN(host_tasks(priv, &stats, &stat_count, &names,
				&name_count));
	CHECK(stat_count > TASKS);
	vm_deallocate(SELF, (vm_address_t)stats, stat_count * sizeof(*stats));
	vm_deallocate(SELF, (vm_address_t)names, name_count);
}

static void many_tasks(void)
{
	static task_t task[TASKS];

	priv = authority(BOOTSTRAP_HOST_PRIV);
	for (int i = 0; i < TASKS; i++)
		OK_OR_RETURN(task_create(SELF, FALSE, &task[i]));
	measured_alone("statistics", statistics);
	measured_alone("the list of tasks", tasks_listed);
	for (int i = 0; i < TASKS; i++) {
		OK(task_terminate(task[i]));
		mach_port_deallocate(SELF, task[i]);
	}
	mach_port_deallocate(SELF, priv);
}

static const struct test tests[] = {
	TEST(one_port),
	TEST(many_threads),
	TEST(many_tasks),
};
TEST_MAIN(tests)

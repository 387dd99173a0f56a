/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks that have taken all memory there is for the kernel's objects and go to
 * sleep, before anybody else has: those that would free it still run. The first
 * sleep after the machine's start is the one that needs memory; so nobody sleeps
 * here before, and this is a program of its own.
 *
 * Runs: bare --memory 64
 */
#include "lib/test.h"

#include <mach/mach_traps.h>

#define SELF	 mach_task_self()
#define CHILDREN 8

struct sleeper {
	volatile int ready, go, sated;
};

static void give_way(void)
{
	thread_switch(THREAD_NULL, SWITCH_OPTION_NONE, 0);
}

/* Does everything once before memory ends: whose page faults then ends, too. */
static void take_ports_and_sleep(void *arg)
{
	struct sleeper *s = arg;
	mach_port_t name;

	mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &name);
	s->sated = 0;
	s->ready = 1;
	while (!s->go)
		give_way();
	while (mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &name) ==
	       KERN_SUCCESS)
		;
	s->sated = 1;
	for (;;)
		sleep_ms(1000);
}

static void sleepers_leave_stacks(void)
{
	struct sleeper *s[CHILDREN];
	struct child c[CHILDREN];
	int sated = 0;

	for (int i = 0; i < CHILDREN; i++) {
		s[i] = shared_page();
		OK_OR_RETURN(child_create(&c[i], take_ports_and_sleep, s[i]));
	}
	for (int i = 0; i < CHILDREN; i++)
		OK(child_go(&c[i]));
	for (int i = 0; i < CHILDREN; i++)
		while (!s[i]->ready)
			give_way();
	for (int i = 0; i < CHILDREN; i++)
		s[i]->go = 1;
	/* No longer than that: one of them may have ended for want of memory. */
	for (int n = 0; n < 2000000 && sated < CHILDREN; n++) {
		give_way();
		sated = 0;
		for (int i = 0; i < CHILDREN; i++)
			sated += s[i]->sated;
	}
	CHECK(sated >= CHILDREN / 2);
	for (int i = 0; i < 100; i++)
		sleep_ms(1);
	for (int i = 0; i < CHILDREN; i++)
		child_kill(&c[i]);
}

static const struct test tests[] = {TEST(sleepers_leave_stacks)};
TEST_MAIN(tests)

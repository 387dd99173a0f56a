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

static void take_ports_and_sleep(void *arg)
{
	volatile int *sated = arg;
	mach_port_t name;

	while (mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &name) ==
	       KERN_SUCCESS)
		;
	*sated = 1;
	for (;;)
		sleep_ms(1000);
}

static void sleepers_leave_stacks(void)
{
	volatile int *sated[CHILDREN];
	struct child c[CHILDREN];

	for (int i = 0; i < CHILDREN; i++) {
		sated[i] = shared_page();
		OK_OR_RETURN(child_create(&c[i], take_ports_and_sleep,
					  (void *)sated[i]));
	}
	for (int i = 0; i < CHILDREN; i++)
		OK(child_go(&c[i]));
	for (int i = 0; i < CHILDREN; i++)
		while (!*sated[i])
			; /* in user mode */
	for (int i = 0; i < 100; i++)
		sleep_ms(1);
	for (int i = 0; i < CHILDREN; i++)
		child_kill(&c[i]);
}

static const struct test tests[] = {TEST(sleepers_leave_stacks)};
TEST_MAIN(tests)

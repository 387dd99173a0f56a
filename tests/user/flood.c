/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hundred thousand requests on one port, which then dies, and the port where
 * the notifications are: the kernel lets others run all the while. Class B11.
 * The stretches without such a point are measured by the debug kernel, in
 * instructions of its own: about four times as many as the release kernel's.
 *
 * Runs: bare --icount --memory 512 --timeout 300
 */
#include "lib/test.h"

#include <mach/host_probe.h>
#include <mach/mach_ext.h>
#include <servers/bootstrap_defs.h>

#define SELF	 mach_task_self()
#define REQUESTS 100000
#define LONGEST	 40000 /* instructions */

static mach_port_t priv, port, notify;

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

static const struct test tests[] = {
	TEST(one_port),
};
TEST_MAIN(tests)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message that a server refuses (an unknown id, a wrong size, a wrong type)
 * costs it nothing: the rights and the memory are gone, by the kernel's counts.
 */
#include "lib/census.h"
#include "lib/refuse.h"
#include "lib/test.h"

#include <server/auxv.h>
#include <servers/bootstrap.h>
#include <servers/netname.h>
#include <sys/auxv.h>

#define SELF mach_task_self()
#define BP   bootstrap_port

/* Nobody's, notifications, exceptions, an interrupt, UNIX, a reply. */
static const int others[] = {-1,   0,	 1,    64,   69,  72,
			     2400, 2405, 2899, 3000, 504, 0x7fffffff};

/* Those, and the ids of the server's interface and around it. */
static void all_ids(mach_port_t to, int first, int last)
{
	refuse_begin();
	for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++)
		refuse_send(to, others[i]);
	for (int id = first; id <= last; id++)
		refuse_send(to, id);
	refuse_end();
}

static void refuses(mach_port_t to, int first, int last)
{
	struct census before, after;

	all_ids(to, first, last); /* what a server makes once stays */
	census_take(&before);
	all_ids(to, first, last);
	census_take(&after);
	census_compare(&before, &after);
}

static void bootstrap_as_server(void)
{
	mach_port_t found = MACH_PORT_NULL;

	refuses(BP, 399, 420);
	OK(bootstrap_look_up(BP, "netname", &found));
	EQUAL(found, name_server_port);
	mach_port_deallocate(SELF, found);
}

static void bootstrap_in_a_subset(void)
{
	mach_port_t requestor = port_new_send(), subset = MACH_PORT_NULL;

	OK(bootstrap_subset(BP, requestor, &subset));
	refuses(subset, 399, 420);
	port_gone(requestor);
	mach_port_deallocate(SELF, subset);
}

static void name_server(void)
{
	netname_name_t version;

	refuses(name_server_port, 1039, 1044);
	OK(netname_version(name_server_port, version));
}

static void test_driver(void)
{
	refuses((mach_port_t)getauxval(AT_MACH_OUTPUT), 2749, 2753);
}

static const struct test tests[] = {
	TEST(bootstrap_as_server), TEST(bootstrap_in_a_subset),
	TEST(name_server),	   TEST(test_driver),
};
TEST_MAIN(tests)

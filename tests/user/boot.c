/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bootstrap server, the name server, and what becomes of servers that
 * die.
 */
#include "lib/test.h"

#include <mach/mach_host.h>
#include <servers/bootstrap.h>
#include <servers/netname.h>

#define SELF mach_task_self()
#define BP   bootstrap_port

static mach_port_t subset_new(mach_port_t *requestor)
{
	mach_port_t subset = MACH_PORT_NULL;

	*requestor = port_new_send();
	OK(bootstrap_subset(BP, *requestor, &subset));
	return subset;
}

/* Checklist: BST-01 */
static void create_check_in(void)
{
	mach_port_t requestor, bp = subset_new(&requestor);
	mach_port_t send = 0, found = 0, receive = 0;
	boolean_t active = 7;

	OK(bootstrap_create_service(bp, "svc", &send));
	CODE(bootstrap_create_service(bp, "svc", &found),
	     BOOTSTRAP_NAME_IN_USE);
	OK(bootstrap_status(bp, "svc", &active));
	EQUAL(active, FALSE);
	OK(bootstrap_look_up(bp, "svc", &found)); /* active or not */
	EQUAL(found, send);
	OK(bootstrap_check_in(bp, "svc", &receive));
	EQUAL(receive, send);
	EQUAL(port_refs(receive, MACH_PORT_RIGHT_RECEIVE), 1);
	CODE(bootstrap_check_in(bp, "svc", &found), BOOTSTRAP_SERVICE_ACTIVE);
	OK(bootstrap_status(bp, "svc", &active));
	EQUAL(active, TRUE);
	CODE(bootstrap_check_in(bp, "none", &found),
	     BOOTSTRAP_UNKNOWN_SERVICE);
	CODE(bootstrap_look_up(bp, "none", &found), BOOTSTRAP_UNKNOWN_SERVICE);
	CODE(bootstrap_status(bp, "none", &active), BOOTSTRAP_UNKNOWN_SERVICE);
	/* Giving the receive right up gives it back: the port lives. */
	OK(mach_port_mod_refs(SELF, receive, MACH_PORT_RIGHT_RECEIVE, -1));
	for (int i = 0; i < 100 && active; i++) {
		sleep_ms(1);
		OK(bootstrap_status(bp, "svc", &active));
	}
	EQUAL(active, FALSE);
	CHECK(port_refs(send, MACH_PORT_RIGHT_SEND) > 0);
	OK(bootstrap_check_in(bp, "svc", &receive));
	EQUAL(receive, send);
	port_gone(requestor);
}

static void register_table(void)
{
	mach_port_t requestor, bp = subset_new(&requestor);
	mach_port_t port = port_new_send(), found = 0, send = 0;

	OK(bootstrap_register(bp, "reg", port));
	OK(bootstrap_look_up(bp, "reg", &found));
	EQUAL(found, port);
	CODE(bootstrap_register(bp, "reg", port), BOOTSTRAP_SERVICE_ACTIVE);
	/* Its death removes the entry. */
	port_gone(port);
	for (int i = 0; i < 100; i++) {
		if (bootstrap_look_up(bp, "reg", &found) ==
		    BOOTSTRAP_UNKNOWN_SERVICE)
			break;
		mach_port_deallocate(SELF, found);
		sleep_ms(1);
	}
	CODE(bootstrap_look_up(bp, "reg", &found), BOOTSTRAP_UNKNOWN_SERVICE);
	/* Over a declared, inactive service. */
	OK(bootstrap_create_service(bp, "dec", &send));
	port = port_new_send();
	OK(bootstrap_register(bp, "dec", port));
	OK(bootstrap_look_up(bp, "dec", &found));
	EQUAL(found, port);
	/* A null port hides the name here, also the ancestors'. */
	OK(bootstrap_register(bp, "netname", MACH_PORT_NULL));
	CODE(bootstrap_look_up(bp, "netname", &found),
	     BOOTSTRAP_UNKNOWN_SERVICE);
	OK(bootstrap_look_up(BP, "netname", &found));
	port_gone(port);
	port_gone(requestor);
}

static void subsets(void)
{
	mach_port_t requestor, bp = subset_new(&requestor);
	mach_port_t inner_requestor = port_new_send(), inner = 0;
	mach_port_t mine = port_new_send(), found = 0, dead;

	OK(bootstrap_subset(bp, inner_requestor, &inner));
	/* Registrations stay inside; look-ups fall through. */
	OK(bootstrap_register(bp, "inside", mine));
	CODE(bootstrap_look_up(BP, "inside", &found),
	     BOOTSTRAP_UNKNOWN_SERVICE);
	OK(bootstrap_look_up(inner, "inside", &found));
	EQUAL(found, mine);
	OK(bootstrap_look_up(inner, "netname", &found));
	EQUAL(found, name_server_port);
	/* A name of an ancestor may be used again. */
	OK(bootstrap_register(inner, "netname", mine));
	OK(bootstrap_look_up(inner, "netname", &found));
	EQUAL(found, mine);
	/* Only the real servers may climb or have authority. */
	uint64_t size;
	CODE(bootstrap_parent(bp, &found), BOOTSTRAP_NOT_PRIVILEGED);
	CODE(bootstrap_authority(bp, BOOTSTRAP_HOST_PRIV, &found, &size),
	     BOOTSTRAP_NOT_PRIVILEGED);
	CODE(bootstrap_kill(bp, "name"), BOOTSTRAP_NOT_PRIVILEGED);
	CODE(bootstrap_device_io(bp, "com2", &found), BOOTSTRAP_NOT_PRIVILEGED);
	OK(bootstrap_parent(BP, &found));
	/* The subset dies with its requestor. */
	port_gone(inner_requestor);
	for (int i = 0; i < 200; i++) {
		if (port_refs(inner, MACH_PORT_RIGHT_DEAD_NAME) > 0)
			break;
		sleep_ms(1);
	}
	CHECK(port_refs(inner, MACH_PORT_RIGHT_DEAD_NAME) > 0);
	OK(bootstrap_look_up(bp, "inside", &found));
	port_gone(requestor);
	/* With a requestor that is dead already: made, then gone. */
	dead = port_new_send();
	OK(mach_port_mod_refs(SELF, dead, MACH_PORT_RIGHT_RECEIVE, -1));
	CHECK(bootstrap_subset(BP, dead, &inner) != BOOTSTRAP_NO_MEMORY);
	port_gone(mine);
}

static void arrays(void)
{
	mach_port_t requestor, bp = subset_new(&requestor), port;
	name_t *names = calloc(24, sizeof(name_t));
	mach_port_array_t ports;
	mach_msg_type_number_t n, m, k;
	name_array_t services, servers;
	bool_array_t active;
	boolean_t all;
	bool seen = false;

	port = port_new_send();
	OK(bootstrap_register(bp, "one", port));
	strcpy(names[0], "one");
	strcpy(names[1], "missing");
	OK_OR_RETURN(
		bootstrap_look_up_array(bp, names, 2, &ports, &n, &all));
	EQUAL(n, 2);
	EQUAL(ports[0], port);
	EQUAL(ports[1], MACH_PORT_NULL);
	EQUAL(all, FALSE);
	vm_deallocate(SELF, (vm_address_t)ports, n * sizeof *ports);
	CODE(bootstrap_look_up_array(bp, names, 21, &ports, &n, &all),
	     BOOTSTRAP_BAD_COUNT);
	OK_OR_RETURN(bootstrap_info(bp, &services, &n, &servers, &m, &active,
				    &k));
	CHECK(n == m && n == k && n >= 2);
	for (unsigned i = 0; i < n; i++)
		if (strcmp(services[i], "netname") == 0)
			seen = strcmp(servers[i], "name") == 0 && active[i];
	CHECK(seen);
	port_gone(port);
	port_gone(requestor);
	free(names);
}

/* Checklist: NET-10 TSK-14 */
static void netname(void)
{
	mach_port_t ns = name_server_port, a = port_new_send(),
		    b = port_new_send(), sig = port_new_send(),
		    other = port_new_send(), found = 0;
	netname_name_t version;

	OK(netname_version(ns, version));
	CHECK(version[0] != '\0');
	CODE(netname_look_up(ns, "", "thing", &found), NETNAME_NOT_CHECKED_IN);
	OK(netname_check_in(ns, "Thing", sig, a));
	OK(netname_look_up(ns, "", "tHING", &found)); /* case does not matter */
	EQUAL(found, a);
	OK(netname_look_up(ns, "*", "THING", &found));
	EQUAL(found, a);
	CODE(netname_look_up(ns, "elsewhere", "thing", &found),
	     NETNAME_NO_SUCH_HOST);
	OK(netname_check_in(ns, "thing", sig, b)); /* replaced */
	OK(netname_look_up(ns, "", "thing", &found));
	EQUAL(found, b);
	CODE(netname_check_in(ns, "thing", other, a), NETNAME_NOT_YOURS);
	CODE(netname_check_in(ns, "new", sig, MACH_PORT_NULL),
	     NETNAME_INVALID_PORT);
	CODE(netname_check_out(ns, "thing", other), NETNAME_NOT_YOURS);
	OK(netname_check_out(ns, "THING", sig));
	CODE(netname_check_out(ns, "thing", sig), NETNAME_NOT_CHECKED_IN);
	/* A null signature is one, too. */
	OK(netname_check_in(ns, "open", MACH_PORT_NULL, a));
	OK(netname_check_in(ns, "open", MACH_PORT_NULL, b));
	OK(netname_check_out(ns, "open", MACH_PORT_NULL));
	/* Entries vanish with their port or signature. */
	OK(netname_check_in(ns, "p", sig, a));
	OK(netname_check_in(ns, "s", other, b));
	port_gone(a);
	port_gone(other);
	for (int i = 0; i < 200; i++) {
		if (netname_look_up(ns, "", "p", &found) ==
			    NETNAME_NOT_CHECKED_IN &&
		    netname_look_up(ns, "", "s", &found) ==
			    NETNAME_NOT_CHECKED_IN)
			break;
		sleep_ms(1);
	}
	CODE(netname_look_up(ns, "", "p", &found), NETNAME_NOT_CHECKED_IN);
	CODE(netname_look_up(ns, "", "s", &found), NETNAME_NOT_CHECKED_IN);
	port_gone(b);
	port_gone(sig);
}

static unsigned names_known(unsigned first, unsigned end)
{
	netname_name_t name;
	mach_port_t found;
	unsigned n = 0;

	for (unsigned i = first; i < end; i++) {
		snprintf(name, sizeof name, "many %u", i);
		if (netname_look_up(name_server_port, "", name, &found) !=
		    NETNAME_SUCCESS)
			continue;
		mach_port_deallocate(SELF, found);
		n++;
	}
	return n;
}

static bool names_go(unsigned first, unsigned end)
{
	for (int i = 0; i < 2000; i++) {
		if (names_known(first, end) == 0)
			return true;
		sleep_ms(1);
	}
	return false;
}

/* A port under many names, a signature of many: all those go, and only those. */
static void netname_many(void)
{
	mach_port_t port[3], signature[3];
	netname_name_t name;

	for (int i = 0; i < 3; i++) {
		port[i] = port_new_send();
		signature[i] = port_new_send();
	}
	for (unsigned i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "many %u", i);
		OK(netname_check_in(name_server_port, name, signature[i / 100],
				    port[i / 100]));
	}
	EQUAL(names_known(0, 300), 300);
	port_gone(port[1]);
	CHECK(names_go(100, 200));
	EQUAL(names_known(0, 300), 200);
	port_gone(signature[0]);
	CHECK(names_go(0, 100));
	EQUAL(names_known(200, 300), 100);
	/* A name that changed its port does not go with the old one. */
	OK(netname_check_in(name_server_port, "many 200", signature[2],
			    port[0]));
	port_gone(port[2]);
	CHECK(names_go(201, 300));
	EQUAL(names_known(200, 201), 1);
	port_gone(port[0]);
	CHECK(names_go(200, 201));
	port_gone(signature[1]);
	port_gone(signature[2]);
}

/* The name server dies; who holds its port never notices, and what was checked
 * in is still there. Twice, so that the second life is a full one. */
static void restart(void)
{
	mach_port_t ns = name_server_port, port = port_new_send(), found = 0;
	netname_name_t version;

	for (int round = 0; round < 2; round++) {
		uint64_t before = clock_get(MACH_CLOCK_MONOTONIC);

		OK(netname_check_in(ns, "before", MACH_PORT_NULL, port));
		OK(bootstrap_kill(BP, "name"));
		/* Queued until it is back; requests it had taken are lost. */
		kern_return_t kr = netname_version(ns, version);
		if (kr == MIG_SERVER_DIED)
			kr = netname_version(ns, version);
		OK(kr);
		CHECK(clock_get(MACH_CLOCK_MONOTONIC) - before < 1000000000);
		OK(netname_look_up(ns, "", "before", &found));
		EQUAL(found, port);
		OK(bootstrap_look_up(BP, "netname", &found));
		EQUAL(found, ns);
	}
	CODE(bootstrap_kill(BP, "nobody"), BOOTSTRAP_UNKNOWN_SERVICE);
	port_gone(port);
}

/* A forged death of a registered port must change nothing. */
static void forged_death(void)
{
	mach_port_t requestor, bp = subset_new(&requestor);
	mach_port_t port = port_new_send(), found = 0;
	mach_notification_t n = {
		.not_header = {.msgh_bits =
				       MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			       .msgh_remote_port = bp,
			       .msgh_id = MACH_NOTIFY_DEAD_NAME},
		.not_type = {.msgt_name = MACH_MSG_TYPE_PORT_NAME,
			     .msgt_size = 32,
			     .msgt_number = 1,
			     .msgt_inline = TRUE},
	};

	OK(bootstrap_register(bp, "reg", port));
	for (unsigned name = 1; name < 64; name++) {
		n.not_header.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
		n.not_header.msgh_remote_port = bp;
		n.not_value = name;
		OK(mach_msg(&n.not_header, MACH_SEND_MSG, sizeof n, 0, 0, 0,
			    0));
		n.not_header.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
		n.not_header.msgh_remote_port = name_server_port;
		OK(mach_msg(&n.not_header, MACH_SEND_MSG, sizeof n, 0, 0, 0,
			    0));
	}
	OK(bootstrap_look_up(bp, "reg", &found));
	EQUAL(found, port);
	port_gone(port);
	port_gone(requestor);
}

/*
 * Who has a service's receive right can take bootstrap's request for its return,
 * and with that right have the kernel tell bootstrap of the death of any name.
 */
static void aimed_death(void)
{
	mach_port_t requestor, bp = subset_new(&requestor);
	mach_port_t own = port_new_send(), found = 0;
	char name[20];

	OK(bootstrap_register(bp, "reg", own));
	for (unsigned n = 1; n < 100; n++) {
		mach_port_t send, receive, back = 0, previous;
		mach_port_name_t dead = n;

		snprintf(name, sizeof name, "aim%u", n);
		OK(bootstrap_create_service(bp, name, &send));
		OK(bootstrap_check_in(bp, name, &receive));
		OK(mach_port_request_notification(
			SELF, receive, MACH_NOTIFY_PORT_DESTROYED, 0,
			MACH_PORT_NULL, MACH_MSG_TYPE_MAKE_SEND_ONCE, &back));
		CHECK(back != MACH_PORT_NULL);
		if (mach_port_allocate_name(SELF, MACH_PORT_RIGHT_DEAD_NAME,
					    dead) == KERN_SUCCESS) {
			OK(mach_port_request_notification(
				SELF, dead, MACH_NOTIFY_DEAD_NAME, 1, back,
				MACH_MSG_TYPE_MOVE_SEND_ONCE, &previous));
			mach_port_destroy(SELF, dead);
		} else {
			mach_port_deallocate(SELF, back);
		}
		port_gone(receive);
	}
	OK(bootstrap_look_up(bp, "reg", &found));
	EQUAL(found, own);
	/* Bootstrap still has what it gives and what it watches. */
	CHECK(authority(BOOTSTRAP_HOST_PRIV) != MACH_PORT_NULL);
	CODE(netname_look_up(name_server_port, "", "none", &found),
	     NETNAME_NOT_CHECKED_IN);
	port_gone(own);
	port_gone(requestor);
}

static void host_calls(void)
{
	struct host_basic_info basic;
	struct host_sched_info sched;
	struct host_load_info load;
	struct processor_set_basic_info set;
	mach_msg_type_number_t n = HOST_BASIC_INFO_COUNT;
	kernel_version_t version;
	processor_set_name_t name;
	mach_port_t host;
	time_value_t now;

	OK(host_info(host_self(), HOST_BASIC_INFO, (host_info_t)&basic, &n));
	CHECK(basic.avail_cpus >= 1 && basic.avail_cpus <= basic.max_cpus);
	CHECK(basic.memory_size > (16u << 20));
	n = HOST_SCHED_INFO_COUNT;
	OK(host_info(host_self(), HOST_SCHED_INFO, (host_info_t)&sched, &n));
	n = HOST_LOAD_INFO_COUNT;
	OK(host_info(host_self(), HOST_LOAD_INFO, (host_info_t)&load, &n));
	n = 100;
	CODE(host_info(host_self(), 99, (host_info_t)&load, &n),
	     KERN_INVALID_ARGUMENT);
	OK(host_kernel_version(host_self(), version));
	CHECK(strstr(version, "Mach") != NULL);
	OK(host_get_time(host_self(), &now));
	CHECK(now.seconds > 0 && now.microseconds < 1000000);
	CODE(host_set_time(host_self(), now), KERN_INVALID_HOST);
	CODE(host_reboot(host_self(), 0), KERN_INVALID_HOST);
	OK(processor_set_default(host_self(), &name));
	n = PROCESSOR_SET_BASIC_INFO_COUNT;
	OK(processor_set_info(name, PROCESSOR_SET_BASIC_INFO, &host,
			      (processor_set_info_t)&set, &n));
	CHECK(set.task_count >= 3 && set.thread_count >= 3);
	CHECK(processor_set_policy_enable(name, POLICY_FIXEDPRI) !=
	      KERN_SUCCESS);
}

static void entropy(void)
{
	char a[32] = {0}, b[32] = {0};
	mach_msg_type_number_t n = sizeof a, m = sizeof b;

	OK(host_get_entropy(host_self(), a, &n));
	OK(host_get_entropy(host_self(), b, &m));
	CHECK(n > 0 && n == m);
	CHECK(memcmp(a, b, n) != 0);
}

static const struct test tests[] = {
	TEST(create_check_in), TEST(register_table), TEST(subsets),
	TEST(arrays),	       TEST(netname),	     TEST(restart),
	TEST(netname_many),    TEST(forged_death),   TEST(aimed_death),
	TEST(host_calls),      TEST(entropy),
};
TEST_MAIN(tests)

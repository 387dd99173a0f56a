/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers made by bootstrap_create_server: this program again, as
 * "serve NAME". It answers ASK, ends without an answer at DIE, and takes its
 * service back before it ends at LEAVE.
 */
#include "lib/test.h"

#include <mach/mig_errors.h>
#include <mach/mig_support.h>
#include <servers/bootstrap.h>

#define SELF mach_task_self()
#define BP   bootstrap_port

enum { ASK = 5000, DIE, LEAVE };

/* --- the server */

static int serve(const char *name)
{
	mach_port_t port;

	if (bootstrap_check_in(BP, (char *)name, &port) != KERN_SUCCESS)
		return 1;
	for (;;) {
		mig_reply_header_t m;

		if (mach_msg(&m.Head, MACH_RCV_MSG, 0, sizeof m, port, 0, 0) !=
		    MACH_MSG_SUCCESS)
			return 1;
		if (m.Head.msgh_id == LEAVE)
			bootstrap_register(BP, (char *)name, MACH_PORT_NULL);
		if (m.Head.msgh_id != ASK)
			return 0;
		m.Head.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
		m.Head.msgh_local_port = MACH_PORT_NULL;
		m.Head.msgh_id = ASK + 100;
		mach_msg(&m.Head, MACH_SEND_MSG, sizeof m.Head, 0, 0, 0, 0);
	}
}

/* --- its clients */

/* Sends a request; where its answer will come. */
static mach_port_t request(mach_port_t port, int id)
{
	mach_port_t reply = mach_reply_port();
	mach_msg_header_t m = {
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					    MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.msgh_size = sizeof m,
		.msgh_remote_port = port,
		.msgh_local_port = reply,
		.msgh_id = id,
	};

	OK(mach_msg(&m, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	return reply;
}

/* The id of the answer; 0: none within ms. */
static int answer(mach_port_t reply, unsigned ms)
{
	struct {
		mach_msg_header_t head;
		char room[64];
	} m;
	mach_msg_return_t mr;

	mr = mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof m,
		      reply, ms, MACH_PORT_NULL);
	port_gone(reply);
	return mr == MACH_MSG_SUCCESS ? m.head.msgh_id : 0;
}

static int call(mach_port_t port, int id, unsigned ms)
{
	return answer(request(port, id), ms);
}

#define ANSWER (ASK + 100)
#define DIED   MACH_NOTIFY_SEND_ONCE
#define LONG   20000

static bool is_active(const char *name)
{
	boolean_t active = FALSE;

	OK(bootstrap_status(BP, (char *)name, &active));
	return active;
}

/* Within ten seconds. */
static bool becomes(const char *name, bool active)
{
	for (int i = 0; i < 10000; i++) {
		if (is_active(name) == active)
			return true;
		sleep_ms(1);
	}
	return false;
}

static bool forgotten(const char *name)
{
	mach_port_t port;

	for (int i = 0; i < 5000; i++) {
		if (bootstrap_look_up(BP, (char *)name, &port) ==
		    BOOTSTRAP_UNKNOWN_SERVICE)
			return true;
		mach_port_deallocate(SELF, port);
		sleep_ms(1);
	}
	return false;
}

/* A server that declares one service; the right to its way, and the service. */
static mach_port_t create(const char *name, bool on_demand, mach_port_t *service)
{
	mach_port_t way = MACH_PORT_NULL;
	cmd_t command;

	snprintf(command, sizeof command, "/mach/tests/boot_create serve %s",
		 name);
	OK(bootstrap_create_server(BP, command, 0, on_demand, &way));
	OK(bootstrap_create_service(way, (char *)name, service));
	return way;
}

static void release(mach_port_t way)
{
	OK(mach_port_deallocate(SELF, way));
}

static void leave(const char *name, mach_port_t service)
{
	EQUAL(call(service, LEAVE, LONG), DIED);
	CHECK(forgotten(name));
	mach_port_deallocate(SELF, service);
}

/* Checklist: BST-01 */
static void at_once(void)
{
	mach_port_t service = 0, way = create("at.once", false, &service);

	/* Active, whoever runs it, while somebody holds its port. */
	EQUAL(call(service, ASK, 200), 0);
	CHECK(!is_active("at.once"));
	release(way);
	CHECK(becomes("at.once", true)); /* with no message at all */
	EQUAL(call(service, ASK, LONG), ANSWER);
	EQUAL(call(service, DIE, LONG), DIED);
	EQUAL(call(service, ASK, LONG), ANSWER);
	leave("at.once", service);
}

static void on_demand(void)
{
	mach_port_t service = 0, way = create("on.demand", true, &service);

	release(way);
	sleep_ms(200);
	CHECK(!is_active("on.demand"));
	for (int i = 0; i < 3; i++) {
		EQUAL(call(service, ASK, LONG), ANSWER);
		CHECK(is_active("on.demand"));
		EQUAL(call(service, DIE, LONG), DIED);
		CHECK(becomes("on.demand", false));
		sleep_ms(100);
		CHECK(!is_active("on.demand"));
	}
	leave("on.demand", service);
}

/* The message that was there before the port was released counts, too. */
static void demand_before_release(void)
{
	mach_port_t service = 0, way = create("early", true, &service);

	EQUAL(call(service, ASK, 100), 0); /* it waits in the queue */
	release(way);
	CHECK(becomes("early", true));
	EQUAL(call(service, ASK, LONG), ANSWER);
	leave("early", service);
}

/* Only the server's own port may check in what it declared. */
static void owner_only(void)
{
	mach_port_t service = 0, way = create("owned", true, &service);
	mach_port_t port = 0, plain = 0;
	uint64_t size;

	OK(bootstrap_unprivileged(way, &plain));
	CODE(bootstrap_check_in(BP, "owned", &port), BOOTSTRAP_NOT_PRIVILEGED);
	CODE(bootstrap_check_in(plain, "owned", &port),
	     BOOTSTRAP_NOT_PRIVILEGED);
	CODE(bootstrap_register(BP, "owned", MACH_PORT_NULL),
	     BOOTSTRAP_NOT_PRIVILEGED);
	/* A created server has no authority that it could pass on. */
	CODE(bootstrap_authority(way, BOOTSTRAP_HOST_PRIV, &port, &size),
	     BOOTSTRAP_NOT_PRIVILEGED);
	CODE(bootstrap_create_server(way, "mach/tests/boot_create", 0, FALSE,
				     &port),
	     BOOTSTRAP_NOT_PRIVILEGED);
	CODE(bootstrap_kill(way, "name"), BOOTSTRAP_NOT_PRIVILEGED);
	OK(bootstrap_check_in(way, "owned", &port));
	EQUAL(port, service);
	port_gone(port); /* it comes back */
	CHECK(becomes("owned", false));
	OK(bootstrap_register(way, "owned", MACH_PORT_NULL));
	CHECK(forgotten("owned"));
	release(way); /* nothing declared: nothing is started */
}

static int servers_now(void)
{
	int contexts, services, servers = -1;
	uint64_t work;

	OK(bootstrap_counts(BP, &contexts, &services, &servers, &work));
	return servers;
}

/* One that serves and ends, as often as it is asked, is not given up. */
static void quick_ends(mach_port_t service)
{
	for (int i = 0; i < 5; i++) {
		EQUAL(call(service, ASK, LONG), ANSWER);
		EQUAL(call(service, DIE, LONG), DIED);
	}
	EQUAL(call(service, ASK, LONG), ANSWER);
	leave("quick.ends", service);
}

/*
 * One that ends at once, again and again, is given up and forgotten: its
 * service's port dies with the requests that waited there, its place and its
 * name are free. Whoever wants it creates it anew.
 */
static void given_up(void)
{
	static const char *const names[] = {"given.up", "given.up.demand"};
	mach_port_t way = 0, service[2] = {0}, waits[2], found = 0, quick = 0;
	int before = servers_now();

	for (int i = 0; i < 2; i++) {
		/* It may not check in a name that it has not declared: it
		 * ends. */
		OK(bootstrap_create_server(
			BP, "mach/tests/boot_create serve other", 0, i == 1,
			&way));
		OK(bootstrap_create_service(way, names[i], &service[i]));
		release(way);
	}
	EQUAL(servers_now(), before + 2);
	for (int i = 0; i < 2; i++)
		waits[i] = request(service[i], ASK);
	way = create("quick.ends", true, &quick);
	release(way);
	quick_ends(quick); /* meanwhile */
	for (int i = 0; i < 2; i++) {
		EQUAL(answer(waits[i], LONG), DIED);
		CHECK(forgotten(names[i]));
		EQUAL(port_refs(service[i], MACH_PORT_RIGHT_DEAD_NAME), 1);
		mach_port_deallocate(SELF, service[i]);
	}
	EQUAL(servers_now(), before);
	CODE(bootstrap_look_up(BP, "given.up", &found),
	     BOOTSTRAP_UNKNOWN_SERVICE);
	CODE(bootstrap_kill(BP, "boot_create"), BOOTSTRAP_UNKNOWN_SERVICE);
	way = create("given.up", true, &service[0]);
	release(way);
	EQUAL(call(service[0], ASK, LONG), ANSWER);
	leave("given.up", service[0]);
}

/* Only files have comments. */
static void marks_in_commands(void)
{
	mach_port_t service = 0, way = create("#with#marks", false, &service);

	release(way);
	CHECK(becomes("#with#marks", true));
	EQUAL(call(service, ASK, LONG), ANSWER);
	leave("#with#marks", service);
}

/* There is an end to it. */
static void many(void)
{
	static mach_port_t way[80];
	kern_return_t kr = KERN_SUCCESS;
	unsigned n = 0;

	while (n < 80 && kr == KERN_SUCCESS) {
		kr = bootstrap_create_server(BP, "mach/tests/boot_create serve x",
					     0, FALSE, &way[n]);
		n += kr == KERN_SUCCESS;
	}
	CODE(kr, BOOTSTRAP_NO_MEMORY);
	CHECK(n >= 32);
	for (unsigned i = 0; i < n; i++)
		release(way[i]);
	/* All are forgotten: there is room again. */
	for (int i = 0; i < 5000; i++) {
		kr = bootstrap_create_server(BP, "mach/tests/boot_create", 0,
					     TRUE, &way[0]);
		if (kr == KERN_SUCCESS)
			break;
		sleep_ms(1);
	}
	OK(kr);
	release(way[0]);
}

static const struct test tests[] = {
	TEST(at_once),	  TEST(on_demand), TEST(demand_before_release),
	TEST(owner_only), TEST(many),	   TEST(given_up),
	TEST(marks_in_commands),
};

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2]);
	return test_main(tests, sizeof tests / sizeof tests[0], argc, argv);
}

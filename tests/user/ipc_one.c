/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request that carries one copied right and nothing else, to a server that
 * waits: a right that the server has not heard of, knows already, receives from
 * itself, or whose port is dead; more rights than there are free entries; a
 * receiver of the manual's; and what is nearly such a request. The server answers
 * what it got: the name's type and how many references it has.
 */
#include "lib/census.h"
#include "lib/test.h"

#include <mach/mach_ext.h>

#define SELF	mach_task_self()
#define SERVICE 0x7b001 /* the server's name */
#define MANY	1500

enum { KEEP = 1, DROP, DROP_ALL };

struct request {
	mach_msg_header_t head;
	mach_msg_type_t type;
	mach_port_t right;
};

struct answer {
	mach_msg_header_t head;
	mach_msg_type_t type;
	mach_port_t name;
	mach_port_type_t kind;
	uint32_t refs;
};

static struct child server;
static mach_port_t service, reply;
static volatile int *old_receiver; /* it receives the manual's way */
static union {
	struct request in;
	struct answer out;
	char room[256];
} m;

static const mach_msg_type_t one_right = {
	.msgt_name = MACH_MSG_TYPE_COPY_SEND,
	.msgt_size = 32,
	.msgt_number = 1,
	.msgt_inline = TRUE,
};

/* --- the server --- */

static mach_port_t kept[MANY];
static unsigned kept_count;

static void drop_kept(void)
{
	while (kept_count)
		mach_port_deallocate(SELF, kept[--kept_count]);
}

static void judge(void)
{
	mach_port_t name = m.in.right;
	struct answer a = {
		.head = m.in.head,
		.type = { .msgt_name = MACH_MSG_TYPE_INTEGER_32,
			  .msgt_size = 32,
			  .msgt_number = 3,
			  .msgt_inline = TRUE },
		.name = name,
	};

	if (MACH_PORT_VALID(name)) {
		mach_port_type(SELF, name, &a.kind);
		mach_port_get_refs(SELF, name, MACH_PORT_RIGHT_SEND, &a.refs);
		if (m.in.head.msgh_id == KEEP && kept_count < MANY)
			kept[kept_count++] = name;
		else
			mach_port_deallocate(SELF, name);
	}
	if (m.in.head.msgh_id == DROP_ALL)
		drop_kept();
	m.out = a;
	m.out.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
	m.out.head.msgh_local_port = MACH_PORT_NULL;
	m.out.head.msgh_size = sizeof(m.out);
}

static void serve(void *arg)
{
	mach_msg_option_t option = MACH_RCV_MSG;

	(void)arg;
	while (mach_msg(&m.in.head,
			option | (*old_receiver ? MACH_RCV_25 : 0),
			m.in.head.msgh_size, sizeof(m), SERVICE, 0,
			0) == MACH_MSG_SUCCESS) {
		judge();
		option = MACH_SEND_MSG | MACH_RCV_MSG;
	}
}

/* --- the client --- */

static void start(void)
{
	old_receiver = shared_page();
	*old_receiver = 0;
	reply = port_new();
	service = port_new_send();
	OK_OR_RETURN(child_create(&server, serve, NULL));
	OK(mach_port_insert_right(server.task, SERVICE, service,
				  MACH_MSG_TYPE_MOVE_RECEIVE));
	OK(child_go(&server));
}

static void stop(void)
{
	child_kill(&server);
	OK(mach_port_deallocate(SELF, service));
	port_gone(reply);
	OK(vm_deallocate(SELF, (vm_address_t)old_receiver, vm_page_size));
}

static mach_msg_return_t call(mach_port_t right, mach_msg_type_t type, int id)
{
	m.in.head = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS_COMPLEX |
			     MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					    MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.msgh_remote_port = service,
		.msgh_local_port = reply,
		.msgh_id = id,
	};
	m.in.type = type;
	m.in.right = right;
	return mach_msg(&m.in.head, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(m.in),
			sizeof(m), reply, 0, 0);
}

/* What the server got is a right of this kind, which it has so many times. */
static mach_port_t got(mach_port_t right, int id, mach_port_type_t kind,
		       unsigned refs)
{
	OK(call(right, one_right, id));
	EQUAL(m.out.kind, kind);
	EQUAL(m.out.refs, refs);
	return m.out.name;
}

static void counted(void (*body)(void))
{
	static struct census before, after;

	for (int round = 0; round < 2; round++) {
		if (round == 1)
			census_take(&before);
		start();
		body();
		stop();
	}
	census_take(&after);
	census_compare(&before, &after);
}

/* --- the tests --- */

static void new_and_known_body(void)
{
	mach_port_t a = port_new_send(), b = port_new_send(), name;

	for (int i = 0; i < 20; i++) {
		got(a, DROP, MACH_PORT_TYPE_SEND, 1);
		got(b, DROP, MACH_PORT_TYPE_SEND, 1);
	}
	name = got(a, KEEP, MACH_PORT_TYPE_SEND, 1);
	for (unsigned i = 2; i < 20; i++)
		EQUAL(got(a, KEEP, MACH_PORT_TYPE_SEND, i), name);
	CHECK(got(b, KEEP, MACH_PORT_TYPE_SEND, 1) != name);
	EQUAL(got(a, DROP, MACH_PORT_TYPE_SEND, 20), name);
	EQUAL(port_refs(a, MACH_PORT_RIGHT_SEND), 1);
	got(a, DROP_ALL, MACH_PORT_TYPE_SEND, 20);
	got(a, DROP, MACH_PORT_TYPE_SEND, 1);
	port_gone(a);
	port_gone(b);
}

static void new_and_known(void)
{
	counted(new_and_known_body);
}

/* The service itself: the server has the receive right. */
static void its_own_body(void)
{
	for (unsigned i = 1; i < 10; i++)
		EQUAL(got(service, KEEP, MACH_PORT_TYPE_SEND_RECEIVE, i),
		      SERVICE);
	got(service, DROP_ALL, MACH_PORT_TYPE_SEND_RECEIVE, 10);
	EQUAL(got(service, DROP, MACH_PORT_TYPE_SEND_RECEIVE, 1), SERVICE);
}

static void its_own(void)
{
	counted(its_own_body);
}

/* A name whose port is dead, none at all, no name, one that only receives. */
static void bad_rights_body(void)
{
	mach_port_t dead = port_new_send(), only = port_new();

	OK(mach_port_mod_refs(SELF, dead, MACH_PORT_RIGHT_RECEIVE, -1));
	OK(call(dead, one_right, DROP));
	EQUAL(m.out.name, MACH_PORT_DEAD);
	OK(call(MACH_PORT_NULL, one_right, DROP));
	EQUAL(m.out.name, MACH_PORT_NULL);
	OK(call(MACH_PORT_DEAD, one_right, DROP));
	EQUAL(m.out.name, MACH_PORT_DEAD);
	CODE(call(0x7ffff, one_right, DROP), MACH_SEND_INVALID_RIGHT);
	CODE(call(only, one_right, DROP), MACH_SEND_INVALID_RIGHT);
	OK(mach_port_deallocate(SELF, dead));
	port_gone(only);
}

static void bad_rights(void)
{
	counted(bad_rights_body);
}

/* Made for the server, or moved to it. */
static void other_ways_body(void)
{
	mach_msg_type_t type = one_right;
	mach_port_t a = port_new_send();

	type.msgt_name = MACH_MSG_TYPE_MAKE_SEND;
	OK(call(a, type, DROP));
	EQUAL(m.out.kind, MACH_PORT_TYPE_SEND);
	type.msgt_name = MACH_MSG_TYPE_MOVE_SEND;
	OK(call(a, type, DROP));
	EQUAL(m.out.kind, MACH_PORT_TYPE_SEND);
	EQUAL(port_refs(a, MACH_PORT_RIGHT_SEND), 0);
	type.msgt_number = 2;
	CODE(call(a, type, DROP), MACH_SEND_MSG_TOO_SMALL);
	port_gone(a);
}

static void other_ways(void)
{
	counted(other_ways_body);
}

/* The server's free entries run out, and it gets others; each name is new. */
static void many_body(void)
{
	static mach_port_t ports[MANY];
	mach_port_t last = MACH_PORT_NULL;

	for (unsigned i = 0; i < MANY; i++) {
		ports[i] = port_new_send();
		mach_port_t name =
			got(ports[i], KEEP, MACH_PORT_TYPE_SEND, 1);
		CHECK(name != last);
		last = name;
	}
	EQUAL(got(ports[MANY - 1], DROP, MACH_PORT_TYPE_SEND, 2), last);
	got(ports[0], DROP_ALL, MACH_PORT_TYPE_SEND, 2);
	for (unsigned i = 0; i < MANY; i++)
		port_gone(ports[i]);
}

static void many(void)
{
	counted(many_body);
}

static void old_receiver_body(void)
{
	mach_port_t a = port_new_send();

	got(a, DROP, MACH_PORT_TYPE_SEND, 1);
	*old_receiver = 1; /* from the wait after its next one on */
	got(a, DROP, MACH_PORT_TYPE_SEND, 1);
	got(a, DROP, MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_COMPAT, 1);
	got(a, DROP, MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_COMPAT, 1);
	port_gone(a);
}

static void receiver_of_the_manual(void)
{
	counted(old_receiver_body);
}

static const struct test tests[] = {
	TEST(new_and_known),  TEST(its_own), TEST(bad_rights),
	TEST(other_ways),     TEST(many),    TEST(receiver_of_the_manual),
};
TEST_MAIN(tests)

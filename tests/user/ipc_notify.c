/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Native notifications: which fires when, what it carries, that it cannot be
 * forged; and that a request leaves nothing behind.
 */
#include "lib/test.h"

#include <server/notify.h>

#define SELF mach_task_self()

static mach_port_t notify;

static void begin(void)
{
	notify = port_new();
}

static void end(void)
{
	port_gone(notify);
}

/* Receives one; false and a failure if none or another came. */
static bool came(int id, mach_notification_t *n)
{
	struct {
		mach_notification_t n;
		char room[64];
	} u;
	mach_msg_return_t mr;

	mr = mach_msg(&u.n.not_header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
		      sizeof u, notify, 500, 0);
	if (mr != MACH_MSG_SUCCESS)
		return test_fail(__FILE__, __LINE__, "%d did not come: %s", id,
				 mach_error_string(mr));
	*n = u.n;
	return EQUAL(n->not_header.msgh_id, id) &&
	       CHECK(n->not_header.msgh_bits & MACH_MSGH_BITS_KERNEL);
}

static bool nothing_came(void)
{
	char buffer[128];

	return CODE(mach_msg((mach_msg_header_t *)buffer,
			     MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof buffer,
			     notify, 20, 0),
		    MACH_RCV_TIMED_OUT);
}

static kern_return_t request(mach_port_t name, int id,
			     mach_port_mscount_t sync, mach_port_t *previous)
{
	return mach_port_request_notification(SELF, name, id, sync, notify,
					      MACH_MSG_TYPE_MAKE_SEND_ONCE,
					      previous);
}

/* Checklist: IPC-08 IPC-22 */
static void dead_name_fires(void)
{
	mach_port_t port = port_new_send(), previous;
	mach_notification_t n;

	begin();
	OK(request(port, MACH_NOTIFY_DEAD_NAME, 0, &previous));
	EQUAL(previous, MACH_PORT_NULL);
	OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1));
	if (came(MACH_NOTIFY_DEAD_NAME, &n))
		EQUAL(n.not_value, port);
	EQUAL(port_refs(port, MACH_PORT_RIGHT_DEAD_NAME), 2); /* +1 */
	port_gone(port);
	end();
}

static void dead_name_already(void)
{
	mach_port_t port = port_new_send(), previous;
	mach_notification_t n;

	begin();
	OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1));
	CODE(request(port, MACH_NOTIFY_DEAD_NAME, 0, &previous),
	     KERN_INVALID_ARGUMENT);
	came(MACH_NOTIFY_SEND_ONCE, &n); /* the right was not kept */
	OK(request(port, MACH_NOTIFY_DEAD_NAME, 1, &previous));
	if (came(MACH_NOTIFY_DEAD_NAME, &n))
		EQUAL(n.not_value, port);
	port_gone(port);
	end();
}

/* The name goes before the port dies. */
static void port_deleted_fires(void)
{
	mach_port_t port = port_new_send(), previous;
	mach_notification_t n;

	begin();
	OK(request(port, MACH_NOTIFY_DEAD_NAME, 0, &previous));
	OK(mach_port_destroy(SELF, port));
	if (came(MACH_NOTIFY_PORT_DELETED, &n))
		EQUAL(n.not_value, port);
	nothing_came();
	end();
}

static void request_replaced(void)
{
	mach_port_t port = port_new_send(), first, second, other = port_new();
	mach_notification_t n;

	begin();
	OK(request(port, MACH_NOTIFY_DEAD_NAME, 0, &first));
	OK(mach_port_request_notification(SELF, port, MACH_NOTIFY_DEAD_NAME, 0,
					  other, MACH_MSG_TYPE_MAKE_SEND_ONCE,
					  &second));
	CHECK(MACH_PORT_VALID(second));
	EQUAL(port_refs(second, MACH_PORT_RIGHT_SEND_ONCE), 1);
	/* Given up unused, it says so. */
	OK(mach_port_deallocate(SELF, second));
	came(MACH_NOTIFY_SEND_ONCE, &n);
	/* Cancelled with a null right. */
	OK(mach_port_request_notification(SELF, port, MACH_NOTIFY_DEAD_NAME, 0,
					  MACH_PORT_NULL,
					  MACH_MSG_TYPE_MOVE_SEND_ONCE,
					  &second));
	CHECK(MACH_PORT_VALID(second));
	mach_port_deallocate(SELF, second);
	OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1));
	nothing_came();
	port_gone(port);
	port_gone(other);
	end();
}

/* Checklist: IPC-22 */
static void no_senders_fires(void)
{
	mach_port_t port = port_new_send(), previous;
	mach_notification_t n;

	begin();
	OK(mach_port_insert_right(SELF, port, port, MACH_MSG_TYPE_MAKE_SEND));
	OK(request(port, MACH_NOTIFY_NO_SENDERS, 0, &previous));
	OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1));
	nothing_came();
	OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1));
	if (came(MACH_NOTIFY_NO_SENDERS, &n))
		EQUAL(n.not_value, 2); /* made twice */
	/* One shot. */
	OK(mach_port_insert_right(SELF, port, port, MACH_MSG_TYPE_MAKE_SEND));
	OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1));
	nothing_came();
	port_gone(port);
	end();
}

static void no_senders_sync(void)
{
	mach_port_t port = port_new(), previous;
	mach_notification_t n;

	begin();
	OK(mach_port_set_mscount(SELF, port, 5));
	OK(request(port, MACH_NOTIFY_NO_SENDERS, 5, &previous)); /* at once */
	came(MACH_NOTIFY_NO_SENDERS, &n);
	OK(request(port, MACH_NOTIFY_NO_SENDERS, 6, &previous));
	nothing_came();
	port_gone(port);
	came(MACH_NOTIFY_SEND_ONCE, &n); /* the request went unused */
	end();
}

/* Checklist: IPC-22 */
static void port_destroyed_fires(void)
{
	mach_port_t port = port_new_send(), previous;
	mach_notification_t n;

	begin();
	CODE(request(port, MACH_NOTIFY_PORT_DESTROYED, 1, &previous),
	     KERN_INVALID_VALUE);
	came(MACH_NOTIFY_SEND_ONCE, &n); /* the right was not kept */
	OK(request(port, MACH_NOTIFY_PORT_DESTROYED, 0, &previous));
	OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1));
	/* It lives: the send right is no dead name. */
	EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
	if (came(MACH_NOTIFY_PORT_DESTROYED, &n)) {
		EQUAL(n.not_value, port);
		EQUAL(port_refs(port, MACH_PORT_RIGHT_RECEIVE), 1);
	}
	port_gone(port);
	end();
}

static void send_once_fires(void)
{
	mach_msg_type_name_t t;
	mach_notification_t n;
	mach_port_t once;

	begin();
	OK(mach_port_extract_right(SELF, notify, MACH_MSG_TYPE_MAKE_SEND_ONCE,
				   &once, &t));
	OK(mach_port_deallocate(SELF, once));
	if (came(MACH_NOTIFY_SEND_ONCE, &n))
		EQUAL(n.not_header.msgh_size, sizeof(mach_msg_header_t));
	end();
}

static void bad_requests(void)
{
	mach_port_t port = port_new_send(), set, previous;
	static const int ids[] = {0, 63, 64, 65, 66, 67, 68, 71, 73, 80};

	begin();
	OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
	for (unsigned i = 0; i < 10; i++)
		CODE(request(port, ids[i], 0, &previous), KERN_INVALID_VALUE);
	CODE(request(0x7ff10, MACH_NOTIFY_DEAD_NAME, 0, &previous),
	     KERN_INVALID_NAME);
	CODE(request(set, MACH_NOTIFY_DEAD_NAME, 0, &previous),
	     KERN_INVALID_RIGHT);
	CODE(request(set, MACH_NOTIFY_NO_SENDERS, 0, &previous),
	     KERN_INVALID_RIGHT);
	/* The request must not have used the notify port up. */
	mach_port_status_t s;
	mach_notification_t n;
	OK(mach_port_get_receive_status(SELF, notify, &s));
	while (s.mps_msgcount-- > 0)
		came(MACH_NOTIFY_SEND_ONCE, &n);
	OK(mach_port_get_receive_status(SELF, notify, &s));
	EQUAL(s.mps_sorights, 0);
	port_gone(port);
	port_gone(set);
	end();
}

static int handled;

static void count_dead_name(mach_port_t name)
{
	(void)name;
	handled++;
}

/* Anybody can write these bytes; only the kernel can set the mark. */
static void forged(void)
{
	static const struct notify_handlers handlers = {
		.dead_name = count_dead_name,
	};
	mach_port_t port = port_new_send();
	struct {
		mach_notification_t n;
		char room[64];
	} u;

	begin();
	u.n = (mach_notification_t){
		.not_header = {.msgh_bits = MACH_MSGH_BITS(
				       MACH_MSG_TYPE_MAKE_SEND, 0),
			       .msgh_remote_port = notify,
			       .msgh_id = MACH_NOTIFY_DEAD_NAME},
		.not_type = {.msgt_name = MACH_MSG_TYPE_PORT_NAME,
			     .msgt_size = 32,
			     .msgt_number = 1,
			     .msgt_inline = TRUE},
		.not_value = port,
	};
	for (int claim = 0; claim < 2; claim++) {
		u.n.not_header.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0) |
			(claim ? MACH_MSGH_BITS_KERNEL : 0);
		u.n.not_header.msgh_remote_port = notify;
		u.n.not_header.msgh_local_port = MACH_PORT_NULL;
		mach_msg_return_t mr =
			mach_msg(&u.n.not_header, MACH_SEND_MSG,
				 sizeof(mach_notification_t), 0, 0, 0, 0);
		if (mr != MACH_MSG_SUCCESS)
			continue; /* refused outright: as good */
		OK(mach_msg(&u.n.not_header, MACH_RCV_MSG, 0, sizeof u, notify,
			    0, 0));
		CHECK(!(u.n.not_header.msgh_bits & MACH_MSGH_BITS_KERNEL));
		CHECK(!notify_dispatch(&u.n.not_header, &handlers));
	}
	EQUAL(handled, 0);
	EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
	port_gone(port);
	end();
}

/* A task without a notify port hears of a death only if it asked: about that
 * name, once. Checklist: IPC-09 */
static void only_when_asked(void)
{
	mach_port_t asked = port_new_send(), unasked = port_new_send();
	mach_port_t cancelled = port_new_send(), previous;
	mach_notification_t n;

	begin();
	EQUAL(task_notify(), MACH_PORT_NULL);
	OK(request(asked, MACH_NOTIFY_DEAD_NAME, 0, &previous));
	OK(request(cancelled, MACH_NOTIFY_DEAD_NAME, 0, &previous));
	OK(mach_port_request_notification(SELF, cancelled,
					  MACH_NOTIFY_DEAD_NAME, 0,
					  MACH_PORT_NULL,
					  MACH_MSG_TYPE_MOVE_SEND_ONCE,
					  &previous));
	OK(mach_port_mod_refs(SELF, previous, MACH_PORT_RIGHT_SEND_ONCE, -1));
	came(MACH_NOTIFY_SEND_ONCE, &n);
	OK(mach_port_mod_refs(SELF, unasked, MACH_PORT_RIGHT_RECEIVE, -1));
	OK(mach_port_mod_refs(SELF, cancelled, MACH_PORT_RIGHT_RECEIVE, -1));
	nothing_came();
	EQUAL(port_refs(unasked, MACH_PORT_RIGHT_DEAD_NAME), 1);
	EQUAL(port_refs(cancelled, MACH_PORT_RIGHT_DEAD_NAME), 1);
	OK(mach_port_mod_refs(SELF, asked, MACH_PORT_RIGHT_RECEIVE, -1));
	if (came(MACH_NOTIFY_DEAD_NAME, &n))
		EQUAL(n.not_value, asked);
	nothing_came();
	port_gone(asked);
	port_gone(unasked);
	port_gone(cancelled);
	end();
}

/* Thousands of requests on one port; all fire when it dies. */
static void many_requests(void)
{
	mach_port_t previous, ports[200];
	mach_notification_t n;

	begin();
	for (int i = 0; i < 200; i++) {
		ports[i] = port_new_send();
		OK(request(ports[i], MACH_NOTIFY_DEAD_NAME, 0, &previous));
	}
	for (int i = 0; i < 200; i++)
		OK(mach_port_mod_refs(SELF, ports[i], MACH_PORT_RIGHT_RECEIVE,
				      -1));
	for (int i = 0; i < 200; i++) {
		if (!came(MACH_NOTIFY_DEAD_NAME, &n))
			return;
		EQUAL(n.not_value, ports[i]);
		port_gone(ports[i]);
	}
	end();
}

static const struct test tests[] = {
	TEST(dead_name_fires),	TEST(dead_name_already),
	TEST(port_deleted_fires), TEST(request_replaced),
	TEST(no_senders_fires), TEST(no_senders_sync),
	TEST(port_destroyed_fires), TEST(send_once_fires),
	TEST(bad_requests),	TEST(forged),
	TEST(only_when_asked),
	TEST(many_requests),
};
TEST_MAIN(tests)

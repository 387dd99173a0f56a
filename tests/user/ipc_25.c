/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manual's interface: port_*, msg_*, notifications to the notify port, and
 * its meeting with the native one.
 */
#include "lib/test.h"

#include <pthread.h>

#define SELF task_self()

struct simple {
	msg_header_t head;
	msg_type_t type;
	int value;
};

struct with_port {
	msg_header_t head;
	msg_type_t type;
	port_t port;
};

#define TYPE(kind, bits, count)                                               \
	(msg_type_t)                                                          \
	{                                                                     \
		.msg_type_name = (kind), .msg_type_size = (bits),             \
		.msg_type_number = (count), .msg_type_inline = TRUE           \
	}

static port_t port_make(void)
{
	port_name_t name = PORT_NULL;

	OK(port_allocate(SELF, &name));
	return name;
}

static port_type_t type_of(port_t name)
{
	port_type_t type = PORT_TYPE_NONE;

	port_type(SELF, name, &type);
	return type;
}

static struct simple simple_to(port_t dest, port_t reply, int id)
{
	return (struct simple){
		.head = {.msg_simple = TRUE,
			 .msg_size = sizeof(struct simple),
			 .msg_local_port = reply,
			 .msg_remote_port = dest,
			 .msg_id = id},
		.type = TYPE(MSG_TYPE_INTEGER_32, 32, 1),
		.value = id * 10,
	};
}

static msg_return_t send(port_t dest, int id, msg_option_t option, unsigned ms)
{
	struct simple m = simple_to(dest, PORT_NULL, id);

	return msg_send(&m.head, option, ms);
}

static msg_return_t receive(port_t port, struct simple *m, unsigned ms)
{
	m->head.msg_local_port = port;
	m->head.msg_size = sizeof *m;
	return msg_receive(&m->head, RCV_TIMEOUT, ms);
}

/* Checklist: IPC-13 IPC-12 */
static void port_allocate_all(void)
{
	port_t port = port_make();
	port_set_name_t enabled;
	int messages, backlog;
	boolean_t owner, receiver;

	EQUAL(type_of(port), PORT_TYPE_RECEIVE_OWN);
	OK(port_status(SELF, port, &enabled, &messages, &backlog, &owner,
		       &receiver));
	EQUAL(enabled, PORT_NULL);
	EQUAL(messages, 0);
	EQUAL(backlog, PORT_BACKLOG_DEFAULT);
	EQUAL(owner, TRUE);
	EQUAL(receiver, TRUE);
	OK(port_deallocate(SELF, port));
	EQUAL(type_of(port), PORT_TYPE_NONE);
	CODE(port_deallocate(SELF, port), KERN_INVALID_ARGUMENT);
	CODE(port_deallocate(SELF, PORT_NULL), KERN_INVALID_ARGUMENT);
}

/* Checklist: IPC-11 */
static void port_rename_table(void)
{
	port_t a = port_make(), b = port_make();

	OK(port_rename(SELF, a, 0x71000));
	CODE(port_rename(SELF, a, 0x71001), KERN_INVALID_ARGUMENT);
	CODE(port_rename(SELF, 0x71000, b), KERN_NAME_EXISTS);
	CODE(port_rename(SELF, 0x71000, PORT_NULL), KERN_INVALID_ARGUMENT);
	CODE(port_rename(SELF, 0x71000, (port_t)-1), KERN_INVALID_ARGUMENT);
	OK(port_deallocate(SELF, 0x71000));
	OK(port_deallocate(SELF, b));
}

/* Checklist: IPC-01 IPC-19 */
static void backlog_table(void)
{
	port_t port = port_make();

	CODE(port_set_backlog(SELF, port, 0), KERN_INVALID_ARGUMENT);
	CODE(port_set_backlog(SELF, port, PORT_BACKLOG_MAX + 1),
	     KERN_INVALID_ARGUMENT);
	OK(port_set_backlog(SELF, port, PORT_BACKLOG_MAX));
	OK(port_set_backlog(SELF, port, 1));
	OK(send(port, 1, SEND_TIMEOUT, 0));
	CODE(send(port, 2, SEND_TIMEOUT, 0), SEND_TIMED_OUT);
	OK(port_deallocate(SELF, port));
	CODE(port_set_backlog(SELF, task_self(), 3), KERN_NOT_RECEIVER);
}

/* Checklist: IPC-14 IPC-15 */
static void port_sets(void)
{
	port_t a = port_make(), b = port_make();
	port_set_name_t s, t;
	port_name_array_t members;
	unsigned n;
	struct simple m;

	OK(port_set_allocate(SELF, &s));
	OK(port_set_allocate(SELF, &t));
	EQUAL(type_of(s), PORT_TYPE_SET);
	CODE(port_set_remove(SELF, a), KERN_NOT_IN_SET);
	OK(port_set_add(SELF, s, a));
	OK(port_set_add(SELF, s, b));
	OK(port_set_status(SELF, s, &members, &n));
	EQUAL(n, 2);
	vm_deallocate(SELF, (vm_address_t)members, n * sizeof *members);
	OK(port_set_add(SELF, t, a)); /* moves */
	OK(port_set_status(SELF, s, &members, &n));
	EQUAL(n, 1);
	vm_deallocate(SELF, (vm_address_t)members, n * sizeof *members);
	CODE(port_set_add(SELF, a, b), KERN_INVALID_ARGUMENT);
	CODE(port_set_add(SELF, s, task_self()), KERN_NOT_RECEIVER);
	CODE(port_deallocate(SELF, s), KERN_INVALID_ARGUMENT);
	OK(send(b, 9, 0, 0));
	CODE(receive(b, &m, 0), RCV_INVALID_PORT); /* it is in a set */
	OK(receive(s, &m, 100));
	EQUAL(m.head.msg_id, 9);
	EQUAL(m.head.msg_local_port, b);
	OK(port_set_remove(SELF, b));
	OK(port_set_deallocate(SELF, t)); /* a survives */
	CODE(port_set_deallocate(SELF, b), KERN_INVALID_ARGUMENT);
	OK(port_set_deallocate(SELF, s));
	OK(port_deallocate(SELF, a));
	OK(port_deallocate(SELF, b));
}

/* Checklist: MSG-01 MSG-09 IPC-20 */
static void send_receive(void)
{
	port_t port = port_make(), reply = port_make();
	struct simple m = simple_to(port, reply, 7);

	m.head.msg_type = MSG_TYPE_RPC;
	OK(msg_send(&m.head, MSG_OPTION_NONE, 0));
	/* The header is as it was: the same message may be sent again. */
	EQUAL(m.head.msg_remote_port, port);
	EQUAL(m.head.msg_local_port, reply);
	OK(msg_send(&m.head, MSG_OPTION_NONE, 0));
	for (int i = 0; i < 2; i++) {
		OK(receive(port, &m, 100));
		EQUAL(m.head.msg_id, 7);
		EQUAL(m.head.msg_size, sizeof m);
		EQUAL(m.head.msg_simple, TRUE);
		EQUAL(m.head.msg_type, MSG_TYPE_RPC);
		EQUAL(m.head.msg_local_port, port);
		EQUAL(m.head.msg_remote_port, reply);
		EQUAL(m.value, 70);
	}
	CODE(receive(port, &m, 0), RCV_TIMED_OUT);
	CODE(receive(port, &m, 10), RCV_TIMED_OUT);
	OK(port_deallocate(SELF, port));
	OK(port_deallocate(SELF, reply));
}

/* Checklist: MSG-09 */
static void send_codes(void)
{
	port_t port = port_make();
	struct simple m = simple_to(PORT_NULL, PORT_NULL, 1);

	CODE(msg_send(&m.head, SEND_TIMEOUT, 0), SEND_INVALID_PORT);
	m = simple_to(0x7ff00, PORT_NULL, 1);
	CODE(msg_send(&m.head, SEND_TIMEOUT, 0), SEND_INVALID_PORT);
	m = simple_to(port, 0x7ff00, 1);
	CODE(msg_send(&m.head, SEND_TIMEOUT, 0), SEND_INVALID_PORT);
	m = simple_to(port, PORT_NULL, 1);
	m.head.msg_size = 20;
	CODE(msg_send(&m.head, SEND_TIMEOUT, 0), SEND_MSG_TOO_SMALL);
	m.head.msg_size = MSG_SIZE_MAX + 4;
	CODE(msg_send(&m.head, SEND_TIMEOUT, 0), SEND_MSG_TOO_LARGE);
	m = simple_to(port, PORT_NULL, 1);
	m.head.msg_simple = FALSE;
	m.type = TYPE(MSG_TYPE_INTEGER_32, 32, 100);
	CODE(msg_send(&m.head, SEND_TIMEOUT, 0), SEND_MSG_TOO_SMALL);
	m.type = TYPE(MSG_TYPE_PORT, 32, 1);
	m.value = 0x7ff01;
	CODE(msg_send(&m.head, SEND_TIMEOUT, 0), SEND_INVALID_PORT);
	OK(port_deallocate(SELF, port));
}

static void receive_codes(void)
{
	port_t port = port_make();
	struct simple m;

	CODE(receive(PORT_NULL, &m, 0), RCV_INVALID_PORT);
	CODE(receive(0x7ff02, &m, 0), RCV_INVALID_PORT);
	CODE(receive(task_self(), &m, 0), RCV_INVALID_PORT);
	OK(send(port, 1, 0, 0));
	m.head.msg_local_port = port;
	m.head.msg_size = 28;
	CODE(msg_receive(&m.head, RCV_TIMEOUT, 0), RCV_TOO_LARGE);
	EQUAL(m.head.msg_size, sizeof m);
	OK(receive(port, &m, 0)); /* it is still there */
	OK(port_deallocate(SELF, port));
}

static port_t service;

static void *answer_one(void *arg)
{
	struct simple m;

	(void)arg;
	if (receive(service, &m, 2000) == RCV_SUCCESS) {
		struct simple r = simple_to(m.head.msg_remote_port, PORT_NULL,
					    m.head.msg_id + 100);

		msg_send(&r.head, MSG_OPTION_NONE, 0);
	}
	return NULL;
}

/* Checklist: MSG-06 MSG-09 */
static void rpc(void)
{
	port_t reply = port_make();
	struct simple m;
	pthread_t t;

	service = port_make();
	pthread_create(&t, NULL, answer_one, NULL);
	m = simple_to(service, reply, 5);
	OK(msg_rpc(&m.head, MSG_OPTION_NONE, sizeof m, 0, 0));
	EQUAL(m.head.msg_id, 105);
	pthread_join(t, NULL);
	m = simple_to(service, PORT_NULL, 5);
	CODE(msg_rpc(&m.head, RCV_TIMEOUT, sizeof m, 0, 10), RCV_INVALID_PORT);
	OK(receive(service, &m, 100));
	m = simple_to(service, reply, 5);
	CODE(msg_rpc(&m.head, RCV_TIMEOUT, sizeof m, 0, 10), RCV_TIMED_OUT);
	OK(port_deallocate(SELF, service));
	OK(port_deallocate(SELF, reply));
}

/* Checklist: IPC-05 IPC-03 IPC-12 */
static void port_in_body(void)
{
	port_t queue = port_make(), moving = port_make();
	struct with_port m = {
		.head = {.msg_simple = FALSE,
			 .msg_size = sizeof m,
			 .msg_remote_port = queue},
		.type = TYPE(MSG_TYPE_PORT, 32, 1),
		.port = moving,
	};
	struct simple s;

	OK(msg_send(&m.head, MSG_OPTION_NONE, 0));
	m.head.msg_local_port = queue;
	m.head.msg_size = sizeof m;
	OK(msg_receive(&m.head, MSG_OPTION_NONE, 0));
	EQUAL(m.type.msg_type_name, MSG_TYPE_PORT);
	EQUAL(m.port, moving); /* one name per port */
	/* All rights: gone at the send, but a send right stays. */
	m.head.msg_remote_port = queue;
	m.head.msg_local_port = PORT_NULL;
	m.head.msg_size = sizeof m;
	m.type = TYPE(MSG_TYPE_PORT_ALL, 32, 1);
	OK(msg_send(&m.head, MSG_OPTION_NONE, 0));
	EQUAL(type_of(moving), PORT_TYPE_SEND);
	OK(send(moving, 3, SEND_TIMEOUT, 0)); /* queues in transit */
	m.head.msg_local_port = queue;
	m.head.msg_size = sizeof m;
	OK(msg_receive(&m.head, MSG_OPTION_NONE, 0));
	EQUAL(m.type.msg_type_name, MSG_TYPE_PORT_ALL);
	EQUAL(m.port, moving);
	EQUAL(type_of(moving), PORT_TYPE_RECEIVE_OWN);
	OK(receive(moving, &s, 100));
	EQUAL(s.head.msg_id, 3);
	OK(port_deallocate(SELF, moving));
	OK(port_deallocate(SELF, queue));
}

static void notify_set(port_t port)
{
	OK(task_set_special_port(SELF, TASK_NOTIFY_PORT, port));
}

static bool notified(port_t notify, int id, port_t name)
{
	union {
		notification_t n;
		char room[64];
	} u;

	u.n.notify_header.msg_local_port = notify;
	u.n.notify_header.msg_size = sizeof u;
	if (msg_receive(&u.n.notify_header, RCV_TIMEOUT, 500) != RCV_SUCCESS)
		return test_fail(__FILE__, __LINE__, "no notification %d", id);
	return EQUAL(u.n.notify_header.msg_id, id) &&
	       EQUAL(u.n.notify_header.msg_size, sizeof(notification_t)) &&
	       EQUAL(u.n.notify_header.msg_type, MSG_TYPE_EMERGENCY) &&
	       EQUAL(u.n.notify_header.msg_remote_port, PORT_NULL) &&
	       EQUAL(u.n.notify_port, name);
}

/* Checklist: TSK-12 */
static void notify_default_null(void)
{
	port_t port = 77;

	OK(task_get_special_port(SELF, TASK_NOTIFY_PORT, &port));
	EQUAL(port, PORT_NULL);
	EQUAL(task_notify(), PORT_NULL);
	port = port_make();
	notify_set(port);
	EQUAL(task_notify(), port);
	notify_set(PORT_NULL);
	EQUAL(task_notify(), PORT_NULL);
	OK(port_deallocate(SELF, port));
}

struct holder {
	mach_port_t port;
	volatile int state;
};

/* In the child: holds a receive right until it is told to die. */
static void child_holds(void *arg)
{
	struct holder *h = arg;

	h->state = 1;
	for (;;)
		sleep_ms(1000);
}

/* Checklist: IPC-08 IPC-22 */
static void port_death_notify(void)
{
	struct holder *h = shared_page();
	port_t notify = port_make(), port = port_make();
	struct child c;

	notify_set(notify);
	OK_OR_RETURN(child_create(&c, child_holds, h));
	OK(port_insert_receive(c.task, port, 0x72000));
	EQUAL(type_of(port), PORT_TYPE_SEND);
	OK(child_go(&c));
	CHECK(wait_for(&h->state, 1, 1000));
	child_kill(&c);
	notified(notify, NOTIFY_PORT_DELETED, port);
	EQUAL(type_of(port), PORT_TYPE_NONE); /* no dead names */
	notify_set(PORT_NULL);
	OK(port_deallocate(SELF, notify));
}

/* Deallocating it oneself tells nobody. */
static void no_notify_for_own(void)
{
	port_t notify = port_make(), port = port_make();
	struct simple m;

	notify_set(notify);
	OK(port_deallocate(SELF, port));
	CODE(receive(notify, &m, 20), RCV_TIMED_OUT);
	notify_set(PORT_NULL);
	OK(port_deallocate(SELF, notify));
}

/* Checklist: IPC-18 IPC-22 MSG-10 */
static void send_notify(void)
{
	port_t notify = port_make(), port = port_make();
	struct simple m;

	notify_set(notify);
	for (int i = 0; i < 5; i++)
		OK(send(port, i, SEND_TIMEOUT, 0));
	CODE(send(port, 5, SEND_NOTIFY, 0), SEND_WILL_NOTIFY);
	/* Nothing more to that port, in any way, until it was accepted. */
	CODE(send(port, 6, SEND_NOTIFY, 0), SEND_NOTIFY_IN_PROGRESS);
	CODE(send(port, 6, SEND_TIMEOUT, 0), SEND_NOTIFY_IN_PROGRESS);
	CODE(send(port, 6, MSG_OPTION_NONE, 0), SEND_NOTIFY_IN_PROGRESS);
	OK(receive(port, &m, 100));
	EQUAL(m.head.msg_id, 0);
	notified(notify, NOTIFY_MSG_ACCEPTED, port);
	OK(receive(port, &m, 100));
	OK(send(port, 7, SEND_TIMEOUT, 0));
	for (int i = 2; i <= 5; i++) {
		OK(receive(port, &m, 100));
		EQUAL(m.head.msg_id, i);
	}
	OK(receive(port, &m, 100));
	EQUAL(m.head.msg_id, 7);
	notify_set(PORT_NULL);
	OK(port_deallocate(SELF, port));
	OK(port_deallocate(SELF, notify));
}

/* Checklist: IPC-10 NUM-12 CAP-3 */
static void names_13_17(void)
{
	struct holder *h = shared_page();
	struct child c;
	port_t port = port_make(), his = PORT_NULL;

	OK(port_rename(SELF, port, 13 << 4 | 0x73000));
	port = 13 << 4 | 0x73000;
	OK_OR_RETURN(child_create(&c, child_holds, h));
	/* Known here as one number, there as another. */
	OK(port_insert_send(c.task, port, 17));
	CODE(port_insert_send(c.task, port, 18), KERN_FAILURE);
	CODE(port_insert_send(c.task, task_self(), 17), KERN_NAME_EXISTS);
	OK(port_extract_send(c.task, 17, &his));
	EQUAL(his, port); /* the same right, the same name */
	CODE(port_extract_send(c.task, 17, &his), KERN_INVALID_ARGUMENT);
	child_kill(&c);
	OK(port_deallocate(SELF, port));
}

static void extract_receive(void)
{
	struct holder *h = shared_page();
	struct child c;
	port_t port = port_make(), back = PORT_NULL;
	struct simple m;

	OK_OR_RETURN(child_create(&c, child_holds, h));
	OK(port_insert_receive(c.task, port, 0x72001));
	OK(send(port, 4, SEND_TIMEOUT, 0));
	CODE(port_extract_send(c.task, 0x72001, &back), KERN_INVALID_ARGUMENT);
	OK(port_extract_receive(c.task, 0x72001, &back));
	EQUAL(back, port);
	OK(receive(port, &m, 100));
	EQUAL(m.head.msg_id, 4);
	child_kill(&c);
	OK(port_deallocate(SELF, port));
}

/* Backup ports: the receive right goes there instead of dying.
 * Checklist: IPC-22 */
static void backup(void)
{
	port_t primary = port_make(), backup_port = port_make();
	port_t previous = 77, other = port_make();
	struct with_port m;

	OK(port_set_backup(SELF, primary, backup_port, &previous));
	EQUAL(previous, PORT_NULL);
	OK(port_set_backup(SELF, primary, other, &previous));
	EQUAL(previous, backup_port);
	OK(port_set_backup(SELF, primary, backup_port, &previous));
	EQUAL(previous, other);
	CODE(port_set_backup(SELF, task_self(), backup_port, &previous),
	     KERN_NOT_RECEIVER);
	OK(send(primary, 8, SEND_TIMEOUT, 0));
	OK(port_deallocate(SELF, primary));
	m.head.msg_local_port = backup_port;
	m.head.msg_size = sizeof m;
	OK_OR_RETURN(msg_receive(&m.head, RCV_TIMEOUT, 500));
	EQUAL(m.head.msg_id, NOTIFY_PORT_DESTROYED);
	EQUAL(m.type.msg_type_name, MSG_TYPE_PORT_ALL);
	struct simple s;
	OK(receive(m.port, &s, 100)); /* queue and all */
	EQUAL(s.head.msg_id, 8);
	OK(port_deallocate(SELF, m.port));
	OK(port_deallocate(SELF, other));
	OK(port_deallocate(SELF, backup_port));
}

/* One name, one reference, however often the right comes. */
static void no_reference_counts(void)
{
	port_t queue = port_make(), port = port_make();
	struct with_port m;

	for (int i = 0; i < 3; i++) {
		m = (struct with_port){
			.head = {.msg_simple = FALSE,
				 .msg_size = sizeof m,
				 .msg_remote_port = queue},
			.type = TYPE(MSG_TYPE_PORT, 32, 1),
			.port = task_self(),
		};
		OK(msg_send(&m.head, MSG_OPTION_NONE, 0));
		m.head.msg_local_port = queue;
		m.head.msg_size = sizeof m;
		OK(msg_receive(&m.head, MSG_OPTION_NONE, 0));
		EQUAL(m.port, task_self());
	}
	OK(port_deallocate(SELF, port));
	OK(port_deallocate(SELF, queue));
}

/* An old client, a new server. */
static void dialects_meet(void)
{
	port_t reply = port_make();
	mach_port_t port = port_new();
	struct {
		mach_msg_header_t head;
		mach_msg_type_t type;
		int value;
	} n;
	struct simple m;

	OK(mach_port_insert_right(SELF, port, port, MACH_MSG_TYPE_MAKE_SEND));
	m = simple_to(port, reply, 3);
	OK(msg_send(&m.head, MSG_OPTION_NONE, 0));
	OK(mach_msg(&n.head, MACH_RCV_MSG, 0, sizeof n, port, 0, 0));
	EQUAL(n.head.msgh_id, 3);
	EQUAL(MACH_MSGH_BITS_REMOTE(n.head.msgh_bits),
	      MACH_MSG_TYPE_PORT_SEND);
	n.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0);
	n.head.msgh_local_port = MACH_PORT_NULL;
	n.head.msgh_id = 103;
	OK(mach_msg(&n.head, MACH_SEND_MSG, sizeof n, 0, 0, 0, 0));
	OK(receive(reply, &m, 500));
	EQUAL(m.head.msg_id, 103);
	port_gone(port);
	port_deallocate(SELF, reply);
}

static void names_and_types(void)
{
	port_t port = port_make();
	port_name_array_t names;
	port_type_array_t types;
	unsigned n, t, found = 0;

	OK_OR_RETURN(port_names(SELF, &names, &n, &types, &t));
	EQUAL(n, t);
	for (unsigned i = 0; i < n; i++)
		found += names[i] == port && types[i] == PORT_TYPE_RECEIVE_OWN;
	EQUAL(found, 1);
	vm_deallocate(SELF, (vm_address_t)names, n * sizeof *names);
	vm_deallocate(SELF, (vm_address_t)types, t * sizeof *types);
	OK(port_deallocate(SELF, port));
}

static const struct test tests[] = {
	TEST(port_allocate_all), TEST(port_rename_table), TEST(backlog_table),
	TEST(port_sets),	 TEST(send_receive),	  TEST(send_codes),
	TEST(receive_codes),	 TEST(rpc),		  TEST(port_in_body),
	TEST(notify_default_null), TEST(port_death_notify),
	TEST(no_notify_for_own), TEST(send_notify),	  TEST(names_13_17),
	TEST(extract_receive),	 TEST(backup),		  TEST(no_reference_counts),
	TEST(dialects_meet),	 TEST(names_and_types),
};
TEST_MAIN(tests)

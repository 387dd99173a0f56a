/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queues: limits, who waits in which order, the three policies of a full one,
 * sequence numbers, and what MACH_SEND_NOTIFY, MACH_SEND_CANCEL and
 * MACH_RCV_NOTIFY ask for and get.
 *
 * Checklist: IPC-01 IPC-16 IPC-17 IPC-18 IPC-19
 */
#include "lib/test.h"

#include <mach/mach_traps.h>
#include <pthread.h>

#define SELF mach_task_self()

struct note {
	mach_msg_header_t head;
	mach_msg_type_t type;
	uint32_t value;
	char room[40];
};

static mach_msg_return_t send(mach_port_t dest, mach_msg_type_name_t how,
			      int id, mach_msg_option_t option, unsigned ms,
			      mach_port_t notify)
{
	mach_msg_header_t m = {
		.msgh_bits = MACH_MSGH_BITS(how, 0),
		.msgh_remote_port = dest,
		.msgh_id = id,
	};

	return mach_msg(&m, MACH_SEND_MSG | option, sizeof m, 0, 0, ms, notify);
}

static mach_msg_return_t post(mach_port_t dest, int id)
{
	return send(dest, MACH_MSG_TYPE_COPY_SEND, id, MACH_SEND_TIMEOUT, 0, 0);
}

/* The next message's id; -1: none, -2: an error. */
static int next(mach_port_t port, struct note *n)
{
	mach_msg_return_t mr = mach_msg(&n->head,
					MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
					sizeof *n, port, 0, 0);

	if (mr == MACH_RCV_TIMED_OUT)
		return -1;
	return mr == MACH_MSG_SUCCESS ? n->head.msgh_id : -2;
}

static int next_id(mach_port_t port)
{
	struct note n;

	return next(port, &n);
}

static void fill(mach_port_t port, int count)
{
	for (int i = 0; i < count; i++)
		OK(post(port, i));
}

static mach_port_status_t status_of(mach_port_t name)
{
	mach_port_status_t s = {0};

	OK(mach_port_get_receive_status(SELF, name, &s));
	return s;
}

/* --- limits --- */

static void limits(void)
{
	mach_port_t port = port_new_send();

	EQUAL(status_of(port).mps_qlimit, 5);
	for (unsigned limit = 1; limit <= MACH_PORT_QLIMIT_MAX; limit++) {
		OK(mach_port_set_qlimit(SELF, port, limit));
		fill(port, (int)limit);
		CODE(post(port, 99), MACH_SEND_TIMED_OUT);
		EQUAL(status_of(port).mps_msgcount, limit);
		for (unsigned i = 0; i < limit; i++)
			EQUAL(next_id(port), i);
		EQUAL(next_id(port), -1);
		/* The given back message's copy of the right. */
		OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1));
	}
	/* Lowered below what is there: nothing goes, nothing comes. */
	fill(port, 16);
	OK(mach_port_set_qlimit(SELF, port, 2));
	for (int i = 0; i < 15; i++) {
		EQUAL(next_id(port), i);
		CODE(post(port, 99),
		     i < 14 ? MACH_SEND_TIMED_OUT : MACH_MSG_SUCCESS);
	}
	port_gone(port);
}

/* --- order --- */

#define SENDERS 4

struct sender {
	pthread_t thread;
	mach_port_t port;
	mach_port_t volatile self;
	int id;
	volatile int done;
	mach_msg_return_t result;
};

static void *sender_body(void *arg)
{
	struct sender *s = arg;

	s->self = mach_thread_self();
	s->result = send(s->port, MACH_MSG_TYPE_COPY_SEND, s->id, 0, 0, 0);
	s->done = 1;
	return NULL;
}

static bool waits(struct sender *s)
{
	thread_basic_info_data_t info;
	mach_msg_type_number_t n;

	for (int i = 0; i < 5000; i++) {
		n = THREAD_BASIC_INFO_COUNT;
		if (s->self != MACH_PORT_NULL &&
		    thread_info(s->self, THREAD_BASIC_INFO,
				(thread_info_t)&info, &n) == KERN_SUCCESS &&
		    info.run_state == TH_STATE_WAITING)
			return true;
		sleep_ms(1);
	}
	return test_fail(__FILE__, __LINE__, "the sender does not wait");
}

/* One after another they come to rest before a full queue. */
static bool senders_start(struct sender *s, mach_port_t port)
{
	for (int i = 0; i < SENDERS; i++) {
		s[i] = (struct sender){.port = port, .id = 100 + i};
		pthread_create(&s[i].thread, NULL, sender_body, &s[i]);
		if (!waits(&s[i]))
			return false;
	}
	return true;
}

static void senders_end(struct sender *s)
{
	for (int i = 0; i < SENDERS; i++) {
		pthread_join(s[i].thread, NULL);
		OK(mach_port_deallocate(SELF, s[i].self));
	}
}

/* Who waited first gets in first; nobody passes them. */
static void first_come(void)
{
	mach_port_t port = port_new_send();
	struct sender s[SENDERS];

	fill(port, 5);
	if (!senders_start(s, port))
		return;
	CODE(post(port, 1), MACH_SEND_TIMED_OUT);
	for (int i = 0; i < 5; i++) {
		EQUAL(next_id(port), i);
		if (i < SENDERS)
			CHECK(wait_for(&s[i].done, 1, 5000));
		for (int k = i + 1; k < SENDERS; k++)
			EQUAL(s[k].done, 0);
		if (i < SENDERS - 1)
			CODE(post(port, 1), MACH_SEND_TIMED_OUT);
	}
	for (int i = 0; i < SENDERS; i++)
		EQUAL(next_id(port), 100 + i);
	senders_end(s);
	port_gone(port);
}

/* A raised limit lets exactly so many more in, in order. */
static void raised_limit(void)
{
	mach_port_t port = port_new_send();
	struct sender s[SENDERS];

	fill(port, 5);
	if (!senders_start(s, port))
		return;
	OK(mach_port_set_qlimit(SELF, port, 7));
	CHECK(wait_for(&s[0].done, 1, 5000));
	CHECK(wait_for(&s[1].done, 1, 5000));
	EQUAL(s[2].done + s[3].done, 0);
	EQUAL(status_of(port).mps_msgcount, 7);
	OK(mach_port_set_qlimit(SELF, port, 16));
	CHECK(wait_for(&s[3].done, 1, 5000));
	for (int i = 0; i < 5; i++)
		EQUAL(next_id(port), i);
	for (int i = 0; i < SENDERS; i++)
		EQUAL(next_id(port), 100 + i);
	senders_end(s);
	port_gone(port);
}

/* The receive right moves while senders wait: they go on waiting and get in at
 * the new holder's; a dead port wakes them all. */
static void moved_and_dead(void)
{
	mach_port_t port = port_new_send(), name;
	mach_msg_type_name_t type;
	struct sender s[SENDERS];
	task_t task;

	OK(task_create(SELF, FALSE, &task));
	fill(port, 5);
	if (!senders_start(s, port))
		return;
	OK(mach_port_insert_right(task, 77, port, MACH_MSG_TYPE_MOVE_RECEIVE));
	sleep_ms(5);
	EQUAL(s[0].done, 0);
	OK(mach_port_extract_right(task, 77, MACH_MSG_TYPE_MOVE_RECEIVE, &name,
				   &type));
	EQUAL(name, port);
	EQUAL(next_id(port), 0);
	CHECK(wait_for(&s[0].done, 1, 5000));
	OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1));
	for (int i = 0; i < SENDERS; i++) {
		CHECK(wait_for(&s[i].done, 1, 5000));
		OK(s[i].result); /* it went, and died there */
	}
	senders_end(s);
	EQUAL(port_refs(port, MACH_PORT_RIGHT_DEAD_NAME), 1);
	port_gone(port);
	OK(task_terminate(task));
	mach_port_deallocate(SELF, task);
}

/* --- time --- */

static uint64_t since(uint64_t start)
{
	return (clock_get(MACH_CLOCK_MONOTONIC) - start) / 1000000;
}

static void time_outs(void)
{
	mach_port_t port = port_new_send();
	struct note n;
	uint64_t start;

	for (unsigned ms = 0; ms <= 40; ms += 20) {
		start = clock_get(MACH_CLOCK_MONOTONIC);
		CODE(mach_msg(&n.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			      sizeof n, port, ms, 0),
		     MACH_RCV_TIMED_OUT);
		CHECK(since(start) >= ms);
	}
	fill(port, 5);
	for (unsigned ms = 0; ms <= 40; ms += 20) {
		start = clock_get(MACH_CLOCK_MONOTONIC);
		CODE(send(port, MACH_MSG_TYPE_COPY_SEND, 1, MACH_SEND_TIMEOUT,
			  ms, 0),
		     MACH_SEND_TIMED_OUT);
		CHECK(since(start) >= ms);
	}
	/* The option decides, not the number: a time-out that is not asked for
	 * does not count. */
	OK(mach_msg(&n.head, MACH_RCV_MSG, 0, sizeof n, port, 1, 0));
	/* One number serves both halves. */
	mach_port_t reply = port_new();
	n.head = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					    MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.msgh_remote_port = port,
		.msgh_local_port = reply,
	};
	start = clock_get(MACH_CLOCK_MONOTONIC);
	CODE(mach_msg(&n.head,
		      MACH_SEND_MSG | MACH_RCV_MSG | MACH_SEND_TIMEOUT |
			      MACH_RCV_TIMEOUT,
		      sizeof n.head, sizeof n, reply, 20, 0),
	     MACH_RCV_TIMED_OUT);
	CHECK(since(start) >= 20);
	port_gone(port);
	port_gone(reply);
}

/* --- sequence numbers --- */

static void sequence(void)
{
	mach_port_t a = port_new_send(), b = port_new_send(), set, name;
	mach_msg_type_name_t type;
	struct note n;
	task_t task;

	/* Each port counts for itself, in a set too. */
	OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
	OK(mach_port_move_member(SELF, a, set));
	OK(mach_port_move_member(SELF, b, set));
	for (unsigned i = 0; i < 3; i++) {
		OK(post(a, 1));
		EQUAL(next(set, &n), 1);
		EQUAL(n.head.msgh_seqno, i);
	}
	OK(post(b, 2));
	EQUAL(next(set, &n), 2);
	EQUAL(n.head.msgh_seqno, 0);
	EQUAL(status_of(a).mps_seqno, 3);
	/* It is what its receiver says. */
	OK(mach_port_set_seqno(SELF, a, ~0u));
	for (unsigned i = 0; i < 2; i++) {
		OK(post(a, 1));
		EQUAL(next(set, &n), 1);
		EQUAL(n.head.msgh_seqno, i == 0 ? ~0u : 0);
	}
	/* It begins anew with a new holder; the queue does not. */
	OK(mach_port_set_mscount(SELF, a, 9));
	OK(post(a, 3));
	OK(task_create(SELF, FALSE, &task));
	OK(mach_port_insert_right(task, 77, a, MACH_MSG_TYPE_MOVE_RECEIVE));
	mach_port_status_t s;
	OK(mach_port_get_receive_status(task, 77, &s));
	EQUAL(s.mps_seqno, 0);
	EQUAL(s.mps_mscount, 0);
	EQUAL(s.mps_msgcount, 1);
	EQUAL(s.mps_pset, MACH_PORT_NULL);
	OK(mach_port_extract_right(task, 77, MACH_MSG_TYPE_MOVE_RECEIVE, &name,
				   &type));
	EQUAL(next(a, &n), 3);
	EQUAL(n.head.msgh_seqno, 0);
	OK(task_terminate(task));
	mach_port_deallocate(SELF, task);
	port_gone(a);
	port_gone(b);
	port_gone(set);
}

/* --- MACH_SEND_NOTIFY --- */

static mach_msg_return_t force(mach_port_t dest, int id, mach_port_t notify)
{
	return send(dest, MACH_MSG_TYPE_COPY_SEND, id,
		    MACH_SEND_NOTIFY | MACH_SEND_TIMEOUT, 0, notify);
}

static bool accepted(mach_port_t notify, mach_port_t name)
{
	struct note n;

	return EQUAL(next(notify, &n), MACH_NOTIFY_MSG_ACCEPTED) &&
	       EQUAL(n.value, name);
}

static void send_notify(void)
{
	mach_port_t port = port_new_send(), notify = port_new();
	mach_port_type_t type;

	/* Room: nothing to tell. */
	OK(force(port, 0, notify));
	for (int i = 1; i < 5; i++)
		OK(post(port, i));
	CODE(force(port, 5, 0x7abcd), MACH_SEND_INVALID_NOTIFY);
	CODE(force(port, 5, notify), MACH_SEND_WILL_NOTIFY);
	OK(mach_port_type(SELF, port, &type));
	CHECK(type & MACH_PORT_TYPE_MAREQUEST);
	/* A second one comes back; a plain one finds the queue full. */
	CODE(force(port, 6, notify), MACH_SEND_NOTIFY_IN_PROGRESS);
	CODE(post(port, 6), MACH_SEND_TIMED_OUT);
	EQUAL(next_id(notify), -1);
	EQUAL(next_id(port), 0);
	accepted(notify, port);
	OK(mach_port_type(SELF, port, &type));
	CHECK(!(type & MACH_PORT_TYPE_MAREQUEST));
	for (int i = 1; i <= 5; i++)
		EQUAL(next_id(port), i);
	EQUAL(next_id(port), -1);
	port_gone(port);
	EQUAL(next_id(notify), -1);
	port_gone(notify);
}

/* Whoever gave the right up is told all the same: of no name. */
static void send_notify_moved(void)
{
	mach_port_t port = port_new_send(), notify = port_new();
	struct note n;

	fill(port, 5);
	CODE(send(port, MACH_MSG_TYPE_MOVE_SEND, 5,
		  MACH_SEND_NOTIFY | MACH_SEND_TIMEOUT, 0, notify),
	     MACH_SEND_WILL_NOTIFY);
	EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 0);
	EQUAL(next_id(port), 0);
	EQUAL(next(notify, &n), MACH_NOTIFY_MSG_ACCEPTED);
	EQUAL(next_id(notify), -1);
	port_gone(port);
	port_gone(notify);
}

/* The port dies with the message: that is told, once. */
static void send_notify_dead(void)
{
	mach_port_t port = port_new_send(), notify = port_new();
	struct note n;

	fill(port, 5);
	CODE(force(port, 5, notify), MACH_SEND_WILL_NOTIFY);
	OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1));
	EQUAL(next(notify, &n), MACH_NOTIFY_PORT_DELETED);
	EQUAL(n.value, port);
	EQUAL(next_id(notify), -1);
	EQUAL(port_refs(port, MACH_PORT_RIGHT_DEAD_NAME), 1);
	port_gone(port);
	port_gone(notify);
}

/* A new name is the one that is told. */
static void send_notify_renamed(void)
{
	mach_port_t port = port_new_send(), notify = port_new();
	mach_port_type_t type;

	fill(port, 5);
	CODE(force(port, 5, notify), MACH_SEND_WILL_NOTIFY);
	OK(mach_port_rename(SELF, port, 0x7a100));
	OK(mach_port_type(SELF, 0x7a100, &type));
	CHECK(type & MACH_PORT_TYPE_MAREQUEST);
	CODE(force(0x7a100, 6, notify), MACH_SEND_NOTIFY_IN_PROGRESS);
	EQUAL(next_id(0x7a100), 0);
	accepted(notify, 0x7a100);
	OK(mach_port_type(SELF, 0x7a100, &type));
	CHECK(!(type & MACH_PORT_TYPE_MAREQUEST));
	port_gone(0x7a100);
	port_gone(notify);
}

/* The manual's: one message says that the port is gone, and no other. */
static void send_notify_old_dead(void)
{
	port_t port, notify;
	task_t task;
	msg_header_t m;
	struct note n;

	OK(task_create(SELF, FALSE, &task));
	OK(port_allocate(SELF, &port));
	OK(port_allocate(SELF, &notify));
	OK(task_set_special_port(SELF, TASK_NOTIFY_PORT, notify));
	OK(port_insert_receive(task, port, 77));
	for (int i = 0; i <= 5; i++) {
		m = (msg_header_t){.msg_simple = TRUE,
				   .msg_size = sizeof m,
				   .msg_remote_port = port};
		CODE(msg_send(&m, SEND_NOTIFY, 0),
		     i < 5 ? SEND_SUCCESS : SEND_WILL_NOTIFY);
	}
	OK(task_terminate(task));
	for (int i = 0; i < 100 && port_valid(port); i++)
		sleep_ms(5);
	EQUAL(next(notify, &n), NOTIFY_PORT_DELETED);
	EQUAL(n.value, port);
	EQUAL(next_id(notify), -1);
	OK(task_set_special_port(SELF, TASK_NOTIFY_PORT, PORT_NULL));
	OK(port_deallocate(SELF, notify));
	mach_port_deallocate(SELF, task);
}

/* With a time-out, it is waited for first. */
static void send_notify_waits(void)
{
	mach_port_t port = port_new_send(), notify = port_new();
	uint64_t start = clock_get(MACH_CLOCK_MONOTONIC);

	fill(port, 5);
	CODE(send(port, MACH_MSG_TYPE_COPY_SEND, 5,
		  MACH_SEND_NOTIFY | MACH_SEND_TIMEOUT, 30, notify),
	     MACH_SEND_WILL_NOTIFY);
	CHECK(since(start) >= 30);
	port_gone(port);
	struct note n;
	EQUAL(next(notify, &n), MACH_NOTIFY_PORT_DELETED);
	port_gone(notify);
}

/* --- MACH_RCV_NOTIFY, MACH_SEND_CANCEL --- */

static void request_from(mach_port_t service, mach_port_t reply)
{
	mach_msg_header_t m = {
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					    MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.msgh_remote_port = service,
		.msgh_local_port = reply,
	};

	OK(mach_msg(&m, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
}

/* The server's name for the reply right, armed. */
static mach_port_t receive_armed(mach_port_t service, mach_port_t notify,
				 mach_msg_return_t want)
{
	struct note n;

	CODE(mach_msg(&n.head,
		      MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_NOTIFY, 0,
		      sizeof n, service, 0, notify),
	     want);
	return n.head.msgh_remote_port;
}

static void receive_notify(void)
{
	mach_port_t service = port_new_send(), notify = port_new();
	mach_port_t reply = port_new(), r;
	mach_port_type_t type;
	struct note n;

	/* The client dies. */
	request_from(service, reply);
	r = receive_armed(service, notify, MACH_MSG_SUCCESS);
	OK(mach_port_type(SELF, r, &type));
	EQUAL(type, MACH_PORT_TYPE_SEND_ONCE | MACH_PORT_TYPE_DNREQUEST);
	port_gone(reply);
	EQUAL(next(notify, &n), MACH_NOTIFY_DEAD_NAME);
	EQUAL(n.value, r);
	EQUAL(port_refs(r, MACH_PORT_RIGHT_DEAD_NAME), 2);
	port_gone(r);
	/* It is answered: the name goes, which is told... */
	reply = port_new();
	request_from(service, reply);
	r = receive_armed(service, notify, MACH_MSG_SUCCESS);
	OK(send(r, MACH_MSG_TYPE_MOVE_SEND_ONCE, 1, 0, 0, 0));
	EQUAL(next(notify, &n), MACH_NOTIFY_PORT_DELETED);
	EQUAL(n.value, r);
	/* ... unless the server does not care to know. */
	request_from(service, reply);
	r = receive_armed(service, notify, MACH_MSG_SUCCESS);
	OK(send(r, MACH_MSG_TYPE_MOVE_SEND_ONCE, 2, MACH_SEND_CANCEL, 0,
		notify));
	EQUAL(next_id(notify), -1);
	EQUAL(next_id(reply), 1);
	EQUAL(next_id(reply), 2);
	/* A notify port that is none: only the header arrives. */
	request_from(service, reply);
	EQUAL(receive_armed(service, 0x7abcd, MACH_RCV_INVALID_NOTIFY),
	      MACH_PORT_NULL);
	EQUAL(next_id(reply), MACH_NOTIFY_SEND_ONCE);
	port_gone(service);
	port_gone(notify);
	port_gone(reply);
}

static const struct test tests[] = {
	TEST(limits),	       TEST(first_come),       TEST(raised_limit),
	TEST(moved_and_dead),  TEST(time_outs),	       TEST(sequence),
	TEST(send_notify),     TEST(send_notify_moved), TEST(send_notify_dead),
	TEST(send_notify_renamed), TEST(send_notify_old_dead),
	TEST(send_notify_waits), TEST(receive_notify),
};
TEST_MAIN(tests)

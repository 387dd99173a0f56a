/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages by mach_msg: rights in headers and bodies, out-of-line memory,
 * queues, time-outs, sequence numbers, and what each mistake returns.
 */
#include "lib/test.h"

#include <pthread.h>

#define SELF mach_task_self()

struct simple {
	mach_msg_header_t head;
	mach_msg_type_t type;
	int value;
};

struct with_port {
	mach_msg_header_t head;
	mach_msg_type_t type;
	mach_port_t port;
};

struct with_memory {
	mach_msg_header_t head;
	mach_msg_type_long_t type;
	u64_a4 address;
};

#define WORD(kind, bits, count)                                               \
	(mach_msg_type_t)                                                     \
	{                                                                     \
		.msgt_name = (kind), .msgt_size = (bits),                     \
		.msgt_number = (count), .msgt_inline = TRUE                   \
	}

static struct simple simple_to(mach_port_t dest, mach_msg_type_name_t how,
			       int id)
{
	return (struct simple){
		.head = {.msgh_bits = MACH_MSGH_BITS(how, 0),
			 .msgh_remote_port = dest,
			 .msgh_id = id},
		.type = WORD(MACH_MSG_TYPE_INTEGER_32, 32, 1),
		.value = id * 10,
	};
}

static mach_msg_return_t send(mach_port_t dest, mach_msg_type_name_t how,
			      int id, mach_msg_option_t option, unsigned ms)
{
	struct simple m = simple_to(dest, how, id);

	return mach_msg(&m.head, MACH_SEND_MSG | option, sizeof m, 0, 0, ms, 0);
}

static mach_msg_return_t receive(mach_port_t port, struct simple *m,
				 mach_msg_option_t option, unsigned ms)
{
	return mach_msg(&m->head, MACH_RCV_MSG | option, 0, sizeof *m, port, ms,
			0);
}

/* Checklist: MSG-01 MSG-07 IPC-01 */
static void header_and_body(void)
{
	mach_port_t port = port_new();
	struct simple m;

	OK(send(port, MACH_MSG_TYPE_MAKE_SEND, 42, 0, 0));
	OK_OR_RETURN(receive(port, &m, MACH_RCV_TIMEOUT, 1000));
	EQUAL(m.head.msgh_size, sizeof m);
	EQUAL(m.head.msgh_id, 42);
	EQUAL(m.value, 420);
	EQUAL(m.head.msgh_local_port, port);
	EQUAL(m.head.msgh_remote_port, MACH_PORT_NULL);
	EQUAL(m.head.msgh_bits,
	      MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND));
	EQUAL(m.type.msgt_name, MACH_MSG_TYPE_INTEGER_32);
	port_gone(port);
}

/* Checklist: IPC-20 CAP-4 */
static void sequence_and_order(void)
{
	mach_port_t port = port_new();
	struct simple m;

	for (int i = 0; i < 5; i++)
		OK(send(port, MACH_MSG_TYPE_MAKE_SEND, i, 0, 0));
	for (int i = 0; i < 5; i++) {
		OK(receive(port, &m, MACH_RCV_TIMEOUT, 100));
		EQUAL(m.head.msgh_id, i);
		EQUAL(m.head.msgh_seqno, i);
	}
	CODE(receive(port, &m, MACH_RCV_TIMEOUT, 0), MACH_RCV_TIMED_OUT);
	port_gone(port);
}

/* Checklist: MSG-06 */
static void figure_4(void)
{
	mach_port_t service = port_new(), reply = port_new(), p;
	struct simple m = simple_to(service, MACH_MSG_TYPE_MAKE_SEND, 1);

	m.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND,
					  MACH_MSG_TYPE_MAKE_SEND_ONCE);
	m.head.msgh_local_port = reply;
	OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	OK_OR_RETURN(receive(service, &m, MACH_RCV_TIMEOUT, 1000));
	p = m.head.msgh_remote_port;
	CHECK(MACH_PORT_VALID(p) && p != reply);
	EQUAL(m.head.msgh_bits,
	      MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE,
			     MACH_MSG_TYPE_PORT_SEND));
	OK(send(p, MACH_MSG_TYPE_MOVE_SEND_ONCE, 2, 0, 0));
	CHECK(!port_valid(p));
	OK(receive(reply, &m, MACH_RCV_TIMEOUT, 1000));
	EQUAL(m.head.msgh_id, 2);
	EQUAL(MACH_MSGH_BITS_LOCAL(m.head.msgh_bits),
	      MACH_MSG_TYPE_PORT_SEND_ONCE);
	port_gone(service);
	port_gone(reply);
}

/* What a disposition needs and does, on a port in the body. */
struct body_case {
	bool receive, send;	    /* the sender has */
	mach_msg_type_name_t how;
	mach_msg_return_t want;
	int receive_after, send_after; /* the sender has, before the receipt */
	mach_msg_type_name_t seen;
};

static void body_case_run(const struct body_case *c, unsigned n)
{
	mach_port_t queue = port_new();
	mach_port_t port = c->send ? port_new_send() : port_new();
	struct with_port m = {
		.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				      MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
			 .msgh_remote_port = queue},
		.type = WORD(c->how, 32, 1),
		.port = port,
	};
	mach_msg_return_t mr;

	mr = mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0);
	if (mr != c->want)
		test_fail(__FILE__, __LINE__, "case %u: %s", n,
			  mach_error_string(mr));
	if (mr == MACH_MSG_SUCCESS) {
		EQUAL(port_refs(port, MACH_PORT_RIGHT_RECEIVE) == 1,
		      c->receive_after);
		EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND) > 0, c->send_after);
		OK(mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			    sizeof m, queue, 1000, 0));
		EQUAL(m.type.msgt_name, c->seen);
		CHECK(MACH_PORT_VALID(m.port));
		mach_msg_destroy(&m.head);
	}
	if (port_valid(port))
		mach_port_destroy(SELF, port);
	port_gone(queue);
}

/* Checklist: IPC-03 IPC-05 MSG-02 */
static void rights_in_bodies(void)
{
	static const struct body_case cases[] = {
		{1, 0, MACH_MSG_TYPE_MAKE_SEND, 0, 1, 0, 17},
		{1, 0, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0, 1, 0, 18},
		{1, 0, MACH_MSG_TYPE_COPY_SEND, MACH_SEND_INVALID_RIGHT, 0, 0, 0},
		{1, 1, MACH_MSG_TYPE_COPY_SEND, 0, 1, 1, 17},
		{1, 1, MACH_MSG_TYPE_MOVE_SEND, 0, 1, 0, 17},
		{1, 0, MACH_MSG_TYPE_MOVE_SEND, MACH_SEND_INVALID_RIGHT, 0, 0, 0},
		{1, 0, MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_SEND_INVALID_RIGHT, 0, 0, 0},
		{1, 1, MACH_MSG_TYPE_MOVE_RECEIVE, 0, 0, 1, 16},
		{1, 0, MACH_MSG_TYPE_MOVE_RECEIVE, 0, 0, 0, 16},
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
		body_case_run(&cases[i], i);
}

/* Checklist: IPC-05 IPC-06 */
static void in_transit(void)
{
	mach_port_t queue = port_new(), moving = port_new_send();
	struct with_port m = {
		.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				      MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
			 .msgh_remote_port = queue},
		.type = WORD(MACH_MSG_TYPE_MOVE_RECEIVE, 32, 1),
		.port = moving,
	};
	struct simple s;

	OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	EQUAL(port_refs(moving, MACH_PORT_RIGHT_RECEIVE), 0);
	/* Messages queue up at a port that nobody can receive from. */
	for (int i = 0; i < 5; i++)
		OK(send(moving, MACH_MSG_TYPE_COPY_SEND, i, 0, 0));
	CODE(send(moving, MACH_MSG_TYPE_COPY_SEND, 9, MACH_SEND_TIMEOUT, 0),
	     MACH_SEND_TIMED_OUT);
	OK(mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof m, queue, 0, 0));
	EQUAL(m.port, moving); /* it is known here */
	for (int i = 0; i < 5; i++) {
		OK(receive(moving, &s, MACH_RCV_TIMEOUT, 100));
		EQUAL(s.head.msgh_id, i);
		EQUAL(s.head.msgh_seqno, i); /* new holder: from 0 */
	}
	port_gone(moving);
	port_gone(queue);
}

/* Checklist: IPC-07 */
static void in_transit_death(void)
{
	mach_port_t queue = port_new(), moving = port_new_send();
	struct with_port m = {
		.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				      MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
			 .msgh_remote_port = queue},
		.type = WORD(MACH_MSG_TYPE_MOVE_RECEIVE, 32, 1),
		.port = moving,
	};

	OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	port_gone(queue); /* dies with the right in its queue */
	EQUAL(port_refs(moving, MACH_PORT_RIGHT_DEAD_NAME), 1);
	port_gone(moving);
}

/* A receive right in its own queue: the kernel finds it. */
static void circular(void)
{
	mach_port_t port = port_new_send();
	struct with_port m = {
		.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				      MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			 .msgh_remote_port = port},
		.type = WORD(MACH_MSG_TYPE_MOVE_RECEIVE, 32, 1),
		.port = port,
	};

	OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	EQUAL(port_refs(port, MACH_PORT_RIGHT_DEAD_NAME), 1);
	port_gone(port);
}

static void send_mistakes(void)
{
	static const struct {
		mach_msg_bits_t bits;
		int dest; /* 0 null, 1 dead, 2 free name, 3 receive, 4 both */
		mach_msg_size_t size;
		mach_msg_return_t want;
	} cases[] = {
		{MACH_MSGH_BITS(19, 0), 0, 32, MACH_SEND_INVALID_DEST},
		{MACH_MSGH_BITS(19, 0), 1, 32, MACH_SEND_INVALID_DEST},
		{MACH_MSGH_BITS(19, 0), 2, 32, MACH_SEND_INVALID_DEST},
		{MACH_MSGH_BITS(19, 0), 3, 32, MACH_SEND_INVALID_DEST},
		{MACH_MSGH_BITS(17, 0), 3, 32, MACH_SEND_INVALID_DEST},
		{MACH_MSGH_BITS(16, 0), 3, 32, MACH_SEND_INVALID_HEADER},
		{MACH_MSGH_BITS(0, 0), 4, 32, MACH_SEND_INVALID_HEADER},
		{MACH_MSGH_BITS(99, 0), 4, 32, MACH_SEND_INVALID_HEADER},
		{MACH_MSGH_BITS(20, 0) | 0x02000000, 4, 32,
		 MACH_SEND_INVALID_HEADER},
		{MACH_MSGH_BITS(20, 0), 4, 23, MACH_SEND_MSG_TOO_SMALL},
		{MACH_MSGH_BITS(20, 0), 4, 0, MACH_SEND_MSG_TOO_SMALL},
		{MACH_MSGH_BITS(20, 0), 4, 70000, MACH_SEND_MSG_TOO_LARGE},
		{MACH_MSGH_BITS(20, 19), 4, 32, MACH_SEND_INVALID_REPLY},
	};
	mach_port_t receive_only = port_new(), both = port_new_send();
	mach_port_t dest[] = {MACH_PORT_NULL, MACH_PORT_DEAD, 0x7ffff,
			      receive_only, both};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct simple m = simple_to(dest[cases[i].dest], 0, 1);
		mach_msg_return_t mr;

		m.head.msgh_bits = cases[i].bits;
		if (MACH_MSGH_BITS_LOCAL(cases[i].bits))
			m.head.msgh_local_port = 0x7fffe;
		mr = mach_msg(&m.head, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
			      cases[i].size, 0, 0, 0, 0);
		if (mr != cases[i].want)
			test_fail(__FILE__, __LINE__, "case %u: %s, not %s", i,
				  mach_error_string(mr),
				  mach_error_string(cases[i].want));
	}
	/* An unreadable buffer. */
	CODE(mach_msg((mach_msg_header_t *)8, MACH_SEND_MSG, 32, 0, 0, 0, 0),
	     MACH_SEND_INVALID_DATA);
	port_gone(receive_only);
	port_gone(both);
}

static void receive_mistakes(void)
{
	mach_port_t port = port_new(), set, member = port_new();
	struct simple m;

	OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
	OK(mach_port_move_member(SELF, member, set));
	CODE(receive(MACH_PORT_NULL, &m, MACH_RCV_TIMEOUT, 0),
	     MACH_RCV_INVALID_NAME);
	CODE(receive(0x7fffd, &m, MACH_RCV_TIMEOUT, 0), MACH_RCV_INVALID_NAME);
	CODE(receive(member, &m, MACH_RCV_TIMEOUT, 0), MACH_RCV_IN_SET);
	CODE(receive(set, &m, MACH_RCV_TIMEOUT, 0), MACH_RCV_TIMED_OUT);
	OK(mach_msg(&m.head, MACH_MSG_OPTION_NONE, 0, 0, 0, 0, 0));
	port_gone(port);
	port_gone(member);
	port_gone(set);
}

static void too_large(void)
{
	mach_port_t port = port_new();
	struct simple m;

	OK(send(port, MACH_MSG_TYPE_MAKE_SEND, 5, 0, 0));
	CODE(mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_LARGE, 0, 28, port, 0, 0),
	     MACH_RCV_TOO_LARGE);
	EQUAL(m.head.msgh_size, sizeof m);
	OK(receive(port, &m, MACH_RCV_TIMEOUT, 0)); /* it was still there */
	EQUAL(m.head.msgh_id, 5);
	OK(send(port, MACH_MSG_TYPE_MAKE_SEND, 6, 0, 0));
	CODE(mach_msg(&m.head, MACH_RCV_MSG, 0, 28, port, 0, 0),
	     MACH_RCV_TOO_LARGE);
	CODE(receive(port, &m, MACH_RCV_TIMEOUT, 0), MACH_RCV_TIMED_OUT);
	port_gone(port);
}

/* Checklist: IPC-16 IPC-17 IPC-19 NUM-11 */
static void full_error(void)
{
	mach_port_t port = port_new_send(), once;
	mach_msg_type_name_t t;
	struct simple m;

	for (int i = 0; i < 5; i++)
		OK(send(port, MACH_MSG_TYPE_COPY_SEND, i, MACH_SEND_TIMEOUT, 0));
	CODE(send(port, MACH_MSG_TYPE_COPY_SEND, 5, MACH_SEND_TIMEOUT, 0),
	     MACH_SEND_TIMED_OUT);
	CODE(send(port, MACH_MSG_TYPE_COPY_SEND, 5, MACH_SEND_TIMEOUT, 20),
	     MACH_SEND_TIMED_OUT);
	/* A send-once right does not ask. */
	OK(mach_port_extract_right(SELF, port, MACH_MSG_TYPE_MAKE_SEND_ONCE,
				   &once, &t));
	OK(send(once, MACH_MSG_TYPE_MOVE_SEND_ONCE, 6, MACH_SEND_TIMEOUT, 0));
	OK(mach_port_set_qlimit(SELF, port, 8));
	OK(send(port, MACH_MSG_TYPE_COPY_SEND, 7, MACH_SEND_TIMEOUT, 0));
	for (int i = 0; i < 7; i++)
		OK(receive(port, &m, MACH_RCV_TIMEOUT, 0));
	port_gone(port);
}

struct blocked {
	mach_port_t port;
	volatile int state; /* 1: about to, 2: done */
	mach_msg_return_t result;
};

static void *blocked_sender(void *arg)
{
	struct blocked *b = arg;

	b->state = 1;
	b->result = send(b->port, MACH_MSG_TYPE_COPY_SEND, 99, 0, 0);
	b->state = 2;
	return NULL;
}

/* Checklist: IPC-16 CAP-5 */
static void full_block(void)
{
	struct blocked b = {.port = port_new_send()};
	struct simple m;
	pthread_t t;

	for (int i = 0; i < 5; i++)
		OK(send(b.port, MACH_MSG_TYPE_COPY_SEND, i, 0, 0));
	pthread_create(&t, NULL, blocked_sender, &b);
	CHECK(wait_for(&b.state, 1, 1000));
	sleep_ms(20);
	EQUAL(b.state, 1); /* it waits */
	OK(receive(b.port, &m, 0, 0));
	CHECK(wait_for(&b.state, 2, 1000));
	OK(b.result);
	pthread_join(t, NULL);
	for (int i = 0; i < 5; i++)
		OK(receive(b.port, &m, MACH_RCV_TIMEOUT, 100));
	EQUAL(m.head.msgh_id, 99);
	port_gone(b.port);
}

/* A blocked sender when the port dies; a blocked receiver too. */
static void *blocked_receiver(void *arg)
{
	struct blocked *b = arg;
	struct simple m;

	b->state = 1;
	b->result = receive(b->port, &m, 0, 0);
	b->state = 2;
	return NULL;
}

static void death_wakes(void)
{
	struct blocked b = {.port = port_new_send()};
	pthread_t t;

	for (int i = 0; i < 5; i++)
		OK(send(b.port, MACH_MSG_TYPE_COPY_SEND, i, 0, 0));
	pthread_create(&t, NULL, blocked_sender, &b);
	CHECK(wait_for(&b.state, 1, 1000));
	sleep_ms(20);
	OK(mach_port_mod_refs(SELF, b.port, MACH_PORT_RIGHT_RECEIVE, -1));
	pthread_join(t, NULL);
	CHECK(b.result == MACH_SEND_INVALID_DEST || b.result == KERN_SUCCESS);
	port_gone(b.port);
	b = (struct blocked){.port = port_new()};
	pthread_create(&t, NULL, blocked_receiver, &b);
	CHECK(wait_for(&b.state, 1, 1000));
	sleep_ms(20);
	port_gone(b.port);
	pthread_join(t, NULL);
	CODE(b.result, MACH_RCV_PORT_DIED);
}

/* A right moved away and copied in one body, to a thread that waits: the second
 * is wrong, what was taken goes with the message. */
static void moved_and_copied(void)
{
	struct {
		mach_msg_header_t head;
		struct {
			mach_msg_type_t type;
			mach_port_t port;
		} right[2];
	} m;
	struct blocked b = {.port = port_new_send()};
	mach_port_t gift = port_new_send(), reply = port_new();
	pthread_t t;

	pthread_create(&t, NULL, blocked_receiver, &b);
	CHECK(wait_for(&b.state, 1, 1000));
	sleep_ms(20);
	for (int first = 0; first < 2; first++) {
		m.head = (mach_msg_header_t){
			.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				     MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
						MACH_MSG_TYPE_MAKE_SEND_ONCE),
			.msgh_remote_port = b.port,
			.msgh_local_port = reply,
		};
		m.right[0].type = WORD(MACH_MSG_TYPE_MOVE_SEND, 32, 1);
		m.right[1].type = WORD(first ? MACH_MSG_TYPE_MOVE_SEND :
					       MACH_MSG_TYPE_COPY_SEND, 32, 1);
		m.right[0].port = m.right[1].port = gift;
		CODE(mach_msg(&m.head, MACH_SEND_MSG | MACH_RCV_MSG, sizeof m,
			      sizeof m, reply, 0, 0), MACH_SEND_INVALID_RIGHT);
		EQUAL(port_refs(gift, MACH_PORT_RIGHT_SEND), 0);
		OK(mach_port_insert_right(SELF, gift, gift,
					  MACH_MSG_TYPE_MAKE_SEND));
	}
	EQUAL(b.state, 1);
	port_gone(b.port);
	pthread_join(t, NULL);
	port_gone(gift);
	port_gone(reply);
}

static void set_wakes(void)
{
	struct blocked b = {.port = port_new()};
	mach_port_t set;
	pthread_t t;

	OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
	pthread_create(&t, NULL, blocked_receiver, &b);
	CHECK(wait_for(&b.state, 1, 1000));
	sleep_ms(20);
	OK(mach_port_move_member(SELF, b.port, set));
	pthread_join(t, NULL);
	CODE(b.result, MACH_RCV_PORT_CHANGED);
	port_gone(b.port);
	port_gone(set);
}

/* Checklist: IPC-14 */
static void set_receives(void)
{
	mach_port_t a = port_new(), b = port_new(), set;
	struct simple m;

	OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
	OK(send(a, MACH_MSG_TYPE_MAKE_SEND, 1, 0, 0));
	OK(mach_port_move_member(SELF, a, set));
	OK(mach_port_move_member(SELF, b, set));
	OK(send(b, MACH_MSG_TYPE_MAKE_SEND, 2, 0, 0));
	for (int i = 0, seen = 0; i < 2; i++) {
		OK_OR_RETURN(receive(set, &m, MACH_RCV_TIMEOUT, 100));
		EQUAL(m.head.msgh_local_port, m.head.msgh_id == 1 ? a : b);
		seen |= m.head.msgh_id;
		if (i == 1)
			EQUAL(seen, 3);
	}
	/* Members come and go while somebody waits. */
	struct blocked w = {.port = set};
	pthread_t t;
	pthread_create(&t, NULL, blocked_receiver, &w);
	CHECK(wait_for(&w.state, 1, 1000));
	OK(mach_port_move_member(SELF, a, MACH_PORT_NULL));
	OK(send(a, MACH_MSG_TYPE_MAKE_SEND, 3, 0, 0));
	sleep_ms(10);
	EQUAL(w.state, 1);
	OK(mach_port_move_member(SELF, a, set));
	CHECK(wait_for(&w.state, 2, 1000));
	pthread_join(t, NULL);
	OK(w.result);
	port_gone(a);
	port_gone(b);
	port_gone(set);
}

#define RECEIVERS 4
static mach_port_t many_port;
static volatile int many_got;

static void *many_body(void *arg)
{
	struct simple m;

	(void)arg;
	while (receive(many_port, &m, MACH_RCV_TIMEOUT, 2000) == 0 &&
	       m.head.msgh_id != 1000)
		__atomic_add_fetch(&many_got, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Checklist: IPC-02 */
static void many_receivers(void)
{
	pthread_t t[RECEIVERS];

	many_port = port_new_send();
	for (int i = 0; i < RECEIVERS; i++)
		pthread_create(&t[i], NULL, many_body, NULL);
	for (int i = 0; i < 200; i++)
		OK(send(many_port, MACH_MSG_TYPE_COPY_SEND, i, 0, 0));
	for (int i = 0; i < RECEIVERS; i++)
		OK(send(many_port, MACH_MSG_TYPE_COPY_SEND, 1000, 0, 0));
	for (int i = 0; i < RECEIVERS; i++)
		pthread_join(t[i], NULL);
	EQUAL(many_got, 200);
	port_gone(many_port);
}

static void *sender_body(void *arg)
{
	for (int i = 0; i < 100; i++)
		send(many_port, MACH_MSG_TYPE_COPY_SEND,
		     (int)(long)arg * 1000 + i, 0, 0);
	return NULL;
}

/* Checklist: IPC-02 */
static void many_senders(void)
{
	int next[4] = {0}, bad = 0;
	pthread_t t[4];
	struct simple m;

	many_port = port_new_send();
	for (long i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, sender_body, (void *)i);
	for (int i = 0; i < 400; i++) {
		OK_OR_RETURN(receive(many_port, &m, MACH_RCV_TIMEOUT, 2000));
		bad += m.head.msgh_id % 1000 != next[m.head.msgh_id / 1000]++;
	}
	EQUAL(bad, 0); /* in order per sender */
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	port_gone(many_port);
}

/* thread_abort in receive: the caller who asked is told. */
static void *interrupted_receiver(void *arg)
{
	struct blocked *b = arg;
	struct simple m;

	b->port = port_new();
	b->state = 1;
	b->result = receive(b->port, &m, MACH_RCV_INTERRUPT, 0);
	b->state = 2;
	return NULL;
}

static thread_t thread_other(void)
{
	thread_array_t list;
	mach_msg_type_number_t n;
	thread_t other = THREAD_NULL;

	OK(task_threads(SELF, &list, &n));
	for (unsigned i = 0; i < n; i++) {
		if (list[i] != thread_self())
			other = list[i];
		else
			mach_port_deallocate(SELF, list[i]);
	}
	vm_deallocate(SELF, (vm_address_t)list, n * sizeof *list);
	return other;
}

static void abort_receive(void)
{
	struct blocked b = {0};
	thread_t other;
	pthread_t t;

	pthread_create(&t, NULL, interrupted_receiver, &b);
	CHECK(wait_for(&b.state, 1, 1000));
	sleep_ms(20);
	other = thread_other();
	OK(thread_abort(other));
	CHECK(wait_for(&b.state, 2, 1000));
	pthread_join(t, NULL);
	CODE(b.result, MACH_RCV_INTERRUPTED);
	mach_port_deallocate(SELF, other);
	port_gone(b.port);
}

static struct with_memory memory_to(mach_port_t dest, void *data, uint64_t size,
				    bool deallocate)
{
	return (struct with_memory){
		.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				      MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
			 .msgh_remote_port = dest},
		.type = {.msgtl_header = {.msgt_longform = TRUE,
					  .msgt_deallocate = deallocate},
			 .msgtl_name = MACH_MSG_TYPE_BYTE,
			 .msgtl_size = 8,
			 .msgtl_number = size},
		.address = (uint64_t)data,
	};
}

static void ool_case(uint64_t offset, uint64_t size, bool deallocate)
{
	mach_port_t port = port_new();
	vm_address_t at = 0;
	struct with_memory m;
	unsigned bad = 0;
	vm_size_t total = round_page(offset + size + 1);
	char *got;

	OK(vm_allocate(SELF, &at, total, TRUE));
	for (uint64_t i = 0; i < total; i++)
		((char *)at)[i] = (char)(i * 7 + i / 256);
	m = memory_to(port, (char *)at + offset, size, deallocate);
	OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	if (!deallocate)
		memset((void *)at, 0, total); /* the message has its own */
	OK(mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof m, port, 0, 0));
	EQUAL(m.type.msgtl_number, size);
	if (size != 0)
		EQUAL(m.type.msgtl_header.msgt_deallocate, TRUE);
	got = (char *)m.address;
	if (size == 0)
		CHECK(got == NULL);
	for (uint64_t i = 0; i < size; i++)
		bad += got[i] != (char)((i + offset) * 7 + (i + offset) / 256);
	if (bad != 0)
		test_fail(__FILE__, __LINE__, "offset %lu size %lu: %u bad",
			  offset, size, bad);
	mach_msg_destroy(&m.head);
	vm_deallocate(SELF, at, total);
	port_gone(port);
}

/* Checklist: MSG-02 */
static void out_of_line(void)
{
	static const uint64_t sizes[] = {0,    1,    3,	   4095, 4096,
					 4097, 8192, 12289, 100000};

	for (unsigned i = 0; i < 9; i++)
		for (unsigned d = 0; d < 2; d++) {
			ool_case(0, sizes[i], d);
			ool_case(1, sizes[i], d);
			ool_case(4090, sizes[i], d);
		}
}

/* Checklist: MSG-04 NUM-3 */
static void msg_24m(void)
{
	vm_size_t size = 24 << 20;
	vm_address_t at = 0;
	mach_port_t port = port_new();
	vm_statistics_data_t before, after;
	struct with_memory m;
	int *got;

	OK_OR_RETURN(vm_allocate(SELF, &at, size, TRUE));
	for (vm_size_t i = 0; i < size; i += vm_page_size)
		*(int *)(at + i) = (int)(i / vm_page_size);
	vm_statistics(SELF, &before);
	m = memory_to(port, (void *)at, size, false);
	OK_OR_RETURN(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	OK_OR_RETURN(mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof m, port, 0, 0));
	got = (int *)m.address;
	EQUAL(got[0], 0);
	EQUAL(got[(size - vm_page_size) / 4], size / vm_page_size - 1);
	got[0] = 77; /* one page copied */
	*(int *)(at + vm_page_size) = 88;
	vm_statistics(SELF, &after);
	EQUAL(*(int *)at, 0);
	EQUAL(got[vm_page_size / 4], 1);
	CHECK(before.free_count - after.free_count < 200);
	mach_msg_destroy(&m.head);
	OK(vm_deallocate(SELF, at, size));
	port_gone(port);
}

/* A body that is wrong somewhere: the message is refused or destroyed. */
static void body_mistakes(void)
{
	mach_port_t port = port_new();
	struct with_memory m = memory_to(port, (void *)8, 5000, false);
	struct with_port p = {
		.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				      MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
			 .msgh_remote_port = port},
		.type = WORD(MACH_MSG_TYPE_COPY_SEND, 32, 1),
		.port = 0x7fffc,
	};

	CODE(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0),
	     MACH_SEND_INVALID_MEMORY);
	CODE(mach_msg(&p.head, MACH_SEND_MSG, sizeof p, 0, 0, 0, 0),
	     MACH_SEND_INVALID_RIGHT);
	p.type.msgt_size = 31;
	CODE(mach_msg(&p.head, MACH_SEND_MSG, sizeof p, 0, 0, 0, 0),
	     MACH_SEND_INVALID_TYPE);
	p.type = WORD(MACH_MSG_TYPE_COPY_SEND, 32, 4000);
	CODE(mach_msg(&p.head, MACH_SEND_MSG, sizeof p, 0, 0, 0, 0),
	     MACH_SEND_MSG_TOO_SMALL);
	p.type = WORD(MACH_MSG_TYPE_COPY_SEND, 32, 1);
	p.type.msgt_deallocate = TRUE;
	CODE(mach_msg(&p.head, MACH_SEND_MSG, sizeof p, 0, 0, 0, 0),
	     MACH_SEND_INVALID_TYPE);
	/* NULL and DEAD travel as themselves. */
	for (int i = 0; i < 2; i++) {
		p.head.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				   MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0);
		p.head.msgh_remote_port = port;
		p.head.msgh_local_port = MACH_PORT_NULL;
		p.type = WORD(MACH_MSG_TYPE_COPY_SEND, 32, 1);
		p.port = i ? MACH_PORT_DEAD : MACH_PORT_NULL;
		OK(mach_msg(&p.head, MACH_SEND_MSG, sizeof p, 0, 0, 0, 0));
		OK(mach_msg(&p.head, MACH_RCV_MSG, 0, sizeof p, port, 0, 0));
		EQUAL(p.port, i ? MACH_PORT_DEAD : MACH_PORT_NULL);
	}
	port_gone(port);
}

/* A timed-out message comes back whole. */
static void given_back(void)
{
	mach_port_t port = port_new_send(), carried = port_new_send();
	struct with_port m = {
		.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				      MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			 .msgh_remote_port = port},
		.type = WORD(MACH_MSG_TYPE_MOVE_SEND, 32, 1),
		.port = carried,
	};

	for (int i = 0; i < 5; i++)
		OK(send(port, MACH_MSG_TYPE_COPY_SEND, i, 0, 0));
	CODE(mach_msg(&m.head, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof m, 0,
		      0, 0, 0),
	     MACH_SEND_TIMED_OUT);
	EQUAL(m.port, carried);
	EQUAL(port_refs(carried, MACH_PORT_RIGHT_SEND), 1);
	mach_msg_destroy(&m.head);
	EQUAL(port_refs(carried, MACH_PORT_RIGHT_SEND), 0);
	port_gone(port);
	port_gone(carried);
}

/* Out-of-line arrays of rights. */
static void ool_ports(void)
{
	mach_port_t queue = port_new(), names[3];
	struct with_memory m;
	mach_port_t *got;

	for (int i = 0; i < 3; i++)
		names[i] = port_new();
	m = memory_to(queue, names, 3, false);
	m.type.msgtl_name = MACH_MSG_TYPE_MAKE_SEND;
	m.type.msgtl_size = 32;
	OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	OK_OR_RETURN(
		mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof m, queue, 0, 0));
	EQUAL(m.type.msgtl_name, MACH_MSG_TYPE_PORT_SEND);
	EQUAL(m.type.msgtl_number, 3);
	got = (mach_port_t *)m.address;
	for (int i = 0; i < 3; i++) {
		EQUAL(got[i], names[i]);
		EQUAL(port_refs(names[i], MACH_PORT_RIGHT_SEND), 1);
	}
	mach_msg_destroy(&m.head);
	for (int i = 0; i < 3; i++) {
		EQUAL(port_refs(names[i], MACH_PORT_RIGHT_SEND), 0);
		port_gone(names[i]);
	}
	port_gone(queue);
}

/* Header rights: one atomic step. */
static void header_atomic(void)
{
	mach_port_t port = port_new_send();
	struct simple m = simple_to(port, 0, 1);

	m.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND,
					  MACH_MSG_TYPE_COPY_SEND);
	m.head.msgh_local_port = port;
	OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	OK(receive(port, &m, MACH_RCV_TIMEOUT, 0));
	EQUAL(m.head.msgh_remote_port, port);
	EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
	m = simple_to(port, 0, 1);
	m.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND,
					  MACH_MSG_TYPE_MOVE_SEND);
	m.head.msgh_local_port = port;
	mach_msg_return_t mr = mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0,
					0, 0);
	CHECK(mr == MACH_SEND_INVALID_DEST || mr == MACH_SEND_INVALID_REPLY);
	EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
	port_gone(port);
}

/* Messages of every size in line arrive whole. */
static void sizes(void)
{
	static char buffer[20000], copy[20000];
	mach_port_t port = port_new();
	mach_msg_header_t *m = (mach_msg_header_t *)buffer;

	for (unsigned size = 24; size <= 20000; size += size < 700 ? 4 : 1732) {
		for (unsigned i = 24; i < size; i++)
			buffer[i] = (char)(i * 3 + size);
		*m = (mach_msg_header_t){
			.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
			.msgh_remote_port = port,
		};
		memcpy(copy, buffer, size);
		OK_OR_RETURN(mach_msg(m, MACH_SEND_MSG, size, 0, 0, 0, 0));
		memset(buffer, 0, size);
		OK_OR_RETURN(mach_msg(m, MACH_RCV_MSG, 0, sizeof buffer, port, 0,
				      0));
		EQUAL(m->msgh_size, size);
		CHECK(memcmp(buffer + 24, copy + 24, size - 24) == 0);
	}
	port_gone(port);
}

static const struct test tests[] = {
	TEST(header_and_body),	TEST(sequence_and_order), TEST(figure_4),
	TEST(rights_in_bodies), TEST(in_transit),	  TEST(in_transit_death),
	TEST(circular),		TEST(send_mistakes),	  TEST(receive_mistakes),
	TEST(too_large),	TEST(full_error),	  TEST(full_block),
	TEST(death_wakes),	TEST(moved_and_copied),
	TEST(set_wakes),	TEST(set_receives),
	TEST(many_receivers),	TEST(many_senders),	  TEST(abort_receive),
	TEST(out_of_line),	TEST(msg_24m),		  TEST(body_mistakes),
	TEST(given_back),	TEST(ool_ports),	  TEST(header_atomic),
	TEST(sizes),
};
TEST_MAIN(tests)

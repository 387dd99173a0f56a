/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread_abort at every place where a thread waits for messages or beside
 * them: what the call returns, and that nothing is lost by it.
 */
#include "lib/test.h"

#include <mach/mach_traps.h>
#include <pthread.h>

#define SELF mach_task_self()

struct simple {
	mach_msg_header_t head;
	char room[40];
};

struct with_items {
	mach_msg_header_t head;
	mach_msg_type_t port_type;
	mach_port_t port;
	mach_msg_type_t once_type;
	mach_port_t once;
	mach_msg_type_t memory_type;
	u64_a4 memory;
};

/* What the thread waits with. */
static mach_port_t port, set, reply, carried;
static struct with_items sent;
static volatile int word;

static void fill(mach_port_t p)
{
	for (int i = 0; i < 5; i++) {
		mach_msg_header_t m = {
			.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
			.msgh_remote_port = p,
			.msgh_id = i,
		};
		OK(mach_msg(&m, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	}
}

static int receive_with(mach_port_t from, mach_msg_option_t option, unsigned ms)
{
	struct simple m;

	return mach_msg(&m.head, MACH_RCV_MSG | option, 0, sizeof m, from, ms,
			0);
}

/* --- the places --- */

static int in_receive(void)
{
	return receive_with(port, MACH_RCV_INTERRUPT, 0);
}

static int in_timed_receive(void)
{
	return receive_with(port, MACH_RCV_INTERRUPT | MACH_RCV_TIMEOUT,
			    100000);
}

static int in_set_receive(void)
{
	return receive_with(set, MACH_RCV_INTERRUPT, 0);
}

static mach_msg_header_t header_to_full(void)
{
	return (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					    MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.msgh_remote_port = port,
		.msgh_local_port = reply,
		.msgh_id = 99,
	};
}

static int in_send(void)
{
	mach_msg_header_t m = header_to_full();

	m.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
	m.msgh_local_port = MACH_PORT_NULL;
	return mach_msg(&m, MACH_SEND_MSG | MACH_SEND_INTERRUPT, sizeof m, 0, 0,
			0, 0);
}

static int in_timed_send(void)
{
	mach_msg_header_t m = header_to_full();

	m.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
	m.msgh_local_port = MACH_PORT_NULL;
	return mach_msg(&m,
			MACH_SEND_MSG | MACH_SEND_INTERRUPT | MACH_SEND_TIMEOUT,
			sizeof m, 0, 0, 100000, 0);
}

/* The send half of a remote procedure call: no receive follows. */
static int in_call_send(void)
{
	struct simple m = {.head = header_to_full()};

	return mach_msg(&m.head,
			MACH_SEND_MSG | MACH_RCV_MSG | MACH_SEND_INTERRUPT |
				MACH_RCV_INTERRUPT,
			sizeof m.head, sizeof m, reply, 0, 0);
}

static int in_call_receive(void)
{
	struct simple m = {.head = header_to_full()};

	return mach_msg(&m.head,
			MACH_SEND_MSG | MACH_RCV_MSG | MACH_SEND_INTERRUPT |
				MACH_RCV_INTERRUPT,
			sizeof m.head, sizeof m, reply, 0, 0);
}

static int in_old_receive(void)
{
	struct simple m;
	msg_header_t *h = (msg_header_t *)&m.head;

	h->msg_local_port = port;
	h->msg_size = sizeof m;
	return msg_receive(h, RCV_INTERRUPT, 0);
}

static int in_old_send(void)
{
	msg_header_t m = {.msg_simple = TRUE,
			  .msg_size = sizeof m,
			  .msg_remote_port = port};

	return msg_send(&m, SEND_INTERRUPT, 0);
}

static int in_thread_switch(void)
{
	return thread_switch(THREAD_NULL, SWITCH_OPTION_WAIT, 100000);
}

static int in_futex(void)
{
	return futex_wait((const int *)&word, 0, 0, FUTEX_NO_DEADLINE);
}

enum { EMPTY, FULL };

static const struct place {
	const char *name;
	int (*wait)(void);
	int queue;
	int want;
	int messages; /* at the port afterwards */
} places[] = {
	{"receive", in_receive, EMPTY, MACH_RCV_INTERRUPTED, 0},
	{"receive, timed", in_timed_receive, EMPTY, MACH_RCV_INTERRUPTED, 0},
	{"receive from a set", in_set_receive, EMPTY, MACH_RCV_INTERRUPTED, 0},
	{"send", in_send, FULL, MACH_SEND_INTERRUPTED, 5},
	{"send, timed", in_timed_send, FULL, MACH_SEND_INTERRUPTED, 5},
	{"call, sending", in_call_send, FULL, MACH_SEND_INTERRUPTED, 5},
	{"call, receiving", in_call_receive, EMPTY, MACH_RCV_INTERRUPTED, 1},
	{"msg_receive", in_old_receive, EMPTY, RCV_INTERRUPTED, 0},
	{"msg_send", in_old_send, FULL, SEND_INTERRUPTED, 5},
	{"thread_switch", in_thread_switch, EMPTY, KERN_ABORTED, 0},
	{"futex_wait", in_futex, EMPTY, KERN_ABORTED, 0},
};
#define PLACES (sizeof places / sizeof *places)

/* --- a thread that waits there --- */

struct waiter {
	int (*wait)(void);
	pthread_t thread;
	mach_port_t volatile self;
	volatile int done;
	int result;
};

static void *waiter_body(void *arg)
{
	struct waiter *w = arg;

	w->self = mach_thread_self();
	w->result = w->wait();
	w->done = 1;
	return NULL;
}

static int run_state(mach_port_t thread)
{
	thread_basic_info_data_t info;
	mach_msg_type_number_t n = THREAD_BASIC_INFO_COUNT;

	OK(thread_info(thread, THREAD_BASIC_INFO, (thread_info_t)&info, &n));
	return info.run_state;
}

/* Until it has come to rest in its wait. */
static bool waits(struct waiter *w)
{
	for (int i = 0; i < 5000; i++) {
		if (w->self != MACH_PORT_NULL &&
		    run_state(w->self) == TH_STATE_WAITING)
			return CHECK(!w->done);
		sleep_ms(1);
	}
	return test_fail(__FILE__, __LINE__, "the thread does not wait");
}

static void waiter_start(struct waiter *w, int (*wait)(void))
{
	*w = (struct waiter){.wait = wait};
	pthread_create(&w->thread, NULL, waiter_body, w);
}

static int waiter_end(struct waiter *w)
{
	CHECK(wait_for(&w->done, 1, 5000));
	pthread_join(w->thread, NULL);
	mach_port_deallocate(SELF, w->self);
	return w->result;
}

static void scene_begin_at(int queue)
{
	port = port_new_send();
	reply = port_new();
	OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
	if (queue == FULL)
		fill(port);
}

static unsigned messages_at(mach_port_t p)
{
	mach_port_status_t s = {0};

	OK(mach_port_get_receive_status(SELF, p, &s));
	return s.mps_msgcount;
}

static void scene_end_at(void)
{
	port_gone(port);
	port_gone(reply);
	port_gone(set);
}

static void every_place(void)
{
	for (unsigned i = 0; i < PLACES; i++) {
		const struct place *p = &places[i];
		struct waiter w;
		int code;

		scene_begin_at(p->queue);
		waiter_start(&w, p->wait);
		if (!waits(&w))
			return;
		OK(thread_abort(w.self));
		code = waiter_end(&w);
		if (code != p->want)
			test_fail(__FILE__, __LINE__, "%s: %s, not %s", p->name,
				  mach_error_string(code),
				  mach_error_string(p->want));
		EQUAL(messages_at(port), p->messages);
		EQUAL(messages_at(reply), 0);
		scene_end_at();
	}
}

/* A suspended thread is taken out of its wait; it says so when it runs. */
static void suspended(void)
{
	for (unsigned i = 0; i < PLACES; i++) {
		const struct place *p = &places[i];
		struct waiter w;

		scene_begin_at(p->queue);
		waiter_start(&w, p->wait);
		if (!waits(&w))
			return;
		OK(thread_suspend(w.self));
		OK(thread_abort(w.self));
		EQUAL(w.done, 0);
		OK(thread_resume(w.self));
		CODE(waiter_end(&w), p->want);
		scene_end_at();
	}
}

/* --- nothing is lost --- */

static int in_rich_send(void)
{
	return mach_msg(&sent.head, MACH_SEND_MSG | MACH_SEND_INTERRUPT,
			sizeof sent, 0, 0, 0, 0);
}

#define WORD(kind, bits, count, in_line)                                      \
	(mach_msg_type_t)                                                     \
	{                                                                     \
		.msgt_name = (kind), .msgt_size = (bits),                     \
		.msgt_number = (count), .msgt_inline = (in_line),             \
		.msgt_deallocate = !(in_line)                                 \
	}

/* The message comes back: rights under this task's names, memory at an address
 * of its own. */
static void given_back(void)
{
	struct waiter w;
	vm_address_t at = 0;

	scene_begin_at(FULL);
	carried = port_new();
	OK(vm_allocate(SELF, &at, 3 * vm_page_size, TRUE));
	memset((void *)at, 0x5a, 3 * vm_page_size);
	sent = (struct with_items){
		.head = header_to_full(),
		.port_type = WORD(MACH_MSG_TYPE_MOVE_RECEIVE, 32, 1, TRUE),
		.port = carried,
		.once_type = WORD(MACH_MSG_TYPE_MAKE_SEND_ONCE, 32, 1, TRUE),
		.once = port,
		.memory_type = WORD(MACH_MSG_TYPE_BYTE, 8, 3000, FALSE),
		.memory = at,
	};
	sent.head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	waiter_start(&w, in_rich_send);
	if (!waits(&w))
		return;
	EQUAL(port_refs(carried, MACH_PORT_RIGHT_RECEIVE), -1);
	OK(thread_abort(w.self));
	CODE(waiter_end(&w), MACH_SEND_INTERRUPTED);
	EQUAL(port_refs(sent.port, MACH_PORT_RIGHT_RECEIVE), 1);
	EQUAL(port_refs(sent.once, MACH_PORT_RIGHT_SEND_ONCE), 1);
	EQUAL(sent.head.msgh_remote_port, port);
	EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 2); /* the copy */
	EQUAL(port_refs(sent.head.msgh_local_port, MACH_PORT_RIGHT_SEND_ONCE),
	      1);
	CHECK(sent.memory != 0 && *(char *)sent.memory == 0x5a);
	/* As it stands it can be sent again. */
	OK(receive_with(port, MACH_RCV_TIMEOUT, 0));
	OK(in_rich_send());
	EQUAL(messages_at(port), 5);
	vm_deallocate(SELF, at + vm_page_size, 2 * vm_page_size);
	scene_end_at();
}

/* Who did not ask is not told: libmach goes on waiting. */
static int in_patient_call(void)
{
	struct simple m = {.head = header_to_full()};
	int code = mach_msg(&m.head, MACH_SEND_MSG | MACH_RCV_MSG,
			    sizeof m.head, sizeof m, reply, 0, 0);

	return code != 0 ? code : m.head.msgh_id;
}

static void answer(void)
{
	struct simple m;

	OK(mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof m, port,
		    1000, 0));
	m.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
	m.head.msgh_local_port = MACH_PORT_NULL;
	m.head.msgh_id += 100;
	OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m.head, 0, 0, 0, 0));
}

static void not_told(void)
{
	struct waiter w;

	scene_begin_at(EMPTY);
	waiter_start(&w, in_patient_call);
	for (int i = 0; i < 10; i++) {
		if (!waits(&w))
			return;
		OK(thread_abort(w.self));
	}
	EQUAL(messages_at(port), 1); /* it was sent once */
	answer();
	EQUAL(waiter_end(&w), 199);
	scene_end_at();
	/* The same while the queue is full. */
	scene_begin_at(FULL);
	waiter_start(&w, in_patient_call);
	for (int i = 0; i < 10; i++) {
		if (!waits(&w))
			return;
		OK(thread_abort(w.self));
	}
	for (int i = 0; i < 5; i++)
		OK(receive_with(port, MACH_RCV_TIMEOUT, 1000));
	answer();
	EQUAL(waiter_end(&w), 199);
	scene_end_at();
}

/* --- calls of the kernel complete --- */

static volatile int stop;

static int in_kernel_calls(void)
{
	int bad = 0;

	while (!stop) {
		mach_port_t name = MACH_PORT_NULL;

		bad += mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE,
					  &name) != KERN_SUCCESS;
		bad += mach_port_insert_right_rpc(SELF, name, name,
						  MACH_MSG_TYPE_MAKE_SEND) !=
		       KERN_SUCCESS;
		bad += port_refs(name, MACH_PORT_RIGHT_SEND) != 1;
		bad += mach_port_destroy_rpc(SELF, name) != KERN_SUCCESS;
		bad += port_valid(name);
		word++;
	}
	return bad;
}

static void kernel_calls_complete(void)
{
	struct waiter w;

	stop = 0;
	word = 0;
	waiter_start(&w, in_kernel_calls);
	while (w.self == MACH_PORT_NULL)
		sleep_ms(1);
	for (int i = 0; i < 300; i++) {
		OK(thread_abort(w.self));
		if (i % 10 == 0)
			sleep_ms(1);
	}
	stop = 1;
	EQUAL(waiter_end(&w), 0);
	CHECK(word > 0);
	word = 0;
}

/* An abort of a thread that runs does not wait for its next wait. */
static volatile int spinning;

static int spin_then_receive(void)
{
	spinning = 1;
	while (spinning == 1)
		;
	return receive_with(port, MACH_RCV_INTERRUPT | MACH_RCV_TIMEOUT, 30);
}

static void running(void)
{
	struct waiter w;

	scene_begin_at(EMPTY);
	spinning = 0;
	waiter_start(&w, spin_then_receive);
	CHECK(wait_for(&spinning, 1, 5000));
	OK(thread_abort(w.self));
	spinning = 2;
	CODE(waiter_end(&w), MACH_RCV_TIMED_OUT);
	scene_end_at();
}

static const struct test tests[] = {
	TEST(every_place), TEST(suspended),	      TEST(given_back),
	TEST(not_told),	   TEST(kernel_calls_complete), TEST(running),
};
TEST_MAIN(tests)

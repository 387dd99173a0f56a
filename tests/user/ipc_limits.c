/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks that take all they can get of ports, requests, queued messages, and of
 * answers that they leave: they get errors, others go on, and everything is there
 * again afterwards.
 *
 * Runs: bare --memory 64
 */
#include "lib/test.h"

#include <mach/host_counters.h>
#include <mach/mach_traps.h>
#include <servers/bootstrap_defs.h>

#define SELF	 mach_task_self()
#define SERVICE	 0x7c001
#define CHILDREN 3

struct greedy {
	volatile int state; /* 1: sated */
	volatile unsigned got;
	volatile int code;
};

static int64_t frames_free(void)
{
	int64_t values[HOST_COUNTER_COUNT] = {0};
	mach_msg_type_number_t n = HOST_COUNTER_COUNT;

	OK(host_counters(host_self(), values, &n));
	return values[HOST_COUNTER_FRAMES_FREE];
}

static void sated(struct greedy *g, int code)
{
	g->code = code;
	g->state = 1;
	for (;;)
		sleep_ms(1000);
}

/* --- what the greedy take --- */

static void take_ports(void *arg)
{
	struct greedy *g = arg;
	mach_port_t name;
	int code;

	while ((code = mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE,
					  &name)) == KERN_SUCCESS)
		g->got++;
	sated(g, code);
}

/* Names that the task itself chooses, far apart. */
static void take_chosen_names(void *arg)
{
	struct greedy *g = arg;
	int code;

	while ((code = mach_port_allocate_name(
			SELF, MACH_PORT_RIGHT_DEAD_NAME,
			(g->got + 1) * 2654435761u | 0x80000)) == KERN_SUCCESS &&
	       g->got < 10000)
		g->got++;
	sated(g, code);
}

/* Requests on send-once rights of one port: whoever kills it has much to do. */
static void take_requests(void *arg)
{
	struct greedy *g = arg;
	mach_port_t port = port_new(), notify = port_new(), once, previous;
	mach_msg_type_name_t type;
	int code;

	do {
		code = mach_port_extract_right(
			SELF, port, MACH_MSG_TYPE_MAKE_SEND_ONCE, &once, &type);
		if (code == KERN_SUCCESS)
			code = mach_port_request_notification(
				SELF, once, MACH_NOTIFY_DEAD_NAME, 0, notify,
				MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
		g->got += code == KERN_SUCCESS;
	} while (code == KERN_SUCCESS && g->got < 20000);
	if ((code & ~MACH_MSG_MASK) == MACH_RCV_BODY_ERROR)
		code = KERN_RESOURCE_SHORTAGE; /* the reply's right */
	mach_port_destroy(SELF, port);
	sated(g, code);
}

/* Full queues of the largest messages. */
static void take_messages(void *arg)
{
	static struct {
		mach_msg_header_t head;
		mach_msg_type_long_t type;
		char bytes[60000];
	} m;
	struct greedy *g = arg;
	mach_port_t port;
	int code;

	m.type = (mach_msg_type_long_t){
		.msgtl_header = {.msgt_inline = TRUE, .msgt_longform = TRUE},
		.msgtl_name = MACH_MSG_TYPE_BYTE,
		.msgtl_size = 8,
		.msgtl_number = sizeof m.bytes,
	};
	do {
		code = mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port);
		for (int i = 0; i < 5 && code == KERN_SUCCESS; i++) {
			m.head = (mach_msg_header_t){
				.msgh_bits = MACH_MSGH_BITS(
					MACH_MSG_TYPE_MAKE_SEND, 0),
				.msgh_remote_port = port,
			};
			code = mach_msg(&m.head,
					MACH_SEND_MSG | MACH_SEND_TIMEOUT,
					sizeof m, 0, 0, 0, 0);
			g->got += code == KERN_SUCCESS;
		}
	} while (code == KERN_SUCCESS);
	sated(g, code);
}

/* Answers that nobody takes. */
#define ANSWERS 2000

static void ask(mach_port_t whom, int id, mach_port_t answers)
{
	mach_msg_header_t m = {
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					    MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.msgh_remote_port = whom,
		.msgh_local_port = answers,
		.msgh_id = id,
	};

	mach_msg(&m, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0);
}

static void take_answers(void *arg)
{
	struct greedy *g = arg;
	mach_port_t answers = port_new();

	for (; g->got < ANSWERS; g->got++)
		ask(SELF, 0, answers);
	sated(g, KERN_SUCCESS);
}

/* --- the others --- */

/* Calls to the kernel and messages to itself. */
static void life_goes_on(mach_port_t port)
{
	mach_msg_header_t m;

	for (int i = 0; i < 200; i++) {
		m = (mach_msg_header_t){
			.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			.msgh_remote_port = port,
			.msgh_id = i,
		};
		OK(mach_msg(&m, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof m, 0,
			    0, 0, 0));
		OK(mach_msg(&m, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof m,
			    port, 0, 0));
		EQUAL(m.msgh_id, i);
		EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
	}
}

static void settle(int64_t before)
{
	for (int i = 0; i < 200; i++) {
		host_drain_caches(authority(BOOTSTRAP_HOST_PRIV));
		if (frames_free() + 200 >= before)
			return;
		sleep_ms(10);
	}
	test_fail(__FILE__, __LINE__, "%ld frames of %ld came back",
		  (long)frames_free(), (long)before);
}

/* Copies what is shared with the children: later there is no memory for it. */
static void own_pages(void)
{
	volatile char stack[3 * 4096];
	vm_address_t at = 0;
	vm_size_t size;
	vm_prot_t prot, max;
	vm_inherit_t inherit;
	boolean_t shared;
	mach_port_t object;
	vm_offset_t offset;

	for (size_t i = 0; i < sizeof stack; i += 1024)
		stack[i] = 1;
	for (; vm_region(SELF, &at, &size, &prot, &max, &inherit, &shared,
			 &object, &offset) == KERN_SUCCESS;
	     at += size) {
		if (object != MACH_PORT_NULL)
			mach_port_deallocate(SELF, object);
		if (!(prot & VM_PROT_WRITE) || size > 1 << 20)
			continue;
		for (vm_size_t i = 0; i < size; i += vm_page_size) {
			volatile char *p = (volatile char *)at + i;

			*p = *p;
		}
	}
}

static int64_t most_frames; /* all together; 0: as it comes */

static void greedy_run(void (*fn)(void *), int want, int or_want)
{
	struct child c[CHILDREN];
	struct greedy *g[CHILDREN];
	mach_port_t port = port_new_send();
	unsigned got = 0;
	int64_t before, taken;

	for (int i = 0; i < CHILDREN; i++) {
		g[i] = shared_page();
		OK_OR_RETURN(child_create(&c[i], fn, g[i]));
	}
	own_pages();
	before = frames_free();
	for (int i = 0; i < CHILDREN; i++)
		OK(child_go(&c[i]));
	life_goes_on(port);
	for (int i = 0; i < CHILDREN; i++)
		CHECK(wait_for(&g[i]->state, 1, 60000));
	life_goes_on(port);
	taken = before - frames_free();
	for (int i = 0; i < CHILDREN; i++)
		child_kill(&c[i]);
	life_goes_on(port);
	settle(before);
	/* Now only: to print may take memory, of which there was none. */
	for (int i = 0; i < CHILDREN; i++) {
		printf("# %u, then %s\n", g[i]->got,
		       mach_error_string(g[i]->code));
		got += g[i]->got;
		if (g[i]->code != want && g[i]->code != or_want)
			test_fail(__FILE__, __LINE__, "%s",
				  mach_error_string(g[i]->code));
	}
	printf("# %ld frames\n", (long)taken);
	CHECK(!most_frames || taken < most_frames);
	/* Together: the first may leave nothing to the last. */
	CHECK(got > 200);
	port_gone(port);
}

static void ports(void)
{
	greedy_run(take_ports, KERN_RESOURCE_SHORTAGE, KERN_NO_SPACE);
}

static void chosen_names(void)
{
	greedy_run(take_chosen_names, KERN_SUCCESS, KERN_NO_SPACE);
}

static void requests(void)
{
	greedy_run(take_requests, KERN_SUCCESS, KERN_RESOURCE_SHORTAGE);
}

static void messages(void)
{
	greedy_run(take_messages, MACH_SEND_NO_BUFFER, KERN_RESOURCE_SHORTAGE);
}

/* The kernel's: each greedy one has no more of them than its limit. */
static void kernel_answers(void)
{
	most_frames = CHILDREN * (10 << 20) / vm_page_size;
	greedy_run(take_answers, KERN_SUCCESS, KERN_SUCCESS);
	most_frames = 0;
}

/* Through a send right no more of them than the queue takes. */
static void answers_by_a_send_right(void)
{
	mach_port_t answers = port_new_send();
	struct mach_port_status status;
	struct {
		mach_msg_header_t head;
		char room[256];
	} in;
	mach_msg_header_t m = {
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					    MACH_MSG_TYPE_COPY_SEND),
		.msgh_size = sizeof(m),
		.msgh_remote_port = SELF,
		.msgh_local_port = answers,
	};

	for (int i = 0; i < 50; i++) {
		mach_msg_header_t request = m;

		OK(mach_msg(&request, MACH_SEND_MSG, sizeof(request), 0, 0, 0,
			    0));
	}
	OK(mach_port_get_receive_status(SELF, answers, &status));
	EQUAL(status.mps_msgcount, status.mps_qlimit);
	for (unsigned i = 0; i < status.mps_qlimit; i++) {
		OK(mach_msg(&in.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			    sizeof(in), answers, 0, 0));
		EQUAL(in.head.msgh_id, 100);
		mach_msg_destroy(&in.head);
	}
	port_gone(answers);
}

/* --- those of a server --- */

#define VERSION 1043

static void take_versions(void *arg)
{
	struct greedy *g = arg;
	mach_port_t answers = port_new();

	for (; g->got < 9 * ANSWERS; g->got++)
		ask(name_server_port, VERSION, answers);
	sated(g, KERN_SUCCESS);
}

/* Who comes late for its answer finds it all the same. */
static void server_answers(void)
{
	struct greedy *g = shared_page();
	mach_port_t answers = port_new();
	struct child c;
	char room[256];

	OK_OR_RETURN(child_create(&c, take_versions, g));
	OK(child_go(&c));
	CHECK(wait_for(&g->state, 1, 120000));
	ask(name_server_port, VERSION, answers);
	sleep_ms(100);
	OK(mach_msg((mach_msg_header_t *)room, MACH_RCV_MSG | MACH_RCV_TIMEOUT,
		    0, sizeof room, answers, 10000, 0));
	EQUAL(((mach_msg_header_t *)room)->msgh_id, VERSION + 100);
	child_kill(&c);
	port_gone(answers);
}

static const struct test tests[] = {
	TEST(ports),	TEST(chosen_names),
	TEST(requests), TEST(messages),
	TEST(kernel_answers), TEST(answers_by_a_send_right),
	TEST(server_answers),
};
TEST_MAIN(tests)

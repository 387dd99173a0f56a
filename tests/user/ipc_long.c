/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Long messages of plain data, to a thread that waits: received into memory of
 * every kind, sent from memory of every kind, and while the memory is being
 * taken away. Every byte is compared, both ways: the server answers with all
 * bytes inverted.
 */
#include "lib/inverter.h"

#include <pthread.h>

/* --- memory to receive into --- */

static const mach_msg_size_t sizes[] = {
    32, 36, 508, 512, 516, 520, 540, 544, 548, 4096, 4128, 8188, 8192, 8196,
};
#define SIZES (sizeof sizes / sizeof *sizes)

static void all_sizes(vm_address_t mine)
{
	for (unsigned i = 0; i < SIZES; i++)
		for (unsigned turn = 0; turn < 2; turn++)
			round_trip(mine, sizes[i], i + turn);
}

/* That the way without a buffer is taken at all shows where the sender's second
 * page is missing: the first is at the server, though no message is. */
static void straight_body(void)
{
	vm_address_t mine = pages(SELF, 4), at = pages(server.task, 3);
	vm_address_t edge = mine + 2 * vm_page_size - 1024;
	bool seen = false;

	receive_into(at);
	all_sizes(mine);
	OK(vm_deallocate(SELF, mine + 2 * vm_page_size, vm_page_size));
	for (unsigned i = 0; i < 100 && !seen; i++) {
		at_rest();
		body_fill(edge, 1024, i);
		CODE(call_from(edge, 2048, CALL), MACH_SEND_INVALID_DATA);
		vm_address_t copy = theirs(at, 1024);
		seen = wrong_bytes(copy, 1024, i, 0) == 0;
		OK(vm_deallocate(SELF, copy, 1024));
	}
	CHECK(seen);
	/* Nothing came, and the next does. */
	round_trip(mine, 4096, 3);
	OK(vm_deallocate(SELF, mine, 2 * vm_page_size));
	OK(vm_deallocate(SELF, mine + 3 * vm_page_size, vm_page_size));
}

static void straight(void)
{
	counted(straight_body);
}

static void absent_body(void)
{
	vm_address_t mine = pages(SELF, 3);

	for (unsigned i = 0; i < SIZES; i++) {
		receive_into(pages(server.task, 4) + vm_page_size - 4 * i - 36);
		round_trip(mine, sizes[i], i);
	}
	OK(vm_deallocate(SELF, mine, 3 * vm_page_size));
}

static void absent(void)
{
	counted(absent_body);
}

/* Neither side of a fork sees what the other receives. */
static void cow_body(void)
{
	vm_address_t mine = pages(SELF, 3);

	round_trip(mine, 8192, 5); /* the server waits with it from the start */
	EQUAL(not_all(copied, 4 * vm_page_size, 0x11), 0);
	theirs_fill(copied, 4 * vm_page_size, 0x22);
	receive_into(pages(server.task, 3));
	theirs_fill(copied, 4 * vm_page_size, 0x33);
	EQUAL(not_all(copied, 4 * vm_page_size, 0x11), 0);
	/* A copy of what the client receives into, kept by the server. */
	OK(vm_write(server.task, copied, copied,
		    (mach_msg_type_number_t)(4 * vm_page_size)));
	round_trip(copied, 8192, 6);
	EQUAL(theirs_not(copied, 4 * vm_page_size, 0x11), 0);
	OK(vm_deallocate(SELF, mine, 3 * vm_page_size));
}

static void copy_on_write(void)
{
	counted(cow_body);
}

/* vm_read and vm_copy of the buffer before the call keep the old bytes. */
static void snapshot_body(void)
{
	vm_address_t mine = pages(SELF, 3), at = pages(server.task, 4);
	vm_address_t other = pages(server.task, 4), seen;
	vm_size_t size = 4 * vm_page_size;

	receive_into(at);
	round_trip(mine, 8192, 1);
	for (unsigned i = 0; i < 20; i++) {
		theirs_fill(at, size, 0x44);
		OK(vm_copy(server.task, at, size, other));
		seen = theirs(at, size);
		round_trip(mine, 8192, i);
		EQUAL(not_all(seen, size, 0x44), 0);
		EQUAL(theirs_not(other, size, 0x44), 0);
		OK(vm_deallocate(SELF, seen, size));
	}
	OK(vm_deallocate(SELF, mine, 3 * vm_page_size));
}

static void snapshots(void)
{
	counted(snapshot_body);
}

static void shared_body(void)
{
	vm_address_t mine = pages(SELF, 3);

	receive_into(shared);
	for (unsigned i = 0; i < SIZES; i++) {
		round_trip(mine, sizes[i], i);
		EQUAL(wrong_bytes(shared, sizes[i], i, 0xff), 0);
	}
	OK(vm_deallocate(SELF, mine, 3 * vm_page_size));
}

static void shared_memory(void)
{
	counted(shared_body);
}

/* The call fails at the server with the same code whatever its size. */
static void refused(vm_address_t mine, mach_msg_size_t size)
{
	body_fill(mine, size, 9);
	OK(call_from(mine, size, CALL));
	EQUAL(((mach_msg_header_t *)mine)->msgh_id, FAILED);
	CODE(control->result, MACH_RCV_INVALID_DATA);
	at_rest();
}

static void read_only_body(void)
{
	static const mach_msg_size_t few[] = {300, 516, 4096, 8192};
	vm_address_t mine = pages(SELF, 3), at = pages(server.task, 4);
	vm_size_t size = 4 * vm_page_size;

	theirs_fill(at, size, 0x55);
	OK(vm_protect(server.task, at, size, FALSE, VM_PROT_READ));
	receive_into(pages(server.task, 3));
	round_trip(mine, 8192, 1);
	for (unsigned i = 0; i < 4; i++) {
		control->buffer = at;
		/* A turn that is received well; the next one is not. */
		OK(call_from(mine, HEAD, TURN));
		at_rest();
		control->buffer = copied;
		refused(mine, few[i]);
		EQUAL(theirs_not(at, size, 0x55), 0);
		round_trip(mine, 8192, i);
	}
	OK(vm_deallocate(SELF, mine, 3 * vm_page_size));
}

static void read_only(void)
{
	counted(read_only_body);
}

/* The second page absent, read-only, gone. */
static void straddling_body(void)
{
	vm_address_t mine = pages(SELF, 3), at = pages(server.task, 4);
	vm_address_t edge = at + vm_page_size - 44, second = at + vm_page_size;
	static const mach_msg_size_t few[] = {300, 1024, 4096};

	receive_into(edge);
	round_trip(mine, 4096, 1);
	for (unsigned i = 0; i < 6; i++) {
		bool gone = i >= 3;

		receive_into(edge);
		theirs_fill(second, vm_page_size, 0x66);
		control->buffer = copied;
		if (gone)
			OK(vm_deallocate(server.task, second, vm_page_size));
		else
			OK(vm_protect(server.task, second, vm_page_size, FALSE,
				      VM_PROT_READ));
		refused(mine, few[i % 3]);
		if (gone)
			OK(vm_allocate(server.task, &second, vm_page_size,
				       FALSE));
		else
			EQUAL(theirs_not(second, vm_page_size, 0x66), 0);
		OK(vm_protect(server.task, second, vm_page_size, FALSE,
			      VM_PROT_READ | VM_PROT_WRITE));
		round_trip(mine, few[i % 3], i);
	}
	OK(vm_deallocate(SELF, mine, 3 * vm_page_size));
}

static void straddling(void)
{
	counted(straddling_body);
}

/* --- memory to send from --- */

static void sources_body(void)
{
	vm_address_t at = pages(server.task, 3), mine = pages(SELF, 4);
	vm_size_t size = 4 * vm_page_size;
	vm_address_t end = mine + 2 * vm_page_size;
	static char zeros[LIMIT];

	receive_into(at);
	OK(vm_deallocate(SELF, end, vm_page_size));
	round_trip(end - 1024, 1024, 1); /* the answer ends there too */
	round_trip(end - 8192, 8192, 2);
	CODE(call_from(end - 516, 520, CALL), MACH_SEND_INVALID_DATA);
	CODE(call_from(end - HEAD, 4096, CALL), MACH_SEND_INVALID_DATA);
	round_trip(end - 8192, 8192, 3);
	/* Written before, shared since: the copy is read, not changed. */
	memset((void *)copied, 0x77, size);
	OK(vm_copy(SELF, copied, size, shared));
	OK(call_from(copied, 8192, CALL));
	EQUAL(not_all(copied + HEAD, 8192 - HEAD, 0x88), 0);
	EQUAL(not_all(shared, size, 0x77), 0);
	/* Never touched behind the header: zeros. */
	OK(vm_deallocate(SELF, mine, 2 * vm_page_size));
	OK(vm_allocate(SELF, &mine, 2 * vm_page_size, FALSE));
	OK(call_from(mine + vm_page_size - HEAD, HEAD + 4096, CALL));
	memset(zeros, 0xff, sizeof zeros);
	EQUAL(memcmp((void *)(mine + vm_page_size), zeros, 4096), 0);
	OK(vm_deallocate(SELF, mine, 2 * vm_page_size));
	OK(vm_deallocate(SELF, end + vm_page_size, vm_page_size));
}

static void sources(void)
{
	counted(sources_body);
}

/* --- one task: buffers in one page, one over the other --- */

static struct {
	vm_address_t at;
	mach_port_t volatile self;
	mach_port_t port;
} local;

static void *local_serve(void *arg)
{
	union {
		mach_msg_header_t head;
		char room[LIMIT];
	} m;
	mach_msg_header_t *h = (mach_msg_header_t *)local.at;

	local.self = mach_thread_self();
	if (mach_msg(h, MACH_RCV_MSG, 0, LIMIT, local.port, 0, 0) == 0) {
		memcpy(&m, h, h->msgh_size);
		invert(&m.head);
		answer_set(&m.head);
		mach_msg(&m.head, MACH_SEND_MSG, m.head.msgh_size, 0, 0, 0, 0);
	}
	return arg;
}

static void one_task_at(vm_address_t mine, vm_address_t at, unsigned seed)
{
	thread_t remote = server.thread;
	mach_port_t far = service;
	pthread_t thread;

	local.at = at;
	local.self = MACH_PORT_NULL;
	local.port = service = port_new_send();
	pthread_create(&thread, NULL, local_serve, NULL);
	while (local.self == MACH_PORT_NULL)
		sleep_ms(1);
	server.thread = local.self;
	at_rest();
	body_fill(mine, 1024, seed);
	OK(call_from(mine, 1024, CALL));
	EQUAL(wrong_bytes(mine, 1024, seed, 0xff), 0);
	pthread_join(thread, NULL);
	OK(mach_port_deallocate(SELF, local.self));
	port_gone(local.port);
	service = far;
	server.thread = remote;
}

static void one_task_body(void)
{
	static const int apart[] = {2048, 1024, 1020, 600, 68,	  32,	4,
				    0,	  -4,	-32,  -68, -1020, -1024};
	vm_address_t mine = pages(SELF, 3);

	memset((void *)mine, 1, 3 * vm_page_size);
	for (unsigned i = 0; i < sizeof apart / sizeof *apart; i++)
		one_task_at(mine + vm_page_size,
			    mine + vm_page_size + (vm_address_t)apart[i], i);
	OK(vm_deallocate(SELF, mine, 3 * vm_page_size));
}

static void one_task(void)
{
	counted(one_task_body);
}

/* --- while others work on the same memory --- */

#define ROUNDS 1500

/* Not from the heap: what a stack leaves behind is the same each time. */
_Alignas(16384) static char stacks[2][65536];

static pthread_t start(int n, void *(*body)(void *))
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	EQUAL(pthread_attr_setstack(&attr, stacks[n], sizeof stacks[n]), 0);
	EQUAL(pthread_create(&thread, &attr, body, NULL), 0);
	return thread;
}

static struct {
	vm_address_t at;
	volatile int stop;
	volatile unsigned turns, rounds;
	unsigned changed, failed_toggle, failed;
} busy;

static void wait_a_round(void)
{
	unsigned seen = busy.rounds;

	while (!busy.stop && busy.rounds - seen < 2)
		thread_switch(THREAD_NULL, SWITCH_OPTION_NONE, 0);
}

/* Read-only and known to be: then it stays as it is. */
static void *toggle(void *arg)
{
	while (!busy.stop) {
		busy.failed_toggle +=
		    vm_protect(server.task, busy.at, vm_page_size, FALSE,
			       VM_PROT_READ) != 0;
		vm_address_t one = theirs(busy.at, vm_page_size);
		wait_a_round();
		vm_address_t two = theirs(busy.at, vm_page_size);
		busy.changed +=
		    memcmp((void *)one, (void *)two, vm_page_size) != 0;
		vm_deallocate(SELF, one, vm_page_size);
		vm_deallocate(SELF, two, vm_page_size);
		busy.failed_toggle +=
		    vm_protect(server.task, busy.at, vm_page_size, FALSE,
			       VM_PROT_READ | VM_PROT_WRITE) != 0;
		wait_a_round();
		busy.turns++;
	}
	return arg;
}

static void *replace(void *arg)
{
	vm_address_t second = busy.at + vm_page_size;

	while (!busy.stop) {
		busy.failed +=
		    vm_deallocate(server.task, second, vm_page_size) != 0;
		busy.failed +=
		    vm_allocate(server.task, &second, vm_page_size, FALSE) != 0;
		wait_a_round();
	}
	return arg;
}

static void calls_quietly(vm_address_t mine)
{
	unsigned good = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		body_fill(mine, 4096, i);
		OK_OR_RETURN(call_from(mine, 4096, CALL));
		EQUAL(((mach_msg_header_t *)mine)->msgh_id, FAILED);
		busy.rounds++;
		if (i % 16 == 0)
			sleep_ms(1); /* the others have their turn */
		good += control->result == MACH_MSG_SUCCESS;
		if (control->result != MACH_MSG_SUCCESS)
			CODE(control->result, MACH_RCV_INVALID_DATA);
	}
	CHECK(good > 0);
}

static void race_body(void)
{
	vm_address_t mine = pages(SELF, 3), at = pages(server.task, 4);
	pthread_t one, two;

	theirs_fill(at, 4 * vm_page_size, 0x99);
	busy.at = at + vm_page_size;
	busy.stop = 0;
	busy.turns = busy.changed = busy.failed_toggle = busy.failed = 0;
	receive_into(busy.at + vm_page_size - 2048);
	control->quiet = 1;
	one = start(0, toggle);
	two = start(1, replace);
	calls_quietly(mine);
	busy.stop = 1;
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	EQUAL(busy.changed, 0);
	EQUAL(busy.failed_toggle, 0);
	EQUAL(busy.failed, 0);
	CHECK(busy.turns > 0);
	EQUAL(theirs_not(at, vm_page_size, 0x99), 0);
	EQUAL(theirs_not(at + 3 * vm_page_size, vm_page_size, 0x99), 0);
	OK(vm_deallocate(SELF, mine, 3 * vm_page_size));
}

static void race(void)
{
	counted(race_body);
}

static void *abort_often(void *arg)
{
	while (!busy.stop) {
		busy.failed += thread_abort(server.thread) != 0;
		busy.turns++;
		thread_switch(THREAD_NULL, SWITCH_OPTION_NONE, 0);
	}
	return arg;
}

/* The server asked for no interruptions: each call is answered, once. */
static void aborted_body(void)
{
	vm_address_t mine = pages(SELF, 3);
	pthread_t one;

	receive_into(pages(server.task, 3));
	busy.stop = 0;
	busy.turns = busy.failed = 0;
	one = start(0, abort_often);
	for (unsigned i = 0; i < ROUNDS; i++)
		round_trip(mine, 4096, i);
	busy.stop = 1;
	pthread_join(one, NULL);
	EQUAL(busy.failed, 0);
	CHECK(busy.turns > 0);
	OK(vm_deallocate(SELF, mine, 3 * vm_page_size));
}

static void aborted(void)
{
	counted(aborted_body);
}

static const struct test tests[] = {
    TEST(straight),	 TEST(absent),	  TEST(copy_on_write), TEST(snapshots),
    TEST(shared_memory), TEST(read_only), TEST(straddling),    TEST(sources),
    TEST(one_task),	 TEST(race),	  TEST(aborted),
};
TEST_MAIN(tests)

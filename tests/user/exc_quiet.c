/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is no exception: page faults that the kernel resolves, and events from
 * outside. A child whose exception ports are ours lives through plenty of
 * each; its ports must never have got a message. That one would have come is
 * shown by a real exception at the end.
 */
#include "lib/test.h"

#include <mach/exception.h>
#include <mach/host_counters.h>
#include <pthread.h>

#define SELF  mach_task_self()
#define PAGES 200

/* Shared with the child. */
struct shared {
	volatile int step; /* what the child has done */
	volatile int go;   /* what it may do */
	volatile unsigned long spins;
	volatile unsigned bad;
};

static int64_t faults(void)
{
	int64_t values[HOST_COUNTER_COUNT] = {0};
	mach_msg_type_number_t n = HOST_COUNTER_COUNT;

	OK(host_counters(host_self(), values, &n));
	return values[HOST_COUNTER_FAULTS];
}

/* Messages that ever came to the port. */
static unsigned came_to(mach_port_t port)
{
	struct mach_port_status s;

	OK(mach_port_get_receive_status(SELF, port, &s));
	return s.mps_seqno + s.mps_msgcount;
}

/* --- the child whose exceptions come here --- */

struct watched {
	struct child child;
	mach_port_t task_port, thread_port;
};

static bool watched_start(struct watched *w, void (*body)(void *),
			  struct shared *s)
{
	w->task_port = port_new_send();
	w->thread_port = port_new_send();
	if (!OK(child_create(&w->child, body, s)))
		return false;
	OK(task_set_special_port(w->child.task, TASK_EXCEPTION_PORT,
				 w->task_port));
	OK(thread_set_exception_port(w->child.thread, w->thread_port));
	return OK(child_go(&w->child));
}

static void wait_go(struct shared *s, int step)
{
	s->step = step;
	while (s->go < step)
		thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1);
}

/* Nothing came; then it makes an exception, and that comes. */
static void watched_end(struct watched *w)
{
	struct {
		mach_msg_header_t head;
		char room[128];
	} m;

	CHECK(mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(m),
		       w->thread_port, 3000, 0) == MACH_MSG_SUCCESS);
	EQUAL(m.head.msgh_id, 2400);
	EQUAL(came_to(w->task_port), 0);
	mach_msg_destroy(&m.head); /* refused: the task's port is asked */
	CHECK(mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(m),
		       w->task_port, 3000, 0) == MACH_MSG_SUCCESS);
	mach_msg_destroy(&m.head);
	child_wait(&w->child);
	port_gone(w->task_port);
	port_gone(w->thread_port);
}

static void check_quiet(const struct watched *w)
{
	EQUAL(came_to(w->thread_port), 0);
	EQUAL(came_to(w->task_port), 0);
}

/* --- page faults --- */

/* All pages' first words: as they should be before, and after. */
static unsigned touch(vm_address_t at, long before, long after)
{
	unsigned bad = 0;

	for (unsigned i = 0; i < PAGES; i++) {
		volatile long *word = (long *)(at + i * vm_page_size);

		bad += *word != (before ? before + i : 0);
		*word = after + i;
	}
	return bad;
}

static vm_address_t parents_copy, parents_shared; /* inherited */

static unsigned child_maps(void)
{
	vm_size_t size = PAGES * vm_page_size;
	vm_address_t a = 0, b = 0, c = 0;
	mach_port_t entry = MACH_PORT_NULL;
	unsigned bad = 0;

	/* Zero-fill; a copy of it; what was copied from; a second mapping. */
	bad += vm_allocate(SELF, &a, size, TRUE) != 0;
	bad += vm_allocate(SELF, &b, size, TRUE) != 0;
	bad += touch(a, 0, 1000);
	bad += vm_copy(SELF, a, size, b) != 0;
	bad += touch(b, 1000, 2000);
	bad += touch(a, 1000, 3000);
	bad += mach_make_memory_entry(SELF, &size, a, VM_PROT_ALL, &entry) != 0;
	bad += vm_map(SELF, &c, size, 0, TRUE, entry, 0, FALSE, VM_PROT_ALL,
		      VM_PROT_ALL, VM_INHERIT_COPY) != 0;
	bad += touch(c, 3000, 4000);
	bad += touch(a, 4000, 5000);
	/* Protection taken and given back: the mappings are made again. */
	bad += vm_protect(SELF, a, size, FALSE, VM_PROT_READ) != 0;
	bad += *(volatile long *)a != 5000;
	bad += vm_protect(SELF, a, size, FALSE,
			  VM_PROT_READ | VM_PROT_WRITE) != 0;
	return bad + touch(a, 5000, 6000);
}

static void deep_stack(unsigned depth)
{
	volatile char frame[1024];

	frame[0] = frame[1023] = (char)depth;
	if (depth)
		deep_stack(depth - 1);
	frame[1] = frame[0];
}

static void body_of_faults(void *arg)
{
	struct shared *s = arg;

	s->bad += touch(parents_copy, 10, 20);
	s->bad += touch(parents_shared, 10, 20);
	s->bad += child_maps();
	deep_stack(100);
	wait_go(s, 1);
	__asm__ volatile("ud2");
}

/* Checklist: EXC-22 */
static void faults_stay_inside(void)
{
	vm_size_t size = PAGES * vm_page_size;
	struct shared *s = shared_page();
	struct watched w;
	int64_t before;

	parents_copy = parents_shared = 0;
	OK_OR_RETURN(vm_allocate(SELF, &parents_copy, size, TRUE));
	OK_OR_RETURN(vm_allocate(SELF, &parents_shared, size, TRUE));
	OK(vm_inherit(SELF, parents_shared, size, VM_INHERIT_SHARE));
	EQUAL(touch(parents_copy, 0, 10), 0);
	EQUAL(touch(parents_shared, 0, 10), 0);
	*s = (struct shared){0};
	before = faults();
	if (!watched_start(&w, body_of_faults, s))
		return;
	CHECK(wait_for(&s->step, 1, 5000));
	EQUAL(s->bad, 0);
	CHECK(faults() - before >= 5 * PAGES);
	check_quiet(&w);
	EQUAL(touch(parents_copy, 10, 0), 0);
	EQUAL(touch(parents_shared, 20, 0), 0);
	s->go = 1;
	watched_end(&w);
	OK(vm_deallocate(SELF, parents_copy, size));
	OK(vm_deallocate(SELF, parents_shared, size));
}

/* --- events --- */

static void *spins(void *arg)
{
	struct shared *s = arg;

	for (;;)
		s->spins++;
	return NULL;
}

/* Time-outs, ends of quanta (two threads, one of them always spinning),
 * messages, notifications of all sorts. */
static void body_of_events(void *arg)
{
	struct shared *s = arg;
	mach_port_t port = mach_reply_port(), dead = mach_reply_port(), old;
	struct {
		mach_msg_header_t head;
		char room[64];
	} m;
	pthread_t t;

	task_notify(); /* the manual's events would come here */
	pthread_create(&t, NULL, spins, s);
	for (int i = 0; i < 20; i++) {
		s->bad += mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
				   sizeof(m), port, 2, 0) != MACH_RCV_TIMED_OUT;
		thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, 1);
	}
	s->bad += mach_port_insert_right(SELF, dead, dead,
					 MACH_MSG_TYPE_MAKE_SEND) != 0;
	s->bad += mach_port_request_notification(
			  SELF, dead, MACH_NOTIFY_DEAD_NAME, 0, port,
			  MACH_MSG_TYPE_MAKE_SEND_ONCE, &old) != 0;
	s->bad += mach_port_mod_refs(SELF, dead, MACH_PORT_RIGHT_RECEIVE,
				     -1) != 0;
	s->bad += mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			   sizeof(m), port, 2000, 0) != MACH_MSG_SUCCESS;
	/* Now others interrupt it: a wait that ends only by thread_abort. */
	s->step = 1;
	while (s->go < 1)
		mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_INTERRUPT, 0,
			 sizeof(m), port, 0, 0);
	wait_go(s, 2);
	__asm__ volatile("ud2");
}

/* What other tasks do to it. */
static void disturb(const struct child *c, const struct shared *s)
{
	unsigned long spins = s->spins;

	for (int i = 0; i < 50; i++) {
		OK(thread_suspend(c->thread));
		OK(thread_abort(c->thread));
		OK(thread_resume(c->thread));
		OK(task_suspend(c->task));
		OK(task_resume(c->task));
		OK(thread_priority(c->thread, 8 + i % 4, FALSE));
		thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1);
	}
	CHECK(s->spins != spins);
}

/* Checklist: EXC-17 */
static void events_are_none(void)
{
	struct shared *s = shared_page();
	struct watched w;

	*s = (struct shared){0};
	if (!watched_start(&w, body_of_events, s))
		return;
	CHECK(wait_for(&s->step, 1, 10000));
	disturb(&w.child, s);
	check_quiet(&w);
	s->go = 1;
	OK(thread_abort(w.child.thread));
	CHECK(wait_for(&s->step, 2, 5000));
	EQUAL(s->bad, 0);
	check_quiet(&w);
	s->go = 2;
	watched_end(&w);
}

static const struct test tests[] = {
	TEST(faults_stay_inside),
	TEST(events_are_none),
};
TEST_MAIN(tests)

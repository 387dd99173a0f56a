/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The authority that every task has without being given it: its own ports. Its
 * creator may put an interposer's port there, or none (docs/ipc.md).
 */
#include "lib/test.h"

#include <mach/mig_errors.h>
#include <mach/mach_traps.h>
#include <mach/x86_64/trap_call.h>
#include <pthread.h>

#define SELF mach_task_self()

/* Whether the task knows the port of ours under any name. */
static bool knows(task_t task, mach_port_t port)
{
	mach_msg_type_number_t n = 0, m = 0;
	mach_port_type_array_t types;
	mach_port_array_t names;
	bool found = false;

	OK(mach_port_names(task, &names, &n, &types, &m));
	for (unsigned i = 0; i < n; i++) {
		mach_msg_type_name_t kind;
		mach_port_t got;

		if (!(types[i] & MACH_PORT_TYPE_SEND) ||
		    mach_port_extract_right(task, names[i],
					    MACH_MSG_TYPE_COPY_SEND, &got,
					    &kind) != KERN_SUCCESS)
			continue;
		found |= got == port; /* the same object, the same name */
		mach_port_deallocate(SELF, got);
	}
	OK(vm_deallocate(SELF, (vm_address_t)names, n * sizeof(*names)));
	OK(vm_deallocate(SELF, (vm_address_t)types, m * sizeof(*types)));
	return found;
}

/* --- an interposer: some calls are refused, the others passed on --- */

static struct {
	mach_port_t set, as_task, as_thread;
	task_t task;
	thread_t thread;
	unsigned passed, refused;
	volatile int ends;
} between;

/* Those that make objects, or tell the true ports. */
static bool refuses(int id)
{
	return id == MIG_ID_mach_port_allocate || id == MIG_ID_task_create ||
	       id == MIG_ID_task_threads || id == MIG_ID_thread_create ||
	       id == MIG_ID_task_get_special_port;
}

static void refuse(mach_msg_header_t *m)
{
	mig_reply_header_t r = {
		.Head = {.msgh_bits = MACH_MSGH_BITS(
				 MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
			 .msgh_remote_port = m->msgh_remote_port,
			 .msgh_id = m->msgh_id + 100},
		.RetCodeType = {.msgt_name = MACH_MSG_TYPE_INTEGER_32,
				.msgt_size = 32,
				.msgt_number = 1,
				.msgt_inline = TRUE},
		.RetCode = KERN_PROTECTION_FAILURE,
	};

	m->msgh_remote_port = MACH_PORT_NULL;
	mach_msg_destroy(m);
	mach_msg(&r.Head, MACH_SEND_MSG, sizeof(r), 0, 0, 0, 0);
	between.refused++;
}

/* The answer goes from the kernel to the task, not through us. */
static void pass(mach_msg_header_t *m)
{
	bool to_task = m->msgh_local_port == between.as_task;
	mach_port_t reply = m->msgh_remote_port;

	m->msgh_bits = (m->msgh_bits & MACH_MSGH_BITS_COMPLEX) |
		       MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
				      MACH_MSG_TYPE_MOVE_SEND_ONCE);
	m->msgh_remote_port = to_task ? between.task : between.thread;
	m->msgh_local_port = reply;
	if (mach_msg(m, MACH_SEND_MSG, m->msgh_size, 0, 0, 0, 0) !=
	    MACH_MSG_SUCCESS)
		mach_msg_destroy(m);
	between.passed++;
}

static void *interposes(void *arg)
{
	static union {
		mach_msg_header_t head;
		char room[8192];
	} m;

	while (!between.ends) {
		if (mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			     sizeof(m), between.set, 50, 0) != MACH_MSG_SUCCESS)
			continue;
		if (refuses(m.head.msgh_id))
			refuse(&m.head);
		else
			pass(&m.head);
	}
	return arg;
}

struct seen {
	volatile int done;
	volatile kern_return_t memory, port, task, threads;
	volatile bool wrote;
};

/* An ordinary program: all it does goes through libmach. */
static void program(void *arg)
{
	struct seen *s = arg;
	vm_address_t at = 0;
	mach_port_t name;
	task_t task;
	thread_array_t threads;
	mach_msg_type_number_t n;

	s->memory = vm_allocate(SELF, &at, vm_page_size, TRUE);
	if (s->memory == KERN_SUCCESS) {
		*(volatile int *)at = 1;
		s->wrote = true;
	}
	s->port = mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &name);
	s->task = task_create(SELF, FALSE, &task);
	s->threads = task_threads(SELF, &threads, &n);
	s->done = 1;
	while (s->done != 2)
		swtch();
}

/* Checklist: CAP-2 */
static void self_interposed(void)
{
	struct seen *s = shared_page();
	pthread_t server;
	struct child c;

	between.as_task = port_new_send();
	between.as_thread = port_new_send();
	OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &between.set));
	OK(mach_port_move_member(SELF, between.as_task, between.set));
	OK(mach_port_move_member(SELF, between.as_thread, between.set));
	*s = (struct seen){0};
	OK_OR_RETURN(child_create(&c, program, s));
	between.task = c.task;
	between.thread = c.thread;
	OK(task_set_special_port(c.task, TASK_KERNEL_PORT, between.as_task));
	OK(thread_set_special_port(c.thread, THREAD_KERNEL_PORT,
				   between.as_thread));
	pthread_create(&server, NULL, interposes, NULL);
	OK(child_go(&c));
	CHECK(wait_for(&s->done, 1, 5000));
	EQUAL(s->memory, KERN_SUCCESS);
	CHECK(s->wrote);
	EQUAL(s->port, KERN_PROTECTION_FAILURE);
	EQUAL(s->task, KERN_PROTECTION_FAILURE);
	EQUAL(s->threads, KERN_PROTECTION_FAILURE);
	CHECK(between.passed >= 1);
	/* One more is libmach's own: a port for replies. */
	CHECK(between.refused >= 3);
	CHECK(knows(c.task, between.as_task));
	CHECK(!knows(c.task, c.task));
	CHECK(!knows(c.task, c.thread));
	s->done = 2;
	child_wait(&c);
	between.ends = 1;
	pthread_join(server, NULL);
	port_gone(between.as_task);
	port_gone(between.as_thread);
	port_gone(between.set);
}

/* --- no ports at all --- */

struct denied {
	volatile int step;
	volatile uint32_t task, manuals_task, thread;
	volatile int64_t memory, send;
	volatile uint64_t clock;
	volatile uint32_t reply;
};

static char bare_stack[16384] __attribute__((aligned(16)));

/* Without libmach, which wants its task's port. */
static void bare_program(struct denied *d)
{
	mach_msg_header_t m = {
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
		.msgh_size = sizeof(m),
	};
	vm_address_t at = 0;

	d->task = (uint32_t)mach_trap0(MACH_TRAP_MACH_TASK_SELF);
	d->manuals_task = (uint32_t)mach_trap0(MACH_TRAP_TASK_SELF);
	d->thread = (uint32_t)mach_trap0(MACH_TRAP_MACH_THREAD_SELF);
	m.msgh_remote_port = d->task;
	d->memory = mach_trap4(MACH_TRAP_VM_ALLOCATE, d->task, (uintptr_t)&at,
			       65536, 1);
	d->send = mach_trap7(MACH_TRAP_MACH_MSG, (uintptr_t)&m, MACH_SEND_MSG,
			     sizeof(m), 0, 0, 0, 0);
	/* The residue: calls that need no port. */
	d->clock = (uint64_t)mach_trap2(MACH_TRAP_CLOCK_GET,
					MACH_CLOCK_MONOTONIC, 0);
	d->reply = (uint32_t)mach_trap0(MACH_TRAP_MACH_REPLY_PORT);
	d->step = 1;
	for (;;)
		mach_trap0(MACH_TRAP_SWTCH);
}

/* Checklist: CAP-2 */
static void self_denied(void)
{
	struct x86_64_thread_state state = {
		.rip = (uintptr_t)bare_program,
		.rsp = (uintptr_t)bare_stack + sizeof(bare_stack) - 8,
	};
	struct denied *d = shared_page();
	thread_t thread;
	task_t task;

	*d = (struct denied){.memory = -1, .send = -1, .task = 77};
	state.rdi = (uintptr_t)d;
	OK_OR_RETURN(task_create(SELF, TRUE, &task));
	OK(task_set_special_port(task, TASK_KERNEL_PORT, MACH_PORT_NULL));
	OK(thread_create(task, &thread));
	OK(thread_set_special_port(thread, THREAD_KERNEL_PORT, MACH_PORT_NULL));
	OK(thread_set_state(thread, x86_64_THREAD_STATE,
			    (thread_state_t)&state, x86_64_THREAD_STATE_COUNT));
	OK(thread_resume(thread));
	CHECK(wait_for(&d->step, 1, 5000));
	EQUAL(d->task, MACH_PORT_NULL);
	EQUAL(d->manuals_task, MACH_PORT_NULL);
	EQUAL(d->thread, MACH_PORT_NULL);
	CHECK(d->memory != KERN_SUCCESS);
	EQUAL(d->send, MACH_SEND_INVALID_DEST);
	CHECK(d->clock != 0);
	CHECK(MACH_PORT_VALID(d->reply));
	CHECK(!knows(task, task));
	CHECK(!knows(task, thread));
	OK(task_terminate(task));
	mach_port_deallocate(SELF, task);
	mach_port_deallocate(SELF, thread);
}

/* --- another name for the own task --- */

#define CHOSEN 0x70017

struct renamed {
	volatile int done;
	unsigned line; /* of the first surprise */
};

static mach_port_t kernel_says(void)
{
	return (mach_port_t)mach_trap0(MACH_TRAP_MACH_TASK_SELF);
}

/* References under a name of ours for our own task; 0: it is none. */
static unsigned references(mach_port_t name)
{
	mach_port_urefs_t refs;

	return mach_port_get_refs(kernel_says(), name, MACH_PORT_RIGHT_SEND,
				  &refs) == KERN_SUCCESS
		       ? refs
		       : 0;
}

#define EXPECT(condition)                                                     \
	do {                                                                  \
		if (!(condition) && r->line == 0)                             \
			r->line = __LINE__;                                   \
	} while (0)

static void renames(void *arg)
{
	struct renamed *r = arg;
	mach_port_t old = mach_task_self(), port;
	unsigned before = references(old);
	mach_port_type_t type;

	EXPECT(before > 0);
	EXPECT(mach_port_rename(old, old, CHOSEN) == KERN_SUCCESS);
	EXPECT(kernel_says() == CHOSEN && kernel_says() == CHOSEN);
	EXPECT(references(CHOSEN) == before);
	/* The old name is nobody's: trap and RPC fail, and cost nothing. */
	for (int i = 0; i < 3; i++)
		EXPECT(mach_port_type(old, old, &type) != KERN_SUCCESS);
	EXPECT(mach_port_allocate(old, MACH_PORT_RIGHT_RECEIVE, &port) !=
	       KERN_SUCCESS);
	EXPECT(references(CHOSEN) == before);
	EXPECT(mach_port_allocate(CHOSEN, MACH_PORT_RIGHT_RECEIVE, &port) ==
	       KERN_SUCCESS);
	/* Nor is it the task's when another port has it. */
	EXPECT(mach_port_rename(CHOSEN, port, old) == KERN_SUCCESS);
	EXPECT(mach_port_allocate(old, MACH_PORT_RIGHT_RECEIVE, &port) !=
	       KERN_SUCCESS);
	EXPECT(kernel_says() == CHOSEN);
	/* Destroyed, it is found again: under one name, with one reference. */
	EXPECT(mach_port_destroy(CHOSEN, CHOSEN) == KERN_SUCCESS);
	task_self_ = kernel_says();
	EXPECT(task_self_ != CHOSEN && task_self_ != old);
	EXPECT(kernel_says() == task_self_ && references(task_self_) == 1);
	r->done = 1;
}

static void self_renamed(void)
{
	struct renamed *r = shared_page();
	struct child c;

	*r = (struct renamed){0};
	OK_OR_RETURN(child_create(&c, renames, r));
	OK(child_go(&c));
	CHECK(wait_for(&r->done, 1, 5000));
	EQUAL(r->line, 0);
	child_kill(&c);
}

static const struct test tests[] = {
	TEST(self_renamed),
	TEST(self_interposed),
	TEST(self_denied),
};
TEST_MAIN(tests)

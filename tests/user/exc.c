/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: who is asked in which order, what the messages say, and what
 * each answer does. Victims are threads of children or of this task; handlers
 * are threads here. (Handlers that change their victim: exc_mend.c; what users
 * raise: exc_user.c.)
 */
#include "lib/test.h"
#include "lib/victim.h"

#include <mach/exception.h>
#include <mach/mach_ext.h>
#include <pthread.h>

#define SELF mach_task_self()

/* ---- tests ---- */

/* Checklist: EXC-01 EXC-02 EXC-03 MIG-07 */
static void exc_cycle(void)
{
	struct victim *v = shared_page();
	mach_port_t port = port_new_send();
	struct request r;
	struct child c;

	if (!victim_start(&c, v, V_UD2, port, MACH_PORT_NULL))
		return;
	CHECK(exception_wait(port, &r, 2000));
	EQUAL(r.head.msgh_id, 2400);
	EQUAL(r.head.msgh_size, 64);
	CHECK(r.head.msgh_bits & MACH_MSGH_BITS_KERNEL);
	EQUAL(MACH_MSGH_BITS_REMOTE(r.head.msgh_bits),
	      MACH_MSG_TYPE_PORT_SEND_ONCE);
	EQUAL(r.thread_type.msgt_name, MACH_MSG_TYPE_PORT_SEND);
	EQUAL(r.thread, c.thread);
	EQUAL(r.task, c.task);
	EQUAL(r.exception, EXC_BAD_INSTRUCTION);
	EQUAL(v->done, 0);
	skip_bytes(r.thread, 2);
	answer(&r, KERN_SUCCESS);
	release(&r);
	child_wait(&c);
	EQUAL(v->done, 1);
	port_gone(port);
}

/* Checklist: EXC-06 EXC-07 */
static void exc_classes(void)
{
	static const struct {
		int kind, exception, code, skip;
	} cases[] = {
		{V_NULL, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, 6},
		{V_UD2, EXC_BAD_INSTRUCTION, EXC_I386_INVOP, 2},
		{V_DIVIDE, EXC_ARITHMETIC, EXC_I386_DIV, 2},
		{V_INT3, EXC_BREAKPOINT, EXC_I386_BPT, 0},
		{V_HLT, EXC_BAD_INSTRUCTION, EXC_I386_GPFLT, 1},
		{V_X87, EXC_ARITHMETIC, EXC_I386_EXTERR, 1},
		{V_STEP, EXC_BREAKPOINT, EXC_I386_SGL, 0},
	};
	struct victim *v = shared_page();
	mach_port_t port = port_new_send();

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct request r;
		struct child c;

		if (!victim_start(&c, v, cases[i].kind, port, MACH_PORT_NULL))
			return;
		if (!exception_wait(port, &r, 2000)) {
			test_fail(__FILE__, __LINE__, "case %u: none came", i);
			child_kill(&c);
			continue;
		}
		if (r.exception != cases[i].exception ||
		    r.code != cases[i].code)
			test_fail(__FILE__, __LINE__,
				  "case %u: exception %d code %d", i,
				  r.exception, r.code);
		if (cases[i].kind == V_NULL)
			EQUAL(r.subcode, 8);
		skip_bytes(r.thread, (unsigned)cases[i].skip);
		answer(&r, KERN_SUCCESS);
		release(&r);
		if (!CHECK(child_dead_within(&c, 2000)))
			child_kill(&c);
		else
			child_wait(&c);
		if (!v->done)
			test_fail(__FILE__, __LINE__, "case %u: died", i);
	}
	port_gone(port);
}

/* A system call without a handler. Checklist: EXC-06 EXC-07 */
static void bad_syscall(void)
{
	struct victim *v = shared_page();
	mach_port_t port = port_new_send();
	struct request r;
	struct child c;

	*v = (struct victim){.kind = V_SYSCALL};
	OK_OR_RETURN(child_create(&c, victim_body, v));
	OK(task_set_special_port(c.task, TASK_EXCEPTION_PORT, port));
	OK(task_set_emulation(c.task, 0, EML_ALL));
	OK(child_go(&c));
	CHECK(exception_wait(port, &r, 2000));
	EQUAL(r.exception, EXC_SOFTWARE);
	EQUAL(r.code, EXC_UNIX_BAD_SYSCALL);
	EQUAL(r.subcode, 12345);
	release(&r);
	mach_port_deallocate(SELF, r.head.msgh_remote_port);
	child_wait(&c);
	EQUAL(v->done, 0);
	port_gone(port);
}

/* Checklist: EXC-04 EXC-05 */
static void exc_order(void)
{
	struct victim *v = shared_page();
	mach_port_t thread_port = port_new_send(), task_port = port_new_send();
	struct request r, again;
	struct child c;

	/* The thread's port first; if it handles, nobody else is asked. */
	if (!victim_start(&c, v, V_UD2, task_port, thread_port))
		return;
	CHECK(exception_wait(thread_port, &r, 2000));
	CHECK(!exception_wait(task_port, &again, 20));
	skip_bytes(r.thread, 2);
	answer(&r, KERN_SUCCESS);
	release(&r);
	child_wait(&c);
	EQUAL(v->done, 1);
	/* It refuses: the same to the task's; that refuses: the end. */
	if (!victim_start(&c, v, V_UD2, task_port, thread_port))
		return;
	CHECK(exception_wait(thread_port, &r, 2000));
	answer(&r, KERN_FAILURE);
	CHECK(exception_wait(task_port, &again, 2000));
	EQUAL(again.exception, r.exception);
	EQUAL(again.code, r.code);
	EQUAL(again.subcode, r.subcode);
	answer(&again, KERN_FAILURE);
	CHECK(child_dead_within(&c, 2000));
	release(&r);
	release(&again);
	child_wait(&c);
	EQUAL(v->done, 0);
	/* Nobody at all. */
	if (!victim_start(&c, v, V_UD2, MACH_PORT_NULL, MACH_PORT_NULL))
		return;
	CHECK(child_dead_within(&c, 2000));
	child_wait(&c);
	port_gone(thread_port);
	port_gone(task_port);
}

/* Malformed answers count as refusals, and so does dropping the right. */
static void bad_answers(void)
{
	struct victim *v = shared_page();
	mach_port_t port = port_new_send(), last = port_new_send();

	for (int i = 0; i < 4; i++) {
		struct request r, s;
		struct child c;

		if (!victim_start(&c, v, V_UD2, last, port))
			return;
		CHECK(exception_wait(port, &r, 2000));
		switch (i) {
		case 0:
			answer_raw(r.head.msgh_remote_port, 2501, 32, 0);
			break;
		case 1:
			answer_raw(r.head.msgh_remote_port, 2500, 24, 0);
			break;
		case 2:
			mach_port_deallocate(SELF, r.head.msgh_remote_port);
			break;
		case 3:
			answer_raw(r.head.msgh_remote_port, 2500, 28, 0);
			break;
		}
		CHECK(exception_wait(last, &s, 2000));
		skip_bytes(s.thread, 2);
		answer(&s, KERN_SUCCESS);
		release(&r);
		release(&s);
		child_wait(&c);
		EQUAL(v->done, 1);
	}
	port_gone(port);
	port_gone(last);
}

static void *counting(void *arg)
{
	struct victim *v = arg;

	for (;;)
		v->counter++;
	return NULL;
}

static void victim_with_thread(void *arg)
{
	struct victim *v = arg;
	pthread_t t;

	pthread_create(&t, NULL, counting, v);
	while (v->counter == 0)
		swtch();
	raise_kind(V_UD2);
	v->done = 1;
}

/* Checklist: EXC-13 */
static void others_go_on(void)
{
	struct victim *v = shared_page();
	mach_port_t port = port_new_send();
	unsigned long before;
	struct request r;
	struct child c;

	*v = (struct victim){0};
	OK_OR_RETURN(child_create(&c, victim_with_thread, v));
	OK(task_set_special_port(c.task, TASK_EXCEPTION_PORT, port));
	OK(child_go(&c));
	CHECK(exception_wait(port, &r, 2000));
	before = v->counter;
	for (int i = 0; i < 2000 && v->counter == before; i++)
		sleep_ms(1);
	CHECK(v->counter != before);
	EQUAL(v->done, 0);
	answer(&r, KERN_FAILURE);
	release(&r);
	child_wait(&c);
	port_gone(port);
}

/* Checklist: EXC-14 */
static void exc_parallel(void)
{
	struct child c[6];
	struct victim *v[6];
	struct request r[6];
	mach_port_t port = port_new_send();

	OK(mach_port_set_qlimit(SELF, port, 16));
	for (int i = 0; i < 6; i++) {
		v[i] = shared_page();
		if (!victim_start(&c[i], v[i], V_UD2, port, MACH_PORT_NULL))
			return;
	}
	for (int i = 0; i < 6; i++)
		CHECK(exception_wait(port, &r[i], 2000));
	for (int i = 5; i >= 0; i--) { /* answered in another order */
		skip_bytes(r[i].thread, 2);
		answer(&r[i], KERN_SUCCESS);
		release(&r[i]);
	}
	for (int i = 0; i < 6; i++) {
		child_wait(&c[i]);
		EQUAL(v[i]->done, 1);
	}
	port_gone(port);
}

#define THREADS 8

static void *raises(void *arg)
{
	struct victim *v = arg;

	raise_kind(V_UD2);
	__atomic_add_fetch(&v->done, 1, __ATOMIC_RELAXED);
	return NULL;
}

static void victim_of_threads(void *arg)
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, raises, arg);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
}

/* All threads of one task at once. Checklist: EXC-14 */
static void exc_threads(void)
{
	struct victim *v = shared_page();
	mach_port_t port = port_new_send();
	struct request r[THREADS];
	struct child c;

	OK(mach_port_set_qlimit(SELF, port, 16));
	*v = (struct victim){0};
	OK_OR_RETURN(child_create(&c, victim_of_threads, v));
	OK(task_set_special_port(c.task, TASK_EXCEPTION_PORT, port));
	OK(child_go(&c));
	for (int i = 0; i < THREADS; i++)
		if (!CHECK(exception_wait(port, &r[i], 2000)))
			return;
	for (int i = THREADS - 1; i >= 0; i--) {
		for (int k = 0; k < i; k++)
			CHECK(r[k].thread != r[i].thread);
		EQUAL(v->done, 0);
		skip_bytes(r[i].thread, 2);
	}
	for (int i = THREADS - 1; i >= 0; i--) {
		answer(&r[i], KERN_SUCCESS);
		CHECK(wait_for(&v->done, THREADS - i, 2000));
		release(&r[i]);
	}
	child_wait(&c);
	port_gone(port);
}

/* The whole address, by a call of its own. Checklist: EXC-21 */
static void exception_state(void)
{
	struct victim *v = shared_page();
	mach_port_t port = port_new_send();
	struct x86_64_exception_state s = {0};
	unsigned n = x86_64_EXCEPTION_STATE_COUNT;
	struct request r;
	struct child c;

	if (!victim_start(&c, v, V_NULL, port, MACH_PORT_NULL))
		return;
	CHECK(exception_wait(port, &r, 2000));
	OK(thread_get_state(r.thread, x86_64_EXCEPTION_STATE,
			    (thread_state_t)&s, &n));
	EQUAL(s.trapno, 14);
	EQUAL(s.cr2, 8);
	answer(&r, KERN_FAILURE);
	release(&r);
	child_wait(&c);
	port_gone(port);
}

/* The long form: 64-bit codes and registers; registers in the reply. */
struct request64 {
	mach_msg_header_t head;
	mach_msg_type_t thread_type;
	mach_port_t thread;
	mach_msg_type_t task_type;
	mach_port_t task;
	mach_msg_type_t exception_type;
	int exception;
	mach_msg_type_t code_type;
	i64_a4 code[2];
	mach_msg_type_t flavor_type;
	int flavor;
	mach_msg_type_t state_type;
	unsigned state[x86_64_THREAD_STATE_COUNT];
	char room[64];
};

struct answer64 {
	struct answer start;
	mach_msg_type_t flavor_type;
	int flavor;
	mach_msg_type_t state_type;
	unsigned state[x86_64_THREAD_STATE_COUNT];
};

static void answer_long(const struct request64 *r,
			const struct x86_64_thread_state *s)
{
	struct answer64 a = {
		.start = {.head = {.msgh_bits = MACH_MSGH_BITS(
					   MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
				   .msgh_remote_port = r->head.msgh_remote_port,
				   .msgh_id = 2505},
			  .type = r->exception_type},
		.flavor_type = r->flavor_type,
		.flavor = r->flavor,
		.state_type = r->state_type,
	};

	memcpy(a.state, s, sizeof a.state);
	OK(mach_msg(&a.start.head, MACH_SEND_MSG, sizeof a, 0, 0, 0, 0));
}

static void long_form(void)
{
	struct victim *v = shared_page();
	mach_port_t port = port_new_send();
	struct x86_64_thread_state s;
	struct request64 r;
	struct child c;

	OK(mach_port_set_exception_form(SELF, port, EXC_FORM_64));
	CODE(mach_port_set_exception_form(SELF, port, 7), KERN_INVALID_VALUE);
	if (!victim_start(&c, v, V_UD2, port, MACH_PORT_NULL))
		return;
	OK_OR_RETURN(mach_msg(&r.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			      sizeof r, port, 2000, 0));
	EQUAL(r.head.msgh_id, 2405);
	EQUAL(r.exception, EXC_BAD_INSTRUCTION);
	EQUAL(r.flavor, x86_64_THREAD_STATE);
	memcpy(&s, r.state, sizeof s);
	s.rip += 2;
	answer_long(&r, &s);
	mach_port_deallocate(SELF, r.thread);
	mach_port_deallocate(SELF, r.task);
	child_wait(&c);
	EQUAL(v->done, 1);
	/* The short answer is good, too: registers as they are. */
	if (!victim_start(&c, v, V_INT3, port, MACH_PORT_NULL))
		return;
	OK_OR_RETURN(mach_msg(&r.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			      sizeof r, port, 2000, 0));
	answer_raw(r.head.msgh_remote_port, 2500, 32, KERN_SUCCESS);
	mach_port_deallocate(SELF, r.thread);
	mach_port_deallocate(SELF, r.task);
	child_wait(&c);
	EQUAL(v->done, 1);
	port_gone(port);
}

/* Checklist: EXC-16 */
static void get_set_ports(void)
{
	mach_port_t port = port_new_send(), old, got;

	OK(task_get_exception_port(SELF, &old));
	OK(task_set_exception_port(SELF, port));
	OK(task_get_exception_port(SELF, &got));
	EQUAL(got, port);
	mach_port_deallocate(SELF, got);
	OK(task_set_exception_port(SELF, old));
	/* One cannot receive on an inherited port. */
	CHECK(port_refs(old, MACH_PORT_RIGHT_RECEIVE) == 0);
	mach_port_deallocate(SELF, old);
	port_gone(port);
}

/* thread_abort on the victim: it resumes at the same place. */
static void abort_victim(void)
{
	struct victim *v = shared_page();
	mach_port_t port = port_new_send();
	struct request r, again;
	struct child c;

	if (!victim_start(&c, v, V_UD2, port, MACH_PORT_NULL))
		return;
	CHECK(exception_wait(port, &r, 2000));
	OK(thread_abort(r.thread));
	CHECK(exception_wait(port, &again, 2000)); /* it raises it again */
	skip_bytes(again.thread, 2);
	answer(&again, KERN_SUCCESS);
	release(&r);
	release(&again);
	mach_port_deallocate(SELF, r.head.msgh_remote_port);
	child_wait(&c);
	EQUAL(v->done, 1);
	port_gone(port);
}

/* The handler suspended the task: the answer does not run the victim. */
static void suspended_in_handler(void)
{
	struct victim *v = shared_page();
	mach_port_t port = port_new_send();
	struct request r;
	struct child c;

	if (!victim_start(&c, v, V_UD2, port, MACH_PORT_NULL))
		return;
	CHECK(exception_wait(port, &r, 2000));
	OK(task_suspend(r.task));
	skip_bytes(r.thread, 2);
	answer(&r, KERN_SUCCESS);
	sleep_ms(30);
	EQUAL(v->done, 0);
	OK(task_resume(r.task));
	release(&r);
	child_wait(&c);
	EQUAL(v->done, 1);
	port_gone(port);
}

static unsigned names_of(task_t task)
{
	mach_port_array_t names;
	mach_port_type_array_t types;
	mach_msg_type_number_t n = 0, m = 0;

	if (!OK(mach_port_names(task, &names, &n, &types, &m)))
		return 0;
	OK(vm_deallocate(SELF, (vm_address_t)names, n * sizeof *names));
	OK(vm_deallocate(SELF, (vm_address_t)types, m * sizeof *types));
	return n;
}

/* All ports that exist: the census's line "ipc port SIZE LIVE FRAMES". */
static long ports_live(void)
{
	mach_msg_type_number_t size = 0;
	char *lines = NULL, *at;
	long live = -1;

	if (!OK(host_census(host_self(), &lines, &size)))
		return -1;
	at = memmem(lines, size, "ipc port ", 9);
	if (at != NULL)
		sscanf(at + 9, "%*d %ld", &live);
	OK(vm_deallocate(SELF, (vm_address_t)lines, size));
	return live;
}

static void trap_for_ever(void *arg)
{
	(void)arg;
	for (;;)
		raise_kind(V_INT3);
}

/* One thread, many exceptions: always the same reply port. Checklist: EXC-09 */
static void no_port_churn(void)
{
	mach_port_t port = port_new_send();
	unsigned ours = 0, theirs = 0;
	long live = ports_live(); /* and we have the host's name */
	struct child c;

	OK_OR_RETURN(child_create(&c, trap_for_ever, NULL));
	OK(task_set_special_port(c.task, TASK_EXCEPTION_PORT, port));
	OK(child_go(&c));
	for (int i = 0; i < 10000; i++) {
		struct request r;

		CHECK_OR_RETURN(exception_wait(port, &r, 5000));
		if (i == 10) {
			ours = names_of(SELF);
			theirs = names_of(c.task);
			live = ports_live();
		}
		if (i == 9999) {
			EQUAL(names_of(SELF), ours);
			EQUAL(names_of(c.task), theirs);
			/* Fewer: what died in the last test was still there. */
			CHECK(ports_live() <= live);
			CHECK(live > 0);
		}
		answer(&r, KERN_SUCCESS);
		release(&r);
	}
	child_kill(&c);
	port_gone(port);
}

/* Checklist: EXC-18: the old handler still gets what is forwarded. */
static void forwarding(void)
{
	struct victim *v = shared_page();
	mach_port_t first = port_new_send(), old = port_new_send();
	struct request r, f;
	struct child c;

	if (!victim_start(&c, v, V_UD2, first, MACH_PORT_NULL))
		return;
	CHECK(exception_wait(first, &r, 2000));
	/* As received, with the original reply right. */
	f = r;
	f.head.msgh_bits = MACH_MSGH_BITS_COMPLEX |
			   MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					  MACH_MSG_TYPE_MOVE_SEND_ONCE);
	f.head.msgh_local_port = r.head.msgh_remote_port;
	f.head.msgh_remote_port = old;
	f.thread_type.msgt_name = MACH_MSG_TYPE_MOVE_SEND;
	f.task_type.msgt_name = MACH_MSG_TYPE_MOVE_SEND;
	OK(mach_msg(&f.head, MACH_SEND_MSG, 64, 0, 0, 0, 0));
	CHECK(exception_wait(old, &r, 2000));
	EQUAL(r.exception, EXC_BAD_INSTRUCTION);
	skip_bytes(r.thread, 2);
	answer(&r, KERN_SUCCESS);
	release(&r);
	child_wait(&c);
	EQUAL(v->done, 1);
	port_gone(first);
	port_gone(old);
}

static const struct test tests[] = {
	TEST(exc_cycle),     TEST(exc_classes),	  TEST(bad_syscall),
	TEST(exc_order),     TEST(bad_answers),	  TEST(others_go_on),
	TEST(exc_parallel),  TEST(exception_state), TEST(long_form),
	TEST(get_set_ports), TEST(abort_victim),  TEST(suspended_in_handler),
	TEST(no_port_churn), TEST(forwarding),	  TEST(exc_threads),
};
TEST_MAIN(tests)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: who is asked in which order, what the messages say, and what
 * each answer does. Victims are threads of children or of this task; handlers
 * are threads here.
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

/* --- a handler that mends what went wrong --- */

/* 1 / 0 by the x87, which raises it at the next instruction; then a word of
 * the child's own memory. */
static volatile long private_word = 1;

static void quotient_body(void *arg)
{
	struct victim *v = arg;
	unsigned short control = 0x37f & ~0x4;
	double quotient = 5;

	__asm__ volatile("fninit; fldcw %1; fld1; fldz; fdivrp; fwait;"
			 "fstpl %0; fninit"
			 : "=m"(quotient)
			 : "m"(control));
	v->result = quotient == 0.0;
	v->counter = (unsigned long)private_word;
	v->done = 1;
}

/* ST0 becomes 0, and no exception is pending any more. */
static void quotient_zero(thread_t thread)
{
	static unsigned state[x86_64_FLOAT_STATE_MAX];
	unsigned n = x86_64_FLOAT_STATE_MAX;
	unsigned char *image = (unsigned char *)state;

	OK(thread_get_state(thread, x86_64_FLOAT_STATE, state, &n));
	CHECK(image[2] & 0x4); /* status word: divided by zero */
	image[2] &= 0x7f & ~0x3f;
	image[3] &= 0x7f; /* busy */
	memset(image + 32, 0, 10);
	OK(thread_set_state(thread, x86_64_FLOAT_STATE, state, n));
}

/* Checklist: EXC-10 */
static void exc_fix_float(void)
{
	struct victim *v = shared_page();
	mach_port_t port = port_new_send();
	mach_msg_type_number_t count;
	struct request r;
	struct child c;
	pointer_t data;
	long word = 7;

	*v = (struct victim){0};
	OK_OR_RETURN(child_create(&c, quotient_body, v));
	OK(task_set_special_port(c.task, TASK_EXCEPTION_PORT, port));
	OK(child_go(&c));
	CHECK(exception_wait(port, &r, 2000));
	EQUAL(r.exception, EXC_ARITHMETIC);
	EQUAL(r.code, EXC_I386_EXTERR);
	quotient_zero(r.thread);
	OK_OR_RETURN(vm_read(r.task, (vm_address_t)&private_word, sizeof(word),
			     &data, &count));
	EQUAL(*(long *)data, 1);
	OK(vm_deallocate(SELF, data, count));
	OK(vm_write(r.task, (vm_address_t)&private_word, (pointer_t)&word,
		    sizeof(word)));
	answer(&r, KERN_SUCCESS);
	release(&r);
	child_wait(&c);
	EQUAL(v->done, 1);
	EQUAL(v->result, 1);
	EQUAL(v->counter, 7);
	EQUAL(private_word, 1);
	port_gone(port);
}

static void fix_body(void *arg)
{
	struct victim *v = arg;
	long rax;

	__asm__ volatile("ud2" : "=a"(rax) : "a"(11l));
	v->result = rax;
	v->done = 1;
}

/* Checklist: EXC-10 EXC-11 */
static void exc_emulate(void)
{
	struct victim *v = shared_page();
	mach_port_t port = port_new_send();
	struct x86_64_thread_state s;
	unsigned n = x86_64_THREAD_STATE_COUNT, got;
	struct request r;
	struct child c;
	pointer_t code;

	OK_OR_RETURN(child_create(&c, fix_body, v));
	OK(task_set_special_port(c.task, TASK_EXCEPTION_PORT, port));
	OK(child_go(&c));
	CHECK(exception_wait(port, &r, 2000));
	OK(thread_get_state(r.thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			    &n));
	EQUAL(s.rax, 11);
	OK_OR_RETURN(vm_read(r.task, s.rip, 2, &code, &got));
	EQUAL(*(unsigned short *)code, 0x0b0f);
	OK(vm_deallocate(SELF, code, got));
	s.rax *= 3; /* the new instruction: times three */
	s.rip += 2;
	OK(thread_set_state(r.thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			    n));
	answer(&r, KERN_SUCCESS);
	release(&r);
	child_wait(&c);
	EQUAL(v->result, 33);
	port_gone(port);
}

static struct victim *signal_victim;

static void signal_handler(void)
{
	signal_victim->result = 5;
	signal_victim->done = 1;
	for (;;)
		task_terminate(mach_task_self());
}

/* Checklist: EXC-12 */
static void signal_emulation(void)
{
	struct victim *v = signal_victim = shared_page();
	mach_port_t port = port_new_send();
	struct x86_64_thread_state s;
	unsigned n = x86_64_THREAD_STATE_COUNT;
	struct request r;
	struct child c;

	if (!victim_start(&c, v, V_NULL, port, MACH_PORT_NULL))
		return;
	CHECK(exception_wait(port, &r, 2000));
	OK(thread_get_state(r.thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			    &n));
	/* A frame on the victim's own stack, then its handler. */
	s.rsp = ((s.rsp - 256) & ~15ull) - 8;
	s.rip = (uintptr_t)signal_handler;
	OK(thread_set_state(r.thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			    n));
	answer(&r, KERN_SUCCESS);
	release(&r);
	child_wait(&c);
	EQUAL(v->result, 5);
	port_gone(port);
}

/* What the handler finds on its stack: the registers it interrupted. */
static void signal_returner(const struct x86_64_thread_state *frame)
{
	signal_victim->result = (long)frame->rip;
	__asm__ volatile("int3" : : "D"(frame));
}

/* A handler that returns: its frame goes to the victim's stack and comes back
 * from there. Checklist: EXC-12 */
static void signal_returns(void)
{
	struct victim *v = signal_victim = shared_page();
	unsigned n = x86_64_THREAD_STATE_COUNT;
	mach_port_t port = port_new_send();
	struct x86_64_thread_state s, *back;
	mach_msg_type_number_t count;
	struct request r;
	struct child c;
	pointer_t data;
	uint64_t at;

	if (!victim_start(&c, v, V_NULL, port, MACH_PORT_NULL))
		return;
	CHECK(exception_wait(port, &r, 2000));
	OK(thread_get_state(r.thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			    &n));
	at = (s.rsp - 128 - sizeof(s)) & ~15ull; /* below the red zone */
	OK(vm_write(r.task, at, (pointer_t)&s, sizeof(s)));
	uint64_t fault = s.rip;
	s.rdi = at;
	s.rsp = at - 8;
	s.rip = (uintptr_t)signal_returner;
	OK(thread_set_state(r.thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			    n));
	answer(&r, KERN_SUCCESS);
	release(&r);
	CHECK(exception_wait(port, &r, 2000)); /* its "sigreturn" */
	EQUAL(r.exception, EXC_BREAKPOINT);
	OK(thread_get_state(r.thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			    &n));
	EQUAL(s.rdi, at);
	OK_OR_RETURN(vm_read(r.task, s.rdi, sizeof(s), &data, &count));
	back = (struct x86_64_thread_state *)data;
	back->rip += 6;
	OK(thread_set_state(r.thread, x86_64_THREAD_STATE,
			    (thread_state_t)back, n));
	OK(vm_deallocate(SELF, data, count));
	answer(&r, KERN_SUCCESS);
	release(&r);
	child_wait(&c);
	EQUAL(v->result, fault);
	EQUAL(v->done, 1);
	port_gone(port);
}

/* B41: a jump to what is no address, made again and again: the kernel does not
 * go back there itself. (Some processors fault before the jump, some behind.) */
static void wild_jump(void)
{
	struct victim *v = signal_victim = shared_page();
	mach_port_t port = port_new_send();
	struct x86_64_thread_state s;
	struct request r;
	struct child c;

	if (!victim_start(&c, v, V_WILD, port, MACH_PORT_NULL))
		return;
	for (int i = 0; i < 3; i++) {
		unsigned n = x86_64_THREAD_STATE_COUNT;

		CHECK(exception_wait(port, &r, 2000));
		OK(thread_get_state(r.thread, x86_64_THREAD_STATE,
				    (thread_state_t)&s, &n));
		EQUAL(s.rip >> 47, 0);
		s.rsp = ((s.rsp - 256) & ~15ull) - 8;
		s.rip = (uintptr_t)signal_handler;
		if (i == 2)
			OK(thread_set_state(r.thread, x86_64_THREAD_STATE,
					    (thread_state_t)&s, n));
		answer(&r, KERN_SUCCESS);
		release(&r);
	}
	child_wait(&c);
	EQUAL(v->result, 5);
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
			EQUAL(ports_live(), live);
			CHECK(live > 0);
		}
		answer(&r, KERN_SUCCESS);
		release(&r);
	}
	child_kill(&c);
	port_gone(port);
}

/* ---- the manual's helpers ---- */

static volatile int caught_exception, caught_code;

kern_return_t catch_exception_raise(port_t exception_port, port_t thread,
				    port_t task, int exception, int code,
				    int subcode)
{
	(void)exception_port;
	(void)thread;
	(void)task;
	(void)subcode;
	caught_exception = exception;
	caught_code = code;
	return exception == EXC_SOFTWARE ? KERN_SUCCESS : KERN_FAILURE;
}

static void *serve_once(void *arg)
{
	char in[64], out[64];
	msg_header_t *i = (msg_header_t *)in, *o = (msg_header_t *)out;

	i->msg_size = sizeof in;
	i->msg_local_port = *(port_t *)arg;
	if (msg_receive(i, RCV_TIMEOUT, 2000) == RCV_SUCCESS &&
	    exc_server(i, o))
		msg_send(o, MSG_OPTION_NONE, 0);
	return NULL;
}

/* Checklist: EXC-07 EXC-08 EXC-19 MIG-07 */
static void user_exception(void)
{
	port_t port;
	pthread_t t;

	OK(port_allocate(task_self(), &port));
	pthread_create(&t, NULL, serve_once, &port);
	CODE(exception_raise(port, thread_reply(), thread_self(), task_self(),
			     EXC_SOFTWARE, 0x20000, 6),
	     KERN_SUCCESS);
	pthread_join(t, NULL);
	EQUAL(caught_exception, EXC_SOFTWARE);
	EQUAL(caught_code, 0x20000);
	pthread_create(&t, NULL, serve_once, &port);
	CODE(exception_raise(port, thread_reply(), thread_self(), task_self(),
			     EXC_BAD_ACCESS, 0, 0),
	     KERN_FAILURE);
	pthread_join(t, NULL);
	OK(port_deallocate(task_self(), port));
}

/* Each of the six classes passes through a user's own raise; of them hardware
 * has no EXC_EMULATION. Checklist: EXC-06 */
static void six_classes(void)
{
	port_t port;
	pthread_t t;

	OK(port_allocate(task_self(), &port));
	for (int class = EXC_BAD_ACCESS; class <= EXC_BREAKPOINT; class++) {
		pthread_create(&t, NULL, serve_once, &port);
		CODE(exception_raise(port, thread_reply(), thread_self(),
				     task_self(), class, 40 + class, 6),
		     class == EXC_SOFTWARE ? KERN_SUCCESS : KERN_FAILURE);
		pthread_join(t, NULL);
		EQUAL(caught_exception, class);
		EQUAL(caught_code, 40 + class);
	}
	OK(port_deallocate(task_self(), port));
}

/* Who cannot decode the codes of others' exceptions still knows whose they are:
 * a user's, from 0x20000 on, and nobody else's. Checklist: EXC-20 */
static void users_codes(void)
{
	static const struct {
		int exception, code;
		bool user;
	} cases[] = {
		{EXC_SOFTWARE, 0x1ffff, false}, {EXC_SOFTWARE, 0x20000, true},
		{EXC_SOFTWARE, 0x20001, true},	{EXC_SOFTWARE, 0x7fffffff, true},
		{EXC_SOFTWARE, 0, false},	{EXC_SOFTWARE, 0x10000, false},
		{EXC_SOFTWARE, -1, false},	{EXC_BAD_ACCESS, 0x20000, false},
		{EXC_BREAKPOINT, 0x20000, false},
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *text = mach_NeXT_exception_string(
			cases[i].exception, cases[i].code, 77);

		if (!text || !!strstr(text, "user-defined") != cases[i].user)
			test_fail(__FILE__, __LINE__, "case %u: %s", i, text);
	}
}

/* Checklist: EXC-23 EXC-20 */
static void exception_text(void)
{
	CHECK(strstr(mach_exception_string(EXC_ARITHMETIC), "arithmetic"));
	CHECK(strstr(mach_NeXT_exception_string(EXC_SOFTWARE, 0x20000, 0),
		     "user-defined"));
	CHECK(strstr(mach_NeXT_exception_string(EXC_BAD_ACCESS, 1, 8),
		     "invalid address"));
	CHECK(mach_exception_string(99) != NULL);
}

/* A message that is no exception. */
static void exc_server_refuses(void)
{
	char in[64] = {0}, out[64];
	msg_header_t *i = (msg_header_t *)in;
	death_pill_t *o = (death_pill_t *)out;

	i->msg_id = 1234;
	i->msg_remote_port = 77;
	EQUAL(exc_server(i, &o->Head), FALSE);
	EQUAL(o->RetCode, MIG_BAD_ID);
	EQUAL(o->Head.msg_remote_port, 77);
	EQUAL(o->Head.msg_size, 32);
	i->msg_id = 2400;
	i->msg_size = 40;
	EQUAL(exc_server(i, &o->Head), TRUE);
	EQUAL(o->RetCode, MIG_BAD_ARGUMENTS);
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
	TEST(exc_cycle),	TEST(exc_classes),    TEST(bad_syscall),
	TEST(exc_order),	TEST(bad_answers),    TEST(others_go_on),
	TEST(exc_parallel),	TEST(exc_emulate),    TEST(signal_emulation),
	TEST(exception_state),	TEST(long_form),      TEST(get_set_ports),
	TEST(abort_victim),	TEST(suspended_in_handler),
	TEST(no_port_churn),	TEST(user_exception), TEST(exception_text),
	TEST(exc_server_refuses), TEST(forwarding),	TEST(wild_jump),
	TEST(exc_threads),	TEST(exc_fix_float),  TEST(signal_returns),
	TEST(six_classes),	TEST(users_codes),
};
TEST_MAIN(tests)

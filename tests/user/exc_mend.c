/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handlers of exceptions that mend what went wrong: memory and registers of the
 * victim change while it waits for the answer.
 */
#include "lib/test.h"
#include "lib/victim.h"

#include <mach/exception.h>

#define SELF mach_task_self()

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

/* What a handler that waits is told of a victim whose own ports were taken
 * away, or replaced by ones that are dead. */
static void without_ports(bool dead)
{
	mach_port_t port = port_new_send(), none = MACH_PORT_NULL;
	mach_port_t told = dead ? MACH_PORT_DEAD : MACH_PORT_NULL;
	struct victim *v = shared_page();
	struct request r;
	struct child c;

	*v = (struct victim){.kind = V_UD2};
	OK_OR_RETURN(child_create(&c, victim_body, v));
	OK(task_set_special_port(c.task, TASK_EXCEPTION_PORT, port));
	if (dead)
		none = port_new_send();
	OK(thread_set_special_port(c.thread, THREAD_KERNEL_PORT, none));
	OK(task_set_special_port(c.task, TASK_KERNEL_PORT, none));
	if (dead)
		port_gone(none);
	OK(child_go(&c));
	OK(mach_msg(&r.head, MACH_RCV_MSG, 0, sizeof(r), port, 0, 0));
	EQUAL(r.thread, told);
	EQUAL(r.task, told);
	skip_bytes(c.thread, 2);
	answer(&r, KERN_SUCCESS);
	while (!v->done)
		sleep_ms(1);
	child_kill(&c); /* it cannot end itself: that takes its port */
	vm_deallocate(mach_task_self(), (vm_address_t)v, vm_page_size);
	port_gone(port);
}

/* Class B18. */
static void ports_taken_away(void)
{
	without_ports(false);
	without_ports(true);
}

static const struct test tests[] = {
	TEST(exc_emulate),   TEST(signal_emulation), TEST(wild_jump),
	TEST(exc_fix_float), TEST(signal_returns),
	TEST(ports_taken_away),
};
TEST_MAIN(tests)

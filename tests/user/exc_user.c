/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions that users raise, and the manual's helpers: exception_raise,
 * exc_server, the texts.
 */
#include "lib/test.h"

#include <mach/exception.h>
#include <mach/mig_errors.h>
#include <pthread.h>

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

static const struct test tests[] = {
	TEST(user_exception),	  TEST(exception_text), TEST(six_classes),
	TEST(exc_server_refuses), TEST(users_codes),
};
TEST_MAIN(tests)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wrong answers to exceptions, answers to nobody, and handlers that never
 * answer, die, or are the victim itself. What is wrong counts as a refusal, so
 * that the next handler is asked; and the victim can be killed at any time: it
 * is dead within a second, and nothing is left over. Class B18.
 */
#include "lib/census.h"
#include "lib/test.h"
#include "lib/victim.h"

#define SELF mach_task_self()

/* A reply with room for what is too long. */
struct reply {
	struct answer start;
	char more[8192];
};

static struct reply reply;

static void reply_good(const struct request *r)
{
	reply = (struct reply){
		.start = {
			.head = { .msgh_bits = MACH_MSGH_BITS(
					  MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
				  .msgh_size = sizeof(struct answer),
				  .msgh_remote_port = r->head.msgh_remote_port,
				  .msgh_id = 2500 },
			.type = { .msgt_name = MACH_MSG_TYPE_INTEGER_32,
				  .msgt_size = 32,
				  .msgt_number = 1,
				  .msgt_inline = TRUE },
		},
	};
}

static kern_return_t reply_send(void)
{
	return mach_msg(&reply.start.head, MACH_SEND_MSG,
			reply.start.head.msgh_size, 0, 0, 0, 0);
}

/* --- the nine */

enum { ASKED, WAITS, ENDED };

static int wrong_id(const struct request *r)
{
	(void)r;
	reply.start.head.msgh_id = 2501;
	OK(reply_send());
	return ASKED;
}

static int too_short(const struct request *r)
{
	(void)r;
	reply.start.head.msgh_size = sizeof(mach_msg_header_t);
	OK(reply_send());
	return ASKED;
}

static int wrong_type(const struct request *r)
{
	(void)r;
	reply.start.type.msgt_name = MACH_MSG_TYPE_BYTE;
	reply.start.type.msgt_size = 8;
	reply.start.type.msgt_number = 4;
	OK(reply_send());
	return ASKED;
}

static int complex_bit(const struct request *r)
{
	(void)r;
	reply.start.head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	OK(reply_send());
	return ASKED;
}

static int error_code(const struct request *r)
{
	(void)r;
	reply.start.code = 0x7fffffff;
	OK(reply_send());
	return ASKED;
}

/* The right is copied, which is impossible; and stays where it is. */
static int right_not_moved(const struct request *r)
{
	reply.start.head.msgh_bits =
		MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
	CODE(reply_send(), MACH_SEND_INVALID_DEST);
	EQUAL(port_refs(r->head.msgh_remote_port, MACH_PORT_RIGHT_SEND_ONCE),
	      1);
	return WAITS;
}

static int too_long(const struct request *r)
{
	(void)r;
	reply.start.head.msgh_size = sizeof(reply);
	OK(reply_send());
	return ASKED;
}

/* Whom it was for is dead by now. */
static int to_the_dead(const struct request *r)
{
	struct child c = { .task = r->task };

	OK(task_terminate(r->task));
	CHECK(child_dead_within(&c, 1000));
	CHECK(reply_send() != MACH_MSG_SUCCESS ||
	      !port_valid(r->head.msgh_remote_port));
	return ENDED;
}

static int twice(const struct request *r)
{
	(void)r;
	reply.start.code = KERN_FAILURE;
	OK(reply_send());
	CODE(reply_send(), MACH_SEND_INVALID_DEST);
	return ASKED;
}

/* --- and none */

static int never(const struct request *r)
{
	(void)r;
	return WAITS;
}

/* The right dies with a handler that never answered. */
static int handler_dies(const struct request *r)
{
	OK(mach_port_deallocate(SELF, r->head.msgh_remote_port));
	return ASKED;
}

static const struct {
	const char *name;
	int (*answer)(const struct request *r);
} wrong[] = {
	{ "wrong id", wrong_id },
	{ "too short", too_short },
	{ "wrong type", wrong_type },
	{ "complex bit", complex_bit },
	{ "error code", error_code },
	{ "right not moved", right_not_moved },
	{ "too long", too_long },
	{ "to the dead", to_the_dead },
	{ "twice", twice },
	{ "never", never },
	{ "handler dies", handler_dies },
};

static void forget(const struct request *r)
{
	release(r);
	(void)mach_port_deallocate(SELF, r->head.msgh_remote_port);
}

/* Killed in the middle of it, it is gone within a second. */
static void kill_at_once(const char *name, struct child *c)
{
	OK(task_terminate(c->task));
	if (!child_dead_within(c, 1000))
		test_fail(__FILE__, __LINE__, "%s: alive after a second", name);
	child_wait(c);
}

static void answer_wrongly(unsigned i)
{
	mach_port_t first = port_new_send(), last = port_new_send();
	struct victim *v = shared_page();
	struct request r, s;
	struct child c;
	int now;

	if (!victim_start(&c, v, V_UD2, last, first))
		return;
	CHECK(exception_wait(first, &r, 2000));
	reply_good(&r);
	now = wrong[i].answer(&r);
	if (exception_wait(last, &s, now == ASKED ? 2000 : 30) !=
	    (now == ASKED))
		test_fail(__FILE__, __LINE__, "%s: %s", wrong[i].name,
			  now == ASKED ? "nobody else is asked" :
					 "somebody else is asked");
	EQUAL(v->done, 0);
	if (now == ENDED)
		child_wait(&c);
	else
		kill_at_once(wrong[i].name, &c);
	if (now == ASKED)
		forget(&s);
	forget(&r);
	port_gone(first);
	port_gone(last);
	OK(vm_deallocate(SELF, (vm_address_t)v, vm_page_size));
}

/* A task that handles its victim's exceptions, and dies in the middle of it. */
struct dying {
	mach_port_t port;
};

static void receive_and_die(void *arg)
{
	const struct dying *d = arg;
	struct request r;

	(void)exception_wait(d->port, &r, 5000);
	(void)task_terminate(mach_task_self());
}

static void handler_task_dies(void)
{
	struct dying *d = shared_page();
	mach_port_t last = port_new_send();
	struct victim *v = shared_page();
	struct child c, handler;
	struct request s;

	d->port = port_new_send();
	OK_OR_RETURN(child_create(&handler, receive_and_die, d));
	OK_OR_RETURN(mach_port_insert_right(handler.task, d->port, d->port,
					    MACH_MSG_TYPE_MOVE_RECEIVE));
	OK(child_go(&handler));
	if (!victim_start(&c, v, V_UD2, last, d->port))
		return;
	CHECK(exception_wait(last, &s, 2000));
	kill_at_once("handler task dies", &c);
	forget(&s);
	child_wait(&handler);
	(void)mach_port_deallocate(SELF, d->port);
	port_gone(last);
	OK(vm_deallocate(SELF, (vm_address_t)v, vm_page_size));
	OK(vm_deallocate(SELF, (vm_address_t)d, vm_page_size));
}

/* The only one who could answer is the one who waits for it. */
static void raise_alone(void *arg)
{
	struct victim *v = arg;
	mach_port_t port = port_new_send();

	OK(thread_set_exception_port(mach_thread_self(), port));
	OK(task_set_special_port(SELF, TASK_EXCEPTION_PORT, port));
	v->counter = 1;
	raise_kind(V_UD2);
	v->done = 1;
}

static void handler_is_victim(void)
{
	struct victim *v = shared_page();
	struct child c;

	OK_OR_RETURN(child_create(&c, raise_alone, v));
	OK(child_go(&c));
	for (int i = 0; i < 1000 && v->counter == 0; i++)
		sleep_ms(2);
	EQUAL(v->counter, 1);
	sleep_ms(20);
	EQUAL(v->done, 0);
	kill_at_once("handler is the victim", &c);
	OK(vm_deallocate(SELF, (vm_address_t)v, vm_page_size));
}

static void all_of_them(void)
{
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		answer_wrongly(i);
	handler_task_dies();
	handler_is_victim();
}

static void wrong_replies(void)
{
	static struct census before, after;

	all_of_them();
	census_take(&before);
	all_of_them();
	census_take(&after);
	census_compare(&before, &after);
}

static const struct test tests[] = {
	TEST(wrong_replies),
};
TEST_MAIN(tests)

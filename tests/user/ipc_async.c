/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages beside the normal flow of a program; that they come whole; that a
 * task without rights reaches nobody; where large memory lands.
 */
#include "lib/test.h"

#include <mach/mach_traps.h>
#include <pthread.h>

#define SELF mach_task_self()
#define MIB  ((vm_size_t)1 << 20)

/* --- a thread hears while the program computes --- */

static mach_port_t alarm_port;
static volatile int heard;

static void *hears(void *arg)
{
	mach_msg_header_t m;

	(void)arg;
	while (heard < 3 && mach_msg(&m, MACH_RCV_MSG, 0, sizeof m, alarm_port,
				     0, 0) == MACH_MSG_SUCCESS)
		heard = m.msgh_id;
	return NULL;
}

static void child_alarms(void *arg)
{
	(void)arg;
	for (int i = 1; i <= 3; i++) {
		mach_msg_header_t m = {
			.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			.msgh_remote_port = 0x7e001,
			.msgh_id = i,
		};
		sleep_ms(5);
		mach_msg(&m, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0);
	}
}

/* This thread never calls the kernel meanwhile. Checklist: IPC-21 CAP-6 */
static void beside_the_flow(void)
{
	uint64_t loops = 0;
	struct child c;
	pthread_t t;
	int seen = 0;

	alarm_port = port_new();
	pthread_create(&t, NULL, hears, NULL);
	OK_OR_RETURN(child_create(&c, child_alarms, NULL));
	OK(mach_port_insert_right(c.task, 0x7e001, alarm_port,
				  MACH_MSG_TYPE_MAKE_SEND));
	OK(child_go(&c));
	while (heard < 3) {
		CHECK(heard >= seen);
		seen = heard;
		loops++;
	}
	CHECK(loops > 100);
	pthread_join(t, NULL);
	child_wait(&c);
	port_gone(alarm_port);
}

/* --- whole or not at all --- */

#define WORDS	1000
#define OUTSIDE 5000
#define SENDERS 3
#define EACH	150

struct whole {
	mach_msg_header_t head;
	mach_msg_type_t in_type;
	uint32_t in_line[WORDS];
	mach_msg_type_long_t out_type;
	u64_a4 outside;
	char room[32];
};

static mach_port_t whole_port;

static void fill(uint32_t *words, unsigned n, uint32_t with)
{
	for (unsigned i = 0; i < n; i++)
		words[i] = with + i;
}

static void *sends_whole(void *arg)
{
	static struct whole messages[SENDERS];
	static uint32_t outside[SENDERS][OUTSIDE];
	unsigned who = (unsigned)(long)arg;
	struct whole *m = &messages[who];

	for (uint32_t n = 0; n < EACH; n++) {
		uint32_t id = who << 24 | n << 12;

		m->head = (mach_msg_header_t){
			.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				     MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			.msgh_remote_port = whole_port,
			.msgh_id = (int)id,
		};
		m->in_type = (mach_msg_type_t){.msgt_name = 2,
					       .msgt_size = 32,
					       .msgt_number = WORDS,
					       .msgt_inline = TRUE};
		m->out_type = (mach_msg_type_long_t){
			.msgtl_header = {.msgt_longform = TRUE},
			.msgtl_name = 2,
			.msgtl_size = 32,
			.msgtl_number = OUTSIDE};
		m->outside = (vm_address_t)outside[who];
		fill(m->in_line, WORDS, id);
		fill(outside[who], OUTSIDE, id);
		if (mach_msg(&m->head, MACH_SEND_MSG, sizeof *m - sizeof m->room,
			     0, 0, 0, 0) != MACH_MSG_SUCCESS)
			return arg;
		fill(m->in_line, WORDS, 0); /* at once: it has been sent */
		fill(outside[who], OUTSIDE, 0);
	}
	return NULL;
}

static unsigned wrong_words(const uint32_t *words, unsigned n, uint32_t with)
{
	unsigned bad = 0;

	for (unsigned i = 0; i < n; i++)
		bad += words[i] != with + i;
	return bad;
}

/* Checklist: IPC-23 */
static void whole_or_not(void)
{
	static struct whole m;
	pthread_t t[SENDERS];
	unsigned bad = 0;
	uint32_t next[SENDERS] = {0};

	whole_port = port_new_send();
	for (long i = 0; i < SENDERS; i++)
		pthread_create(&t[i], NULL, sends_whole, (void *)i);
	for (unsigned i = 0; i < SENDERS * EACH; i++) {
		OK_OR_RETURN(mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT,
				      0, sizeof m, whole_port, 20000, 0));
		uint32_t id = (uint32_t)m.head.msgh_id;

		bad += wrong_words(m.in_line, WORDS, id);
		bad += wrong_words((uint32_t *)m.outside, OUTSIDE, id);
		bad += (id >> 12 & 0xfff) != next[id >> 24]++;
		mach_msg_destroy(&m.head);
	}
	EQUAL(bad, 0);
	for (int i = 0; i < SENDERS; i++)
		pthread_join(t[i], NULL);
	port_gone(whole_port);
}

/* --- authority --- */

struct prisoner {
	volatile int done;
	volatile unsigned sent; /* messages that went somewhere */
	volatile mach_port_t bootstrap;
};

/* Every name that is likely, with every disposition. */
static void child_tries(void *arg)
{
	struct prisoner *p = arg;
	port_t port = 77;

	for (mach_port_t name = 1; name < 3000; name++)
		for (unsigned how = MACH_MSG_TYPE_MOVE_SEND;
		     how <= MACH_MSG_TYPE_MAKE_SEND_ONCE; how++) {
			mach_port_type_t type = 0;
			mach_msg_header_t m = {
				.msgh_bits = MACH_MSGH_BITS(how, 0),
				.msgh_remote_port = name,
				.msgh_id = 666,
			};

			/* Its own receive rights are its own affair, and its
			 * ports of task, thread and host are no rights of
			 * anybody else. */
			if (mach_port_type(SELF, name, &type) == KERN_SUCCESS)
				continue;
			p->sent += mach_msg(&m, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
					    sizeof m, 0, 0, 0,
					    0) == MACH_MSG_SUCCESS;
		}
	task_get_special_port(SELF, TASK_BOOTSTRAP_PORT, &port);
	p->bootstrap = port;
	p->done = 1;
}

/* A task that nobody gave a right has none: our ports hear nothing of it, and
 * our memory is as it was. Checklist: CAP-1 IPC-04 */
static void without_rights(void)
{
	struct prisoner *p = shared_page();
	mach_port_t mine[20];
	unsigned secret = 4711, messages = 0;
	struct child c;

	for (int i = 0; i < 20; i++)
		mine[i] = port_new_send();
	OK_OR_RETURN(child_create(&c, child_tries, p));
	OK(task_set_special_port(c.task, TASK_BOOTSTRAP_PORT, MACH_PORT_NULL));
	OK(task_set_special_port(c.task, TASK_EXCEPTION_PORT, MACH_PORT_NULL));
	OK(child_go(&c));
	CHECK(wait_for(&p->done, 1, 20000));
	EQUAL(p->sent, 0);
	EQUAL(p->bootstrap, MACH_PORT_NULL);
	for (int i = 0; i < 20; i++) {
		mach_port_status_t s;

		OK(mach_port_get_receive_status(SELF, mine[i], &s));
		messages += s.mps_msgcount;
		port_gone(mine[i]);
	}
	EQUAL(messages, 0);
	EQUAL(secret, 4711);
	child_wait(&c);
}

/* --- one object, one name --- */

/* However a right comes, it has the name the task knows. Checklist: CAP-3
 * NUM-12 */
static void one_name(void)
{
	mach_port_t port = port_new(), again;
	mach_msg_type_name_t type;
	task_t task;

	OK(task_create(SELF, FALSE, &task));
	OK(mach_port_insert_right(task, 17, port, MACH_MSG_TYPE_MAKE_SEND));
	for (int i = 0; i < 3; i++) {
		OK(mach_port_extract_right(task, 17, MACH_MSG_TYPE_COPY_SEND,
					   &again, &type));
		EQUAL(again, port);
	}
	OK(task_get_special_port(SELF, TASK_KERNEL_PORT, &again));
	EQUAL(again, mach_task_self());
	mach_port_deallocate(SELF, again);
	OK(task_terminate(task));
	mach_port_deallocate(SELF, task);
	port_gone(port);
}

static const struct test tests[] = {
	TEST(beside_the_flow),
	TEST(whole_or_not),
	TEST(without_rights),
	TEST(one_name),
};
TEST_MAIN(tests)

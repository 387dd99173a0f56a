/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * No giant lock: two client-server pairs in four tasks, and which locks each of
 * their threads takes while they call. Needs a kernel with lock statistics and
 * four processors.
 */
#include "lib/test.h"

#include <servers/bootstrap.h>
#include <stdint.h>

#define SELF	 mach_task_self()
#define WARM	 2000
#define LOCKS	 256
#define PATIENCE 60000 /* ms */

struct progress {
	volatile int warm, go_on;
};

struct pair {
	mach_port_t service; /* the client's name and the server's */
	struct child client, server;
	struct progress *progress;
};

struct message {
	mach_msg_header_t head;
	mach_msg_type_t type;
	char data[24];
	char room[16];
};
#define SIZE (uint32_t)(sizeof(struct message) - 16)

static void serve(void *arg)
{
	struct pair *p = arg;
	struct message m;
	mach_msg_option_t option = MACH_RCV_MSG;

	for (;;) {
		if (mach_msg(&m.head, option, SIZE, sizeof m, p->service, 0,
			     MACH_PORT_NULL) != MACH_MSG_SUCCESS)
			abort();
		m.head.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
		m.head.msgh_local_port = MACH_PORT_NULL;
		option = MACH_SEND_MSG | MACH_RCV_MSG;
	}
}

static void ask(struct pair *p, mach_port_t reply)
{
	struct message m = {
		.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
						 MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.head.msgh_remote_port = p->service,
		.head.msgh_local_port = reply,
		.type = {.msgt_name = MACH_MSG_TYPE_BYTE,
			 .msgt_size = 8,
			 .msgt_number = 24,
			 .msgt_inline = 1},
	};

	if (mach_msg(&m.head, MACH_SEND_MSG | MACH_RCV_MSG, SIZE, sizeof m,
		     reply, 0, MACH_PORT_NULL) != MACH_MSG_SUCCESS)
		abort();
}

static void call(void *arg)
{
	struct pair *p = arg;
	mach_port_t reply = mach_reply_port();

	for (int i = 0; i < WARM; i++)
		ask(p, reply);
	p->progress->warm = 1;
	while (p->progress->go_on)
		ask(p, reply);
}

/* Both ends know the service by the same name. */
static void pair_start(struct pair *p, mach_port_t name)
{
	mach_port_t port = port_new_send();

	p->service = name;
	p->progress = shared_page();
	p->progress->go_on = 1;
	OK(child_create(&p->server, serve, p));
	OK(child_create(&p->client, call, p));
	OK(mach_port_insert_right(p->client.task, name, port,
				  MACH_MSG_TYPE_COPY_SEND));
	OK(mach_port_insert_right(p->server.task, name, port,
				  MACH_MSG_TYPE_MOVE_RECEIVE));
	mach_port_deallocate(SELF, port);
	OK(child_go(&p->server));
	OK(child_go(&p->client));
	CHECK(wait_for(&p->progress->warm, 1, PATIENCE));
}

static void pair_end(struct pair *p)
{
	p->progress->go_on = 0;
	child_wait(&p->client);
	child_kill(&p->server);
}

struct locks {
	int64_t lock[2 * LOCKS];
	unsigned count;
};

static void locks_of(mach_port_t host, struct pair *p, struct locks *l)
{
	mach_msg_type_number_t first = LOCKS, second = LOCKS;

	OK(host_lock_set(host, p->client.thread, l->lock, &first));
	OK(host_lock_set(host, p->server.thread, l->lock + first, &second));
	l->count = first + second;
}

static unsigned common(const struct locks *a, const struct locks *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < a->count; i++)
		for (unsigned j = 0; j < b->count; j++)
			n += a->lock[i] == b->lock[j];
	return n;
}

static int processors(void)
{
	host_basic_info_data_t info;
	mach_msg_type_number_t count = HOST_BASIC_INFO_COUNT;

	OK(host_info(host_self(), HOST_BASIC_INFO, (host_info_t)&info, &count));
	return info.avail_cpus;
}


static void pairs_share_no_lock(void)
{
	static struct pair a, b;
	static struct locks of_a, of_b;
	mach_port_t host = authority(BOOTSTRAP_HOST_PRIV);

	if (processors() < 4) {
		test_skip("needs four processors");
		return;
	}
	pair_start(&a, 0x7001);
	pair_start(&b, 0x7002);
	kern_return_t kr = host_lock_record(host, TRUE);
	if (kr == KERN_SUCCESS) {
		sleep_ms(300);
		OK(host_lock_record(host, FALSE));
		locks_of(host, &a, &of_a);
		locks_of(host, &b, &of_b);
		CHECK(of_a.count > 0 && of_b.count > 0);
		EQUAL(common(&of_a, &of_b), 0);
	} else {
		test_skip("this kernel keeps no lock statistics");
	}
	pair_end(&a);
	pair_end(&b);
	mach_port_deallocate(SELF, host);
}

static const struct test tests[] = {
	TEST(pairs_share_no_lock),
};

TEST_MAIN(tests)

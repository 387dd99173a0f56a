/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * No giant lock: four client-server pairs in eight tasks on four processors.
 * How often their processors turn in the loop of a spin lock, and, on a kernel
 * that keeps lock statistics, which locks each of their threads takes: no lock
 * is taken by two pairs. The line "pairs SPINS CALLS CALLS" (turns and calls of
 * four pairs, calls of one pair in the same time) is for bench/run: how fast
 * they are depends on the host and is not judged.
 */
#include "lib/test.h"

#include <mach/host_counters.h>
#include <servers/bootstrap.h>
#include <stdint.h>

#define SELF	 mach_task_self()
#define WARM	 2000
#define LOCKS	 256
#define PAIRS	 4
#define CALLS_PER_SPIN 20 /* at least */
#define PATIENCE 60000 /* ms */
#define RECORD_MS 300
#define RATE_MS	  1000

struct progress {
	volatile int warm, go_on;
	volatile int64_t calls;
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
	while (p->progress->go_on) {
		ask(p, reply);
		p->progress->calls++;
	}
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

static bool all_start(struct pair *pairs)
{
	if (processors() < PAIRS) {
		test_skip("needs %d processors", PAIRS);
		return false;
	}
	for (int i = 0; i < PAIRS; i++)
		pair_start(&pairs[i], 0x7001 + i);
	return true;
}

static void all_end(struct pair *pairs)
{
	for (int i = 0; i < PAIRS; i++)
		pair_end(&pairs[i]);
}

static void locks_compare(mach_port_t host, struct pair *pairs)
{
	static struct locks of[PAIRS];

	for (int i = 0; i < PAIRS; i++) {
		locks_of(host, &pairs[i], &of[i]);
		CHECK(of[i].count > 0);
		for (int j = 0; j < i; j++)
			EQUAL(common(&of[i], &of[j]), 0);
	}
}

static void pairs_share_no_lock(void)
{
	struct pair pairs[PAIRS];

	if (!all_start(pairs))
		return;
	mach_port_t host = authority(BOOTSTRAP_HOST_PRIV);
	if (host_lock_record(host, TRUE) == KERN_SUCCESS) {
		sleep_ms(RECORD_MS);
		OK(host_lock_record(host, FALSE));
		locks_compare(host, pairs);
	} else {
		test_skip("this kernel keeps no lock statistics");
	}
	all_end(pairs);
	mach_port_deallocate(SELF, host);
}

/* --- turns in the loop of a lock, for each call */

static int64_t spins(void)
{
	mach_msg_type_number_t n = HOST_COUNTER_COUNT;
	int64_t values[HOST_COUNTER_COUNT];

	OK(host_counters(host_self(), values, &n));
	EQUAL(n, HOST_COUNTER_COUNT);
	return values[HOST_COUNTER_LOCK_SPINS];
}

static int64_t calls(const struct pair *pairs, int n)
{
	int64_t sum = 0;

	for (int i = 0; i < n; i++)
		sum += pairs[i].progress->calls;
	return sum;
}

/* Calls of n pairs while this sleeps. */
static int64_t rate(const struct pair *pairs, int n)
{
	int64_t before = calls(pairs, n);

	sleep_ms(RATE_MS);
	return calls(pairs, n) - before;
}

static void pairs_do_not_spin(void)
{
	struct pair pairs[PAIRS];
	int64_t of_four, of_one, turns;

	if (!all_start(pairs))
		return;
	turns = spins();
	of_four = rate(pairs, PAIRS);
	turns = spins() - turns;
	for (int i = 1; i < PAIRS; i++)
		pair_end(&pairs[i]);
	of_one = rate(pairs, 1);
	pair_end(&pairs[0]);
	printf("pairs %lld %lld %lld\n", (long long)turns, (long long)of_four,
	       (long long)of_one);
	CHECK(of_four > 0 && of_one > 0);
	CHECK(turns * CALLS_PER_SPIN <= of_four);
}

static const struct test tests[] = {
	TEST(pairs_share_no_lock),
	TEST(pairs_do_not_spin),
};

TEST_MAIN(tests)

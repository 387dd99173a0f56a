/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receive rights that only they themselves could take out again: rings of any
 * length, by messages, by requests, by backups, by two threads at once; and
 * long chains that are no rings. What is lost dies at once: no port is left.
 *
 * Checklist: IPC-05 IPC-06 IPC-07
 */
#include "lib/test.h"

#include <mach/mach_ext.h>
#include <pthread.h>
#include <servers/bootstrap_defs.h>

#define SELF mach_task_self()
#define MOST 1000

static mach_port_t names[MOST];

struct mover {
	mach_msg_header_t head;
	mach_msg_type_t type;
	mach_port_t port;
};

static mach_msg_return_t move_into(mach_port_t port, mach_port_t dest,
				   mach_msg_type_name_t how)
{
	struct mover m = {
		.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				      MACH_MSGH_BITS(how, 0),
			 .msgh_remote_port = dest},
		.type = {.msgt_name = MACH_MSG_TYPE_MOVE_RECEIVE,
			 .msgt_size = 32,
			 .msgt_number = 1,
			 .msgt_inline = TRUE},
		.port = port,
	};

	return mach_msg(&m.head, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof m, 0,
			0, 0, 0);
}

/* Live objects of the kernel's zone of this name. */
static long live(const char *zone)
{
	char *lines = NULL;
	mach_msg_type_number_t size = 0;
	long count = -1;

	host_drain_caches(authority(BOOTSTRAP_HOST_PRIV));
	OK(host_census(mach_host_self(), &lines, &size));
	for (char *p = lines; p != NULL && p < lines + size;) {
		char *end = memchr(p, '\n', (size_t)(lines + size - p));
		size_t n = strlen(zone);

		if (strncmp(p, zone, n) == 0 && p[n] == ' ')
			sscanf(p + n, " %*u %ld", &count);
		p = end != NULL ? end + 1 : NULL;
	}
	vm_deallocate(SELF, (vm_address_t)lines, size);
	CHECK(count >= 0);
	return count;
}

static void ring(unsigned n)
{
	long ports = live("ipc port");

	for (unsigned i = 0; i < n; i++)
		names[i] = port_new_send();
	CHECK(live("ipc port") >= ports + (long)n);
	for (unsigned i = 0; i < n; i++)
		OK(move_into(names[i], names[(i + 1) % n],
			     MACH_MSG_TYPE_COPY_SEND));
	/* The last move closed it: none can be had any more. */
	for (unsigned i = 0; i < n; i++) {
		EQUAL(port_refs(names[i], MACH_PORT_RIGHT_DEAD_NAME), 1);
		OK(mach_port_deallocate(SELF, names[i]));
	}
	EQUAL(live("ipc port"), ports);
}

static void rings(void)
{
	static const unsigned lengths[] = {1, 2, 3, 4, 10, 100, MOST};

	for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++)
		ring(lengths[i]);
}

/* A chain as long is none: its end receives them all, one after another. */
static void chain(void)
{
	struct mover m;

	for (unsigned i = 0; i < MOST; i++)
		names[i] = port_new();
	for (unsigned i = 0; i + 1 < MOST; i++)
		OK(move_into(names[i], names[i + 1], MACH_MSG_TYPE_MAKE_SEND));
	mach_port_t at = names[MOST - 1];
	for (unsigned i = 0; i + 1 < MOST; i++) {
		OK_OR_RETURN(mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT,
				      0, sizeof m, at, 0, 0));
		port_gone(at);
		at = m.port;
		EQUAL(port_refs(at, MACH_PORT_RIGHT_RECEIVE), 1);
	}
	port_gone(at);
}

/* A chain dies with its end: from one queue to the next. */
static void chain_dies(void)
{
	long ports = live("ipc port");

	for (unsigned i = 0; i < MOST; i++)
		names[i] = port_new();
	for (unsigned i = 0; i + 1 < MOST; i++)
		OK(move_into(names[i], names[i + 1], MACH_MSG_TYPE_MAKE_SEND));
	port_gone(names[MOST - 1]);
	EQUAL(live("ipc port"), ports);
}

/* A ring in an out-of-line array beside rights that are in none. */
static void ring_in_array(void)
{
	long ports = live("ipc port");
	mach_port_t list[3] = {port_new_send(), port_new_send(),
			       port_new_send()};
	struct {
		mach_msg_header_t head;
		mach_msg_type_t type;
		u64_a4 names;
	} m = {
		.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				      MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			 .msgh_remote_port = list[1]},
		.type = {.msgt_name = MACH_MSG_TYPE_MOVE_RECEIVE,
			 .msgt_size = 32,
			 .msgt_number = 3},
		.names = (vm_address_t)list,
	};

	OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	for (int i = 0; i < 3; i++) {
		EQUAL(port_refs(list[i], MACH_PORT_RIGHT_DEAD_NAME), 1);
		OK(mach_port_deallocate(SELF, list[i]));
	}
	EQUAL(live("ipc port"), ports);
}

/* --- by requests --- */

static void heir(mach_port_t port, mach_port_t to)
{
	mach_port_t previous;

	OK(mach_port_request_notification(SELF, port,
					  MACH_NOTIFY_PORT_DESTROYED, 0, to,
					  MACH_MSG_TYPE_MAKE_SEND_ONCE,
					  &previous));
}

/* Each inherits the next: given up all, none is left. */
static void heirs_in_a_ring(void)
{
	long ports = live("ipc port");

	for (unsigned n = 1; n <= 64; n *= 4) {
		for (unsigned i = 0; i < n; i++)
			names[i] = port_new();
		for (unsigned i = 0; i < n; i++)
			heir(names[i], names[(i + 1) % n]);
		for (unsigned i = 0; i < n; i++)
			port_gone(names[i]);
	}
	EQUAL(live("ipc port"), ports);
}

/* The manual's: a port whose backup is itself; two that back each other; a
 * backup that died counts as none. */
static void backups(void)
{
	port_t a, b, previous;
	long ports = live("ipc port");

	OK(port_allocate(SELF, &a));
	OK(port_set_backup(SELF, a, a, &previous));
	OK(port_deallocate(SELF, a));
	EQUAL(live("ipc port"), ports);
	OK(port_allocate(SELF, &a));
	OK(port_allocate(SELF, &b));
	OK(port_set_backup(SELF, a, b, &previous));
	OK(port_set_backup(SELF, b, a, &previous));
	OK(port_deallocate(SELF, a)); /* lies at b now */
	OK(port_deallocate(SELF, b)); /* wants to go to a, which lies in it */
	EQUAL(live("ipc port"), ports);
	OK(port_allocate(SELF, &a));
	OK(port_allocate(SELF, &b));
	OK(port_set_backup(SELF, a, b, &previous));
	OK(port_deallocate(SELF, b));
	previous = 77;
	OK(port_set_backup(SELF, a, PORT_NULL, &previous));
	EQUAL(previous, PORT_NULL);
	OK(port_deallocate(SELF, a));
	EQUAL(live("ipc port"), ports);
}

/* --- two at once --- */

static volatile int go;

static void *opposite(void *arg)
{
	mach_port_t *p = arg;

	while (!go)
		;
	move_into(p[0], p[1], MACH_MSG_TYPE_COPY_SEND);
	return NULL;
}

static void opposite_moves(void)
{
	long ports = live("ipc port");

	for (int i = 0; i < 100; i++) {
		mach_port_t p[3] = {port_new_send(), port_new_send()};
		pthread_t t;

		p[2] = p[0];
		go = 0;
		pthread_create(&t, NULL, opposite, &p[0]);
		go = 1;
		opposite(&p[1]);
		pthread_join(t, NULL);
		mach_port_destroy(SELF, p[0]);
		mach_port_destroy(SELF, p[1]);
	}
	/* The threads' own ports are libmach's. */
	CHECK(live("ipc port") <= ports + 2);
}

/* A task that dies while it holds and moves: nothing of it is left. */
static void child_moves(void *arg)
{
	volatile int *state = arg;

	for (;;) {
		for (int i = 0; i < 10; i++)
			names[i] = port_new_send();
		for (int i = 0; i < 10; i++)
			move_into(names[i], names[(i + 3) % 10],
				  MACH_MSG_TYPE_COPY_SEND);
		for (int i = 0; i < 10; i++)
			mach_port_destroy(SELF, names[i]);
		*state = 1;
	}
}

static void death_at_any_moment(void)
{
	long ports = live("ipc port"), messages = live("ipc message tiny");

	for (int i = 0; i < 20; i++) {
		volatile int *state = shared_page();
		struct child c;

		OK_OR_RETURN(child_create(&c, child_moves, (void *)state));
		OK(child_go(&c));
		CHECK(wait_for(state, 1, 5000));
		sleep_ms((unsigned)i % 4);
		child_kill(&c);
		vm_deallocate(SELF, (vm_address_t)state, vm_page_size);
	}
	for (int i = 0; i < 100 && live("ipc port") > ports; i++)
		sleep_ms(10);
	EQUAL(live("ipc port"), ports);
	EQUAL(live("ipc message tiny"), messages);
}

static const struct test tests[] = {
	TEST(rings),	       TEST(chain),   TEST(chain_dies),
	TEST(ring_in_array),   TEST(heirs_in_a_ring), TEST(backups),
	TEST(opposite_moves),  TEST(death_at_any_moment),
};
TEST_MAIN(tests)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers that end: what their successors take over, what clients notice. The
 * name server is the one with state; it is ended in every way there is, under
 * load, and with its state made wrong.
 */
#include "lib/region.h"
#include "lib/test.h"
#include "lib/wreck.h"

#include <mach/mach_host.h>
#include <mach/mig_errors.h>
#include <pthread.h>
#include <servers/bootstrap.h>
#include <servers/netname.h>

#define SELF mach_task_self()
#define BP   bootstrap_port
#define NS   name_server_port

static task_t name_task(void)
{
	task_t task = TASK_NULL;

	/* It may be on its way back. */
	for (int i = 0; i < 2000; i++) {
		if (bootstrap_server_task(BP, "name", &task) == KERN_SUCCESS)
			return task;
		sleep_ms(1);
	}
	test_fail(__FILE__, __LINE__, "no name server");
	return TASK_NULL;
}

static bool has(const char *name, mach_port_t port)
{
	mach_port_t found = MACH_PORT_NULL;
	kern_return_t kr = netname_look_up(NS, "", (char *)name, &found);

	if (kr == MIG_SERVER_DIED)
		kr = netname_look_up(NS, "", (char *)name, &found);
	if (kr == KERN_SUCCESS)
		mach_port_deallocate(SELF, found);
	return kr == KERN_SUCCESS && found == port;
}

static void enter(const char *name, mach_port_t port)
{
	OK(netname_check_in(NS, (char *)name, MACH_PORT_NULL, port));
}

/* The client's right to the server is what it was. */
static void same_right(void)
{
	mach_port_t found = MACH_PORT_NULL;

	OK(bootstrap_look_up(BP, "netname", &found));
	EQUAL(found, NS);
	mach_port_deallocate(SELF, found);
	EQUAL(port_refs(NS, MACH_PORT_RIGHT_DEAD_NAME), 0);
}

/* --- ways to end */

static void end_by_kill(task_t task)
{
	(void)task;
	OK(bootstrap_kill(BP, "name"));
}

static void end_by_terminate(task_t task)
{
	OK(task_terminate(task));
}

static const struct {
	const char *how;
	void (*end)(task_t task);
	bool received;	 /* the next request is received, then lost */
	bool state_lost; /* only the receive rights come back */
} ends[] = {
	{"a jump to 0", wreck_jump, false, false},
	{"a crash over a request", wreck_code, true, false},
	{"bootstrap_kill", end_by_kill, false, false},
	{"task_terminate", end_by_terminate, false, true},
};

static bool end_one(unsigned i, mach_port_t port, mach_port_t signature)
{
	task_t task = name_task();
	netname_name_t version;
	bool fine = true;

	fine &= OK(netname_check_in(NS, "kept", signature, port));
	ends[i].end(task);
	if (ends[i].received)
		fine &= CODE(netname_version(NS, version), MIG_SERVER_DIED);
	/* One that had not received it loses nothing. */
	fine &= OK(netname_version(NS, version));
	fine &= CHECK(has("kept", port) == !ends[i].state_lost);
	if (!ends[i].state_lost) { /* the signature guards it as before */
		fine &= CODE(netname_check_out(NS, "kept", port),
			     NETNAME_NOT_YOURS);
		fine &= OK(netname_check_out(NS, "kept", signature));
	}
	mach_port_deallocate(SELF, task);
	same_right();
	return fine;
}

/* Checklist: BST-01 */
static void every_end(void)
{
	mach_port_t port = port_new_send(), signature = port_new_send();

	for (unsigned i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		if (!end_one(i, port, signature))
			printf("# %s\n", ends[i].how);
	}
	port_gone(port);
	port_gone(signature);
}

/* --- what waits in the queue */

#define WAITERS 12

struct waiter {
	pthread_t thread;
	kern_return_t kr;
	mach_port_t found;
};

static void *wait_for_answer(void *arg)
{
	struct waiter *w = arg;

	w->kr = netname_look_up(NS, "", "queued", &w->found);
	return NULL;
}

/* The server has received nothing and never will: all requests are in the
 * queue, or in clients' sends that wait for room there. */
static void queue_comes_back(void)
{
	struct waiter w[WAITERS] = {0};
	mach_port_t port = port_new_send();
	task_t task = name_task();

	enter("queued", port);
	OK(task_suspend(task));
	wreck_waits(task);
	for (unsigned i = 0; i < WAITERS; i++)
		CHECK_OR_RETURN(pthread_create(&w[i].thread, NULL,
					       wait_for_answer, &w[i]) == 0);
	sleep_ms(50);
	OK(bootstrap_kill(BP, "name"));
	for (unsigned i = 0; i < WAITERS; i++) {
		pthread_join(w[i].thread, NULL);
		OK(w[i].kr);
		EQUAL(w[i].found, port);
	}
	mach_port_deallocate(SELF, task);
	same_right();
	port_gone(port);
}

/* --- load */

#define CLIENTS 4
#define KILLS	100
/* Clients give way to servers, and those to who kills them: a kill comes at any
 * moment of a request, and at once. */
#define CLIENT_PRIORITY 3
#define KILLER_PRIORITY 16
#define PRIORITY	10 /* of all others */

struct client {
	pthread_t thread;
	char name[16];
	mach_port_t port;
	unsigned calls, died;
	kern_return_t wrong; /* the first other code */
};

static volatile int load_ends;

static bool answered(struct client *c, kern_return_t kr)
{
	c->calls++;
	if (kr == MIG_SERVER_DIED)
		c->died++;
	else if (kr != KERN_SUCCESS && c->wrong == KERN_SUCCESS)
		c->wrong = kr;
	return kr == KERN_SUCCESS;
}

static void priority_set(int priority)
{
	mach_port_t priv = authority(BOOTSTRAP_HOST_PRIV), name = 0, set = 0;
	thread_t self = mach_thread_self();

	OK(processor_set_default(host_self(), &name));
	OK(host_processor_set_priv(priv, name, &set));
	OK(thread_max_priority(self, set, priority));
	OK(thread_priority(self, priority, FALSE));
	mach_port_deallocate(SELF, self);
	mach_port_deallocate(SELF, set);
	mach_port_deallocate(SELF, name);
	mach_port_deallocate(SELF, priv);
}

static void *client_run(void *arg)
{
	struct client *c = arg;

	priority_set(CLIENT_PRIORITY);
	while (!load_ends && c->wrong == KERN_SUCCESS) {
		mach_port_t found = MACH_PORT_NULL;

		answered(c, netname_check_in(NS, c->name, c->port, c->port));
		if (!answered(c, netname_look_up(NS, "", c->name, &found)))
			continue;
		if (found != c->port)
			c->wrong = KERN_INVALID_RIGHT;
		mach_port_deallocate(SELF, found);
	}
	return NULL;
}

static void clients_start(struct client *c)
{
	load_ends = 0;
	for (unsigned i = 0; i < CLIENTS; i++) {
		snprintf(c[i].name, sizeof c[i].name, "CLIENT %u", i);
		c[i].port = port_new_send();
		OK(netname_check_in(NS, c[i].name, c[i].port, c[i].port));
		CHECK(pthread_create(&c[i].thread, NULL, client_run, &c[i]) ==
		      0);
	}
}

/* Some kills meet a successor that has not adopted yet. */
static unsigned kill_often(void)
{
	netname_name_t version;
	unsigned kills = 0;

	while (kills < KILLS) {
		kern_return_t kr;

		if (kills % 3 != 0)
			sleep_ms(kills % 3);
		kr = bootstrap_kill(BP, "name");
		if (kr == KERN_SUCCESS)
			kills++;
		else
			CODE(kr, BOOTSTRAP_UNKNOWN_SERVICE);
		if (kills % 4 != 0)
			(void)netname_version(NS, version);
	}
	return kills;
}

/*
 * The server has one thread: each kill costs at most the one request it had
 * received. More would be messages lost from the queue.
 */
static void killed_under_load(void)
{
	struct client c[CLIENTS] = {0};
	unsigned died = 0;

	clients_start(c);
	priority_set(KILLER_PRIORITY);
	kill_often();
	priority_set(PRIORITY);
	load_ends = 1;
	for (unsigned i = 0; i < CLIENTS; i++) {
		pthread_join(c[i].thread, NULL);
		OK(c[i].wrong);
		CHECK(c[i].calls > 0);
		died += c[i].died;
	}
	printf("# %u of %u kills met a request being served\n", died, KILLS);
	CHECK(died <= KILLS);
	same_right();
	for (unsigned i = 0; i < CLIENTS; i++) {
		CHECK(has(c[i].name, c[i].port));
		port_gone(c[i].port);
	}
}

/* --- state that is wrong */

static const char *const spoilt[] = {"S TORN", "S VERSION", "S WILD",
				     "S PORT", "S END",	    "S TWICE"};
#define SPOILT (sizeof spoilt / sizeof spoilt[0])

/* The server stands still while its state is changed. */
static struct region region_stop(void)
{
	task_t task = name_task();

	OK(task_suspend(task));
	return region_open(task);
}

static void torn_records(void)
{
	mach_port_t port = port_new_send(), found;
	struct region r;

	enter("whole", port);
	for (unsigned i = 0; i < SPOILT; i++)
		enter(spoilt[i], port);
	enter("also whole", port);
	r = region_stop();
	for (unsigned i = 0; i < SPOILT; i++)
		record_spoil(&r, spoilt[i], (enum wrong)i);
	OK(bootstrap_kill(BP, "name"));
	for (unsigned i = 0; i < SPOILT; i++)
		CODE(netname_look_up(NS, "", (char *)spoilt[i], &found),
		     NETNAME_NOT_CHECKED_IN);
	CHECK(has("whole", port));
	CHECK(has("also whole", port));
	same_right();
	mach_port_deallocate(SELF, r.task);
	port_gone(port);
}

/* Headers that a crash, or worse, may leave. */
static const struct {
	size_t at;
	uint32_t value;
} headers[] = {
	{offsetof(struct state_header, magic), 0},
	{offsetof(struct state_header, payload), 0},
	{offsetof(struct state_header, payload), 0xffffffff},
	{offsetof(struct state_header, records), 0xffffffff},
	{offsetof(struct state_header, records), 1u << 20}, /* not all mapped */
	{offsetof(struct state_header, records), 0},
	{offsetof(struct state_header, used), 0},
	{offsetof(struct state_header, used), 0xffffffff},
	{offsetof(struct state_header, used) + 4, 0},
};

static void torn_header(void)
{
	mach_port_t port = port_new_send(), found;

	for (unsigned i = 0; i < sizeof headers / sizeof headers[0]; i++) {
		struct region r;

		enter("lost", port);
		r = region_stop();
		region_write(&r, STATE_BASE + headers[i].at, &headers[i].value,
		     sizeof headers[i].value);
		OK(bootstrap_kill(BP, "name"));
		CODE(netname_look_up(NS, "", "lost", &found),
		     NETNAME_NOT_CHECKED_IN);
		same_right();
		mach_port_deallocate(SELF, r.task);
	}
	port_gone(port);
}

/* The name under which it held its receive right is wrong, or another's. */
static void wrong_service(void)
{
	mach_port_t port = port_new_send();

	enter("there", port);
	for (uint32_t name = 0; name < 12; name++) {
		struct region r = region_stop();
		struct state_service *s = &r.header.service[0];

		s->port = name;
		s->check = state_service_check(s);
		region_write(&r,
		     STATE_BASE + offsetof(struct state_header, service[0]), s,
		     sizeof *s);
		OK(bootstrap_kill(BP, "name"));
		CHECK(has("there", port));
		same_right();
		mach_port_deallocate(SELF, r.task);
	}
	port_gone(port);
}

/* A port that dies while nobody serves: its entry goes. */
static void death_meanwhile(void)
{
	mach_port_t port = port_new_send(), signature = port_new_send(), found;
	struct region r;

	OK(netname_check_in(NS, "gone", signature, port));
	OK(netname_check_in(NS, "unsigned", port, signature));
	r = region_stop();
	port_gone(port);
	OK(bootstrap_kill(BP, "name"));
	CODE(netname_look_up(NS, "", "gone", &found), NETNAME_NOT_CHECKED_IN);
	CODE(netname_look_up(NS, "", "unsigned", &found),
	     NETNAME_NOT_CHECKED_IN);
	mach_port_deallocate(SELF, r.task);
	port_gone(signature);
}

static const struct test tests[] = {
	TEST(every_end),     TEST(queue_comes_back), TEST(killed_under_load),
	TEST(torn_records),  TEST(torn_header),	     TEST(wrong_service),
	TEST(death_meanwhile),
};
TEST_MAIN(tests)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one session may have of bootstrap: it fills that, and no other session
 * is refused or pays for it; when it ends everything is given back. The cost of
 * a call is counted in bootstrap's own steps, not in time.
 */
#include "lib/census.h"
#include "lib/test.h"

#include <servers/bootstrap.h>
#include <servers/netname.h>

#define SELF mach_task_self()
#define BP   bootstrap_port
#define FULL BOOTSTRAP_NO_MEMORY

/* More than any limit of a session. */
#define TOO_MANY 2000

struct counts {
	int contexts, services, servers;
	uint64_t work;
};

static struct counts counts_now(void)
{
	struct counts c = {0};

	OK(bootstrap_counts(BP, &c.contexts, &c.services, &c.servers,
			    &c.work));
	return c;
}

static bool counts_are(const struct counts *want)
{
	struct counts c = counts_now();

	return c.contexts == want->contexts && c.services == want->services &&
	       c.servers == want->servers;
}

/* What ended gives everything back, soon. */
static void counts_return(const struct counts *want)
{
	struct counts c;

	for (int i = 0; i < 5000 && !counts_are(want); i++)
		sleep_ms(1);
	c = counts_now();
	EQUAL(c.contexts, want->contexts);
	EQUAL(c.services, want->services);
	EQUAL(c.servers, want->servers);
}

/* As the UNIX server makes them: users' subsets below a public one. */
enum { PUBLIC, HOSTILE, OTHER, SUBSETS };

struct scene {
	struct counts before;
	mach_port_t requestor[SUBSETS], bp[SUBSETS];
};

static void scene_open(struct scene *s)
{
	s->before = counts_now();
	for (int i = 0; i < SUBSETS; i++) {
		s->requestor[i] = port_new_send();
		OK(bootstrap_subset(i == PUBLIC ? BP : s->bp[PUBLIC],
				    s->requestor[i], &s->bp[i]));
	}
}

static void scene_close(struct scene *s)
{
	for (int i = SUBSETS - 1; i >= 0; i--) {
		if (s->requestor[i] != MACH_PORT_NULL)
			port_gone(s->requestor[i]);
	}
	counts_return(&s->before);
	for (int i = 0; i < SUBSETS; i++)
		mach_port_deallocate(SELF, s->bp[i]);
}

static char *numbered(const char *name, unsigned n)
{
	static name_t text;

	snprintf(text, sizeof text, "%s.%u", name, n);
	return text;
}

/* --- filling */

/* Subsets of bp, each below the one before if deep, until there is an end. */
static unsigned fill_contexts(mach_port_t bp, mach_port_t requestor, bool deep,
			      kern_return_t *kr)
{
	mach_port_t subset = MACH_PORT_NULL;
	unsigned n = 0;

	while (n < TOO_MANY &&
	       (*kr = bootstrap_subset(bp, requestor, &subset)) ==
		       KERN_SUCCESS) {
		n++;
		if (deep)
			bp = subset;
	}
	return n;
}

static unsigned fill_declared(mach_port_t bp, const char *name,
			      kern_return_t *kr)
{
	mach_port_t port;
	unsigned n = 0;

	while (n < TOO_MANY &&
	       (*kr = bootstrap_create_service(bp, numbered(name, n), &port)) ==
		       KERN_SUCCESS)
		n++;
	return n;
}

static unsigned fill_registered(mach_port_t bp, mach_port_t port,
				kern_return_t *kr)
{
	unsigned n = 0;

	while (n < TOO_MANY &&
	       (*kr = bootstrap_register(bp, numbered("reg", n), port)) ==
		       KERN_SUCCESS)
		n++;
	return n;
}

/* All that a session may have. */
static void hostile_fill(struct scene *s)
{
	mach_port_t requestor = s->requestor[HOSTILE], inner = 0;
	kern_return_t kr = 0;
	unsigned n;

	OK(bootstrap_subset(s->bp[HOSTILE], requestor, &inner));
	n = fill_contexts(inner, requestor, true, &kr);
	CODE(kr, FULL);
	CHECK(n > 4 && n < 20); /* depth */
	n += fill_contexts(s->bp[HOSTILE], requestor, false, &kr);
	CODE(kr, FULL);
	CHECK(n > 16 && n < 64);
	n = fill_declared(s->bp[HOSTILE], "hog", &kr);
	CODE(kr, FULL);
	CHECK(n > 64 && n < 256);
	/* What nests below has no more. */
	CODE(bootstrap_register(inner, "reg", requestor), FULL);
	CODE(bootstrap_register(inner, "hide", MACH_PORT_NULL), FULL);
	EQUAL(fill_declared(inner, "nested", &kr), 0);
	CODE(kr, FULL);
}

static void another_session_goes_on(void)
{
	mach_port_t send = 0, receive = 0, found = 0, inner = 0;
	struct scene s;

	scene_open(&s);
	hostile_fill(&s);
	OK(bootstrap_create_service(s.bp[OTHER], "hog.1", &send));
	OK(bootstrap_check_in(s.bp[OTHER], "hog.1", &receive));
	EQUAL(receive, send);
	OK(bootstrap_look_up(s.bp[OTHER], "hog.1", &found));
	EQUAL(found, send);
	OK(bootstrap_register(s.bp[OTHER], "reg", s.requestor[OTHER]));
	OK(bootstrap_subset(s.bp[OTHER], s.requestor[OTHER], &inner));
	OK(bootstrap_look_up(inner, "reg", &found));
	/* So do a session that begins now, and servers. */
	OK(bootstrap_subset(s.bp[PUBLIC], s.requestor[OTHER], &inner));
	OK(bootstrap_create_service(BP, "of a server", &send));
	OK(bootstrap_register(BP, "of a server", MACH_PORT_NULL));
	port_gone(receive);
	scene_close(&s);
}

/* --- cost */

#define ROUNDS	  100
#define STEPS_MAX 100 /* of the six calls of a round; about 35 */

/* Steps of ROUNDS of what a session does. */
static uint64_t work_of(mach_port_t bp)
{
	uint64_t before = counts_now().work;
	mach_port_t port = 0;
	boolean_t active;

	for (unsigned i = 0; i < ROUNDS; i++) {
		OK(bootstrap_look_up(bp, "netname", &port));
		CODE(bootstrap_look_up(bp, numbered("hog", i), &port),
		     BOOTSTRAP_UNKNOWN_SERVICE);
		OK(bootstrap_create_service(bp, "own", &port));
		OK(bootstrap_status(bp, "own", &active));
		OK(bootstrap_register(bp, "own", MACH_PORT_NULL));
		CODE(bootstrap_look_up(bp, "own", &port),
		     BOOTSTRAP_UNKNOWN_SERVICE);
	}
	return counts_now().work - before;
}

static void costs_are_its_own(void)
{
	struct scene s;
	uint64_t alone, beside;

	scene_open(&s);
	alone = work_of(s.bp[OTHER]);
	hostile_fill(&s);
	beside = work_of(s.bp[OTHER]);
	printf("# steps: alone %lu, beside a full session %lu\n",
	       (unsigned long)alone, (unsigned long)beside);
	CHECK(alone <= ROUNDS * STEPS_MAX);
	CHECK(beside <= ROUNDS * STEPS_MAX);
	scene_close(&s);
}

/* The names that a list tells; how many begin with "hog". */
static unsigned listed(mach_port_t bp, unsigned *hogs)
{
	mach_msg_type_number_t n = 0, m = 0, k = 0;
	name_array_t services = NULL, servers = NULL;
	bool_array_t active = NULL;

	*hogs = 0;
	OK(bootstrap_info(bp, &services, &n, &servers, &m, &active, &k));
	for (unsigned i = 0; i < n; i++)
		*hogs += strncmp(services[i], "hog", 3) == 0;
	vm_deallocate(SELF, (vm_address_t)services, n * sizeof *services);
	vm_deallocate(SELF, (vm_address_t)servers, m * sizeof *servers);
	vm_deallocate(SELF, (vm_address_t)active, k * sizeof *active);
	return n;
}

static void lists_are_their_own(void)
{
	unsigned n, hogs = 0;
	uint64_t work;
	struct scene s;

	scene_open(&s);
	hostile_fill(&s);
	work = counts_now().work;
	n = listed(s.bp[OTHER], &hogs);
	work = counts_now().work - work;
	EQUAL(hogs, 0);
	CHECK(work <= 20 * n + 20);
	CHECK(listed(s.bp[HOSTILE], &hogs) > n);
	CHECK(hogs > 64);
	scene_close(&s);
}

/* --- ends */

/* With the session all goes that was made below it, also where the requestor is
 * a port that lives on; receive rights that are out find nobody. */
static void end_gives_back(void)
{
	mach_port_t inner = 0, send = 0, receive[20];
	struct census before, after;
	struct scene s;
	kern_return_t kr;

	scene_open(&s); /* once, so that caches are warm */
	hostile_fill(&s);
	scene_close(&s);
	census_take(&before);
	for (int round = 0; round < 3; round++) {
		scene_open(&s);
		OK(bootstrap_subset(s.bp[HOSTILE], name_server_port, &inner));
		for (unsigned i = 0; i < 20; i++) {
			OK(bootstrap_create_service(inner, numbered("out", i),
						    &send));
			OK(bootstrap_check_in(inner, numbered("out", i),
					      &receive[i]));
		}
		CHECK(fill_registered(inner, name_server_port, &kr) > 64);
		CODE(kr, FULL);
		port_gone(s.requestor[HOSTILE]);
		s.requestor[HOSTILE] = MACH_PORT_NULL;
		scene_close(&s);
		for (unsigned i = 0; i < 20; i++)
			port_gone(receive[i]);
		CHECK(port_refs(inner, MACH_PORT_RIGHT_DEAD_NAME) > 0);
		mach_port_deallocate(SELF, inner);
	}
	census_take(&after);
	census_compare(&before, &after);
}

/* What is given back can be had again: ends and limits add up to nothing. */
static void again_and_again(void)
{
	kern_return_t kr;
	mach_port_t port;
	struct scene s;
	unsigned first;

	scene_open(&s);
	first = fill_declared(s.bp[HOSTILE], "hog", &kr);
	/* Taken back, a name is hidden: that counts as before. */
	OK(bootstrap_register(s.bp[HOSTILE], numbered("hog", 0),
			      MACH_PORT_NULL));
	CODE(bootstrap_create_service(s.bp[HOSTILE], "more", &port), FULL);
	OK(bootstrap_create_service(s.bp[HOSTILE], numbered("hog", 0), &port));
	port_gone(s.requestor[HOSTILE]);
	s.requestor[HOSTILE] = port_new_send();
	OK(bootstrap_subset(s.bp[PUBLIC], s.requestor[HOSTILE],
			    &s.bp[HOSTILE]));
	EQUAL(fill_declared(s.bp[HOSTILE], "hog", &kr), first);
	scene_close(&s);
}

/* Those who reach the root without being servers are one session together. */
static void unprivileged_root(void)
{
	struct counts before = counts_now();
	mach_port_t plain = 0, port = 0;
	kern_return_t kr;
	unsigned n;

	OK(bootstrap_unprivileged(BP, &plain));
	n = fill_declared(plain, "plain", &kr);
	CODE(kr, FULL);
	CHECK(n > 64 && n < 256);
	OK(bootstrap_create_service(BP, "of a server", &port));
	OK(bootstrap_register(BP, "of a server", MACH_PORT_NULL));
	for (unsigned i = 0; i < n; i++)
		OK(bootstrap_register(plain, numbered("plain", i),
				      MACH_PORT_NULL));
	counts_return(&before);
}

/* A server has limits, too; what a session has does not count there. */
static void server_limit(void)
{
	struct counts before = counts_now();
	kern_return_t kr;
	unsigned n;

	n = fill_declared(BP, "mine", &kr);
	CODE(kr, FULL);
	CHECK(n >= 32 && n < 256);
	for (unsigned i = 0; i < n; i++)
		OK(bootstrap_register(BP, numbered("mine", i), MACH_PORT_NULL));
	counts_return(&before);
}

static void counts_are_guarded(void)
{
	struct counts c;
	mach_port_t plain = 0;

	OK(bootstrap_unprivileged(BP, &plain));
	CODE(bootstrap_counts(plain, &c.contexts, &c.services, &c.servers,
			      &c.work),
	     BOOTSTRAP_NOT_PRIVILEGED);
}

static const struct test tests[] = {
	TEST(another_session_goes_on), TEST(costs_are_its_own),
	TEST(lists_are_their_own),     TEST(end_gives_back),
	TEST(again_and_again),	       TEST(unprivileged_root),
	TEST(server_limit),	       TEST(counts_are_guarded),
};
TEST_MAIN(tests)

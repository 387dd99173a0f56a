/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bootstrap's calls as tables: routine by state of the name, routine by kind of
 * caller; and what belongs to sessions.
 */
#include "lib/test.h"

#include <mach/mig_errors.h>
#include <mach/mig_support.h>
#include <servers/bootstrap.h>

#define SELF mach_task_self()
#define BP   bootstrap_port
#define NAME "thing"

/* --- routine x state */

enum state { NONE, DECLARED, ACTIVE, REGISTERED, HIDDEN, INHERITED, STATES };

/* A subset in which NAME has the state. */
struct place {
	mach_port_t outer_requestor, outer, requestor, bp;
	mach_port_t port; /* of a test's own */
};

static void place_prepare(struct place *p, enum state state)
{
	mach_port_t port;

	if (state == DECLARED || state == ACTIVE)
		OK(bootstrap_create_service(p->bp, NAME, &port));
	if (state == ACTIVE)
		OK(bootstrap_check_in(p->bp, NAME, &port));
	if (state == REGISTERED)
		OK(bootstrap_register(p->bp, NAME, p->port));
	if (state == HIDDEN)
		OK(bootstrap_register(p->bp, NAME, MACH_PORT_NULL));
}

static struct place place_create(enum state state)
{
	struct place p = {.outer_requestor = port_new_send(),
			  .requestor = port_new_send(),
			  .port = port_new_send()};

	OK(bootstrap_subset(BP, p.outer_requestor, &p.outer));
	if (state == INHERITED || state == HIDDEN)
		OK(bootstrap_register(p.outer, NAME, p.port));
	OK(bootstrap_subset(p.outer, p.requestor, &p.bp));
	place_prepare(&p, state);
	return p;
}

static void place_destroy(struct place *p)
{
	port_gone(p->outer_requestor);
	port_gone(p->requestor);
	port_gone(p->port);
}

static kern_return_t do_create(struct place *p)
{
	mach_port_t port;

	return bootstrap_create_service(p->bp, NAME, &port);
}

static kern_return_t do_check_in(struct place *p)
{
	mach_port_t port;

	return bootstrap_check_in(p->bp, NAME, &port);
}

static kern_return_t do_register(struct place *p)
{
	return bootstrap_register(p->bp, NAME, p->requestor);
}

static kern_return_t do_unregister(struct place *p)
{
	return bootstrap_register(p->bp, NAME, MACH_PORT_NULL);
}

static kern_return_t do_register_dead(struct place *p)
{
	mach_port_t dead = port_new_send();

	OK(mach_port_mod_refs(SELF, dead, MACH_PORT_RIGHT_RECEIVE, -1));
	return bootstrap_register(p->bp, NAME, dead);
}

static kern_return_t do_look_up(struct place *p)
{
	mach_port_t port;

	return bootstrap_look_up(p->bp, NAME, &port);
}

static kern_return_t do_status(struct place *p)
{
	boolean_t active;

	return bootstrap_status(p->bp, NAME, &active);
}

#define U BOOTSTRAP_UNKNOWN_SERVICE
#define A BOOTSTRAP_SERVICE_ACTIVE
#define I BOOTSTRAP_NAME_IN_USE

static const struct {
	const char *name;
	kern_return_t (*call)(struct place *p);
	kern_return_t code[STATES];
	bool known_after[STATES]; /* may it be looked up then? */
} rows[] = {
	/*		      none decl act reg hid inh */
	{"create_service", do_create, {0, I, I, I, 0, 0}, {1, 1, 1, 1, 1, 1}},
	{"check_in", do_check_in, {U, 0, A, A, U, U}, {0, 1, 1, 1, 0, 1}},
	{"register", do_register, {0, 0, A, A, 0, 0}, {1, 1, 1, 1, 1, 1}},
	{"register null", do_unregister, {0, 0, A, A, 0, 0},
	 {0, 0, 1, 1, 0, 0}},
	{"register dead", do_register_dead, {0, 0, A, A, 0, 0},
	 {0, 0, 1, 1, 1, 1}},
	{"look_up", do_look_up, {U, 0, 0, 0, U, 0}, {0, 1, 1, 1, 0, 1}},
	{"status", do_status, {U, 0, 0, 0, U, 0}, {0, 1, 1, 1, 0, 1}},
};
#define ROWS (sizeof rows / sizeof rows[0])

/* Checklist: BST-01 */
static void routine_by_state(void)
{
	for (unsigned r = 0; r < ROWS; r++)
		for (enum state s = NONE; s < STATES; s++) {
			struct place p = place_create(s);
			kern_return_t kr = rows[r].call(&p);
			bool known = do_look_up(&p) == BOOTSTRAP_SUCCESS;

			if (kr != rows[r].code[s] ||
			    known != rows[r].known_after[s])
				test_fail(__FILE__, __LINE__,
					  "%s, state %u: %d, known %d",
					  rows[r].name, s, kr, known);
			place_destroy(&p);
		}
}

/* --- routine x caller */

enum caller { NO_PORT, DEAD, SUBSET, PLAIN, SERVER, CALLERS };

static kern_return_t as_look_up(mach_port_t bp)
{
	mach_port_t port;

	return bootstrap_look_up(bp, "netname", &port);
}

static kern_return_t as_check_in(mach_port_t bp)
{
	mach_port_t port;

	/* The name server's. */
	return bootstrap_check_in(bp, "netname", &port);
}

static kern_return_t as_register(mach_port_t bp)
{
	mach_port_t port = port_new_send();
	kern_return_t kr = bootstrap_register(bp, "netname", port);

	port_gone(port);
	return kr;
}

static kern_return_t as_unregister(mach_port_t bp)
{
	return bootstrap_register(bp, "netname", MACH_PORT_NULL);
}

static kern_return_t as_parent(mach_port_t bp)
{
	mach_port_t port;

	return bootstrap_parent(bp, &port);
}

static kern_return_t as_unprivileged(mach_port_t bp)
{
	mach_port_t port;

	return bootstrap_unprivileged(bp, &port);
}

static kern_return_t as_kill(mach_port_t bp)
{
	return bootstrap_kill(bp, "nobody");
}

static kern_return_t as_server_task(mach_port_t bp)
{
	mach_port_t port;

	return bootstrap_server_task(bp, "nobody", &port);
}

static kern_return_t as_authority(mach_port_t bp)
{
	mach_port_t port;
	uint64_t size;

	return bootstrap_authority(bp, BOOTSTRAP_HOST_PRIV, &port, &size);
}

static kern_return_t as_authority_of_none(mach_port_t bp)
{
	mach_port_t port;
	uint64_t size;

	return bootstrap_authority(bp, 4, &port, &size);
}

static kern_return_t as_device(mach_port_t bp)
{
	mach_port_t port;

	return bootstrap_device_io(bp, "no such device", &port);
}

static kern_return_t as_corpse(mach_port_t bp)
{
	mach_port_t port;

	return bootstrap_corpse(bp, &port);
}

static kern_return_t as_corpse_done(mach_port_t bp)
{
	return bootstrap_corpse_done(bp);
}

static kern_return_t as_create_server(mach_port_t bp)
{
	mach_port_t port;

	return bootstrap_create_server(bp, "no/such/program", 0, FALSE, &port);
}

static kern_return_t as_create_for_user(mach_port_t bp)
{
	mach_port_t port;

	return bootstrap_create_server(bp, "mach/tests/boot_calls", 7, FALSE,
				       &port);
}

static kern_return_t as_create_of_nothing(mach_port_t bp)
{
	mach_port_t port;

	return bootstrap_create_server(bp, "  ", 0, FALSE, &port);
}

static kern_return_t as_subset_of_null(mach_port_t bp)
{
	mach_port_t port;

	return bootstrap_subset(bp, MACH_PORT_NULL, &port);
}

#define D MACH_SEND_INVALID_DEST
#define P BOOTSTRAP_NOT_PRIVILEGED
#define K KERN_INVALID_ARGUMENT

static const struct {
	const char *name;
	kern_return_t (*call)(mach_port_t bp);
	kern_return_t code[CALLERS];
} caller_rows[] = {
	/*		      no dead subset plain server */
	{"look_up", as_look_up, {D, D, 0, 0, 0}},
	{"check_in", as_check_in, {D, D, U, P, P}},
	{"register", as_register, {D, D, 0, P, P}},
	{"register null", as_unregister, {D, D, 0, P, P}},
	{"parent", as_parent, {D, D, P, P, 0}},
	{"unprivileged", as_unprivileged, {D, D, 0, 0, 0}},
	{"kill", as_kill, {D, D, P, P, U}},
	{"server_task", as_server_task, {D, D, P, P, U}},
	{"authority", as_authority, {D, D, P, P, 0}},
	{"authority 4", as_authority_of_none, {D, D, P, P, P}},
	{"device_io", as_device, {D, D, P, P, P}},
	{"corpse", as_corpse, {D, D, P, P, U}},
	{"corpse_done", as_corpse_done, {D, D, P, P, U}},
	{"create_server", as_create_server, {D, D, P, P, K}},
	{"create_server uid 7", as_create_for_user, {D, D, P, P, P}},
	{"create_server blank", as_create_of_nothing, {D, D, P, P, K}},
	{"subset null", as_subset_of_null, {D, D, P, P, P}},
};

static void callers_create(mach_port_t *bp, mach_port_t *requestor)
{
	mach_port_t dead = port_new_send();

	OK(mach_port_mod_refs(SELF, dead, MACH_PORT_RIGHT_RECEIVE, -1));
	*requestor = port_new_send();
	bp[NO_PORT] = MACH_PORT_NULL;
	bp[DEAD] = dead;
	OK(bootstrap_subset(BP, *requestor, &bp[SUBSET]));
	OK(bootstrap_unprivileged(BP, &bp[PLAIN]));
	bp[SERVER] = BP;
}

static void routine_by_caller(void)
{
	for (unsigned r = 0; r < sizeof caller_rows / sizeof caller_rows[0]; r++)
		for (enum caller c = NO_PORT; c < CALLERS; c++) {
			mach_port_t bp[CALLERS], requestor;
			kern_return_t kr;

			callers_create(bp, &requestor);
			kr = caller_rows[r].call(bp[c]);
			if (kr != caller_rows[r].code[c])
				test_fail(__FILE__, __LINE__,
					  "%s, caller %u: %d",
					  caller_rows[r].name, c, kr);
			port_gone(requestor);
		}
}

static void unprivileged(void)
{
	mach_port_t plain = 0, again = 0, requestor = port_new_send();
	mach_port_t subset = 0;

	OK(bootstrap_unprivileged(BP, &plain));
	CHECK(plain != BP);
	OK(bootstrap_unprivileged(plain, &again));
	EQUAL(again, plain);
	OK(bootstrap_subset(plain, requestor, &subset));
	OK(bootstrap_unprivileged(subset, &again));
	EQUAL(again, subset);
	port_gone(requestor);
}

/* Requests whose answers nobody can get cost nothing: the service's port stays
 * what it is. */
static void answers_to_the_dead(void)
{
	mach_port_t requestor = port_new_send(), bp = 0, port = 0, found = 0;
	struct {
		mach_msg_header_t head;
		mach_msg_type_t type;
		name_t name;
	} m = {.type = {.msgt_name = MACH_MSG_TYPE_STRING_C,
			.msgt_size = 8,
			.msgt_number = sizeof(name_t),
			.msgt_inline = TRUE},
	       .name = "svc"};

	OK(bootstrap_subset(BP, requestor, &bp));
	OK(bootstrap_create_service(bp, "svc", &port));
	for (int i = 0; i < 50; i++) {
		mach_port_t reply = port_new_send();

		OK(mach_port_mod_refs(SELF, reply, MACH_PORT_RIGHT_RECEIVE,
				      -1));
		m.head = (mach_msg_header_t){
			.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
						    MACH_MSG_TYPE_MOVE_SEND),
			.msgh_size = sizeof m,
			.msgh_remote_port = bp,
			.msgh_local_port = reply,
			.msgh_id = 404, /* look_up */
		};
		OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	}
	OK(bootstrap_look_up(bp, "svc", &found));
	EQUAL(found, port);
	OK(bootstrap_check_in(bp, "svc", &found));
	EQUAL(found, port);
	port_gone(found);
	port_gone(requestor);
}

/* --- sessions */

/* Two sessions below one public subset see its services and not each other's;
 * what one does to a public name the other does not notice. */
static void sessions(void)
{
	mach_port_t requestor[3], bp[3] = {0}, mine = port_new_send();
	mach_port_t shared = port_new_send(), found = 0;

	for (int i = 0; i < 3; i++) {
		requestor[i] = port_new_send();
		OK(bootstrap_subset(i == 0 ? BP : bp[0], requestor[i], &bp[i]));
	}
	OK(bootstrap_register(bp[0], "public", shared));
	OK(bootstrap_register(bp[1], "private", mine));
	OK(bootstrap_look_up(bp[2], "public", &found));
	EQUAL(found, shared);
	CODE(bootstrap_look_up(bp[2], "private", &found), U);
	OK(bootstrap_register(bp[1], "public", MACH_PORT_NULL));
	CODE(bootstrap_look_up(bp[1], "public", &found), U);
	OK(bootstrap_register(bp[1], "public", mine));
	OK(bootstrap_look_up(bp[2], "public", &found));
	EQUAL(found, shared);
	/* A session that ends takes its services along, and only those. */
	OK(bootstrap_create_service(bp[2], "svc", &found));
	port_gone(requestor[2]);
	for (int i = 0; i < 1000; i++) {
		if (port_refs(found, MACH_PORT_RIGHT_DEAD_NAME) > 0 &&
		    port_refs(bp[2], MACH_PORT_RIGHT_DEAD_NAME) > 0)
			break;
		sleep_ms(1);
	}
	CHECK(port_refs(found, MACH_PORT_RIGHT_DEAD_NAME) > 0);
	CHECK(port_refs(bp[2], MACH_PORT_RIGHT_DEAD_NAME) > 0);
	OK(bootstrap_look_up(bp[1], "private", &found));
	EQUAL(found, mine);
	port_gone(requestor[1]);
	port_gone(requestor[0]);
	port_gone(mine);
	port_gone(shared);
}

static const struct test tests[] = {
	TEST(routine_by_state),	   TEST(routine_by_caller), TEST(unprivileged),
	TEST(answers_to_the_dead), TEST(sessions),
};
TEST_MAIN(tests)

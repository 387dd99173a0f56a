/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every routine of the kernel, and messages of every shape, with the first
 * allocation or charge that they need failing, then the second, until all are
 * made (host_probe: a debug kernel). What was begun is undone: the system has
 * afterwards what it had before, no more and no less. Class B04.
 */
#include "lib/census.h"
#include "lib/routines.h"
#include "lib/test.h"

#include <mach/host_probe.h>
#include <mach/mach_ext.h>
#include <mach/mig_wire.h>
#include <stddef.h>
#include <servers/bootstrap_defs.h>

#define SELF	 mach_task_self()
#define VARIANTS 12
#define STEPS	 400 /* more than any of them allocates */
#define TIMEOUT	 2000

static mach_port_t priv, reply_port;
static struct census before, after;
static unsigned failures;

static bool probe_works(void)
{
	int64_t was;

	priv = authority(BOOTSTRAP_HOST_PRIV);
	if (host_probe(priv, HOST_PROBE_FAIL, -1, &was) == KERN_SUCCESS)
		return true;
	mach_port_deallocate(SELF, priv);
	test_skip("a release kernel has no probes");
	return false;
}

static void arm(unsigned k)
{
	int64_t was;

	OK(host_probe(priv, HOST_PROBE_FAIL, k, &was));
}

/* True: it had come to its end. */
static bool disarm(void)
{
	int64_t was = -1;

	/* This call itself may be what failed. */
	if (host_probe(priv, HOST_PROBE_FAIL, -1, &was) != KERN_SUCCESS) {
		OK(host_probe(priv, HOST_PROBE_FAIL, -1, &was));
		return false;
	}
	return was < 0;
}

/* --- routines */

/* What a send that failed gave back in other words than it was given. */
static void given_back(mach_msg_header_t *m)
{
	if (MACH_MSGH_BITS_REMOTE(m->msgh_bits) != MACH_MSG_TYPE_MOVE_SEND)
		return;
	OK(mach_port_deallocate(SELF, m->msgh_local_port));
	mach_msg_destroy(m);
}

/* What was received but for some of its rights is received. */
static kern_return_t received(kern_return_t kr)
{
	kern_return_t code = kr & ~MACH_MSG_MASK;

	if (code == MACH_RCV_BODY_ERROR || code == MACH_RCV_HEADER_ERROR)
		mach_msg_destroy(&reply.head);
	else if (kr == MACH_MSG_SUCCESS)
		return reply_drop();
	return kr;
}

/* The request fails, the answer arrives. */
static bool in_two_steps(unsigned k)
{
	kern_return_t kr;
	bool failed;

	arm(k);
	kr = mach_msg(&request.head, MACH_SEND_MSG, request.head.msgh_size, 0,
		      MACH_PORT_NULL, 0, MACH_PORT_NULL);
	failed = disarm();
	if (kr == MACH_MSG_SUCCESS)
		CHECK(reply_receive(reply_port, TIMEOUT) !=
		      MACH_RCV_TIMED_OUT);
	else
		given_back(&request.head);
	(void)reply_receive(reply_port, 0);
	return failed;
}

/* Either fails. */
static bool in_one_step(unsigned k)
{
	kern_return_t kr;
	bool failed;

	memcpy(&reply, &request, request.head.msgh_size);
	arm(k);
	kr = mach_msg(&reply.head, MACH_SEND_MSG | MACH_RCV_MSG,
		      request.head.msgh_size, sizeof(reply), reply_port, 0,
		      MACH_PORT_NULL);
	failed = disarm();
	if ((kr & 0xffffc000) == 0x10000000) {
		memcpy(&request, &reply, request.head.msgh_size);
		given_back(&request.head);
		(void)reply_receive(reply_port, 0);
	} else {
		(void)received(kr);
	}
	return failed;
}

static void fail_variant(const struct mig_routine *r, unsigned variant)
{
	bool one_step = variant % 2 && !makes_task(r), failed = true;
	unsigned k;

	for (k = 0; k < STEPS && failed; k++) {
		kinds_create();
		request_make(r, target_of(r), reply_port, variant);
		failed = one_step ? in_one_step(k) : in_two_steps(k);
		kinds_destroy();
		failures += failed;
	}
	if (k == STEPS)
		test_fail(__FILE__, __LINE__, "%s: never succeeds", r->name);
}

static unsigned variants;

static void fail_routine(const struct mig_routine *r)
{
	for (unsigned v = 0; v < variants; v++)
		fail_variant(r, v);
}

static void each_allocation_fails(void)
{
	if (!probe_works())
		return;
	reply_port = port_new();
	variants = 2;
	each_routine(fail_routine);
	census_take(&before);
	variants = VARIANTS;
	failures = 0;
	each_routine(fail_routine);
	census_take(&after);
	printf("# %u failures\n", failures);
	CHECK(failures > 1000);
	census_compare(&before, &after);
	port_gone(reply_port);
	mach_port_deallocate(SELF, priv);
}

/* --- messages */

#define REGION (3 * vm_page_size)

struct shape {
	mach_msg_header_t head;
	mach_msg_type_t copied_type;
	mach_port_t copied;
	mach_msg_type_t once_type;
	mach_port_t once;
	mach_msg_type_t moved_type;
	mach_port_t moved;
	mach_msg_type_t region_type;
	u64_a4 region;
	mach_msg_type_t ports_type;
	u64_a4 ports;
	char room[64];
};

static union {
	struct shape shape;
	mach_msg_header_t head;
} in;

static mach_port_t dest, names[3];

static mach_msg_type_t type_of(unsigned name, unsigned number, bool in_line)
{
	return (mach_msg_type_t){
		.msgt_name = name,
		.msgt_size = name == MACH_MSG_TYPE_BYTE ? 8 : 32,
		.msgt_number = number,
		.msgt_inline = in_line,
	};
}

/* A message with a right of each sort, a region that goes along with it, and an
 * array of rights. */
static void shape_make(struct shape *s, bool deallocate)
{
	vm_address_t at = 0;

	dest = port_new_send();
	for (unsigned i = 0; i < 3; i++)
		names[i] = port_new_send();
	OK(vm_allocate(SELF, &at, REGION, TRUE));
	memset((void *)at, 1, REGION);
	*s = (struct shape){
		.head = { .msgh_bits = MACH_MSGH_BITS_COMPLEX |
				MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					       MACH_MSG_TYPE_MAKE_SEND_ONCE),
			  .msgh_size = offsetof(struct shape, room),
			  .msgh_remote_port = dest,
			  .msgh_local_port = names[1] },
		.copied_type = type_of(MACH_MSG_TYPE_COPY_SEND, 1, true),
		.copied = names[0],
		.once_type = type_of(MACH_MSG_TYPE_MAKE_SEND_ONCE, 1, true),
		.once = names[0],
		.moved_type = type_of(MACH_MSG_TYPE_MOVE_RECEIVE, 1, true),
		.moved = names[2],
		.region_type = type_of(MACH_MSG_TYPE_BYTE,
				       4000, false),
		.region = at,
		.ports_type = type_of(MACH_MSG_TYPE_MAKE_SEND, 2, false),
		.ports = (u64_a4)(uintptr_t)names,
	};
	s->region_type.msgt_deallocate = deallocate;
}

static void drop_queue(mach_port_t port)
{
	while (mach_msg(&in.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			sizeof(in), port, 0, 0) == MACH_MSG_SUCCESS)
		mach_msg_destroy(&in.head);
}

static void shape_drop(vm_address_t region)
{
	drop_queue(dest);
	port_gone(dest);
	for (unsigned i = 0; i < 3; i++)
		if (port_valid(names[i]))
			port_gone(names[i]);
	OK(vm_deallocate(SELF, region, REGION));
}

static kern_return_t shape_send(struct shape *s)
{
	return mach_msg(&s->head, MACH_SEND_MSG, s->head.msgh_size, 0, 0, 0, 0);
}

static kern_return_t shape_receive(void)
{
	return mach_msg(&in.head, MACH_RCV_MSG, 0, sizeof(in), dest, 0, 0);
}

/* The k-th allocation fails of the send, which then has no effect or is given
 * back, or of the receive: what finds no place is destroyed, the rest arrives. */
static bool shape_fails(unsigned k, bool deallocate, bool receiving)
{
	static struct shape s;
	vm_address_t region;
	kern_return_t kr;
	bool failed;

	shape_make(&s, deallocate);
	region = s.region;
	if (receiving)
		OK(shape_send(&s));
	memset(&in, 0, sizeof(in));
	arm(k);
	kr = receiving ? shape_receive() : shape_send(&s);
	failed = disarm();
	if (!failed)
		OK(kr);
	if (receiving)
		mach_msg_destroy(&in.head);
	else if (kr != MACH_MSG_SUCCESS)
		given_back(&s.head);
	shape_drop(region);
	return failed;
}

static void shapes_fail(void)
{
	for (int way = 0; way < 4; way++) {
		unsigned k = 0;

		while (k < STEPS && shape_fails(k, way & 1, way & 2))
			k++;
		failures += k;
		CHECK(k < STEPS);
	}
}

static void messages(void)
{
	if (!probe_works())
		return;
	shapes_fail();
	census_take(&before);
	failures = 0;
	shapes_fail();
	shapes_fail();
	census_take(&after);
	printf("# %u failures\n", failures);
	CHECK(failures > 40);
	census_compare(&before, &after);
	mach_port_deallocate(SELF, priv);
}

/* --- traps that are no messages */

static kern_return_t trap_make(unsigned which, mach_port_t *port,
			       vm_address_t *at)
{
	switch (which) {
	case 0:
		return mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, port);
	case 1:
		return mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, port);
	case 2:
		return mach_port_allocate(SELF, MACH_PORT_RIGHT_DEAD_NAME,
					  port);
	case 3:
		*port = mach_reply_port();
		return *port != MACH_PORT_NULL ? KERN_SUCCESS :
						 KERN_RESOURCE_SHORTAGE;
	case 4:
		return vm_allocate(SELF, at, REGION, TRUE);
	default:
		return vm_protect(SELF, *at + vm_page_size, vm_page_size, FALSE,
				  which % 2 ? VM_PROT_READ : VM_PROT_NONE);
	}
}

static bool trap_fails(unsigned which, unsigned k)
{
	mach_port_t port = MACH_PORT_NULL;
	vm_address_t at = 0;
	kern_return_t kr;
	bool failed;

	if (which > 4)
		OK(vm_allocate(SELF, &at, REGION, TRUE));
	arm(k);
	kr = trap_make(which, &port, &at);
	failed = disarm();
	if (!failed)
		OK(kr);
	if (kr != KERN_SUCCESS)
		EQUAL(port, MACH_PORT_NULL);
	if (port != MACH_PORT_NULL)
		port_gone(port);
	if (at != 0)
		OK(vm_deallocate(SELF, at, REGION));
	return failed;
}

static void traps_fail(void)
{
	for (unsigned which = 0; which < 7; which++) {
		unsigned k = 0;

		while (k < STEPS && trap_fails(which, k))
			k++;
		failures += k;
		CHECK(k < STEPS);
	}
}

static void traps(void)
{
	if (!probe_works())
		return;
	traps_fail();
	census_take(&before);
	failures = 0;
	traps_fail();
	census_take(&after);
	printf("# %u failures\n", failures);
	CHECK(failures > 5);
	census_compare(&before, &after);
	mach_port_deallocate(SELF, priv);
}

/* --- a wait with a deadline, which ends at it whether there is memory for its
 * timer or not */

static void deadline_passes(mach_port_t port)
{
	arm(0);
	EQUAL(mach_msg(&in.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(in),
		       port, 20, 0),
	      MACH_RCV_TIMED_OUT);
	CHECK(disarm());
}

static void deadlines(void)
{
	mach_port_t port;

	if (!probe_works())
		return;
	port = port_new();
	deadline_passes(port);
	census_take(&before);
	deadline_passes(port);
	census_take(&after);
	census_compare(&before, &after);
	port_gone(port);
	mach_port_deallocate(SELF, priv);
}

static const struct test tests[] = {
	TEST(each_allocation_fails),
	TEST(messages),
	TEST(traps),
	TEST(deadlines),
};

TEST_MAIN(tests)

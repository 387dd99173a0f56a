/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of devices belong to those who hold a right to them: others have
 * none, in and out are nobody's, and a right that is taken away while its task
 * uses it is no use from then on. Class B47.
 */
#include "lib/census.h"
#include "lib/test.h"
#include "lib/victim.h"

#include <mach/device.h>
#include <servers/bootstrap_defs.h>

#define SELF	mach_task_self()
#define BASE	0x3e8 /* a serial line that no machine of ours has */
#define COUNT	8
#define STRIDE	61

struct use {
	volatile mach_port_t io;
	volatile int stop;
	volatile unsigned long good, bad;
	volatile unsigned port;
};

static bool registers_open(mach_port_t *io)
{
	mach_port_t master = authority(BOOTSTRAP_DEVICE_MASTER);
	bool ok = OK(device_io_open(master, BASE, COUNT, io));

	mach_port_deallocate(SELF, master);
	return ok;
}

static void use_always(void *arg)
{
	struct use *u = arg;

	while (!u->stop) {
		char byte[4096];
		mach_msg_type_number_t n = 1;

		if (device_io_read(u->io, 0, 1, 1, byte, &n) == KERN_SUCCESS)
			u->good++;
		else
			u->bad++;
	}
}

static bool user_start(struct child *c, struct use *u, mach_port_t io,
		       bool granted)
{
	*u = (struct use){ .io = io };
	if (!OK(child_create(c, use_always, u)))
		return false;
	if (granted)
		OK(mach_port_insert_right(c->task, io, io,
					  MACH_MSG_TYPE_COPY_SEND));
	return OK(child_go(c));
}

static bool more_than(volatile unsigned long *count, unsigned long limit)
{
	for (int i = 0; i < 2000 && *count <= limit; i++)
		sleep_ms(1);
	return *count > limit;
}

static void grant_and_revoke(void)
{
	struct use *a = shared_page(), *b = shared_page();
	struct child holder, other;
	unsigned long good;
	mach_port_t io;

	if (!registers_open(&io) || !user_start(&holder, a, io, true) ||
	    !user_start(&other, b, io, false))
		return;
	CHECK(more_than(&a->good, 100));
	CHECK(more_than(&b->bad, 100));
	EQUAL(b->good, 0);
	EQUAL(a->bad, 0);
	/* In the middle of its calls. One of them may be under way. */
	OK(mach_port_deallocate(holder.task, io));
	good = a->good + 1;
	CHECK(more_than(&a->bad, 100));
	CHECK(a->good <= good);
	OK(mach_port_deallocate(SELF, io));
	EQUAL(b->good, 0);
	child_kill(&holder);
	child_kill(&other);
	OK(vm_deallocate(SELF, (vm_address_t)a, vm_page_size));
	OK(vm_deallocate(SELF, (vm_address_t)b, vm_page_size));
}

/* The registers go with a task that is killed while it uses them. */
static void killed_in_use(void)
{
	struct use *u = shared_page();
	struct child c;
	mach_port_t io;

	if (!registers_open(&io) || !user_start(&c, u, io, true))
		return;
	OK(mach_port_deallocate(SELF, io));
	CHECK(more_than(&u->good, 100));
	child_kill(&c);
	OK(vm_deallocate(SELF, (vm_address_t)u, vm_page_size));
}

static void revoked(void)
{
	static struct census before, after;

	grant_and_revoke();
	killed_in_use();
	census_take(&before);
	for (int i = 0; i < 10; i++) {
		grant_and_revoke();
		killed_in_use();
	}
	census_take(&after);
	census_compare(&before, &after);
}

/* --- in and out */

static void in_everywhere(void *arg)
{
	struct use *u = arg;

	for (unsigned port = 0; port < 0x10000; port += STRIDE) {
		u->port = port;
		__asm__ volatile("inb %%dx, %%al" : : "d"(port) : "eax");
	}
	u->stop = 1;
}

/* The holder of a right, too: each of its instructions is an exception. */
static void no_instruction(void)
{
	struct use *u = shared_page();
	mach_port_t port = port_new_send(), io;
	unsigned faults = 0;
	struct request r;
	struct child c;

	if (!registers_open(&io) ||
	    !OK(child_create(&c, in_everywhere, u)))
		return;
	OK(mach_port_insert_right(c.task, io, io, MACH_MSG_TYPE_MOVE_SEND));
	OK(task_set_special_port(c.task, TASK_EXCEPTION_PORT, port));
	OK(child_go(&c));
	while (faults <= 0xffff / STRIDE && exception_wait(port, &r, 5000)) {
		EQUAL(r.exception, EXC_BAD_INSTRUCTION);
		EQUAL(u->port, faults * STRIDE);
		skip_bytes(r.thread, 1);
		answer(&r, KERN_SUCCESS);
		release(&r);
		faults++;
	}
	CHECK(wait_for(&u->stop, 1, 5000));
	EQUAL(faults, 0xffff / STRIDE + 1);
	child_wait(&c);
	port_gone(port);
	OK(vm_deallocate(SELF, (vm_address_t)u, vm_page_size));
}

static const struct test tests[] = {
	TEST(revoked),
	TEST(no_instruction),
};
TEST_MAIN(tests)

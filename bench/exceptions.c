/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An exception and its handler in another task. The victim measures: it runs
 * into breakpoints, the handler says "go on". Rights come the manual's way, so
 * that there is nothing to release.
 */
#include "lib/bench.h"

#include <mach/exception.h>
#include <mach/mig_errors.h>
#include <server/child.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 10000

struct shared {
	volatile uint64_t took;
	volatile bool done;
};
static struct shared *shared;

static void victim(void *arg)
{
	uint64_t before;

	(void)arg;
	for (int i = 0; i < ROUNDS / 10; i++)
		__asm__ volatile("int3");
	before = bench_clock();
	for (int i = 0; i < ROUNDS; i++)
		__asm__ volatile("int3");
	shared->took = bench_clock() - before;
	shared->done = true;
	__asm__ volatile("int3");
}

struct request {
	mach_msg_header_t head;
	char body[40];
};

static void handle(mach_port_t port)
{
	union {
		struct request in;
		mig_reply_header_t out;
		char room[128];
	} m;
	mach_msg_option_t option = MACH_RCV_MSG | MACH_RCV_25;

	do {
		if (mach_msg(&m.in.head, option, sizeof m.out, sizeof m, port,
			     0, MACH_PORT_NULL))
			abort();
		m.out.Head.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
		m.out.Head.msgh_local_port = MACH_PORT_NULL;
		m.out.Head.msgh_id += 100;
		m.out.RetCodeType = (mach_msg_type_t){
			.msgt_name = MACH_MSG_TYPE_INTEGER_32,
			.msgt_size = 32,
			.msgt_number = 1,
			.msgt_inline = 1,
		};
		m.out.RetCode = KERN_SUCCESS;
		option = MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_25;
	} while (!shared->done);
}

int main(void)
{
	mach_port_t self = mach_task_self(), port;
	vm_address_t page = 0;
	struct child c;

	bench_calibrate();
	bench_must("page", vm_allocate(self, &page, vm_page_size, TRUE));
	bench_must("share", vm_inherit(self, page, vm_page_size,
				       VM_INHERIT_SHARE));
	shared = (struct shared *)page;
	bench_must("port", mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE,
					      &port));
	bench_must("send right",
		   mach_port_insert_right(self, port, port,
					  MACH_MSG_TYPE_MAKE_SEND));
	bench_must("child", child_create(&c, victim, NULL));
	bench_must("exception port",
		   task_set_special_port(c.task, TASK_EXCEPTION_PORT, port));
	bench_must("child_go", child_go(&c));
	handle(port);
	bench_result("exception_rpc", shared->took, ROUNDS);
	child_kill(&c);
	return 0;
}

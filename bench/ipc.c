/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages between two tasks.
 */
#include "lib/bench.h"

#include <mach/bench.h>
#include <mach/bench_server.h>
#include <mach/exception.h>
#include <mach/mig_errors.h>
#include <server/child.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 10000

struct item_message {
	mach_msg_header_t head;
	mach_msg_type_t type;
	char data[4096];
};
union message {
	struct item_message item;
	char bytes[4096 + 256];
};
#define MESSAGE_SIZE(bytes) \
	((uint32_t)(sizeof(mach_msg_header_t) + sizeof(mach_msg_type_t) + (bytes)))

static mach_port_t service, reply_port, gift;
static mach_port_t server_name; /* what the server receives from */

/* --- the server task: answers until it is killed --- */

static void reply_to(mach_msg_header_t *head)
{
	head->msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
	head->msgh_local_port = MACH_PORT_NULL;
}

static void echo_server(void *arg)
{
	static union message m;
	mach_msg_option_t option = MACH_RCV_MSG;

	(void)arg;
	for (;;) {
		if (mach_msg(&m.item.head, option, m.item.head.msgh_size,
			     sizeof m, server_name, 0, MACH_PORT_NULL))
			abort();
		reply_to(&m.item.head);
		option = MACH_SEND_MSG | MACH_RCV_MSG;
	}
}

static void gift_server(void *arg)
{
	static union message m;
	mach_msg_option_t option = MACH_RCV_MSG;

	(void)arg;
	for (;;) {
		if (mach_msg(&m.item.head, option, sizeof m.item.head,
			     sizeof m, server_name, 0, MACH_PORT_NULL))
			abort();
		mach_port_deallocate(mach_task_self(),
				     *(mach_port_t *)m.item.data);
		reply_to(&m.item.head);
		option = MACH_SEND_MSG | MACH_RCV_MSG;
	}
}

static void set_server(void *arg)
{
	mach_port_t set;

	bench_must("port set", mach_port_allocate(mach_task_self(),
						  MACH_PORT_RIGHT_PORT_SET,
						  &set));
	bench_must("member", mach_port_move_member(mach_task_self(), service,
						   set));
	server_name = set;
	echo_server(arg);
}

static void mig_server(void *arg)
{
	static union message buffers[2];
	union message *in = &buffers[0], *out = &buffers[1], *was;

	(void)arg;
	for (mach_msg_option_t option = MACH_RCV_MSG;;
	     option = MACH_SEND_MSG | MACH_RCV_MSG) {
		if (mach_msg(&in->item.head, option, in->item.head.msgh_size,
			     sizeof *in, server_name, 0, MACH_PORT_NULL))
			abort();
		bench_server(&in->item.head, &out->item.head);
		was = in; /* the next request comes to where the reply was */
		in = out;
		out = was;
	}
}

kern_return_t do_bench_call(mach_port_t server, bench_data_t data,
			    bench_data_t *result)
{
	(void)server;
	*result = data;
	return KERN_SUCCESS;
}

/* The child holds the receive right under the name it has here. */
static struct child server_start(void (*serve)(void *))
{
	struct child c;
	mach_port_t self = mach_task_self(), port;

	bench_must("port", mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE,
					      &port));
	bench_must("send right", mach_port_insert_right(
					 self, port, port,
					 MACH_MSG_TYPE_MAKE_SEND));
	service = server_name = port | 0x1000;
	bench_must("child", child_create(&c, serve, NULL));
	bench_must("receive right",
		   mach_port_insert_right(c.task, service, port,
					  MACH_MSG_TYPE_MOVE_RECEIVE));
	service = port;
	bench_must("child_go", child_go(&c));
	bench_rest();
	return c;
}

static void server_stop(struct child *c)
{
	child_kill(c);
	mach_port_deallocate(mach_task_self(), service);
}

/* --- the client --- */

static union message call;
static uint32_t call_size;

static void call_prepare(uint32_t bytes)
{
	call_size = MESSAGE_SIZE(bytes);
	call.item.type = (mach_msg_type_t){
		.msgt_name = MACH_MSG_TYPE_BYTE,
		.msgt_size = 8,
		.msgt_number = bytes & 0xfff,
		.msgt_inline = 1,
	};
	if (bytes == 4096) { /* as words: the short form counts to 4095 */
		call.item.type.msgt_name = MACH_MSG_TYPE_INTEGER_32;
		call.item.type.msgt_size = 32;
		call.item.type.msgt_number = 1024;
	}
}

static void rpc(void)
{
	call.item.head.msgh_bits = MACH_MSGH_BITS(
		MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE);
	call.item.head.msgh_remote_port = service;
	call.item.head.msgh_local_port = reply_port;
	call.item.head.msgh_id = 1;
	if (mach_msg(&call.item.head, MACH_SEND_MSG | MACH_RCV_MSG, call_size,
		     sizeof call, reply_port, 0, MACH_PORT_NULL))
		abort();
}

static void rpc_gift(void)
{
	call.item.head.msgh_bits =
		MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
			       MACH_MSG_TYPE_MAKE_SEND_ONCE) |
		MACH_MSGH_BITS_COMPLEX;
	call.item.head.msgh_remote_port = service;
	call.item.head.msgh_local_port = reply_port;
	call.item.type = (mach_msg_type_t){
		.msgt_name = MACH_MSG_TYPE_COPY_SEND,
		.msgt_size = 32,
		.msgt_number = 1,
		.msgt_inline = 1,
	};
	*(mach_port_t *)call.item.data = gift;
	if (mach_msg(&call.item.head, MACH_SEND_MSG | MACH_RCV_MSG,
		     MESSAGE_SIZE(4), sizeof call, reply_port, 0,
		     MACH_PORT_NULL))
		abort();
}

static void rpc_stub(void)
{
	static bench_data_t data, result;

	bench_must("bench_call", bench_call(service, data, &result));
}

static void measure(const char *name, void (*serve)(void *), void (*once)(void))
{
	struct child c = server_start(serve);

	bench_row(name, once, ROUNDS);
	server_stop(&c);
}

/* --- out of line: 16 MiB, the receiver reads a byte and frees it --- */

#define OOL_SIZE (16u << 20)

struct ool_message {
	mach_msg_header_t head;
	mach_msg_type_long_t type;
	u64_a4 address;
};

static char *ool_memory;

static void ool_server(void *arg)
{
	static union {
		struct ool_message m;
		char room[256];
	} in;
	mach_msg_option_t option = MACH_RCV_MSG;

	(void)arg;
	for (;;) {
		if (mach_msg(&in.m.head, option, sizeof in.m.head, sizeof in,
			     server_name, 0, MACH_PORT_NULL))
			abort();
		if (*(volatile char *)in.m.address != 1)
			abort();
		vm_deallocate(mach_task_self(), in.m.address, OOL_SIZE);
		reply_to(&in.m.head);
		option = MACH_SEND_MSG | MACH_RCV_MSG;
	}
}

static void ool_send(void)
{
	struct ool_message m = {
		.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
						 MACH_MSG_TYPE_MAKE_SEND_ONCE) |
				  MACH_MSGH_BITS_COMPLEX,
		.head.msgh_remote_port = service,
		.head.msgh_local_port = reply_port,
		.type.msgtl_header.msgt_longform = 1,
		.type.msgtl_name = MACH_MSG_TYPE_BYTE,
		.type.msgtl_size = 8,
		.type.msgtl_number = OOL_SIZE,
		.address = (uintptr_t)ool_memory,
	};

	if (mach_msg(&m.head, MACH_SEND_MSG | MACH_RCV_MSG, sizeof m, sizeof m,
		     reply_port, 0, MACH_PORT_NULL))
		abort();
}

int main(void)
{
	mach_port_t self = mach_task_self();

	bench_calibrate();
	reply_port = mach_reply_port();
	bench_must("gift", mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE,
					      &gift));
	bench_must("gift", mach_port_insert_right(self, gift, gift,
						  MACH_MSG_TYPE_MAKE_SEND));
	call_prepare(24);
	measure("rpc_two_tasks", echo_server, rpc);
	measure("rpc_port_set", set_server, rpc);
	call_prepare(256);
	measure("rpc_256", echo_server, rpc);
	call_prepare(4096);
	measure("rpc_4k", echo_server, rpc);
	measure("rpc_mig", mig_server, rpc_stub);
	measure("rpc_port", gift_server, rpc_gift);
	ool_memory = bench_memory(OOL_SIZE);
	struct child c = server_start(ool_server);
	bench_row("ool_16m", ool_send, 1000);
	server_stop(&c);
	return 0;
}

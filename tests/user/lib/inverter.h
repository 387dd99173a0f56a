/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scene of ipc_long.c, its only user: a server in a child that answers each
 * call with all bytes of the body inverted, out of a buffer that the client
 * chooses, and the client's calls. scene_start, scene_stop; counted does both
 * around a body, twice, and compares what exists.
 */
#ifndef INVERTER_H
#define INVERTER_H

#include "census.h"
#include "test.h"

#include <server/child.h>

#define SELF	mach_task_self()
#define HEAD	((mach_msg_size_t)sizeof(mach_msg_header_t))
#define LIMIT	8196u
#define SERVICE 0x7a001 /* the server's names */
#define ANSWER	0x7a002

enum { CALL = 1, TURN, FAILED };

/* What both tasks see. */
struct control {
	volatile vm_address_t buffer; /* the server's, from its next turn on */
	volatile int quiet;	      /* it must not touch the buffer */
	volatile int result;
	volatile mach_msg_size_t size;
};

static struct control *control;
static struct child server;
static mach_port_t service, reply;
/* Four pages, inherited: by copy, and shared. */
static vm_address_t copied, shared;
static struct census before, after;

/* --- the server --- */

static void invert(mach_msg_header_t *h)
{
	unsigned char *p = (unsigned char *)(h + 1);

	for (mach_msg_size_t i = 0; i < h->msgh_size - HEAD; i++)
		p[i] = (unsigned char)~p[i];
}

static void answer_set(mach_msg_header_t *h)
{
	h->msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
	h->msgh_local_port = MACH_PORT_NULL;
}

static mach_msg_return_t serve_calls(mach_msg_header_t *h)
{
	mach_msg_return_t r =
	    mach_msg(h, MACH_RCV_MSG, 0, LIMIT, SERVICE, 0, 0);

	while (r == MACH_MSG_SUCCESS && !control->quiet && h->msgh_id == CALL) {
		control->size = h->msgh_size;
		invert(h);
		answer_set(h);
		r = mach_msg(h, MACH_SEND_MSG | MACH_RCV_MSG, h->msgh_size,
			     LIMIT, SERVICE, 0, 0);
	}
	return r;
}

static void serve(void *arg)
{
	(void)arg;
	for (;;) {
		mach_msg_header_t *h = (mach_msg_header_t *)control->buffer, m;
		mach_msg_return_t r = serve_calls(h);

		control->result = r;
		if (r == MACH_MSG_SUCCESS && !control->quiet) {
			m = *h;
			answer_set(&m);
		} else {
			m = (mach_msg_header_t){
			    .msgh_bits =
				MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			    .msgh_remote_port = ANSWER,
			    .msgh_id = FAILED,
			};
		}
		mach_msg(&m, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0);
	}
}

/* --- the client --- */

static mach_msg_return_t call_from(vm_address_t at, mach_msg_size_t size,
				   int id)
{
	mach_msg_header_t *h = (mach_msg_header_t *)at;

	h->msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
				      MACH_MSG_TYPE_MAKE_SEND_ONCE);
	h->msgh_remote_port = service;
	h->msgh_local_port = reply;
	h->msgh_id = id;
	return mach_msg(h, MACH_SEND_MSG | MACH_RCV_MSG, size, LIMIT, reply, 0,
			0);
}

/* Until the server has come to rest in its wait. */
static void at_rest(void)
{
	thread_basic_info_data_t info;

	for (int i = 0; i < 5000; i++) {
		mach_msg_type_number_t n = THREAD_BASIC_INFO_COUNT;

		if (thread_info(server.thread, THREAD_BASIC_INFO,
				(thread_info_t)&info, &n) == KERN_SUCCESS &&
		    info.run_state == TH_STATE_WAITING)
			return;
		sleep_ms(1);
	}
	test_fail(__FILE__, __LINE__, "the server does not wait");
}

/* The server receives into this memory of its own from now on. */
static void receive_into(vm_address_t buffer)
{
	union {
		mach_msg_header_t head;
		char room[LIMIT];
	} m;

	control->buffer = buffer;
	OK(call_from((vm_address_t)&m, HEAD, TURN));
	at_rest();
}

static unsigned char byte_at(unsigned seed, mach_msg_size_t i)
{
	return (unsigned char)(seed * 31 + i * 7 + (i >> 8));
}

static void body_fill(vm_address_t at, mach_msg_size_t size, unsigned seed)
{
	for (mach_msg_size_t i = HEAD; i < size; i++)
		((unsigned char *)at)[i] = byte_at(seed, i);
}

static unsigned wrong_bytes(vm_address_t at, mach_msg_size_t size,
			    unsigned seed, unsigned char flip)
{
	unsigned wrong = 0;

	for (mach_msg_size_t i = HEAD; i < size; i++)
		wrong += ((unsigned char *)at)[i] != (byte_at(seed, i) ^ flip);
	return wrong;
}

static unsigned not_all(vm_address_t at, vm_size_t size, unsigned char value)
{
	unsigned wrong = 0;

	for (vm_size_t i = 0; i < size; i++)
		wrong += ((unsigned char *)at)[i] != value;
	return wrong;
}

static void round_trip(vm_address_t at, mach_msg_size_t size, unsigned seed)
{
	const mach_msg_header_t *h = (mach_msg_header_t *)at;

	body_fill(at, size, seed);
	OK_OR_RETURN(call_from(at, size, CALL));
	EQUAL(h->msgh_id, CALL);
	EQUAL(h->msgh_size, size);
	EQUAL(control->size, size);
	EQUAL(wrong_bytes(at, size, seed, 0xff), 0);
}

static vm_address_t pages(task_t task, unsigned n)
{
	vm_address_t at = 0;

	OK(vm_allocate(task, &at, n * vm_page_size, TRUE));
	return at;
}

/* The server's bytes, seen from here: a copy that ends with the test. */
static vm_address_t theirs(vm_address_t at, vm_size_t size)
{
	mach_msg_type_number_t count;
	pointer_t data = 0;

	OK(vm_read(server.task, at, size, &data, &count));
	return data;
}

static unsigned theirs_not(vm_address_t at, vm_size_t size, unsigned char value)
{
	vm_address_t data = theirs(at, size);
	unsigned wrong = not_all(data, size, value);

	OK(vm_deallocate(SELF, data, size));
	return wrong;
}

static void theirs_fill(vm_address_t at, vm_size_t size, int value)
{
	vm_address_t mine = 0;

	OK(vm_allocate(SELF, &mine, size, TRUE));
	memset((void *)mine, value, size);
	OK(vm_write(server.task, at, mine, (mach_msg_type_number_t)size));
	OK(vm_deallocate(SELF, mine, size));
}

/* --- the scene --- */

static void scene_start(void)
{
	control = shared_page();
	control->buffer = copied = pages(SELF, 4);
	shared = pages(SELF, 4);
	OK(vm_inherit(SELF, shared, 4 * vm_page_size, VM_INHERIT_SHARE));
	memset((void *)copied, 0x11, 4 * vm_page_size);
	service = port_new_send();
	reply = port_new();
	OK_OR_RETURN(child_create(&server, serve, NULL));
	OK(mach_port_insert_right(server.task, ANSWER, reply,
				  MACH_MSG_TYPE_MAKE_SEND));
	OK(mach_port_insert_right(server.task, SERVICE, service,
				  MACH_MSG_TYPE_MOVE_RECEIVE));
	OK(child_go(&server));
	at_rest();
}

static void scene_stop(void)
{
	port_gone(reply);
	child_kill(&server);
	OK(mach_port_deallocate(SELF, service));
	OK(vm_deallocate(SELF, copied, 4 * vm_page_size));
	OK(vm_deallocate(SELF, shared, 4 * vm_page_size));
	OK(vm_deallocate(SELF, (vm_address_t)control, vm_page_size));
}

static void counted(void (*body)(void))
{
	scene_start(); /* what is kept from the first time */
	body();
	scene_stop();
	census_take(&before);
	scene_start();
	body();
	scene_stop();
	census_take(&after);
	census_compare(&before, &after);
}

#endif

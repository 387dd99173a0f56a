/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bodies with rights and memory, in line and out of line, too short, too long,
 * or as they begin when they are right.
 */
#include "refuse.h"

#include "test.h"

#include <mach/mig_support.h>

#define SELF mach_task_self()

static mach_port_t carried, reply_port;

static union {
	mach_msg_header_t head;
	uint32_t words[4096];
} m;
static unsigned used; /* words */

static void word_add(uint32_t word)
{
	m.words[used++] = word;
}

static void type_add(unsigned name, unsigned bits, unsigned number,
		     bool in_line)
{
	mach_msg_type_t t = {.msgt_name = name,
			     .msgt_size = bits,
			     .msgt_number = number,
			     .msgt_inline = in_line};
	uint32_t word;

	memcpy(&word, &t, sizeof word);
	word_add(word);
}

static void pointer_add(const void *at)
{
	uint64_t address = (uintptr_t)at;

	word_add((uint32_t)address);
	word_add((uint32_t)(address >> 32));
}

static void add_rights(unsigned disposition)
{
	type_add(disposition, 32, 2, true);
	word_add(carried);
	word_add(carried);
}

static void add_far_rights(void)
{
	static mach_port_t rights[3];

	for (unsigned i = 0; i < 3; i++)
		rights[i] = carried;
	type_add(MACH_MSG_TYPE_MAKE_SEND, 32, 3, false);
	pointer_add(rights);
}

static void add_memory(void)
{
	static _Alignas(16384) char pages[3 * 16384];

	type_add(MACH_MSG_TYPE_BYTE, 8, 4000, false);
	pointer_add(pages);
	type_add(MACH_MSG_TYPE_INTEGER_32, 32, 4000, false);
	pointer_add(pages + 100);
}

static void add_receive(void)
{
	type_add(MACH_MSG_TYPE_MOVE_RECEIVE, 32, 1, true);
	word_add(port_new());
}

static void add_bytes(unsigned name, unsigned bytes)
{
	type_add(name, 8, bytes, true);
	memset(m.words + used, 'x', bytes);
	m.words[used + bytes / 4 - 1] = 0;
	used += bytes / 4;
}

static void nothing(void)
{
}

static void memory(void)
{
	add_memory();
}

static void rights(void)
{
	add_rights(MACH_MSG_TYPE_MAKE_SEND);
	add_rights(MACH_MSG_TYPE_MAKE_SEND_ONCE);
}

static void far_rights(void)
{
	add_far_rights();
	add_memory();
}

static void receive_rights(void)
{
	add_receive();
	add_receive();
}

static void integer_first(void)
{
	add_bytes(MACH_MSG_TYPE_INTEGER_32, 4);
	add_far_rights();
	add_receive();
}

static void name_first(void)
{
	add_bytes(MACH_MSG_TYPE_STRING_C, 128);
	add_rights(MACH_MSG_TYPE_MAKE_SEND);
	add_memory();
}

static void short_name_first(void)
{
	add_bytes(MACH_MSG_TYPE_STRING_C, 80);
	add_rights(MACH_MSG_TYPE_MAKE_SEND);
	add_far_rights();
}

/* Longer than any server here takes. */
static void too_long(void)
{
	for (unsigned i = 0; i < 4; i++)
		add_bytes(MACH_MSG_TYPE_BYTE, 3000);
	add_memory();
	add_rights(MACH_MSG_TYPE_MAKE_SEND);
	add_receive();
}

static void (*const shapes[])(void) = {
	nothing,       memory,	   rights,	     far_rights, receive_rights,
	integer_first, name_first, short_name_first, too_long,
};
#define SHAPES (sizeof shapes / sizeof shapes[0])

void refuse_begin(void)
{
	carried = port_new();
	reply_port = port_new();
}

static void send_one(mach_port_t to, int id, unsigned shape, unsigned reply)
{
	used = sizeof m.head / sizeof m.words[0];
	shapes[shape]();
	m.head = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, reply) |
			     (shape == 0 ? 0 : MACH_MSGH_BITS_COMPLEX),
		.msgh_size = used * sizeof m.words[0],
		.msgh_remote_port = to,
		.msgh_local_port = reply != 0 ? reply_port : MACH_PORT_NULL,
		.msgh_id = id,
	};
	if (mach_msg(&m.head, MACH_SEND_MSG, m.head.msgh_size, 0, 0, 0, 0) !=
	    MACH_MSG_SUCCESS)
		test_fail(__FILE__, __LINE__, "id %d, shape %u: not sent", id,
			  shape);
}

void refuse_send(mach_port_t to, int id)
{
	static const unsigned replies[] = {0, MACH_MSG_TYPE_MAKE_SEND_ONCE,
					   MACH_MSG_TYPE_MAKE_SEND};

	for (unsigned shape = 0; shape < SHAPES; shape++)
		send_one(to, id, shape, replies[(shape + (unsigned)id) % 3]);
}

/* Answers, and what the kernel says of send-once rights that were destroyed:
 * such a right counts until its message is received. */
static void drain(mach_port_t port)
{
	while (mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof m,
			port, 0, 0) == MACH_MSG_SUCCESS)
		mach_msg_destroy(&m.head);
}

static bool is_free(mach_port_t port)
{
	mach_port_status_t s = {0};

	drain(port);
	mach_port_get_receive_status(SELF, port, &s);
	return !s.mps_srights && s.mps_sorights == 0;
}

void refuse_end(void)
{
	for (int i = 0; i < 5000 && !(is_free(carried) && is_free(reply_port));
	     i++)
		sleep_ms(1);
	CHECK(is_free(carried));
	CHECK(is_free(reply_port));
	port_gone(carried);
	port_gone(reply_port);
}

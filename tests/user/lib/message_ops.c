/* SPDX-License-Identifier: BSD-2-Clause */
/* The operations of message_rows.h: the subject's task is this one. */
#include "rows.h"

struct with_name {
	mach_msg_header_t head;
	mach_msg_type_t type;
	mach_port_t name;
};

struct with_array {
	mach_msg_header_t head;
	mach_msg_type_t type;
	u64_a4 names;
};

struct old_with_name {
	msg_header_t head;
	msg_type_t type;
	port_t name;
};

static mach_msg_type_t type_of(int how, int deallocate, bool in_line)
{
	return (mach_msg_type_t){
		.msgt_name = (unsigned)how,
		.msgt_size = 32,
		.msgt_number = 1,
		.msgt_inline = in_line,
		.msgt_deallocate = deallocate != 0,
	};
}

static int send(mach_msg_header_t *m, mach_msg_size_t size)
{
	return mach_msg(m, MACH_SEND_MSG | MACH_SEND_TIMEOUT, size, 0, 0, 0, 0);
}

static int op_dest(struct scene *s, int how, int b)
{
	mach_msg_header_t m = {
		.msgh_bits = MACH_MSGH_BITS((unsigned)how, 0),
		.msgh_remote_port = s->name,
	};

	(void)b;
	return send(&m, sizeof m);
}

static int op_reply(struct scene *s, int how, int b)
{
	mach_msg_header_t m = {
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND,
					    (unsigned)how),
		.msgh_remote_port = s->member,
		.msgh_local_port = s->name,
	};

	(void)b;
	return send(&m, sizeof m);
}

#define TO_MEMBER                                                             \
	(MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0))

static int op_body(struct scene *s, int how, int deallocate)
{
	struct with_name m = {
		.head = {.msgh_bits = TO_MEMBER, .msgh_remote_port = s->member},
		.type = type_of(how, deallocate, true),
		.name = s->name,
	};

	return send(&m.head, sizeof m);
}

static int op_array(struct scene *s, int how, int b)
{
	mach_port_t names[1] = {s->name};
	struct with_array m = {
		.head = {.msgh_bits = TO_MEMBER, .msgh_remote_port = s->member},
		.type = type_of(how, 0, false),
		.names = (vm_address_t)names,
	};

	(void)b;
	return send(&m.head, sizeof m);
}

static int op_receive(struct scene *s, int a, int b)
{
	mach_msg_header_t m;

	(void)a, (void)b;
	return mach_msg(&m, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof m,
			s->name, 0, 0);
}

/* --- the manual's --- */

static int old_send(port_t remote, port_t local)
{
	msg_header_t m = {
		.msg_simple = TRUE,
		.msg_size = sizeof m,
		.msg_remote_port = remote,
		.msg_local_port = local,
	};

	return msg_send(&m, SEND_TIMEOUT, 0);
}

static int op_25_dest(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return old_send(s->name, PORT_NULL);
}

static int op_25_reply(struct scene *s, int a, int b)
{
	(void)a, (void)b;
	return old_send(s->member, s->name);
}

static int op_25_body(struct scene *s, int how, int b)
{
	struct old_with_name m = {
		.head = {.msg_simple = FALSE,
			 .msg_size = sizeof m,
			 .msg_remote_port = s->member},
		.type = {.msg_type_name = (unsigned)how,
			 .msg_type_size = 32,
			 .msg_type_number = 1,
			 .msg_type_inline = TRUE},
		.name = s->name,
	};

	(void)b;
	return msg_send(&m.head, SEND_TIMEOUT, 0);
}

static int op_25_receive(struct scene *s, int a, int b)
{
	msg_header_t m = {.msg_size = sizeof m, .msg_local_port = s->name};

	(void)a, (void)b;
	return msg_receive(&m, RCV_TIMEOUT, 0);
}

#define ROW(what, op, a, b, want) {what, op, a, b, want, ROW_NATIVE},
const struct row message_rows[] = {
#include "message_rows.h"
};
const unsigned message_row_count = sizeof message_rows / sizeof *message_rows;

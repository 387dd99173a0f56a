/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests on process ports; see request.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "exchange.h"
#include "machine_i.h"
#include "request.h"

#define HEAD offsetof(struct request, data)

static mach_msg_type_t inline_type(unsigned name, unsigned bits,
				   unsigned number)
{
	return (mach_msg_type_t){.msgt_name = name,
				 .msgt_size = bits,
				 .msgt_number = number,
				 .msgt_inline = 1};
}

static bool type_is(mach_msg_type_t type, unsigned name, unsigned number)
{
	return type.msgt_name == name && type.msgt_number == number &&
	       type.msgt_inline && !type.msgt_longform;
}

static bool request_valid(const struct request *r)
{
	uint64_t length = r->data_type.msgtl_number;

	return !(r->head.msgh_bits & MACH_MSGH_BITS_COMPLEX) &&
	       r->head.msgh_id == UX_MSG_CALL && r->head.msgh_size >= HEAD &&
	       type_is(r->op_type, MACH_MSG_TYPE_INTEGER_32, 1) &&
	       type_is(r->tid_type, MACH_MSG_TYPE_INTEGER_32, 1) &&
	       type_is(r->words_type, MACH_MSG_TYPE_INTEGER_64, UX_WORDS) &&
	       r->data_type.msgtl_header.msgt_longform &&
	       r->data_type.msgtl_header.msgt_inline &&
	       r->data_type.msgtl_size == 8 && length <= UX_DATA_MAX &&
	       length <= r->head.msgh_size - HEAD;
}

/* The data item becomes a copied send right. */
static void answer_port(struct answer *r, uint32_t port)
{
	r->head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	r->head.msgh_size += sizeof(port);
	r->data_type.msgtl_name = MACH_MSG_TYPE_COPY_SEND;
	r->data_type.msgtl_size = 32;
	r->data_type.msgtl_number = 1;
	memcpy(r->data, &port, sizeof(port));
}

static void answer(mach_port_t to, int64_t result, int flags,
		   const uint8_t *data, uint32_t length, uint32_t port)
{
	struct answer *r = answer_buffer();
	uint32_t padded = (length + 3) & ~3u;

	r->head = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
		.msgh_size = (uint32_t)offsetof(struct answer, data) + padded,
		.msgh_remote_port = to,
		.msgh_id = UX_MSG_REPLY,
	};
	r->code_type = inline_type(MACH_MSG_TYPE_INTEGER_32, 32, 1);
	r->result_type = inline_type(MACH_MSG_TYPE_INTEGER_64, 64, 1);
	r->flags_type = r->code_type;
	r->code = KERN_SUCCESS;
	r->result = result;
	r->flags = flags;
	r->data_type.msgtl_header =
		(mach_msg_type_t){.msgt_inline = 1, .msgt_longform = 1};
	r->data_type.msgtl_name = MACH_MSG_TYPE_BYTE;
	r->data_type.msgtl_size = 8;
	r->data_type.msgtl_number = length;
	memcpy(r->data, data, length);
	memset(r->data + length, 0, padded - length);
	if (port)
		answer_port(r, port);
	answer_post();
}

/* The end of a call: an answer, or only its reply right to let go. */
static void request_reply(struct call *c, int64_t result, int flags)
{
	if (!c->reply_to)
		return;
	if (result == CALL_NO_REPLY)
		mach_port_deallocate(mach_task_self(),
				     (mach_port_t)c->reply_to);
	else
		answer((mach_port_t)c->reply_to, result, flags, c->out,
		       c->out_length, c->out_port);
	c->reply_to = 0;
}

static struct call *call_from(const struct request *r, struct lwp *l)
{
	uint32_t length = (uint32_t)r->data_type.msgtl_number;
	struct call *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->in = malloc(length + 1);
	if (!c->in) {
		free(c);
		return NULL;
	}
	memcpy(c->in, r->data, length);
	memcpy(c->words, r->words, sizeof(c->words));
	c->in_length = length;
	c->lwp = l;
	c->op = r->op;
	c->reply = request_reply;
	c->reply_to = r->head.msgh_remote_port;
	return c;
}

void request_handle(const struct request *r)
{
	struct proc *p = port_lookup(r->head.msgh_local_port, PORT_PROCESS);
	struct lwp *l = NULL;
	struct call *c;

	if (!p || !MACH_PORT_VALID(r->head.msgh_remote_port) ||
	    !request_valid(r)) {
		mach_msg_destroy((mach_msg_header_t *)r);
		return;
	}
	l = lwp_find(r->tid);
	/* One call a thread: a second one comes from a hostile program. */
	if (!l || l->proc != p || l->call) {
		answer(r->head.msgh_remote_port, -EINVAL, 0, NULL, 0, 0);
		return;
	}
	c = call_from(r, l);
	if (c)
		call_start(c);
	else
		answer(r->head.msgh_remote_port, -ENOMEM, 0, NULL, 0, 0);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two forms of an exception's message, an attribute of the port that its
 * receiver chooses: the short one (2400, 64 bytes, 32-bit codes) and the long
 * one (2405, 64-bit codes, registers in the request and in the reply). The
 * task layer says what is in them; the fast path writes the request in place.
 */
#pragma once

#include <mach/exception.h>
#include <mach/message.h>
#include <mach/x86_64/thread_status.h>
#include <kern/thread.h>
#include <stddef.h>

#define EXC_WORD(kind, bits, count) \
	{ .msgt_name = (kind), .msgt_size = (bits), .msgt_number = (count), \
	  .msgt_inline = 1 }
#define EXC_WORD_INT ((mach_msg_type_t)EXC_WORD(MACH_MSG_TYPE_INTEGER_32, 32, 1))

struct exc_ports { /* begins both requests */
	mach_msg_header_t head;
	mach_msg_type_t thread_type;
	uint32_t thread;
	mach_msg_type_t task_type;
	uint32_t task;
	mach_msg_type_t exception_type;
	int32_t exception;
};

struct exc_request_32 {
	struct exc_ports ports;
	mach_msg_type_t code_type;
	int32_t code;
	mach_msg_type_t subcode_type;
	int32_t subcode;
};
_Static_assert(sizeof(struct exc_request_32) == 64, "the manual's size");

struct exc_request_64 {
	struct exc_ports ports;
	mach_msg_type_t code_type;
	i64_a4 code[2];
	mach_msg_type_t flavor_type;
	int32_t flavor;
	mach_msg_type_t state_type;
	uint32_t state[x86_64_THREAD_STATE_COUNT];
};

/* Users write it: its type words are compared as a whole. */
#define EXC_REPLY_INT(count) \
	(MACH_MSG_TYPE_INTEGER_32 | 32u << 8 | (count) << 16 | 1u << 28)

struct exc_reply_32 {
	mach_msg_header_t head;
	uint32_t result_type;
	int32_t result;
};
_Static_assert(sizeof(struct exc_reply_32) == 32, "the manual's size");

struct exc_reply_64 {
	struct exc_reply_32 start;
	uint32_t flavor_type;
	int32_t flavor;
	uint32_t state_type;
	uint32_t state[x86_64_THREAD_STATE_COUNT];
};

#define EXC_ID_32	2400
#define EXC_ID_64	2405
#define EXC_REPLY_OF(id) ((id) + 100)

static inline uint32_t exc_request_size(bool wide)
{
	return wide ? sizeof(struct exc_request_64) :
		      sizeof(struct exc_request_32);
}

/* What the calling thread raised, in the long form. */
void exc_fill_64(struct exc_request_64 *r, struct thread *self,
		 const struct thread_exc *exc);

/* In either; the rest of the header and the ports are not its business. */
static inline void exc_fill(mach_msg_header_t *head, struct thread *self,
			    const struct thread_exc *exc, bool wide)
{
	struct exc_request_32 *r = (void *)head;

	r->ports.exception_type = EXC_WORD_INT;
	r->ports.exception = exc->exception;
	if (wide) {
		exc_fill_64((void *)head, self, exc);
		return;
	}
	head->msgh_id = EXC_ID_32;
	r->code_type = r->subcode_type = EXC_WORD_INT;
	r->code = (int32_t)exc->code;
	r->subcode = (int32_t)exc->subcode;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The server's messages; see exchange.h. */
#include <mach/mach_exc_server.h>
#include "exchange.h"
#include "machine_i.h"

#define TRAILER 64

union buffer {
	mach_msg_header_t head;
	struct request request;
	struct answer answer;
	uint8_t exception[mach_exc_REPLY_MAX];
	uint8_t bytes[sizeof(struct request) + TRAILER];
} __attribute__((aligned(MACHINE_SCRATCH)));

static union buffer buffers[2];
static union buffer *in = &buffers[0], *out = &buffers[1];
static bool answer_posted;

/* Its client is gone, cannot pay for an answer that it does not wait for, or gave
 * us what is no reply right. */
static void answer_refused(void)
{
	mach_msg_destroy(&out->head);
	answer_posted = false;
}

void answer_flush(void)
{
	if (!answer_posted)
		return;
	if (mach_msg(&out->head, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
		     out->head.msgh_size, 0, MACH_PORT_NULL, 0,
		     MACH_PORT_NULL) != MACH_MSG_SUCCESS)
		answer_refused();
	answer_posted = false;
}

void *answer_buffer(void)
{
	answer_flush();
	return out;
}

void answer_post(void)
{
	answer_posted = MACH_PORT_VALID(out->head.msgh_remote_port);
	/* Only a reply right always has room. */
	if (MACH_MSGH_BITS_REMOTE(out->head.msgh_bits) !=
	    MACH_MSG_TYPE_MOVE_SEND_ONCE)
		answer_flush();
}

static bool was_sent(mach_msg_return_t mr)
{
	return mr == MACH_MSG_SUCCESS ||
	       (mr & ~MACH_MSG_MASK) >= MACH_RCV_IN_PROGRESS;
}

/* Into the buffer of the answer, which becomes the one of the message. False: the
 * answer was refused, nothing was received. */
static bool answer_and_receive(mach_msg_option_t option, mach_msg_timeout_t ms,
			       mach_msg_return_t *mr)
{
	union buffer *was_in = in;

	*mr = mach_msg(&out->head, MACH_SEND_MSG | MACH_RCV_MSG | option,
		       out->head.msgh_size, sizeof(*out), port_set, ms,
		       MACH_PORT_NULL);
	if (!was_sent(*mr)) {
		answer_refused();
		return false;
	}
	answer_posted = false;
	in = out;
	out = was_in;
	return true;
}

mach_msg_return_t exchange(mach_msg_option_t option, mach_msg_timeout_t ms,
			   mach_msg_header_t **message)
{
	mach_msg_return_t mr;

	if (!answer_posted || !answer_and_receive(option, ms, &mr))
		mr = mach_msg(&in->head, MACH_RCV_MSG | option, 0, sizeof(*in),
			      port_set, ms, MACH_PORT_NULL);
	*message = &in->head;
	return mr;
}

void exchange_discard_buffers(void)
{
	answer_flush();
	machine_discard(buffers, sizeof(buffers));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages in and answers out, in two buffers that change places. An answer goes
 * out with the wait for the next message, in one call of the kernel, which hands
 * the processor to whoever waits for the answer; one that another answer follows
 * goes out alone.
 */
#ifndef UX_EXCHANGE_H
#define UX_EXCHANGE_H

#include <mach/mach.h>
#include "request.h"

/* Room for an answer, until answer_post or the next call of this. */
void *answer_buffer(void);

/* The answer is made and goes out in time. It has no rights but copied ones and
 * its reply right, which is consumed. */
void answer_post(void);

/* Now, if there is one. */
void answer_flush(void);

/* Sends the answer that was posted and receives from the server's set: mach_msg's
 * options for the second, its result and, until the next exchange, the message. */
mach_msg_return_t exchange(mach_msg_option_t option, mach_msg_timeout_t ms,
			   mach_msg_header_t **message);

/* Gives back the memory of both buffers. Between two messages, or while a request
 * runs: what they hold is not needed. */
void exchange_discard_buffers(void);

#endif

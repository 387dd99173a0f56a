/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The requests that the kernel sends to an exception port, for those who read
 * them without generated stubs. Both forms begin alike; what follows the codes
 * in the long one (registers) is left out here.
 */
#ifndef SERVER_EXC_REQUEST_H
#define SERVER_EXC_REQUEST_H

#include <mach/message.h>
#include <stdbool.h>

#define EXC_REQUEST_ID	    2400 /* EXC_FORM_32 */
#define EXC_REQUEST_ID_LONG 2405 /* EXC_FORM_64 */

#define EXC_REQUEST_START                                                     \
	mach_msg_header_t head;                                               \
	mach_msg_type_t thread_type;                                          \
	mach_port_t thread;                                                   \
	mach_msg_type_t task_type;                                            \
	mach_port_t task;                                                     \
	mach_msg_type_t exception_type;                                       \
	int exception;                                                        \
	mach_msg_type_t code_type;

#define EXC_REQUEST_SHORT                                                     \
	EXC_REQUEST_START                                                     \
	int code;                                                             \
	mach_msg_type_t subcode_type;                                         \
	int subcode;

struct exc_request {
	EXC_REQUEST_SHORT
};
_Static_assert(sizeof(struct exc_request) == 64, "the manual's size");

struct exc_request_long {
	EXC_REQUEST_START
	i64_a4 code[2];
};

/* Only the kernel says what really happened. */
static inline bool exc_request_is_kernels(const mach_msg_header_t *m)
{
	return (m->msgh_bits & MACH_MSGH_BITS_KERNEL) &&
	       (m->msgh_id == EXC_REQUEST_ID ||
		m->msgh_id == EXC_REQUEST_ID_LONG);
}

#endif

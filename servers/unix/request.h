/* SPDX-License-Identifier: BSD-2-Clause */
/* unix_call's messages (defs/unix.defs), parsed and answered by hand: the
 * answer comes when the call is done. */
#ifndef UX_REQUEST_H
#define UX_REQUEST_H

#include <mach/message.h>
#include "../../defs/unix_types.h"

struct request {
	mach_msg_header_t head;
	mach_msg_type_t op_type;
	int op;
	mach_msg_type_t tid_type;
	int tid;
	mach_msg_type_t words_type;
	u64_a4 words[UX_WORDS];
	mach_msg_type_long_t data_type;
	uint8_t data[UX_DATA_MAX];
};

struct answer {
	mach_msg_header_t head;
	mach_msg_type_t code_type;
	int code;
	mach_msg_type_t result_type;
	i64_a4 result;
	mach_msg_type_t flags_type;
	int flags;
	mach_msg_type_long_t data_type;
	uint8_t data[UX_DATA_MAX];
};

/* Checks the request and starts its call. Takes over its reply right. */
void request_handle(const struct request *r);


#endif

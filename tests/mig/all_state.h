/* SPDX-License-Identifier: BSD-2-Clause */
/* What the test server is told to do, and what it saw. */
#ifndef ALL_STATE_H
#define ALL_STATE_H

#include <mach/message.h>
#include <stdbool.h>

extern struct all_state {
	bool trusted;	      /* pointers in messages are good */
	kern_return_t answer; /* of every routine */
	boolean_t dealloc;
	mach_msg_type_name_t reply_type;
	int *memory;
	uint64_t *wide_memory;
	/* seen */
	mach_port_t port;
	int told;
	char text[100];
	bool named;
	unsigned capacity;
	int things; /* translated and not yet released */
} all_state;

#endif

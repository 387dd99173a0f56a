/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to the kernel for tests that call everything: requests.c.
 */
#ifndef REQUESTS_H
#define REQUESTS_H

#include "dump.h"

#include <mach/mach.h>
#include <mach/mig_describe.h>

#define KERNEL_INTERFACES 4
extern const struct mig_interface *const kernel_interfaces[KERNEL_INTERFACES];

union message {
	mach_msg_header_t head;
	char room[DUMP_ROOM];
};

/* A task with a few names and pages, a thread of it that never runs, a port of
 * ours with a send right, for arguments. */
extern mach_port_t child, thread, other;
void victims_create(void);
void victims_destroy(void);

/* Writes a request to `request`, ready to be sent. */
extern union message request;
void request_make(const struct mig_routine *r, mach_port_t target,
		  mach_port_t reply_port, unsigned variant);

/* Destroys what a request that was refused leaves with us. */
void request_drop(void);

/* Makes one argument of the request wrong; `which` counts through all of them
 * and through many wrong values. */
void request_spoil(unsigned which);

/* Where its type words are, in words from its start; which of them name rights. */
#define REQUEST_WORDS_MAX 32
extern struct request_word {
	unsigned at;
	bool right;
} request_words[REQUEST_WORDS_MAX];
extern unsigned request_word_count;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A transport in one process: what a client stub sends goes to the server's
 * demultiplexer and back, in buffers of exactly the message's size, so that
 * the address sanitizer sees every byte read outside.
 *
 * As the kernel does, it turns the names of rights as sent into names as
 * received. Out-of-line memory passes as the pointer it is.
 */
#ifndef WIRE_H
#define WIRE_H

#include <mach/mig_errors.h>
#include <mach/mig_support.h>
#include <mach/mig_wire.h>
#include <stdbool.h>
#include <stddef.h>

#if MIG_25
typedef msg_header_t wire_head_t;
#define wire_size(h)	       (h)->msg_size
#define wire_id(h)	       (h)->msg_id
#define wire_local(h)	       (h)->msg_local_port
#define wire_remote(h)	       (h)->msg_remote_port
#define wire_complex(h)	       (!(h)->msg_simple)
#define wire_set_complex(h, c) ((h)->msg_simple = !(c))
#else
typedef mach_msg_header_t wire_head_t;
#define wire_size(h)	(h)->msgh_size
#define wire_id(h)	(h)->msgh_id
#define wire_local(h)	(h)->msgh_local_port
#define wire_remote(h)	(h)->msgh_remote_port
#define wire_complex(h) (((h)->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0)
#define wire_set_complex(h, c)                                                 \
	((h)->msgh_bits = ((h)->msgh_bits & ~MACH_MSGH_BITS_COMPLEX) |         \
			  ((c) ? MACH_MSGH_BITS_COMPLEX : 0))
#endif

/* What a test may do to messages on their way; NULL: nothing. */
struct wire_message {
	char *bytes;
	uint32_t
	    size; /* may be changed; bytes are reallocated by wire_resize */
};
extern void (*wire_change_request)(struct wire_message *message);
extern void (*wire_change_reply)(struct wire_message *message);
void wire_resize(struct wire_message *message, uint32_t size);

/* What the transport saw last. */
extern struct wire_message wire_request; /* as it arrived at the server */
extern struct wire_message wire_reply;	 /* as it arrived at the client */
extern kern_return_t wire_retcode;	 /* in the server's reply */
extern bool wire_known;			 /* what the demultiplexer said */
extern uint32_t wire_options;
extern uint32_t wire_timeout;

/* Counted calls of what libmach does. */
extern int wire_destroyed;     /* messages */
extern int wire_ports_dropped; /* reply ports */
extern int wire_freed;	       /* mig_deallocate */

/* The next send fails with this code, if not 0. */
extern mach_msg_return_t wire_fail;

void wire_reset(void);

/* Serves one request held in a buffer of its size; the reply's code. */
kern_return_t wire_serve(const char *bytes, uint32_t size);

#endif

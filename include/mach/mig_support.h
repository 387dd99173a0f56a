/* SPDX-License-Identifier: BSD-2-Clause */
/* What generated stubs and server loops call. */
#ifndef MACH_MIG_SUPPORT_H
#define MACH_MIG_SUPPORT_H

#include <mach/message.h>
#include <mach/vm_types.h>

/* This thread's port for replies. put: the call is over, the port may be kept;
 * dealloc: it may still get a late reply, so it is destroyed. */
mach_port_t mig_get_reply_port(void);
void mig_put_reply_port(mach_port_t port);
void mig_dealloc_reply_port(mach_port_t port);

/* Copies at most length - 1 characters and always ends them; returns the
 * number written, the NUL included. */
vm_size_t mig_strncpy(char *to, const char *from, vm_size_t length);

void mig_allocate(vm_address_t *address, vm_size_t size);
void mig_deallocate(vm_address_t address, vm_size_t size);

/* Releases everything a received message holds: rights, memory, reply right.
 * The buffer itself stays. */
void mach_msg_destroy(mach_msg_header_t *message);

/*
 * Receives on a port or port set, calls demux, sends what it wrote, for ever;
 * returns only the code of a failed receive. max_size: of requests and
 * replies. Ownership: a routine that returns KERN_SUCCESS or MIG_NO_REPLY has
 * consumed every right and region of its request; after any other code the
 * loop releases them. A reply that cannot be delivered is destroyed.
 */
mach_msg_return_t mach_msg_server(boolean_t (*demux)(mach_msg_header_t *request,
						     mach_msg_header_t *reply),
				  mach_msg_size_t max_size, mach_port_t port);

/* The same for one request; timeout in milliseconds, with option
 * MACH_RCV_TIMEOUT. */
mach_msg_return_t mach_msg_server_once(
	boolean_t (*demux)(mach_msg_header_t *request, mach_msg_header_t *reply),
	mach_msg_size_t max_size, mach_port_t port, mach_msg_option_t option,
	mach_msg_timeout_t timeout);

/* What follows a call of demux on a received request: destroys the request if
 * the routine refused it and sends the reply. */
void mach_msg_server_reply(mach_msg_header_t *request, mach_msg_header_t *reply,
			   boolean_t known);

#endif

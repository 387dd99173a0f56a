/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages in words, by the descriptions that mig makes of every interface in
 * defs/. What is not described, or is cut off, is told so; nothing in a message
 * is trusted.
 */
#pragma once

#include <mach/message.h>
#include <mach/mig_describe.h>
#include <stdbool.h>
#include <stddef.h>

/* The interface of a request id and its routine, or NULL. */
const struct mig_interface *decode_find(int id,
					const struct mig_routine **routine);

/* "mach.vm_allocate(port=1, address=0, ...)" (port: the name of the
 * port it was sent to) or, for the reply to a request
 * with that id, "mach.vm_allocate(address=0x1000) = success". captured bytes of
 * the message are there. Returns out. */
const char *decode_request(const mach_msg_header_t *head, size_t captured,
			   mach_port_t port, char *out, size_t room);
const char *decode_reply(const mach_msg_header_t *head, size_t captured,
			 int request, char *out, size_t room);

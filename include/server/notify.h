/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications, as a server receives them on a port of its own choice.
 *
 * Whoever can send to that port can write a message that looks like one; only
 * the kernel can set the mark that notify_dispatch asks for, so a forged one
 * changes nothing.
 */
#ifndef SERVER_NOTIFY_H
#define SERVER_NOTIFY_H

#include <mach/mach_types.h>
#include <stdbool.h>

/* NULL: what came is released. */
struct notify_handlers {
	void (*port_deleted)(mach_port_t name);
	void (*msg_accepted)(mach_port_t name);
	/* Takes over the receive right. */
	void (*port_destroyed)(mach_port_t receive);
	/* local: the port the request was made for. */
	void (*no_senders)(mach_port_t local, mach_port_mscount_t mscount);
	void (*send_once)(mach_port_t local);
	/* Takes over the dead name's extra reference. */
	void (*dead_name)(mach_port_t name);
};

/*
 * For a received message. True: it was a notification from the kernel and has
 * been dealt with; nothing of it is left to release. False: something else, or
 * a forgery: untouched.
 */
bool notify_dispatch(mach_msg_header_t *message,
		     const struct notify_handlers *handlers);

/* The same as a demux function for mach_msg_server does it: the reply says that
 * there is none, and whether the request is to be destroyed. */
void notify_demux(mach_msg_header_t *message, mach_msg_header_t *reply,
		  const struct notify_handlers *handlers);

/* A dead-name notification to notify (a receive right) when name's port dies.
 * A request that was there before is dropped. KERN_SUCCESS, or why not:
 * KERN_INVALID_ARGUMENT if the name is dead already. */
kern_return_t notify_request_dead_name(mach_port_t name, mach_port_t notify);

/* The same for the last send right of a receive right. */
kern_return_t notify_request_no_senders(mach_port_t receive,
					mach_port_mscount_t sync,
					mach_port_t notify);

#endif

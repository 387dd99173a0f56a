/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: messages the kernel sends. The kernel bit of msgh_bits tells
 * them from forgeries.
 */
#ifndef MACH_NOTIFY_H
#define MACH_NOTIFY_H

#include <mach/message.h>

#define MACH_NOTIFY_FIRST	   64
#define MACH_NOTIFY_PORT_DELETED   65
#define MACH_NOTIFY_MSG_ACCEPTED   66
#define MACH_NOTIFY_PORT_DESTROYED 69
#define MACH_NOTIFY_NO_SENDERS	   70
#define MACH_NOTIFY_SEND_ONCE	   71
#define MACH_NOTIFY_DEAD_NAME	   72
#define MACH_NOTIFY_LAST	   77

/* PORT_DELETED, MSG_ACCEPTED, DEAD_NAME carry a name (PORT_NAME);
 * PORT_DESTROYED a receive right; NO_SENDERS the make-send count
 * (INTEGER_32); SEND_ONCE nothing: only the header. */
typedef struct {
	mach_msg_header_t not_header;
	mach_msg_type_t not_type;
	uint32_t not_value;
} mach_notification_t;

/* The manual's. */
#define NOTIFY_FIRST		0100
#define NOTIFY_PORT_DELETED	0101
#define NOTIFY_MSG_ACCEPTED	0102
#define NOTIFY_OWNERSHIP_RIGHTS 0103
#define NOTIFY_RECEIVE_RIGHTS	0104
#define NOTIFY_PORT_DESTROYED	0105
#define NOTIFY_NO_MORE_SENDERS	0106
#define NOTIFY_LAST		0115

typedef struct {
	msg_header_t notify_header;
	msg_type_t notify_type;
	port_t notify_port;
} notification_t;

#endif

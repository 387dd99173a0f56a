/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port names, rights and what mach_port_* calls tell about them.
 *
 * A name is 32 bits, local to a task. 0 and ~0 never denote a right.
 */
#ifndef MACH_PORT_H
#define MACH_PORT_H

#include <mach/boolean.h>
#include <stdint.h>

typedef uint32_t mach_port_t;
typedef mach_port_t mach_port_name_t;
typedef mach_port_t *mach_port_array_t;
typedef uint32_t mach_port_right_t;
typedef uint32_t mach_port_type_t;
typedef mach_port_type_t *mach_port_type_array_t;
typedef uint32_t mach_port_urefs_t;
typedef int32_t mach_port_delta_t;
typedef uint32_t mach_port_seqno_t;
typedef uint32_t mach_port_mscount_t;
typedef uint32_t mach_port_msgcount_t;
typedef uint32_t mach_port_rights_t;

#define MACH_PORT_NULL	     ((mach_port_t)0)
#define MACH_PORT_DEAD	     ((mach_port_t)~0u)
#define MACH_PORT_VALID(n)   ((n) != MACH_PORT_NULL && (n) != MACH_PORT_DEAD)

#define MACH_PORT_RIGHT_SEND	  0u
#define MACH_PORT_RIGHT_RECEIVE	  1u
#define MACH_PORT_RIGHT_SEND_ONCE 2u
#define MACH_PORT_RIGHT_PORT_SET  3u
#define MACH_PORT_RIGHT_DEAD_NAME 4u
#define MACH_PORT_RIGHT_NUMBER	  5u

#define MACH_PORT_TYPE(right)	    (1u << ((right) + 16))
#define MACH_PORT_TYPE_NONE	    0u
#define MACH_PORT_TYPE_SEND	    0x00010000u
#define MACH_PORT_TYPE_RECEIVE	    0x00020000u
#define MACH_PORT_TYPE_SEND_ONCE    0x00040000u
#define MACH_PORT_TYPE_PORT_SET	    0x00080000u
#define MACH_PORT_TYPE_DEAD_NAME    0x00100000u
#define MACH_PORT_TYPE_SEND_RECEIVE 0x00030000u
#define MACH_PORT_TYPE_SEND_RIGHTS  0x00050000u
#define MACH_PORT_TYPE_PORT_RIGHTS  0x00070000u
#define MACH_PORT_TYPE_COMPAT	    0x20000000u /* came through the manual's API */
#define MACH_PORT_TYPE_MAREQUEST    0x40000000u /* message-accepted pending */
#define MACH_PORT_TYPE_DNREQUEST    0x80000000u /* dead-name request armed */

#define MACH_PORT_UREFS_MAX	 65535u /* dead names; send rights one less */
#define MACH_PORT_QLIMIT_DEFAULT 5u
#define MACH_PORT_QLIMIT_MAX	 16u

typedef struct mach_port_status {
	mach_port_t mps_pset;		 /* containing set or NULL */
	mach_port_seqno_t mps_seqno;	 /* of the next message */
	mach_port_mscount_t mps_mscount; /* make-send count */
	mach_port_msgcount_t mps_qlimit;
	mach_port_msgcount_t mps_msgcount; /* messages queued */
	mach_port_rights_t mps_sorights;   /* send-once rights */
	boolean_t mps_srights;		   /* do send rights exist? */
	boolean_t mps_pdrequest;	   /* port-destroyed request? */
	boolean_t mps_nsrequest;	   /* no-senders request? */
} mach_port_status_t;
#define MACH_PORT_STATUS_COUNT 9

/* The manual's types (1995): all the same number. */
typedef mach_port_t port_t;
typedef port_t port_name_t;	/* no right travels */
typedef port_t port_all_t;	/* the receive right travels */
typedef port_t port_rcv_t;
typedef port_name_t port_set_name_t;
typedef port_name_t *port_name_array_t;
typedef port_t *port_array_t;
typedef int port_type_t;
typedef port_type_t *port_type_array_t;

#define PORT_NULL ((port_t)0)

#define PORT_TYPE_NONE	      0
#define PORT_TYPE_SEND	      1
#define PORT_TYPE_RECEIVE     3
#define PORT_TYPE_OWN	      5
#define PORT_TYPE_RECEIVE_OWN 7
#define PORT_TYPE_SET	      9
#define PORT_TYPE_LAST	      10

#define PORT_BACKLOG_DEFAULT 5
#define PORT_BACKLOG_MAX     16

#endif

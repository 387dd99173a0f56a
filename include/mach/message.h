/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages: the native format, options and codes, then the manual's view
 * (msg_header_t, msg_send ...) of the same bytes.
 *
 * A message is a 24-byte header and a body of items. Each item is a 32-bit
 * type word (or the 16-byte long form) and then its data, padded to 4 bytes,
 * or a 64-bit pointer to out-of-line data. Nothing is padded implicitly.
 */
#ifndef MACH_MESSAGE_H
#define MACH_MESSAGE_H

#include <mach/kern_return.h>
#include <mach/port.h>

/* A 64-bit field inside a message: messages are only 4-byte aligned. */
typedef uint64_t u64_a4 __attribute__((aligned(4)));
typedef int64_t i64_a4 __attribute__((aligned(4)));

typedef uint32_t mach_msg_bits_t;
typedef uint32_t mach_msg_size_t;
typedef int32_t mach_msg_id_t;
typedef uint32_t mach_msg_timeout_t; /* milliseconds */
typedef uint32_t mach_msg_option_t;
typedef kern_return_t mach_msg_return_t;
typedef uint32_t mach_msg_type_number_t;
typedef uint32_t mach_msg_type_name_t;
typedef uint32_t mach_msg_type_size_t;

typedef struct mach_msg_header {
	mach_msg_bits_t msgh_bits;
	mach_msg_size_t msgh_size; /* bytes, header included; set on receive */
	mach_port_t msgh_remote_port; /* send: destination */
	mach_port_t msgh_local_port;  /* send: reply port */
	mach_port_seqno_t msgh_seqno; /* receive: number in its port's order */
	mach_msg_id_t msgh_id;
} mach_msg_header_t;

#define MACH_MSGH_BITS_REMOTE_MASK 0x000000ffu
#define MACH_MSGH_BITS_LOCAL_MASK  0x0000ff00u
#define MACH_MSGH_BITS_TYPE_MASK   0x01ff0000u /* the manual's msg_type */
#define MACH_MSGH_BITS_KERNEL	   0x20000000u /* sent by the kernel */
#define MACH_MSGH_BITS_COMPLEX	   0x80000000u /* rights or memory in body */
#define MACH_MSGH_BITS(remote, local) ((remote) | ((local) << 8))
#define MACH_MSGH_BITS_REMOTE(bits)   ((bits) & MACH_MSGH_BITS_REMOTE_MASK)
#define MACH_MSGH_BITS_LOCAL(bits)    (((bits) & MACH_MSGH_BITS_LOCAL_MASK) >> 8)
#define MACH_MSGH_BITS_MSG_TYPE(bits) (((bits) & MACH_MSGH_BITS_TYPE_MASK) >> 16)

typedef struct mach_msg_type {
	uint32_t msgt_name : 8;	   /* kind */
	uint32_t msgt_size : 8;	   /* bits per datum */
	uint32_t msgt_number : 12; /* count of data */
	uint32_t msgt_inline : 1;
	uint32_t msgt_longform : 1;
	uint32_t msgt_deallocate : 1;
	uint32_t msgt_unused : 1;
} mach_msg_type_t;

typedef struct mach_msg_type_long { /* msgt_longform set, first word's name,
				       size and number are 0 */
	mach_msg_type_t msgtl_header;
	uint16_t msgtl_name;
	uint16_t msgtl_size;
	u64_a4 msgtl_number;
} mach_msg_type_long_t;

#define MACH_MSG_TYPE_UNSTRUCTURED 0
#define MACH_MSG_TYPE_BIT	   0
#define MACH_MSG_TYPE_BOOLEAN	   0
#define MACH_MSG_TYPE_INTEGER_16   1
#define MACH_MSG_TYPE_INTEGER_32   2
#define MACH_MSG_TYPE_CHAR	   8
#define MACH_MSG_TYPE_BYTE	   9
#define MACH_MSG_TYPE_INTEGER_8	   9
#define MACH_MSG_TYPE_REAL	   10
#define MACH_MSG_TYPE_INTEGER_64   11
#define MACH_MSG_TYPE_STRING	   12
#define MACH_MSG_TYPE_STRING_C	   12
#define MACH_MSG_TYPE_PORT_NAME	   15
#define MACH_MSG_TYPE_MOVE_RECEIVE   16
#define MACH_MSG_TYPE_MOVE_SEND	     17
#define MACH_MSG_TYPE_MOVE_SEND_ONCE 18
#define MACH_MSG_TYPE_COPY_SEND	     19
#define MACH_MSG_TYPE_MAKE_SEND	     20
#define MACH_MSG_TYPE_MAKE_SEND_ONCE 21
#define MACH_MSG_TYPE_PORT_RECEIVE   MACH_MSG_TYPE_MOVE_RECEIVE
#define MACH_MSG_TYPE_PORT_SEND	     MACH_MSG_TYPE_MOVE_SEND
#define MACH_MSG_TYPE_PORT_SEND_ONCE MACH_MSG_TYPE_MOVE_SEND_ONCE
#define MACH_MSG_TYPE_LAST	     22
#define MACH_MSG_TYPE_POLYMORPHIC    ((mach_msg_type_name_t)~0u)

#define MACH_MSG_TYPE_PORT_ANY(x) ((x) >= 16 && (x) <= 21)

#define MACH_MSG_SIZE_MAX 65536u /* in-line limit, header included */

#define MACH_MSG_OPTION_NONE	0x0000u
#define MACH_SEND_MSG		0x0001u
#define MACH_RCV_MSG		0x0002u
#define MACH_SEND_TIMEOUT	0x0010u
#define MACH_SEND_NOTIFY	0x0020u
#define MACH_SEND_INTERRUPT	0x0040u /* libmach: do not retry */
#define MACH_SEND_CANCEL	0x0080u
#define MACH_RCV_TIMEOUT	0x0100u
#define MACH_RCV_NOTIFY		0x0200u
#define MACH_RCV_INTERRUPT	0x0400u /* libmach: do not retry */
#define MACH_RCV_LARGE		0x0800u
#define MACH_RCV_25		0x1000u /* receive for the manual's API */
#define MACH_SEND_25		0x2000u /* send for the manual's API */

#define MACH_MSG_TIMEOUT_NONE 0u

#define MACH_MSG_SUCCESS	       0x00000000
#define MACH_MSG_MASK		       0x00003c00
#define MACH_MSG_IPC_SPACE	       0x00002000
#define MACH_MSG_VM_SPACE	       0x00001000
#define MACH_MSG_IPC_KERNEL	       0x00000800
#define MACH_MSG_VM_KERNEL	       0x00000400
#define MACH_SEND_IN_PROGRESS	       0x10000001
#define MACH_SEND_INVALID_DATA	       0x10000002
#define MACH_SEND_INVALID_DEST	       0x10000003
#define MACH_SEND_TIMED_OUT	       0x10000004
#define MACH_SEND_WILL_NOTIFY	       0x10000005
#define MACH_SEND_NOTIFY_IN_PROGRESS   0x10000006
#define MACH_SEND_INTERRUPTED	       0x10000007
#define MACH_SEND_MSG_TOO_SMALL	       0x10000008
#define MACH_SEND_INVALID_REPLY	       0x10000009
#define MACH_SEND_INVALID_RIGHT	       0x1000000a
#define MACH_SEND_INVALID_NOTIFY       0x1000000b
#define MACH_SEND_INVALID_MEMORY       0x1000000c
#define MACH_SEND_NO_BUFFER	       0x1000000d
#define MACH_SEND_NO_NOTIFY	       0x1000000e
#define MACH_SEND_INVALID_TYPE	       0x1000000f
#define MACH_SEND_INVALID_HEADER       0x10000010
#define MACH_SEND_MSG_TOO_LARGE	       0x10000011 /* ours: in-line limit */
#define MACH_RCV_IN_PROGRESS	       0x10004001
#define MACH_RCV_INVALID_NAME	       0x10004002
#define MACH_RCV_TIMED_OUT	       0x10004003
#define MACH_RCV_TOO_LARGE	       0x10004004
#define MACH_RCV_INTERRUPTED	       0x10004005
#define MACH_RCV_PORT_CHANGED	       0x10004006
#define MACH_RCV_INVALID_NOTIFY	       0x10004007
#define MACH_RCV_INVALID_DATA	       0x10004008
#define MACH_RCV_PORT_DIED	       0x10004009
#define MACH_RCV_IN_SET		       0x1000400a
#define MACH_RCV_HEADER_ERROR	       0x1000400b
#define MACH_RCV_BODY_ERROR	       0x1000400c

/*
 * The manual's view. Same 24 bytes in another order; libmach permutes.
 */
typedef unsigned int msg_size_t;
typedef int msg_option_t;
typedef unsigned int msg_timeout_t;
typedef int msg_return_t;
typedef int msg_id_t;

typedef struct {
	unsigned int msg_unused : 24, msg_simple : 8;
	msg_size_t msg_size;
	int msg_type;
	port_t msg_local_port;
	port_t msg_remote_port;
	int msg_id;
} msg_header_t;

typedef struct {
	unsigned int msg_type_name : 8, msg_type_size : 8, msg_type_number : 12,
		msg_type_inline : 1, msg_type_longform : 1,
		msg_type_deallocate : 1, msg_type_unused : 1;
} msg_type_t;

typedef struct {
	msg_type_t msg_type_header;
	unsigned short msg_type_long_name;
	unsigned short msg_type_long_size;
	u64_a4 msg_type_long_number;
} msg_type_long_t;

#define MSG_SIZE_MAX 8192

#define MSG_TYPE_NORMAL	   0
#define MSG_TYPE_EMERGENCY 1
#define MSG_TYPE_CAMELOT   (1 << 6)
#define MSG_TYPE_ENCRYPTED (1 << 7)
#define MSG_TYPE_RPC	   (1 << 8)

#define MSG_TYPE_UNSTRUCTURED	0
#define MSG_TYPE_BIT		0
#define MSG_TYPE_BOOLEAN	0
#define MSG_TYPE_INTEGER_16	1
#define MSG_TYPE_INTEGER_32	2
#define MSG_TYPE_PORT_OWNERSHIP 3 /* obsolete */
#define MSG_TYPE_PORT_RECEIVE	4 /* obsolete */
#define MSG_TYPE_PORT_ALL	5
#define MSG_TYPE_PORT		6
#define MSG_TYPE_CHAR		8
#define MSG_TYPE_BYTE		9
#define MSG_TYPE_INTEGER_8	9
#define MSG_TYPE_REAL		10
#define MSG_TYPE_INTEGER_64	11
#define MSG_TYPE_STRING		12
#define MSG_TYPE_STRING_C	12
#define MSG_TYPE_PORT_NAME	15
#define MSG_TYPE_LAST		16
#define MSG_TYPE_PORT_ANY(x)	((x) == MSG_TYPE_PORT || (x) == MSG_TYPE_PORT_ALL)

#define MSG_OPTION_NONE 0x0000
#define SEND_TIMEOUT	0x0001
#define SEND_NOTIFY	0x0002
#define SEND_INTERRUPT	0x0004
#define SEND_SWITCH	0x0020
#define RCV_TIMEOUT	0x0100
#define RCV_NO_SENDERS	0x0200
#define RCV_INTERRUPT	0x0400
#define RCV_LARGE	0x1000

#define SEND_SUCCESS		 0
#define SEND_INVALID_MEMORY	 (-101)
#define SEND_INVALID_PORT	 (-102)
#define SEND_TIMED_OUT		 (-103)
#define SEND_WILL_NOTIFY	 (-105)
#define SEND_NOTIFY_IN_PROGRESS	 (-106)
#define SEND_KERNEL_REFUSED	 (-107)
#define SEND_INTERRUPTED	 (-108)
#define SEND_MSG_TOO_LARGE	 (-109)
#define SEND_MSG_TOO_SMALL	 (-110)
#define RCV_SUCCESS		 0
#define RCV_INVALID_MEMORY	 (-201)
#define RCV_INVALID_PORT	 (-202)
#define RCV_TIMED_OUT		 (-203)
#define RCV_TOO_LARGE		 (-204)
#define RCV_NOT_ENOUGH_MEMORY	 (-205)
#define RCV_ONLY_SENDER		 (-206)
#define RCV_INTERRUPTED		 (-207)
#define RCV_PORT_CHANGE		 (-208)
#define RPC_SUCCESS		 0
#define msg_return_send(x)	 ((x) < -100 && (x) > -111)
#define msg_return_rcv(x)	 ((x) < -200 && (x) > -209)

#endif

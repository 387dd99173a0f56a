/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What host_trace_read gives: records one behind the other.
 */
#ifndef MACH_MSG_TRACE_H
#define MACH_MSG_TRACE_H

#include <stdint.h>

#define MSG_TRACE_SENT	   1 /* as the sender wrote it, before any check */
#define MSG_TRACE_RECEIVED 2 /* as the receiver finds it */
#define MSG_TRACE_FAILED   3 /* a mach_msg call's code; no message */

/* Bytes of a message that are kept, its header included. */
#define MSG_TRACE_BYTES 256

struct msg_trace_record {
	uint32_t size;	   /* of this record, a multiple of 8 */
	uint16_t what;	   /* MSG_TRACE_* */
	uint16_t captured; /* bytes of the message that follow */
	uint64_t time;	   /* ns since boot */
	uint64_t task;	   /* its TASK_STAT_ID */
	int32_t code;	   /* MSG_TRACE_FAILED */
	uint32_t pad;
	char name[32];	   /* the task's, padded with zeros */
};

#endif

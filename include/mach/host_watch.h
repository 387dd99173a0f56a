/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the calls for watching a host tell (mach_ext.defs): arrays of 64-bit
 * words, so many for each thing. They give information, never a right.
 */
#ifndef MACH_HOST_WATCH_H
#define MACH_HOST_WATCH_H

/* host_tasks: the words of one task. */
#define TASK_STAT_ID	    0 /* 1, 2, 3 ... since boot; never used again */
#define TASK_STAT_THREADS   1
#define TASK_STAT_SUSPENDED 2 /* its suspend count */
#define TASK_STAT_PRIORITY  3
#define TASK_STAT_TIME	    4 /* ns on a processor, ended threads included */
#define TASK_STAT_RESIDENT  5 /* bytes */
#define TASK_STAT_VIRTUAL   6 /* bytes */
#define TASK_STAT_FAULTS    7
#define TASK_STAT_SENT	    8 /* messages */
#define TASK_STAT_RECEIVED  9
#define TASK_STAT_NAMES	    10 /* of rights, in use */
#define TASK_STAT_PARENT    11 /* the task it was created from; 0: the first */
#define TASK_STAT_WORDS	    12

#define TASK_STAT_NAME 32 /* chars of each name, padded with zeros */

/* host_task_rights: the words of one name. */
#define RIGHT_STAT_NAME	  0
#define RIGHT_STAT_TYPE	  1 /* MACH_PORT_TYPE_* */
#define RIGHT_STAT_UREFS  2
#define RIGHT_STAT_PORT	  3 /* tells ports and sets apart; 0: dead name */
#define RIGHT_STAT_KIND	  4 /* HOST_OBJECT_* */
#define RIGHT_STAT_TASK	  5 /* the id of the task that a task's or thread's
			       port is for, or 0 */
#define RIGHT_STAT_QUEUED 6 /* messages in its queue */
#define RIGHT_STAT_QLIMIT 7
#define RIGHT_STAT_SET	  8 /* the set it is in, as RIGHT_STAT_PORT, or 0 */
#define RIGHT_STAT_WORDS  9

/* What answers messages to a port. */
#define HOST_OBJECT_NONE	  0 /* a receiver, an ordinary port */
#define HOST_OBJECT_TASK	  1
#define HOST_OBJECT_THREAD	  2
#define HOST_OBJECT_HOST	  3
#define HOST_OBJECT_HOST_PRIV	  4
#define HOST_OBJECT_HOST_LIMITED  5
#define HOST_OBJECT_PSET	  6
#define HOST_OBJECT_PSET_LIMITED  7
#define HOST_OBJECT_PSET_NAME	  8
#define HOST_OBJECT_PROCESSOR	  9
#define HOST_OBJECT_ENTRY	  10
#define HOST_OBJECT_OBJECT_NAME	  11
#define HOST_OBJECT_DEVICE_MASTER 12
#define HOST_OBJECT_DEVICE_IO	  13
#define HOST_OBJECT_DEVICE_IRQ	  14
#define HOST_OBJECT_MSG_TRACE	  15
#define HOST_OBJECT_KINDS	  16

#endif

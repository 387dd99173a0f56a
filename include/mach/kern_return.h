/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Results of kernel calls. 0 to 14 are as old as Mach 2.5, 15 to 23 came with
 * the new IPC, 24 and above are later additions.
 */
#ifndef MACH_KERN_RETURN_H
#define MACH_KERN_RETURN_H

typedef int kern_return_t;

#define KERN_SUCCESS		0
#define KERN_INVALID_ADDRESS	1  /* address not valid now */
#define KERN_PROTECTION_FAILURE 2  /* valid, but access not permitted */
#define KERN_NO_SPACE		3  /* range in use, or no room */
#define KERN_INVALID_ARGUMENT	4
#define KERN_FAILURE		5
#define KERN_RESOURCE_SHORTAGE	6  /* may be temporary */
#define KERN_NOT_RECEIVER	7  /* task lacks the receive right */
#define KERN_NO_ACCESS		8
#define KERN_MEMORY_FAILURE	9  /* memory object destroyed: permanent */
#define KERN_MEMORY_ERROR	10 /* pager reported an error */
#define KERN_ALREADY_IN_SET	11 /* obsolete */
#define KERN_NOT_IN_SET		12 /* port is in no set */
#define KERN_NAME_EXISTS	13 /* name already denotes a right */
#define KERN_ABORTED		14
#define KERN_INVALID_NAME	15 /* name denotes no right */
#define KERN_INVALID_TASK	16 /* target task not active */
#define KERN_INVALID_RIGHT	17 /* name denotes another kind of right */
#define KERN_INVALID_VALUE	18
#define KERN_UREFS_OVERFLOW	19 /* user-reference limit */
#define KERN_INVALID_CAPABILITY 20 /* null or dead port */
#define KERN_RIGHT_EXISTS	21 /* port known under another name */
#define KERN_INVALID_HOST	22 /* not a (privileged) host port */
#define KERN_MEMORY_PRESENT	23
#define KERN_TERMINATED		26
#define KERN_TIMEDOUT		27

#endif

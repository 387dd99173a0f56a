/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interfaces described at run time. The interface compiler emits one constant
 * NAME_interface per subsystem, with which a tool decodes any message.
 */
#ifndef MACH_MIG_DESCRIBE_H
#define MACH_MIG_DESCRIBE_H

#include <stdint.h>

/* direction */
#define MIG_IN	1 /* an item of the request */
#define MIG_OUT 2 /* an item of the reply */

/* flags */
#define MIG_ARG_VARIABLE    0x01 /* the number in the message counts */
#define MIG_ARG_OOL	    0x02 /* the item is a pointer */
#define MIG_ARG_EITHER	    0x04 /* in line or out of line: see the item */
#define MIG_ARG_LONG	    0x08 /* long type word */
#define MIG_ARG_POLYMORPHIC 0x10 /* the type code is in the message only */
#define MIG_ARG_STRING	    0x20
#define MIG_ARG_COUNT                                                          \
	0x40 /* the request carries the client's capacity,                     \
		an INTEGER_32, at this place */

struct mig_argument {
	const char *name;
	const char *type; /* as in the definitions; "" if it has no name */
	uint8_t direction;
	uint8_t flags;
	uint8_t sent;	     /* type code as sent */
	uint8_t received;    /* type code as it arrives */
	uint16_t bits;	     /* of one base item */
	uint32_t multiplier; /* base items per element */
	uint32_t count;	     /* base items; at most, if variable; 0: no limit */
};

/*
 * The items of a request are the arguments with MIG_IN (or MIG_ARG_COUNT), in
 * order; those of a reply the return code, then the arguments with MIG_OUT.
 */
struct mig_routine {
	const char *name;
	int32_t id;    /* reply: id + 100 */
	uint8_t reply; /* 0: there is none */
	uint16_t argument_count;
	const struct mig_argument *arguments;
	uint32_t request_min, request_max; /* bytes */
	uint32_t reply_min, reply_max;
};

struct mig_interface {
	const char *name;
	int32_t base;
	int32_t id_count; /* skipped ids included */
	uint32_t routine_count;
	const struct mig_routine *routines; /* by id, ascending */
};

/* Every interface that defs/ describes; NULL behind the last. */
extern const struct mig_interface *const mig_interfaces[];

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's robust lists, as the emulator and the server walk them: the words of
 * mutexes, and the head that set_robust_list tells.
 */
#ifndef ROBUST_H
#define ROBUST_H

#include <stdint.h>

#define WAITERS	     0x80000000u
#define OWNER_DIED   0x40000000u
#define OWNER	     0x3fffffffu
#define PRIORITY_BIT 1 /* of an entry: its kernel word is another kind's */

struct robust_head {
	uint64_t next;
	int64_t offset; /* from an entry to its word */
	uint64_t pending; /* being locked or unlocked just now */
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every byte the kernel gave, as one line per source: for tests/user/two_fill.c.
 * Lines are kept in memory until dump_print, so that writing them disturbs
 * nothing.
 */
#ifndef DUMP_H
#define DUMP_H

#include <mach/mach.h>
#include <stdbool.h>

#define DUMP_ROOM 16384
#define DUMP_FILL 0x5c /* of buffers, before the kernel writes to them */

/* The source called this from here on; its bytes are printed, too, if verbose
 * is a part of its name. */
void dump_begin(const char *name, const char *verbose);
void dump_bytes(const char *what, const void *bytes, size_t size);
void dump_number(const char *what, uint64_t value);
void dump_end(void);
void dump_print(void);

/* A message as it was received into DUMP_ROOM bytes of DUMP_FILL: all of it, its
 * memory out of line by whole pages. False: bytes behind it were touched. */
bool dump_message(const mach_msg_header_t *msg);

#endif

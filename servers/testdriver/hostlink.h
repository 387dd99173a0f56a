/* SPDX-License-Identifier: BSD-2-Clause */
/* The link to the machine that runs us (tools/link.h), for one program. */
#ifndef HOSTLINK_H
#define HOSTLINK_H

#include <stddef.h>
#include <stdint.h>

#define HOSTLINK_ARGS_MAX 32

/* READY, then waits for START. argv: NULL at the end; lives for ever. */
void hostlink_start(const char *const **argv);

/* Waits for credit as needed. */
void hostlink_write(int channel, const char *data, size_t size);

/* Standard input; waits for at least one byte. 0: end of file. */
size_t hostlink_read(char *data, size_t room);

void hostlink_exit(int32_t status);

#endif

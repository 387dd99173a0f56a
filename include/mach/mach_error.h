/* SPDX-License-Identifier: BSD-2-Clause */
/* Text for result codes. All of these may be called by any thread. */
#ifndef MACH_MACH_ERROR_H
#define MACH_MACH_ERROR_H

#include <mach/error.h>

/* Writes "text message" and a newline to standard error, in one piece. */
void mach_error(const char *text, mach_error_t code);

/* "(os/kern) invalid address"; an unknown code gives its number. The text
 * stays valid; of unknown codes until this thread's next call. */
char *mach_error_string(mach_error_t code);

/* The part that the code belongs to: "(os/kern)". */
char *mach_error_type(mach_error_t code);

#endif

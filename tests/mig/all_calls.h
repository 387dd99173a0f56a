/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls of the client stubs of all.defs with plausible arguments. */
#ifndef ALL_CALLS_H
#define ALL_CALLS_H

#include <stddef.h>

/* Makes call n; what it returns does not matter to the fuzzer. */
void all_call(size_t n);
extern const size_t all_call_count;

#endif

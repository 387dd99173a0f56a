/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that lives as long as the compiler runs: a run is short, so nothing
 * is given back. Running out ends the program.
 */
#ifndef MIG_MEM_H
#define MIG_MEM_H

#include <stdarg.h>
#include <stddef.h>

void *mem_alloc(size_t size); /* zeroed */
void *mem_grow(void *old, size_t size);
char *mem_copy(const char *text, size_t length); /* adds the NUL */
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Insides of the address sanitizer, private to kern.
 *   kasan.c         the shadow: what the compiler calls
 *   kasan_report.c  what was wrong
 * Both are compiled without it.
 */
#pragma once

#include <kern/kasan.h>
#include <stdbool.h>

/* Says what is wrong with an access and panics; returns if it is for the
 * panic's sake that it happened. */
void kasan_report(uintptr_t at, size_t size, bool write, uintptr_t by);

/* The variable before an address behind it; false: there is none. */
bool kasan_global(uintptr_t at, const char **name, size_t *size);

/* kern/zone_debug.c: the same for objects, in text; panics. */
void zone_debug_report(uintptr_t at, const char *access);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The few string functions a freestanding kernel needs, and a bounded print.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);

/* Like the C library's; always terminates (size > 0), returns the length it
 * would have had. */
int kvsnprintf(char *buf, size_t size, const char *format, va_list args);
int ksnprintf(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assertions and panic, for our own mistakes only: never for anything a user
 * task can cause. Also the kernel's log.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <kern/config.h>

/* Writes a line to the kernel log (COM1), with a newline if there is none: printf's d u x p s c l z and widths. */
void klog(const char *format, ...) __attribute__((format(printf, 1, 2)));
void kvlog(const char *format, va_list args);
/* From an interrupt that cannot be masked: waits for no lock. While the log is
 * in use one such line is kept until it is free; more of them are lost. */
void klog_nmi(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Copies logged bytes from *position on (bytes since boot; what the ring has
 * dropped is skipped) and moves it. Returns the bytes copied, 0 at the end. */
size_t klog_read(uint64_t *position, char *buf, size_t size);

/* Who reads what is typed on the kernel's line; called with interrupts off. */
extern void (*console_input_hook)(uint8_t byte);

/* Stops all processors, prints the text, where, and the backtrace of every
 * processor, and ends the machine. */
[[gnu::noreturn]] void panic(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

extern _Atomic bool panicking;

/* What a panic prints last; set by who is about to panic. */
extern void (*panic_more)(void);

#define panic_unless(cond)                                                 \
	do {                                                               \
		if (__builtin_expect(!(cond), 0))                          \
			panic("%s:%d: assertion failed: %s", __FILE__,     \
			      __LINE__, #cond);                            \
	} while (0)

/* Checked in debug kernels; in release kernels not even evaluated. */
#define assert(cond)                                                       \
	do {                                                               \
		if (CONFIG_DEBUG)                                          \
			panic_unless(cond);                                \
	} while (0)

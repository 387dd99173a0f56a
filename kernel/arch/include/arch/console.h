/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's serial line (COM1): log out, debugger keys in. Output is
 * polled and usable from the first instruction of kernel_main, in panics, and
 * with any lock held; input comes by interrupt.
 */
#pragma once

#include <arch/types.h>

void console_write(const char *text, size_t length);

/* Provided by kern/: called for each received byte, interrupts off. */
void console_input(uint8_t byte);

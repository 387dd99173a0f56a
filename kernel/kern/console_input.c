/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes typed on the kernel's line. Nobody reads them but kern/dump.c, if
 * it was asked to; interrupt times are randomness in any case. No locks.
 */
#include <arch/clock.h>
#include <arch/console.h>
#include <kern/panic.h>
#include <kern/random.h>

void (*console_input_hook)(uint8_t byte);

void console_input(uint8_t byte)
{
	random_stir(clock_now() ^ byte);
	if (console_input_hook != NULL)
		console_input_hook(byte);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes typed on the kernel's line. There is no debugger to take them yet;
 * when they come is as good a source of randomness as any.
 */
#include <arch/clock.h>
#include <arch/console.h>
#include <kern/random.h>

void console_input(uint8_t byte)
{
	random_stir(clock_now() << 8 | byte);
}

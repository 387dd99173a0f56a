/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What gcc's stack protector asks for (debug kernels).  The guard is a
 * constant: it is there to find our own overruns, not to stop an attacker.  Its
 * low byte is zero, so a string copied too far cannot reproduce it.
 */
#include <stdint.h>

#include <kern/panic.h>

extern const uintptr_t __stack_chk_guard;
[[gnu::noreturn]] void __stack_chk_fail(void);

const uintptr_t __stack_chk_guard = 0x57ac4b0a1de5a900;

void __stack_chk_fail(void)
{
	panic("stack overrun in the function that %p returns to",
	      __builtin_return_address(0));
}

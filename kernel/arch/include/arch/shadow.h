/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shadow memory for the address sanitizer (kern/kasan.h), where CONFIG_KASAN
 * is 1. <machine/shadow.h> defines
 *
 *   int8_t *shadow_of(const volatile void *p)   its byte of shadow: one for
 *                                               eight bytes of memory
 *   bool shadow_covers(uintptr_t address)       kernel memory; anything else
 *                                               has no shadow
 *   bool shadow_stack(uintptr_t sp, uintptr_t *top)  the end of the kernel
 *                                               stack in use, if sp lies in it
 *
 * It exists, and says that all may be touched, before any C code runs.
 */
#pragma once

#include <machine/shadow.h>

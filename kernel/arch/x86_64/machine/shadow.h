/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the shadow of an address lies: <arch/shadow.h>.
 */
#pragma once

#include "../layout.h"

#include <arch/context.h>
#include <machine/cpu.h>

static inline int8_t *shadow_of(const volatile void *p)
{
	return (int8_t *)(((uintptr_t)p >> 3) + SHADOW_OFFSET);
}

static inline bool shadow_covers(uintptr_t address)
{
	return address >= DIRECT_BASE;
}

static inline bool shadow_stack(uintptr_t sp, uintptr_t *top)
{
	*top = CPU_FIELD(uint64_t, stack_top);
	return sp <= *top && *top - sp < context_stack_size;
}

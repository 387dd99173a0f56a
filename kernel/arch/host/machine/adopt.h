/* SPDX-License-Identifier: BSD-2-Clause */
/* Fibers: <arch/adopt.h>. */
#pragma once

#include <arch/cpu.h>

static inline void context_adopt_user(struct thread *from, struct thread *to)
{
	context_adopt(from, to);
}

[[gnu::noreturn]] static inline void context_adopted_return(struct thread *to,
							    int64_t result)
{
	(void)to;
	cpu_irq_restore(true);
	context_trap_return(result);
}

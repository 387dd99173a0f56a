/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * context_adopt (context.h) to a user's thread, in line:
 *	void context_adopt_user(struct thread *from, struct thread *to);
 * context_trap_return of the thread adopted so, interrupts still off:
 *	void context_adopted_return(struct thread *to, int64_t result);
 */
#pragma once

#include <arch/context.h>
#include <machine/adopt.h>

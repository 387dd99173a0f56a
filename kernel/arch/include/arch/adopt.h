/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * context_adopt (context.h) to a user's thread, in line:
 *	void context_adopt_user(struct thread *from, struct thread *to);
 */
#pragma once

#include <arch/context.h>
#include <machine/adopt.h>

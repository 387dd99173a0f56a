/* SPDX-License-Identifier: BSD-2-Clause */
/* Fibers: <arch/adopt.h>. */
#pragma once

static inline void context_adopt_user(struct thread *from, struct thread *to)
{
	context_adopt(from, to);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kern keeps per processor, private to kern. Each part belongs to one
 * module; only the processor itself touches it, with interrupts off where an
 * interrupt handler does too, unless a part says otherwise.
 */
#pragma once

#include <kern/lock_i.h>
#include <kern/page_i.h>
#include <kern/sched.h>

struct processor_private {
	struct lock_state locks;
	struct page_cache pages;
};

/* Boot: gives the boot processor its structure. Idempotent; the first
 * initialiser that needs a processor calls it. */
void processor_init_boot(void);

/* Makes the structures of the other possible processors. */
void processor_init_others(void);

/* Number of possible processors: bound of processor_by_number. */
unsigned processor_possible(void);

static inline struct processor_private *processor_private(void)
{
	return cpu_processor()->p;
}

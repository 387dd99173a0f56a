/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time. Tickless: each processor has one deadline.
 */
#pragma once

#include <arch/types.h>

#define CLOCK_NEVER UINT64_MAX

/* Nanoseconds since boot: monotonic, the same on all processors. */
uint64_t clock_now(void);

/* <machine/clock.h>: clock_read(), the same in line. */

/* Nanoseconds since 1970 at boot, from the battery clock. */
uint64_t clock_boot_epoch(void);

/* Arms this processor's timer; at or soon after the deadline it calls
 * timer_interrupt(), interrupts off. CLOCK_NEVER disarms. A deadline that has
 * passed fires at once. */
void clock_set_deadline(uint64_t ns);

/* Logs what a processor's timer is about to do. For dumps. */
void clock_dump(unsigned cpu);

/* Provided by kern/timer.c. */
void timer_interrupt(void);

#include <machine/clock.h>

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Set-up of time (clock.c): private to arch/x86_64.
 */
#pragma once

#include <arch/clock.h>

/* Boot processor: calibrates. */
void clock_init(void);
void clock_interrupt(void);

/* Polls for this long; for device protocols at boot. */
void clock_delay(uint64_t ns);

/* RTC: seconds since 1970. */
uint64_t rtc_read(void);

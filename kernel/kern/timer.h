/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: per-processor queues behind clock_set_deadline.
 */
#pragma once

#include <kern/list.h>
#include <stdint.h>

struct timer {
	struct list_node link; /* or a heap slot: private */
	uint64_t deadline;     /* clock_now() time */
	void (*fn)(void *arg);
	void *arg;
	_Atomic uint8_t state;
	uint8_t cpu;
	uint16_t slot;
};

void timer_init(struct timer *t, void (*fn)(void *), void *arg);

/* Arms t on this processor. fn(arg) runs there once, interrupts off. t must
 * not be armed. */
void timer_set(struct timer *t, uint64_t deadline);

/* True: it will not fire and is not running. False: it has fired; on return fn
 * has also finished (waits for it on another processor). */
bool timer_cancel(struct timer *t);

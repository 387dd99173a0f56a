/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: per-processor queues behind clock_set_deadline.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct timer {
	struct timer *child, *next, *prev; /* the queue's heap */
	uint64_t deadline;		   /* clock_now() time */
	void (*fn)(void *arg);
	void *arg;
	uint32_t cpu; /* whose queue, while armed or running */
	_Atomic bool armed;
};

void timer_init(struct timer *t, void (*fn)(void *), void *arg);

/* Arms t on this processor. fn(arg) runs there once, interrupts off; it may
 * arm t again or free it. t must not be armed. */
void timer_set(struct timer *t, uint64_t deadline);

/* True: it will not fire and is not running. False: it has fired; on return fn
 * has also finished (waits for it on another processor). */
bool timer_cancel(struct timer *t);

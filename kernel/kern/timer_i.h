/* SPDX-License-Identifier: BSD-2-Clause */
/* A processor's timers. Private to kern. */
#pragma once

#include <kern/lock.h>
#include <kern/timer.h>

struct timer_queue {
	struct spinlock lock;  /* RANK_TIMER, interrupt class */
	struct timer *first;   /* root of the heap */
	struct timer *running; /* its fn has not returned yet */
	uint64_t armed_for;    /* what the machine's timer is set to */
};

void timer_queue_init(struct timer_queue *q);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking at name spaces from outside, for tools: what is where, no rights.
 */
#pragma once

#include <kern/kobject.h>
#include <stdint.h>

struct ipc_space;

/*
 * Fills rows of RIGHT_STAT_WORDS words (mach/host_watch.h), beginning at
 * *cursor (0: at the beginning), and moves it; 0 again when that was all.
 * Returns the number of rows. room: WATCH_ROWS_MIN or more. A space may change
 * between calls, and within one.
 */
#define WATCH_ROWS_MIN 256
unsigned ipc_space_watch(struct ipc_space *s, uint64_t *cursor, int64_t *rows,
			 unsigned room);

unsigned ipc_space_live(struct ipc_space *s); /* names in use */

/* The id of the task that an object is or belongs to, or 0: the task layer's.
 * Called with the port's lock held, so that the object is there. */
extern uint64_t (*ipc_watch_owner)(enum kobject_kind kind,
				   const struct kobject *object);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making another task crash from outside: wreck.c.
 */
#ifndef WRECK_H
#define WRECK_H

#include <mach/mach.h>

/* All its threads jump to 0, now. */
void wreck_jump(task_t task);
/* It waits for the next message, and once it has received that it cannot run. */
void wreck_code(task_t task);
/* Of a suspended task: its threads wait for nothing any more. */
void wreck_waits(task_t task);

#endif

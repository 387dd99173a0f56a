/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Places where another processor may do something in between. On the build
 * machine the simulated processors change there, in an order that a seed
 * chooses, so that races can be repeated; a real machine needs no help.
 */
#pragma once

#if CONFIG_HOST
void cpu_sched_point(void);
#else
static inline void cpu_sched_point(void)
{
}
#endif

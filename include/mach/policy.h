/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling policies and priorities: 0 .. 31, 31 most urgent. */
#ifndef MACH_POLICY_H
#define MACH_POLICY_H

#define POLICY_TIMESHARE   1
#define POLICY_FIXEDPRI	   2 /* data: quantum in milliseconds */
#define POLICY_INTERACTIVE 4

#define SWITCH_OPTION_NONE    0
#define SWITCH_OPTION_DEPRESS 1
#define SWITCH_OPTION_WAIT    2

#endif

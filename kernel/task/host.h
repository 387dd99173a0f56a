/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host and the default processor set as ports, and the host's time.
 */
#pragma once

#include <ipc/right.h>
#include <kern/sched.h>
#include <stdint.h>

void host_init(void);

/* +1 send rights. The privileged ones reach only the first task. */
struct ipc_right host_name_right(void);
struct ipc_right host_priv_right(void);
struct ipc_right host_limited_right(void); /* what uid 0 gets */
struct ipc_right pset_control_right(void);
struct ipc_right pset_limited_right(void);
struct ipc_right pset_name_right(void);

/* Nanoseconds since 1970. */
uint64_t host_time_now(void);
void host_time_set(uint64_t ns);

extern const char kernel_version[];

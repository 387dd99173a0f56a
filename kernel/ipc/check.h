/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invariant walkers: they panic on the first thing that is wrong. For debug
 * kernels and tests.
 */
#pragma once

#include <stdint.h>

struct ipc_space;
struct ipc_port;

/* Every entry against its port and the reverse look-up; the counts of the
 * table. Returns the number of entries. In batches: the space may change
 * between them. */
uint64_t ipc_check_space(struct ipc_space *s);

/* Queue, set and counts of one port; pinned by the caller. */
void ipc_check_port(struct ipc_port *port);

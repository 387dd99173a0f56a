/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters. Each map counts its own events, so that processors running different
 * tasks share no counter; totals are sums over all maps plus those of the
 * dead. Private to kernel/vm.
 */
#pragma once

struct vm_map;

/* The map is about to be freed: its counts join those of the dead. */
void vm_stat_retire(struct vm_map *map);

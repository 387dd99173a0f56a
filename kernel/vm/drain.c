/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doing without: hardware mappings are a cache of what the maps say, so that
 * a census can be compared once they are gone. Lock: one map's at a time, for
 * reading.
 */
#include <vm/map_i.h>

#include <kern/thread.h>

/* Fault-ahead begins anew. */
static void forget_runs(struct vm_map *map)
{
	struct vm_map_entry *e = &map->sentinel;

	while ((e = vm_map_next(map, e)) != NULL)
		atomic_set(&e->next_run, UINT32_MAX);
}

static void drain_map(struct vm_map *map)
{
	rwlock_read(&map->lock);
	forget_runs(map);
	rwlock_read_done(&map->lock);
	pmap_collect(map->pmap);
}

void vm_drain(void)
{
	struct vm_map *map = NULL, *next;

	while ((next = vm_map_get_next(map)) != NULL) {
		drain_map(next);
		vm_map_unref(map);
		map = next;
		preempt_point();
	}
	vm_map_unref(map);
}

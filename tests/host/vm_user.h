/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of any map as its user would see it: through the mappings, with a
 * fault for each page that is not mapped for the access. For unit tests of
 * maps, which need no thread in the map.
 */
#pragma once

#include <kern/kr.h>
#include <stdbool.h>
#include <stdint.h>
#include <vm/map.h>

/* The code of the first fault that fails. */
enum kr vm_user_access(struct vm_map *map, uint64_t addr, void *buf,
		       uint64_t size, unsigned access);

static inline enum kr vm_user_read(struct vm_map *map, uint64_t addr, void *buf,
				   uint64_t size)
{
	return vm_user_access(map, addr, buf, size, 1);
}

static inline enum kr vm_user_write(struct vm_map *map, uint64_t addr,
				    const void *buf, uint64_t size)
{
	return vm_user_access(map, addr, (void *)buf, size, 2);
}

/* A 64-bit word; a failed access ends the program. */
uint64_t vm_user_get(struct vm_map *map, uint64_t addr);
void vm_user_set(struct vm_map *map, uint64_t addr, uint64_t value);

/* Live objects of all zones of kernel/vm, and frames in use. */
struct vm_census {
	uint64_t maps, entries, objects, nodes, copies, memory_entries, frames;
};
struct vm_census vm_census_take(void);
/* Prints what differs; true if nothing. */
bool vm_census_equal(struct vm_census before);

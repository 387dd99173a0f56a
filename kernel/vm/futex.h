/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Futexes, private to kernel/vm; the calls are in map.h.
 */
#pragma once

#include <vm/object.h>

struct vm_map;
struct vm_map_entry;

void vm_futex_init(void); /* boot */

/*
 * The entry's private memory became shared: those who wait on it with
 * FUTEX_SHARED are found through the object from now on. map->lock held for
 * writing.
 */
void vm_futex_rekey(struct vm_map *map, struct vm_map_entry *e);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Putting new memory into a map: finding the place, making the entry. Private
 * to kernel/vm.
 */
#pragma once

#include <vm/map_i.h>

struct vm_attributes {
	struct vm_object *object; /* NULL: zero-filled */
	uint64_t offset;	  /* of the first byte, in the object */
	uint8_t prot, max_prot, inherit;
	bool shared;
	bool apart; /* an entry of its own, not a longer neighbour */
	struct vm_map_entry **spare; /* NULL, or: made ahead; taken if used */
};

struct vm_place {
	uint64_t addr, size;
	uint64_t mask; /* bits that are to equal those of like */
	uint64_t like; /* anywhere only; fixed: zero */
	bool anywhere;
};

/*
 * The range, rounded outward, for p. map->lock held for writing.
 * KR_INVALID_ADDRESS outside the map; KR_NO_SPACE; KR_INVALID_ARGUMENT: the
 * map is dead.
 */
enum kr vm_map_place(struct vm_map *map, const struct vm_place *p,
		     struct vm_range *r, struct vm_map_entry **prev);

/*
 * Makes a free range behind prev show a->object (*consumes* its reference on
 * success only). KR_RESOURCE_SHORTAGE.
 */
enum kr vm_map_insert(struct vm_map *map, struct vm_map_entry *prev,
		      const struct vm_range *r, const struct vm_attributes *a);

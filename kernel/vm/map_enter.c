/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_map: zero-filled memory or a memory entry's range into a map, shared or
 * as a private copy. Locks: the map's; under it the entry's object's.
 */
#include <vm/map_ops.h>

#include <vm/memory_entry.h>

static enum kr check_mapping(const struct vm_mapping *m)
{
	if (((m->prot | m->max_prot) & ~VM_PROT_ALL) ||
	    (m->prot & ~m->max_prot) || m->size == 0 ||
	    (m->anywhere && m->replace))
		return KR_INVALID_ARGUMENT;
	if (m->inherit < VM_INHERIT_SHARE || m->inherit > VM_INHERIT_NONE)
		return KR_INVALID_ARGUMENT;
	return KR_SUCCESS;
}

/* The entry's own limits: its range, and what it allows at most. */
static enum kr check_entry(const struct vm_entry_port *entry,
			   const struct vm_mapping *m, int *allowed)
{
	if ((m->offset & vm_page_mask()) || m->offset >= entry->size ||
	    m->size > entry->size - m->offset)
		return KR_INVALID_ARGUMENT;
	*allowed = entry->max_prot;
	if (m->copy) { /* one's own copy may be written */
		if (!(entry->max_prot & VM_PROT_READ))
			return KR_PROTECTION_FAILURE;
		*allowed |= VM_PROT_WRITE;
	}
	return m->prot & ~*allowed ? KR_PROTECTION_FAILURE : KR_SUCCESS;
}

/* +1: the object to show. */
static enum kr mapped_object(struct vm_map *map,
			     const struct vm_entry_port *entry,
			     const struct vm_mapping *m, uint64_t offset,
			     struct vm_object **object)
{
	if (m->copy)
		return vm_object_copy(entry->object, offset >> vm_page_shift,
				      (offset + vm_round(m->size)) >>
					      vm_page_shift,
				      map->account, object);
	vm_object_ref(entry->object);
	*object = entry->object;
	return KR_SUCCESS;
}

/* Removes what is where m is to be. */
static enum kr make_room(struct vm_map *map, const struct vm_mapping *m,
			 struct list *dead, struct vm_garbage *garbage)
{
	struct vm_range r;
	enum kr kr;

	if (map->dead)
		return KR_SUCCESS;
	if (!vm_range_make(m->addr, m->size, &r) || r.start < map->min ||
	    r.end > map->max)
		return KR_INVALID_ADDRESS;
	kr = vm_map_clip(map, &r);
	if (kr == KR_SUCCESS)
		vm_map_remove(map, &r, dead, garbage);
	return kr;
}

static enum kr place_and_insert(struct vm_map *map, struct vm_mapping *m,
				struct vm_attributes *a)
{
	const struct vm_place p = { .addr = m->addr,
				    .size = m->size,
				    .mask = m->mask,
				    .anywhere = m->anywhere };
	struct vm_garbage garbage = {};
	struct vm_map_entry *prev, *spare = NULL;
	struct list dead;
	struct vm_range r;
	enum kr kr = KR_SUCCESS;

	list_init(&dead);
	rwlock_write(&map->lock);
	if (m->replace) { /* what is there goes only if the new can come */
		spare = vm_map_entry_create(map);
		a->spare = &spare;
		kr = spare != NULL ? make_room(map, m, &dead, &garbage) :
				     KR_RESOURCE_SHORTAGE;
	}
	if (kr == KR_SUCCESS)
		kr = vm_map_place(map, &p, &r, &prev);
	if (kr == KR_SUCCESS)
		kr = vm_map_insert(map, prev, &r, a);
	rwlock_write_done(&map->lock);
	if (spare != NULL)
		vm_map_entry_destroy(map, spare);
	vm_map_bury(map, &dead, &garbage);
	if (kr == KR_SUCCESS)
		m->addr = r.start;
	return kr;
}

enum kr vm_map_enter(struct vm_map *map, struct vm_entry_port *entry,
		     struct vm_mapping *m)
{
	struct vm_attributes a = { .prot = (uint8_t)m->prot,
				   .max_prot = (uint8_t)m->max_prot,
				   .inherit = (uint8_t)m->inherit };
	int allowed = VM_PROT_ALL;
	enum kr kr = check_mapping(m);

	if (kr == KR_SUCCESS && entry != NULL)
		kr = check_entry(entry, m, &allowed);
	if (kr != KR_SUCCESS)
		return kr;
	if (entry != NULL) {
		a.max_prot &= (uint8_t)allowed;
		a.shared = !m->copy;
		a.offset = entry->offset + m->offset;
		/* The range must not grow at its end by what its start is
		 * inside a page: that would be more than the entry's. */
		m->addr = vm_trunc(m->addr);
		kr = mapped_object(map, entry, m, a.offset, &a.object);
		if (kr != KR_SUCCESS)
			return kr;
	}
	kr = place_and_insert(map, m, &a);
	if (kr != KR_SUCCESS)
		vm_object_unref(a.object);
	return kr;
}

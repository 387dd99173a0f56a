/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address maps: life, and what is asked of a map as a whole. map_ops.c has the
 * calls. Lock: maps_lock (RANK_MAP) guards the list of all maps only.
 */
#include <vm/map_i.h>

#include <kern/panic.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <vm/copy_i.h>
#include <vm/futex.h>
#include <vm/memory_entry.h>

static struct zone map_zone;

static const struct lock_class maps_class = {
	.name = "all maps",
	.rank = RANK_MAP,
};
static struct spinlock maps_lock;
static struct list maps GUARDED(&maps_lock);

void vm_init(void)
{
	vm_page_init();
	zone_init(&map_zone, "vm map", sizeof(struct vm_map), 0);
	vm_map_entry_init_zone();
	vm_object_init();
	vm_entry_init();
	vm_copy_init();
	vm_futex_init();
	spin_init(&maps_lock, &maps_class);
	list_init(&maps);
}

uint64_t vm_page_bytes(void)
{
	return vm_page_size();
}

bool vm_range_make(uint64_t addr, uint64_t size, struct vm_range *r)
{
	uint64_t end;

	if (__builtin_add_overflow(addr, size, &end) ||
	    end > ~vm_page_mask())
		return false;
	r->start = vm_trunc(addr);
	r->end = vm_round(end);
	return true;
}

/* Below this nothing is ever mapped: null pointers and small offsets from them. */
#define VM_USER_MIN 0x10000u

static void init_bounds(struct vm_map *map)
{
	uint64_t min = pmap_user_min > VM_USER_MIN ? pmap_user_min :
						     VM_USER_MIN;
	struct vm_map_entry *s = &map->sentinel;

	map->min = vm_round(min);
	map->max = vm_trunc(pmap_user_max);
	s->start = s->end = map->min;
	s->gap = s->max_gap = map->max - map->min;
	s->priority = UINT32_MAX;
	list_push_back(&map->entries, &s->link);
	map->root = s;
	atomic_set(&map->hint, s);
}

struct vm_map *vm_map_create(struct account *account)
{
	struct vm_map *map = zone_alloc_zeroed(&map_zone);

	if (map == NULL)
		return NULL;
	map->pmap = pmap_create();
	if (map->pmap == NULL) {
		zone_free(&map_zone, map);
		return NULL;
	}
	ref_init(&map->ref);
	rwlock_init(&map->lock, "vm map");
	list_init(&map->entries);
	init_bounds(map);
	map->seed = (uint32_t)((uintptr_t)map >> 4);
	map->account = account;
	account_ref(account);
	spin_lock(&maps_lock);
	list_push_back(&maps, &map->all);
	spin_unlock(&maps_lock);
	return map;
}

void vm_map_ref(struct vm_map *map)
{
	ref_get(&map->ref);
}

void vm_map_unref(struct vm_map *map)
{
	size_t tables;

	if (map == NULL || !ref_put(&map->ref))
		return;
	spin_lock(&maps_lock);
	list_remove(&map->all);
	spin_unlock(&maps_lock);
	vm_map_terminate(map);
	pmap_destroy(map->pmap);
	tables = atomic_get(&map->tables);
	if (tables > 0)
		account_credit(map->account, CHARGE_TABLES, tables);
	account_unref(map->account);
	zone_free(&map_zone, map);
}

void vm_map_terminate(struct vm_map *map)
{
	const struct vm_range all = { map->min, map->max };
	struct vm_garbage garbage = {};
	struct list dead;

	list_init(&dead);
	rwlock_write(&map->lock);
	map->dead = true;
	vm_map_remove(map, &all, &dead, &garbage);
	rwlock_write_done(&map->lock);
	vm_map_bury(map, &dead, &garbage);
}

struct pmap *vm_map_pmap(struct vm_map *map)
{
	return map->pmap;
}

uint64_t vm_map_virtual_size(struct vm_map *map)
{
	return map->size;
}

uint64_t vm_map_resident_size(struct vm_map *map)
{
	return pmap_resident_bytes(map->pmap);
}

bool vm_map_charge_tables(struct vm_map *map)
{
	size_t now = pmap_table_pages(map->pmap);
	size_t was = atomic_get(&map->tables);

	while (now > was) {
		size_t grown = now - was;
		if (!account_charge(map->account, CHARGE_TABLES, grown))
			return false;
		if (atomic_compare_exchange_strong(&map->tables, &was, now))
			return true;
		account_credit(map->account, CHARGE_TABLES, grown);
	}
	return true;
}

struct vm_map *vm_map_get_next(struct vm_map *prev)
{
	struct list_node *n;
	struct vm_map *map = NULL;

	spin_lock(&maps_lock);
	n = prev != NULL ? &prev->all : &maps.head;
	while ((n = list_next(&maps, n)) != NULL) {
		map = container_of(n, struct vm_map, all);
		if (ref_try_get(&map->ref))
			break;
	}
	spin_unlock(&maps_lock);
	return n != NULL ? map : NULL;
}

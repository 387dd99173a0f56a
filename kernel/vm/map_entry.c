/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address maps: single entries: making, splitting, joining, their objects.
 * Lock: map->lock, held by the caller.
 */
#include <vm/map_i.h>

#include <kern/panic.h>
#include <kern/zone.h>
#include <vm/futex.h>

static struct zone entry_zone;

void vm_map_entry_init_zone(void)
{
	zone_init(&entry_zone, "vm map entry", sizeof(struct vm_map_entry), 0);
}

/* Priorities only balance the tree: a linear generator is random enough. */
static uint32_t next_priority(struct vm_map *map)
{
	map->seed = map->seed * 1664525u + 1013904223u;
	return map->seed >> 1;
}

struct vm_map_entry *vm_map_entry_create(struct vm_map *map)
{
	struct vm_map_entry *e;

	if (!account_charge(map->account, CHARGE_MAP_ENTRIES, 1))
		return NULL;
	e = zone_alloc_zeroed(&entry_zone);
	if (e == NULL) {
		account_credit(map->account, CHARGE_MAP_ENTRIES, 1);
		return NULL;
	}
	e->priority = next_priority(map);
	atomic_set(&e->next_run, UINT32_MAX);
	return e;
}

void vm_map_entry_destroy(struct vm_map *map, struct vm_map_entry *e)
{
	vm_object_unref(atomic_get(&e->object));
	zone_free(&entry_zone, e);
	account_credit(map->account, CHARGE_MAP_ENTRIES, 1);
}

void vm_map_entry_like(struct vm_map_entry *e, const struct vm_map_entry *of)
{
	struct vm_object *o = atomic_get(&of->object);

	e->start = of->start;
	e->end = of->end;
	e->offset = of->offset;
	e->prot = of->prot;
	e->max_prot = of->max_prot;
	e->inherit = of->inherit;
	e->shared = of->shared;
	if (o != NULL)
		vm_object_ref(o);
	atomic_set(&e->object, o);
}

/* e becomes [start, at), a new entry behind it [at, end). */
static enum kr split(struct vm_map *map, struct vm_map_entry *e, uint64_t at)
{
	struct vm_map_entry *upper = vm_map_entry_create(map);

	if (upper == NULL)
		return KR_RESOURCE_SHORTAGE;
	vm_map_entry_like(upper, e);
	upper->start = at;
	upper->offset += at - e->start;
	upper->wired = e->wired;
	atomic_set(&upper->writable, atomic_get(&e->writable));
	map->size -= e->end - at;
	e->end = at;
	vm_map_link(map, e, upper);
	return KR_SUCCESS;
}

/* e: the entry at or before addr. */
static enum kr clip_at(struct vm_map *map, struct vm_map_entry *e,
		       uint64_t addr)
{
	if (e->start >= addr || e->end <= addr)
		return KR_SUCCESS;
	return split(map, e, addr);
}

enum kr vm_map_clip(struct vm_map *map, const struct vm_range *r)
{
	struct vm_map_entry *e = vm_map_floor(map, r->start);
	enum kr kr = clip_at(map, e, r->start);

	if (kr != KR_SUCCESS)
		return kr;
	if (e->end + e->gap < r->end) /* something else begins before the end */
		e = vm_map_floor(map, r->end);
	return clip_at(map, e, r->end);
}

static bool agree(const struct vm_map_entry *a, const struct vm_map_entry *b)
{
	return a->end == b->start && a->prot == b->prot &&
	       a->max_prot == b->max_prot && a->inherit == b->inherit &&
	       a->shared == b->shared && a->wired == 0 && b->wired == 0;
}

/* Two entries never touched, or two neighbouring parts of one object. */
static bool same_memory(const struct vm_map_entry *a,
			const struct vm_map_entry *b)
{
	struct vm_object *o = atomic_get(&a->object);

	if (o != atomic_get(&b->object))
		return false;
	return o == NULL || a->offset + (a->end - a->start) == b->offset;
}

/* Joins e with the entry behind it if they agree. */
static bool join_next(struct vm_map *map, struct vm_map_entry *e)
{
	struct vm_map_entry *next = vm_map_next(map, e);

	if (next == NULL || e == &map->sentinel || !agree(e, next) ||
	    !same_memory(e, next))
		return false;
	vm_map_unlink(map, next);
	map->size += next->end - next->start;
	e->end = next->end;
	if (atomic_get(&next->writable))
		atomic_set(&e->writable, true);
	vm_map_gap_changed(map, e);
	vm_map_entry_destroy(map, next);
	return true;
}

void vm_map_merge(struct vm_map *map, const struct vm_range *r)
{
	struct vm_map_entry *e =
		vm_map_floor(map, r->start > map->min ? r->start - 1 : 0);
	unsigned n = 0;

	while (e != NULL && e->start <= r->end) {
		if (!join_next(map, e))
			e = vm_map_next(map, e);
		vm_map_turn(&n);
	}
}

enum kr vm_map_check_range(struct vm_map *map, const struct vm_range *r,
			   int prot, bool max)
{
	struct vm_map_entry *e = vm_map_lookup(map, r->start);
	enum kr kr = KR_SUCCESS;
	uint64_t at = r->start;
	unsigned n = 0;

	while (at < r->end) {
		if (e == NULL || e->start > at)
			return KR_INVALID_ADDRESS;
		if (prot & ~(max ? e->max_prot : e->prot))
			kr = KR_PROTECTION_FAILURE;
		at = e->end;
		e = vm_map_next(map, e);
		vm_map_turn(&n);
	}
	return kr;
}

enum kr vm_map_check_copy(struct vm_map *map, const struct vm_range *r,
			  int prot)
{
	enum kr kr = vm_map_check_range(map, r, prot, false);
	struct vm_map_entry *e;
	unsigned n = 0;

	if (kr != KR_SUCCESS)
		return kr;
	for (e = vm_map_lookup(map, r->start); e != NULL && e->start < r->end;
	     e = vm_map_next(map, e)) {
		struct vm_object *o = atomic_get_acq(&e->object);
		if (o != NULL && !vm_object_can_copy(o))
			return KR_PROTECTION_FAILURE;
		vm_map_turn(&n);
	}
	return KR_SUCCESS;
}

struct vm_object *vm_map_entry_object(struct vm_map *map,
				      struct vm_map_entry *e)
{
	struct vm_object *o = atomic_get_acq(&e->object), *fresh;

	if (__builtin_expect(o != NULL, 1))
		return o;
	fresh = vm_object_create(map->account);
	if (fresh == NULL)
		return NULL;
	if (atomic_compare_exchange_strong(&e->object, &o, fresh))
		return fresh;
	vm_object_unref(fresh); /* another thread was faster */
	return o;
}

/* Most entries that are copied again and again were not written between. */
void vm_map_lower(struct vm_map *map, struct vm_map_entry *e, uint64_t start,
		  uint64_t end)
{
	if (!atomic_get(&e->writable))
		return;
	pmap_protect(map->pmap, start, end, ACCESS_READ | ACCESS_EXECUTE);
	if (start == e->start && end == e->end)
		atomic_set(&e->writable, false);
}

static enum kr entry_share(struct vm_map *map, struct vm_map_entry *e)
{
	struct vm_object *o = vm_map_entry_object(map, e), *part;
	struct vm_garbage garbage = {};
	uint64_t first, end;
	enum kr kr;

	if (o == NULL)
		return KR_RESOURCE_SHORTAGE;
	if (o->shared) {
		e->shared = true;
		return KR_SUCCESS;
	}
	first = vm_map_index(e, e->start);
	end = vm_map_index(e, e->end);
	if (vm_object_refs(o) == 1 || e->wired > 0) {
		vm_object_set_shared(o);
		e->shared = true;
		return KR_SUCCESS;
	}
	/* Other entries show other parts of it, which stay private. The pages
	 * move: they are mapped for reading until the next write. */
	vm_map_lower(map, e, e->start, e->end);
	kr = vm_object_copy(o, first, end, map->account, &part);
	if (kr != KR_SUCCESS)
		return kr;
	vm_object_set_shared(part);
	vm_object_forget(o, first, end, &garbage);
	atomic_set(&e->object, part);
	e->shared = true;
	vm_object_unref(o);
	vm_garbage_release(&garbage);
	return KR_SUCCESS;
}

enum kr vm_map_entry_share(struct vm_map *map, struct vm_map_entry *e)
{
	struct vm_object *o = atomic_get(&e->object);
	bool was_shared = o != NULL && o->shared;
	enum kr kr = entry_share(map, e);

	if (kr == KR_SUCCESS && !was_shared)
		vm_futex_rekey(map, e);
	return kr;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address maps: the calls that change entries: allocate, deallocate, protect,
 * inherit, region. Each checks everything first, splits entries at the edges
 * (which nobody can see), then commits in steps that cannot fail.
 * Lock: map->lock for writing; objects and pages are freed without it.
 */
#include <vm/map_i.h>

#include <kern/panic.h>
#include <kern/thread.h>
#include <vm/map_ops.h>

/* May grow over neighbouring pages: what it shows there is surely zero. */
static bool can_extend(const struct vm_map_entry *e)
{
	struct vm_object *o = atomic_get(&e->object);

	return o == NULL || (!o->shared && !o->stale && o->backing == NULL);
}

static bool like_template(const struct vm_map_entry *e,
			  const struct vm_attributes *a)
{
	return e->prot == a->prot && e->max_prot == a->max_prot &&
	       e->inherit == a->inherit && !e->shared && e->wired == 0;
}

/* Zero-filled memory behind prev without an entry of its own. */
static bool extend(struct vm_map *map, struct vm_map_entry *prev,
		   const struct vm_range *r, const struct vm_attributes *a)
{
	if (prev == &map->sentinel || prev->end != r->start ||
	    !like_template(prev, a) || !can_extend(prev))
		return false;
	prev->end = r->end;
	map->size += r->end - r->start;
	vm_map_gap_changed(map, prev);
	if (prev->gap == 0) /* the hole is closed */
		vm_map_merge(map, r);
	return true;
}

static struct vm_map_entry *new_entry(struct vm_map *map,
				      const struct vm_attributes *a)
{
	struct vm_map_entry *e;

	if (a->spare == NULL)
		return vm_map_entry_create(map);
	e = *a->spare;
	*a->spare = NULL;
	return e;
}

enum kr vm_map_insert(struct vm_map *map, struct vm_map_entry *prev,
		      const struct vm_range *r, const struct vm_attributes *a)
{
	struct vm_map_entry *e;

	if (a->object == NULL && !a->apart && extend(map, prev, r, a))
		return KR_SUCCESS;
	e = new_entry(map, a);
	if (e == NULL)
		return KR_RESOURCE_SHORTAGE;
	e->start = r->start;
	e->end = r->end;
	/* Untouched memory begins at the place in a leaf that its address has. */
	e->offset = a->object != NULL ?
			    a->offset :
			    r->start & ((vm_node_span(0) << vm_page_shift) - 1);
	e->prot = a->prot;
	e->max_prot = a->max_prot;
	e->inherit = a->inherit;
	e->shared = a->shared;
	atomic_set(&e->object, a->object);
	vm_map_link(map, prev, e);
	return KR_SUCCESS;
}

/* A fixed range must lie in the map's bounds and be free. */
static enum kr place_fixed(struct vm_map *map, const struct vm_range *r,
			   struct vm_map_entry **prev)
{
	if (r->start < map->min || r->end > map->max)
		return KR_INVALID_ADDRESS;
	return vm_map_is_free(map, r, prev) ? KR_SUCCESS : KR_NO_SPACE;
}

enum kr vm_map_place(struct vm_map *map, const struct vm_place *p,
		     struct vm_range *r, struct vm_map_entry **prev)
{
	uint64_t size;

	if (map->dead)
		return KR_INVALID_ARGUMENT;
	if (!p->anywhere) {
		if (!vm_range_make(p->addr, p->size, r))
			return KR_INVALID_ADDRESS;
		if (r->start & p->mask & ~vm_page_mask())
			return KR_NO_SPACE;
		return place_fixed(map, r, prev);
	}
	if (p->size > map->max - map->min)
		return KR_NO_SPACE;
	size = vm_round(p->size);
	*prev = vm_map_find_hole(map, size, p->mask, p->like, &r->start);
	if (*prev == NULL)
		return KR_NO_SPACE;
	r->end = r->start + size;
	return KR_SUCCESS;
}

enum kr vm_map_allocate(struct vm_map *map, uint64_t *addr, uint64_t size,
			bool anywhere)
{
	const struct vm_attributes a = { .prot = VM_PROT_DEFAULT,
					 .max_prot = VM_PROT_ALL,
					 .inherit = VM_INHERIT_DEFAULT };
	const struct vm_place p = { .addr = *addr,
				    .size = size,
				    .anywhere = anywhere };
	struct vm_map_entry *prev;
	struct vm_range r;
	enum kr kr;

	if (size == 0) {
		*addr = 0;
		return KR_SUCCESS;
	}
	rwlock_write(&map->lock);
	kr = vm_map_place(map, &p, &r, &prev);
	if (kr == KR_SUCCESS)
		kr = vm_map_insert(map, prev, &r, &a);
	rwlock_write_done(&map->lock);
	if (kr == KR_SUCCESS)
		*addr = r.start;
	return kr;
}

/* Takes the pages of a part of e out of the hardware, and frees them if nobody
 * else shows them; unless the whole object is about to go anyway. False: no
 * memory to free them. */
static bool drop_pages(struct vm_map *map, struct vm_map_entry *e,
		       const struct vm_range *r, bool whole,
		       struct vm_garbage *garbage)
{
	struct vm_object *o = atomic_get(&e->object);
	uint64_t first = vm_map_index(e, r->start);
	uint64_t end = vm_map_index(e, r->end);

	if (o == NULL || (!whole && vm_object_is_empty(o, first, end)))
		return true;
	if (pmap_resident_bytes(map->pmap) > 0)
		pmap_remove(map->pmap, r->start, r->end);
	if (o->shared || whole)
		return true;
	return vm_object_forget(o, first, end, garbage);
}

/* Takes one entry out of the map. */
static void remove_entry(struct vm_map *map, struct vm_map_entry *e,
			 struct vm_garbage *garbage)
{
	struct vm_object *o = atomic_get(&e->object);
	const struct vm_range r = { e->start, e->end };

	if (e->wired > 0)
		vm_map_entry_unwire(map, e);
	drop_pages(map, e, &r, o != NULL && vm_object_refs(o) == 1, garbage);
	vm_map_unlink(map, e);
}

/* A range at one end of an entry: the entry becomes shorter. False: it is not
 * such a range. */
static bool shorten(struct vm_map *map, const struct vm_range *r,
		    struct vm_garbage *garbage)
{
	struct vm_map_entry *e = vm_map_lookup(map, r->start);

	if (e == NULL || e->wired > 0 || r->end > e->end ||
	    (r->start == e->start) == (r->end == e->end))
		return false;
	drop_pages(map, e, r, false, garbage);
	map->size -= r->end - r->start;
	if (r->end == e->end) {
		e->end = r->start;
		vm_map_gap_changed(map, e);
		return true;
	}
	e->offset += r->end - e->start;
	e->start = r->end;
	vm_map_gap_changed(map, container_of(e->link.prev, struct vm_map_entry,
					     link));
	return true;
}

void vm_map_remove(struct vm_map *map, const struct vm_range *r,
		   struct list *dead, struct vm_garbage *garbage)
{
	struct vm_map_entry *e = vm_map_at_or_after(map, r->start), *next;

	for (; e != NULL && e->start < r->end; e = next) {
		next = vm_map_next(map, e);
		remove_entry(map, e, garbage);
		list_push_back(dead, &e->link);
		preempt_point();
	}
}

void vm_map_bury(struct vm_map *map, struct list *dead,
		 struct vm_garbage *garbage)
{
	struct list_node *n;

	while ((n = list_pop_front(dead)) != NULL) {
		vm_map_entry_destroy(map, container_of(n, struct vm_map_entry,
						       link));
		preempt_point();
	}
	vm_garbage_release(garbage);
}

enum kr vm_map_deallocate(struct vm_map *map, uint64_t addr, uint64_t size)
{
	struct vm_garbage garbage = {};
	struct vm_range r;
	struct list dead;
	enum kr kr;

	if (size == 0)
		return KR_SUCCESS;
	if (!vm_range_make(addr, size, &r))
		return KR_INVALID_ARGUMENT;
	list_init(&dead);
	rwlock_write(&map->lock);
	kr = map->dead ? KR_INVALID_ARGUMENT : KR_SUCCESS;
	if (kr == KR_SUCCESS && !shorten(map, &r, &garbage)) {
		kr = vm_map_clip(map, &r);
		if (kr == KR_SUCCESS)
			vm_map_remove(map, &r, &dead, &garbage);
	}
	rwlock_write_done(&map->lock);
	vm_map_bury(map, &dead, &garbage);
	return kr;
}

/* Zero-filled, and shown by this map alone. */
static bool can_discard(const struct vm_map_entry *e)
{
	const struct vm_object *o = atomic_get(&e->object);

	return o != NULL && !o->shared && o->backing == NULL &&
	       o->pager == NULL && e->wired == 0;
}

static enum kr discard(struct vm_map *map, const struct vm_range *r,
		       struct vm_garbage *garbage)
{
	struct vm_map_entry *e = vm_map_at_or_after(map, r->start);
	enum kr kr = KR_SUCCESS;
	uint64_t at = r->start;

	for (; e != NULL && e->start < r->end; e = vm_map_next(map, e)) {
		const struct vm_range part = {
			e->start > at ? e->start : at,
			e->end < r->end ? e->end : r->end,
		};
		if (part.start > at)
			kr = KR_INVALID_ADDRESS;
		if (can_discard(e) &&
		    !drop_pages(map, e, &part, false, garbage))
			kr = KR_RESOURCE_SHORTAGE;
		at = part.end;
		preempt_point();
	}
	return at < r->end ? KR_INVALID_ADDRESS : kr;
}

enum kr vm_map_discard(struct vm_map *map, uint64_t addr, uint64_t size)
{
	struct vm_garbage garbage = {};
	struct vm_range r;
	enum kr kr;

	if (size == 0)
		return KR_SUCCESS;
	if (!vm_range_make(addr, size, &r))
		return KR_INVALID_ARGUMENT;
	rwlock_write(&map->lock);
	kr = map->dead ? KR_INVALID_ARGUMENT : discard(map, &r, &garbage);
	rwlock_write_done(&map->lock);
	vm_garbage_release(&garbage);
	return kr;
}

/* What the hardware may allow, and e loses by going to prot. */

static uint8_t lost_rights(const struct vm_map_entry *e, uint8_t prot)
{
	uint8_t lost = e->prot & ~prot;

	return atomic_get(&e->writable) ? lost : lost & ~VM_PROT_WRITE;
}

/* Sets protections in the clipped range; the hardware only loses. */
static void apply_protection(struct vm_map *map, const struct vm_range *r,
			     bool set_max, uint8_t prot)
{
	struct vm_map_entry *e = vm_map_lookup(map, r->start);
	uint8_t lost = 0;

	for (; e != NULL && e->start < r->end; e = vm_map_next(map, e)) {
		lost |= lost_rights(e, prot);
		if (set_max)
			e->max_prot = prot;
		e->prot = set_max ? e->prot & prot : prot;
		if (!(e->prot & VM_PROT_WRITE))
			atomic_set(&e->writable, false);
		preempt_point();
	}
	/* Only what is lost, so that the rest is not looked at. */
	if (lost != 0)
		pmap_protect(map->pmap, r->start, r->end,
			     lost & VM_PROT_READ ? prot : ACCESS_ALL & ~lost);
}

enum kr vm_map_protect(struct vm_map *map, uint64_t addr, uint64_t size,
		       bool set_max, int prot)
{
	struct vm_range r;
	enum kr kr;

	if (prot & ~VM_PROT_ALL)
		return KR_INVALID_ARGUMENT;
	if (size == 0)
		return KR_SUCCESS;
	if (!vm_range_make(addr, size, &r))
		return KR_INVALID_ADDRESS;
	rwlock_write(&map->lock);
	kr = map->dead ? KR_INVALID_ARGUMENT :
			 vm_map_check_range(map, &r, prot, true);
	if (kr == KR_SUCCESS)
		kr = vm_map_clip(map, &r);
	if (kr == KR_SUCCESS) {
		apply_protection(map, &r, set_max, (uint8_t)prot);
		vm_map_merge(map, &r);
	}
	rwlock_write_done(&map->lock);
	return kr;
}

enum kr vm_map_inherit(struct vm_map *map, uint64_t addr, uint64_t size,
		       int inherit)
{
	struct vm_map_entry *e;
	struct vm_range r;
	enum kr kr;

	if (inherit < VM_INHERIT_SHARE || inherit > VM_INHERIT_NONE)
		return KR_INVALID_ARGUMENT;
	if (size == 0)
		return KR_SUCCESS;
	if (!vm_range_make(addr, size, &r))
		return KR_INVALID_ADDRESS;
	rwlock_write(&map->lock);
	kr = map->dead ? KR_INVALID_ARGUMENT : vm_map_clip(map, &r);
	if (kr == KR_SUCCESS) {
		e = vm_map_at_or_after(map, r.start);
		for (; e != NULL && e->start < r.end; e = vm_map_next(map, e)) {
			e->inherit = (uint8_t)inherit;
			preempt_point();
		}
		vm_map_merge(map, &r);
	}
	rwlock_write_done(&map->lock);
	return kr;
}

enum kr vm_map_region(struct vm_map *map, uint64_t addr,
		      struct vm_region_info *info)
{
	struct vm_map_entry *e;

	rwlock_read(&map->lock);
	e = vm_map_at_or_after(map, addr);
	if (e != NULL) {
		info->addr = e->start;
		info->size = e->end - e->start;
		info->offset = e->offset;
		info->prot = e->prot;
		info->max_prot = e->max_prot;
		info->inherit = e->inherit;
		info->shared = e->shared;
		info->object = atomic_get_acq(&e->object);
		if (info->object != NULL)
			vm_object_ref(info->object);
	}
	rwlock_read_done(&map->lock);
	return e != NULL ? KR_SUCCESS : KR_NO_SPACE;
}

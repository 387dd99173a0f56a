/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wiring: the pages of a range are made resident, mapped, and stay the same
 * until unwired as often as wired. An entry counts its wirings; each resident
 * page of a wired entry counts one. Copies of wired memory get pages of their
 * own. Lock: map->lock for writing, under it the objects'.
 */
#include <vm/map_i.h>

#include <kern/panic.h>
#include <kern/thread.h>

#define WIRE_MAX 0xffffu

static void unwire_pages(struct vm_map *map, struct vm_map_entry *e,
			 uint64_t end)
{
	struct vm_object *o = atomic_get(&e->object);

	for (uint64_t va = e->start; va < end; va += vm_page_size()) {
		struct page *p;
		spin_lock(&o->lock);
		p = vm_tree_lookup(&o->tree, vm_map_index(e, va));
		if (p != NULL) {
			vm_page_unwire(p);
			o->wirings--;
		}
		spin_unlock(&o->lock);
		preempt_point();
	}
	account_credit(map->account, CHARGE_WIRED, e->end - e->start);
}

void vm_map_entry_unwire(struct vm_map *map, struct vm_map_entry *e)
{
	unwire_pages(map, e, e->end);
	e->wired = 0;
}

/* One page: resident, ours if it may ever be written, mapped for good. (A
 * writer that must copy it first would leave the wirings on the old one.) */
static enum kr wire_page(struct vm_map *map, struct vm_map_entry *e,
			 uint64_t va)
{
	struct vm_object *o = atomic_get(&e->object);
	bool write = o->shared || (e->max_prot & VM_PROT_WRITE);
	struct vm_found found;
	unsigned prot;
	enum kr kr;

	spin_lock(&o->lock);
	kr = vm_object_find(o, vm_map_index(e, va), write, &found);
	if (kr == KR_SUCCESS) {
		prot = found.writable ? e->prot : e->prot & ~ACCESS_WRITE;
		atomic_set(&e->writable, true);
		if (found.page != NULL)
			atomic_set(&vm_page_part(found.page)->writable, 1);
		kr = pmap_enter(map->pmap, va, found.pa, vm_page_size(), prot,
				found.pmap_flags | PMAP_WIRED);
		if (kr != KR_SUCCESS && found.copied)
			pmap_remove(map->pmap, va, va + vm_page_size());
	}
	if (kr == KR_SUCCESS && found.page != NULL) {
		vm_page_wire(found.page);
		o->wirings++;
	}
	spin_unlock(&o->lock);
	if (found.replaced != NULL)
		vm_page_unref(found.replaced);
	return kr;
}

static enum kr wire_entry(struct vm_map *map, struct vm_map_entry *e)
{
	enum kr kr = KR_SUCCESS;

	if (e->wired >= WIRE_MAX)
		return KR_RESOURCE_SHORTAGE;
	if (e->wired > 0) {
		e->wired++;
		return KR_SUCCESS;
	}
	if (vm_map_entry_object(map, e) == NULL ||
	    !account_charge(map->account, CHARGE_WIRED, e->end - e->start))
		return KR_RESOURCE_SHORTAGE;
	for (uint64_t va = e->start; va < e->end; va += vm_page_size()) {
		kr = wire_page(map, e, va);
		if (kr != KR_SUCCESS) {
			unwire_pages(map, e, va);
			return kr;
		}
		preempt_point();
	}
	e->wired = 1;
	return KR_SUCCESS;
}

static void unwire_entry(struct vm_map *map, struct vm_map_entry *e)
{
	if (e->wired > 1) {
		e->wired--;
		return;
	}
	/* The mappings come back, not wired, with the next touch. */
	pmap_remove(map->pmap, e->start, e->end);
	vm_map_entry_unwire(map, e);
}

/* Entries before e and inside the range lose the wiring they just got. */
static void take_back(struct vm_map *map, const struct vm_range *r,
		      const struct vm_map_entry *upto)
{
	struct vm_map_entry *e = vm_map_lookup(map, r->start);

	for (; e != upto; e = vm_map_next(map, e))
		unwire_entry(map, e);
}

static enum kr wire_range(struct vm_map *map, const struct vm_range *r)
{
	struct vm_map_entry *e = vm_map_lookup(map, r->start);
	enum kr kr;

	for (; e != NULL && e->start < r->end; e = vm_map_next(map, e)) {
		kr = wire_entry(map, e);
		if (kr != KR_SUCCESS) {
			take_back(map, r, e);
			return kr;
		}
	}
	return KR_SUCCESS;
}

/* All of it must be wired, or nothing is changed. */
static enum kr unwire_range(struct vm_map *map, const struct vm_range *r)
{
	struct vm_map_entry *first = vm_map_lookup(map, r->start), *e;

	for (e = first; e != NULL && e->start < r->end; e = vm_map_next(map, e))
		if (e->wired == 0)
			return KR_FAILURE;
	for (e = first; e != NULL && e->start < r->end;
	     e = vm_map_next(map, e)) {
		unwire_entry(map, e);
		preempt_point();
	}
	vm_map_merge(map, r);
	return KR_SUCCESS;
}

enum kr vm_map_wire(struct vm_map *map, uint64_t addr, uint64_t size,
		    int access)
{
	struct vm_range r;
	enum kr kr;

	if (access & ~VM_PROT_ALL)
		return KR_INVALID_VALUE;
	if (size == 0)
		return KR_SUCCESS;
	if (!vm_range_make(addr, size, &r))
		return KR_INVALID_ARGUMENT;
	rwlock_write(&map->lock);
	if (map->dead)
		kr = KR_INVALID_ARGUMENT;
	else if (vm_map_check_range(map, &r, access, false) != KR_SUCCESS)
		kr = KR_FAILURE;
	else
		kr = vm_map_clip(map, &r);
	if (kr == KR_SUCCESS)
		kr = access == VM_PROT_NONE ? unwire_range(map, &r) :
					      wire_range(map, &r);
	rwlock_write_done(&map->lock);
	return kr;
}

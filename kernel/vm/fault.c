/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page faults.
 *
 *	case			read		write
 *	never touched		zero page	zero page
 *	page, ours alone	map		map writable
 *	page shared with a copy	map read-only	copy it, map the copy
 *	from a backing		map read-only	copy it, map the copy
 *	device, boot archive	map		map
 *
 * Locks: map->lock for reading from the look-up to the end, so that the entry
 * cannot change under us; object->lock while page and mapping are made. Nothing
 * here waits; a pager's page will be waited for with both locks dropped and
 * everything looked up again.
 */
#include <vm/map_i.h>

#include <kern/panic.h>
#include <kern/zone.h>
#include <vm/stat.h>

struct fault {
	struct vm_map *map;
	uint64_t va;
	unsigned access;
	struct vm_map_entry *entry;
	struct vm_object *object;
	uint64_t index;
	struct vm_found found;
};

static enum kr find_entry(struct fault *f)
{
	struct vm_map_entry *e = vm_map_lookup(f->map, f->va);

	if (e == NULL)
		return KR_INVALID_ADDRESS;
	if (f->access & ~(unsigned)e->prot)
		return KR_PROTECTION_FAILURE;
	f->entry = e;
	return KR_SUCCESS;
}

static enum kr find_object(struct fault *f)
{
	f->object = vm_map_entry_object(f->map, f->entry);
	f->index = vm_map_index(f->entry, f->va);
	return f->object != NULL ? KR_SUCCESS : KR_RESOURCE_SHORTAGE;
}

static enum kr find_page(struct fault *f) REQUIRES(&f->object->lock)
{
	return vm_object_find(f->object, f->index, f->access & ACCESS_WRITE,
			      &f->found);
}

static unsigned hardware_prot(const struct fault *f, bool writable)
{
	unsigned prot = f->entry->prot;

	return writable ? prot : prot & ~ACCESS_WRITE;
}

static enum kr enter_page(struct fault *f)
{
	const struct vm_found *found = &f->found;
	unsigned prot = hardware_prot(f, found->writable);
	unsigned flags = found->pmap_flags;
	enum kr kr;

	if (f->entry->wired > 0)
		flags |= PMAP_WIRED;
	if (prot & ACCESS_WRITE) {
		if (found->page != NULL)
			atomic_set(&vm_page_part(found->page)->writable, 1);
		if (!atomic_get(&f->entry->writable))
			atomic_set(&f->entry->writable, true);
	}
	kr = pmap_enter(f->map->pmap, f->va, found->pa, vm_page_size(),
			prot, flags);
	/* The old page must not stay mapped when the new one is not. */
	if (kr != KR_SUCCESS && found->copied)
		pmap_remove(f->map->pmap, f->va, f->va + vm_page_size());
	return kr;
}

/*
 * Reading what is there already: the neighbours will be read too. A few of
 * them, and more when the faults come one run after the other.
 */
#define AHEAD_FEW  4u
#define AHEAD_MANY 16u

/* The aligned run around the page, inside the entry. */
static void ahead_window(struct fault *f, uint64_t *first, uint64_t *end)
{
	struct vm_map_entry *e = f->entry;
	uint32_t here = (uint32_t)f->index;
	unsigned pages = atomic_get(&e->next_run) == here ? AHEAD_MANY :
							    AHEAD_FEW;
	uint64_t low = vm_map_index(e, e->start);
	uint64_t high = vm_map_index(e, e->end);

	*first = f->index & ~(uint64_t)(pages - 1);
	*end = *first + pages;
	*first = *first > low ? *first : low;
	*end = *end < high ? *end : high;
	atomic_set(&e->next_run, (uint32_t)*end);
}

/* Where page i is, if it is at hand. */
static bool at_hand(struct vm_object *o, const struct vm_node *leaf, uint64_t i,
		    struct paddr *pa)
{
	struct page *p = leaf != NULL ? leaf->slot[vm_leaf_slot(i)] : NULL;
	struct vm_object *from = o->pager != NULL ? o : o->backing;

	if (p != NULL) {
		*pa = page_to_paddr(p);
		return true;
	}
	return from != NULL && from->pager->frames(from, i, pa);
}

static void enter_neighbours(struct fault *f)
{
	struct vm_object *o = f->object;
	struct vm_node *leaf = vm_tree_peek(&o->tree, f->index);
	struct paddr run[AHEAD_MANY];
	unsigned count = 0;
	uint64_t i, end;

	for (ahead_window(f, &i, &end); i <= end; i++) {
		if (i < end && i != f->index && at_hand(o, leaf, i, &run[count])) {
			count++;
			continue;
		}
		if (count > 0)
			pmap_enter_quick(f->map->pmap,
					 f->va - ((f->index - i + count)
						  << vm_page_shift),
					 run, vm_page_size(), count,
					 hardware_prot(f, false));
		count = 0;
	}
}

static void count_events(const struct fault *f)
{
	vm_count(VM_ENTERED);
	if (f->found.filled) {
		vm_count(VM_ZERO_FILLS);
		atomic_add(&f->map->events.zero_fills, 1);
	}
	if (f->found.copied) {
		vm_count(VM_COPIES);
		atomic_add(&f->map->events.copies, 1);
	}
}

/* With the entry found: page and mapping, in one hold of the object's lock. */
static enum kr resolve(struct fault *f)
{
	struct vm_object *o = f->object;
	enum kr kr;

	spin_lock(&f->object->lock);
	kr = find_page(f);
	if (kr == KR_SUCCESS)
		kr = enter_page(f);
	if (kr == KR_SUCCESS && !(f->access & ACCESS_WRITE) &&
	    !f->found.filled && !f->found.pmap_flags)
		enter_neighbours(f);
	spin_unlock(&f->object->lock);
	count_events(f);
	vm_found_done(o, &f->found);
	return kr;
}

static enum kr fault_once(struct fault *f)
{
	enum kr kr;

	rwlock_read(&f->map->lock);
	kr = find_entry(f);
	if (kr == KR_SUCCESS)
		kr = find_object(f);
	if (kr == KR_SUCCESS)
		kr = resolve(f);
	if (kr == KR_SUCCESS && !vm_map_charge_tables(f->map))
		kr = KR_RESOURCE_SHORTAGE;
	rwlock_read_done(&f->map->lock);
	return kr;
}

enum kr vm_fault(struct vm_map *map, uint64_t addr, unsigned access)
{
	struct fault f = { .map = map, .va = vm_trunc(addr), .access = access };
	enum kr kr;

	vm_count(VM_FAULTS);
	atomic_add(&map->events.faults, 1);
	kr = fault_once(&f);
	if (kr != KR_RESOURCE_SHORTAGE)
		return kr;
	/* Caches may hold what is missing; without locks they can be emptied. */
	pmap_collect(map->pmap);
	zone_drain();
	return fault_once(&f);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory out of a map, into a copy. Below a page the bytes are copied; above,
 * each entry in the range gives a copy of its object. Bytes of the first and
 * last page that are outside the range are replaced by zeroes.
 * Locks: the source's map->lock; under it the objects'.
 */
#include <vm/copy_i.h>

#include <kern/panic.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <vm/map_i.h>

static size_t count_entries(struct vm_map *map, const struct vm_range *r)
{
	struct vm_map_entry *e = vm_map_lookup(map, r->start);
	unsigned n = 0;

	for (; e != NULL && e->start < r->end; e = vm_map_next(map, e))
		vm_map_turn(&n);
	return n;
}

/* The part of e inside the range. */
static enum kr copy_entry(struct vm_map *map, struct vm_map_entry *e,
			  const struct vm_range *r, struct vm_copy_piece *piece)
{
	struct vm_object *o = atomic_get(&e->object);
	uint64_t start = e->start > r->start ? e->start : r->start;
	uint64_t end = e->end < r->end ? e->end : r->end;
	uint64_t first = vm_map_index(e, start), last = vm_map_index(e, end);

	piece->size = end - start;
	piece->offset = first << vm_page_shift;
	if (o == NULL)
		return KR_SUCCESS;
	if (!o->shared)
		vm_map_lower(map, e, start, end);
	if (!o->shared && vm_object_refs(o) == 1 && start == e->start &&
	    end == e->end) { /* the whole tree at once */
		first = 0;
		last = UINT64_MAX;
	}
	return vm_object_copy(o, first, last, map->account, &piece->object);
}

static enum kr copy_entries(struct vm_map *map, const struct vm_range *r,
			    struct vm_copy *c)
{
	struct vm_map_entry *e = vm_map_lookup(map, r->start);
	enum kr kr = KR_SUCCESS;

	for (size_t i = 0; i < c->count && kr == KR_SUCCESS; i++) {
		kr = copy_entry(map, e, r, &c->pieces[i]);
		e = vm_map_next(map, e);
		preempt_point();
	}
	return kr;
}

/* Only bytes [from, to) of a page of the piece remain, in a page of its own. */
static enum kr trim_page(struct vm_copy_piece *piece, uint64_t at,
			 uint64_t from, uint64_t to)
{
	struct vm_object *o = piece->object;
	struct vm_copy one = { .pieces = piece, .count = 1 };
	struct vm_copy_cursor cursor = { .copy = &one, .at = at };
	const uint8_t *data;
	struct page *old, *p;

	if (o == NULL)
		return KR_SUCCESS;
	p = vm_page_alloc(PAGE_ZEROED);
	if (p == NULL)
		return KR_RESOURCE_SHORTAGE;
	data = vm_copy_next_page(&cursor, &old);
	memcpy((uint8_t *)page_to_virt(p) + from, data + from, to - from);
	if (vm_object_replace(o, (piece->offset + at) >> vm_page_shift, p))
		return KR_SUCCESS;
	vm_page_unref(p);
	return KR_RESOURCE_SHORTAGE;
}

static enum kr trim(struct vm_copy *c)
{
	struct vm_copy_piece *last = &c->pieces[c->count - 1];
	uint64_t tail = (c->skew + c->size) & vm_page_mask();
	enum kr kr = KR_SUCCESS;

	if (c->skew != 0)
		kr = trim_page(&c->pieces[0], 0, c->skew, vm_page_size());
	if (kr == KR_SUCCESS && tail != 0)
		kr = trim_page(last, last->size - vm_page_size(), 0, tail);
	return kr;
}

static enum kr take_pages(struct vm_map *map, const struct vm_range *r,
			  uint64_t addr, uint64_t size, struct vm_copy **copy)
{
	struct vm_copy *c = vm_copy_create(size, addr & vm_page_mask(),
					   count_entries(map, r));
	enum kr kr;

	if (c == NULL)
		return KR_RESOURCE_SHORTAGE;
	c->like = r->start;
	kr = copy_entries(map, r, c);
	if (kr == KR_SUCCESS)
		kr = trim(c);
	if (kr != KR_SUCCESS) {
		vm_copy_discard(c);
		return kr;
	}
	*copy = c;
	return KR_SUCCESS;
}

static enum kr take_bytes(struct vm_map *map, uint64_t addr, uint64_t size,
			  struct vm_copy **copy)
{
	struct vm_copy *c = vm_copy_create_bytes(size, addr & vm_page_mask());
	enum kr kr;

	if (c == NULL)
		return KR_RESOURCE_SHORTAGE;
	kr = vm_map_bytes(map, addr, c->bytes, size, false);
	if (kr != KR_SUCCESS) {
		vm_copy_discard(c);
		return kr;
	}
	*copy = c;
	return KR_SUCCESS;
}

enum kr vm_copy_in(struct vm_map *map, uint64_t addr, uint64_t size,
		   bool destroy, struct vm_copy **copy)
{
	struct vm_garbage garbage = {};
	struct vm_range r;
	struct list dead;
	enum kr kr;

	if (size == 0) {
		*copy = NULL;
		return KR_SUCCESS;
	}
	if (!vm_range_make(addr, size, &r))
		return KR_INVALID_ADDRESS;
	list_init(&dead);
	rwlock_write(&map->lock);
	kr = vm_map_check_copy(map, &r, VM_PROT_READ);
	if (kr == KR_SUCCESS && destroy)
		kr = vm_map_clip(map, &r);
	if (kr == KR_SUCCESS)
		kr = size < vm_page_size() ?
			     take_bytes(map, addr, size, copy) :
			     take_pages(map, &r, addr, size, copy);
	if (kr == KR_SUCCESS && destroy)
		vm_map_remove(map, &r, &dead, &garbage);
	rwlock_write_done(&map->lock);
	vm_map_bury(map, &dead, &garbage);
	return kr;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A copy over existing memory (vm_write, vm_copy). Whole pages that lie alike
 * in their pages are put in place of the old ones; the rest is copied byte by
 * byte. Lock: the target's map->lock for writing throughout, so that what was
 * checked stays true.
 */
#include <vm/copy_i.h>

#include <kern/panic.h>
#include <kern/thread.h>
#include <vm/map_i.h>

/* The page may stand in the entry's object in place of the old one. */
static bool can_replace(const struct vm_map_entry *e, struct vm_object *o)
{
	return e->wired == 0 && o->pager == NULL && o->wirings == 0;
}

/* page NULL: zeroes. *done is false if bytes must be copied instead. */
static enum kr replace_page(struct vm_map *map, uint64_t va, struct page *page,
			    bool *done)
{
	struct vm_map_entry *e = vm_map_lookup(map, va);
	struct vm_object *o = vm_map_entry_object(map, e);

	*done = false;
	if (o == NULL)
		return KR_RESOURCE_SHORTAGE;
	if (!can_replace(e, o))
		return KR_SUCCESS;
	if (page == NULL && o->backing != NULL)
		page = vm_zero_page;
	if (page != NULL)
		vm_page_ref(page);
	pmap_remove(map->pmap, va, va + vm_page_size());
	*done = vm_object_replace(o, vm_map_index(e, va), page);
	if (*done)
		return KR_SUCCESS;
	if (page != NULL)
		vm_page_unref(page);
	return KR_RESOURCE_SHORTAGE;
}

/* One page of the copy, or the part of it that is meant. */
static enum kr write_part(struct vm_map *map, uint64_t addr,
			  struct vm_copy_cursor *cursor, uint64_t skew,
			  uint64_t n)
{
	struct page *page;
	const uint8_t *data = vm_copy_next_page(cursor, &page);
	bool whole = n == vm_page_size() && !(addr & vm_page_mask());
	bool zero = data == page_to_virt(vm_zero_page);
	bool done = false;
	enum kr kr = KR_SUCCESS;

	if (whole && (page != NULL || zero))
		kr = replace_page(map, addr, page, &done);
	if (kr == KR_SUCCESS && !done)
		kr = vm_map_bytes(map, addr, (void *)(data + skew), n, true);
	return kr;
}

static enum kr write_pieces(struct vm_map *map, uint64_t addr,
			    struct vm_copy *c)
{
	struct vm_copy_cursor cursor = { .copy = c };
	uint64_t left = c->size, skew = c->skew, n;
	enum kr kr = KR_SUCCESS;

	for (; left > 0 && kr == KR_SUCCESS; left -= n, addr += n, skew = 0) {
		n = vm_page_size() - skew;
		if (n > left)
			n = left;
		kr = write_part(map, addr, &cursor, skew, n);
		preempt_point();
	}
	return kr;
}

enum kr vm_copy_overwrite(struct vm_map *map, uint64_t addr, struct vm_copy *c)
{
	struct vm_range r;
	enum kr kr;

	if (c == NULL)
		return KR_SUCCESS;
	if (!vm_range_make(addr, c->size, &r))
		return KR_INVALID_ADDRESS;
	rwlock_write(&map->lock);
	kr = vm_map_check_copy(map, &r, VM_PROT_WRITE);
	if (kr == KR_SUCCESS && c->bytes != NULL)
		kr = vm_map_bytes(map, addr, c->bytes, c->size, true);
	else if (kr == KR_SUCCESS)
		kr = write_pieces(map, addr, c);
	rwlock_write_done(&map->lock);
	if (kr == KR_SUCCESS)
		vm_copy_discard(c);
	return kr;
}

enum kr vm_copy_write(struct vm_map *map, uint64_t addr, void *data,
		      uint64_t size)
{
	enum kr kr;

	rwlock_write(&map->lock);
	kr = vm_map_bytes(map, addr, data, size, true);
	rwlock_write_done(&map->lock);
	return kr;
}

enum kr vm_map_copy_within(struct vm_map *map, uint64_t src, uint64_t size,
			   uint64_t dst)
{
	struct vm_copy *c;
	enum kr kr = vm_copy_in(map, src, size, false, &c);

	if (kr != KR_SUCCESS)
		return kr;
	kr = vm_copy_overwrite(map, dst, c);
	if (kr != KR_SUCCESS)
		vm_copy_discard(c);
	return kr;
}

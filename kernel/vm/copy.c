/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory between maps: making and ending copies, and the kernel's own end of
 * them. copy_in.c, copy_out.c and copy_overwrite.c are the maps' ends. A copy
 * belongs to one thread at a time: no lock.
 */
#include <vm/copy_i.h>

#include <kern/panic.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <vm/memory_entry.h>

static struct zone copy_zone;
struct page *vm_zero_page;

void vm_copy_init(void)
{
	zone_init(&copy_zone, "vm copy", sizeof(struct vm_copy), 0);
	vm_zero_page = vm_page_alloc(PAGE_ZEROED);
	panic_unless(vm_zero_page != NULL);
}

static struct vm_copy *create(uint64_t size, uint64_t skew)
{
	struct vm_copy *c = zone_alloc_zeroed(&copy_zone);

	if (c == NULL)
		return NULL;
	c->size = size;
	c->skew = skew;
	return c;
}

static uint64_t pieces_size(const struct vm_copy *c)
{
	return c->count * sizeof(struct vm_copy_piece);
}

struct vm_copy *vm_copy_create(uint64_t size, uint64_t skew, size_t count)
{
	struct vm_copy *c = create(size, skew);

	if (c == NULL)
		return NULL;
	c->count = count;
	c->pieces = count == 1 ? &c->one : kalloc_zeroed(pieces_size(c));
	if (c->pieces != NULL)
		return c;
	zone_free(&copy_zone, c);
	return NULL;
}

struct vm_copy *vm_copy_create_bytes(uint64_t size, uint64_t skew)
{
	struct vm_copy *c = create(size, skew);

	if (c == NULL)
		return NULL;
	c->bytes = kalloc(size);
	if (c->bytes != NULL)
		return c;
	zone_free(&copy_zone, c);
	return NULL;
}

void vm_copy_discard(struct vm_copy *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->count; i++)
		vm_object_unref(c->pieces[i].object);
	if (c->bytes != NULL)
		kfree(c->bytes, c->size);
	else if (c->pieces != &c->one)
		kfree(c->pieces, pieces_size(c));
	zone_free(&copy_zone, c);
}

uint64_t vm_copy_size(const struct vm_copy *c)
{
	return c != NULL ? c->size : 0;
}

/* New pages with data at skew in the first, zero around it. */
static enum kr fill_object(struct vm_object *o, const uint8_t *data,
			   uint64_t size, uint64_t skew)
{
	for (uint64_t i = 0; size > 0; i++) {
		struct page *p = vm_page_alloc(PAGE_ZEROED);
		uint64_t n = vm_page_size() - skew;

		if (p == NULL)
			return KR_RESOURCE_SHORTAGE;
		if (n > size)
			n = size;
		memcpy((uint8_t *)page_to_virt(p) + skew, data, n);
		if (!vm_object_replace(o, i, p)) {
			vm_page_unref(p);
			return KR_RESOURCE_SHORTAGE;
		}
		data += n;
		size -= n;
		skew = 0;
		preempt_point();
	}
	return KR_SUCCESS;
}

static enum kr piece_from_bytes(struct vm_copy_piece *piece,
				struct account *account, const uint8_t *data,
				uint64_t size, uint64_t skew)
{
	enum kr kr;

	piece->object = vm_object_create(account);
	if (piece->object == NULL)
		return KR_RESOURCE_SHORTAGE;
	piece->offset = 0;
	piece->size = vm_round(skew + size);
	kr = fill_object(piece->object, data, size, skew);
	if (kr != KR_SUCCESS) {
		vm_object_unref(piece->object);
		piece->object = NULL;
	}
	return kr;
}

enum kr vm_copy_bytes_to_piece(struct vm_copy *c, struct account *account)
{
	enum kr kr = piece_from_bytes(&c->one, account, c->bytes, c->size,
				      c->skew);

	if (kr != KR_SUCCESS)
		return kr;
	kfree(c->bytes, c->size);
	c->bytes = NULL;
	c->pieces = &c->one;
	c->count = 1;
	return KR_SUCCESS;
}

struct vm_copy *vm_copy_from_kernel(const void *data, uint64_t size)
{
	struct vm_copy *c;

	if (size < vm_page_size()) {
		c = vm_copy_create_bytes(size, 0);
		if (c != NULL)
			memcpy(c->bytes, data, size);
		return c;
	}
	c = vm_copy_create(size, 0, 1);
	if (c == NULL || piece_from_bytes(&c->one, vm_kernel_account, data,
					  size, 0) == KR_SUCCESS)
		return c;
	vm_copy_discard(c);
	return NULL;
}

const uint8_t *vm_copy_next_page(struct vm_copy_cursor *cursor,
				 struct page **page)
{
	struct vm_copy_piece *piece = &cursor->copy->pieces[cursor->piece];
	struct vm_object *o = piece->object;
	uint64_t index = (piece->offset + cursor->at) >> vm_page_shift;
	struct paddr pa;

	cursor->at += vm_page_size();
	if (cursor->at == piece->size) {
		cursor->piece++;
		cursor->at = 0;
	}
	*page = o != NULL ? vm_tree_lookup(&o->tree, index) : NULL;
	if (*page != NULL)
		return page_to_virt(*page);
	if (o != NULL && o->backing != NULL &&
	    o->backing->pager->frames(o->backing, index, &pa))
		return phys_to_virt(pa);
	return page_to_virt(vm_zero_page);
}

bool vm_copy_to_kernel(struct vm_copy *c, void *data, uint64_t size)
{
	struct vm_copy_cursor cursor = { .copy = c };
	uint64_t skew, n;
	struct page *page;
	uint8_t *to = data;

	if (c == NULL)
		return size == 0;
	if (size > c->size)
		size = c->size;
	if (c->bytes != NULL) {
		memcpy(data, c->bytes, size);
		return true;
	}
	for (skew = c->skew; size > 0; skew = 0, to += n, size -= n) {
		n = vm_page_size() - skew;
		if (n > size)
			n = size;
		memcpy(to, vm_copy_next_page(&cursor, &page) + skew, n);
	}
	return true;
}

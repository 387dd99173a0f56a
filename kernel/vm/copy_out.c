/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A copy into new memory of a map: one entry for each piece. Lock: the map's.
 */
#include <vm/copy_i.h>

#include <kern/panic.h>
#include <vm/map_ops.h>

/* Large copies lie like their source, so that page tables could be shared. */
#define LARGE ((uint64_t)1 << 21)

/* The receiver pays for the objects from now on. */
static enum kr recharge(struct vm_copy *c, struct account *account)
{
	for (size_t i = 0; i < c->count; i++) {
		struct vm_object *o = c->pieces[i].object;

		if (o == NULL || o->account == account)
			continue;
		if (!account_charge(account, CHARGE_OBJECTS, 1))
			return KR_RESOURCE_SHORTAGE;
		account_credit(o->account, CHARGE_OBJECTS, 1);
		o->account = account;
	}
	return KR_SUCCESS;
}

/* Enters the pieces from start on; at a failure *end tells how far it came. */
static enum kr insert_pieces(struct vm_map *map, struct vm_copy *c,
			     struct vm_map_entry *prev, struct vm_range *done)
{
	for (size_t i = 0; i < c->count; i++) {
		struct vm_copy_piece *piece = &c->pieces[i];
		const struct vm_attributes a = {
			.object = piece->object,
			.offset = piece->offset,
			.prot = VM_PROT_DEFAULT,
			.max_prot = VM_PROT_ALL,
			.inherit = VM_INHERIT_DEFAULT,
			.apart = true,
		};
		const struct vm_range r = { done->end,
					    done->end + piece->size };
		enum kr kr;

		if (piece->object != NULL)
			vm_object_ref(piece->object);
		kr = vm_map_insert(map, prev, &r, &a);
		if (kr != KR_SUCCESS) {
			vm_object_unref(piece->object);
			return kr;
		}
		done->end = r.end;
		prev = vm_map_floor(map, r.start);
	}
	return KR_SUCCESS;
}

static enum kr place(struct vm_map *map, struct vm_copy *c, struct vm_range *r,
		     struct vm_map_entry **prev)
{
	struct vm_place p = { .size = vm_copy_span(c), .anywhere = true };
	enum kr kr;

	if (p.size >= LARGE) {
		p.mask = LARGE - 1;
		p.like = c->like & p.mask;
	}
	kr = vm_map_place(map, &p, r, prev);
	if (kr == KR_NO_SPACE && p.mask != 0) {
		p.mask = 0;
		kr = vm_map_place(map, &p, r, prev);
	}
	return kr;
}

/* All pieces, or none. */
static enum kr enter(struct vm_map *map, struct vm_copy *c, uint64_t *addr)
{
	struct vm_garbage garbage = {};
	struct vm_map_entry *prev;
	struct vm_range r;
	struct list dead;
	enum kr kr;

	list_init(&dead);
	rwlock_write(&map->lock);
	kr = place(map, c, &r, &prev);
	if (kr == KR_SUCCESS) {
		r.end = r.start;
		kr = insert_pieces(map, c, prev, &r);
		if (kr != KR_SUCCESS)
			vm_map_remove(map, &r, &dead, &garbage);
	}
	rwlock_write_done(&map->lock);
	vm_map_bury(map, &dead, &garbage);
	if (kr == KR_SUCCESS)
		*addr = r.start + c->skew;
	return kr;
}

enum kr vm_copy_out(struct vm_map *map, struct vm_copy *c, uint64_t *addr)
{
	enum kr kr = KR_SUCCESS;

	if (c == NULL) {
		*addr = 0;
		return KR_SUCCESS;
	}
	if (c->bytes != NULL)
		kr = vm_copy_bytes_to_piece(c, map->account);
	if (kr == KR_SUCCESS)
		kr = recharge(c, map->account);
	if (kr == KR_SUCCESS)
		kr = enter(map, c, addr);
	if (kr == KR_SUCCESS)
		vm_copy_discard(c);
	return kr;
}

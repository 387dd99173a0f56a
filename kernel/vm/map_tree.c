/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address maps: the tree of entries and the gaps between them. Knows nothing
 * of objects. Lock: map->lock, held by the caller.
 */
#include <vm/map_i.h>

#include <kern/panic.h>

static void update(struct vm_map_entry *n)
{
	uint64_t max = n->gap;

	if (n->left != NULL && n->left->max_gap > max)
		max = n->left->max_gap;
	if (n->right != NULL && n->right->max_gap > max)
		max = n->right->max_gap;
	n->max_gap = max;
}

static void update_up(struct vm_map_entry *n)
{
	for (; n != NULL; n = n->parent)
		update(n);
}

/* Puts n where old was, under old's parent. */
static void replace_child(struct vm_map *map, struct vm_map_entry *old,
			  struct vm_map_entry *n)
{
	struct vm_map_entry *p = old->parent;

	if (p == NULL)
		map->root = n;
	else if (p->left == old)
		p->left = n;
	else
		p->right = n;
	if (n != NULL)
		n->parent = p;
}

/* n changes places with its parent; order and gaps below both stay. */
static void rotate_up(struct vm_map *map, struct vm_map_entry *n)
{
	struct vm_map_entry *p = n->parent, *moved;

	replace_child(map, p, n);
	if (p->left == n) {
		moved = p->left = n->right;
		n->right = p;
	} else {
		moved = p->right = n->left;
		n->left = p;
	}
	p->parent = n;
	if (moved != NULL)
		moved->parent = p;
	update(p);
	update(n);
}

struct vm_map_entry *vm_map_next(struct vm_map *map, struct vm_map_entry *e)
{
	struct list_node *n = list_next(&map->entries, &e->link);

	return n != NULL ? container_of(n, struct vm_map_entry, link) : NULL;
}

static void set_gap(struct vm_map *map, struct vm_map_entry *e)
{
	struct vm_map_entry *next = vm_map_next(map, e);

	e->gap = (next != NULL ? next->start : map->max) - e->end;
}

void vm_map_gap_changed(struct vm_map *map, struct vm_map_entry *e)
{
	set_gap(map, e);
	update_up(e);
}

void vm_map_link(struct vm_map *map, struct vm_map_entry *prev,
		 struct vm_map_entry *e)
{
	struct vm_map_entry *at = prev;

	list_insert_after(&prev->link, &e->link);
	e->left = e->right = NULL;
	if (prev->right == NULL) {
		prev->right = e;
	} else {
		at = vm_map_next(map, e);
		at->left = e;
	}
	e->parent = at;
	set_gap(map, prev);
	set_gap(map, e);
	update_up(e);
	while (e->parent != NULL && e->parent->priority < e->priority)
		rotate_up(map, e);
	map->count++;
	map->size += e->end - e->start;
}

void vm_map_unlink(struct vm_map *map, struct vm_map_entry *e)
{
	struct vm_map_entry *prev =
		container_of(e->link.prev, struct vm_map_entry, link);
	struct vm_map_entry *parent;

	list_remove(&e->link);
	set_gap(map, prev);
	while (e->left != NULL || e->right != NULL) {
		struct vm_map_entry *l = e->left, *r = e->right;
		bool left = r == NULL ||
			    (l != NULL && l->priority > r->priority);
		rotate_up(map, left ? l : r);
	}
	parent = e->parent;
	replace_child(map, e, NULL);
	update_up(parent);
	atomic_set(&map->hint, prev);
	map->count--;
	map->size -= e->end - e->start;
}

struct vm_map_entry *vm_map_floor(struct vm_map *map, uint64_t addr)
{
	struct vm_map_entry *best = atomic_get(&map->hint);
	struct vm_map_entry *n = map->root;

	if (best->start <= addr && addr < best->end)
		return best;
	best = &map->sentinel;
	while (n != NULL) {
		if (n->start <= addr) {
			best = n;
			n = n->right;
		} else {
			n = n->left;
		}
	}
	atomic_set(&map->hint, best);
	return best;
}

struct vm_map_entry *vm_map_lookup(struct vm_map *map, uint64_t addr)
{
	struct vm_map_entry *e = vm_map_floor(map, addr);

	return addr >= e->start && addr < e->end ? e : NULL;
}

struct vm_map_entry *vm_map_at_or_after(struct vm_map *map, uint64_t addr)
{
	struct vm_map_entry *e = vm_map_floor(map, addr);

	return addr >= e->start && addr < e->end ? e : vm_map_next(map, e);
}

bool vm_map_is_free(struct vm_map *map, const struct vm_range *r,
		    struct vm_map_entry **prev)
{
	struct vm_map_entry *e = vm_map_floor(map, r->start);

	*prev = e;
	return e->end <= r->start && e->end + e->gap >= r->end;
}

/* --- holes */

static struct vm_map_entry *leftmost_gap(struct vm_map_entry *n, uint64_t size)
{
	for (;;) {
		if (n->left != NULL && n->left->max_gap >= size)
			n = n->left;
		else if (n->gap >= size)
			return n;
		else
			n = n->right;
	}
}

/* The first entry behind n that has size free bytes behind it. */
static struct vm_map_entry *next_gap(struct vm_map_entry *n, uint64_t size)
{
	for (;;) {
		if (n->right != NULL && n->right->max_gap >= size)
			return leftmost_gap(n->right, size);
		while (n->parent != NULL && n == n->parent->right)
			n = n->parent;
		n = n->parent;
		if (n == NULL || n->gap >= size)
			return n;
	}
}

struct hole {
	uint64_t size, mask, like;
};

/* The lowest fitting address at or above low in the gap behind e. */
static bool fit(const struct vm_map_entry *e, uint64_t low,
		const struct hole *h, uint64_t *addr)
{
	uint64_t end = e->end + e->gap;
	uint64_t lo = e->end > low ? e->end : low;
	uint64_t at = (lo & ~h->mask) | h->like;

	if (at < lo)
		at = (((lo | h->mask) + 1) & ~h->mask) | h->like;
	if (at < lo || at > end || end - at < h->size)
		return false;
	*addr = at;
	return true;
}

/* Gaps smaller than least are not even looked at. */
static struct vm_map_entry *search(struct vm_map *map, uint64_t low,
				   uint64_t least, const struct hole *h,
				   uint64_t *addr)
{
	struct vm_map_entry *e = vm_map_floor(map, low);
	unsigned n = 0;

	while (e != NULL && !fit(e, low, h, addr)) {
		e = next_gap(e, least);
		vm_map_turn(&n);
	}
	return e;
}

/*
 * Where a search begins. Below it programs lie and grow; above it there is
 * room for what old programs keep in an int.
 */
#define ANYWHERE_BASE 0x40000000u

struct vm_map_entry *vm_map_find_hole(struct vm_map *map, uint64_t size,
				      uint64_t mask, uint64_t like,
				      uint64_t *addr)
{
	struct hole h = { size, mask & ~vm_page_mask(), 0 };
	struct vm_map_entry *e = NULL;
	uint64_t sure; /* a gap of this size surely has a fitting address */

	h.like = like & h.mask;
	if (size > map->max - map->min)
		return NULL;
	if (!__builtin_add_overflow(size, h.mask, &sure))
		e = search(map, ANYWHERE_BASE, sure, &h, addr);
	if (e == NULL && h.mask != 0)
		e = search(map, ANYWHERE_BASE, size, &h, addr);
	return e != NULL ? e : search(map, map->min, size, &h, addr);
}

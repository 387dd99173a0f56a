/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invariant walkers: panic on a violation, for debug kernels and tests.
 * Lock: map->lock for reading; the objects'.
 */
#include <vm/map_i.h>

#include <kern/panic.h>
#include <kern/thread.h>

/* Above this many entries only every SAMPLE-th is looked into. */
#define WHOLE  1000u
#define SAMPLE 16u

struct walk {
	struct vm_map *map;
	size_t count;
	uint64_t size;
};

static void check_entry(struct vm_map *map, const struct vm_map_entry *e)
{
	struct vm_object *o = atomic_get(&e->object);

	panic_unless(e->start < e->end && !(e->start & vm_page_mask()) &&
		     !(e->end & vm_page_mask()) &&
		     !(e->offset & vm_page_mask()));
	panic_unless(e->start >= map->min && e->end <= map->max);
	panic_unless(!(e->prot & ~e->max_prot) && e->max_prot <= VM_PROT_ALL);
	panic_unless(e->inherit <= VM_INHERIT_NONE);
	panic_unless(o == NULL || vm_object_refs(o) > 0);
	panic_unless(!e->shared || (o != NULL && o->shared));
}

/* The list against itself. */
static void check_list(struct walk *w)
{
	struct vm_map_entry *e = &w->map->sentinel, *next;

	panic_unless(list_first(&w->map->entries) == &e->link);
	for (; e != NULL; e = next) {
		next = vm_map_next(w->map, e);
		uint64_t end = next != NULL ? next->start : w->map->max;
		panic_unless(e->end <= end && e->gap == end - e->end);
		if (next == NULL)
			break;
		check_entry(w->map, next);
		w->count++;
		w->size += next->end - next->start;
	}
	panic_unless(w->count == w->map->count);
	panic_unless(w->size == w->map->size);
}

static struct vm_map_entry *leftmost(struct vm_map_entry *n)
{
	while (n->left != NULL)
		n = n->left;
	return n;
}

static struct vm_map_entry *successor(struct vm_map_entry *n)
{
	if (n->right != NULL)
		return leftmost(n->right);
	while (n->parent != NULL && n == n->parent->right)
		n = n->parent;
	return n->parent;
}

static void check_node(const struct vm_map_entry *n)
{
	uint64_t max = n->gap;

	if (n->left != NULL) {
		panic_unless(n->left->parent == n);
		panic_unless(n->left->priority <= n->priority);
		max = n->left->max_gap > max ? n->left->max_gap : max;
	}
	if (n->right != NULL) {
		panic_unless(n->right->parent == n);
		panic_unless(n->right->priority <= n->priority);
		max = n->right->max_gap > max ? n->right->max_gap : max;
	}
	panic_unless(n->max_gap == max);
}

/* The tree against the list. */
static void check_tree(struct vm_map *map)
{
	struct vm_map_entry *n = leftmost(map->root), *e = &map->sentinel;

	for (; n != NULL; n = successor(n), e = vm_map_next(map, e)) {
		panic_unless(n == e);
		check_node(n);
	}
	panic_unless(e == NULL);
}

/* What the hardware has at va against what the object says. */
static void check_mapping(struct vm_map *map, struct vm_map_entry *e,
			  uint64_t va)
{
	struct vm_object *o = atomic_get(&e->object);
	uint64_t index = vm_map_index(e, va);
	struct paddr pa, want;
	struct page *p;
	unsigned prot;

	if (!pmap_extract(map->pmap, va, &pa, &prot))
		return;
	panic_unless(o != NULL);
	p = vm_tree_lookup(&o->tree, index);
	if (p == NULL) {
		struct vm_object *from = o->pager != NULL ? o : o->backing;
		panic_unless(from != NULL);
		panic_unless(from->pager->frames(from, index, &want));
		panic_unless(from == o || !(prot & ACCESS_WRITE));
	} else {
		want = page_to_paddr(p);
		/* A shared object's mappings are lowered after its tree is
		 * shared: only a private one's are always exact. */
		panic_unless(!(prot & ACCESS_WRITE) || o->shared ||
			     vm_tree_exclusive(&o->tree, index));
		panic_unless(!(prot & ACCESS_WRITE) ||
			     atomic_get(&vm_page_part(p)->writable));
	}
	panic_unless(pa.raw == want.raw);
	panic_unless(!(prot & ACCESS_WRITE) || (e->prot & VM_PROT_WRITE));
	panic_unless(!(prot & ACCESS_WRITE) || atomic_get(&e->writable));
	panic_unless(e->prot != VM_PROT_NONE);
}

static void check_pages(struct vm_map *map, struct vm_map_entry *e)
{
	struct vm_object *o = atomic_get(&e->object);
	uint64_t first = vm_map_index(e, e->start);
	uint64_t end = vm_map_index(e, e->end);

	if (o == NULL)
		return;
	spin_lock(&o->lock);
	for (uint64_t i = first; vm_tree_next(&o->tree, &i, end) != NULL; i++)
		check_mapping(map, e,
			      e->start + ((i - first) << vm_page_shift));
	spin_unlock(&o->lock);
}

void vm_check_map(struct vm_map *map)
{
	struct walk w = { .map = map };
	struct vm_map_entry *e;
	size_t n = 0;

	rwlock_read(&map->lock);
	check_list(&w);
	check_tree(map);
	for (e = vm_map_next(map, &map->sentinel); e != NULL;
	     e = vm_map_next(map, e))
		if (w.count <= WHOLE || n++ % SAMPLE == 0)
			check_pages(map, e);
	rwlock_read_done(&map->lock);
}

/* +1: the living map behind prev (NULL: the first), or NULL. */
static struct vm_map *next_map(struct vm_map *prev)
{
	struct vm_map *map = vm_map_get_next(prev);

	if (prev != NULL)
		vm_map_unref(prev);
	return map;
}

size_t vm_check_all(void)
{
	size_t entries = 0;

	for (struct vm_map *map = next_map(NULL); map != NULL;
	     map = next_map(map)) {
		vm_check_map(map);
		entries += map->count;
		preempt_point();
	}
	return entries;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page trees: ranges. Whole nodes inside the range are shared or detached by
 * pointer; only nodes at its two edges are copied. Takes no locks; see tree.h.
 */
#include <vm/tree_i.h>

#include <kern/panic.h>
#include <kern/thread.h>

/* Drops one reference; a node nobody leads to any more joins the garbage. */
static void node_drop(struct vm_node *n, struct vm_garbage *garbage)
{
	if (atomic_fetch_sub_explicit(&n->refs, 1, memory_order_acq_rel) != 1)
		return;
	n->next = garbage->first;
	garbage->first = n;
}

static bool release_one(struct vm_garbage *garbage)
{
	struct vm_node *n = garbage->first;

	if (n == NULL)
		return false;
	garbage->first = n->next;
	for (unsigned i = 0; i < VM_NODE_SLOTS && n->count > 0; i++) {
		if (n->slot[i] == NULL)
			continue;
		n->count--;
		if (n->level == 0)
			vm_page_unref(n->slot[i]);
		else
			node_drop(n->slot[i], garbage);
	}
	vm_node_free(n);
	return true;
}

void vm_garbage_release(struct vm_garbage *garbage)
{
	while (release_one(garbage))
		preempt_point();
}

void vm_node_unref(struct vm_node *n)
{
	struct vm_garbage garbage = {};

	node_drop(n, &garbage);
	while (release_one(&garbage))
		;
}

/* What a walk over a node needs of the range [first, end). */
struct span {
	uint64_t first, end;
};

static bool inside(const struct vm_node *n, uint64_t base,
		   const struct span *s)
{
	return s->first <= base && s->end - base >= vm_node_span(n->level) &&
	       s->end > base;
}

/* The slots of n that the range touches: [*from, *to). */
static void touched(const struct vm_node *n, uint64_t base,
		    const struct span *s, unsigned *from, unsigned *to)
{
	uint64_t last = base + vm_node_span(n->level) - 1;

	*from = s->first <= base ? 0 : vm_node_slot(n->level, s->first);
	*to = 1 + (s->end > last ? VM_NODE_SLOTS - 1 :
				   vm_node_slot(n->level, s->end - 1));
}

static bool disjoint(const struct vm_tree *t, const struct span *s)
{
	return t->root == NULL || s->first >= s->end || s->end <= t->base ||
	       (s->first > t->base &&
		s->first - t->base >= vm_node_span(t->root->level));
}

static uint64_t child_base(const struct vm_node *n, uint64_t base, unsigned i)
{
	return base + ((uint64_t)i << (VM_NODE_SHIFT * n->level));
}

/* +1: the part of n inside the range, NULL if it is empty. *ok is cleared when
 * there is no memory; what was made so far is returned all the same. */
static struct vm_node *node_share(struct vm_node *n, uint64_t base,
				  const struct span *s, bool *ok)
{
	struct vm_node *c;
	unsigned from, to;

	if (inside(n, base, s)) {
		vm_node_ref(n);
		return n;
	}
	c = vm_node_create(n->level);
	if (c == NULL) {
		*ok = false;
		return NULL;
	}
	touched(n, base, s, &from, &to);
	for (unsigned i = from; i < to && *ok; i++) {
		if (n->slot[i] == NULL)
			continue;
		if (n->level == 0) {
			c->slot[i] = n->slot[i];
			vm_page_ref(c->slot[i]);
		} else {
			c->slot[i] = node_share(n->slot[i],
						child_base(n, base, i), s, ok);
		}
		c->count += c->slot[i] != NULL;
	}
	if (c->count > 0)
		return c;
	vm_node_free(c);
	return NULL;
}

enum kr vm_tree_share(struct vm_tree *t, uint64_t first, uint64_t end,
		      struct vm_tree *to)
{
	const struct span s = { first, end };
	struct vm_garbage garbage = {};
	bool ok = true;

	if (disjoint(t, &s))
		return KR_SUCCESS;
	t->hint = NULL;
	to->base = t->base;
	to->root = node_share(t->root, t->base, &s, &ok);
	if (ok)
		return KR_SUCCESS;
	vm_tree_clear(to, &garbage);
	while (release_one(&garbage))
		;
	return KR_RESOURCE_SHORTAGE;
}

/* Empties slot i of n, an exclusive node. */
static void slot_cut(struct vm_node *n, unsigned i, struct vm_garbage *garbage)
{
	if (n->level == 0)
		vm_page_unref(n->slot[i]);
	else
		node_drop(n->slot[i], garbage);
	n->slot[i] = NULL;
	n->count--;
}

/* Cuts the range out of *np, which is left NULL when nothing remains. */
static bool node_cut(struct vm_node **np, uint64_t base, const struct span *s,
		     struct vm_garbage *garbage)
{
	struct vm_node *n;
	unsigned from, to;
	bool ok = true;

	if (inside(*np, base, s)) {
		node_drop(*np, garbage);
		*np = NULL;
		return true;
	}
	if (!vm_node_own(np))
		return false;
	n = *np;
	touched(n, base, s, &from, &to);
	for (unsigned i = from; i < to; i++) {
		struct vm_node *child = n->slot[i];
		if (child == NULL)
			continue;
		if (n->level == 0) {
			slot_cut(n, i, garbage);
			continue;
		}
		ok &= node_cut(&child, child_base(n, base, i), s, garbage);
		n->slot[i] = child;
		n->count -= child == NULL;
	}
	if (n->count == 0) {
		node_drop(n, garbage);
		*np = NULL;
	}
	return ok;
}

static unsigned first_slot(const struct vm_node *n)
{
	unsigned i = 0;

	while (n->slot[i] == NULL)
		i++;
	return i;
}

/* Roots with one child go: a tree is as high as what is in it demands, however
 * far it once reached. */
static void lower(struct vm_tree *t)
{
	struct vm_node *n;

	while ((n = t->root) != NULL && n->level > 0 && n->count == 1 &&
	       vm_node_sole(n)) {
		unsigned i = first_slot(n);

		t->root = n->slot[i];
		t->base = child_base(n, t->base, i);
		vm_node_free(n);
	}
}

bool vm_tree_cut(struct vm_tree *t, uint64_t first, uint64_t end,
		 struct vm_garbage *garbage)
{
	const struct span s = { first, end };
	bool ok;

	if (disjoint(t, &s))
		return true;
	t->hint = NULL;
	ok = node_cut(&t->root, t->base, &s, garbage);
	lower(t);
	return ok;
}

void vm_tree_clear(struct vm_tree *t, struct vm_garbage *garbage)
{
	if (t->root != NULL)
		node_drop(t->root, garbage);
	vm_tree_init(t);
}

/* The first page of a leaf at or after *index and before end. NULL: none, and
 * *index is where to go on. */
static struct page *next_in_leaf(const struct vm_node *leaf, uint64_t *index,
				 uint64_t end)
{
	unsigned from = vm_leaf_slot(*index), to = VM_NODE_SLOTS, i = from;

	if (end - *index < to - from)
		to = from + (unsigned)(end - *index);
	while (i < to && leaf->slot[i] == NULL)
		i++;
	*index += i - from;
	return i < to ? leaf->slot[i] : NULL;
}

/* Skips what is empty, a node at a time. */
struct page *vm_tree_next(const struct vm_tree *t, uint64_t *index,
			  uint64_t end)
{
	struct page *page = NULL;
	uint64_t i = *index;

	if (t->root == NULL)
		return NULL;
	if (i < t->base)
		i = t->base;
	while (page == NULL && i < end &&
	       i - t->base < vm_node_span(t->root->level)) {
		struct vm_node *n = t->root;
		unsigned level = n->level;

		for (; n != NULL && level > 0; level--)
			n = n->slot[vm_node_slot(level, i)];
		if (n != NULL)
			page = next_in_leaf(n, &i, end);
		else
			i = (i | (vm_node_span(level) - 1)) + 1;
	}
	if (page != NULL)
		*index = i;
	return page;
}

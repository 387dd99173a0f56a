/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page trees: looking up, and the way down for a writer. tree_range.c has what
 * works on ranges. Takes no locks; see tree.h. Recursion is never deeper than a
 * tree is high (six levels for 2^36 pages).
 */
#include <vm/tree_i.h>

#include <kern/panic.h>
#include <kern/zone.h>

static struct zone node_zone;

void vm_tree_init_zone(void)
{
	zone_init(&node_zone, "vm node", sizeof(struct vm_node), 0);
}

struct vm_node *vm_node_create(unsigned level)
{
	struct vm_node *n = zone_alloc_zeroed(&node_zone);

	if (n == NULL)
		return NULL;
	atomic_set(&n->refs, 1);
	n->level = (uint8_t)level;
	return n;
}

void vm_node_free(struct vm_node *n)
{
	zone_free(&node_zone, n);
}

void vm_slot_ref(unsigned level, void *slot)
{
	if (level == 0)
		vm_page_ref(slot);
	else
		vm_node_ref(slot);
}

struct vm_node *vm_node_clone(const struct vm_node *n)
{
	struct vm_node *c = zone_alloc(&node_zone);

	if (c == NULL)
		return NULL;
	atomic_set(&c->refs, 1);
	c->count = n->count;
	c->level = n->level;
	c->next = NULL;
	for (unsigned i = 0; i < VM_NODE_SLOTS; i++) {
		c->slot[i] = n->slot[i];
		if (c->slot[i] != NULL)
			vm_slot_ref(c->level, c->slot[i]);
	}
	return c;
}

static bool covers(const struct vm_tree *t, uint64_t index)
{
	return t->root != NULL &&
	       index - t->base < vm_node_span(t->root->level);
}

struct vm_node *vm_tree_peek(const struct vm_tree *t, uint64_t index)
{
	struct vm_node *n = t->root;

	if (vm_tree_hinted(t, index))
		return t->hint;
	if (!covers(t, index))
		return NULL;
	while (n != NULL && n->level > 0)
		n = n->slot[vm_node_slot(n->level, index)];
	return n;
}

/* Adds roots until the tree covers index. False: no memory. */
static bool grow(struct vm_tree *t, uint64_t index)
{
	if (t->root == NULL) {
		t->root = vm_node_create(0);
		t->base = index & ~(vm_node_span(0) - 1);
		return t->root != NULL;
	}
	while (!covers(t, index)) {
		unsigned level = t->root->level + 1u;
		struct vm_node *n = vm_node_create(level);
		if (n == NULL)
			return false;
		n->slot[vm_node_slot(level, t->base)] = t->root;
		n->count = 1;
		t->root = n;
		t->base &= ~(vm_node_span(level) - 1);
	}
	return true;
}

/* Makes *np, reached through exclusive nodes, exclusive itself. */
bool vm_node_own(struct vm_node **np)
{
	struct vm_node *n = *np, *c;

	if (vm_node_sole(n))
		return true;
	c = vm_node_clone(n);
	if (c == NULL)
		return false;
	*np = c;
	vm_node_unref(n);
	return true;
}

struct vm_node *vm_tree_leaf_slow(struct vm_tree *t, uint64_t index)
{
	struct vm_node *n;

	t->hint = NULL;
	if (!grow(t, index) || !vm_node_own(&t->root))
		return NULL;
	n = t->root;
	while (n->level > 0) {
		void **slot = &n->slot[vm_node_slot(n->level, index)];
		struct vm_node *child = *slot;
		if (child == NULL) {
			child = vm_node_create(n->level - 1u);
			n->count += child != NULL;
		} else if (!vm_node_own(&child)) {
			return NULL;
		}
		if (child == NULL)
			return NULL;
		*slot = child;
		n = child;
	}
	t->hint = n;
	t->hint_base = index & ~(uint64_t)(VM_NODE_SLOTS - 1);
	return n;
}

struct page *vm_leaf_set(struct vm_node *leaf, uint64_t index,
			 struct page *page)
{
	void **slot = &leaf->slot[vm_leaf_slot(index)];
	struct page *old = *slot;

	assert(leaf->level == 0 && vm_node_sole(leaf));
	*slot = page;
	leaf->count = (uint16_t)(leaf->count + (page != NULL) - (old != NULL));
	return old;
}

bool vm_tree_exclusive(const struct vm_tree *t, uint64_t index)
{
	struct vm_node *n = t->root;

	if (!covers(t, index))
		return false;
	while (n != NULL && vm_node_sole(n)) {
		void *slot = n->slot[vm_node_slot(n->level, index)];
		if (n->level == 0)
			return slot != NULL && vm_page_sole(slot);
		n = slot;
	}
	return false;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page trees: which page holds the contents of page number `index` of an
 * object. A radix tree of 64-way nodes, persistent: nodes and pages are
 * reference counted and may be part of several trees. What more than one tree
 * leads to never changes; whoever wants to change it copies the nodes on the
 * way down first, and the page itself last. So a snapshot of any range costs a
 * few nodes whatever its size, a look-up costs the height of one tree whatever
 * happened before (there are no chains), and a task that forks for ever keeps
 * nothing of its past (docs/decisions/0002-page-trees.md).
 *
 *	tree A: root --+        +-- leaf --- page 0   (refs 2: A and B)
 *	               +- node -+
 *	tree B: root --+        +-- leaf' -- page 70  (after B wrote it)
 *
 *	"exclusive": every node from the root down has one reference.
 *
 * A tree has no lock: its owner's (the object's) guards root and hint and
 * everything exclusive; reference counts are atomic.
 */
#pragma once

#include <kern/kr.h>
#include <vm/page.h>

#define VM_NODE_SHIFT 6
#define VM_NODE_SLOTS (1u << VM_NODE_SHIFT)

struct vm_node {
	_Atomic uint32_t refs; /* parents' slots and roots that lead here */
	uint16_t count;	       /* slots in use */
	uint8_t level;	       /* 0: leaf, slots are struct page */
	struct vm_node *next;  /* on a list of nodes to release */
	void *slot[VM_NODE_SLOTS];
};

struct vm_tree {
	struct vm_node *root; /* NULL: empty */
	uint64_t base;	      /* index of the root's first slot */
	struct vm_node *hint; /* an exclusive leaf, or NULL */
	uint64_t hint_base;
};

/* Nodes detached but not yet released; releasing may take long. */
struct vm_garbage {
	struct vm_node *first;
};

void vm_tree_init_zone(void); /* boot */

static inline void vm_tree_init(struct vm_tree *t)
{
	*t = (struct vm_tree){};
}

/* Indices a node of this level covers. */
static inline uint64_t vm_node_span(unsigned level)
{
	return (uint64_t)1 << (VM_NODE_SHIFT * (level + 1));
}

static inline unsigned vm_leaf_slot(uint64_t index)
{
	return index & (VM_NODE_SLOTS - 1);
}

/* The leaf that covers index, for reading only; NULL: none. */
struct vm_node *vm_tree_peek(const struct vm_tree *t, uint64_t index);

/* The page at index, borrowed; NULL: none. */
static inline struct page *vm_tree_lookup(const struct vm_tree *t,
					  uint64_t index)
{
	struct vm_node *leaf = vm_tree_peek(t, index);

	return leaf != NULL ? leaf->slot[vm_leaf_slot(index)] : NULL;
}

/* An exclusive leaf that covers index, made if needed. NULL: no memory. */
struct vm_node *vm_tree_leaf_slow(struct vm_tree *t, uint64_t index);

static inline bool vm_tree_hinted(const struct vm_tree *t, uint64_t index)
{
	return t->hint != NULL &&
	       t->hint_base == (index & ~(uint64_t)(VM_NODE_SLOTS - 1));
}

static inline struct vm_node *vm_tree_leaf(struct vm_tree *t, uint64_t index)
{
	if (vm_tree_hinted(t, index))
		return t->hint;
	return vm_tree_leaf_slow(t, index);
}

/* Puts a page (its reference goes to the slot; NULL empties it) into an
 * exclusive leaf. Returns what was there, with its reference, or NULL. */
struct page *vm_leaf_set(struct vm_node *leaf, uint64_t index,
			 struct page *page);

/*
 * *to (empty) becomes a snapshot of [first, end) of t, same indices.
 * KR_RESOURCE_SHORTAGE: *to is empty. The caller then takes write access away
 * from every mapping of the range.
 */
enum kr vm_tree_share(struct vm_tree *t, uint64_t first, uint64_t end,
		      struct vm_tree *to);

/* Detaches [first, end). False: no memory for a node at the edge; some pages
 * stay. */
bool vm_tree_cut(struct vm_tree *t, uint64_t first, uint64_t end,
		 struct vm_garbage *garbage);

/* Detaches everything. */
void vm_tree_clear(struct vm_tree *t, struct vm_garbage *garbage);

/* Drops the references; no spin lock held, preemptible. */
void vm_garbage_release(struct vm_garbage *garbage);

/* The first page at or after *index and before end; sets *index. NULL: none. */
struct page *vm_tree_next(const struct vm_tree *t, uint64_t *index,
			  uint64_t end);

/* Only this tree leads to the page at index (walkers). */
bool vm_tree_exclusive(const struct vm_tree *t, uint64_t index);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Private to tree.c and tree_range.c: nodes.
 */
#pragma once

#include <vm/tree.h>

/* Which slot of a node of this level leads to index. */
static inline unsigned vm_node_slot(unsigned level, uint64_t index)
{
	return (index >> (VM_NODE_SHIFT * level)) & (VM_NODE_SLOTS - 1);
}

/* Stable for a node reached through exclusive nodes under the owner's lock. */
static inline bool vm_node_sole(struct vm_node *n)
{
	return atomic_get_acq(&n->refs) == 1;
}

static inline void vm_node_ref(struct vm_node *n)
{
	atomic_add(&n->refs, 1);
}

struct vm_node *vm_node_create(unsigned level); /* +1, empty; or NULL */
struct vm_node *vm_node_clone(const struct vm_node *n); /* +1, refs children */
void vm_node_free(struct vm_node *n);
bool vm_node_own(struct vm_node **np);
void vm_slot_ref(unsigned level, void *slot);

/* At most 64 children are released at once; no preemption point. */
void vm_node_unref(struct vm_node *n);

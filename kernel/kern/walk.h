/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists that are walked a node at a time, their lock dropped in between, however
 * long they get. A walker pins the node it stands on: whoever removes that node
 * marks it gone and leaves it linked until the last pin goes. So a walk meets
 * nobody twice, never starts over, and each step is short.
 *
 *     removed, no pins:   unlinked at once
 *     removed, pinned:    gone -> unlinked by the last walker that moves on
 *
 * A list holds a reference on what is in it; whoever unlinks a node drops that,
 * after unlocking. So a pin keeps its node alive.
 * Lock: all under the list's own.
 */
#pragma once

#include <kern/list.h>
#include <stdint.h>

struct walk_node {
	struct list_node link;
	uint32_t pins : 31, gone : 1;
	uint32_t own; /* whatever the list's owner keeps with it */
};

/* The list's reference is the caller's, given to the list. */
static inline void walk_insert(struct list *l, struct walk_node *n)
{
	n->pins = 0;
	n->gone = false;
	list_push_back(l, &n->link);
}

/* True: unlinked, the list's reference is the caller's. False: the last walker
 * on it will unlink it. */
[[nodiscard]] static inline bool walk_remove(struct walk_node *n)
{
	n->gone = true;
	if (n->pins > 0)
		return false;
	list_remove(&n->link);
	return true;
}

/* Takes a walker's pin away. True: unlinked, the list's reference is the
 * caller's. */
[[nodiscard]] static inline bool walk_unpin(struct walk_node *n)
{
	if (--n->pins > 0 || !n->gone)
		return false;
	list_remove(&n->link);
	return true;
}

/* The node behind prev, or (NULL) the first, pinned; it may be gone. NULL: the
 * end. prev stays pinned. */
static inline struct walk_node *walk_next(struct list *l,
					  struct walk_node *prev)
{
	struct list_node *n = prev ? list_next(l, &prev->link) : list_first(l);
	struct walk_node *next = n ? container_of(n, struct walk_node, link) :
				     NULL;

	if (next)
		next->pins++;
	return next;
}

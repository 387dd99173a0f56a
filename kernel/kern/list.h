/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intrusive doubly linked list. A node not on a list has next == NULL, so
 * membership can be asked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list_node {
	struct list_node *next, *prev;
};

struct list {
	struct list_node head;
};

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

static inline void list_init(struct list *l)
{
	l->head.next = l->head.prev = &l->head;
}

static inline bool list_empty(const struct list *l)
{
	return l->head.next == &l->head;
}

static inline bool list_linked(const struct list_node *n)
{
	return n->next != NULL;
}

static inline void list_insert_after(struct list_node *at, struct list_node *n)
{
	n->prev = at;
	n->next = at->next;
	at->next->prev = n;
	at->next = n;
}

static inline void list_push_front(struct list *l, struct list_node *n)
{
	list_insert_after(&l->head, n);
}

static inline void list_push_back(struct list *l, struct list_node *n)
{
	list_insert_after(l->head.prev, n);
}

static inline void list_remove(struct list_node *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	n->next = n->prev = NULL;
}

/* Of a list that is not empty. */
static inline void list_drop_first(struct list *l)
{
	struct list_node *n = l->head.next, *next = n->next;

	l->head.next = next;
	next->prev = &l->head;
	n->next = NULL;
}

/* first leaves the list that it is the first of; n goes to that one's end. */
static inline void list_exchange_first(struct list_node *first,
				       struct list_node *n)
{
	struct list_node *head = first->prev, *last = head->prev, *next;

	n->next = head;
	n->prev = last;
	last->next = n;
	head->prev = n;
	next = first->next; /* n, if there is no other */
	head->next = next;
	next->prev = head;
	first->next = NULL;
}

/* NULL when empty. */
static inline struct list_node *list_first(const struct list *l)
{
	return list_empty(l) ? NULL : l->head.next;
}

static inline struct list_node *list_last(const struct list *l)
{
	return list_empty(l) ? NULL : l->head.prev;
}

static inline struct list_node *list_next(const struct list *l,
					  const struct list_node *n)
{
	return n->next == &l->head ? NULL : n->next;
}

static inline struct list_node *list_pop_front(struct list *l)
{
	struct list_node *n = list_first(l);
	if (n)
		list_remove(n);
	return n;
}

/* Moves all of from to the end of to. */
static inline void list_concat(struct list *to, struct list *from)
{
	if (list_empty(from))
		return;
	from->head.next->prev = to->head.prev;
	to->head.prev->next = from->head.next;
	from->head.prev->next = &to->head;
	to->head.prev = from->head.prev;
	list_init(from);
}

#define list_first_entry(l, type, member)                                   \
	({                                                                  \
		struct list_node *n_ = list_first(l);                       \
		n_ ? container_of(n_, type, member) : NULL;                 \
	})

#define list_for_each(l, var, member)                                       \
	for (struct list_node *n_##var = (l)->head.next;                    \
	     n_##var != &(l)->head &&                                       \
	     ((var) = container_of(n_##var, typeof(*(var)), member), true); \
	     n_##var = n_##var->next)

/* var may be removed (and freed) in the body. */
#define list_for_each_safe(l, var, member)                                  \
	for (struct list_node *n_##var = (l)->head.next,                    \
			      *x_##var = n_##var->next;                     \
	     n_##var != &(l)->head &&                                       \
	     ((var) = container_of(n_##var, typeof(*(var)), member), true); \
	     n_##var = x_##var, x_##var = x_##var->next)

/* SPDX-License-Identifier: BSD-2-Clause */
/* Intrusive doubly linked lists; a head is a link of its own. */
#ifndef UX_LIST_H
#define UX_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *next, *prev;
};

#define list_entry(link, type, member)                                         \
	((type *)((char *)(link) - offsetof(type, member)))
#define list_each(pos, head)                                                   \
	for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

/* Appends link to the list whose head is head. */
static inline void list_insert(struct list *head, struct list *link)
{
	link->next = head;
	link->prev = head->prev;
	head->prev->next = link;
	head->prev = link;
}

/* Removes link and leaves it initialised, so that removing twice is safe. */
static inline void list_remove(struct list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	list_init(link);
}

#endif

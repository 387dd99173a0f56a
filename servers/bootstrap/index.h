/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding services and ways by name or port, whoever made them: one hash table,
 * so that no search grows with what others have. The hash is keyed with a random
 * number: nobody can choose names that meet in one chain.
 */
#ifndef INDEX_H
#define INDEX_H

#include <mach/port.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In a list; back NULL: in none. */
struct link {
	struct link *next, **back;
};

#define entry_of(l, type, member)                                             \
	((l) == NULL ? NULL :                                                  \
		       (type *)((char *)(l) - offsetof(type, member)))

void link_insert(struct link **head, struct link *l);
/* No effect if it is in none. */
void link_remove(struct link *l);

/* Those with one hash hang on the first of them, so that they lengthen nobody
 * else's chain. */
struct index_link {
	struct link link;  /* in a bucket, or on the first */
	struct link *same; /* the first: the others */
	bool first;
	uint64_t hash;
};

enum index_kind { INDEX_WAY, INDEX_REQUESTOR, INDEX_DECLARED, INDEX_REGISTERED };

uint64_t hash_of_port(enum index_kind kind, mach_port_t port);
uint64_t hash_of_name(const void *context, const char *name);

/* Draws the key; before all others. */
void index_init(void);
void index_insert(struct index_link *l, uint64_t hash);
/* No effect if it is not in the table. */
void index_remove(struct index_link *l);
/* Those with this hash, one after the other; NULL: no more. */
struct index_link *index_first(uint64_t hash);
struct index_link *index_next(struct index_link *l);

/* Steps of all searches and loops so far, for tests: what a call costs. */
extern uint64_t work_done;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding what clients made by name or port: one hash table of a server, so that
 * no search grows with what other clients have. The hash is keyed with a random
 * number: nobody can choose names that meet in one chain. Not locked.
 */
#ifndef SERVER_INDEX_H
#define SERVER_INDEX_H

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

/* kind: the server's own word for what is found so. */
uint64_t hash_of_port(unsigned kind, mach_port_t port);
/* In a context, or NULL. */
uint64_t hash_of_name(const void *context, const char *name);

/* Draws the key; before the others. */
void index_init(void);
void index_insert(struct index_link *l, uint64_t hash);
/* No effect if it is not in the table. */
void index_remove(struct index_link *l);
/* Those with this hash, one after the other; NULL: no more. */
struct index_link *index_first(uint64_t hash);
struct index_link *index_next(struct index_link *l);

/* Steps of all searches and loops so far, for tests: what a call costs. */
extern uint64_t index_work;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A name space: the table of entries, seen from kernel/ipc.
 *
 * A name is generation (12 bits) | index (20 bits); index 0 is never used, so
 * the first names are 1, 2, 3. The table is a directory of fixed chunks and
 * never moves: an entry's address is good as long as its space. Free indices
 * wait in a FIFO list, and the table grows rather than let the list get
 * shorter than FREE_MIN, so a name comes back only after 4096 * FREE_MIN
 * allocations, or, where reply rights (HOT_USES) are mixed with others to that
 * end, an eighth of it. Names that the user chose live in an overflow hash.
 *
 * From a port to its name: the receive right's is in the port; a plain send
 * right's is found by a linear hash whose bucket heads lie in the entries
 * themselves: one more bucket for each index ever used, so growing splits one
 * bucket and never rehashes the whole.
 *
 * Lock: the space's, rank RANK_SPACE; everything below is guarded by it.
 */
#pragma once

#include <ipc/port_i.h>
#include <ipc/space.h>

#define NAME_INDEX_BITS 20
#define NAME_INDEX_MASK ((1u << NAME_INDEX_BITS) - 1)
#define NAME_GENERATION (1u << NAME_INDEX_BITS)
#define CHUNK_SHIFT	6
#define CHUNK_ENTRIES	(1u << CHUNK_SHIFT)
#define DIR_SHIFT	7
#define DIR_CHUNKS	(1u << DIR_SHIFT)
#define DIRS		(1u << (NAME_INDEX_BITS - CHUNK_SHIFT - DIR_SHIFT))
#define FREE_MIN	512
#define OVERFLOW_BUCKETS 256

/* Kinds of right, as bits of entry->type: MACH_PORT_TYPE_* >> 16. */
enum {
	TYPE_SEND = 1,
	TYPE_RECEIVE = 2,
	TYPE_SEND_ONCE = 4,
	TYPE_SET = 8,
	TYPE_DEAD = 16,
};

enum { /* entry->flags */
	ENTRY_COMPAT = 1,   /* held the manual's way */
	ENTRY_OVERFLOW = 2, /* lives in the overflow hash */
	ENTRY_ACCEPT = 4,   /* a message-accepted request is pending */
};

struct ipc_entry {
	union {
		struct ipc_port *port; /* type has a port right */
		struct ipc_set *set;   /* TYPE_SET */
		struct ipc_entry *free_next; /* type == 0 */
	};
	mach_port_name_t name; /* a free entry keeps its last one */
	uint16_t urefs;	       /* of send rights or dead names */
	uint8_t type, flags;
	struct ipc_entry *hash_next;  /* same bucket; or overflow chain */
	struct ipc_entry *hash_head;  /* the bucket with this index */
	struct ipc_request *request;  /* dead-name or compat; after the port's
					 death just a mark, never followed */
	uint32_t provenance;	      /* causal id of the thread that made it */
	uint32_t pad;
};

/* Stands for no entry where one is remembered: null is not a name. */
extern struct ipc_entry ipc_no_entry;

struct ipc_overflow_entry {
	struct ipc_entry entry;
	struct ipc_overflow_entry *next;
};

struct ipc_overflow {
	struct ipc_overflow_entry *bucket[OVERFLOW_BUCKETS];
};

struct ipc_chunk {
	struct ipc_entry entry[CHUNK_ENTRIES];
};

struct ipc_dir {
	struct ipc_chunk *chunk[DIR_CHUNKS];
};

struct ipc_space {
	struct spinlock lock;
	struct ref ref;
	bool active;
	struct account *account;  /* +1 */
	uint32_t high;		  /* indices below it have been used */
	uint32_t capacity;	  /* indices that have memory */
	uint32_t reverse_mask;	  /* of the reverse table (reverse.c) */
	struct ipc_entry *free_head, *free_tail;
	uint32_t free_count;
	uint32_t live;		  /* names in use, and hot */
	struct ipc_entry *hot;	  /* free, but in no list: the next reply
				     right's; or NULL */
	uint32_t overflow_count;
	uint64_t overflow_version; /* changes when one is freed */
	uint64_t overflow_sieve;  /* bit n: a chosen name ends in n, perhaps;
				     all of them once it is not active */
	uint64_t seed;		  /* of the overflow hash, once there is one */
	struct ipc_overflow *overflow;
	_Atomic uint32_t sent, received; /* messages, for task_info */
	_Atomic mach_port_name_t *self_name; /* (f) of the task: cleared when
						that name goes */
	struct ipc_right notify;  /* the manual's notify port */
	struct ipc_dir *dir[DIRS];
};

/* --- table.c: REQUIRES s->lock throughout --- */

static inline struct ipc_entry *ipc_table_slot(struct ipc_space *s,
					       uint32_t index)
{
	struct ipc_dir *dir = s->dir[index >> (CHUNK_SHIFT + DIR_SHIFT)];
	return &dir->chunk[index >> CHUNK_SHIFT & (DIR_CHUNKS - 1)]
			->entry[index & (CHUNK_ENTRIES - 1)];
}

struct ipc_entry *ipc_overflow_lookup(struct ipc_space *s,
				      mach_port_name_t name);

/* The entry in use under this name, or NULL. */
static inline struct ipc_entry *ipc_entry_lookup(struct ipc_space *s,
						 mach_port_name_t name)
{
	uint32_t index = name & NAME_INDEX_MASK;
	if (index < s->high) {
		struct ipc_entry *e = ipc_table_slot(s, index);
		if (e->name == name && e->type)
			return e;
	}
	return __builtin_expect(s->overflow_count != 0, 0) ?
		       ipc_overflow_lookup(s, name) : NULL;
}

/* The first free entry if there are enough of them, with a new name; NULL: ask
 * ipc_entry_alloc. Type is set by the caller, other fields are clean. */
static inline struct ipc_entry *ipc_entry_pop(struct ipc_space *s)
{
	if (__builtin_expect(s->free_count < FREE_MIN, 0))
		return NULL;
	struct ipc_entry *e = s->free_head;
	mach_port_name_t name = e->name + NAME_GENERATION;
	if (__builtin_expect(s->overflow_sieve >> (name % 64) & 1, 0) &&
	    ipc_overflow_lookup(s, name))
		return NULL; /* somebody chose that one */
	s->free_head = e->free_next;
	s->free_count--;
	s->live++;
	e->name = name;
	return e;
}

/* An entry of the table itself, clean but for its name, is free. */
static inline void ipc_entry_push(struct ipc_space *s, struct ipc_entry *e)
{
	e->type = 0;
	s->live--;
	if (s->free_count++)
		s->free_tail->free_next = e;
	else
		s->free_head = e;
	s->free_tail = e;
}

/* Reply rights come and go: an entry serves HOT_USES of them in a row, each under
 * a name of its own, before it joins the queue of the free ones. */
#define HOT_USES 8u

/* There is no hot one, or it cannot have its next name: it queues up, for
 * another. NULL also in a space that is not active, whose sieve lets none pass. */
struct ipc_entry *ipc_entry_pop_other(struct ipc_space *s);

static inline struct ipc_entry *ipc_entry_pop_hot(struct ipc_space *s)
{
	struct ipc_entry *e = s->hot;
	if (__builtin_expect(e == NULL, 0))
		return ipc_entry_pop_other(s);
	mach_port_name_t name = e->name + NAME_GENERATION;
	if (__builtin_expect(s->overflow_sieve >> (name % 64) & 1, 0))
		return ipc_entry_pop_other(s); /* perhaps chosen by somebody */
	s->hot = NULL;
	e->name = name;
	return e;
}

/* That is a send-once right from now on. */
static inline void ipc_entry_fill_reply(struct ipc_entry *e,
					struct ipc_port *port, uint32_t causal)
{
	e->port = port;
	e->urefs = 1;
	e->type = TYPE_SEND_ONCE;
	e->flags = 0;
	if (CONFIG_PROVENANCE)
		e->provenance = causal;
}

/* The entry, of the table itself, is clean but for its name, urefs and type. */
static inline void ipc_entry_push_hot(struct ipc_space *s, struct ipc_entry *e)
{
	uint32_t uses = e->name / NAME_GENERATION;
	e->urefs = 0;
	e->type = 0;
	e->flags = 0;
	if (__builtin_expect(s->hot || (uses + 1) % HOT_USES == 0, 0))
		ipc_entry_push(s, e);
	else
		s->hot = e;
}

static inline uint32_t ipc_space_names(const struct ipc_space *s)
{
	return s->live - (s->hot != NULL);
}

/* A fresh entry with a name of our choice; type is set by the caller.
 * KR_NO_SPACE, KR_RESOURCE_SHORTAGE. */
enum kr ipc_entry_alloc(struct ipc_space *s, struct ipc_entry **entry);
/* The same under a chosen name. KR_NAME_EXISTS; 0 and ~0 are the caller's. */
enum kr ipc_entry_alloc_name(struct ipc_space *s, mach_port_name_t name,
			     struct ipc_entry **entry);
/* The name goes: nobody may remember it. */
static inline void ipc_entry_forget(struct ipc_space *s,
				    const struct ipc_entry *e)
{
	if (s->self_name && atomic_get(s->self_name) == e->name)
		atomic_set(s->self_name, MACH_PORT_NULL);
}

/* The entry holds nothing any more. */
void ipc_entry_free(struct ipc_space *s, struct ipc_entry *entry);

/* Calls fn for every entry in use whose cursor is not below *cursor, at most
 * batch of them; false when the end was reached. */
bool ipc_table_walk(struct ipc_space *s, uint64_t *cursor, unsigned batch,
		    void (*fn)(void *arg, struct ipc_entry *e), void *arg);
/* For emptying it: the entry in use at *cursor, if there is one; else the cursor
 * moves on. False: the end. */
bool ipc_table_step(struct ipc_space *s, uint64_t *cursor,
		    struct ipc_entry **entry);
/* The memory of an empty table. */
void ipc_table_cleanup(struct ipc_space *s);

/* --- reverse.c: plain send rights by port --- */
static inline uint32_t ipc_reverse_bucket(const struct ipc_space *s,
					  const struct ipc_port *port)
{
	uint64_t hash = ((uintptr_t)port >> 4) * 0x9e3779b97f4a7c15u >> 32;
	uint32_t b = (uint32_t)hash & s->reverse_mask;
	return b < s->high ? b : b & s->reverse_mask >> 1;
}

static inline struct ipc_entry **ipc_reverse_head(struct ipc_space *s,
						  const struct ipc_port *port)
{
	return &ipc_table_slot(s, ipc_reverse_bucket(s, port))->hash_head;
}

struct ipc_entry *ipc_reverse_lookup(struct ipc_space *s,
				     const struct ipc_port *port);
/* The same, and *head: where ipc_reverse_push puts it if it is not there, as
 * long as the table does not grow. */
static inline struct ipc_entry *ipc_reverse_find(struct ipc_space *s,
						 const struct ipc_port *port,
						 struct ipc_entry ***head)
{
	struct ipc_entry *e = *(*head = ipc_reverse_head(s, port));
	while (e && e->port != port)
		e = e->hash_next;
	return e;
}

static inline void ipc_reverse_push(struct ipc_entry **head,
				    struct ipc_entry *e)
{
	e->hash_next = *head;
	*head = e;
}
void ipc_reverse_insert(struct ipc_space *s, struct ipc_entry *e);
void ipc_reverse_remove(struct ipc_space *s, struct ipc_entry *e);
/* The same, in line. */
static inline void ipc_reverse_unlink(struct ipc_space *s, struct ipc_entry *e)
{
	struct ipc_entry **p = ipc_reverse_head(s, e->port);
	while (*p != e)
		p = &(*p)->hash_next;
	*p = e->hash_next;
	e->hash_next = NULL;
}
/* The table has grown to s->high indices by one: split a bucket. */
void ipc_reverse_grow(struct ipc_space *s);

/* What most rights are: native, of a port that is alive (or was, just now), the
 * first of it here, an entry at hand. NULL: something else, nothing was done. */
static inline struct ipc_entry *ipc_entry_put_first(struct ipc_space *s,
						    struct ipc_right right,
						    uint32_t provenance)
{
	struct ipc_port *port = right.port;
	struct ipc_entry *e, **head = NULL;
	if (right.kind == RIGHT_RECEIVE)
		return NULL;
	if (right.kind == RIGHT_SEND &&
	    (port->receiver == s || ipc_reverse_find(s, port, &head)))
		return NULL;
	e = ipc_entry_pop(s);
	if (!e)
		return NULL;
	e->port = port;
	e->urefs = 1;
	e->type = head ? TYPE_SEND : TYPE_SEND_ONCE;
	if (head)
		ipc_reverse_push(head, e);
	if (CONFIG_PROVENANCE)
		e->provenance = provenance;
	return e;
}

/* REQUIRES s->lock, port->lock. The entry that names this port by a send or
 * receive right. */
struct ipc_entry *ipc_space_name_of(struct ipc_space *s,
				    const struct ipc_port *port);

/* --- entry.c: rights of entries. REQUIRES s->lock throughout. `after` collects
 * requests to fire once every lock is released (ipc_requests_fire). --- */

/* The entry under this name, its port alive or itself a dead name (a right
 * whose port died is turned into one here). Port locked unless dead or a set.
 * NULL: none. */
struct ipc_entry *ipc_entry_get(struct ipc_space *s, mach_port_name_t name);
/* Releases what ipc_entry_get locked. */
void ipc_entry_done(struct ipc_entry *e);

/* Takes a right out as sending it would. deallocate: the manual's bit.
 * KR_INVALID_RIGHT. cancel: a dead-name request on a right used up goes
 * silently. */
struct ipc_take {
	mach_msg_type_name_t disposition;
	bool deallocate, cancel;
};
enum kr ipc_entry_take(struct ipc_space *s, mach_port_name_t name,
		       struct ipc_take how, struct ipc_right *right,
		       struct list *after);

/* Could it be taken? The same codes, no effect. */
enum kr ipc_entry_check_take(struct ipc_space *s, mach_port_name_t name,
			     mach_msg_type_name_t disposition);

/* Enters a right. Consumes it on success only. *name: its name, or
 * MACH_PORT_DEAD if the port is dead. */
enum kr ipc_entry_put(struct ipc_space *s, struct ipc_right right, bool compat,
		      mach_port_name_t *name, struct list *after);

/* Gives up everything under the entry (its port not locked): the rights to
 * release once the locks are gone, the receive right apart. */
struct ipc_entry_loot {
	struct ipc_right right[2];
	struct ipc_set *set;
};
void ipc_entry_clear(struct ipc_space *s, struct ipc_entry *e,
		     struct ipc_entry_loot *loot, struct list *after);
void ipc_loot_release(struct ipc_entry_loot *loot);

/* For a census: chunks beyond those that the names in use would fill. */
void ipc_table_note_kept(size_t chunks);

void ipc_space_zone_init(void);
struct ipc_space *ipc_space_alloc(void); /* zeroed, lock and ref ready */
void ipc_space_dealloc(struct ipc_space *s);
enum kr ipc_table_init(struct ipc_space *s);

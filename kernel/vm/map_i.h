/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address maps, private to kernel/vm.
 *
 * A map is an ordered list of entries, which are also the nodes of a balanced
 * tree (a treap: heap-ordered by random priorities). Each entry knows the free
 * bytes behind it, each subtree its largest such gap, so that an address, a
 * hole of any size, and a place for a new entry are found in O(log n). A
 * sentinel of no size at the lower bound heads the list, so every gap follows
 * an entry.
 *
 *	|sentinel| gap | entry | gap 0 | entry | gap ........ | max
 *
 * Lock order: map->lock (sleep lock) -> object->lock -> pmap -> reverse map.
 * Legend: (m) the map's lock, written by its writer only; (r) also set by
 * readers, by atomic exchange; (f) fixed; (a) atomic.
 *
 * INV: a private object's entries are all of one map, disjoint, and all at the
 * same distance between address and offset. Its pages outside all entries were
 * given back (unless it is marked stale).
 */
#pragma once

#include <kern/list.h>
#include <kern/thread.h>
#include <kern/waitq.h>
#include <vm/map.h>
#include <vm/object.h>

struct vm_map_entry {
	struct list_node link;			   /* (m) by address */
	struct vm_map_entry *parent, *left, *right; /* (m) */
	uint64_t start, end;			   /* (m) */
	uint64_t gap;	  /* (m) free bytes between end and the next entry */
	uint64_t max_gap; /* (m) the largest gap in this subtree */
	struct vm_object *_Atomic object; /* (r) +1; NULL: never touched */
	uint64_t offset;		  /* (m) of start, in the object */
	uint32_t priority;		  /* (f) of the treap */
	_Atomic uint32_t next_run; /* (r) page after those last mapped ahead */
	uint32_t wired;			  /* (m) times wired as a whole */
	uint8_t prot, max_prot;		  /* (m) */
	uint8_t inherit;		  /* (m) */
	bool shared;			  /* (m) shows shared memory */
	_Atomic bool writable; /* (r) the hardware may let it be written */
};

struct vm_map {
	struct ref ref;
	bool dead;		    /* (m) no entries ever again */
	struct rwlock lock;
	struct pmap *pmap;	    /* (f) owned */
	struct account *account;    /* (f) +1 */
	uint64_t min, max;	    /* (f) */
	struct list entries;	    /* (m) */
	struct vm_map_entry *root;  /* (m) */
	struct vm_map_entry sentinel;
	struct vm_map_entry *_Atomic hint; /* (r) last one found */
	size_t count;		    /* (m) entries without the sentinel */
	uint64_t size;		    /* (m) bytes mapped */
	_Atomic size_t tables;	    /* (a) charged as CHARGE_TABLES */
	uint32_t seed;		    /* (m) of priorities */
	struct list_node all;	    /* list of all maps, its lock */
	struct {
		_Atomic unsigned faults, zero_fills, copies;
	} events;		    /* (a) */
};

/* In loops over entries, which are as many as the user likes, where a turn is
 * short; n counts them. No spin lock held. */
static inline void vm_map_turn(unsigned *n)
{
	if (__builtin_expect((++*n & 63) == 0, 0))
		preempt_point();
}

/* A range from user space, once checked. */
struct vm_range {
	uint64_t start, end; /* page aligned, start <= end */
};

/* Rounds outward. False: it wraps. */
bool vm_range_make(uint64_t addr, uint64_t size, struct vm_range *r);

/* --- map_tree.c: the tree and the gaps; map->lock held for writing, or for reading
 * where nothing changes */

/* The entry with the greatest start <= addr; the sentinel if none. */
struct vm_map_entry *vm_map_floor(struct vm_map *map, uint64_t addr);

/* The entry that contains addr, or NULL. */
struct vm_map_entry *vm_map_lookup(struct vm_map *map, uint64_t addr);

/* The first entry that ends after addr, or NULL. */
struct vm_map_entry *vm_map_at_or_after(struct vm_map *map, uint64_t addr);

struct vm_map_entry *vm_map_next(struct vm_map *map, struct vm_map_entry *e);

/* Links e, which fits into the gap behind prev. */
void vm_map_link(struct vm_map *map, struct vm_map_entry *prev,
		 struct vm_map_entry *e);
void vm_map_unlink(struct vm_map *map, struct vm_map_entry *e);

/* After e->end changed, or the start of the entry behind it. */
void vm_map_gap_changed(struct vm_map *map, struct vm_map_entry *e);

/* An address whose bits in mask equal those of like, with size free bytes: the
 * lowest above the programs, else the lowest of all. Returns the entry before
 * it, or NULL. */
struct vm_map_entry *vm_map_find_hole(struct vm_map *map, uint64_t size,
				      uint64_t mask, uint64_t like,
				      uint64_t *addr);

/* [start, end) is free. prev: the entry before it. */
bool vm_map_is_free(struct vm_map *map, const struct vm_range *r,
		    struct vm_map_entry **prev);

/* --- map_entry.c: entries; map->lock held for writing */

void vm_map_entry_init_zone(void);

/* Charged to the map; object NULL, nothing set but priority. NULL: no. */
struct vm_map_entry *vm_map_entry_create(struct vm_map *map);
/* Drops the object's reference too (may take long, preemptible). */
void vm_map_entry_destroy(struct vm_map *map, struct vm_map_entry *e);

/* A copy of e's attributes for another entry of this or another map; takes a
 * reference to the object. */
void vm_map_entry_like(struct vm_map_entry *e, const struct vm_map_entry *of);

/* Makes start and end of the range entry bounds where entries lie there. */
enum kr vm_map_clip(struct vm_map *map, const struct vm_range *r);

/* Joins neighbours inside and at the edges of the range where they agree. */
void vm_map_merge(struct vm_map *map, const struct vm_range *r);

/* KR_INVALID_ADDRESS: a hole; KR_PROTECTION_FAILURE: an entry whose current
 * (maximum) protection lacks prot. */
enum kr vm_map_check_range(struct vm_map *map, const struct vm_range *r,
			   int prot, bool max);

/* The same for bytes that are to be copied: registers are protected too. */
enum kr vm_map_check_copy(struct vm_map *map, const struct vm_range *r,
			  int prot);

/* The entry's object, made at the first question. map->lock held for reading at
 * least. NULL: no memory. */
struct vm_object *vm_map_entry_object(struct vm_map *map,
				      struct vm_map_entry *e);

/* Page number of addr in the entry's object. */
static inline uint64_t vm_map_index(const struct vm_map_entry *e, uint64_t addr)
{
	return (e->offset + (addr - e->start)) >> vm_page_shift;
}

/* Nobody writes [start, end) of the entry any more without a fault. */
void vm_map_lower(struct vm_map *map, struct vm_map_entry *e, uint64_t start,
		  uint64_t end);

/*
 * Makes the entry's memory fit for sharing with another map: an object of its
 * own that covers just this entry, marked shared. The entry is clipped already.
 */
enum kr vm_map_entry_share(struct vm_map *map, struct vm_map_entry *e);

/* --- others */

/* Removes what is in the clipped range; map->lock held for writing. The
 * caller destroys the entries on dead and the garbage without the lock. */
void vm_map_remove(struct vm_map *map, const struct vm_range *r,
		   struct list *dead, struct vm_garbage *garbage);
void vm_map_bury(struct vm_map *map, struct list *dead,
		 struct vm_garbage *garbage);

/* Bytes between the kernel and the memory of a map. map->lock held. */
enum kr vm_map_bytes(struct vm_map *map, uint64_t addr, void *buf,
		     uint64_t size, bool write);

/* Unwires pages of an entry once wired (wire.c). */
void vm_map_entry_unwire(struct vm_map *map, struct vm_map_entry *e);

/* Charges the growth of the map's page tables; false: over the limit. */
bool vm_map_charge_tables(struct vm_map *map);

/* +1: the living map behind prev (NULL: the first) in the list of all; prev is
 * still referenced. NULL: none. */
struct vm_map *vm_map_get_next(struct vm_map *prev);

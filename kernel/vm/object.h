/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects: what a map entry shows. An object has an identity (sharing,
 * futexes, name port, pager) and a page tree (contents).
 *
 * Copies. A copy of any range is a new object whose tree shares the pages with
 * the source's; the source keeps its identity, so everybody who shares it goes
 * on sharing it, and whoever writes first, source or copy, gets a page of his
 * own. This does the work of shadow objects, of copy objects that a page is
 * pushed to, and of share maps: the object itself is the one indirection
 * through which operations on shared memory reach all sharers.
 *
 * Pages that are not in the tree come from the backing, if there is one: the
 * pager's object this one was copied from (then never written through), or
 * from the pager, or are zero.
 *
 * Life. References: map entries, memory entries, the name port, copies that
 * use it as backing, futex waiters. alive -> freed at the last reference.
 *
 *	private  all entries that lead here are of one map and disjoint: only that map's
 *		 holder can reach the pages; the entry's range and the pages die together
 *	shared	 several entries or maps may show the same page (never private again)
 *
 * Lock: object->lock (RANK_OBJECT), legend (o); (f) fixed at creation.
 * Under it: pmap and page allocator. Not here: waiting for pagers.
 */
#pragma once

#include <kern/charge.h>
#include <kern/kobject.h>
#include <kern/lock.h>
#include <vm/tree.h>

struct ipc_port;
struct vm_object;

/* Where the pages of an object come from that nobody copies or pages out. */
struct vm_pager {
	/* The frames of page index; false: beyond the end. */
	bool (*frames)(struct vm_object *o, uint64_t index, struct paddr *pa);
	unsigned pmap_flags; /* PMAP_UNCACHED for registers */
};

struct vm_object {
	struct kobject kobject;
	struct spinlock lock;
	struct vm_tree tree;	      /* (o) */
	struct vm_object *backing;    /* (f) +1, or NULL */
	const struct vm_pager *pager; /* (f) NULL: zero-filled */
	struct paddr start;	      /* (f) physical pager's range */
	uint64_t pages;		      /* (f) */
	bool shared;		      /* (o) set once */
	bool stale;		      /* pages outside all entries remain */
	uint32_t wirings;	      /* (o) wirings of its pages */
	struct account *account;      /* (f) charged one CHARGE_OBJECTS */
	struct ipc_port *name_port;   /* task layer's */
};

void vm_object_init(void); /* boot */

/* +1. Empty, private. NULL: no memory, or over the account's limit. */
struct vm_object *vm_object_create(struct account *account);

/* Registers cannot be copied: reading them may do something. */
static inline bool vm_object_can_copy(const struct vm_object *o)
{
	return o->pager == NULL || !(o->pager->pmap_flags & PMAP_UNCACHED);
}

/* +1. Frames that are not VM pages: boot archive, device registers. */
struct vm_object *vm_object_create_physical(struct account *account,
					    struct paddr start, uint64_t pages,
					    bool uncached);

static inline void vm_object_ref(struct vm_object *o)
{
	kobject_ref(&o->kobject);
}

/* NULL is legal. The last one frees all pages: preemptible, no spin lock. */
void vm_object_unref(struct vm_object *o);

static inline uint32_t vm_object_refs(struct vm_object *o)
{
	return ref_count(&o->kobject.ref);
}

/* How a page was found or made. */
struct vm_found {
	struct paddr pa;
	struct page *page;     /* NULL: not a VM page */
	struct page *replaced; /* +1: was mapped here until now; see below */
	bool writable;	       /* may be mapped for writing now */
	bool filled;	       /* new and zero */
	bool copied;	       /* new: what was mapped here until now is old */
	unsigned pmap_flags;
};

/*
 * The page at index, for reading or writing; made, or copied if it is shared
 * with a copy. If found->replaced, the caller takes its old mapping away and
 * then drops the reference. KR_RESOURCE_SHORTAGE; KR_MEMORY_ERROR: beyond the
 * end of a physical object, or a write to what only can be read.
 */
enum kr vm_object_find(struct vm_object *o, uint64_t index, bool write,
		       struct vm_found *found) REQUIRES(&o->lock);

/* Drops found->replaced after every mapping of it here was replaced. */
void vm_found_done(struct vm_object *o, struct vm_found *found);

/*
 * +1. A copy of pages [first, end). Private source: the caller keeps faults
 * out and lowers the mappings to read-only first. Shared source: done here.
 * KR_RESOURCE_SHORTAGE; KR_PROTECTION_FAILURE: registers.
 */
enum kr vm_object_copy(struct vm_object *o, uint64_t first, uint64_t end,
		       struct account *account, struct vm_object **copy);

/* Nothing of [first, end) can be mapped anywhere: no pages, no backing. The caller
 * keeps faults out. */
bool vm_object_is_empty(struct vm_object *o, uint64_t first, uint64_t end);

/* Pages [first, end) of a private object, which are mapped nowhere, are gone.
 * The caller releases the garbage. False: no memory to do it, they remain. */
bool vm_object_forget(struct vm_object *o, uint64_t first, uint64_t end,
		      struct vm_garbage *garbage);

/*
 * Puts page (its reference is consumed; NULL: zero) at index; any old page
 * loses its mappings. False: no memory, nothing changed or consumed.
 */
bool vm_object_replace(struct vm_object *o, uint64_t index, struct page *page);

/* From now on several maps may show it. */
void vm_object_set_shared(struct vm_object *o);

/* The longest way from an object to its last backing that was ever made. */
extern _Atomic unsigned vm_chain_max;

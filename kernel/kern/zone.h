/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zones: allocators of equal-sized objects, with a census.
 *
 * Slabs of frames cut into objects, a per-processor magazine in front. Freed
 * objects are poisoned and red-zoned in debug kernels. A zone counts its live
 * objects; every test ends with the counts where they began.
 */
#pragma once

#include <kern/list.h>
#include <kern/lock.h>
#include <stddef.h>
#include <stdint.h>

struct zone {
	const char *name;
	size_t size;
	struct zone_private *p;
	struct list_node link; /* all zones */
	_Atomic size_t kept;   /* zone_set_kept */
};

/* Boot or first use; never undone. align 0 = natural (16). */
void zone_init(struct zone *z, const char *name, size_t size, size_t align);

/* Contents undefined; NULL when there is no memory. Never blocks. */
[[nodiscard]] void *zone_alloc(struct zone *z);
[[nodiscard]] void *zone_alloc_zeroed(struct zone *z);
void zone_free(struct zone *z, void *object);

/* Each thread needs one at most, and without it would hold more: may go beyond the
 * kernel's share of memory. */
void zone_set_essential(struct zone *z);

size_t zone_live(const struct zone *z);

/* So many of the live objects stand for nothing: a cache above the zone keeps
 * them for reuse. A census leaves them out. */
void zone_set_kept(struct zone *z, size_t count);

/* Calls fn for each zone: name, object size, live objects less those kept,
 * frames held. */
void zone_census(void (*fn)(void *arg, const char *name, size_t size,
			    size_t live, size_t frames),
		 void *arg);

/* Frames that all zones hold. */
size_t zone_frames(void);

/* Returns cached objects and empty slabs to the page allocator, on every
 * processor in turn. May block: no lock held; kernel or user thread. */
void zone_drain(void);

/* Fault injection in debug kernels: counts allocations and charges down; the one
 * that finds it at 0 fails. Negative: off. kern/probe.h: for one thread. */
extern _Atomic int64_t zone_fail_after;

/* Boot, after page_init. */
void kalloc_init(void);

/* Memory of any size: zones of powers of two, above that whole frames.
 * kfree needs the size again. NULL when there is no memory. */
[[nodiscard]] void *kalloc(size_t size);
[[nodiscard]] void *kalloc_zeroed(size_t size);
void kfree(void *p, size_t size);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Insides of zones, private to kern.
 *   zone.c        magazines, slabs, census: the interface
 *   zone_debug.c  red zones, poison, planted bugs
 *   kalloc.c      memory of any size
 *
 * A slab is a block of 2^order frames, aligned to its size, with a struct slab
 * at its start and objects behind it:
 *
 *     | struct slab | slot 0 | slot 1 | ... | slot n-1 | rest |
 *
 * A slot is the object, in debug kernels between two red zones:
 *
 *     | front | object | back 16 |	front = state word and zone, and
 *					where the address sanitizer is on, who
 *					allocated and freed it last
 */
#pragma once

#include <kern/kasan.h>
#include <kern/page.h>
#include <kern/zone.h>

#define MAGAZINE_SIZE 15 /* so that a magazine is a power of two */

struct magazine {
	uint32_t count;
	uint32_t live; /* allocated minus freed on this processor, modulo 2^32 */
	void *objects[MAGAZINE_SIZE];
};

struct slab {
	struct list_node link; /* zone's partial slabs; unlinked: full */
	struct zone *zone;
	void *free;	       /* chain through the first word of the object */
	unsigned used, slots;
};

struct zone_private {
	struct spinlock lock;  /* RANK_ZONE */
	struct list partial;   /* slabs with free slots */
	size_t slot_size, offset; /* of the first object in its slab */
	unsigned order, slots;
	unsigned page_flags;   /* of slabs */
	size_t frames;	       /* held by slabs */
	unsigned magazine_count;
	struct magazine magazines[]; /* one per processor */
};

/* The red zone before an object. */
struct zone_front {
#if CONFIG_KASAN
	struct kasan_trace allocated, freed;
#endif
	uint64_t state;
	struct zone *zone;
};

/* Debug kernels: bytes before and after each object. */
#define FRONT_BYTES   (CONFIG_DEBUG ? sizeof(struct zone_front) : 0u)
#define REDZONE_BYTES (CONFIG_DEBUG ? 16u : 0u)

void zone_debug_new(struct zone *z, void *object);
void zone_debug_alloc(struct zone *z, void *object);
void zone_debug_free(struct zone *z, void *object);

/* Writes the poison again that the chain of free objects overwrote. */
void zone_debug_repair(void *object);

/* z is a zone, and not some value; for panics. */
bool zone_exists(const struct zone *z);

/* Empties this processor's magazines and page cache. */
void zone_drain_local(void);

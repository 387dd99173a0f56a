/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What debug kernels check about zone objects: a red zone before and behind
 * each, a state word that tells allocated from free, poison in free objects.
 * Where there is an address sanitizer it is told as well and finds the very
 * access. No locks: an object is touched by its owner only.
 */
#include <kern/zone_i.h>

#include <arch/atomic.h>
#include <kern/panic.h>
#include <kern/poison.h>
#include <kern/string.h>

#define STATE_ALLOCATED 0xa110ca7ed0b1ec75ull
#define STATE_FREE	0xf4eef4eef4eef4eeull
#define POISON_BYTE	0xdf
#define POISON_WORD	0xdfdfdfdfdfdfdfdfull
#define BACK_BYTE	0xb5

/* The red zone before an object. */
struct front {
	uint64_t state;
	struct zone *zone;
};

_Static_assert(sizeof(struct front) == 16, "front red zone");

_Atomic int64_t zone_fail_after = -1;

static struct front *front_of(void *object)
{
	return (struct front *)object - 1;
}

static unsigned char *back_of(const struct zone *z, void *object)
{
	return (unsigned char *)object + z->size;
}

static void open(const struct zone *z, void *object)
{
	unpoison_memory(front_of(object),
			sizeof(struct front) + z->size + REDZONE_BYTES);
}

static void close(const struct zone *z, void *object, bool allocated)
{
	poison_memory(front_of(object), sizeof(struct front));
	poison_memory(back_of(z, object), REDZONE_BYTES);
	if (!allocated)
		poison_memory(object, z->size);
}

static void check_filled(const struct zone *z, void *object,
			 const unsigned char *at, size_t n, unsigned char byte,
			 const char *what)
{
	for (size_t i = 0; i < n; i++)
		if (at[i] != byte)
			panic("zone %s: object %p: %s (byte %td is %#x)",
			      z->name, object, what,
			      at + i - (unsigned char *)object, at[i]);
}

static void check_front(const struct zone *z, void *object, uint64_t state)
{
	const struct front *f = front_of(object);

	if (f->state == STATE_FREE && state == STATE_ALLOCATED)
		panic("zone %s: object %p freed twice", z->name, object);
	if (f->state == STATE_ALLOCATED && f->zone != z && zone_exists(f->zone))
		panic("zone %s: object %p belongs to zone %s", z->name, object,
		      f->zone->name);
	if (f->state != state || f->zone != z)
		panic("zone %s: object %p: red zone before it overwritten",
		      z->name, object);
}

void zone_debug_new(struct zone *z, void *object)
{
	if (!CONFIG_DEBUG)
		return;
	*front_of(object) = (struct front){ STATE_FREE, z };
	memset(object, POISON_BYTE, z->size);
	memset(back_of(z, object), BACK_BYTE, REDZONE_BYTES);
	close(z, object, false);
}

void zone_debug_alloc(struct zone *z, void *object)
{
	open(z, object);
	check_front(z, object, STATE_FREE);
	check_filled(z, object, object, z->size, POISON_BYTE,
		     "written after it was freed");
	front_of(object)->state = STATE_ALLOCATED;
	close(z, object, true);
}

void zone_debug_free(struct zone *z, void *object)
{
	assert(object != NULL);
	open(z, object);
	check_front(z, object, STATE_ALLOCATED);
	check_filled(z, object, back_of(z, object), REDZONE_BYTES, BACK_BYTE,
		     "written behind its end");
	front_of(object)->state = STATE_FREE;
	memset(object, POISON_BYTE, z->size);
	close(z, object, false);
}

void zone_debug_repair(void *object)
{
	if (CONFIG_DEBUG)
		*(uint64_t *)object = POISON_WORD;
}

bool zone_debug_fail(void)
{
	if (atomic_get(&zone_fail_after) < 0)
		return false;
	return atomic_sub(&zone_fail_after, 1) == 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What debug kernels check about zone objects: a red zone before and behind
 * each, a state word that tells allocated from free, poison in free objects.
 * Where there is an address sanitizer it is told as well and finds the very
 * access: the build machine's (kern/poison.h), or ours, which this file is
 * compiled without. No locks: an object is touched by its owner only.
 */
#include <kern/kasan_i.h>
#include <kern/zone_i.h>

#include <arch/atomic.h>
#include <kern/options.h>
#include <kern/page_i.h>
#include <kern/panic.h>
#include <kern/poison.h>
#include <kern/string.h>

#define STATE_ALLOCATED 0xa110ca7ed0b1ec75ull
#define STATE_FREE	0xf4eef4eef4eef4eeull
#define POISON_BYTE	0xdf
#define POISON_WORD	0xdfdfdfdfdfdfdfdfull
#define BACK_BYTE	0xb5

_Atomic int64_t zone_fail_after = -1;

static struct zone_front *front_of(void *object)
{
	return (struct zone_front *)object - 1;
}

static unsigned char *back_of(const struct zone *z, void *object)
{
	return (unsigned char *)object + z->size;
}

static void open(const struct zone *z, void *object)
{
	unpoison_memory(front_of(object),
			sizeof(struct zone_front) + z->size + REDZONE_BYTES);
}

static void close(const struct zone *z, void *object, bool allocated)
{
	poison_memory(front_of(object), sizeof(struct zone_front));
	poison_memory(back_of(z, object), REDZONE_BYTES);
	if (!allocated)
		poison_memory(object, z->size);
}

/* Who did it; and on behalf of a panic, who it was. */
#if CONFIG_KASAN
static void trace_allocated(struct zone_front *f)
{
	kasan_trace(&f->allocated);
}

static void trace_freed(struct zone_front *f)
{
	kasan_trace(&f->freed);
}

static const struct zone_front *traced;

static void traces_print(void)
{
	kasan_trace_print("allocated by", &traced->allocated);
	if (traced->state == STATE_FREE)
		kasan_trace_print("freed by", &traced->freed);
}

/* The panic that follows is to say who had this object. */
static void traces_want(const struct zone_front *f)
{
	traced = f;
	panic_more = traces_print;
}
#else
static void trace_allocated(struct zone_front *)
{
}
static void trace_freed(struct zone_front *)
{
}
static void traces_want(const struct zone_front *)
{
}
#endif

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
	const struct zone_front *f = front_of(object);

	if (f->state == STATE_FREE && state == STATE_ALLOCATED) {
		traces_want(f);
		panic("zone %s: object %p freed twice", z->name, object);
	}
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
	*front_of(object) = (struct zone_front){ .state = STATE_FREE,
						 .zone = z };
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
	kasan_unpoison(object, z->size);
	trace_allocated(front_of(object));
	if (kernel_options.memory_fill != ~0u)
		memset(object, (int)kernel_options.memory_fill, z->size);
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
	kasan_poison(object, z->size, KASAN_FREED);
	trace_freed(front_of(object));
}

void zone_debug_repair(void *object)
{
	if (CONFIG_DEBUG)
		*(uint64_t *)object = POISON_WORD;
}

/* The slab that holds an address: its block's head is the last frame before
 * it that has an order. */
static struct slab *slab_at(uintptr_t at)
{
	struct page *page = page_from_virt((void *)at);

	while (page->order == PAGE_NOT_HEAD)
		page--;
	return page_to_virt(page);
}

/* The object at or before an address in a slab, or the one behind it if that
 * is nearer. */
static char *object_near(struct slab *s, uintptr_t at)
{
	const struct zone_private *p = s->zone->p;
	char *object = (char *)s + p->offset;
	unsigned n = 0;

	while (n + 1 < s->slots && at >= (uintptr_t)object + p->slot_size) {
		object += p->slot_size;
		n++;
	}
	if (n + 1 < s->slots && at >= (uintptr_t)object + s->zone->size &&
	    (uintptr_t)object + p->slot_size - at <
		    at - (uintptr_t)object - s->zone->size)
		object += p->slot_size;
	return object;
}

void zone_debug_report(uintptr_t at, const char *access)
{
	struct slab *s = slab_at(at);
	struct zone *z = s->zone;
	char *object = object_near(s, at);
	uintptr_t start = (uintptr_t)object;
	const char *freed =
		front_of(object)->state == STATE_FREE ? "freed " : "";

	traces_want(front_of(object));
	if (at < start)
		panic("kasan: %s: %zu before %sobject %p of zone %s (%zu)",
		      access, (size_t)(start - at), freed, object, z->name,
		      z->size);
	if (at < start + z->size)
		panic("kasan: %s: at %zu of %sobject %p of zone %s (%zu)",
		      access, (size_t)(at - start), freed, object, z->name,
		      z->size);
	panic("kasan: %s: %zu behind %sobject %p of zone %s (%zu)", access,
	      (size_t)(at - start - z->size), freed, object, z->name, z->size);
}

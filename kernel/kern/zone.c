/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zones after Bonwick's slabs and magazines: each processor takes from and
 * gives to a small stack of objects of its own, without a lock (the kernel is
 * not preempted, interrupt handlers do not allocate); only when that is empty
 * or full does it exchange half of it with the slabs, under the zone's lock.
 * Locks: zone's (RANK_ZONE), all_zones_lock (RANK_ZONE; not both). Frames come
 * from page.c outside the lock.
 */
#include <kern/zone_i.h>

#include <arch/pmap.h>
#include <kern/kasan.h>
#include <kern/panic.h>
#include <kern/poison.h>
#include <kern/probe.h>
#include <kern/processor_i.h>
#include <kern/string.h>
#include <kern/thread_i.h>

static const struct lock_class zone_class = {
	.name = "zone",
	.rank = RANK_ZONE,
};
[[maybe_unused]] static const struct lock_class zones_class = {
	.name = "list of zones",
	.rank = RANK_ZONE,
};
static struct spinlock zones_lock = SPINLOCK_INIT(&zones_class);
static struct list zones GUARDED(&zones_lock) = {
	{ &zones.head, &zones.head },
};

/* --- the parts of a zone itself, which no zone can hold */

static char *meta_at;
static size_t meta_left;

static void *meta_alloc(size_t size) REQUIRES(&zones_lock)
{
	void *p;

	size = (size + 63) & ~(size_t)63;
	if (size > meta_left) {
		unsigned order = 0;
		struct page *page;

		while (page_size_hw() << order < size)
			order++;
		page = page_alloc(order, PAGE_KERNEL, PAGE_URGENT);
		if (page == NULL)
			panic("no memory for a zone");
		meta_at = page_to_virt(page);
		meta_left = page_size_hw() << order;
	}
	p = meta_at;
	meta_at += size;
	meta_left -= size;
	memset(p, 0, size);
	return p;
}

/* The smallest order at which a slab wastes at most an eighth, or holds many
 * objects anyway. */
static void choose_slab(struct zone_private *p)
{
	for (p->order = 0;; p->order++) {
		size_t bytes = page_size_hw() << p->order;
		size_t slots = (bytes - p->offset) / p->slot_size;
		size_t waste = bytes - slots * p->slot_size;

		p->slots = (unsigned)slots;
		if (bytes > p->offset && slots > 0 && waste <= bytes / 8)
			return;
		if (p->order >= 5)
			break;
	}
	if (p->slots == 0)
		panic("zone objects of %zu bytes are too large", p->slot_size);
}

void zone_init(struct zone *z, const char *name, size_t size, size_t align)
{
	unsigned cpus = processor_possible();
	struct zone_private *p;
	size_t front;

	if (align < 16)
		align = 16;
	front = (FRONT_BYTES + align - 1) & ~(align - 1);
	spin_lock(&zones_lock);
	p = meta_alloc(sizeof(*p) + cpus * sizeof(struct magazine));
	spin_init(&p->lock, &zone_class);
	list_init(&p->partial);
	p->slot_size = (front + size + REDZONE_BYTES + align - 1) & ~(align - 1);
	p->offset = ((sizeof(struct slab) + align - 1) & ~(align - 1)) + front;
	p->magazine_count = cpus;
	choose_slab(p);
	z->name = name;
	z->size = size;
	z->p = p;
	list_push_back(&zones, &z->link);
	spin_unlock(&zones_lock);
}

void zone_set_essential(struct zone *z)
{
	z->p->page_flags = PAGE_OVER_SHARE;
}

/* --- slabs */

static struct slab *slab_of(const struct zone_private *p, void *object)
{
	size_t bytes = page_size_hw() << p->order;

	return (struct slab *)((uintptr_t)object & ~(bytes - 1));
}

/* The chain of free objects runs through their first words. */
static void slab_push(struct slab *s, void *object)
{
	unpoison_memory(object, sizeof(void *));
	*(void **)object = s->free;
	poison_memory(object, sizeof(void *));
	s->free = object;
}

static void *slab_pop(struct slab *s)
{
	void *object = s->free;

	unpoison_memory(object, sizeof(void *));
	s->free = *(void **)object;
	zone_debug_repair(object);
	poison_memory(object, sizeof(void *));
	return object;
}

static struct slab *slab_create(struct zone *z)
{
	struct zone_private *p = z->p;
	struct page *page = page_alloc(p->order, PAGE_KERNEL, p->page_flags);
	struct slab *s;

	if (page == NULL)
		return NULL;
	s = page_to_virt(page);
	*s = (struct slab){ .zone = z, .slots = p->slots };
	for (unsigned i = p->slots; i-- > 0;) {
		char *object = (char *)s + p->offset + i * p->slot_size;

		zone_debug_new(z, object);
		slab_push(s, object);
	}
	kasan_poison(s, page_size_hw() << p->order, KASAN_ZONE);
	return s;
}

static void slab_destroy(struct zone_private *p, struct slab *s)
{
	unpoison_memory(s, page_size_hw() << p->order);
	page_free(page_from_virt(s), p->order);
}

/* Moves objects from slabs to the magazine until it is half full. */
static void take_from_slabs(struct zone_private *p, struct magazine *m)
	REQUIRES(&p->lock)
{
	while (m->count < MAGAZINE_SIZE / 2 && !list_empty(&p->partial)) {
		struct slab *s = list_first_entry(&p->partial, struct slab,
						  link);

		m->objects[m->count++] = slab_pop(s);
		if (++s->used == s->slots)
			list_remove(&s->link);
	}
}

static bool refill(struct zone *z, struct magazine *m)
{
	struct zone_private *p = z->p;
	struct slab *s;

	spin_lock(&p->lock);
	take_from_slabs(p, m);
	spin_unlock(&p->lock);
	if (m->count > 0)
		return true;
	s = slab_create(z);
	if (s == NULL)
		return false;
	spin_lock(&p->lock);
	p->frames += (size_t)1 << p->order;
	list_push_front(&p->partial, &s->link);
	take_from_slabs(p, m);
	spin_unlock(&p->lock);
	return true;
}

/* Gives one object back to its slab. The slab, if it is empty now and another
 * partial one is there; the caller destroys it after unlocking. */
static struct slab *put_to_slab(struct zone_private *p, void *object)
	REQUIRES(&p->lock)
{
	struct slab *s = slab_of(p, object);

	slab_push(s, object);
	if (s->used-- == s->slots)
		list_push_front(&p->partial, &s->link);
	if (s->used > 0)
		return NULL;
	if (list_first(&p->partial) == list_last(&p->partial))
		return NULL;
	list_remove(&s->link);
	p->frames -= (size_t)1 << p->order;
	return s;
}

/* Moves objects from the magazine to their slabs until `left` remain. */
static void flush(struct zone_private *p, struct magazine *m, unsigned left)
{
	struct slab *empty[MAGAZINE_SIZE];
	unsigned n = 0;

	spin_lock(&p->lock);
	while (m->count > left) {
		struct slab *s = put_to_slab(p, m->objects[--m->count]);

		if (s != NULL)
			empty[n++] = s;
	}
	spin_unlock(&p->lock);
	while (n > 0)
		slab_destroy(p, empty[--n]);
}

/* An empty slab, taken out of the zone; NULL: there is none. */
static struct slab *take_empty(struct zone_private *p)
{
	struct slab *s, *empty = NULL;

	spin_lock(&p->lock);
	list_for_each(&p->partial, s, link) {
		if (s->used == 0) {
			empty = s;
			break;
		}
	}
	if (empty != NULL) {
		list_remove(&empty->link);
		p->frames -= (size_t)1 << p->order;
	}
	spin_unlock(&p->lock);
	return empty;
}

/* --- the interface */

/* The magazine is empty, or this is a debug kernel. */
[[gnu::noinline]] static void *alloc_slowly(struct zone *z, struct magazine *m)
{
	void *object;

	if (probe_fail())
		return NULL;
	if (m->count == 0 && !refill(z, m) &&
	    !(CONFIG_KASAN && quarantine_flush() && refill(z, m)))
		return NULL;
	object = m->objects[--m->count];
	m->live++;
	if (CONFIG_DEBUG)
		zone_debug_alloc(z, object);
	return object;
}

void *zone_alloc(struct zone *z)
{
	struct magazine *m = &z->p->magazines[cpu_number()];
	uint32_t n = m->count;

	if (CONFIG_DEBUG || __builtin_expect(n == 0, 0))
		return alloc_slowly(z, m);
	m->live++;
	m->count = --n;
	return m->objects[n];
}

void *zone_alloc_zeroed(struct zone *z)
{
	void *object = zone_alloc(z);

	if (object != NULL)
		memset(object, 0, z->size);
	return object;
}

[[gnu::noinline]] static void release_slowly(struct magazine *m,
					     struct zone *z, void *object)
{
	flush(z->p, m, MAGAZINE_SIZE / 2);
	m->objects[m->count++] = object;
}

static inline void release(struct magazine *m, struct zone *z, void *object)
{
	uint32_t n = m->count;

	if (__builtin_expect(n == MAGAZINE_SIZE, 0)) {
		release_slowly(m, z, object);
		return;
	}
	m->objects[n] = object;
	m->count = n + 1;
}

void zone_release(struct zone *z, void *object)
{
	release(&z->p->magazines[cpu_number()], z, object);
}

void zone_free(struct zone *z, void *object)
{
	struct magazine *m = &z->p->magazines[cpu_number()];

	if (CONFIG_DEBUG)
		zone_debug_free(z, object);
	m->live--;
	if (CONFIG_KASAN)
		quarantine_put(z, object);
	else
		release(m, z, object);
}

/* Exact while nobody allocates; each processor counts for itself. */
size_t zone_live(const struct zone *z)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < z->p->magazine_count; i++)
		n += z->p->magazines[i].live;
	return n <= INT32_MAX ? n : 0;
}

/* The zone after z, NULL for the first. Zones are never undone, so the lock is
 * needed for the links alone. */
static struct zone *next_zone(struct zone *z)
{
	struct list_node *n;

	spin_lock(&zones_lock);
	n = z == NULL ? list_first(&zones) : list_next(&zones, &z->link);
	spin_unlock(&zones_lock);
	return n != NULL ? container_of(n, struct zone, link) : NULL;
}

bool zone_exists(const struct zone *z)
{
	struct zone *other = NULL;

	while ((other = next_zone(other)) != NULL)
		if (other == z)
			return true;
	return false;
}

void zone_set_kept(struct zone *z, size_t count)
{
	atomic_set(&z->kept, count);
}

void zone_census(void (*fn)(void *arg, const char *name, size_t size,
			    size_t live, size_t frames),
		 void *arg)
{
	struct zone *z = NULL;

	while ((z = next_zone(z)) != NULL) {
		size_t live = zone_live(z), kept = atomic_get(&z->kept);

		fn(arg, z->name, z->size, live > kept ? live - kept : 0,
		   z->p->frames);
	}
}

size_t zone_frames(void)
{
	struct zone *z = NULL;
	size_t frames = 0;

	while ((z = next_zone(z)) != NULL)
		frames += z->p->frames;
	return frames;
}

void zone_drain_local(void)
{
	struct zone *z = NULL;

	if (CONFIG_KASAN)
		(void)quarantine_flush();
	while ((z = next_zone(z)) != NULL) {
		struct slab *s;

		flush(z->p, &z->p->magazines[cpu_number()], 0);
		while ((s = take_empty(z->p)) != NULL)
			slab_destroy(z->p, s);
	}
	pmap_drain_local();
	page_drain_local();
}

void zone_drain(void)
{
	for (unsigned i = 0; i < processor_possible(); i++) {
		if (!(default_pset.processors >> i & 1))
			continue;
		thread_bind((int)i);
		stack_drain_local();
		zone_drain_local();
	}
	thread_bind(-1);
	page_drain();
}

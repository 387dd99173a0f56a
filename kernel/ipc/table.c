/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of a name space: where entries live and how names are chosen.
 *
 * It knows nothing of rights. Everything runs under the space's lock; memory
 * comes from zones, which never block.
 */
#include <ipc/space_i.h>
#include <kern/random.h>
#include <kern/string.h>
#include <kern/zone.h>

struct ipc_entry ipc_no_entry;

static struct zone space_zone, chunk_zone, overflow_zone;

void ipc_space_zone_init(void)
{
	zone_init(&space_zone, "ipc space", sizeof(struct ipc_space), 0);
	zone_init(&chunk_zone, "ipc entries", sizeof(struct ipc_chunk), 0);
	zone_init(&overflow_zone, "ipc overflow",
		  sizeof(struct ipc_overflow_entry), 0);
}

void ipc_table_note_kept(size_t chunks)
{
	zone_set_kept(&chunk_zone, chunks);
}

/* --- growing --- */

static enum kr add_chunk(struct ipc_space *s)
{
	uint32_t n = s->capacity >> CHUNK_SHIFT;
	struct ipc_dir **dir = &s->dir[n >> DIR_SHIFT];
	if (!account_charge(s->account, CHARGE_NAMES, CHUNK_ENTRIES))
		return KR_NO_SPACE;
	if (!*dir)
		*dir = kalloc_zeroed(sizeof(**dir));
	struct ipc_chunk *chunk = *dir ? zone_alloc_zeroed(&chunk_zone) : NULL;
	if (!chunk) {
		account_credit(s->account, CHARGE_NAMES, CHUNK_ENTRIES);
		return KR_RESOURCE_SHORTAGE;
	}
	(*dir)->chunk[n & (DIR_CHUNKS - 1)] = chunk;
	s->capacity += CHUNK_ENTRIES;
	return KR_SUCCESS;
}

/* One more index: s->high. */
static enum kr grow(struct ipc_space *s)
{
	if (s->high == NAME_INDEX_MASK) /* the last index would make ~0 */
		return KR_NO_SPACE;
	if (s->high == s->capacity) {
		enum kr kr = add_chunk(s);
		if (kr != KR_SUCCESS)
			return kr;
	}
	s->high++;
	ipc_reverse_grow(s);
	return KR_SUCCESS;
}

/* --- allocation --- */

static struct ipc_entry *pop_free(struct ipc_space *s)
{
	struct ipc_entry *e = s->free_head;
	s->free_head = e->free_next;
	s->free_count--;
	e->name += NAME_GENERATION;
	return e;
}

/* Skips generations that collide with names the user chose. */
static void avoid_overflow(struct ipc_space *s, struct ipc_entry *e)
{
	while (s->overflow_count && ipc_overflow_lookup(s, e->name))
		e->name += NAME_GENERATION;
}

static void free_hot(struct ipc_space *s)
{
	struct ipc_entry *e = s->hot;
	s->hot = NULL;
	if (e)
		ipc_entry_push(s, e);
}

struct ipc_entry *ipc_entry_pop_other(struct ipc_space *s)
{
	free_hot(s);
	return s->active ? ipc_entry_pop(s) : NULL;
}

enum kr ipc_entry_alloc(struct ipc_space *s, struct ipc_entry **entry)
{
	enum kr kr = KR_SUCCESS;
	struct ipc_entry *e = ipc_entry_pop(s);
	if (__builtin_expect(e != NULL, 1)) {
		e->port = NULL;
		*entry = e;
		return KR_SUCCESS;
	}
	if (s->free_count < FREE_MIN)
		kr = grow(s);
	if (kr != KR_SUCCESS)
		free_hot(s);
	if (s->free_count < FREE_MIN && kr == KR_SUCCESS) {
		e = ipc_table_slot(s, s->high - 1);
		e->name = s->high - 1;
	} else if (s->free_count) {
		e = pop_free(s);
	} else {
		return kr;
	}
	e->port = NULL;
	avoid_overflow(s, e);
	s->live++;
	*entry = e;
	return KR_SUCCESS;
}

void ipc_entry_free(struct ipc_space *s, struct ipc_entry *e)
{
	assert(!e->request);
	ipc_entry_forget(s, e);
	e->urefs = 0;
	if (!(e->flags & ENTRY_OVERFLOW)) {
		e->flags = 0;
		e->hash_next = NULL;
		ipc_entry_push(s, e);
		return;
	}
	e->type = 0;
	s->live--;
	struct ipc_overflow_entry *o =
		container_of(e, struct ipc_overflow_entry, entry);
	uint64_t bucket = e->name * s->seed >> 56;
	struct ipc_overflow_entry **p = &s->overflow->bucket[bucket];
	while (*p != o)
		p = &(*p)->next;
	*p = o->next;
	if (!--s->overflow_count && s->active)
		s->overflow_sieve = 0;
	s->overflow_version++;
	zone_free(&overflow_zone, o);
	account_credit(s->account, CHARGE_NAMES, 1);
}

/* --- chosen names --- */

struct ipc_entry *ipc_overflow_lookup(struct ipc_space *s,
				      mach_port_name_t name)
{
	if (!s->overflow)
		return NULL;
	uint64_t bucket = name * s->seed >> 56;
	struct ipc_overflow_entry *o = s->overflow->bucket[bucket];
	while (o && o->entry.name != name)
		o = o->next;
	return o && o->entry.type ? &o->entry : NULL;
}

static struct ipc_overflow_entry *overflow_alloc(struct ipc_space *s)
{
	if (!s->overflow) {
		s->overflow = kalloc_zeroed(sizeof(*s->overflow));
		random_bytes(&s->seed, sizeof(s->seed));
		s->seed |= 1;
	}
	return s->overflow ? zone_alloc_zeroed(&overflow_zone) : NULL;
}

enum kr ipc_entry_alloc_name(struct ipc_space *s, mach_port_name_t name,
			     struct ipc_entry **entry)
{
	if (ipc_entry_lookup(s, name))
		return KR_NAME_EXISTS;
	if (!account_charge(s->account, CHARGE_NAMES, 1))
		return KR_NO_SPACE;
	struct ipc_overflow_entry *o = overflow_alloc(s);
	if (!o) {
		account_credit(s->account, CHARGE_NAMES, 1);
		return KR_RESOURCE_SHORTAGE;
	}
	uint64_t bucket = name * s->seed >> 56;
	o->entry.name = name;
	o->entry.flags = ENTRY_OVERFLOW;
	o->next = s->overflow->bucket[bucket];
	s->overflow->bucket[bucket] = o;
	s->overflow_count++;
	s->overflow_sieve |= 1ull << (name % 64);
	s->live++;
	*entry = &o->entry;
	return KR_SUCCESS;
}

/* --- walking --- */

#define CURSOR_OVERFLOW ((uint64_t)1 << 32)

static void walk_bucket(struct ipc_space *s, uint64_t bucket,
			void (*fn)(void *, struct ipc_entry *), void *arg)
{
	struct ipc_overflow_entry *next;
	for (struct ipc_overflow_entry *o = s->overflow->bucket[bucket]; o;
	     o = next) {
		next = o->next;
		fn(arg, &o->entry);
	}
}

bool ipc_table_walk(struct ipc_space *s, uint64_t *cursor, unsigned batch,
		    void (*fn)(void *arg, struct ipc_entry *e), void *arg)
{
	for (; *cursor < s->high; ++*cursor) {
		struct ipc_entry *e = ipc_table_slot(s, (uint32_t)*cursor);
		if (!batch--)
			return true;
		if (*cursor && e->type)
			fn(arg, e);
	}
	if (*cursor < CURSOR_OVERFLOW)
		*cursor = CURSOR_OVERFLOW;
	uint64_t bucket = *cursor - CURSOR_OVERFLOW;
	if (!s->overflow || bucket >= OVERFLOW_BUCKETS)
		return false;
	walk_bucket(s, bucket, fn, arg);
	++*cursor;
	return true;
}

bool ipc_table_step(struct ipc_space *s, uint64_t *cursor,
		    struct ipc_entry **entry)
{
	if (*cursor < s->high) {
		struct ipc_entry *e = ipc_table_slot(s, (uint32_t)*cursor);
		if (*cursor && e->type)
			*entry = e;
		else
			++*cursor;
		return true;
	}
	if (*cursor < CURSOR_OVERFLOW)
		*cursor = CURSOR_OVERFLOW;
	uint64_t bucket = *cursor - CURSOR_OVERFLOW;
	if (!s->overflow || bucket >= OVERFLOW_BUCKETS)
		return false;
	struct ipc_overflow_entry *o = s->overflow->bucket[bucket];
	if (o)
		*entry = &o->entry;
	else
		++*cursor;
	return true;
}

void ipc_table_cleanup(struct ipc_space *s)
{
	assert(s->overflow_count == 0 && ipc_space_names(s) == 0);
	for (uint32_t i = 0; i < s->capacity; i += CHUNK_ENTRIES) {
		uint32_t n = i >> CHUNK_SHIFT;
		struct ipc_dir *dir = s->dir[n >> DIR_SHIFT];
		zone_free(&chunk_zone, dir->chunk[n & (DIR_CHUNKS - 1)]);
		account_credit(s->account, CHARGE_NAMES, CHUNK_ENTRIES);
	}
	for (unsigned i = 0; i < DIRS; i++)
		if (s->dir[i])
			kfree(s->dir[i], sizeof(*s->dir[i]));
	if (s->overflow)
		kfree(s->overflow, sizeof(*s->overflow));
	s->overflow = NULL;
	s->capacity = s->high = 0;
}

/* --- the space itself --- */

static const struct lock_class space_class = {"ipc space", RANK_SPACE, false,
					      false};

struct ipc_space *ipc_space_alloc(void)
{
	struct ipc_space *s = zone_alloc_zeroed(&space_zone);
	if (s) {
		spin_init(&s->lock, &space_class);
		ref_init(&s->ref);
	}
	return s;
}

void ipc_space_dealloc(struct ipc_space *s)
{
	zone_free(&space_zone, s);
}

enum kr ipc_table_init(struct ipc_space *s)
{
	return grow(s); /* index 0: never a name, only a bucket */
}

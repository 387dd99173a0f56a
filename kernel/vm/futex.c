/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Futexes. A waiter is known by where it waits: (map, address), or, with
 * FUTEX_SHARED in memory that several maps show, (object, offset), which every
 * sharer computes alike. An object keeps its identity through all copying, and
 * a waiter holds a reference, so the key stays true. Private memory that
 * becomes shared under a sleeper gives him his new key (vm_futex_rekey); for
 * that a FUTEX_SHARED waiter's bucket depends on the place in the page alone,
 * which is the same in both keys.
 *
 * The value is compared under the bucket's lock, so that a wake-up after a
 * change cannot be missed. Locks: map->lock for reading (the key stays true)
 * -> bucket (RANK_FUTEX) -> thread.
 */
#include <vm/futex.h>

#include <arch/copy.h>
#include <kern/list.h>
#include <kern/panic.h>
#include <kern/thread.h>
#include <vm/map_i.h>

#define FUTEX_SHARED 1

struct key {
	const void *where; /* map or object */
	uint64_t at;	   /* address or offset */
};

struct waiter {
	struct list_node link;	   /* bucket's lock */
	struct key key;		   /* bucket's lock */
	struct vm_object *object;  /* +1 if the key is of an object */
	struct thread *thread;
	bool shared;		   /* FUTEX_SHARED was given */
};

struct bucket {
	struct spinlock lock;
	struct list waiters;
};

#define BUCKET_SHIFT 8
static struct bucket buckets[1u << BUCKET_SHIFT];
/*
 * Counted before the waiter looks at the word; whoever changes a word looks
 * here after that. So one of the two sees the other.
 */
static _Atomic unsigned shared_waiters;

static const struct lock_class bucket_class = {
	.name = "futex",
	.rank = RANK_FUTEX,
};

void vm_futex_init(void)
{
	for (unsigned i = 0; i < 1u << BUCKET_SHIFT; i++) {
		spin_init(&buckets[i].lock, &bucket_class);
		list_init(&buckets[i].waiters);
	}
}

static struct bucket *bucket_of(const struct vm_map *map, uint64_t addr,
				bool shared)
{
	uint64_t h = shared ? addr & vm_page_mask() : addr ^ (uintptr_t)map;

	h = (h >> 2) * 0x9e3779b97f4a7c15u;
	return &buckets[h >> (64 - BUCKET_SHIFT)];
}

/* map->lock held for reading. False: no memory there. */
static bool make_key(struct vm_map *map, uint64_t addr, bool shared,
		     struct key *key, struct vm_object **object)
{
	struct vm_map_entry *e = vm_map_lookup(map, addr);
	struct vm_object *o = e != NULL ? atomic_get_acq(&e->object) : NULL;

	*object = NULL;
	*key = (struct key){ map, addr };
	if (e == NULL)
		return false;
	if (shared && o != NULL && o->shared) {
		*object = o;
		*key = (struct key){ o, e->offset + (addr - e->start) };
	}
	return true;
}

static bool same(const struct key *a, const struct key *b)
{
	return a->where == b->where && a->at == b->at;
}

/*
 * Queues w if the word has the value. KR_ABORTED: the word is not mapped now.
 * On success the wait is armed.
 */
static enum kr enqueue(struct bucket *b, struct waiter *w, uint64_t addr,
		       uint32_t expected)
{
	enum kr kr = KR_SUCCESS;
	uint32_t value;

	spin_lock(&b->lock);
	if (!copy_in_u32_nofault(&value, addr)) {
		kr = KR_ABORTED;
	} else if (value != expected) {
		kr = KR_FAILURE;
	} else {
		thread_wait_begin(WAIT_ABORTABLE);
		list_push_back(&b->waiters, &w->link);
	}
	spin_unlock(&b->lock);
	return kr;
}

static enum kr try_wait(struct vm_map *map, uint64_t addr, uint32_t expected,
			struct bucket *b, struct waiter *w)
{
	enum kr kr = KR_INVALID_ADDRESS;

	if (w->shared)
		atomic_fetch_add(&shared_waiters, 1);
	rwlock_read(&map->lock);
	if (make_key(map, addr, w->shared, &w->key, &w->object))
		kr = enqueue(b, w, addr, expected);
	if (kr == KR_SUCCESS && w->object != NULL)
		vm_object_ref(w->object);
	rwlock_read_done(&map->lock);
	if (kr != KR_SUCCESS && w->shared)
		atomic_sub(&shared_waiters, 1);
	return kr;
}

/* Blocks until woken; leaves the bucket in any case. */
static enum kr sleep(struct bucket *b, struct waiter *w, uint64_t deadline)
{
	enum wait_result result = thread_block(deadline, NULL);

	spin_lock(&b->lock);
	if (list_linked(&w->link))
		list_remove(&w->link);
	spin_unlock(&b->lock);
	if (w->shared)
		atomic_sub(&shared_waiters, 1);
	vm_object_unref(w->object);
	switch (result) {
	case WAIT_TIMEDOUT:
		return KR_TIMEDOUT;
	case WAIT_ABORTED:
		return KR_ABORTED;
	default:
		return KR_SUCCESS;
	}
}

enum kr vm_futex_wait(struct vm_map *map, uint64_t addr, uint32_t expected,
		      int flags, uint64_t deadline)
{
	struct waiter w = { .thread = thread_self(),
			    .shared = flags & FUTEX_SHARED };
	struct bucket *b = bucket_of(map, addr, w.shared);
	uint32_t value;
	enum kr kr;

	if ((addr & 3) || (flags & ~FUTEX_SHARED))
		return KR_INVALID_ARGUMENT;
	while ((kr = try_wait(map, addr, expected, b, &w)) == KR_ABORTED) {
		if (!copy_in_u32(&value, addr))
			return KR_INVALID_ADDRESS;
		if (thread_should_abort())
			return KR_ABORTED;
	}
	return kr == KR_SUCCESS ? sleep(b, &w, deadline) : kr;
}

static unsigned wake(struct bucket *b, const struct key *key, unsigned n)
{
	struct list claimed;
	unsigned woken = 0;
	struct waiter *w;

	list_init(&claimed);
	spin_lock(&b->lock);
	list_for_each_safe(&b->waiters, w, link) {
		if (woken == n)
			break;
		if (!same(&w->key, key))
			continue;
		list_remove(&w->link);
		if (!thread_claim(w->thread, WAIT_OK))
			continue;
		list_push_back(&claimed, &w->thread->wait_link);
		woken++;
	}
	spin_unlock(&b->lock);
	thread_ready_all(&claimed);
	return woken;
}

/*
 * Without FUTEX_SHARED those who wait with it are woken too, after the others:
 * the end of a thread is announced to both kinds.
 */
unsigned vm_futex_wake(struct vm_map *map, uint64_t addr, unsigned n, int flags)
{
	const struct key private = { map, addr };
	struct vm_object *object;
	struct key key;
	unsigned woken = 0;

	if ((addr & 3) || (flags & ~FUTEX_SHARED))
		return 0;
	if (!(flags & FUTEX_SHARED))
		woken = wake(bucket_of(map, addr, false), &private, n);
	if (woken == n)
		return woken;
	/* The caller's change of the word comes before the look. */
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_get(&shared_waiters) == 0)
		return woken;
	rwlock_read(&map->lock);
	if (make_key(map, addr, true, &key, &object))
		woken += wake(bucket_of(map, addr, true), &key, n - woken);
	rwlock_read_done(&map->lock);
	return woken;
}

static void rekey_waiter(struct vm_map *map, struct vm_map_entry *e,
			 struct waiter *w)
{
	if (!w->shared || w->key.where != map || w->key.at < e->start ||
	    w->key.at >= e->end)
		return;
	w->object = atomic_get(&e->object);
	vm_object_ref(w->object);
	w->key = (struct key){ w->object,
			       e->offset + (w->key.at - e->start) };
}

void vm_futex_rekey(struct vm_map *map, struct vm_map_entry *e)
{
	struct waiter *w;

	if (atomic_get(&shared_waiters) == 0)
		return;
	for (unsigned i = 0; i < 1u << BUCKET_SHIFT; i++) {
		spin_lock(&buckets[i].lock);
		list_for_each(&buckets[i].waiters, w, link)
			rekey_waiter(map, e, w);
		spin_unlock(&buckets[i].lock);
	}
}

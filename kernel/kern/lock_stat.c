/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters and records of spin locks. Counters are per processor. The record is
 * one hash table that all processors fill without a lock (it is filled from
 * inside spin_lock): a slot is taken by a compare-and-swap of its lock word.
 */
#include <kern/lock_stat.h>

#include <kern/page.h>
#include <kern/processor_i.h>
#include <kern/string.h>

#define RECORD_ORDER 4
#define PROBES	     64

/* A pair; its key mixes both pointers and is never 0. */
struct record {
	_Atomic uintptr_t key;
	const struct spinlock *lock;
	const char *class_name;
	const struct thread *thread;
};

static struct record *records;
static size_t record_count;
static _Atomic bool recording;
static _Atomic unsigned lost;

/* This processor alone writes it: no locked instruction. */
static void count(_Atomic uint64_t *counter, uint64_t by)
{
	atomic_set(counter, atomic_get(counter) + by);
}

void lock_counts(struct lock_counts *c)
{
	*c = (struct lock_counts){ 0 };
	for (unsigned i = 0; i < processor_possible(); i++) {
		const struct processor *p = processor_by_number(i);

		if (p == NULL)
			continue;
		c->acquired += atomic_get(&p->p->locks.acquired);
		c->waited += atomic_get(&p->p->locks.waited);
		c->spins += atomic_get(&p->p->locks.spins);
	}
}

static const char *class_name(const struct spinlock *l)
{
	const struct lock_class *class = lock_class(l);

	return class != NULL ? class->name : "?";
}

static void record(const struct spinlock *l, const struct thread *t)
{
	uintptr_t key = ((uintptr_t)l * 31 ^ (uintptr_t)t) | 1;
	size_t at = key * 0x9e3779b97f4a7c15ull >> 32;

	for (unsigned i = 0; i < PROBES; i++) {
		struct record *r = &records[(at + i) % record_count];
		uintptr_t was = 0;

		if (atomic_compare_exchange_strong(&r->key, &was, key)) {
			r->lock = l;
			r->class_name = class_name(l);
			r->thread = t;
			return;
		}
		if (was == key)
			return;
	}
	atomic_add(&lost, 1);
}

void lock_stat_acquired(struct spinlock *l)
{
	struct processor *p = cpu_processor();

	if (p == NULL)
		return;
	count(&p->p->locks.acquired, 1);
	if (__builtin_expect(atomic_get_acq(&recording), 0))
		record(l, cpu_thread());
}

void lock_stat_waited(uint64_t spins)
{
	struct processor *p = cpu_processor();

	if (p == NULL)
		return;
	count(&p->p->locks.waited, 1);
	count(&p->p->locks.spins, spins);
}

bool lock_record_start(void)
{
	size_t bytes = page_size_hw() << RECORD_ORDER;
	struct page *page;

	if (atomic_get(&recording))
		return false;
	if (records == NULL) {
		page = page_alloc(RECORD_ORDER, PAGE_KERNEL, 0);
		if (page == NULL)
			return false;
		records = page_to_virt(page);
		record_count = bytes / sizeof(*records);
	}
	memset(records, 0, bytes);
	atomic_set(&lost, 0);
	atomic_set_rel(&recording, true);
	return true;
}

void lock_record_stop(void)
{
	atomic_store(&recording, false);
}

void lock_record_each(void (*fn)(void *arg, const struct spinlock *lock,
				 const char *class_name,
				 const struct thread *thread),
		      void *arg)
{
	for (size_t i = 0; i < record_count; i++)
		if (atomic_get(&records[i].key) != 0)
			fn(arg, records[i].lock, records[i].class_name,
			   records[i].thread);
}

unsigned lock_record_lost(void)
{
	return atomic_get(&lost);
}

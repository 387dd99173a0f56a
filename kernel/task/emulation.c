/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Redirection vectors. The common case, one handler for every number, is one
 * word in the task and takes no lock; a vector of single numbers hangs beside
 * it, guarded by the task's lock.
 */
#include <task/emulation.h>

#include <arch/pmap.h>
#include <kern/ref.h>
#include <kern/string.h>
#include <kern/zone.h>
#include <task/task.h>

struct emulation {
	struct ref ref;
	int start;
	unsigned count;
	uint64_t pc[];
};

static size_t emulation_bytes(unsigned count)
{
	return sizeof(struct emulation) + count * sizeof(uint64_t);
}

static void emulation_unref(struct emulation *e)
{
	if (e && ref_put(&e->ref))
		kfree(e, emulation_bytes(e->count));
}

static bool pc_ok(uint64_t pc)
{
	return pc == 0 || (pc >= pmap_user_min && pc < pmap_user_max);
}

/* A new vector: old's entries with [start, start+count) replaced by pc. */
static enum kr emulation_merge(const struct emulation *old, int start,
			       const uint64_t *pc, unsigned count,
			       struct emulation **merged)
{
	int64_t low = start, high = (int64_t)start + count;
	if (old && old->count) {
		int64_t old_high = (int64_t)old->start + old->count;
		low = old->start < low ? old->start : low;
		high = old_high > high ? old_high : high;
	}
	if (high - low > EMULATION_SLOTS_MAX)
		return KR_INVALID_ARGUMENT;
	struct emulation *e = kalloc_zeroed(emulation_bytes(high - low));
	if (!e)
		return KR_RESOURCE_SHORTAGE;
	ref_init(&e->ref);
	e->start = (int)low;
	e->count = (unsigned)(high - low);
	if (old)
		memcpy(&e->pc[old->start - low], old->pc, old->count * 8);
	memcpy(&e->pc[start - low], pc, count * 8);
	*merged = e;
	return KR_SUCCESS;
}

/* Replaces the vector; retries if another thread replaced it meanwhile. */
static enum kr emulation_replace(struct task *t, int start, const uint64_t *pc,
				 unsigned count)
{
	for (;;) {
		spin_lock(&t->lock);
		struct emulation *old = t->emulation, *new;
		if (old)
			ref_get(&old->ref);
		spin_unlock(&t->lock);

		enum kr kr = emulation_merge(old, start, pc, count, &new);
		bool current = false;
		if (kr == KR_SUCCESS) {
			spin_lock(&t->lock);
			current = t->emulation == old;
			if (current)
				t->emulation = new;
			spin_unlock(&t->lock);
			emulation_unref(current ? old : new);
		}
		emulation_unref(old);
		if (kr != KR_SUCCESS || current)
			return kr;
	}
}

enum kr emulation_set(struct task *t, int number, uint64_t pc)
{
	if (!pc_ok(pc))
		return KR_INVALID_ARGUMENT;
	if (number == EML_ALL) {
		atomic_set(&t->redirect_all, pc);
		return KR_SUCCESS;
	}
	return emulation_replace(t, number, &pc, 1);
}

enum kr emulation_set_vector(struct task *t, int start, const uint64_t *pc,
			     unsigned count)
{
	if (count > EMULATION_SLOTS_MAX)
		return KR_INVALID_ARGUMENT;
	for (unsigned i = 0; i < count; i++)
		if (!pc_ok(pc[i]))
			return KR_INVALID_ARGUMENT;
	if (start == EML_ALL && count == 1)
		return emulation_set(t, EML_ALL, pc[0]);
	return count ? emulation_replace(t, start, pc, count) : KR_SUCCESS;
}

enum kr emulation_get_vector(struct task *t, int *start, uint64_t **pc,
			     unsigned *count)
{
	spin_lock(&t->lock);
	struct emulation *e = t->emulation;
	if (e)
		ref_get(&e->ref);
	spin_unlock(&t->lock);

	uint64_t all = atomic_get(&t->redirect_all);
	const uint64_t *from = e ? e->pc : &all;
	unsigned n = e ? e->count : all != 0;
	*start = e ? e->start : all ? EML_ALL : 0;
	*count = n;
	*pc = NULL;
	enum kr kr = KR_SUCCESS;
	if (n) {
		*pc = kalloc(n * 8);
		if (*pc)
			memcpy(*pc, from, n * 8);
		else
			kr = KR_RESOURCE_SHORTAGE;
	}
	emulation_unref(e);
	return kr;
}

/* The program chose number: no difference is taken before it is in range. */
static uint64_t vector_lookup(const struct emulation *e, int64_t number)
{
	if (!e || number < e->start || number >= (int64_t)e->start + e->count)
		return 0;
	return e->pc[number - e->start];
}

uint64_t emulation_lookup(struct task *t, int64_t number)
{
	uint64_t pc = 0;

	if (__builtin_expect(t->emulation != NULL, 0)) {
		spin_lock(&t->lock);
		pc = vector_lookup(t->emulation, number);
		spin_unlock(&t->lock);
	}
	return pc ? pc : atomic_get(&t->redirect_all);
}

void emulation_inherit(struct task *child, struct task *parent)
{
	spin_lock(&parent->lock);
	child->emulation = parent->emulation;
	if (child->emulation)
		ref_get(&child->emulation->ref);
	spin_unlock(&parent->lock);
	atomic_set(&child->redirect_all, atomic_get(&parent->redirect_all));
}

void emulation_release(struct task *t)
{
	spin_lock(&t->lock);
	struct emulation *e = t->emulation;
	t->emulation = NULL;
	spin_unlock(&t->lock);
	emulation_unref(e);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lock objects: what each class does is a row of a table. Misuse that can be
 * seen (unlocking what another thread holds, a number of a lock that has none)
 * ends the program.
 *
 * The recursive and the condition lock are states guarded by a mutex that is
 * held for a few instructions only; who must wait, waits for `changed`.
 */
#include <mach/nx_lock.h>

#include "internal.h"

struct nx_lock {
	enum nx_lock_class what;
	spin_lock_t spin;
	struct mutex mutex;	  /* NX_LOCK itself, or of what follows */
	struct condition changed; /* owner became NULL */
	cthread_t owner;	  /* (mutex) */
	unsigned depth;		  /* (mutex) */
	int number;		  /* (mutex) changed by the owner only */
};

struct methods {
	void (*lock)(nx_lock_t lock);
	bool (*try)(nx_lock_t lock);
	void (*unlock)(nx_lock_t lock);
};

static void plain_lock(nx_lock_t l)
{
	mutex_lock(&l->mutex);
}

static bool plain_try(nx_lock_t l)
{
	return mutex_try_lock(&l->mutex);
}

static void plain_unlock(nx_lock_t l)
{
	mutex_unlock(&l->mutex);
}

static void spin_lock_method(nx_lock_t l)
{
	spin_lock(&l->spin);
}

static bool spin_try(nx_lock_t l)
{
	return spin_try_lock(&l->spin);
}

static void spin_unlock_method(nx_lock_t l)
{
	spin_unlock(&l->spin);
}

/* The mutex is held. */
static bool may_take(nx_lock_t l)
{
	return l->owner == NULL ||
	       (l->what == NX_RECURSIVE_LOCK && l->owner == cthread_self());
}

static void take(nx_lock_t l)
{
	l->owner = cthread_self();
	l->depth++;
}

static void owned_lock(nx_lock_t l)
{
	mutex_lock(&l->mutex);
	while (!may_take(l))
		condition_wait(&l->changed, &l->mutex);
	take(l);
	mutex_unlock(&l->mutex);
}

static bool owned_try(nx_lock_t l)
{
	bool free;

	mutex_lock(&l->mutex);
	free = may_take(l);
	if (free)
		take(l);
	mutex_unlock(&l->mutex);
	return free;
}

static void owned_unlock(nx_lock_t l)
{
	mutex_lock(&l->mutex);
	if (l->owner != cthread_self())
		abort();
	if (--l->depth == 0) {
		l->owner = NULL;
		condition_broadcast(&l->changed);
	}
	mutex_unlock(&l->mutex);
}

static const struct methods classes[] = {
	[NX_LOCK] = {plain_lock, plain_try, plain_unlock},
	[NX_SPIN_LOCK] = {spin_lock_method, spin_try, spin_unlock_method},
	[NX_RECURSIVE_LOCK] = {owned_lock, owned_try, owned_unlock},
	[NX_CONDITION_LOCK] = {owned_lock, owned_try, owned_unlock},
};

nx_lock_t nx_lock_alloc(enum nx_lock_class what)
{
	nx_lock_t l = calloc(1, sizeof *l);

	if (l == NULL || what > NX_CONDITION_LOCK)
		abort();
	l->what = what;
	return l;
}

void nx_lock_free(nx_lock_t l)
{
	condition_clear(&l->changed);
	mutex_clear(&l->mutex);
	free(l);
}

void nx_lock(nx_lock_t l)
{
	classes[l->what].lock(l);
}

bool nx_lock_try(nx_lock_t l)
{
	return classes[l->what].try(l);
}

void nx_unlock(nx_lock_t l)
{
	classes[l->what].unlock(l);
}

static void need_number(nx_lock_t l)
{
	if (l->what != NX_CONDITION_LOCK)
		abort();
}

int nx_condition(nx_lock_t l)
{
	int number;

	need_number(l);
	mutex_lock(&l->mutex);
	number = l->number;
	mutex_unlock(&l->mutex);
	return number;
}

void nx_lock_when(nx_lock_t l, int condition)
{
	need_number(l);
	mutex_lock(&l->mutex);
	while (l->owner != NULL || l->number != condition)
		condition_wait(&l->changed, &l->mutex);
	take(l);
	mutex_unlock(&l->mutex);
}

void nx_unlock_with(nx_lock_t l, int condition)
{
	need_number(l);
	mutex_lock(&l->mutex);
	if (l->owner != cthread_self())
		abort();
	l->number = condition;
	mutex_unlock(&l->mutex);
	nx_unlock(l);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks of spin locks at run time (debug kernels).
 *
 * Each processor knows the locks it holds. Before a lock is taken:
 *   - it was initialised, and this processor does not hold it;
 *   - a lock of interrupt class is taken with interrupts off;
 *   - while a lock of interrupt class is held, or inside an interrupt handler,
 *     only locks of interrupt class are taken;
 *   - its rank is above that of every held lock of the same kind (interrupt
 *     class or not), or equal where pairs or nesting are declared.
 * A violation panics with both names. The order over all kinds is then acyclic,
 * so no set of processors can wait for each other in a ring.
 *
 * Half of what a debug kernel executes was here: this file is compiled without
 * sanitizers, and asks for itself whether a lock's memory may be touched.
 */
#include <kern/lock.h>

#include <kern/kasan.h>
#include <kern/panic.h>
#include <kern/processor_i.h>

/* NULL until the boot processor has its structure. */
static struct lock_state *lock_state(void)
{
	struct processor *p = cpu_processor();

	return p != NULL ? &p->p->locks : NULL;
}

static void check_one(const struct lock_class *held,
		      const struct lock_class *new, bool pair)
{
	if (held->interrupt && !new->interrupt)
		panic("lock order: %s taken while %s, of interrupt class, "
		      "is held",
		      new->name, held->name);
	if (held->interrupt != new->interrupt || held->rank < new->rank)
		return;
	if (held == new && (pair || new->nests))
		return;
	panic("lock order: %s (rank %d) taken while %s (rank %d) is held",
	      new->name, (int)new->rank, held->name, (int)held->rank);
}

static void check_order(const struct lock_state *s,
			const struct lock_class *new, bool pair)
{
	if (new->interrupt && cpu_irq_enabled())
		panic("lock order: %s taken with interrupts on", new->name);
	if (!new->interrupt && s->interrupts != 0)
		panic("lock order: %s taken by an interrupt handler",
		      new->name);
	for (unsigned list = 0; list < 2; list++)
		for (unsigned i = atomic_get(&s->lists[list].count); i-- > 0;)
			check_one(lock_class(s->lists[list].held[i]), new,
				  pair);
}

void lock_debug_before(struct spinlock *l, bool try, bool pair)
{
	const struct lock_state *s = lock_state();

	if (atomic_get(&panicking))
		return;
	kasan_check_write(l, sizeof(*l));
	if (lock_class(l) == NULL)
		panic("lock %p was never initialised", (void *)l);
	if (lock_holder(l) == cpu_number() + 1)
		panic("lock %s taken twice", lock_class(l)->name);
	/* A try cannot wait, so its order does not matter. */
	if (s != NULL && !try)
		check_order(s, lock_class(l), pair);
	cpu_sched_point();
}

static struct lock_list *list_of(struct lock_state *s)
{
	return &s->lists[s->interrupts != 0];
}

static void note_held(struct lock_list *list, struct spinlock *l)
{
	unsigned count = atomic_get(&list->count);

	if (count == LOCKS_HELD_MAX)
		panic("too many locks held, the last %s", lock_class(l)->name);
	list->held[count] = l;
	atomic_set_rel(&list->count, count + 1);
}

/* Most often the last one. */
static void note_released(struct lock_list *list, const struct spinlock *l)
{
	unsigned count = atomic_get(&list->count);
	unsigned i = count;

	while (i > 0 && list->held[i - 1] != l)
		i--;
	if (i == 0)
		return; /* taken before there was anything to note it in */
	for (; i < count; i++)
		list->held[i - 1] = list->held[i];
	atomic_set_rel(&list->count, count - 1);
}

void lock_debug_acquired(struct spinlock *l)
{
	struct lock_state *s = lock_state();

	lock_set_holder(l, cpu_number() + 1);
	if (s != NULL && !atomic_get(&panicking))
		note_held(list_of(s), l);
}

void lock_debug_release(struct spinlock *l)
{
	struct lock_state *s = lock_state();

	if (atomic_get(&panicking))
		return;
	if (lock_holder(l) != cpu_number() + 1)
		panic("lock %s released but not held", lock_class(l)->name);
	lock_set_holder(l, 0);
	if (s != NULL)
		note_released(list_of(s), l);
}

bool spin_held(const struct spinlock *l)
{
	return !CONFIG_DEBUG || lock_holder(l) == cpu_number() + 1;
}

void spin_check_held(const struct spinlock *l)
{
	assert(spin_held(l));
}

void lock_check_none(void)
{
	assert(spin_none_held());
}

static void log_held(const struct spinlock *l)
{
	klog("held: %s, %p", lock_class(l)->name, (void *)l);
}

bool spin_none_held(void)
{
	const struct lock_state *s = lock_state();

	if (!CONFIG_DEBUG || s == NULL ||
	    (atomic_get(&s->lists[0].count) | atomic_get(&s->lists[1].count)) ==
		    0)
		return true;
	for (unsigned list = 0; list < 2; list++)
		for (unsigned i = 0; i < atomic_get(&s->lists[list].count); i++)
			log_held(s->lists[list].held[i]);
	return false;
}

void lock_irq_enter(void)
{
	struct lock_state *s = lock_state();

	if (CONFIG_DEBUG && s != NULL)
		s->interrupts++;
}

void lock_irq_exit(void)
{
	struct lock_state *s = lock_state();

	if (CONFIG_DEBUG && s != NULL)
		s->interrupts--;
}

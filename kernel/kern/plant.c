/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The planted bugs themselves. Each is the smallest mistake that its detector
 * is there to find, made on purpose, and never in a release kernel. Locks are
 * taken in wrong ways: that is the point.
 */
#include <kern/plant.h>

#include <kern/census.h>
#include <kern/lock.h>
#include <kern/options.h>
#include <kern/panic.h>
#include <kern/ref.h>
#include <kern/string.h>
#include <kern/zone.h>

static const struct lock_class low_class = {
	.name = "planted low",
	.rank = RANK_SPACE,
};
static const struct lock_class high_class = {
	.name = "planted high",
	.rank = RANK_PORT,
};
static const struct lock_class interrupt_class = {
	.name = "planted interrupt",
	.rank = RANK_RUNQ,
	.interrupt = true,
};

static struct zone zone;

static void *object(void)
{
	void *p;

	if (zone.p == NULL)
		zone_init(&zone, "planted", 40, 0);
	p = zone_alloc(&zone);
	panic_unless(p != NULL);
	return p;
}

/* The address sanitizer of the build machine must not be quicker than the
 * detector that is being tried. */
[[gnu::no_sanitize_address]] static void scribble(volatile char *at)
{
	*at = 1;
}

static void lock_order(void) NO_LOCK_ANALYSIS
{
	struct spinlock low, high;

	spin_init(&low, &low_class);
	spin_init(&high, &high_class);
	spin_lock(&high);
	spin_lock(&low);
}

static void lock_same_rank(void) NO_LOCK_ANALYSIS
{
	struct spinlock a, b;

	spin_init(&a, &low_class);
	spin_init(&b, &low_class);
	spin_lock(&a);
	spin_lock(&b);
}

static void lock_twice(void) NO_LOCK_ANALYSIS
{
	struct spinlock l;

	spin_init(&l, &low_class);
	spin_lock(&l);
	spin_lock(&l);
}

static void lock_interrupt(void) NO_LOCK_ANALYSIS
{
	struct spinlock l;

	spin_init(&l, &interrupt_class);
	spin_lock(&l);
}

static void lock_uninitialised(void) NO_LOCK_ANALYSIS
{
	struct spinlock l;

	memset(&l, 0, sizeof(l));
	spin_lock(&l);
}

static void lock_not_held(void) NO_LOCK_ANALYSIS
{
	struct spinlock l;

	spin_init(&l, &low_class);
	spin_unlock(&l);
}

static void zone_double_free(void)
{
	void *p = object();

	zone_free(&zone, p);
	zone_free(&zone, p);
}

static void zone_overrun(void)
{
	char *p = object();

	scribble(p + zone.size);
	zone_free(&zone, p);
}

static void zone_underrun(void)
{
	char *p = object();

	scribble(p - 1);
	zone_free(&zone, p);
}

static void zone_use_after_free(void)
{
	char *p = object();

	zone_free(&zone, p);
	scribble(p + 8);
	p = zone_alloc(&zone); /* the same one: the last freed */
	(void)p;
}

static void zone_wrong(void)
{
	void *p = object();

	kfree(p, 40);
}

static void refcount(void)
{
	struct ref r;

	ref_init(&r);
	if (ref_put(&r))
		ref_get(&r);
}

static void assertion(void)
{
	int one = 1;

	assert(one == 2);
}

static void census(void)
{
	struct census before;

	(void)object();
	census_take(&before);
	(void)object();
	if (census_compare(&before) != 0)
		panic("census: objects were left over");
}

static const struct {
	const char *name;
	void (*run)(void);
	const char *expected;
} bugs[] = {
	{ "lock-order", lock_order, "planted low (rank 40) taken while" },
	{ "lock-same-rank", lock_same_rank, "planted low (rank 40) taken" },
	{ "lock-twice", lock_twice, "planted low taken twice" },
	{ "lock-interrupt", lock_interrupt, "taken with interrupts on" },
	{ "lock-uninitialised", lock_uninitialised, "was never initialised" },
	{ "lock-not-held", lock_not_held, "released but not held" },
	{ "zone-double-free", zone_double_free, "freed twice" },
	{ "zone-overrun", zone_overrun, "written behind its end" },
	{ "zone-underrun", zone_underrun, "red zone before it overwritten" },
	{ "zone-use-after-free", zone_use_after_free,
	  "written after it was freed" },
	{ "zone-wrong", zone_wrong, "belongs to zone planted" },
	{ "refcount", refcount, "assertion failed: was != 0" },
	{ "assertion", assertion, "assertion failed: one == 2" },
	{ "census", census, "objects were left over" },
};

bool plant_leak_wanted(void)
{
	return strncmp(kernel_options.plant, "leak", 4) == 0;
}

/* Deeper than what this trap has used of the stack so far. */
static void leak_stack(void *to, size_t size)
{
	char deep[4096];

	__asm__ volatile("" : "=m"(deep));
	memcpy(to, deep, size < sizeof(deep) ? size : sizeof(deep));
}

void plant_leak(void *to, size_t size)
{
	void *p;

	if (strcmp(kernel_options.plant, "leak-stack") == 0) {
		leak_stack(to, size);
		return;
	}
	p = object();
	memcpy(to, p, size < zone.size ? size : zone.size);
	zone_free(&zone, p);
}

const char *plant_name(unsigned n)
{
	return n < sizeof(bugs) / sizeof(bugs[0]) ? bugs[n].name : NULL;
}

const char *plant_expected(unsigned n)
{
	return bugs[n].expected;
}

bool plant_run(const char *name)
{
	if (!CONFIG_DEBUG)
		return false;
	if (CONFIG_KASAN && plant_run_kasan(name))
		return true;
	for (unsigned i = 0; plant_name(i) != NULL; i++) {
		if (strcmp(name, bugs[i].name) != 0)
			continue;
		bugs[i].run();
		klog("not ok plant_%s - nothing noticed it", name);
		return true;
	}
	return false;
}

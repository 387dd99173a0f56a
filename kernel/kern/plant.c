/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The planted bugs themselves. Each is the smallest mistake that its detector
 * is there to find, made on purpose, and never in a release kernel. Locks are
 * taken in wrong ways: that is the point.
 */
#include <kern/plant.h>

#include <arch/clock.h>
#include <arch/context.h>
#include <arch/copy.h>
#include <kern/census.h>
#include <kern/charge.h>
#include <kern/kva.h>
#include <kern/lock.h>
#include <kern/options.h>
#include <kern/page.h>
#include <kern/panic.h>
#include <kern/ref.h>
#include <kern/string.h>
#include <kern/waitq.h>
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
static const struct lock_class nesting_class = {
	.name = "planted nesting",
	.rank = RANK_SPACE,
	.nests = true,
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

static void lock_under_interrupt(void) NO_LOCK_ANALYSIS
{
	struct spinlock outer, inner;

	spin_init(&outer, &interrupt_class);
	spin_init(&inner, &high_class);
	(void)spin_lock_irq(&outer);
	spin_lock(&inner);
}

static void lock_in_handler(void) NO_LOCK_ANALYSIS
{
	struct spinlock l;

	spin_init(&l, &low_class);
	lock_irq_enter();
	spin_lock(&l);
}

static void lock_many(void) NO_LOCK_ANALYSIS
{
	struct spinlock l[40];

	for (unsigned i = 0; i < sizeof(l) / sizeof(l[0]); i++) {
		spin_init(&l[i], &nesting_class);
		spin_lock(&l[i]);
	}
}

static void lock_asleep(void) NO_LOCK_ANALYSIS
{
	struct spinlock l;
	struct waitq q;

	spin_init(&l, &low_class);
	waitq_init(&q);
	spin_lock(&l);
	waitq_prepare(&q, 0);
	(void)waitq_block(&q, clock_now() + 1);
}

static void lock_return(void) NO_LOCK_ANALYSIS
{
	struct spinlock l;

	spin_init(&l, &low_class);
	spin_lock(&l);
	context_user_return();
}

static void lock_copy(void) NO_LOCK_ANALYSIS
{
	struct spinlock l;
	char c;

	spin_init(&l, &low_class);
	spin_lock(&l);
	(void)!copy_in(&c, page_size_hw() << 4, 1);
}

static void sleep_lock_twice(void) NO_LOCK_ANALYSIS
{
	struct rwlock l;

	rwlock_init(&l, "planted");
	rwlock_write(&l);
	rwlock_write(&l);
}

static void sleep_lock_not_held(void) NO_LOCK_ANALYSIS
{
	struct rwlock l;

	rwlock_init(&l, "planted");
	rwlock_read(&l);
	rwlock_write_done(&l);
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

static void refcount_below(void)
{
	struct ref r;

	ref_init(&r);
	(void)!ref_put(&r);
	(void)!ref_put(&r);
}

static void charge(void)
{
	struct account *a = account_create(NULL);

	panic_unless(a != NULL);
	panic_unless(account_charge(a, CHARGE_PORTS, 1));
	account_credit(a, CHARGE_PORTS, 2);
}

static void page_double_free(void)
{
	struct page *page = page_alloc(0, PAGE_KERNEL, 0);

	panic_unless(page != NULL);
	page_free(page, 0);
	page_free(page, 0);
}

static void kva_wrong(void)
{
	char *p = kva_alloc(4 * page_size_hw());

	panic_unless(p != NULL);
	kva_free(p, page_size_hw());
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

static const struct plant bugs[] = {
	{ "lock-order", lock_order, "planted low (rank 40) taken while" },
	{ "lock-same-rank", lock_same_rank, "planted low (rank 40) taken" },
	{ "lock-twice", lock_twice, "planted low taken twice" },
	{ "lock-interrupt", lock_interrupt, "taken with interrupts on" },
	{ "lock-uninitialised", lock_uninitialised, "was never initialised" },
	{ "lock-not-held", lock_not_held, "released but not held" },
	{ "lock-under-interrupt", lock_under_interrupt,
	  "taken while planted interrupt, of interrupt class, is held" },
	{ "lock-in-handler", lock_in_handler, "taken by an interrupt handler" },
	{ "lock-many", lock_many, "too many locks held" },
	{ "lock-asleep", lock_asleep, "assertion failed: spin_none_held()" },
	{ "lock-return", lock_return, "assertion failed: spin_none_held()" },
	{ "lock-copy", lock_copy, "assertion failed: spin_none_held()" },
	{ "sleep-lock-twice", sleep_lock_twice, "!= self" },
	{ "sleep-lock-not-held", sleep_lock_not_held, "== thread_self()" },
	{ "zone-double-free", zone_double_free, "freed twice" },
	{ "zone-overrun", zone_overrun, "written behind its end" },
	{ "zone-underrun", zone_underrun, "red zone before it overwritten" },
	{ "zone-use-after-free", zone_use_after_free,
	  "written after it was freed" },
	{ "zone-wrong", zone_wrong, "belongs to zone planted" },
	{ "refcount", refcount, "assertion failed: was != 0" },
	{ "refcount-below", refcount_below, "assertion failed: now != " },
	{ "charge", charge, "assertion failed: was >= amount" },
	{ "page-double-free", page_double_free, "page_free: frame" },
	{ "kva-wrong", kva_wrong, "no such range" },
	{ "assertion", assertion, "assertion failed: one == 2" },
	{ "census", census, "objects were left over" },
	{ 0 },
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
	if (!CONFIG_DEBUG || n >= sizeof(bugs) / sizeof(bugs[0]))
		return NULL;
	return bugs[n].name;
}

const char *plant_expected(unsigned n)
{
	return CONFIG_DEBUG ? bugs[n].expected : NULL;
}

static bool run_one(const struct plant *list, const char *name)
{
	for (; list->name != NULL; list++) {
		if (strcmp(name, list->name) != 0)
			continue;
		list->run();
		klog("not ok plant_%s - nothing noticed it", name);
		return true;
	}
	return false;
}

bool plant_run(const char *name)
{
	if (!CONFIG_DEBUG)
		return false;
	if (CONFIG_KASAN &&
	    (run_one(plants_kasan, name) || run_one(plants_machine, name)))
		return true;
	return run_one(bugs, name);
}

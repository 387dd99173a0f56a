/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accounts: a counter and a limit per kind of resource.
 */
#include <kern/charge.h>

#include <kern/page.h>
#include <kern/zone.h>

static struct zone account_zone;

/* How many of each a first account may have, on a machine with this much RAM:
 * at least so that small machines work, at most so that one task leaves the
 * others half. */
static const struct {
	size_t least, per_mib, most;
} defaults[CHARGE_KINDS] = {
	[CHARGE_PORTS] = { 8192, 1024, 1000000 },
	[CHARGE_NAMES] = { 8192, 2048, 1000000 },
	[CHARGE_MESSAGES] = { 4 << 20, 128 << 10, (size_t)1 << 30 },
	[CHARGE_REQUESTS] = { 4096, 1024, 1000000 },
	[CHARGE_THREADS] = { 512, 64, 65536 },
	[CHARGE_TASKS] = { 256, 16, 16384 },
	[CHARGE_MAP_ENTRIES] = { 16384, 1024, 1000000 },
	[CHARGE_OBJECTS] = { 16384, 1024, 1000000 },
	[CHARGE_TABLES] = { 1024, 64, 1000000 },
	[CHARGE_WIRED] = { 4 << 20, 512 << 10, (size_t)1 << 40 },
};

static size_t default_limit(enum charge_kind kind)
{
	size_t mib = (page_count_total() * page_size_hw()) >> 20;
	size_t n = mib * defaults[kind].per_mib;

	if (n < defaults[kind].least)
		return defaults[kind].least;
	return n < defaults[kind].most ? n : defaults[kind].most;
}

void charge_init(void)
{
	zone_init(&account_zone, "account", sizeof(struct account), 0);
}

struct account *account_create(const struct account *parent)
{
	struct account *a = zone_alloc_zeroed(&account_zone);

	if (a == NULL)
		return NULL;
	ref_init(&a->ref);
	for (unsigned i = 0; i < CHARGE_KINDS; i++)
		a->limit[i] = parent != NULL ? parent->limit[i] :
					       default_limit(i);
	return a;
}

void account_ref(struct account *a)
{
	ref_get(&a->ref);
}

void account_unref(struct account *a)
{
	if (!ref_put(&a->ref))
		return;
	for (unsigned i = 0; i < CHARGE_KINDS; i++)
		assert(atomic_get(&a->used[i]) == 0);
	zone_free(&account_zone, a);
}

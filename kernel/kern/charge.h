/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Charging: every resource a message, right or request can pin is charged to
 * an account (one per task) and limited. An error, never a panic, never
 * another task's starvation.
 *
 * An account outlives its task until everything charged to it is given back:
 * each kind of which anything is charged holds one reference to it, taken by the
 * charge that finds none, given back by the credit that leaves none.
 */
#pragma once

#include <kern/probe.h>
#include <kern/ref.h>
#include <stdbool.h>
#include <stddef.h>

enum charge_kind {
	CHARGE_PORTS,	    /* ports and port sets */
	CHARGE_NAMES,	    /* entries in the name space */
	CHARGE_MESSAGES,    /* bytes queued */
	CHARGE_REQUESTS,    /* notification requests */
	CHARGE_THREADS,
	CHARGE_TASKS,	    /* tasks created */
	CHARGE_MAP_ENTRIES,
	CHARGE_OBJECTS,	    /* vm objects, memory entries */
	CHARGE_TABLES,	    /* frames of page tables */
	CHARGE_WIRED,	    /* bytes */
	CHARGE_KINDS,
};

struct account {
	struct ref ref;
	_Atomic size_t used[CHARGE_KINDS];
	size_t limit[CHARGE_KINDS];
};

/* Boot, after kalloc_init. */
void charge_init(void);

/* +1; limits are the parent's, or the defaults (sized by RAM) for NULL. */
struct account *account_create(const struct account *parent);
void account_ref(struct account *a);
void account_unref(struct account *a);

/* Gives amount back, which is not 0. What is charged still, or the caller, keeps
 * the account. */
static inline void account_credit(struct account *a, enum charge_kind kind,
				  size_t amount)
{
	size_t was = atomic_fetch_sub_explicit(&a->used[kind], amount,
					       memory_order_acq_rel);

	assert(was >= amount && amount != 0);
	if (__builtin_expect(was == amount, 0))
		account_unref(a);
}

/* False: over the limit, nothing charged. The caller holds a reference; amount
 * is not 0. No lock: a charge adds first and takes back if that went over the
 * limit, so two that race near the limit may both fail but never both pass it;
 * none adds more than the limit, so the sum of those that race does not wrap. */
[[nodiscard]] static inline bool
account_charge(struct account *a, enum charge_kind kind, size_t amount)
{
	if (probe_fail() || __builtin_expect(amount > a->limit[kind], 0))
		return false;
	size_t was = atomic_add(&a->used[kind], amount);

	if (__builtin_expect(was == 0, 0))
		account_ref(a);
	if (__builtin_expect(was + amount > a->limit[kind], 0)) {
		account_credit(a, kind, amount);
		return false;
	}
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Charging: every resource a message, right or request can pin is charged to
 * an account (one per task) and limited. An error, never a panic, never
 * another task's starvation.
 *
 * An account outlives its task until everything charged to it is given back;
 * what was charged remembers the account (+1 each).
 */
#pragma once

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

/* False: over the limit, nothing charged. Success takes one reference. */
[[nodiscard]] bool account_charge(struct account *a, enum charge_kind kind,
				  size_t amount);
/* Gives amount back and drops the reference. */
void account_credit(struct account *a, enum charge_kind kind, size_t amount);

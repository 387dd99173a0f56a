/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Robust mutexes: a thread that ends marks the mutexes of its list as left by
 * their owner and wakes a waiter of each, so that another may take them over.
 * The list is the program's: its length is bounded, and a bad pointer in it
 * ends the walk (FAULT_ROBUST). Whoever ends otherwise, by a signal, an exec or
 * another's exit_group, does not come here: the server does the same for them
 * (machine_robust.c).
 */
#include "../../servers/unix/robust.h"
#include "sys.h"

#define ROBUST_MAX 2048 /* entries looked at, as on Linux */

static void wake_one(volatile uint32_t *word)
{
	mach_trap4(MACH_TRAP_FUTEX_WAKE, (uint64_t)word, 1, 0, 0);
}

static void mark(struct block *b, uint64_t entry, int64_t offset, bool pending)
{
	volatile uint32_t *word =
		(volatile uint32_t *)((entry & ~1ull) + (uint64_t)offset);
	uint32_t old = *word, new;

	/* Unlocked, but the wake-up was not sent yet. */
	if (pending && !old && !(entry & PRIORITY_BIT))
		wake_one(word);
	do {
		if ((old & OWNER) != (uint32_t)b->tid)
			return;
		new = (old & WAITERS) | OWNER_DIED;
	} while (!__atomic_compare_exchange_n(word, &old, new, false,
					      __ATOMIC_ACQ_REL,
					      __ATOMIC_ACQUIRE));
	if ((old & WAITERS) && !(entry & PRIORITY_BIT))
		wake_one(word);
}

static void walk(struct block *b, const volatile struct robust_head *head)
{
	uint64_t entry = head->next, pending = head->pending, next;
	int64_t offset = head->offset;

	for (unsigned n = 0; n < ROBUST_MAX; n++) {
		if ((entry & ~1ull) == (uint64_t)head)
			break;
		/* The next one first: the mutex may be gone once marked. */
		next = *(volatile uint64_t *)(entry & ~1ull);
		if (entry != pending)
			mark(b, entry, offset, false);
		entry = next;
	}
	if (pending)
		mark(b, pending, offset, true);
}

void robust_release(struct block *b)
{
	if (!b->robust)
		return;
	b->on_fault = FAULT_ROBUST;
	walk(b, (const volatile struct robust_head *)b->robust);
	b->on_fault = FAULT_RETURNS;
	b->robust = 0;
}

int64_t sys_set_robust_list(struct block *b)
{
	if (arg(b, 1) != sizeof(struct robust_head))
		return -EINVAL;
	b->robust = arg(b, 0);
	return 0;
}

/* One's own alone. */
int64_t sys_get_robust_list(struct block *b)
{
	int tid = (int)arg(b, 0);

	if (tid && tid != b->tid)
		return -EPERM;
	*(uint64_t *)arg(b, 2) = sizeof(struct robust_head);
	*(uint64_t *)arg(b, 1) = b->robust;
	return 0;
}

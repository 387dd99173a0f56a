/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reference count. Saturates instead of wrapping; taking a reference to an
 * object whose count is zero is our own mistake (assertion).
 */
#pragma once

#include <arch/atomic.h>
#include <kern/panic.h>
#include <stdint.h>

struct ref {
	_Atomic uint32_t count;
};

#define REF_SATURATED 0x80000000u

static inline void ref_init(struct ref *r)
{
	atomic_set(&r->count, 1);
}

static inline void ref_get(struct ref *r)
{
	uint32_t was = atomic_add(&r->count, 1);
	assert(was != 0);
	if (__builtin_expect(was >= REF_SATURATED, 0))
		atomic_set(&r->count, REF_SATURATED + REF_SATURATED / 2);
}

/* True: that was the last one, the caller frees. */
[[nodiscard]] static inline bool ref_put(struct ref *r)
{
	uint32_t was = atomic_fetch_sub_explicit(&r->count, 1,
						 memory_order_acq_rel);
	assert(was != 0);
	if (__builtin_expect(was >= REF_SATURATED, 0)) {
		atomic_set(&r->count, REF_SATURATED + REF_SATURATED / 2);
		return false;
	}
	return was == 1;
}

/* The caller's own is the only one, and who might take another is kept out. */
static inline bool ref_is_only(const struct ref *r)
{
	return atomic_get_acq(&r->count) == 1;
}

/* For references that memory bounds, as a waiting thread's are: a count that was
 * saturated stays far from its ends. */
static inline void ref_get_bounded(struct ref *r)
{
	assert(atomic_get(&r->count) != 0);
	(void)atomic_add(&r->count, 1);
}

/* The way back, by somebody who knows that another reference is held. */
static inline void ref_put_not_last(struct ref *r)
{
	assert(atomic_get(&r->count) > 1);
	(void)atomic_sub(&r->count, 1);
}

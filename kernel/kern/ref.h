/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reference count. Saturates instead of wrapping; taking a reference to an
 * object whose count is zero is our own mistake (assertion).
 */
#pragma once

#include <arch/atomic.h>
#include <kern/panic.h>
#include <stdint.h>

/* References beyond the first, so that the sign says all that is rare: the last
 * one went (REF_NONE), or there were too many. */
struct ref {
	_Atomic uint32_t beyond;
};

#define REF_NONE      UINT32_MAX
#define REF_SATURATED 0x80000000u

static inline void ref_init(struct ref *r)
{
	atomic_set(&r->beyond, 0);
}

static inline void ref_saturate(struct ref *r)
{
	atomic_set(&r->beyond, REF_SATURATED + REF_SATURATED / 2);
}

static inline void ref_get(struct ref *r)
{
	uint32_t was = atomic_add(&r->beyond, 1) + 1; /* all, before that */
	assert(was != 0);
	if (__builtin_expect((int32_t)was < 0, 0))
		ref_saturate(r);
}

/* True: that was the last one, the caller frees. */
[[nodiscard]] static inline bool ref_put(struct ref *r)
{
	uint32_t now = atomic_fetch_sub_explicit(&r->beyond, 1,
						 memory_order_acq_rel) - 1;
	assert(now != REF_NONE - 1);
	if (__builtin_expect((int32_t)now >= 0, 1))
		return false;
	if (atomic_get(&r->beyond) == REF_NONE) /* nobody is left to change it */
		return true;
	ref_saturate(r);
	return false;
}

/* One more, unless the last one is gone already. */
[[nodiscard]] static inline bool ref_try_get(struct ref *r)
{
	uint32_t beyond = atomic_get(&r->beyond);

	while (beyond != REF_NONE)
		if (atomic_compare_exchange_weak(&r->beyond, &beyond,
						 beyond + 1))
			return true;
	return false;
}

/* How many there are, at this moment. */
static inline uint32_t ref_count(const struct ref *r)
{
	return atomic_get_acq(&r->beyond) + 1;
}

/* The caller's own is the only one, and who might take another is kept out. */
static inline bool ref_is_only(const struct ref *r)
{
	return ref_count(r) == 1;
}

/* For references that memory bounds, as a waiting thread's are: a count that was
 * saturated stays far from its ends. */
static inline void ref_get_bounded(struct ref *r)
{
	assert(ref_count(r) != 0);
	(void)atomic_add(&r->beyond, 1);
}

/* The way back, by somebody who knows that another reference is held. */
static inline void ref_put_not_last(struct ref *r)
{
	assert(ref_count(r) > 1);
	(void)atomic_sub(&r->beyond, 1);
}

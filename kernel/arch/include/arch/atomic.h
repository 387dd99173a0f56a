/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Atomics are C11's; this header only fixes how we spell them.
 */
#pragma once

#include <stdatomic.h>

#define atomic_get(p)	     atomic_load_explicit((p), memory_order_relaxed)
#define atomic_get_acq(p)    atomic_load_explicit((p), memory_order_acquire)
#define atomic_set(p, v)     atomic_store_explicit((p), (v), memory_order_relaxed)
#define atomic_set_rel(p, v) atomic_store_explicit((p), (v), memory_order_release)
#define atomic_add(p, v)     atomic_fetch_add_explicit((p), (v), memory_order_relaxed)
#define atomic_sub(p, v)     atomic_fetch_sub_explicit((p), (v), memory_order_relaxed)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that nobody may touch, told to the address sanitizer where there is
 * one (the host build); nothing elsewhere.
 */
#pragma once

#include <stddef.h>

#if CONFIG_HOST && defined(__SANITIZE_ADDRESS__)
void __asan_poison_memory_region(const volatile void *p, size_t size);
void __asan_unpoison_memory_region(const volatile void *p, size_t size);
#define poison_memory(p, n)   __asan_poison_memory_region((p), (n))
#define unpoison_memory(p, n) __asan_unpoison_memory_region((p), (n))
#else
static inline void poison_memory(const volatile void *, size_t)
{
}
static inline void unpoison_memory(const volatile void *, size_t)
{
}
#endif

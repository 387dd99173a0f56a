/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The address sanitizer of debug kernels. The compiler asks before each access
 * whether it is allowed; for that a byte of shadow (arch/shadow.h) describes
 * eight bytes of kernel memory:
 *
 *	0	all eight may be touched
 *	1..7	the first so many
 *	< 0	none: why, enum kasan_why
 *
 * Who owns memory says what may be touched: zones their objects, the page
 * allocator its blocks, the compiler stack frames and global variables. A
 * wrong access is a panic that says whose memory it was.
 *
 * What it does not see: assembly, direct map accesses of pages in use, objects
 * that a module keeps for itself and uses again.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum kasan_why {
	KASAN_STACK_LEFT = 0xf1,  /* before, between, behind variables: */
	KASAN_STACK_MIDDLE = 0xf2, /* these are the compiler's */
	KASAN_STACK_RIGHT = 0xf3,
	KASAN_STACK_SCOPE = 0xf8,
	KASAN_GLOBAL = 0xf9,	  /* behind a global variable */
	KASAN_ZONE = 0xfa,	  /* between the objects of a zone */
	KASAN_FREED = 0xfb,	  /* in an object that was freed */
	KASAN_FRAME = 0xfc,	  /* in a free frame */
	KASAN_BLOCK = 0xfd,	  /* behind what kalloc gave */
};

/* Return addresses, the low halves: the high ones are all the same. */
#define KASAN_DEPTH 6

struct kasan_trace {
	uint32_t at[KASAN_DEPTH]; /* 0 behind the last */
};

#if CONFIG_KASAN
/* Any start and size; what shares the last eight bytes is poisoned, too. */
void kasan_poison(const volatile void *p, size_t size, enum kasan_why why);

/* From a multiple of eight on; what follows in the last eight is poisoned. */
void kasan_unpoison(const volatile void *p, size_t size);

/* For what the compiler does not see: panics if it may not be touched. */
void kasan_check_read(const volatile void *p, size_t size);
void kasan_check_write(const volatile void *p, size_t size);

/* Who called. */
void kasan_trace(struct kasan_trace *t);
void kasan_trace_print(const char *what, const struct kasan_trace *t);
#else
static inline void kasan_poison(const volatile void *, size_t, enum kasan_why)
{
}
static inline void kasan_unpoison(const volatile void *, size_t)
{
}
static inline void kasan_check_read(const volatile void *, size_t)
{
}
static inline void kasan_check_write(const volatile void *, size_t)
{
}
static inline void kasan_trace(struct kasan_trace *)
{
}
#endif

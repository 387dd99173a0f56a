/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and string functions for code without a C library. Words of eight
 * bytes where that is possible: the kernel moves messages of some dozens of
 * bytes far more often than pages, and pages go through pmap_copy. No locks.
 */
#include <kern/string_names.h>

#include <kern/kasan.h>
#include <kern/string.h>

/* May alias anything, may lie anywhere. */
typedef uint64_t __attribute__((may_alias, aligned(1))) word_t;

#define WORD sizeof(word_t)

/* Keeps the compiler from seeing that a loop is a call of memcpy or memset. */
#define OPAQUE(p) __asm__ volatile("" : "+r"(p))

static void copy_up(unsigned char *to, const unsigned char *from, size_t n)
{
	for (; n >= 4 * WORD; n -= 4 * WORD, to += 4 * WORD, from += 4 * WORD) {
		word_t a = ((const word_t *)from)[0];
		word_t b = ((const word_t *)from)[1];
		word_t c = ((const word_t *)from)[2];
		word_t d = ((const word_t *)from)[3];

		OPAQUE(to);
		((word_t *)to)[0] = a;
		((word_t *)to)[1] = b;
		((word_t *)to)[2] = c;
		((word_t *)to)[3] = d;
	}
	for (; n >= WORD; n -= WORD, to += WORD, from += WORD) {
		OPAQUE(to);
		*(word_t *)to = *(const word_t *)from;
	}
	for (; n > 0; n--) {
		OPAQUE(to);
		*to++ = *from++;
	}
}

static void copy_down(unsigned char *to, const unsigned char *from, size_t n)
{
	for (; n >= WORD; n -= WORD) {
		OPAQUE(to);
		*(word_t *)(to + n - WORD) =
			*(const word_t *)(from + n - WORD);
	}
	for (; n > 0; n--) {
		OPAQUE(to);
		to[n - 1] = from[n - 1];
	}
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	kasan_check_read(from, n);
	kasan_check_write(to, n);
	copy_up(to, from, n);
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	uintptr_t distance = (uintptr_t)to - (uintptr_t)from;

	kasan_check_read(from, n);
	kasan_check_write(to, n);
	/* Upwards reads each group before it writes it, so it is right also
	 * for an overlap where the target lies below the source. */
	if (distance >= n)
		copy_up(to, from, n);
	else
		copy_down(to, from, n);
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	unsigned char *p = to;
	uint64_t word = 0x0101010101010101ull * (unsigned char)byte;

	kasan_check_write(to, n);
	for (; n >= 8 * WORD; n -= 8 * WORD, p += 8 * WORD) {
		OPAQUE(p);
		((word_t *)p)[0] = word;
		((word_t *)p)[1] = word;
		((word_t *)p)[2] = word;
		((word_t *)p)[3] = word;
		((word_t *)p)[4] = word;
		((word_t *)p)[5] = word;
		((word_t *)p)[6] = word;
		((word_t *)p)[7] = word;
	}
	for (; n >= WORD; n -= WORD, p += WORD) {
		OPAQUE(p);
		*(word_t *)p = word;
	}
	for (; n > 0; n--) {
		*p++ = (unsigned char)byte;
		OPAQUE(p);
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;

	kasan_check_read(a, n);
	kasan_check_read(b, n);
	while (n >= WORD && *(const word_t *)p == *(const word_t *)q) {
		p += WORD;
		q += WORD;
		n -= WORD;
	}
	for (; n > 0; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p != '\0') {
		p++;
		OPAQUE(p);
	}
	kasan_check_read(s, (size_t)(p - s) + 1);
	return (size_t)(p - s);
}

int strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n > 0; n--, a++, b++) {
		if (*a != *b)
			return (unsigned char)*a - (unsigned char)*b;
		if (*a == '\0')
			return 0;
	}
	return 0;
}

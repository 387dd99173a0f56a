/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shadow of the address sanitizer, and what gcc's -fsanitize=kernel-address
 * calls: before each access __asan_loadN and __asan_storeN; for each file
 * __asan_register_globals; before a function that does not return, since
 * nobody takes the red zones of those stack frames away, handle_no_return.
 * No locks: each byte of shadow belongs to whoever owns the memory.
 */
#include <kern/kasan_i.h>

#include <arch/shadow.h>
#include <kern/panic.h>

#define GRANULE 8u

/* As the compiler writes it; the rest of the structure is for C++. */
struct variable {
	uintptr_t start;
	size_t size, size_with_zone;
	const char *name, *file;
	uint64_t rest[3];
};

#define FILES_MAX 512

static struct {
	const struct variable *of;
	size_t count;
} files[FILES_MAX];
static unsigned file_count;

/* --- the shadow */

static void fill(int8_t *to, size_t n, int8_t value)
{
	uint64_t word = 0x0101010101010101ull * (uint8_t)value;

	for (; n > 0 && (uintptr_t)to % 8 != 0; n--)
		*to++ = value;
	for (; n >= 8; n -= 8, to += 8)
		*(volatile uint64_t *)to = word;
	for (; n > 0; n--)
		*to++ = value;
}

void kasan_poison(const volatile void *p, size_t size, enum kasan_why why)
{
	uintptr_t start = (uintptr_t)p;
	uintptr_t end = (start + size + GRANULE - 1) & ~(uintptr_t)(GRANULE - 1);
	int8_t *shadow = shadow_of(p);

	if (start % GRANULE != 0) {
		*shadow++ = (int8_t)(start % GRANULE);
		start += GRANULE - start % GRANULE;
	}
	if (start < end)
		fill(shadow, (end - start) / GRANULE, (int8_t)why);
}

void kasan_unpoison(const volatile void *p, size_t size)
{
	int8_t *shadow = shadow_of(p);

	fill(shadow, size / GRANULE, 0);
	if (size % GRANULE != 0)
		shadow[size / GRANULE] = (int8_t)(size % GRANULE);
}

/* At most eight bytes. */
static inline bool small_bad(uintptr_t at, size_t size)
{
	const int8_t *shadow = shadow_of((void *)at);
	uintptr_t last = at % GRANULE + size - 1;

	if (last >= GRANULE) {
		if (*shadow != 0)
			return true;
		shadow++;
		last -= GRANULE;
	}
	return *shadow != 0 && (int8_t)last >= *shadow;
}

static bool range_bad(uintptr_t at, size_t size)
{
	uintptr_t last = at + size - 1;
	const int8_t *shadow = shadow_of((void *)at);
	const int8_t *end = shadow_of((void *)last);

	if (last < at)
		return true;
	for (; shadow < end && (uintptr_t)shadow % 8 != 0; shadow++)
		if (*shadow != 0)
			return true;
	for (; end - shadow >= 8; shadow += 8)
		if (*(const volatile uint64_t *)shadow != 0)
			return true;
	for (; shadow < end; shadow++)
		if (*shadow != 0)
			return true;
	return *shadow != 0 && (int8_t)(last % GRANULE) >= *shadow;
}

static inline void check_small(uintptr_t at, size_t size, bool write,
			       const void *by)
{
	if (__builtin_expect(shadow_covers(at) && small_bad(at, size), 0))
		kasan_report(at, size, write, (uintptr_t)by);
}

static inline void check_range(uintptr_t at, size_t size, bool write,
			       const void *by)
{
	if (size != 0 && shadow_covers(at) &&
	    __builtin_expect(range_bad(at, size), 0))
		kasan_report(at, size, write, (uintptr_t)by);
}

void kasan_check_read(const volatile void *p, size_t size)
{
	check_range((uintptr_t)p, size, false, __builtin_return_address(0));
}

void kasan_check_write(const volatile void *p, size_t size)
{
	check_range((uintptr_t)p, size, true, __builtin_return_address(0));
}

/* --- who called */

void kasan_trace(struct kasan_trace *t)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0), top;
	unsigned n = 0;

	if (shadow_stack(frame, &top)) {
		while (n < KASAN_DEPTH && top - frame > 2 * sizeof(frame)) {
			const uintptr_t *f = (const uintptr_t *)frame;

			t->at[n++] = (uint32_t)f[1];
			if (f[0] <= frame || f[0] >= top)
				break;
			frame = f[0];
		}
	}
	while (n < KASAN_DEPTH)
		t->at[n++] = 0;
}

/* --- what the compiler calls */

#define CHECKS(n, check)                                                \
	void __asan_load##n##_noabort(uintptr_t at);                    \
	void __asan_store##n##_noabort(uintptr_t at);                   \
	void __asan_report_load##n##_noabort(uintptr_t at);             \
	void __asan_report_store##n##_noabort(uintptr_t at);            \
	void __asan_load##n##_noabort(uintptr_t at)                     \
	{                                                               \
		check(at, n, false, __builtin_return_address(0));       \
	}                                                               \
	void __asan_store##n##_noabort(uintptr_t at)                    \
	{                                                               \
		check(at, n, true, __builtin_return_address(0));        \
	}                                                               \
	void __asan_report_load##n##_noabort(uintptr_t at)              \
	{                                                               \
		kasan_report(at, n, false,                              \
			     (uintptr_t)__builtin_return_address(0));   \
	}                                                               \
	void __asan_report_store##n##_noabort(uintptr_t at)             \
	{                                                               \
		kasan_report(at, n, true,                               \
			     (uintptr_t)__builtin_return_address(0));   \
	}

CHECKS(1, check_small)
CHECKS(2, check_small)
CHECKS(4, check_small)
CHECKS(8, check_small)
CHECKS(16, check_range)

void __asan_loadN_noabort(uintptr_t at, size_t size);
void __asan_storeN_noabort(uintptr_t at, size_t size);
void __asan_report_load_n_noabort(uintptr_t at, size_t size);
void __asan_report_store_n_noabort(uintptr_t at, size_t size);
void __asan_handle_no_return(void);
void __asan_register_globals(const struct variable *of, size_t count);
void __asan_unregister_globals(const struct variable *of, size_t count);

void __asan_loadN_noabort(uintptr_t at, size_t size)
{
	check_range(at, size, false, __builtin_return_address(0));
}

void __asan_storeN_noabort(uintptr_t at, size_t size)
{
	check_range(at, size, true, __builtin_return_address(0));
}

void __asan_report_load_n_noabort(uintptr_t at, size_t size)
{
	kasan_report(at, size, false, (uintptr_t)__builtin_return_address(0));
}

void __asan_report_store_n_noabort(uintptr_t at, size_t size)
{
	kasan_report(at, size, true, (uintptr_t)__builtin_return_address(0));
}

void __asan_handle_no_return(void)
{
	uintptr_t sp = (uintptr_t)__builtin_frame_address(0), top;

	if (shadow_stack(sp, &top))
		kasan_unpoison((void *)sp, top - sp);
}

void __asan_register_globals(const struct variable *of, size_t count)
{
	panic_unless(file_count < FILES_MAX);
	files[file_count].of = of;
	files[file_count++].count = count;
	for (size_t i = 0; i < count; i++) {
		const struct variable *v = &of[i];

		kasan_poison((void *)(v->start + v->size),
			     v->size_with_zone - v->size, KASAN_GLOBAL);
	}
}

/* The kernel is never unloaded. */
void __asan_unregister_globals(const struct variable *, size_t)
{
}

bool kasan_global(uintptr_t at, const char **name, size_t *size)
{
	for (unsigned f = 0; f < file_count; f++) {
		for (size_t i = 0; i < files[f].count; i++) {
			const struct variable *v = &files[f].of[i];

			if (at - v->start >= v->size_with_zone)
				continue;
			*name = v->name;
			*size = v->size;
			return true;
		}
	}
	return false;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was wrong with an access: the kind of memory from its shadow, the
 * object from its zone, the variable from the compiler's list; then panic,
 * whose backtrace shows the way there. One access is reported, the first.
 */
#include <kern/kasan_i.h>

#include <arch/atomic.h>
#include <arch/shadow.h>
#include <kern/ksyms.h>
#include <kern/panic.h>
#include <kern/string.h>

static _Atomic bool reporting;

void kasan_trace_print(const char *what, const struct kasan_trace *t)
{
	uintptr_t high = (uintptr_t)kasan_trace & ~(uintptr_t)UINT32_MAX;

	klog("%s", what);
	for (unsigned i = 0; i < KASAN_DEPTH && t->at[i] != 0; i++) {
		uintptr_t at = high | (t->at[i] - 1), offset = 0;
		const char *name = ksym_lookup(at, &offset);

		klog("  %#lx %s+%#lx", at, name != NULL ? name : "?", offset);
	}
}

/* The first address that may not be touched. */
static uintptr_t first_bad(uintptr_t at, size_t size)
{
	for (; size > 0; at++, size--) {
		int8_t s = *shadow_of((void *)at);

		if (s != 0 && (int8_t)(at % 8) >= s)
			return at;
	}
	return at;
}

/* A partial granule says how much is good; what is behind it says why. */
static uint8_t why(uintptr_t at)
{
	const int8_t *shadow = shadow_of((void *)at);

	return (uint8_t)(*shadow > 0 ? shadow[1] : *shadow);
}

static void report_global(uintptr_t at, const char *access)
{
	const char *name;
	size_t size;

	if (!kasan_global(at, &name, &size))
		panic("kasan: %s: behind a global variable", access);
	panic("kasan: %s: behind global variable %s of %zu bytes", access, name,
	      size);
}

void kasan_report(uintptr_t at, size_t size, bool write, uintptr_t by)
{
	uintptr_t bad = at, offset = 0;
	const char *name = ksym_lookup(by - 1, &offset);
	char access[120];

	if (atomic_get(&panicking) || atomic_exchange(&reporting, true))
		return;
	bad = first_bad(at, size);
	ksnprintf(access, sizeof(access), "%s of %zu at %p by %s+%#lx",
		  write ? "write" : "read", size, (void *)at,
		  name != NULL ? name : "?", offset);
	switch (why(bad)) {
	case KASAN_STACK_LEFT:
	case KASAN_STACK_MIDDLE:
	case KASAN_STACK_RIGHT:
		panic("kasan: %s: beside a variable on the stack", access);
	case KASAN_STACK_SCOPE:
		panic("kasan: %s: a variable on the stack out of its scope",
		      access);
	case KASAN_GLOBAL:
		report_global(bad, access);
		break;
	case KASAN_ZONE:
	case KASAN_FREED:
		zone_debug_report(bad, access);
		break;
	case KASAN_FRAME:
		panic("kasan: %s: in a free frame", access);
	case KASAN_BLOCK:
		panic("kasan: %s: behind the end of a block of frames", access);
	}
	panic("kasan: %s: shadow is %#x", access, why(bad));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Planted bugs that only the real machine has a detector for, or survives:
 * what the compiler checks (undefined behaviour, the guard of a stack frame),
 * the end of a stack, page tables. Compiled where plant_kasan.c is.
 */
#include <kern/plant.h>

#include <arch/plant.h>
#include <arch/pmap.h>
#include <kern/page.h>
#include <kern/panic.h>

/* The compiler is not to know the value. */
#define HIDE(x) __asm__ volatile("" : "+r"(x))

/* --- undefined behaviour: the check ends in an illegal instruction */

static void shift(void)
{
	int by = 32, result;

	HIDE(by);
	result = 1 << by;
	HIDE(result);
}

static void overflow(void)
{
	int n = INT32_MAX;

	HIDE(n);
	n++;
	HIDE(n);
}

static void division(void)
{
	int by = 0, n = 1;

	HIDE(by);
	n /= by;
	HIDE(n);
}

/* Within the object, so the address sanitizer has nothing to say. */
static void bounds(void)
{
	volatile struct {
		char first[4], second[4];
	} s = {};
	unsigned at = sizeof(s.first);

	HIDE(at);
	s.first[at] = 1;
}

static void null(void)
{
	volatile int *p = NULL;

	HIDE(p);
	*p = 1;
}

static void boolean(void)
{
	union {
		char byte;
		bool value;
	} u = { .byte = 2 };
	bool *p = &u.value;
	int n;

	HIDE(p);
	n = *p;
	HIDE(n);
}

/* --- stacks */

/* Writes over the guard behind text. The address sanitizer would be quicker:
 * it is not here. */
[[gnu::no_sanitize_address]] static void overrun(void)
{
	char text[24];
	volatile char *p = text;
	size_t n = sizeof(text) + 16;

	HIDE(p);
	HIDE(n);
	while (n-- > 0)
		*p++ = 1;
}

/* The guard page, then the stack for such cases. */
static unsigned recurse(unsigned depth)
{
	volatile char frame[256];

	frame[depth % sizeof(frame)] = (char)depth;
	if (depth == ~0u)
		return 0;
	return recurse(depth + 1) + (unsigned)frame[0];
}

static void stack_overflow(void)
{
	(void)recurse(0);
}

/* --- page tables: the mistake, then the walker's turn */

/* The last page of the kernel's window; nobody else is near so early. */
static vaddr_t enter(struct paddr pa, unsigned prot)
{
	vaddr_t start, end;

	pmap_kernel_space(&start, &end);
	end -= page_size_hw();
	panic_unless(pmap_kernel_enter(end, pa, prot, 0) == KR_SUCCESS);
	return end;
}

static struct paddr frame(void)
{
	struct page *page = page_alloc(0, PAGE_KERNEL, 0);

	panic_unless(page != NULL);
	return page_to_paddr(page);
}

static struct paddr text(void)
{
	uintptr_t at = (uintptr_t)text & ~((uintptr_t)page_size_hw() - 1);

	return virt_to_phys((void *)at);
}

static void enter_both(void)
{
	(void)enter(frame(), ACCESS_ALL);
}

static void walker_both(void)
{
	pmap_plant_executable(enter(frame(), ACCESS_READ | ACCESS_WRITE));
	(void)pmap_check_all();
}

static void walker_text(void)
{
	(void)enter(text(), ACCESS_READ | ACCESS_WRITE);
	(void)pmap_check_all();
}

static void walker_executable(void)
{
	(void)enter(frame(), ACCESS_READ | ACCESS_EXECUTE);
	(void)pmap_check_all();
}

static void walker_user(void)
{
	pmap_plant_user(enter(frame(), ACCESS_READ));
	(void)pmap_check_all();
}

static struct pmap *user_pmap(struct paddr pa)
{
	struct pmap *pmap = pmap_create();

	panic_unless(pmap != NULL);
	panic_unless(pmap_enter(pmap, pmap_user_min, pa, page_size_hw(),
				ACCESS_READ, 0) == KR_SUCCESS);
	return pmap;
}

static void walker_free_frame(void)
{
	struct page *page = page_alloc(0, PAGE_KERNEL, 0);

	panic_unless(page != NULL);
	(void)user_pmap(page_to_paddr(page));
	page_free(page, 0);
	(void)pmap_check_all();
}

static void walker_reverse(void)
{
	pmap_plant_forget(user_pmap(frame()), pmap_user_min);
	(void)pmap_check_all();
}

const struct plant plants_machine[] = {
	{ .name = "ubsan-shift", .run = shift },
	{ .name = "ubsan-overflow", .run = overflow },
	{ .name = "ubsan-division", .run = division },
	{ .name = "ubsan-bounds", .run = bounds },
	{ .name = "ubsan-null", .run = null },
	{ .name = "ubsan-bool", .run = boolean },
	{ .name = "stack-overrun", .run = overrun },
	{ .name = "stack-overflow", .run = stack_overflow },
	{ .name = "enter-writable-executable", .run = enter_both },
	{ .name = "walker-writable-executable", .run = walker_both },
	{ .name = "walker-text", .run = walker_text },
	{ .name = "walker-executable", .run = walker_executable },
	{ .name = "walker-user", .run = walker_user },
	{ .name = "walker-free-frame", .run = walker_free_frame },
	{ .name = "walker-reverse", .run = walker_reverse },
	{ 0 },
};

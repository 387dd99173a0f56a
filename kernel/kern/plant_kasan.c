/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Planted bugs for the address sanitizer: every kind of memory, and every way
 * to touch it. Only where CONFIG_KASAN is 1.
 */
#include <kern/plant.h>

#include <arch/copy.h>
#include <kern/kasan.h>
#include <kern/page.h>
#include <kern/panic.h>
#include <kern/string.h>
#include <kern/zone.h>

#define SIZE 40

static struct zone zone;
static char planted_global[20];

/* The compiler is not to know which object, nor where in it. */
#define HIDE(x) __asm__ volatile("" : "+r"(x))

static char *object(void)
{
	char *p;

	if (zone.p == NULL)
		zone_init(&zone, "planted", SIZE, 0);
	p = zone_alloc(&zone);
	panic_unless(p != NULL);
	HIDE(p);
	return p;
}

static void touch(char *p, ptrdiff_t at)
{
	HIDE(at);
	p[at] = 1;
}

static void use_after_free(void)
{
	char *p = object();

	zone_free(&zone, p);
	HIDE(p);
	touch(p, 8);
}

/* As many others come and go as a quarantine must stand. */
static void use_long_after_free(void)
{
	char *p = object();

	zone_free(&zone, p);
	for (int i = 0; i < 100; i++)
		zone_free(&zone, object());
	HIDE(p);
	touch(p, 8);
}

static void overflow(void)
{
	touch(object(), SIZE);
}

static void underflow(void)
{
	touch(object(), -1);
}

static void double_free(void)
{
	char *p = object();

	zone_free(&zone, p);
	zone_free(&zone, p);
}

static void stack(void)
{
	char text[24];
	char *p = text;

	HIDE(p);
	touch(p, sizeof(text));
}

static void global(void)
{
	char *p = planted_global;

	HIDE(p);
	touch(p, sizeof(planted_global));
}

static void free_frame(void)
{
	struct page *page = page_alloc(0, PAGE_KERNEL, 0);
	char *p;

	panic_unless(page != NULL);
	p = page_to_virt(page);
	page_free(page, 0);
	touch(p, 100);
}

static void block(void)
{
	size_t size = 5000;
	char *p = kalloc(size);

	panic_unless(p != NULL);
	HIDE(p);
	touch(p, (ptrdiff_t)size);
}

static void by_memcpy(void)
{
	char from[SIZE + 8] = {};
	char *p = object();
	size_t n = sizeof(from);

	HIDE(n);
	memcpy(p, from, n);
}

static void by_memset(void)
{
	size_t n = SIZE + 1;

	HIDE(n);
	memset(object(), 0, n);
}

static void by_strlen(void)
{
	char *p = object();

	memset(p, 'x', SIZE);
	(void)!strlen(p);
}

static void by_copy_in(void)
{
	(void)copy_in_nofault(object(), page_size_hw() << 4, SIZE + 1);
}

static void by_copy_out(void)
{
	(void)copy_out_nofault(page_size_hw() << 4, object(), SIZE + 1);
}

/* No memory at all, nor has it a shadow. */
static void wild(void)
{
	char *p = (char *)(page_size_hw() << 4);

	HIDE(p);
	touch(p, 8);
}

const struct plant plants_kasan[] = {
	{ .name = "kasan-use-after-free", .run = use_after_free },
	{ .name = "kasan-use-long-after-free", .run = use_long_after_free },
	{ .name = "kasan-overflow", .run = overflow },
	{ .name = "kasan-underflow", .run = underflow },
	{ .name = "kasan-double-free", .run = double_free },
	{ .name = "kasan-stack", .run = stack },
	{ .name = "kasan-global", .run = global },
	{ .name = "kasan-free-frame", .run = free_frame },
	{ .name = "kasan-block", .run = block },
	{ .name = "kasan-memcpy", .run = by_memcpy },
	{ .name = "kasan-memset", .run = by_memset },
	{ .name = "kasan-strlen", .run = by_strlen },
	{ .name = "kasan-copy-in", .run = by_copy_in },
	{ .name = "kasan-copy-out", .run = by_copy_out },
	{ .name = "kasan-wild", .run = wild },
	{ 0 },
};

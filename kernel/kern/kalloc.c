/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of any size: zones at powers of two and one and a half times those,
 * above that whole blocks of frames. Locks: those of zones and frames. Memory
 * that need not be contiguous and is large comes from kva.c instead.
 */
#include <kern/zone.h>

#include <kern/kasan.h>
#include <kern/page.h>
#include <kern/panic.h>
#include <kern/probe.h>
#include <kern/string.h>
#include <kern/zone_i.h>

#define KALLOC_MAX 2048

static struct {
	struct zone zone;
	size_t size;
	const char *name;
} sizes[] = {
	{ .size = 16, .name = "kalloc 16" },
	{ .size = 32, .name = "kalloc 32" },
	{ .size = 48, .name = "kalloc 48" },
	{ .size = 64, .name = "kalloc 64" },
	{ .size = 96, .name = "kalloc 96" },
	{ .size = 128, .name = "kalloc 128" },
	{ .size = 192, .name = "kalloc 192" },
	{ .size = 256, .name = "kalloc 256" },
	{ .size = 384, .name = "kalloc 384" },
	{ .size = 512, .name = "kalloc 512" },
	{ .size = 768, .name = "kalloc 768" },
	{ .size = 1024, .name = "kalloc 1024" },
	{ .size = 1536, .name = "kalloc 1536" },
	{ .size = KALLOC_MAX, .name = "kalloc 2048" },
};

/* By size in steps of 16 bytes: which of sizes serves it. */
static unsigned char zone_index[KALLOC_MAX / 16 + 1];

void kalloc_init(void)
{
	unsigned z = 0;

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		zone_init(&sizes[i].zone, sizes[i].name, sizes[i].size, 0);
	for (unsigned i = 0; i <= KALLOC_MAX / 16; i++) {
		if (i * 16 > sizes[z].size)
			z++;
		zone_index[i] = (unsigned char)z;
	}
}

static struct zone *zone_for(size_t size)
{
	return &sizes[zone_index[(size + 15) / 16]].zone;
}

static unsigned order_for(size_t size)
{
	unsigned order = 0;

	while (page_size_hw() << order < size)
		order++;
	return order;
}

static void *alloc_frames(size_t size, unsigned flags)
{
	struct page *page;
	char *p;

	if (size > page_size_hw() << 20)
		return NULL;
	if (probe_fail())
		return NULL;
	page = page_alloc(order_for(size), PAGE_KERNEL, flags);
	if (page == NULL)
		return NULL;
	p = page_to_virt(page);
	if (CONFIG_KASAN)
		kasan_poison(p + size,
			     (page_size_hw() << order_for(size)) - size,
			     KASAN_BLOCK);
	return p;
}

void *kalloc(size_t size)
{
	if (size <= KALLOC_MAX)
		return zone_alloc(zone_for(size));
	return alloc_frames(size, 0);
}

void *kalloc_zeroed(size_t size)
{
	if (size <= KALLOC_MAX)
		return zone_alloc_zeroed(zone_for(size));
	return alloc_frames(size, PAGE_ZEROED);
}

void kfree(void *p, size_t size)
{
	if (p == NULL)
		return;
	if (size <= KALLOC_MAX)
		zone_free(zone_for(size), p);
	else
		page_free(page_from_virt(p), order_for(size));
}

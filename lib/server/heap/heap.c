/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages, and slabs of small slots cut from single pages.
 *
 *	base   infos: one for each page, mapped as far as needed
 *	first  pages:  absent | free | slab of a class | run of pages
 *
 * Searches go upwards from the lowest place where something may be free. No
 * lock; see heap.h.
 */
#include "heap.h"

#include <stdint.h>
#include <string.h>

enum kind {
	ABSENT, /* not mapped */
	FREE,	/* mapped, holds nothing */
	SLAB,
	RUN,	/* the first page of several that belong together */
	BODY,	/* the others */
};

struct info {
	uint8_t kind;
	uint8_t class; /* SLAB */
	uint16_t used; /* SLAB: slots */
	uint32_t run;  /* RUN: pages */
};

static const uint16_t slot_size[] = {
	16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 672, 1008, 1344, 2016,
};

#define CLASSES	   (sizeof(slot_size) / sizeof(slot_size[0]))
#define SLOT_MAX   2016
#define GRAIN	   16
#define MAP_AHEAD  16	/* pages mapped at once */
#define FREE_MAX   256	/* free pages that stay mapped */

static struct {
	struct info *infos;
	char *first;	   /* page 0 */
	size_t page;	   /* bytes */
	size_t infos_size; /* bytes of infos that are mapped */
	uint32_t max;	   /* pages there is address space for */
	uint32_t end;	   /* pages from here on are absent */
	uint32_t low;	   /* below it no page is free or absent */
	uint32_t free;	   /* mapped ones */
	uint32_t partial[CLASSES]; /* below it no slab has room */
	uint16_t slots[CLASSES];   /* in a slab */
	uint16_t offset[CLASSES];  /* of the first slot, behind the bitmap */
	uint8_t class_of[SLOT_MAX / GRAIN + 1];
} heap;

static size_t words_for(size_t slots)
{
	return (slots + 63) / 64;
}

/* As many slots as fit behind a bitmap for them. */
static void class_init(unsigned c)
{
	size_t slots = heap.page / slot_size[c], offset;

	for (;; slots--) {
		offset = (words_for(slots) * 8 + GRAIN - 1) &
			 ~(size_t)(GRAIN - 1);
		if (offset + slots * slot_size[c] <= heap.page)
			break;
	}
	heap.slots[c] = (uint16_t)slots;
	heap.offset[c] = (uint16_t)offset;
}

void heap_init(void *base, size_t size, size_t page)
{
	size_t pages = size / page;
	unsigned c = 0;

	heap.page = page;
	heap.infos = base;
	size = (pages * sizeof(struct info) + page - 1) & ~(page - 1);
	heap.first = (char *)base + size;
	heap.max = (uint32_t)(pages - size / page);
	for (unsigned n = 0; n <= SLOT_MAX / GRAIN; n++) {
		if (n * GRAIN > slot_size[c])
			c++;
		heap.class_of[n] = (uint8_t)c;
	}
	for (c = 0; c < CLASSES; c++)
		class_init(c);
}

static char *page_at(uint32_t i)
{
	return heap.first + (size_t)i * heap.page;
}

/* --- pages */

static bool infos_reach(uint32_t end)
{
	size_t size = ((size_t)end * sizeof(struct info) + heap.page - 1) &
		      ~(heap.page - 1);
	char *from = (char *)heap.infos + heap.infos_size;

	if (size <= heap.infos_size)
		return true;
	if (!heap_memory_map(from, size - heap.infos_size))
		return false;
	heap.infos_size = size;
	return true;
}

/* The end of the run of pages of this kind from i on. */
static uint32_t run_end(uint32_t i, uint32_t end, enum kind kind)
{
	while (i < end && heap.infos[i].kind == kind)
		i++;
	return i;
}

static void mark(uint32_t i, uint32_t end, enum kind kind)
{
	for (; i < end; i++)
		heap.infos[i] = (struct info){ .kind = (uint8_t)kind };
}

/* Makes absent pages of [i, end) free ones, and some behind them. */
static bool map_absent(uint32_t i, uint32_t end)
{
	uint32_t ahead = (end + MAP_AHEAD - 1) & ~(uint32_t)(MAP_AHEAD - 1);

	if (ahead > heap.end)
		ahead = heap.end;
	for (; i < end; i++) {
		uint32_t stop = run_end(i, ahead, ABSENT);

		if (stop == i)
			continue;
		if (!heap_memory_map(page_at(i), (stop - i) * heap.page))
			return false;
		mark(i, stop, FREE);
		heap.free += stop - i;
		i = stop;
	}
	return true;
}

static bool grow(uint32_t end)
{
	end = (end + MAP_AHEAD - 1) & ~(uint32_t)(MAP_AHEAD - 1);
	if (end > heap.max || !infos_reach(end))
		return false;
	if (end > heap.end) {
		mark(heap.end, end, ABSENT);
		heap.end = end;
	}
	return true;
}

/* The lowest n pages together that hold nothing; heap.end at most. */
static uint32_t find_pages(uint32_t n)
{
	uint32_t start = heap.low, i = start;

	while (i < heap.end && i - start < n) {
		const struct info *info = &heap.infos[i];

		if (info->kind <= FREE) {
			i++;
			continue;
		}
		i += info->kind == RUN ? info->run : 1;
		start = i;
	}
	return start;
}

static bool take_pages(uint32_t n, uint32_t *at)
{
	uint32_t i = find_pages(n);

	if (n > heap.max - i)
		return false;
	if (i + n > heap.end && !grow(i + n))
		return false;
	if (!map_absent(i, i + n))
		return false;
	mark(i, i + n, BODY);
	heap.free -= n;
	if (i == heap.low)
		heap.low = i + n;
	*at = i;
	return true;
}

static void give_pages(uint32_t i, uint32_t n)
{
	mark(i, i + n, FREE);
	heap.free += n;
	if (i < heap.low)
		heap.low = i;
	if (heap.free > FREE_MAX)
		heap_trim();
}

static void shrink(void)
{
	size_t size;

	while (heap.end > 0 && heap.infos[heap.end - 1].kind == ABSENT)
		heap.end--;
	size = ((size_t)heap.end * sizeof(struct info) + heap.page - 1) &
	       ~(heap.page - 1);
	if (size < heap.infos_size &&
	    heap_memory_unmap((char *)heap.infos + size,
			      heap.infos_size - size))
		heap.infos_size = size;
}

void heap_trim(void)
{
	for (uint32_t i = 0; i < heap.end; i++) {
		uint32_t stop = run_end(i, heap.end, FREE);

		if (stop == i ||
		    !heap_memory_unmap(page_at(i), (stop - i) * heap.page))
			continue;
		mark(i, stop, ABSENT);
		heap.free -= stop - i;
		i = stop;
	}
	shrink();
}

void *heap_alloc_pages(size_t size)
{
	size_t n = (size + heap.page - 1) / heap.page;
	uint32_t i;

	if (n == 0)
		n = 1;
	if (size > SIZE_MAX / 2 || n > heap.max || !take_pages((uint32_t)n, &i))
		return NULL;
	heap.infos[i].kind = RUN;
	heap.infos[i].run = (uint32_t)n;
	return page_at(i);
}

/* --- slots */

static bool slab_find(unsigned c, uint32_t *at)
{
	for (uint32_t i = heap.partial[c]; i < heap.end; i++) {
		const struct info *info = &heap.infos[i];

		if (info->kind == SLAB && info->class == c &&
		    info->used < heap.slots[c]) {
			*at = i;
			return true;
		}
	}
	return false;
}

static bool slab_create(unsigned c, uint32_t *at)
{
	if (!take_pages(1, at))
		return false;
	heap.infos[*at].kind = SLAB;
	heap.infos[*at].class = (uint8_t)c;
	memset(page_at(*at), 0, heap.offset[c]);
	return true;
}

/* The lowest free slot; there is one. */
static unsigned slot_take(uint32_t i)
{
	uint64_t *map = (uint64_t *)page_at(i);
	unsigned w = 0, bit;

	while (map[w] == UINT64_MAX)
		w++;
	bit = (unsigned)__builtin_ctzll(~map[w]);
	map[w] |= 1ull << bit;
	heap.infos[i].used++;
	return w * 64 + bit;
}

void *heap_alloc(size_t size)
{
	uint32_t i;
	unsigned c;

	if (size > SLOT_MAX)
		return heap_alloc_pages(size);
	c = heap.class_of[(size + GRAIN - 1) / GRAIN];
	if (!slab_find(c, &i) && !slab_create(c, &i))
		return NULL;
	heap.partial[c] = i;
	return page_at(i) + heap.offset[c] +
	       (size_t)slot_take(i) * slot_size[c];
}

static void slot_give(uint32_t i, size_t offset)
{
	struct info *info = &heap.infos[i];
	unsigned c = info->class;
	size_t slot = (offset - heap.offset[c]) / slot_size[c];
	uint64_t *map = (uint64_t *)page_at(i);

	if (offset < heap.offset[c] ||
	    (offset - heap.offset[c]) % slot_size[c] != 0 ||
	    !(map[slot / 64] >> slot % 64 & 1))
		__builtin_trap();
	map[slot / 64] &= ~(1ull << slot % 64);
	if (i < heap.partial[c])
		heap.partial[c] = i;
	if (--info->used == 0)
		give_pages(i, 1);
}

/* The page of something that is in use. */
static uint32_t page_of(void *p, size_t *offset)
{
	size_t at = (size_t)((char *)p - heap.first);

	if ((char *)p < heap.first || at / heap.page >= heap.end)
		__builtin_trap();
	*offset = at % heap.page;
	return (uint32_t)(at / heap.page);
}

void heap_free(void *p)
{
	size_t offset;
	uint32_t i;

	if (!p)
		return;
	i = page_of(p, &offset);
	if (heap.infos[i].kind == SLAB)
		slot_give(i, offset);
	else if (heap.infos[i].kind == RUN && offset == 0)
		give_pages(i, heap.infos[i].run);
	else
		__builtin_trap();
}

size_t heap_room(void *p)
{
	size_t offset;
	uint32_t i = page_of(p, &offset);

	if (heap.infos[i].kind == SLAB)
		return slot_size[heap.infos[i].class];
	return (size_t)heap.infos[i].run * heap.page;
}

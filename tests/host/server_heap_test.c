/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap of servers, on memory of this process: nothing overlaps, nothing
 * moves, and after everybody has gone no page is mapped.
 */
#include "check.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../../lib/server/heap/heap.c"

#define PAGE	4096
#define SPACE	(64u << 20)
#define OBJECTS 500

static char *space;
static size_t mapped;
static bool refuse;

bool heap_memory_map(void *at, size_t size)
{
	if (refuse || mprotect(at, size, PROT_READ | PROT_WRITE))
		return false;
	for (size_t i = 0; i < size; i += PAGE)
		((char *)at)[i] = 0;
	mapped += size;
	return true;
}

bool heap_memory_unmap(void *at, size_t size)
{
	if (mprotect(at, size, PROT_NONE))
		return false;
	mapped -= size;
	return true;
}

static void start(size_t page)
{
	if (space)
		munmap(space, SPACE);
	space = mmap(NULL, SPACE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	mapped = 0;
	refuse = false;
	memset(&heap, 0, sizeof(heap));
	heap_init(space, SPACE, page);
}

static unsigned seed;

static unsigned pick(unsigned n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static struct object {
	unsigned char *at;
	size_t size;
	unsigned char fill;
} objects[OBJECTS];

static size_t pick_size(void)
{
	switch (pick(8)) {
	case 0:
		return pick(200000);
	case 1:
		return pick(6000);
	default:
		return pick(300);
	}
}

static void put(struct object *o)
{
	o->size = pick_size();
	o->fill = (unsigned char)pick(256);
	o->at = pick(20) ? heap_alloc(o->size) : heap_alloc_pages(o->size);
	CHECK(o->at != NULL);
	CHECK_EQ((uintptr_t)o->at % 16, 0);
	CHECK(heap_room(o->at) >= o->size);
	memset(o->at, o->fill, o->size);
}

static void take(struct object *o)
{
	for (size_t i = 0; i < o->size; i++)
		CHECK_EQ(o->at[i], o->fill);
	heap_free(o->at);
	o->at = NULL;
}

static void churn(unsigned rounds)
{
	for (unsigned n = 0; n < rounds; n++) {
		struct object *o = &objects[pick(OBJECTS)];

		if (o->at)
			take(o);
		else
			put(o);
		if (pick(200) == 0)
			heap_trim();
	}
}

static void take_all(void)
{
	for (unsigned i = 0; i < OBJECTS; i++)
		if (objects[i].at)
			take(&objects[i]);
}

static void nothing_overlaps(void)
{
	start(PAGE);
	seed = 1;
	churn(20000);
	take_all();
}

static void nothing_stays_mapped(void)
{
	start(PAGE);
	seed = 2;
	churn(3000);
	take_all();
	heap_trim();
	CHECK_EQ(mapped, 0);
}

static void large_pages(void)
{
	start(16384);
	seed = 3;
	churn(5000);
	take_all();
	heap_trim();
	CHECK_EQ(mapped, 0);
}

/* What stays keeps its place, and what comes later finds the same one. */
static void places_do_not_depend_on_history(void)
{
	void *stays[100], *later[100];
	size_t before;

	start(PAGE);
	for (unsigned i = 0; i < 100; i++)
		stays[i] = heap_alloc(i * 40);
	for (unsigned i = 0; i < 100; i += 2)
		heap_free(stays[i]);
	for (unsigned i = 0; i < 100; i++)
		later[i] = heap_alloc(i * 70);
	for (unsigned i = 0; i < 100; i++)
		heap_free(later[i]);
	heap_trim();
	before = mapped;
	seed = 4;
	for (unsigned round = 0; round < 5; round++) {
		churn(2000);
		take_all();
		heap_trim();
		CHECK_EQ(mapped, before);
		for (unsigned i = 0; i < 100; i++)
			CHECK(heap_alloc(i * 70) == later[i]);
		for (unsigned i = 0; i < 100; i++)
			heap_free(later[i]);
	}
}

static void no_memory(void)
{
	void *p;

	start(PAGE);
	CHECK(heap_alloc(SPACE) == NULL);
	CHECK(heap_alloc(SIZE_MAX - 5) == NULL);
	refuse = true;
	CHECK(heap_alloc(100) == NULL);
	CHECK(heap_alloc(100000) == NULL);
	refuse = false;
	p = heap_alloc(100);
	CHECK(p != NULL);
	refuse = true;
	CHECK(heap_alloc(100000) == NULL);
	refuse = false;
	heap_free(p);
	heap_trim();
	CHECK_EQ(mapped, 0);
}

static void many_free_pages_go_by_themselves(void)
{
	void *p;

	start(PAGE);
	p = heap_alloc((FREE_MAX + 1) * PAGE);
	CHECK(p != NULL);
	heap_free(p);
	CHECK_EQ(mapped, 0);
}

int main(void)
{
	RUN(nothing_overlaps);
	RUN(nothing_stays_mapped);
	RUN(large_pages);
	RUN(places_do_not_depend_on_history);
	RUN(no_memory);
	RUN(many_free_pages_go_by_themselves);
	return check_done();
}

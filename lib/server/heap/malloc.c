/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libc's names for the heap of servers, on Mach memory. It is linked into
 * servers only. Lock: the one here.
 */
#include <errno.h>
#include <mach/mach.h>
#include <pthread.h>
#include <server/heap.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"

/* Far above where allocations that may lie anywhere begin. */
#define HEAP_BASE ((void *)0x2000000000)
#define HEAP_SIZE ((size_t)4 << 30)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool ready;

bool heap_memory_map(void *at, size_t size)
{
	vm_address_t address = (vm_address_t)at;

	return vm_allocate(mach_task_self(), &address, size, FALSE) ==
	       KERN_SUCCESS;
}

bool heap_memory_unmap(void *at, size_t size)
{
	return vm_deallocate(mach_task_self(), (vm_address_t)at, size) ==
	       KERN_SUCCESS;
}

static void enter(void)
{
	pthread_mutex_lock(&lock);
	if (!ready)
		heap_init(HEAP_BASE, HEAP_SIZE, vm_page_size);
	ready = true;
}

static void leave(void)
{
	pthread_mutex_unlock(&lock);
}

static void *made_or_error(void *p)
{
	leave();
	if (!p)
		errno = ENOMEM;
	return p;
}

void *malloc(size_t size)
{
	enter();
	return made_or_error(heap_alloc(size));
}

void free(void *p)
{
	enter();
	heap_free(p);
	leave();
}

void *calloc(size_t count, size_t size)
{
	void *p;

	if (__builtin_mul_overflow(count, size, &size)) {
		errno = ENOMEM;
		return NULL;
	}
	p = malloc(size);
	return p ? memset(p, 0, size) : NULL;
}

void *realloc(void *p, size_t size)
{
	size_t room;
	void *made;

	if (!p)
		return malloc(size);
	enter();
	room = heap_room(p);
	made = size <= room && size > room / 2 ? p : heap_alloc(size);
	if (made && made != p) {
		memcpy(made, p, size < room ? size : room);
		heap_free(p);
	}
	return made_or_error(made);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	if (alignment <= 16)
		return malloc(size);
	enter();
	return made_or_error(alignment <= vm_page_size ? heap_alloc_pages(size) : NULL);
}

size_t malloc_usable_size(void *p)
{
	size_t room;

	if (!p)
		return 0;
	enter();
	room = heap_room(p);
	leave();
	return room;
}

void server_heap_trim(void)
{
	enter();
	heap_trim();
	leave();
}

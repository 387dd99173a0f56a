/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap of servers: an allocator that is exact about what it keeps.
 *
 * Every choice takes the lowest address that fits, so what is left when others
 * have come and gone lies where it lay before, and heap_trim gives back every
 * page that holds nothing. One user at a time: malloc.c has the lock.
 */
#ifndef SERVER_HEAP_I_H
#define SERVER_HEAP_I_H

#include <stdbool.h>
#include <stddef.h>

/* Once, before all others: `size` bytes of address space at base, nothing
 * mapped in it, and the page size (a power of two, at least 4096). */
void heap_init(void *base, size_t size, size_t page);

/* 16 bytes aligned; contents undefined. NULL: no memory. */
void *heap_alloc(size_t size);
/* The same at the start of a page. */
void *heap_alloc_pages(size_t size);
/* NULL is allowed; anything else that is not in use here traps. */
void heap_free(void *p);
/* How much there is room for at p. */
size_t heap_room(void *p);

/* Unmaps all pages that hold nothing. */
void heap_trim(void);

/* The caller's: maps zeroed pages, or unmaps. False: no memory for that, and
 * nothing has changed. */
bool heap_memory_map(void *at, size_t size);
bool heap_memory_unmap(void *at, size_t size);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_copy: a piece of memory on its way between maps, never copied byte by byte unless smaller
 * than about a page. Used by messages, vm_read/write/copy, and the kernel's own
 * out-of-line replies.
 */
#pragma once

#include <kern/kr.h>
#include <stdbool.h>
#include <stdint.h>

struct vm_copy;
struct vm_map;

/*
 * Takes [addr, addr+size) of map, any alignment. The result is a snapshot
 * (copy-on-write); destroy: the covered pages are removed from map as part of
 * it. Size 0 gives *copy = NULL. Bytes outside the range are never visible to
 * the receiver: page remainders read as zero.
 * KR_INVALID_ADDRESS not fully mapped; KR_PROTECTION_FAILURE not readable;
 * KR_RESOURCE_SHORTAGE. Nothing changed on failure.
 */
enum kr vm_copy_in(struct vm_map *map, uint64_t addr, uint64_t size,
		   bool destroy, struct vm_copy **copy);

/*
 * Places a copy at an address of the kernel's choice (alignment like the
 * source's, so that page tables can be shared), with default protections.
 * *addr points at the first byte (the offset inside the page is kept).
 * Consumes copy on success only. KR_NO_SPACE, KR_RESOURCE_SHORTAGE.
 */
enum kr vm_copy_out(struct vm_map *map, struct vm_copy *copy, uint64_t *addr);

/*
 * Overwrites [addr, addr+size) of map with the copy (vm_write, vm_copy).
 * KR_INVALID_ADDRESS, KR_PROTECTION_FAILURE: nothing changed. Consumes copy on success only.
 */
enum kr vm_copy_overwrite(struct vm_map *map, uint64_t addr,
			  struct vm_copy *copy);

/* Bytes of the kernel into writable memory of the map. KR_INVALID_ADDRESS,
 * KR_PROTECTION_FAILURE: it was changed; some may be written. */
enum kr vm_copy_write(struct vm_map *map, uint64_t addr, void *data,
		      uint64_t size);

/* From kernel memory (small arrays). NULL: no memory. */
struct vm_copy *vm_copy_from_kernel(const void *data, uint64_t size);
/* Into kernel memory, at most size bytes: false if the bytes cannot be had. */
bool vm_copy_to_kernel(struct vm_copy *copy, void *data, uint64_t size);

uint64_t vm_copy_size(const struct vm_copy *copy);

/* Consumes. NULL is legal. */
void vm_copy_discard(struct vm_copy *copy);

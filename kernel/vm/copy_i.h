/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory between maps, private to kernel/vm. A copy is either some bytes, or a
 * list of pieces: parts of objects that only this copy leads to.
 *
 *	     |<skew>|<------------- size ------------->|
 *	|....piece 0 (whole pages)....|....piece 1............|
 *	 zero        first byte                        zero
 */
#pragma once

#include <vm/copy.h>
#include <vm/object.h>

struct vm_copy_piece {
	struct vm_object *object; /* +1; NULL: zero */
	uint64_t offset, size;	  /* whole pages of the object */
};

struct vm_copy {
	uint64_t size; /* bytes */
	uint64_t skew; /* of the first byte, in its page */
	uint64_t like; /* source address: where page tables begin */
	uint8_t *bytes; /* kalloc'ed; then there are no pieces */
	size_t count;
	struct vm_copy_piece *pieces; /* kalloc'ed unless it is the one */
	struct vm_copy_piece one;
};

void vm_copy_init(void); /* boot */

/* A page of zeroes, never written. */
extern struct page *vm_zero_page;

/* With room for count pieces, all zero; NULL: no memory. */
struct vm_copy *vm_copy_create(uint64_t size, uint64_t skew, size_t count);

/* With room for size bytes instead. */
struct vm_copy *vm_copy_create_bytes(uint64_t size, uint64_t skew);

/* Turns bytes into one piece. */
enum kr vm_copy_bytes_to_piece(struct vm_copy *c, struct account *account);

/* Whole pages the copy covers, in bytes. */
static inline uint64_t vm_copy_span(const struct vm_copy *c)
{
	return vm_round(c->skew + c->size);
}

/* A walk over the pages of a copy with pieces. */
struct vm_copy_cursor {
	struct vm_copy *copy;
	size_t piece;
	uint64_t at; /* bytes into the piece */
};

/* The next page's contents, read-only. *page: the page itself where it is one
 * of the piece's own tree, borrowed, else NULL. */
const uint8_t *vm_copy_next_page(struct vm_copy_cursor *cursor,
				 struct page **page);

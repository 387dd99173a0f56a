/* SPDX-License-Identifier: BSD-2-Clause */
/* A queue of bytes; see buffer.h. */
#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t *buffer_bytes(const struct buffer *b)
{
	return b->memory + b->start;
}

static void make_room(struct buffer *b, size_t length)
{
	size_t need = b->length + length;

	if (b->start + need <= b->capacity)
		return;
	if (b->start > 0) {
		memmove(b->memory, buffer_bytes(b), b->length);
		b->start = 0;
	}
	if (need <= b->capacity)
		return;
	b->capacity = need * 2;
	b->memory = realloc(b->memory, b->capacity);
	if (b->memory == NULL) {
		fputs("run: out of memory\n", stderr);
		exit(126);
	}
}

void buffer_append(struct buffer *b, const void *bytes, size_t length)
{
	if (length == 0)
		return;
	make_room(b, length);
	memcpy(buffer_bytes(b) + b->length, bytes, length);
	b->length += length;
}

void buffer_drop(struct buffer *b, size_t length)
{
	b->start += length;
	b->length -= length;
	if (b->length == 0)
		b->start = 0;
}

void buffer_cleanup(struct buffer *b)
{
	free(b->memory);
	*b = (struct buffer){};
}

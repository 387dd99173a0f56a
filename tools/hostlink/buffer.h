/* SPDX-License-Identifier: BSD-2-Clause */
/* A queue of bytes that grows: bytes go in at the end, out at the front. */
#ifndef HOSTLINK_BUFFER_H
#define HOSTLINK_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct buffer {
	uint8_t *memory;
	size_t capacity;
	size_t start; /* index of the first byte */
	size_t length;
};

/* The first byte; valid until the next call on this buffer. */
uint8_t *buffer_bytes(const struct buffer *b);

/* Ends the program when memory runs out. */
void buffer_append(struct buffer *b, const void *bytes, size_t length);

/* Drops the first length bytes; there are that many. */
void buffer_drop(struct buffer *b, size_t length);

void buffer_cleanup(struct buffer *b);

#endif

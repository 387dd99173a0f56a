/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's output on one channel, on its way to a descriptor of ours.  At
 * most STREAM_WINDOW bytes are granted, so no more than that is ever stored.
 */
#ifndef HOSTLINK_STREAM_H
#define HOSTLINK_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"

enum { STREAM_WINDOW = 64 * 1024 };

struct stream {
	int fd;
	struct buffer waiting; /* not written yet */
	uint32_t credit;       /* what the guest may still send */
	uint32_t owed;         /* written, but not granted again yet */
	bool ended;            /* EOF came */
	bool deaf;             /* nobody reads fd: bytes are dropped */
	bool told;             /* the guest knows that */
};

/* Another guest writes to it. Returns what it is granted. */
uint32_t stream_open(struct stream *s);

/* Takes the payload of a frame; false when it is more than was granted. */
bool stream_take(struct stream *s, const void *bytes, size_t length);

/* Writes what fits without blocking; fd is ready for writing. */
void stream_write(struct stream *s);

/* What is to be granted now; 0 for nothing.  It counts as granted. */
uint32_t stream_grant(struct stream *s);

#endif

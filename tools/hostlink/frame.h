/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames of the link (link.h), written to and read from buffers.  Knows the
 * layout, not the conversation.
 */
#ifndef HOSTLINK_FRAME_H
#define HOSTLINK_FRAME_H

#include <stdint.h>

#include "buffer.h"
#include "link.h"

struct frame {
	uint8_t type;
	uint8_t channel;
	uint16_t length;
	const uint8_t *payload; /* inside the buffer it was read from */
	size_t size;            /* of all of it */
};

enum frame_result {
	FRAME_NONE, /* not whole yet */
	FRAME_OK,
	FRAME_CUT, /* its sender died, or a byte between frames says so */
	FRAME_BAD, /* no frame begins like this */
};

/*
 * Looks at the guest's frame at the front of b.  After FRAME_OK or FRAME_CUT the
 * caller drops it with frame_drop when it has used the payload.
 */
enum frame_result frame_peek(const struct buffer *b, struct frame *f);
void frame_drop(struct buffer *b, const struct frame *f);

/* Appends a frame; length is at most LINK_PAYLOAD. */
void frame_put(struct buffer *b, unsigned type, unsigned channel,
	       const void *payload, size_t length);
void frame_put_credit(struct buffer *b, unsigned channel, uint32_t bytes);
void frame_put_winsize(struct buffer *b, unsigned rows, unsigned columns);

/*
 * START in as many frames as it needs.  argv and envp end with NULL.  Returns
 * false, and appends nothing, when there are more than 65535 of either.
 */
_Bool frame_put_start(struct buffer *b, uint32_t flags, char *const *argv,
		      char *const *envp);

/* The number in a CREDIT or EXIT payload of four bytes. */
uint32_t frame_u32(const struct frame *f);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames of the link; see frame.h. */
#include "frame.h"

#include <string.h>

enum { START_FLAGS = 4 }; /* bytes of flags in front of a START payload */

static void put_u16(uint8_t *to, unsigned v)
{
	to[0] = (uint8_t)v;
	to[1] = (uint8_t)(v >> 8);
}

static void put_u32(uint8_t *to, uint32_t v)
{
	put_u16(to, v & 0xffff);
	put_u16(to + 2, v >> 16);
}

static unsigned get_u16(const uint8_t *from)
{
	return from[0] | (unsigned)from[1] << 8;
}

enum frame_result frame_peek(const struct buffer *b, struct frame *f)
{
	const uint8_t *head = buffer_bytes(b);

	f->size = 1;
	if (b->length > 0 && head[0] == LINK_PAD)
		return FRAME_CUT;
	f->size = LINK_HEAD;
	if (b->length < LINK_HEAD)
		return FRAME_NONE;
	if (head[1] == LINK_PAD || head[3] == LINK_PAD)
		return FRAME_CUT;
	f->type = head[0];
	f->channel = head[1];
	f->length = (uint16_t)get_u16(head + 2);
	f->payload = head + LINK_HEAD;
	f->size = (size_t)LINK_HEAD + f->length + 1;
	if (f->type > LINK_READY || f->channel >= LINK_CHANNELS ||
	    f->length > LINK_PAYLOAD)
		return FRAME_BAD;
	if (b->length < f->size)
		return FRAME_NONE;
	if (head[f->size - 1] == LINK_PAD)
		return FRAME_CUT;
	return head[f->size - 1] == LINK_END ? FRAME_OK : FRAME_BAD;
}

void frame_drop(struct buffer *b, const struct frame *f)
{
	buffer_drop(b, f->size);
}

void frame_put(struct buffer *b, unsigned type, unsigned channel,
	       const void *payload, size_t length)
{
	uint8_t head[LINK_HEAD] = { (uint8_t)type, (uint8_t)channel };

	put_u16(head + 2, (unsigned)length);
	buffer_append(b, head, sizeof(head));
	buffer_append(b, payload, length);
}

void frame_put_credit(struct buffer *b, unsigned channel, uint32_t bytes)
{
	uint8_t payload[4];

	put_u32(payload, bytes);
	frame_put(b, LINK_CREDIT, channel, payload, sizeof(payload));
}

void frame_put_winsize(struct buffer *b, unsigned rows, unsigned columns)
{
	uint8_t payload[4];

	put_u16(payload, rows);
	put_u16(payload + 2, columns);
	frame_put(b, LINK_WINSIZE, LINK_TTY, payload, sizeof(payload));
}

static size_t append_strings(struct buffer *list, char *const *v)
{
	size_t n = 0;

	for (; v[n] != NULL; n++)
		buffer_append(list, v[n], strlen(v[n]) + 1);
	return n;
}

/* Cuts the list into START frames. */
static void put_start_frames(struct buffer *b, uint32_t flags,
			     struct buffer *list)
{
	uint8_t payload[LINK_PAYLOAD];

	for (;;) {
		size_t n = list->length;
		uint32_t more = 0;

		if (n > sizeof(payload) - START_FLAGS) {
			n = sizeof(payload) - START_FLAGS;
			more = LINK_START_MORE;
		}
		put_u32(payload, flags | more);
		memcpy(payload + START_FLAGS, buffer_bytes(list), n);
		frame_put(b, LINK_START, 0, payload, START_FLAGS + n);
		buffer_drop(list, n);
		if (more == 0)
			return;
	}
}

_Bool frame_put_start(struct buffer *b, uint32_t flags, char *const *argv,
		      char *const *envp)
{
	struct buffer list = {};
	uint8_t counts[4] = {};
	size_t argc;
	size_t envc;

	buffer_append(&list, counts, sizeof(counts));
	argc = append_strings(&list, argv);
	envc = append_strings(&list, envp);
	if (argc <= UINT16_MAX && envc <= UINT16_MAX) {
		put_u16(buffer_bytes(&list), (unsigned)argc);
		put_u16(buffer_bytes(&list) + 2, (unsigned)envc);
		put_start_frames(b, flags, &list);
	}
	buffer_cleanup(&list);
	return argc <= UINT16_MAX && envc <= UINT16_MAX;
}

uint32_t frame_u32(const struct frame *f)
{
	return get_u16(f->payload) | (uint32_t)get_u16(f->payload + 2) << 16;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar of a message's body: a sequence of typed items.
 *
 *   short:  name:8 bits:8 number:12 inline:1 long:1 deallocate:1 unused:1
 *   long:   that word, u16 name, u16 bits, u64 number
 *   then the data padded to 4 bytes, or (out of line) a 64-bit pointer
 *
 * Pure functions on kernel memory. Bodies lie at multiples of 4 bytes.
 */
#include <ipc/body_i.h>

#define WORD_BYTES 4u
#define LONG_BYTES 12u
#define PTR_BYTES  8u

static void parse_short(uint32_t word, struct msg_item *it)
{
	it->name = word & 0xff;
	it->bits = word >> 8 & 0xff;
	it->number = word >> 16 & 0xfff;
	it->in_line = word >> 28 & 1;
	it->longform = word >> 29 & 1;
	it->deallocate = word >> 30 & 1;
}

static void parse_long(const uint8_t *p, struct msg_item *it)
{
	it->name = *(const uint16_t *)p;
	it->bits = *(const uint16_t *)(p + 2);
	it->number = *(const u64_a4 *)(p + 4);
}

static bool count_bytes(struct msg_item *it)
{
	uint64_t bits;
	if (__builtin_mul_overflow(it->number, it->bits, &bits) ||
	    __builtin_add_overflow(bits, 7, &bits))
		return false;
	it->bytes = bits / 8;
	return true;
}

mach_msg_return_t ipc_body_next(const uint8_t *body, uint32_t size,
				uint32_t offset, struct msg_item *it)
{
	uint32_t left = size - offset;
	if (left < WORD_BYTES)
		return MACH_SEND_MSG_TOO_SMALL;
	parse_short(*(const uint32_t *)(body + offset), it);
	it->word = offset;
	it->data = offset + WORD_BYTES;
	left -= WORD_BYTES;
	if (it->longform) {
		if (left < LONG_BYTES)
			return MACH_SEND_MSG_TOO_SMALL;
		parse_long(body + it->data, it);
		it->data += LONG_BYTES;
		left -= LONG_BYTES;
	}
	if (!count_bytes(it))
		return MACH_SEND_INVALID_TYPE;
	uint64_t room = it->in_line ? (it->bytes + 3) / 4 * 4 : PTR_BYTES;
	if (room > left)
		return MACH_SEND_MSG_TOO_SMALL;
	it->next = it->data + (uint32_t)room;
	return MACH_MSG_SUCCESS;
}

void ipc_body_set_type(uint8_t *body, const struct msg_item *it, uint32_t name,
		       bool deallocate)
{
	uint32_t *word = (uint32_t *)(body + it->word);
	*word = (*word & ~(1u << 30)) | (uint32_t)deallocate << 30;
	if (it->longform)
		*(uint16_t *)(word + 1) = (uint16_t)name;
	else
		*word = (*word & ~0xffu) | name;
}

void ipc_body_find_items(struct ipc_message *m)
{
	const uint8_t *body = ipc_message_body(m);
	struct msg_item it;
	for (uint32_t at = 0; at < BODY_SIZE(m); at = it.next) {
		mach_msg_return_t r = ipc_body_next(body, BODY_SIZE(m), at, &it);
		panic_unless(r == MACH_MSG_SUCCESS);
		uint64_t n = it.in_line ? 0 : ipc_body_pointer(body, &it);
		if (n)
			m->items[n - 1].offset = it.data;
		if (!it.in_line || !msg_item_is_port(&it))
			continue;
		for (uint32_t i = 0; i < it.number; i++) {
			n = ipc_body_name(body, &it, i);
			if (MACH_PORT_VALID(n))
				m->items[n - 1].offset = it.data + 4 * i;
		}
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar of a message's body: a sequence of typed items.
 *
 *   short:  name:8 bits:8 number:12 inline:1 long:1 deallocate:1 unused:1
 *   long:   that word, u16 name, u16 bits, u64 number
 *   then the data padded to 4 bytes, or (out of line) a 64-bit pointer
 *
 * Pure functions on kernel memory.
 */
#include <ipc/body_i.h>
#include <kern/string.h>

#define WORD_BYTES 4u
#define LONG_BYTES 12u
#define PTR_BYTES  8u

static uint32_t load16(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

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
	it->name = load16(p);
	it->bits = load16(p + 2);
	memcpy(&it->number, p + 4, sizeof(it->number));
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
	uint32_t word, left = size - offset;
	if (left < WORD_BYTES)
		return MACH_SEND_MSG_TOO_SMALL;
	memcpy(&word, body + offset, sizeof(word));
	parse_short(word, it);
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
	uint32_t word;
	memcpy(&word, body + it->word, sizeof(word));
	word &= ~(1u << 30);
	word |= (uint32_t)deallocate << 30;
	if (it->longform) {
		uint16_t half = (uint16_t)name;
		memcpy(body + it->word + WORD_BYTES, &half, sizeof(half));
	} else {
		word = (word & ~0xffu) | name;
	}
	memcpy(body + it->word, &word, sizeof(word));
}

uint64_t ipc_body_pointer(const uint8_t *body, const struct msg_item *it)
{
	uint64_t p;
	memcpy(&p, body + it->data, sizeof(p));
	return p;
}

void ipc_body_set_pointer(uint8_t *body, const struct msg_item *it, uint64_t p)
{
	memcpy(body + it->data, &p, sizeof(p));
}

uint32_t ipc_body_name(const uint8_t *body, const struct msg_item *it,
		       uint32_t i)
{
	uint32_t name;
	memcpy(&name, body + it->data + i * sizeof(name), sizeof(name));
	return name;
}

void ipc_body_set_name(uint8_t *body, const struct msg_item *it, uint32_t i,
		       uint32_t name)
{
	memcpy(body + it->data + i * sizeof(name), &name, sizeof(name));
}

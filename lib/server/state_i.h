/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The region, as it lies in the memory of the server at STATE_BASE:
 *
 *	header | record 0 | record 1 | ...
 *
 *	record:  commit word | next free | contents, copy 0 | copy 1
 *
 *	commit:  0 free, or
 *	         63       32 31       16 15     2    1      0
 *	         | checksum | version  |   0   | used | copy |
 */
#ifndef STATE_I_H
#define STATE_I_H

#include <server/state.h>
#include <stddef.h>
#include <string.h>

#define STATE_BASE  0x6f0000000000ul
#define STATE_MAGIC 0x3265746174534d6bul /* and the layout's version */

#define COMMIT_COPY 1u
#define COMMIT_USED 2u

struct state_service {
	name_t name;
	uint32_t port; /* the receive right's name in this task */
	uint32_t check; /* written last; 0: free */
};

struct state_header {
	uint64_t magic; /* written last */
	uint32_t payload, records;
	struct state_service service[STATE_SERVICES_MAX];
	uint64_t used; /* state_used_word: records from there on never were */
	uint64_t unused;
};

struct state_record {
	uint64_t commit;
	uint32_t next_free; /* while free */
	uint32_t unused;
	uint8_t copy[];
};

static inline uint32_t state_copy_bytes(uint32_t payload)
{
	return (payload + 7) & ~7u;
}

static inline size_t state_stride(uint32_t payload)
{
	return sizeof(struct state_record) + 2 * state_copy_bytes(payload);
}

static inline size_t state_bytes(uint32_t payload, uint32_t records)
{
	return sizeof(struct state_header) + records * state_stride(payload);
}

/* FNV-1a, of the contents and of where and how they stand. */
static inline uint32_t state_checksum(const void *bytes, size_t size,
				      uint32_t salt)
{
	const uint8_t *b = bytes;
	uint32_t sum = 2166136261u ^ salt;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ b[i]) * 16777619u;
	return sum;
}

static inline uint64_t state_commit_word(const struct state_format *f,
					 uint32_t record, const void *payload,
					 unsigned copy)
{
	uint64_t low = (uint64_t)f->version << 16 | COMMIT_USED | copy;

	return (uint64_t)state_checksum(payload, f->payload,
					record ^ (uint32_t)low) << 32 | low;
}

static inline uint64_t state_used_word(uint32_t records)
{
	return records | (uint64_t)~records << 32;
}

static inline uint32_t state_service_check(const struct state_service *s)
{
	return state_checksum(s, offsetof(struct state_service, check), 1) | 1;
}

/* state.c */
extern struct state_format state_format;
/* Another service whose receive right this task has. */
void state_service_note(const char *name, mach_port_t port);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and rewriting the items of a body in kernel memory. */
#pragma once

#include <ipc/message_i.h>

#define BODY_SIZE(m) ((m)->head.msgh_size - (uint32_t)sizeof(mach_msg_header_t))

/* Ports in one out-of-line array. */
#define RIGHTS_MAX 65536u

void ipc_body_set_type(uint8_t *body, const struct msg_item *it, uint32_t name,
		       bool deallocate);

static inline uint64_t ipc_body_pointer(const uint8_t *body,
					const struct msg_item *it)
{
	return *(const u64_a4 *)(body + it->data);
}

static inline void ipc_body_set_pointer(uint8_t *body,
					const struct msg_item *it, uint64_t p)
{
	*(u64_a4 *)(body + it->data) = p;
}

static inline uint32_t ipc_body_name(const uint8_t *body,
				     const struct msg_item *it, uint32_t i)
{
	return ((const uint32_t *)(body + it->data))[i];
}

static inline void ipc_body_set_name(uint8_t *body, const struct msg_item *it,
				     uint32_t i, uint32_t name)
{
	((uint32_t *)(body + it->data))[i] = name;
}

/* A body that a stub of the kernel wrote: tells each item its field. */
void ipc_body_find_items(struct ipc_message *m);

/* Copy-in of a complex body, in two steps. The first has no effect on the
 * sender and finds every fault but a wrong right; the second takes the rights:
 * MACH_SEND_INVALID_RIGHT, and then what it took is in the items. */
mach_msg_return_t ipc_body_reserve(struct ipc_message *m);
mach_msg_return_t ipc_body_take(struct ipc_message *m);
/* Undoes the first. */
void ipc_body_unreserve(struct ipc_message *m);

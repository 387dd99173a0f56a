/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How kernel objects are called: the run-time side of server stubs that the
 * interface compiler generates with -kernel.
 *
 * The request is a copied-in message. In its body a port item holds
 * MACH_PORT_NULL, MACH_PORT_DEAD, or 1 + an index into items[]; the pointer
 * field of an out-of-line item likewise holds 0 or 1 + an index. The stub
 * checks sizes and type words as any server stub does and resolves indices by
 * mig_request_item, which checks kind and range.
 *
 * Ownership: everything in the request is borrowed by the routine; the
 * dispatcher destroys the request afterwards, whatever was returned. A routine
 * that keeps a right or a region takes it out of its item (mig_take_right,
 * mig_take_copy), which leaves nothing behind to release: no double release
 * and no leak is possible. Out rights and regions are handed to the reply by
 * the stub only after the routine returned KERN_SUCCESS; on an error the
 * routine must have released what it made.
 *
 * Routine names carry the server prefix rpc_ (rpc_task_info ...); they live in
 * kernel/trap/rpc_*.c and return kern_return_t.
 *
 * In C, in a routine's arguments:
 *   a port (in)                      struct ipc_item *          (may be NULL right)
 *   a port with intran               what the translator returns
 *   a port (out)                     struct ipc_right *
 *   out-of-line data (in)            struct ipc_item *, count (bytes / size)
 *   out-of-line data (out)           struct vm_copy **, count *
 *   out-of-line ports (in)           struct ipc_item *, count
 *   out-of-line ports (out)          struct ipc_rights **, count *
 *   all in-line data                 as in user stubs
 */
#pragma once

#include <ipc/right.h>
#include <mach/message.h>

struct vm_copy;

/* An array of rights, kalloc'ed with room for count. */
struct ipc_rights {
	uint32_t count;
	struct ipc_right right[];
};
struct ipc_rights *ipc_rights_create(uint32_t count); /* all NONE; or NULL */
void ipc_rights_destroy(struct ipc_rights *rights);   /* releases each */

enum ipc_item_kind {
	ITEM_NONE,   /* taken, or nothing */
	ITEM_RIGHT,  /* right */
	ITEM_MEMORY, /* copy, size */
	ITEM_RIGHTS, /* rights: an out-of-line array of ports */
};

struct ipc_item {
	enum ipc_item_kind kind;
	uint32_t offset;	   /* of the item's data or pointer in the body */
	struct ipc_right right;
	struct vm_copy *copy;
	uint64_t size;		   /* bytes of memory */
	struct ipc_rights *rights;
};

struct mig_request {
	const mach_msg_header_t *head; /* header and body, kernel memory */
	uint32_t size;		       /* bytes valid at head */
	uint32_t item_count;
	struct ipc_item *items;
	struct ipc_port *port; /* the port it was sent to, borrowed */
};

#define MIG_REPLY_ITEMS 4

struct mig_reply {
	mach_msg_header_t *head; /* the stub fills size, id, body */
	uint32_t capacity;	 /* bytes at head */
	uint32_t item_count;
	struct ipc_item items[MIG_REPLY_ITEMS];
};

/* The item that a body field names; NULL if it is 0, out of range, or of
 * another kind: then *bad is set. A dead port is an item with nothing to take
 * whose right is RIGHT_DEAD. */
struct ipc_item *mig_request_item(const struct mig_request *req, uint64_t field,
				  enum ipc_item_kind kind, bool *bad);

static inline bool mig_item_is_dead(const struct ipc_item *item)
{
	return item && item->kind == ITEM_NONE &&
	       item->right.kind == RIGHT_DEAD;
}

struct ipc_right mig_take_right(struct ipc_item *item); /* NULL item: NONE */
struct vm_copy *mig_take_copy(struct ipc_item *item);
struct ipc_rights *mig_take_rights(struct ipc_item *item);

/* Hands over to the reply; returns the value for the body's field. */
uint32_t mig_reply_right(struct mig_reply *rep, struct ipc_right right);
uint64_t mig_reply_memory(struct mig_reply *rep, struct vm_copy *copy,
			  uint64_t size);
uint64_t mig_reply_rights(struct mig_reply *rep, struct ipc_rights *rights);

/* A generated demultiplexer: fills the reply, false if the id is not its. */
typedef bool (*mig_server_fn)(struct mig_request *req, struct mig_reply *rep);

/* Set once at boot by the trap layer: answers every message to a kernel port. */
extern mig_server_fn ipc_kobject_server;

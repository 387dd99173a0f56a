/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages to kernel ports, answered in the sender's thread.
 *
 * The request's items are lent to the routine, which takes what it keeps; the
 * rest dies with the request (kmig.h). The reply is a message like any other,
 * addressed to the request's reply right.
 */
#include <ipc/message_i.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <mach/mig_errors.h>
#include <vm/copy.h>

mig_server_fn ipc_kobject_server;

/* --- what stubs call --- */

struct ipc_item *mig_request_item(const struct mig_request *req, uint64_t field,
				  enum ipc_item_kind kind, bool *bad)
{
	bool port = kind == ITEM_RIGHT;
	if (field == 0 || (port && field == MACH_PORT_DEAD))
		return NULL;
	if (field > req->item_count || req->items[field - 1].kind != kind) {
		*bad = true;
		return NULL;
	}
	return &req->items[field - 1];
}

struct ipc_right mig_take_right(struct ipc_item *item)
{
	if (!item || item->kind != ITEM_RIGHT)
		return IPC_RIGHT_NULL;
	item->kind = ITEM_NONE;
	return item->right;
}

struct vm_copy *mig_take_copy(struct ipc_item *item)
{
	if (!item || item->kind != ITEM_MEMORY)
		return NULL;
	item->kind = ITEM_NONE;
	return item->copy;
}

struct ipc_rights *mig_take_rights(struct ipc_item *item)
{
	if (!item || item->kind != ITEM_RIGHTS)
		return NULL;
	item->kind = ITEM_NONE;
	return item->rights;
}

static struct ipc_item *reply_item(struct mig_reply *rep,
				   enum ipc_item_kind kind)
{
	panic_unless(rep->item_count < MIG_REPLY_ITEMS);
	struct ipc_item *item = &rep->items[rep->item_count++];
	*item = (struct ipc_item){.kind = kind};
	return item;
}

uint32_t mig_reply_right(struct mig_reply *rep, struct ipc_right right)
{
	if (!right.port)
		return right.kind == RIGHT_DEAD ? MACH_PORT_DEAD :
						  MACH_PORT_NULL;
	reply_item(rep, ITEM_RIGHT)->right = right;
	return rep->item_count;
}

uint64_t mig_reply_memory(struct mig_reply *rep, struct vm_copy *copy,
			  uint64_t size)
{
	if (!copy)
		return 0;
	struct ipc_item *item = reply_item(rep, ITEM_MEMORY);
	item->copy = copy;
	item->size = size;
	return rep->item_count;
}

uint64_t mig_reply_rights(struct mig_reply *rep, struct ipc_rights *rights)
{
	if (!rights || !rights->count) {
		ipc_rights_destroy(rights);
		return 0;
	}
	reply_item(rep, ITEM_RIGHTS)->rights = rights;
	return rep->item_count;
}

/* --- the call --- */

static bool wants_reply(const struct ipc_message *reply)
{
	const mig_reply_header_t *head = (const void *)&reply->head;
	return head->RetCode != MIG_NO_REPLY && reply->dest.port;
}

/* The stub's items become the message's. */
static bool adopt_items(struct ipc_message *reply, const struct mig_reply *rep)
{
	size_t size = rep->item_count * sizeof(rep->items[0]);
	if (!size)
		return true;
	reply->items = kalloc(size);
	if (!reply->items)
		return false;
	memcpy(reply->items, rep->items, size);
	reply->item_count = rep->item_count;
	reply->head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	return true;
}

static void drop_items(struct mig_reply *rep)
{
	for (uint32_t i = 0; i < rep->item_count; i++)
		ipc_item_release(&rep->items[i]);
}

static void serve(struct ipc_message *m, struct ipc_message *reply,
		  struct mig_reply *rep)
{
	struct mig_request req = {
		.head = &m->head,
		.size = m->head.msgh_size,
		.item_count = m->item_count,
		.items = m->items,
		.port = m->dest.port,
	};
	rep->head = &reply->head;
	rep->capacity = reply->capacity;
	rep->item_count = 0;
	reply->head.msgh_bits = 0;
	if (!ipc_kobject_server(&req, rep))
		rep->item_count = 0; /* the reply says MIG_BAD_ID */
	/* Complex even if all its rights are null: the stub says which. */
	reply->head.msgh_bits &= MACH_MSGH_BITS_COMPLEX;
}

struct ipc_message *ipc_kernel_call(struct ipc_message *m)
{
	struct mig_reply rep;
	struct ipc_message *reply = ipc_message_alloc(MESSAGE_REPLY_SIZE);
	if (!reply) { /* the caller's reply right tells it */
		ipc_message_destroy(m);
		return NULL;
	}
	serve(m, reply, &rep);
	reply->dest = m->reply;
	m->reply = IPC_RIGHT_NULL;
	ipc_message_destroy(m);
	if (wants_reply(reply) && adopt_items(reply, &rep))
		return reply;
	drop_items(&rep);
	ipc_message_destroy(reply);
	return NULL;
}

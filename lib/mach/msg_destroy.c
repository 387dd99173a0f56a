/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Releasing what a received message holds.
 *
 * The message was checked by the kernel when it was copied in, but the buffer
 * lies in this task's memory and may have been changed since: every item is
 * checked against the message's end before it is used.
 */
#include <stdbool.h>
#include <mach/mach.h>
#include <mach/mig_support.h>

/* One item of a body, whatever its form. */
struct item {
	unsigned name;
	unsigned bits; /* per element */
	uint64_t number;
	bool in_line;
	uint64_t bytes; /* of the data */
	char *data;	/* in line: there; else the region */
	char *next;	/* the item after it */
};

static uint64_t data_bytes(const struct item *item)
{
	return (item->number * item->bits + 7) / 8;
}

/* False: the body ends here or is damaged. */
static bool item_read(struct item *item, char *at, char *end)
{
	mach_msg_type_t *word = (mach_msg_type_t *)at;
	mach_msg_type_long_t *wide = (mach_msg_type_long_t *)at;

	if (end - at < (ptrdiff_t)sizeof *word)
		return false;
	item->in_line = word->msgt_inline;
	if (word->msgt_longform) {
		if (end - at < (ptrdiff_t)sizeof *wide)
			return false;
		item->name = wide->msgtl_name;
		item->bits = wide->msgtl_size;
		item->number = wide->msgtl_number;
		at += sizeof *wide;
	} else {
		item->name = word->msgt_name;
		item->bits = word->msgt_size;
		item->number = word->msgt_number;
		at += sizeof *word;
	}
	/* Any number of data of no bits is nothing: the kernel lets it pass. */
	if (item->bits != 0 && item->number > (UINT64_MAX - 7) / item->bits)
		return false;
	item->bytes = data_bytes(item);
	if (item->in_line) {
		if (item->bytes > (uint64_t)(end - at))
			return false;
		item->data = at;
		item->next = at + ((item->bytes + 3) & ~3ul);
		return true;
	}
	if (end - at < 8)
		return false;
	item->data = (char *)(uintptr_t) * (u64_a4 *)at;
	item->next = at + 8;
	return true;
}

/* A message that could not be sent at all still says what it would have copied
 * or made: nothing of that is held. */
static bool is_held(unsigned type)
{
	return type != MACH_MSG_TYPE_COPY_SEND &&
	       type != MACH_MSG_TYPE_MAKE_SEND &&
	       type != MACH_MSG_TYPE_MAKE_SEND_ONCE;
}

static void right_release(mach_port_t name, unsigned type)
{
	if (!MACH_PORT_VALID(name) || !is_held(type))
		return;
	if (type == MACH_MSG_TYPE_PORT_RECEIVE || type == MSG_TYPE_PORT_ALL)
		mach_port_mod_refs(mach_task_self(), name,
				   MACH_PORT_RIGHT_RECEIVE, -1);
	else
		mach_port_deallocate(mach_task_self(), name);
}

static bool is_right(unsigned type)
{
	return MACH_MSG_TYPE_PORT_ANY(type) || MSG_TYPE_PORT_ANY(type);
}

static void item_release(const struct item *item)
{
	const mach_port_t *names = (const mach_port_t *)item->data;

	if (is_right(item->name) && item->bits == 32 && item->data != NULL)
		for (uint64_t i = 0; i < item->number; i++)
			right_release(names[i], item->name);
	if (!item->in_line && item->bytes != 0 && item->data != NULL)
		vm_deallocate(mach_task_self(), (vm_address_t)item->data,
			      item->bytes);
}

void mach_msg_destroy(mach_msg_header_t *message)
{
	char *at = (char *)(message + 1);
	char *end = (char *)message + message->msgh_size;
	bool complex = message->msgh_bits & MACH_MSGH_BITS_COMPLEX;
	struct item item;

	while (complex && at < end && item_read(&item, at, end)) {
		item_release(&item);
		at = item.next;
	}
	/* Last: whoever waits for the answer finds everything released. */
	right_release(message->msgh_remote_port,
		      MACH_MSGH_BITS_REMOTE(message->msgh_bits));
	message->msgh_remote_port = MACH_PORT_NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where everything lies in a message. Independent of the target language.
 */
#include "mem.h"
#include "model.h"

#define SHORT_WORD_BYTES 4
#define LONG_WORD_BYTES	 16
#define POINTER_BYTES	 8

static uint32_t pad(uint64_t bytes)
{
	/* Limits on counts keep this far below 2^32. */
	return (uint32_t)((bytes + 3) & ~(uint64_t)3);
}

static struct item *add_item(struct message *message, enum item_kind kind,
			     const struct arg *arg)
{
	struct item *item;

	message->items =
	    mem_grow(message->items, (message->item_count + 1) * sizeof(*item));
	item = &message->items[message->item_count++];
	*item = (struct item){
	    .kind = kind,
	    .arg = arg,
	    .segment = message->segment_count - 1,
	    .word_bytes = SHORT_WORD_BYTES,
	    .fixed_bytes = 4,
	};
	return item;
}

static void add_segment(struct message *message, uint32_t bytes)
{
	message->segments =
	    mem_grow(message->segments,
		     (message->segment_count + 1) * sizeof(struct segment));
	message->segments[message->segment_count++] = (struct segment){
	    .bytes = bytes,
	    .max_offset = message->max_bytes,
	};
	message->max_bytes += bytes;
	message->min_bytes += bytes;
}

static void begin(struct message *message)
{
	*message = (struct message){0};
	add_segment(message, MESSAGE_HEADER_BYTES);
}

/* Accounts for an item whose sizes are known. */
static void place(struct message *message, const struct item *item)
{
	uint32_t bytes = item->word_bytes + item->fixed_bytes;

	message->segments[item->segment].bytes += bytes;
	message->min_bytes += bytes;
	message->max_bytes += bytes + item->tail_bytes;
}

static void add_data(struct message *message, const struct arg *arg,
		     bool *open_tail)
{
	const struct type *type = arg->type;
	struct item *item;

	if (*open_tail)
		add_segment(message, 0);
	item = add_item(message, ITEM_DATA, arg);
	if (arg->long_form)
		item->word_bytes = LONG_WORD_BYTES;
	if (type->out_of_line) {
		item->fixed_bytes = POINTER_BYTES;
	} else if (type->indefinite) {
		item->fixed_bytes = 0;
		item->tail_bytes = MESSAGE_INDEFINITE_BYTES;
	} else if (type->varying) {
		item->fixed_bytes = 0;
		item->tail_bytes = pad(type_bytes(type));
	} else {
		item->fixed_bytes = pad(type_bytes(type));
	}
	*open_tail = item->tail_bytes != 0;
	place(message, item);
	if (type->out_of_line || type_has_ports(type))
		message->complex = true;
	if (type->indefinite || type_is_polymorphic_sent(type) ||
	    type_is_polymorphic_received(type))
		message->may_be_complex = true;
}

static void add_word(struct message *message, enum item_kind kind,
		     const struct arg *arg, bool *open_tail)
{
	if (*open_tail)
		add_segment(message, 0);
	*open_tail = false;
	place(message, add_item(message, kind, arg));
}

static bool travels(const struct arg *arg, unsigned direction)
{
	return (arg->role == ROLE_DATA || arg->role == ROLE_RESULT) &&
	       (arg->direction & direction) != 0;
}

void layout_routine(struct routine *routine)
{
	bool open_tail = false;

	begin(&routine->request);
	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];

		if (travels(arg, DIR_IN))
			add_data(&routine->request, arg, &open_tail);
		else if (arg->count_in_out)
			add_word(&routine->request, ITEM_COUNT, arg,
				 &open_tail);
	}
	open_tail = false;
	begin(&routine->reply);
	add_word(&routine->reply, ITEM_RETCODE, NULL, &open_tail);
	for (unsigned i = 0; i < routine->arg_count; i++)
		if (travels(routine->args[i], DIR_OUT))
			add_data(&routine->reply, routine->args[i], &open_tail);
}

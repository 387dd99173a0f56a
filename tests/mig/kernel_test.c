/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel stubs of golden/gold.defs behind a stand-in for the kernel's side
 * (ipc/kmig.h): what is borrowed, what is handed over, what is refused.
 *
 *	kernel_test [SECONDS]: then fuzzes that long.
 */
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "gold_server.h"
#include "kernel_types.h"

#define ITEMS	 4
#define CAPACITY 256

struct ipc_port {
	struct object *object;
};

struct vm_copy {
	int unused;
};

/* ---- the kernel's side ---- */

static struct ipc_item items[ITEMS];
static int reply_rights, reply_memories, reply_arrays;

struct ipc_item *mig_request_item(const struct mig_request *req, uint64_t field,
				  enum ipc_item_kind kind, bool *bad)
{
	if (field == 0 || field == MACH_PORT_DEAD)
		return NULL;
	if (field > req->item_count || req->items[field - 1].kind != kind) {
		*bad = true;
		return NULL;
	}
	return &req->items[field - 1];
}

uint32_t mig_reply_right(struct mig_reply *rep, struct ipc_right right)
{
	(void)rep;
	reply_rights++;
	return right.kind == RIGHT_NONE ? 0 : (uint32_t)reply_rights;
}

uint64_t mig_reply_memory(struct mig_reply *rep, struct vm_copy *copy,
			  uint64_t size)
{
	(void)rep;
	reply_memories++;
	return copy == NULL ? 0 : size;
}

uint64_t mig_reply_rights(struct mig_reply *rep, struct ipc_rights *rights)
{
	(void)rep;
	reply_arrays++;
	return rights == NULL ? 0 : 1;
}

static int references;

struct object *object_of_port(struct ipc_port *port)
{
	if (port == NULL || port->object == NULL)
		return NULL;
	port->object->refs++;
	references++;
	return port->object;
}

void object_release(struct object *object)
{
	if (object == NULL)
		return;
	object->refs--;
	references--;
}

/* ---- routines ---- */

static kern_return_t answer;
static unsigned capacity_seen, checksum;
static struct object *object_seen, *other_seen;
static struct ipc_item *item_seen[2];

kern_return_t rpc_gold_scalars(struct object *object, int a, uint64_t *b,
			       int *info, mach_msg_type_number_t *count)
{
	object_seen = object;
	*b += (unsigned)a;
	capacity_seen = *count;
	for (unsigned i = 0; i < *count; i++)
		info[i] = (int)i;
	return answer;
}

kern_return_t rpc_gold_rights(struct object *object, struct object *other,
			      struct ipc_item *right, struct ipc_item *any,
			      struct ipc_right *made, struct ipc_right *back)
{
	object_seen = object;
	other_seen = other;
	item_seen[0] = right;
	item_seen[1] = any;
	made->kind = RIGHT_SEND;
	back->kind = RIGHT_RECEIVE;
	return answer;
}

static struct vm_copy a_copy;

kern_return_t
rpc_gold_memory(struct object *object, struct ipc_item *data,
		mach_msg_type_number_t count, struct ipc_item *list,
		mach_msg_type_number_t list_count, struct vm_copy **copy,
		mach_msg_type_number_t *copy_count, struct ipc_rights **made,
		mach_msg_type_number_t *made_count)
{
	object_seen = object;
	item_seen[0] = data;
	item_seen[1] = list;
	*copy = &a_copy;
	*copy_count = count + 1;
	*made = NULL;
	*made_count = list_count;
	return answer;
}

kern_return_t rpc_gold_label(struct object *object, char *label, char *old)
{
	object_seen = object;
	checksum += (unsigned)strlen(label);
	strcpy(old, label);
	return answer;
}

kern_return_t rpc_gold_tell(struct object *object, int x)
{
	object_seen = object;
	checksum += (unsigned)x;
	return answer;
}

/* ---- a call ---- */

static struct object the_object;
static struct ipc_port the_port = {&the_object};
static char reply[CAPACITY];
static uint32_t capacity = CAPACITY;

#define REPLY(offset) word_of(reply, offset)

static uint32_t word_of(const char *bytes, uint32_t offset)
{
	uint32_t word;

	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

static void reset(void)
{
	answer = KERN_SUCCESS;
	capacity = CAPACITY;
	reply_rights = reply_memories = reply_arrays = 0;
	for (int i = 0; i < ITEMS; i++)
		items[i] = (struct ipc_item){.kind = ITEM_NONE};
}

/* Sends the words behind a header; the code of the reply. */
static kern_return_t call(int32_t id, bool complex, const uint32_t *words,
			  uint32_t count)
{
	uint32_t size = (uint32_t)(sizeof(mach_msg_header_t) + count * 4);
	mach_msg_header_t *head = malloc(size);
	struct mig_request req = {
	    .head = head,
	    .size = size,
	    .item_count = ITEMS,
	    .items = items,
	    .port = &the_port,
	};
	struct mig_reply rep = {
	    .head = (void *)reply,
	    .capacity = capacity,
	};

	memset(reply, 0, sizeof(reply));
	memset(head, 0, sizeof(*head));
	head->msgh_bits = complex ? MACH_MSGH_BITS_COMPLEX : 0;
	head->msgh_id = id;
	if (count > 0)
		memcpy(head + 1, words, count * 4);
	gold_server(&req, &rep);
	free(head);
	return ((mig_reply_header_t *)reply)->RetCode;
}

#define WORDS(array) (array), sizeof(array) / 4

#define INT   MIG_WORD(MACH_MSG_TYPE_INTEGER_32, 32, 1)
#define RIGHT MIG_WORD(MACH_MSG_TYPE_PORT_SEND, 32, 1)

/* ---- tests ---- */

static const uint32_t scalars[] = {
    INT, 7, MIG_WORD(MACH_MSG_TYPE_INTEGER_64, 64, 1), 1, 2, INT, 3,
};

static void scalars_pass(void)
{
	reset();
	CHECK_EQ(call(600, false, WORDS(scalars)), KERN_SUCCESS);
	CHECK(object_seen == &the_object);
	CHECK_EQ(references, 0);
	CHECK_EQ(capacity_seen, 3);
	CHECK_EQ(REPLY(36), 8); /* low half of b + a */
	CHECK_EQ(REPLY(40), 2);
	CHECK_EQ(REPLY(44), MIG_WORD(MACH_MSG_TYPE_INTEGER_32, 32, 3));
	CHECK_EQ(REPLY(4), 60);
	CHECK_EQ(REPLY(20), 700);
}

static void errors_reply_with_a_code(void)
{
	reset();
	answer = KERN_NO_SPACE;
	CHECK_EQ(call(600, false, WORDS(scalars)), KERN_NO_SPACE);
	CHECK_EQ(REPLY(4), 32);
	CHECK_EQ(references, 0);
}

static void reply_room_is_checked(void)
{
	reset();
	capacity = 100;
	object_seen = NULL;
	CHECK_EQ(call(600, false, WORDS(scalars)), KERN_RESOURCE_SHORTAGE);
	CHECK(object_seen == NULL);
}

static void rights_are_items(void)
{
	const uint32_t words[] = {
	    RIGHT, 1, RIGHT, 2, MIG_WORD(MACH_MSG_TYPE_PORT_SEND_ONCE, 32, 1),
	    3,
	};

	reset();
	items[0] = (struct ipc_item){
	    .kind = ITEM_RIGHT,
	    .right = {&the_port, RIGHT_SEND},
	};
	items[1] = items[0];
	items[2] = items[0];
	CHECK_EQ(call(601, true, WORDS(words)), KERN_SUCCESS);
	CHECK(other_seen == &the_object);
	CHECK(item_seen[0] == &items[1] && item_seen[1] == &items[2]);
	CHECK_EQ(references, 0);
	CHECK_EQ(reply_rights, 2);
	CHECK(REPLY(0) & MACH_MSGH_BITS_COMPLEX);
	CHECK_EQ(REPLY(32), RIGHT);
	CHECK_EQ(REPLY(36), 1);
	CHECK_EQ(REPLY(40), MIG_WORD(MACH_MSG_TYPE_PORT_RECEIVE, 32, 1));
}

static void null_and_dead_rights(void)
{
	const uint32_t words[] = {
	    RIGHT, 0, RIGHT, MACH_PORT_DEAD, RIGHT, 0,
	};

	reset();
	CHECK_EQ(call(601, true, WORDS(words)), KERN_SUCCESS);
	CHECK(other_seen == NULL);
	CHECK(item_seen[0] == NULL && item_seen[1] == NULL);
}

static void failures_hand_nothing_over(void)
{
	const uint32_t words[] = {RIGHT, 0, RIGHT, 0, RIGHT, 0};

	reset();
	answer = KERN_FAILURE;
	CHECK_EQ(call(601, true, WORDS(words)), KERN_FAILURE);
	CHECK_EQ(reply_rights, 0);
	CHECK(!(REPLY(0) & MACH_MSGH_BITS_COMPLEX));
}

static void bad_items_are_refused(void)
{
	static const uint32_t values[] = {1, 4, 5, 0x7fffffff, 0xfffffffe};
	uint32_t words[] = {RIGHT, 0, RIGHT, 0, RIGHT, 0};

	reset();
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		words[3] = values[i]; /* no such item, or of another kind */
		object_seen = NULL;
		CHECK_EQ(call(601, true, WORDS(words)), MIG_BAD_ARGUMENTS);
		CHECK(object_seen == NULL);
		CHECK_EQ(references, 0);
	}
}

static void polymorphic_is_a_right(void)
{
	const uint32_t words[] = {RIGHT, 0, RIGHT, 0, INT, 1};

	reset();
	CHECK_EQ(call(601, true, WORDS(words)), KERN_INVALID_VALUE);
}

static void simple_rights_are_refused(void)
{
	const uint32_t words[] = {RIGHT, 0, RIGHT, 0, RIGHT, 0};

	reset();
	CHECK_EQ(call(601, false, WORDS(words)), MIG_BAD_ARGUMENTS);
}

/* Words of a long item: flags, name and size, number, pointer. */
#define LONG_ITEM(name, bits, number, item)                                    \
	MIG_LONGFORM, (name) | (bits) << 16, (number), 0, (item), 0

static void memory_is_items(void)
{
	const uint32_t words[] = {
	    LONG_ITEM(MACH_MSG_TYPE_BYTE, 8, 70, 1),
	    LONG_ITEM(MACH_MSG_TYPE_PORT_SEND, 32, 3, 2),
	};

	reset();
	items[0].kind = ITEM_MEMORY;
	items[1].kind = ITEM_RIGHTS;
	CHECK_EQ(call(602, true, WORDS(words)), KERN_SUCCESS);
	CHECK(item_seen[0] == &items[0] && item_seen[1] == &items[1]);
	CHECK_EQ(reply_memories, 1);
	CHECK_EQ(reply_arrays, 1);
	CHECK_EQ(REPLY(40), 71); /* the number in the long word */
	CHECK_EQ(REPLY(48), 71);
	items[0].kind = ITEM_RIGHT;
	CHECK_EQ(call(602, true, WORDS(words)), MIG_BAD_ARGUMENTS);
}

static void no_memory_for_a_count(void)
{
	uint32_t words[] = {
	    LONG_ITEM(MACH_MSG_TYPE_BYTE, 8, 0, 0),
	    LONG_ITEM(MACH_MSG_TYPE_PORT_SEND, 32, 0, 0),
	};

	reset();
	CHECK_EQ(call(602, true, WORDS(words)), KERN_SUCCESS);
	CHECK(item_seen[0] == NULL);
	words[2] = 1; /* a count, but no memory */
	CHECK_EQ(call(602, true, WORDS(words)), MIG_BAD_ARGUMENTS);
	words[3] = 1; /* 2^32 + 1 */
	CHECK_EQ(call(602, true, WORDS(words)), KERN_INVALID_ARGUMENT);
}

static void strings_end(void)
{
	uint32_t words[] = {
	    MIG_WORD(MACH_MSG_TYPE_STRING_C, 8, 12),
	    0x61616161,
	    0x61616161,
	    0x00616161,
	};

	reset();
	CHECK_EQ(call(603, false, WORDS(words)), KERN_SUCCESS);
	CHECK(strcmp(reply + 36, "aaaaaaaaaaa") == 0);
	words[3] = 0x61616161;
	CHECK_EQ(call(603, false, WORDS(words)), MIG_BAD_ARGUMENTS);
}

static void simple_routines_do_not_reply(void)
{
	const uint32_t words[] = {INT, 4};

	reset();
	CHECK_EQ(call(604, false, WORDS(words)), MIG_NO_REPLY);
	answer = KERN_FAILURE;
	CHECK_EQ(call(604, false, WORDS(words)), KERN_FAILURE);
	CHECK_EQ(references, 0);
}

static void unknown_ids(void)
{
	static const int32_t ids[] = {599, 605, 700, -1, INT32_MAX, INT32_MIN};

	reset();
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		CHECK_EQ(call(ids[i], false, NULL, 0), MIG_BAD_ID);
}

static const uint32_t valid_rights[] = {RIGHT, 1, RIGHT, 2, RIGHT, 3};
static const uint32_t valid_memory[] = {
    LONG_ITEM(MACH_MSG_TYPE_BYTE, 8, 70, 4),
    LONG_ITEM(MACH_MSG_TYPE_PORT_SEND, 32, 3, 0),
};
static const uint32_t valid_label[] = {
    MIG_WORD(MACH_MSG_TYPE_STRING_C, 8, 12),
    0x61616161,
    0x61616161,
    0,
};
static const uint32_t valid_tell[] = {INT, 4};

static const struct {
	int32_t id;
	bool complex;
	const uint32_t *words;
	uint32_t count;
} valid[] = {
    {600, false, WORDS(scalars)},     {601, true, WORDS(valid_rights)},
    {602, true, WORDS(valid_memory)}, {603, false, WORDS(valid_label)},
    {604, false, WORDS(valid_tell)},
};

static uint32_t mutated(uint32_t word)
{
	static const uint32_t values[] = {
	    0, 1, 2, 3, 4, 5, ~0u, INT, RIGHT, MIG_LONGFORM, 0x7fffffff,
	};

	switch (random() % 3) {
	case 0:
		return values[(size_t)random() %
			      (sizeof(values) / sizeof(values[0]))];
	case 1:
		return word ^ 1u << random() % 32;
	default:
		return word + (uint32_t)(random() % 5) - 2;
	}
}

/* Valid requests with some words and the size changed; the sanitizers judge. */
static void fuzz_once(void)
{
	size_t n = (size_t)random() % (sizeof(valid) / sizeof(valid[0]));
	uint32_t words[16] = {0};
	uint32_t count = valid[n].count;
	long changes = random() % 3;

	memcpy(words, valid[n].words, count * sizeof(*words));
	while (changes-- > 0) {
		uint32_t *word = &words[(uint32_t)random() % count];

		*word = mutated(*word);
	}
	if (random() % 8 == 0)
		count = (uint32_t)random() % 16;
	for (int i = 0; i < ITEMS; i++)
		items[i].kind = i == 3 ? ITEM_MEMORY : ITEM_RIGHT;
	capacity = random() % 8 ? CAPACITY : 40;
	call(valid[n].id, valid[n].complex ^ (random() % 16 == 0), words,
	     count);
}

static int seconds;

static void fuzz(void)
{
	time_t end = time(NULL) + seconds;

	reset();
	do {
		for (int i = 0; i < 1000; i++)
			fuzz_once();
		CHECK_EQ(references, 0);
	} while (time(NULL) < end);
}

int main(int argc, char **argv)
{
	seconds = argc > 1 ? atoi(argv[1]) : 1;
	RUN(scalars_pass);
	RUN(errors_reply_with_a_code);
	RUN(reply_room_is_checked);
	RUN(rights_are_items);
	RUN(null_and_dead_rights);
	RUN(failures_hand_nothing_over);
	RUN(bad_items_are_refused);
	RUN(polymorphic_is_a_right);
	RUN(simple_rights_are_refused);
	RUN(memory_is_items);
	RUN(no_memory_for_a_count);
	RUN(strings_end);
	RUN(simple_routines_do_not_reply);
	RUN(unknown_ids);
	RUN(fuzz);
	return check_done();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to the kernel, made of the run-time descriptions of its interfaces:
 * well formed, with arguments that a number decides (the variant).
 */
#include "requests.h"

#include "test.h"

#include <mach/mig_wire.h>

#include <string.h>

#define SELF	 mach_task_self()
#define PAGES	 4
#define CHILD_AT 0x10000000ul

extern const struct mig_interface mach_interface, mach_port_interface,
	mach_host_interface, mach_ext_interface;

const struct mig_interface *const kernel_interfaces[KERNEL_INTERFACES] = {
	&mach_interface,
	&mach_port_interface,
	&mach_host_interface,
	&mach_ext_interface,
};

union message request;
struct request_word request_words[REQUEST_WORDS_MAX];
unsigned request_word_count;
mach_port_t child, thread, other;
static char memory[2 * DUMP_ROOM];

/* --- the victims: a task with a few names and pages, and a thread of it */

void victims_create(void)
{
	vm_address_t at = CHILD_AT;
	mach_port_t name;

	OK(task_create(SELF, FALSE, &child));
	/* It ends of its exceptions, and nobody hears of them. */
	OK(task_set_special_port(child, TASK_EXCEPTION_PORT, MACH_PORT_NULL));
	OK(thread_create(child, &thread));
	OK(vm_allocate(child, &at, PAGES * vm_page_size, FALSE));
	OK(mach_port_allocate(child, MACH_PORT_RIGHT_RECEIVE, &name));
	OK(mach_port_allocate(child, MACH_PORT_RIGHT_PORT_SET, &name));
	OK(mach_port_allocate(child, MACH_PORT_RIGHT_DEAD_NAME, &name));
	other = port_new_send();
}

void victims_destroy(void)
{
	request_drop();
	(void)task_terminate(child);
	mach_port_deallocate(SELF, thread);
	mach_port_deallocate(SELF, child);
	mach_port_destroy(SELF, other);
}

/* --- requests made of descriptions */

static uint32_t random_state;

static uint32_t random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static uint32_t *put(uint32_t *at, const void *bytes, size_t size)
{
	memset(at, 0, MIG_PAD(size));
	memcpy(at, bytes, size);
	return at + MIG_PAD(size) / 4;
}

/* Receive rights that the last request was to take along. */
static mach_port_t moved[16];
static unsigned moved_count;

void request_drop(void)
{
	while (moved_count > 0)
		(void)mach_port_destroy(SELF, moved[--moved_count]);
}

static mach_port_t to_move(void)
{
	mach_port_t name = port_new();

	if (moved_count < sizeof(moved) / sizeof(moved[0]))
		moved[moved_count++] = name;
	return name;
}

/* How a right travels that is to arrive as `kind`, and which. */
static uint32_t right_for(unsigned kind, uint32_t *type)
{
	switch (kind) {
	case MACH_MSG_TYPE_MOVE_RECEIVE:
		*type = MACH_MSG_TYPE_MOVE_RECEIVE;
		return to_move();
	case MACH_MSG_TYPE_MOVE_SEND_ONCE:
		*type = MACH_MSG_TYPE_MAKE_SEND_ONCE;
		return other;
	default:
		*type = MACH_MSG_TYPE_COPY_SEND;
		return random_next() % 2 ? other : thread;
	}
}

static bool is_right(unsigned type)
{
	return type >= MACH_MSG_TYPE_MOVE_RECEIVE &&
	       type <= MACH_MSG_TYPE_MAKE_SEND_ONCE;
}

/* The first number of a request goes through all small values: flavors. */
static uint64_t number_for(unsigned bits, unsigned variant, bool *first)
{
	static const uint64_t wide[] = { 0x1000, 0x2000, CHILD_AT,
					 CHILD_AT + 0x1000, 0, 1 };
	static const uint32_t narrow[] = { 0, 1, 2, 3, 4, 5, 7, 100, ~0u };

	if (bits == 64)
		return wide[random_next() % (sizeof(wide) / sizeof(wide[0]))];
	if (*first) {
		*first = false;
		return variant;
	}
	return narrow[random_next() % (sizeof(narrow) / sizeof(narrow[0]))];
}

static uint32_t *put_data(uint32_t *at, const struct mig_argument *a,
			  uint32_t kind, uint32_t number, unsigned variant,
			  bool *first)
{
	char bytes[8192];
	size_t size = (size_t)number * a->bits / 8;

	for (size_t i = 0; i < size; i += a->bits / 8) {
		uint64_t value = number_for(a->bits, variant, first);

		if (is_right(kind)) {
			uint32_t ignored;

			value = right_for(a->received, &ignored);
		} else if (a->sent == MACH_MSG_TYPE_PORT_NAME) {
			value = 1 + random_next() % 6;
		} else if (a->bits == 8) {
			value = i + 1 < size ? 'a' + i % 26 : 0;
		}
		memcpy(bytes + i, &value, a->bits / 8);
	}
	return put(at, bytes, size);
}

static void note_word(const uint32_t *at, bool right)
{
	unsigned n = (unsigned)(at - (const uint32_t *)&request);

	if (request_word_count < REQUEST_WORDS_MAX)
		request_words[request_word_count++] =
			(struct request_word){ n, right };
}

static uint32_t *put_item(uint32_t *at, const struct mig_argument *a,
			  unsigned variant, bool *first)
{
	uint32_t number = a->count, kind = a->sent, word;
	uint64_t address = (uint64_t)memory;

	if (a->flags & MIG_ARG_VARIABLE)
		number = a->count == 0 || a->count > 8 ? 8 : a->count;
	if (is_right(kind) || (a->flags & MIG_ARG_POLYMORPHIC)) {
		(void)right_for(a->received, &kind);
		request.head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	}
	note_word(at, is_right(kind));
	word = a->flags & MIG_ARG_OOL ? 0 : MIG_INLINE;
	if (word == 0)
		request.head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	if (a->flags & MIG_ARG_LONG) {
		mig_long_word_t w = MIG_LONG(word, kind, a->bits, number);

		at = put(at, &w, sizeof(w));
	} else {
		word |= MIG_ITEM(kind, a->bits, number);
		at = put(at, &word, sizeof(word));
	}
	if (a->flags & MIG_ARG_OOL)
		return put(at, &address, sizeof(address));
	return put_data(at, a, kind, number, variant, first);
}

void request_make(const struct mig_routine *r, mach_port_t target,
		  mach_port_t reply_port, unsigned variant)
{
	uint32_t *at = (uint32_t *)(&request.head + 1);
	bool first = true;

	request_drop();
	request_word_count = 0;
	random_state = (uint32_t)r->id * 1000 + variant + 1;
	request.head = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					    MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.msgh_remote_port = target,
		.msgh_local_port = reply_port,
		.msgh_id = r->id,
	};
	for (unsigned i = 0; i < r->argument_count; i++) {
		const struct mig_argument *a = &r->arguments[i];
		uint32_t word = MIG_WORD(2, 32, 1);

		if (a->direction & MIG_IN) {
			at = put_item(at, a, variant, &first);
		} else if (a->flags & MIG_ARG_COUNT) {
			at = put(at, &word, sizeof(word));
			at = put(at, &a->count, sizeof(a->count));
		}
	}
	request.head.msgh_size =
		(mach_msg_size_t)((char *)at - (char *)&request);
}

void request_spoil(unsigned which)
{
	static const uint32_t wrong[] = {
		0, ~0u, 0x7fffffff, 0x80000000, 0x00fffff1, 0xfffff001,
	};
	const size_t n = sizeof(wrong) / sizeof(wrong[0]);
	uint32_t *words = (uint32_t *)&request;
	unsigned at;

	if (request_word_count == 0)
		return;
	at = request_words[which % request_word_count].at;
	at += words[at] & MIG_LONGFORM ? sizeof(mig_long_word_t) / 4 : 1;
	which /= request_word_count;
	words[at] = wrong[which % n];
	if (which / n % 2) /* of the wide ones, the other half */
		words[at + 1] = wrong[(which / n / 2) % n];
}

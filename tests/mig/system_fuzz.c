/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One generated server of the system's, its routines empty (system_test.sh):
 * requests are made of the run-time description, so a request that is served
 * shows that the description is true; then each word and each size is changed,
 * in a buffer of exactly that size, under the address sanitizer.
 *
 * -D: INTERFACE its description, WIRE_SERVER its demultiplexer, REPLY_MAX.
 */
#include <mach/mig_describe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

extern const struct mig_interface INTERFACE;
boolean_t WIRE_SERVER(wire_head_t *in, wire_head_t *out);

/* Counted by the empty routines; system_test.sh makes those. */
int routine_calls;

static unsigned long served;

struct request {
	char bytes[65536];
	uint32_t size;
	bool complex;
};

static void put(struct request *r, const void *bytes, uint32_t size)
{
	memcpy(r->bytes + r->size, bytes, size);
	r->size += size;
}

static bool is_right(uint32_t name)
{
	return name >= MACH_MSG_TYPE_PORT_RECEIVE &&
	       name <= MACH_MSG_TYPE_PORT_SEND_ONCE;
}

static void put_word(struct request *r, const struct mig_argument *a,
		     uint32_t name, uint32_t number)
{
	uint32_t flags = a->flags & MIG_ARG_OOL ? 0 : MIG_INLINE;
	uint32_t word = MIG_ITEM(name, a->bits, number) | flags;
	mig_long_word_t wide = MIG_LONG(flags, name, a->bits, number);

	if (a->flags & MIG_ARG_LONG)
		put(r, &wide, sizeof(wide));
	else
		put(r, &word, sizeof(word));
}

/* Two elements where the number varies; text ends with a NUL. */
static void put_argument(struct request *r, const struct mig_argument *a)
{
	static const char nothing[4096], *pointer = nothing;
	uint32_t number = a->flags & MIG_ARG_VARIABLE ? 2 * a->multiplier
						      : a->count;
	uint32_t name = a->flags & MIG_ARG_POLYMORPHIC
				? MACH_MSG_TYPE_PORT_SEND
				: a->received;
	uint32_t bytes = (number * a->bits + 7) / 8;

	if (a->count != 0 && number > a->count)
		number = a->count;
	put_word(r, a, name, number);
	r->complex |= is_right(name) || (a->flags & MIG_ARG_OOL) != 0;
	if (a->flags & MIG_ARG_OOL) {
		put(r, &pointer, sizeof(pointer));
		return;
	}
	memset(r->bytes + r->size, 0, MIG_PAD(bytes));
	r->size += MIG_PAD(bytes);
}

static void put_capacity(struct request *r)
{
	static const uint32_t item[2] = {
	    MIG_WORD(MACH_MSG_TYPE_INTEGER_32, 32, 1), 1};

	put(r, item, sizeof(item));
}

static void make_request(struct request *r, const struct mig_routine *routine)
{
	mach_msg_header_t *head = (void *)r->bytes;

	memset(r, 0, sizeof(*r));
	r->size = sizeof(*head);
	for (unsigned i = 0; i < routine->argument_count; i++) {
		const struct mig_argument *a = &routine->arguments[i];

		if (a->direction & MIG_IN)
			put_argument(r, a);
		else if (a->flags & MIG_ARG_COUNT)
			put_capacity(r);
	}
	head->msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE,
					 MACH_MSG_TYPE_PORT_SEND) |
			  (r->complex ? MACH_MSGH_BITS_COMPLEX : 0);
	head->msgh_size = r->size;
	head->msgh_remote_port = 5;
	head->msgh_local_port = 7;
	head->msgh_id = routine->id;
}

/* What the server says to these bytes, which nothing stands behind. */
static kern_return_t serve(const char *bytes, uint32_t size)
{
	char *in = malloc(size), *out = malloc(REPLY_MAX);
	kern_return_t code;

	memcpy(in, bytes, size);
	((mach_msg_header_t *)in)->msgh_size = size;
	WIRE_SERVER((void *)in, (void *)out);
	code = ((mig_reply_header_t *)out)->RetCode;
	free(in);
	free(out);
	served++;
	return code;
}

static void each_word(struct request *r)
{
	static const uint32_t values[] = {0,	  1,	      0x7fffffff,
					  ~0u,	  0x80000000, 0x0fff0000,
					  4096u,  0x30000000, 0x20000000};

	for (uint32_t at = 0; at < r->size; at += 4) {
		uint32_t *word = (void *)(r->bytes + at), was = *word;

		for (int bit = 0; bit < 32; bit++) {
			*word = was ^ 1u << bit;
			serve(r->bytes, r->size);
		}
		for (unsigned i = 0; i < sizeof(values) / sizeof(*values); i++) {
			*word = values[i];
			serve(r->bytes, r->size);
		}
		*word = was;
	}
}

/* NULL: what was wrong. A request of another size is never served. */
static const char *each_size(const struct request *r)
{
	const char *wrong = NULL;

	for (uint32_t size = 24; size < r->size + 40; size++) {
		int before = routine_calls;

		if (size == r->size)
			continue;
		if (serve(r->bytes, size) != MIG_BAD_ARGUMENTS ||
		    routine_calls != before)
			wrong = "another size is served";
	}
	return wrong;
}

static const char *try_routine(const struct mig_routine *routine)
{
	static struct request r;
	const char *wrong;
	int before = routine_calls;

	make_request(&r, routine);
	if (serve(r.bytes, r.size) == MIG_BAD_ARGUMENTS)
		return "what the description says is refused";
	if (routine_calls != before + 1)
		return "the routine is not called";
	if (r.size < routine->request_min || r.size > routine->request_max)
		return "the description's sizes are wrong";
	wrong = each_size(&r);
	each_word(&r);
	((mach_msg_header_t *)r.bytes)->msgh_bits ^= MACH_MSGH_BITS_COMPLEX;
	if (serve(r.bytes, r.size) != MIG_BAD_ARGUMENTS)
		return "the complex bit does not matter";
	return wrong;
}

int main(void)
{
	for (uint32_t i = 0; i < INTERFACE.routine_count; i++) {
		const struct mig_routine *routine = &INTERFACE.routines[i];
		const char *wrong = try_routine(routine);

		if (wrong == NULL)
			printf("ok %s\n", routine->name);
		else
			printf("not ok %s - %s\n", routine->name, wrong);
		fflush(stdout);
	}
	printf("# %lu requests\ndone %u\n", served, INTERFACE.routine_count);
	return 0;
}

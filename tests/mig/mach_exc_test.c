/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The long form of exception messages, from defs/mach_exc.defs: the layout the
 * kernel sends, and registers that come back changed.
 */
#include "check.h"
#include "mach_exc.h"
#include "mach_exc_server.h"
#include "wire.h"

#define WORDS 40

static kern_return_t answer;
static int64_t codes_seen[2];

kern_return_t catch_mach_exception_raise(mach_port_t port, mach_port_t thread,
					 mach_port_t task, int exception,
					 int64_t *code, int *flavor,
					 thread_state_t state,
					 mach_msg_type_number_t *count)
{
	(void)port;
	codes_seen[0] = code[0];
	codes_seen[1] = code[1];
	state[0] += thread + task + (unsigned)exception;
	*flavor += 1;
	(void)count;
	return answer;
}

static void registers_go_both_ways(void)
{
	int64_t code[2] = {-2, 1ll << 40};
	uint32_t state[WORDS] = {1, 2, 3};
	mach_msg_type_number_t count = WORDS;
	int flavor = 1;

	wire_reset();
	answer = KERN_SUCCESS;
	CHECK_EQ(mach_exception_raise(5, 6, 7, 8, code, &flavor, state, &count),
		 KERN_SUCCESS);
	CHECK(codes_seen[0] == -2 && codes_seen[1] == 1ll << 40);
	CHECK_EQ(flavor, 2);
	CHECK_EQ(state[0], 22);
	CHECK_EQ(state[2], 3);
	CHECK_EQ(count, WORDS);
}

static uint32_t word_at(const struct wire_message *message, uint32_t offset)
{
	uint32_t word;

	memcpy(&word, message->bytes + offset, sizeof(word));
	return word;
}

static void layout(void)
{
	int64_t code[2] = {1, 2};
	uint32_t state[WORDS] = {0x77};
	mach_msg_type_number_t count = WORDS;
	int flavor = 1;

	wire_reset();
	CHECK_EQ(mach_exception_raise(5, 6, 7, 8, code, &flavor, state, &count),
		 KERN_SUCCESS);
	CHECK_EQ(wire_id((wire_head_t *)wire_request.bytes), 2405);
	CHECK_EQ(wire_request.size, 24 + 8 + 8 + 8 + 20 + 8 + 4 + 4 * WORDS);
	CHECK_EQ(word_at(&wire_request, 28), 6);
	CHECK_EQ(word_at(&wire_request, 36), 7);
	CHECK_EQ(word_at(&wire_request, 44), 8);
	CHECK_EQ(word_at(&wire_request, 48),
		 MIG_WORD(MACH_MSG_TYPE_INTEGER_64, 64, 2));
	CHECK_EQ(word_at(&wire_request, 72), 1);
	CHECK_EQ(word_at(&wire_request, 76),
		 MIG_WORD(MACH_MSG_TYPE_INTEGER_32, 32, WORDS));
	CHECK_EQ(word_at(&wire_request, 80), 0x77);
	CHECK_EQ(wire_id((wire_head_t *)wire_reply.bytes), 2505);
	CHECK_EQ(wire_reply.size, 32 + 8 + 4 + 4 * WORDS);
}

static void not_handled(void)
{
	int64_t code[2] = {1, 2};
	uint32_t state[1] = {0};
	mach_msg_type_number_t count = 1;
	int flavor = 1;

	wire_reset();
	answer = KERN_FAILURE;
	CHECK_EQ(mach_exception_raise(5, 6, 7, 8, code, &flavor, state, &count),
		 KERN_FAILURE);
	CHECK_EQ(wire_reply.size, 32);
	CHECK_EQ(flavor, 1);
}

int main(void)
{
	RUN(registers_go_both_ways);
	RUN(layout);
	RUN(not_handled);
	return check_done();
}

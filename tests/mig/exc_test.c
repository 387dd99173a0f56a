/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manual's exception stubs, made from defs/exc.defs with -25: what its
 * example program relies on, to the byte.
 */
#include "check.h"
#include "exc.h"
#include "exc_server.h"
#include "wire.h"

#define EXCEPTION_PORT 11
#define CLEAR_PORT     12
#define THREAD	       13
#define TASK	       14

static struct {
	port_t port, thread, task;
	int exception, code, subcode;
} seen;
static kern_return_t answer;

kern_return_t catch_exception_raise(port_t exception_port, port_t thread,
				    port_t task, int exception, int code,
				    int subcode)
{
	seen.port = exception_port;
	seen.thread = thread;
	seen.task = task;
	seen.exception = exception;
	seen.code = code;
	seen.subcode = subcode;
	return answer;
}

static kern_return_t raise_it(void)
{
	return exception_raise(EXCEPTION_PORT, CLEAR_PORT, THREAD, TASK, 5,
			       0x20000, -1);
}

static void handled(void)
{
	wire_reset();
	answer = KERN_SUCCESS;
	CHECK_EQ(raise_it(), KERN_SUCCESS);
	CHECK_EQ(seen.port, EXCEPTION_PORT);
	CHECK_EQ(seen.thread, THREAD);
	CHECK_EQ(seen.task, TASK);
	CHECK_EQ(seen.exception, 5);
	CHECK_EQ(seen.code, 0x20000);
	CHECK_EQ(seen.subcode, -1);
}

static void not_handled(void)
{
	wire_reset();
	answer = KERN_FAILURE;
	CHECK_EQ(raise_it(), KERN_FAILURE);
}

static void request_is_64_bytes(void)
{
	const uint32_t port = MIG_WORD(MSG_TYPE_PORT, 32, 1);
	const uint32_t integer = MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1);
	const uint32_t body[] = {
	    port, THREAD,  port,    TASK,    integer,
	    5,	  integer, 0x20000, integer, ~0u,
	};

	wire_reset();
	answer = KERN_SUCCESS;
	CHECK_EQ(raise_it(), KERN_SUCCESS);
	CHECK_EQ(wire_request.size, 64);
	CHECK_EQ(wire_id((wire_head_t *)wire_request.bytes), 2400);
	CHECK(memcmp(wire_request.bytes + 24, body, sizeof(body)) == 0);
}

static void reply_is_32_bytes(void)
{
	const uint32_t body[] = {MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1),
				 KERN_FAILURE};

	wire_reset();
	answer = KERN_FAILURE;
	CHECK_EQ(raise_it(), KERN_FAILURE);
	CHECK_EQ(wire_reply.size, 32);
	CHECK_EQ(wire_id((wire_head_t *)wire_reply.bytes), 2500);
	CHECK(memcmp(wire_reply.bytes + 24, body, sizeof(body)) == 0);
}

static void other_ids_are_refused(void)
{
	msg_header_t head = {.msg_simple = TRUE, .msg_id = 2401};

	wire_reset();
	CHECK_EQ(wire_serve((char *)&head, sizeof(head)), MIG_BAD_ID);
	CHECK(!wire_known);
	CHECK_EQ(wire_reply.size, 32);
}

static void simple(struct wire_message *message)
{
	wire_set_complex((wire_head_t *)message->bytes, false);
}

static void names_in_simple_messages_are_refused(void)
{
	wire_reset();
	wire_change_request = simple;
	CHECK_EQ(raise_it(), MIG_BAD_ARGUMENTS);
}

static void other_id(struct wire_message *message)
{
	wire_id((wire_head_t *)message->bytes) = 2501;
}

/* The reply port is the caller's: it stays. */
static void reply_mismatch(void)
{
	wire_reset();
	answer = KERN_SUCCESS;
	wire_change_reply = other_id;
	CHECK_EQ(raise_it(), MIG_REPLY_MISMATCH);
	CHECK_EQ(wire_ports_dropped, 0);
}

int main(void)
{
	RUN(handled);
	RUN(not_handled);
	RUN(request_is_64_bytes);
	RUN(reply_is_32_bytes);
	RUN(other_ids_are_refused);
	RUN(names_in_simple_messages_are_refused);
	RUN(reply_mismatch);
	return check_done();
}

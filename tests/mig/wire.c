/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "wire.h"

#define REPLY_PORT 77
#define REPLY_ROOM 8192

#ifndef WIRE_SERVER
#define WIRE_SERVER all_server
#endif
boolean_t WIRE_SERVER(wire_head_t *in, wire_head_t *out);

void (*wire_change_request)(struct wire_message *message);
void (*wire_change_reply)(struct wire_message *message);
struct wire_message wire_request, wire_reply;
kern_return_t wire_retcode;
bool wire_known;
uint32_t wire_options, wire_timeout;
int wire_destroyed, wire_ports_dropped, wire_freed;
mach_msg_return_t wire_fail;

static void set(struct wire_message *message, const char *bytes, uint32_t size)
{
	free(message->bytes);
	message->bytes = malloc(size);
	memcpy(message->bytes, bytes, size);
	message->size = size;
}

void wire_resize(struct wire_message *message, uint32_t size)
{
	char *bytes = calloc(1, size);

	memcpy(bytes, message->bytes,
	       size < message->size ? size : message->size);
	free(message->bytes);
	message->bytes = bytes;
	message->size = size;
}

void wire_reset(void)
{
	wire_change_request = NULL;
	wire_change_reply = NULL;
	wire_destroyed = 0;
	wire_ports_dropped = 0;
	wire_freed = 0;
	wire_fail = 0;
}

/* ---- rights change their names on the way ---- */

static uint32_t received_name(uint32_t name)
{
#if MIG_25
	return name;
#else
	switch (name) {
	case MACH_MSG_TYPE_COPY_SEND:
	case MACH_MSG_TYPE_MAKE_SEND:
		return MACH_MSG_TYPE_PORT_SEND;
	case MACH_MSG_TYPE_MAKE_SEND_ONCE:
		return MACH_MSG_TYPE_PORT_SEND_ONCE;
	default:
		return name;
	}
#endif
}

/* Rewrites one item; its length, or 0 at the end. */
static uint32_t convert_item(char *at, uint32_t left)
{
	mig_long_word_t wide;
	uint32_t word;
	uint64_t bytes;

	if (left < sizeof(word))
		return 0;
	memcpy(&word, at, sizeof(word));
	if (word & MIG_LONGFORM) {
		memcpy(&wide, at, sizeof(wide));
		wide.name = (uint16_t)received_name(wide.name);
		memcpy(at, &wide, sizeof(wide));
		bytes = (word & MIG_INLINE) ? wide.number * wide.size / 8 : 8;
		return (uint32_t)(sizeof(wide) + MIG_PAD(bytes));
	}
	bytes = MIG_NUMBER(word) * (uint64_t)(word >> 8 & 0xff) / 8;
	word = (word & ~MIG_NAME_MASK) | received_name(word & MIG_NAME_MASK);
	memcpy(at, &word, sizeof(word));
	return (uint32_t)(sizeof(word) +
			  ((word & MIG_INLINE) ? MIG_PAD(bytes) : 8));
}

static void convert_body(struct wire_message *message)
{
	uint32_t at = sizeof(wire_head_t);
	uint32_t step;

	if (!wire_complex((wire_head_t *)message->bytes))
		return;
	do {
		step = convert_item(message->bytes + at, message->size - at);
		at += step;
	} while (step != 0 && at < message->size);
}

/* ---- one call ---- */

/* The receiver's view: its own port is the local one. */
static void swap_ports(wire_head_t *head)
{
	uint32_t local = wire_local(head);

	wire_local(head) = wire_remote(head);
	wire_remote(head) = local;
#if !MIG_25
	uint32_t bits = head->msgh_bits;

	head->msgh_bits =
	    (bits & ~0xffffu) |
	    MACH_MSGH_BITS(received_name(MACH_MSGH_BITS_LOCAL(bits)),
			   received_name(MACH_MSGH_BITS_REMOTE(bits)));
#endif
}

kern_return_t wire_serve(const char *bytes, uint32_t size)
{
	struct wire_message in = {NULL, 0};
	char *out = malloc(REPLY_ROOM);
	mig_reply_header_t *reply = (void *)out;

	memset(out, 0xa5, REPLY_ROOM);
	set(&in, bytes, size);
	wire_size((wire_head_t *)in.bytes) = size;
	wire_known = WIRE_SERVER((void *)in.bytes, (void *)out);
	wire_retcode = reply->RetCode;
	set(&wire_reply, out, wire_size((wire_head_t *)out));
	free(in.bytes);
	free(out);
	return wire_retcode;
}

static void deliver_request(const wire_head_t *head, uint32_t size)
{
	set(&wire_request, (const char *)head, size);
	wire_size((wire_head_t *)wire_request.bytes) = size;
	swap_ports((void *)wire_request.bytes);
#if !MIG_25
	((wire_head_t *)wire_request.bytes)->msgh_seqno = 99;
#endif
	convert_body(&wire_request);
	if (wire_change_request != NULL)
		wire_change_request(&wire_request);
	wire_serve(wire_request.bytes, wire_request.size);
}

/* A server that sends no reply gives its send-once right up. */
static void no_reply(void)
{
	wire_resize(&wire_reply, sizeof(wire_head_t));
	wire_size((wire_head_t *)wire_reply.bytes) = sizeof(wire_head_t);
	wire_id((wire_head_t *)wire_reply.bytes) = 71;
	wire_set_complex((wire_head_t *)wire_reply.bytes, false);
}

static mach_msg_return_t deliver_reply(wire_head_t *head, uint32_t room)
{
	if (wire_retcode == MIG_NO_REPLY)
		no_reply();
	swap_ports((void *)wire_reply.bytes);
	convert_body(&wire_reply);
	if (wire_change_reply != NULL)
		wire_change_reply(&wire_reply);
	if (wire_reply.size > room)
		return MACH_RCV_TOO_LARGE;
	memcpy(head, wire_reply.bytes, wire_reply.size);
	return MACH_MSG_SUCCESS;
}

static mach_msg_return_t transport(wire_head_t *head, uint32_t send_size,
				   uint32_t rcv_size)
{
	mach_msg_return_t fail = wire_fail;

	wire_fail = 0;
	if (fail != 0)
		return fail;
	deliver_request(head, send_size);
	return rcv_size != 0 ? deliver_reply(head, rcv_size) : MACH_MSG_SUCCESS;
}

/* ---- libmach ---- */

mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
			   mach_msg_size_t send_size, mach_msg_size_t rcv_size,
			   mach_port_t rcv_name, mach_msg_timeout_t timeout,
			   mach_port_t notify);
msg_return_t msg_send(msg_header_t *header, msg_option_t option,
		      msg_timeout_t timeout);
msg_return_t msg_rpc(msg_header_t *header, msg_option_t option,
		     msg_size_t rcv_size, msg_timeout_t send_timeout,
		     msg_timeout_t rcv_timeout);
void MsgError(kern_return_t code);

mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
			   mach_msg_size_t send_size, mach_msg_size_t rcv_size,
			   mach_port_t rcv_name, mach_msg_timeout_t timeout,
			   mach_port_t notify)
{
	(void)rcv_name;
	(void)notify;
	wire_options = option;
	wire_timeout = timeout;
	return transport((void *)msg, send_size, rcv_size);
}

msg_return_t msg_send(msg_header_t *header, msg_option_t option,
		      msg_timeout_t timeout)
{
	wire_options = (uint32_t)option;
	wire_timeout = timeout;
	return transport((void *)header, header->msg_size, 0);
}

msg_return_t msg_rpc(msg_header_t *header, msg_option_t option,
		     msg_size_t rcv_size, msg_timeout_t send_timeout,
		     msg_timeout_t rcv_timeout)
{
	(void)send_timeout;
	wire_options = (uint32_t)option;
	wire_timeout = rcv_timeout;
	return transport((void *)header, header->msg_size, rcv_size);
}

mach_port_t mig_get_reply_port(void)
{
	return REPLY_PORT;
}

void mig_dealloc_reply_port(mach_port_t port)
{
	wire_ports_dropped += port == REPLY_PORT;
}

void mach_msg_destroy(mach_msg_header_t *msg)
{
	(void)msg;
	wire_destroyed++;
}

void mig_allocate(vm_address_t *address, vm_size_t size)
{
	*address = (uintptr_t)malloc(size);
}

void mig_deallocate(vm_address_t address, vm_size_t size)
{
	(void)address;
	(void)size;
	wire_freed++;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What generated stubs need, for use inside the handler: no libc, no thread
 * storage. All of it is local to the handler's object file (objcopy).
 */
#include <stdbool.h>
#include <mach/mach_traps.h>
#include <mach/mig_support.h>
#include <mach/msg_call.h>
#include <stddef.h>
#include <string.h>

#include "block.h"

mach_msg_return_t mach_msg_again(mach_msg_header_t *msg,
				 mach_msg_option_t option,
				 mach_msg_size_t send_size,
				 mach_msg_size_t rcv_size, mach_port_t rcv_name,
				 uint64_t timeout, mach_port_t notify)
{
	mach_msg_return_t mr = (mach_msg_return_t)(timeout >> 32);

	while (mr == MACH_SEND_INTERRUPTED || mr == MACH_RCV_INTERRUPTED) {
		if (mr == MACH_RCV_INTERRUPTED)
			option &= ~MACH_SEND_MSG;
		mr = (mach_msg_return_t)mach_trap7(
			MACH_TRAP_MACH_MSG, (uintptr_t)msg, option, send_size,
			rcv_size, rcv_name, (mach_msg_timeout_t)timeout,
			notify);
	}
	return mr;
}

mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
			   mach_msg_size_t send_size, mach_msg_size_t rcv_size,
			   mach_port_t rcv_name, mach_msg_timeout_t timeout,
			   mach_port_t notify)
{
	return mach_msg_again(msg, option, send_size, rcv_size, rcv_name,
			      (uint64_t)MACH_SEND_INTERRUPTED << 32 | timeout,
			      notify);
}

/* Before the first block exists each RPC has a port of its own. */
static bool have_block(void)
{
	uint64_t gs;

	__asm__ volatile("rdgsbase %0" : "=r"(gs));
	return gs != 0 && musl_task.page != 0;
}

mach_port_t mig_get_reply_port(void)
{
	struct musl_block *b;

	if (!have_block())
		return (mach_port_t)mach_trap0(MACH_TRAP_MACH_REPLY_PORT);
	b = musl_block();
	if (b->reply_port == MACH_PORT_NULL)
		b->reply_port = (mach_port_t)mach_trap0(
			MACH_TRAP_MACH_REPLY_PORT);
	return b->reply_port;
}

static void destroy(mach_port_t port)
{
	mach_trap4(MACH_TRAP_MACH_PORT_MOD_REFS, musl_task.self, port,
		   MACH_PORT_RIGHT_RECEIVE, (uint64_t)-1);
}

void mig_put_reply_port(mach_port_t port)
{
	if (!have_block())
		destroy(port);
}

void mig_dealloc_reply_port(mach_port_t port)
{
	if (have_block())
		musl_block()->reply_port = MACH_PORT_NULL;
	destroy(port);
}

/* A damaged reply: the handler's calls get no rights but the ones it asked
 * for, so there is nothing to release. */
void mach_msg_destroy(mach_msg_header_t *message)
{
	(void)message;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	char *t = to;
	const char *f = from;

	while (size-- != 0)
		*t++ = *f++;
	return to;
}

void *memset(void *to, int value, size_t size)
{
	char *t = to;

	while (size-- != 0)
		*t++ = (char)value;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	char *t = to;
	const char *f = from;

	if (t < f)
		return memcpy(to, from, size);
	while (size-- != 0)
		t[size] = f[size];
	return to;
}

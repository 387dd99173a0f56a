/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_msg: send, receive, or both.
 *
 * The trap itself is the fast path's (fast.c), which does the common remote
 * procedure call; what it does not cover comes here, before any effect.
 */
#include <arch/clock.h>
#include <ipc/fast.h>
#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <ipc/stat.h>
#include <kern/thread.h>

#define NS_PER_MS 1000000ull

/* 0: do not wait at all. */
static uint64_t deadline_of(bool timed, uint32_t ms)
{
	if (!timed)
		return CLOCK_NEVER;
	return ms ? clock_now() + ms * NS_PER_MS : 0;
}

static uint64_t send_deadline(uint32_t option, uint32_t ms)
{
	if (option & MACH_SEND_TIMEOUT)
		return deadline_of(true, ms);
	return option & MACH_SEND_NOTIFY ? 0 : CLOCK_NEVER;
}

/* The request is answered here and now. */
static void call_kernel(struct ipc_message *m, struct ipc_message **reply)
{
	ipc_count(IPC_KERNEL_CALLS);
	*reply = ipc_kernel_call(m);
}

static mach_msg_return_t send_half(struct ipc_message *m, struct msg_send *send,
				   struct thread **next,
				   struct ipc_message **reply)
{
	mach_msg_return_t r = ipc_message_copyin(m, send);
	if (r != MACH_MSG_SUCCESS)
		return r;
	ipc_count(IPC_MESSAGES);
	if (m->dest.port && ipc_port_is_kernel(m->dest.port)) {
		call_kernel(m, reply);
		return MACH_MSG_SUCCESS;
	}
	return ipc_message_send(m, send, next);
}

static mach_msg_return_t receive_half(const struct msg_receive *to,
				      uint32_t timeout, struct thread *next,
				      struct ipc_message *reply)
{
	mach_msg_return_t r;
	if (reply && ipc_receive_direct(reply, to, &r))
		return r;
	if (reply)
		ipc_message_post_answer(reply, true);
	return ipc_receive(to,
			   deadline_of(to->option & MACH_RCV_TIMEOUT, timeout),
			   next);
}

/* A fetched message is sent; then perhaps one is received. */
static mach_msg_return_t send_and_receive(struct ipc_message *m,
					  struct msg_send *send,
					  const struct msg_receive *to,
					  uint32_t timeout)
{
	struct thread *next = NULL;
	struct ipc_message *reply = NULL;
	send->deadline = send_deadline(send->option, timeout);
	mach_msg_return_t r = send_half(m, send, &next, &reply);
	if (r == MACH_MSG_SUCCESS && to->option & MACH_RCV_MSG)
		return receive_half(to, timeout, next, reply);
	if (next)
		thread_ready(next);
	if (reply)
		ipc_message_post_answer(reply, true);
	return r;
}

mach_msg_return_t ipc_mach_msg(struct ipc_message *m, uint64_t buffer,
			       uint64_t option64, uint64_t send_size,
			       uint64_t rcv_size, uint64_t rcv_name,
			       uint64_t timeout, uint64_t notify)
{
	uint32_t option = (uint32_t)option64;
	struct msg_send send = {
		.buffer = buffer,
		.size = (uint32_t)send_size,
		.option = option,
		.notify = (mach_port_name_t)notify,
	};
	const struct msg_receive to = {
		.buffer = buffer,
		.size = (uint32_t)rcv_size,
		.option = option,
		.name = (mach_port_name_t)rcv_name,
		.notify = (mach_port_name_t)notify,
	};
	mach_msg_return_t r = MACH_MSG_SUCCESS;
	if (option & MACH_SEND_MSG && !m)
		r = ipc_message_fetch(buffer, send.size, option, &m);
	if (r != MACH_MSG_SUCCESS)
		return r;
	if (m)
		return send_and_receive(m, &send, &to, (uint32_t)timeout);
	if (option & MACH_RCV_MSG)
		return receive_half(&to, (uint32_t)timeout, NULL, NULL);
	return MACH_MSG_SUCCESS;
}

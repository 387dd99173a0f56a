/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_msg after a trap that did not succeed: the retry rules.
 *
 * A thread_abort makes the trap return early. Unless the caller asked to hear
 * of it (MACH_SEND_INTERRUPT, MACH_RCV_INTERRUPT) the interrupted half is done
 * again: the send with the message as the kernel gave it back, the receive
 * without the send.
 */
#include <mach/mach.h>

static inline mach_msg_return_t msg_trap(mach_msg_header_t *msg,
					 mach_msg_option_t option,
					 mach_msg_size_t send_size,
					 mach_msg_size_t rcv_size,
					 mach_port_t rcv_name,
					 mach_msg_timeout_t timeout,
					 mach_port_t notify)
{
	return (mach_msg_return_t)mach_trap7(MACH_TRAP_MACH_MSG, (uintptr_t)msg,
					     option, send_size, rcv_size,
					     rcv_name, timeout, notify);
}

mach_msg_return_t mach_msg_again(mach_msg_header_t *msg,
				 mach_msg_option_t option,
				 mach_msg_size_t send_size,
				 mach_msg_size_t rcv_size, mach_port_t rcv_name,
				 uint64_t timeout, mach_port_t notify)
{
	mach_msg_return_t mr = (mach_msg_return_t)(timeout >> 32);
	mach_msg_timeout_t wait = (mach_msg_timeout_t)timeout;

	while (mr == MACH_SEND_INTERRUPTED && !(option & MACH_SEND_INTERRUPT))
		mr = msg_trap(msg, option, send_size, rcv_size, rcv_name, wait,
			      notify);
	if (option & MACH_RCV_INTERRUPT)
		return mr;
	while (mr == MACH_RCV_INTERRUPTED)
		mr = msg_trap(msg, option & ~(MACH_SEND_MSG | MACH_SEND_25), 0,
			      rcv_size, rcv_name, wait, notify);
	return mr;
}

mach_msg_return_t mach_msg_send(mach_msg_header_t *msg)
{
	return mach_msg(msg, MACH_SEND_MSG, msg->msgh_size, 0, MACH_PORT_NULL,
			MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
}

mach_msg_return_t mach_msg_receive(mach_msg_header_t *msg)
{
	return mach_msg(msg, MACH_RCV_MSG, 0, msg->msgh_size,
			msg->msgh_local_port, MACH_MSG_TIMEOUT_NONE,
			MACH_PORT_NULL);
}

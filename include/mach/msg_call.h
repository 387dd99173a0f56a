/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_msg, which programs get with <mach/mach.h>: in optimised programs the trap
 * itself, whose arguments need not be kept anywhere for the call that succeeds.
 * What went wrong is looked at by mach_msg_again.
 */
#ifndef MACH_MSG_CALL_H
#define MACH_MSG_CALL_H

#include <mach/mach_traps.h>
#include <mach/message.h>
#include <mach/x86_64/trap_call.h>

mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
			   mach_msg_size_t send_size, mach_msg_size_t rcv_size,
			   mach_port_t rcv_name, mach_msg_timeout_t timeout,
			   mach_port_t notify);

/* The rest of mach_msg, after a trap that gave something else than success: that
 * in the upper half of timeout. */
mach_msg_return_t mach_msg_again(mach_msg_header_t *msg,
				 mach_msg_option_t option,
				 mach_msg_size_t send_size,
				 mach_msg_size_t rcv_size, mach_port_t rcv_name,
				 uint64_t timeout, mach_port_t notify);

/* MACH_MSG_CALLED: a program has a mach_msg of its own. */
#if defined(__OPTIMIZE__) && !defined(MACH_MSG_CALLED)
/* Without other options nobody looks at timeout and notify. */
#define MACH_MSG_PLAIN_RPC(option)     \
	(__builtin_constant_p(option) && \
	 (option) == (MACH_SEND_MSG | MACH_RCV_MSG))

extern inline __attribute__((__gnu_inline__)) mach_msg_return_t
mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
	 mach_msg_size_t send_size, mach_msg_size_t rcv_size,
	 mach_port_t rcv_name, mach_msg_timeout_t timeout, mach_port_t notify)
{
	mach_msg_return_t mr = (mach_msg_return_t)(
		MACH_MSG_PLAIN_RPC(option) ?
			mach_trap5(MACH_TRAP_MACH_MSG, (uintptr_t)msg, option,
				   send_size, rcv_size, rcv_name) :
			mach_trap7(MACH_TRAP_MACH_MSG, (uintptr_t)msg, option,
				   send_size, rcv_size, rcv_name, timeout,
				   notify));

	if (__builtin_expect(mr == MACH_MSG_SUCCESS, 1))
		return mr;
	return mach_msg_again(msg, option, send_size, rcv_size, rcv_name,
			      (uint64_t)mr << 32 | timeout, notify);
}
#endif

#endif

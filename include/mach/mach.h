/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything a Mach program needs: types, the two message interfaces, every
 * kernel call, and what libmach knows before main. <mach/cthreads.h> has C
 * threads.
 */
#ifndef MACH_ALL_H
#define MACH_ALL_H

#include <mach/error.h>
#include <mach/mach_error.h>
#include <mach/mach_init.h>
#include <mach/mach_traps.h>
#include <mach/mach_types.h>
#include <mach/message.h>
#include <mach/mig_errors.h>
#include <mach/mig_support.h>
#include <mach/msg_call.h>
#include <mach/std_types.h>

/* Generated: tasks, threads, memory, port_*; mach_port_*; host and scheduling;
 * ours. */
#include <mach/mach_interface.h>
#include <mach/mach_port.h>
#include <mach/mach_host.h>
#include <mach/mach_ext.h>

#include <mach/exception_helpers.h>

/*
 * Native messages. A call that a thread_abort interrupts is done again unless
 * MACH_SEND_INTERRUPT / MACH_RCV_INTERRUPT ask otherwise.
 */
mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
			   mach_msg_size_t send_size, mach_msg_size_t rcv_size,
			   mach_port_t rcv_name, mach_msg_timeout_t timeout,
			   mach_port_t notify);
/* Size from msgh_size; no time-out. */
mach_msg_return_t mach_msg_send(mach_msg_header_t *msg);
/* From msgh_local_port; msgh_size is the buffer's size. */
mach_msg_return_t mach_msg_receive(mach_msg_header_t *msg);

/* The manual's messages; time-outs in milliseconds. */
msg_return_t msg_send(msg_header_t *header, msg_option_t option,
		      msg_timeout_t timeout);
msg_return_t msg_receive(msg_header_t *header, msg_option_t option,
			 msg_timeout_t timeout);
msg_return_t msg_rpc(msg_header_t *header, msg_option_t option,
		     msg_size_t rcv_size, msg_timeout_t send_timeout,
		     msg_timeout_t rcv_timeout);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the fast path (fast.c) and the general one. */
#pragma once

#include <ipc/message_i.h>
#include <kern/thread.h>

/* thread->ipc.state of a thread that got its message the fast way. */
#define IPC_STATE_FAST 1u

/* Where a thread that waits in mach_msg goes on (fast.c). */
[[gnu::noreturn]] void ipc_receive_continue(void);

/* Its wait has ended otherwise than by the fast path (receive.c). */
mach_msg_return_t ipc_receive_waited(struct thread *self,
				     enum wait_result result);

/* mach_msg, everything (mach_msg.c). m: the message if its bytes have been
 * fetched already, with nothing else done; consumed. */
mach_msg_return_t ipc_mach_msg(struct ipc_message *m, uint64_t buffer,
			       uint64_t option, uint64_t send_size,
			       uint64_t rcv_size, uint64_t rcv_name,
			       uint64_t timeout, uint64_t notify);

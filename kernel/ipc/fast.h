/* SPDX-License-Identifier: BSD-2-Clause */
/* The fast path of mach_msg: see fast.c. */
#pragma once

#include <ipc/message_i.h>

/* Send and receive in one call, options MACH_SEND_MSG | MACH_RCV_MSG alone. m
 * holds the bytes the user sent and nothing else. Consumes it and does not
 * return, or returns true with the result of the whole (a kernel port
 * answered); or false with nothing changed. */
bool ipc_fast_rpc(struct ipc_message *m, uint64_t buffer, uint32_t receive_size,
		  mach_port_name_t from, mach_msg_return_t *result);

/* The receiver's half: the message in self->ipc.message is ready to copy. */
mach_msg_return_t ipc_fast_received(struct thread *self);

/* thread->ipc.state of a thread that got its message the fast way. */
#define IPC_STATE_FAST 1u

/* Where a thread that waits in mach_msg goes on. */
[[gnu::noreturn]] void ipc_receive_continue(void);

/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the fast path (fast.c) and the general one. */
#pragma once

#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <kern/thread.h>

/* Where a thread that waits in mach_msg goes on (fast.c), and one that
 * waits for the answer to a call of the kernel's (krpc.c). */
[[gnu::noreturn]] void ipc_receive_continue(void);
[[gnu::noreturn]] void ipc_kernel_rpc_continue(void);
/* The same, when it came the fast way; m has no rights in its header. */
[[gnu::noreturn]] void ipc_kernel_rpc_answered(struct ipc_message *m);

/*
 * The kernel's request to dest (whose send right it uses up) by the calling
 * thread, which waits at its own reply port. Returns if no thread waits at
 * dest, with nothing done.
 */
void ipc_fast_kernel_rpc(struct ipc_message *m, struct ipc_port *dest,
			 struct ipc_port *reply);

/* Its wait has ended otherwise than by the fast path (receive.c). */
mach_msg_return_t ipc_receive_waited(struct thread *self,
				     enum wait_result result);

/* mach_msg, everything (mach_msg.c). m: the message if its bytes have been
 * fetched already, with nothing else done; consumed. */
mach_msg_return_t ipc_mach_msg(struct ipc_message *m, uint64_t buffer,
			       uint64_t option, uint64_t send_size,
			       uint64_t rcv_size, uint64_t rcv_name,
			       uint64_t timeout, uint64_t notify);

/* --- a request that carries one copied send right and nothing else (fast_one.c) --- */

#define FAST_ONE_SIZE (sizeof(mach_msg_header_t) + 2 * sizeof(uint32_t))

/* A short type word before one right. */
#define WORD_ONE_RIGHT(name) ((name) | 32u << 8 | 1u << 16 | 1u << 28)

/* The calling thread's, fetched, from which it wants an answer at the port of this
 * name. Returns if it did not go, with nothing done. */
void ipc_fast_one(struct ipc_message *m, mach_port_name_t name);

/* Another send right from a live entry; DEAD if its port died just now. */
static inline struct ipc_right ipc_fast_copy_send(const struct ipc_entry *e)
{
	struct ipc_port *port = e->port;
	spin_lock(&port->lock);
	bool alive = port->active;
	port->srights += alive;
	spin_unlock(&port->lock);
	return alive ? (struct ipc_right){port, RIGHT_SEND} : IPC_RIGHT_DEAD;
}

/* --- bodies that carry a few rights and nothing else of note (fast_body.c) --- */

#define FAST_RIGHTS 4

struct fast_right {
	uint32_t field;	     /* offset of the name in the body */
	uint32_t disposition;
	struct ipc_entry *entry;
};

struct fast_body {
	uint32_t count;
	bool moves;		/* one of them leaves its entry */
	struct ipc_item *items; /* where they will lie */
	struct fast_right right[FAST_RIGHTS];
};

/* REQUIRES s->lock. Is the body of that kind, and can its rights be taken once
 * the entry used has been used as the destination? No effect. */
bool ipc_fast_body_check(struct ipc_message *m, struct ipc_space *s,
			 const struct ipc_entry *used, struct fast_body *b)
	REQUIRES(&s->lock);
/* Takes them, under the same hold; cannot fail. */
void ipc_fast_body_take(struct ipc_message *m, struct ipc_space *s,
			struct fast_body *b, struct list *after)
	REQUIRES(&s->lock);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that the kernel itself sends: exceptions, interrupts, and the
 * receipt of an exception's reply by the victim thread.
 */
#pragma once

#include <ipc/kmig.h>

/*
 * Queues a message to dest (consumes the right) from kernel memory; never
 * blocks and ignores the queue limit; the kernel bit is set. Rights in items
 * are consumed in any case. reply may be NONE.
 * KR_INVALID_CAPABILITY: dead; KR_RESOURCE_SHORTAGE.
 */
enum kr ipc_kernel_send(struct ipc_right dest, struct ipc_right reply,
			mach_msg_header_t *message, struct ipc_item *items,
			uint32_t item_count);

/*
 * A request in the making, in the calling thread's own buffer: size bytes at
 * *head, of which the caller fills everything but msgh_bits and msgh_size, and
 * so many rights, each under its field in the body. NULL: no memory.
 */
struct ipc_message;
struct ipc_message *ipc_kernel_request(uint32_t size, uint32_t rights,
				       mach_msg_header_t **head);
/* Right i: its name stands offset bytes behind the header. Consumes it. */
void ipc_kernel_request_right(struct ipc_message *m, uint32_t i,
			      uint32_t offset, struct ipc_right right);

/*
 * The calling user thread sends a request so made (NULL: no memory for it; both
 * consumed) with a send-once right to its kernel reply port (of its thread->exc,
 * which is there: created on first use, kept) and waits for the answer, handing
 * the processor to the receiver. Never returns: done is called, on a fresh stack,
 * with the reply in kernel memory (valid until it returns or blocks; of rights in
 * it nothing is left; the kernel bit says that it is a notification: the right
 * was dropped) or with NULL and
 *   KR_ABORTED  thread_abort ended the wait
 *   KR_INVALID_CAPABILITY  dest is dead
 *   KR_RESOURCE_SHORTAGE
 */
typedef void (*ipc_kernel_done)(enum kr result,
				const mach_msg_header_t *reply);
[[gnu::noreturn]] void ipc_kernel_rpc(struct ipc_right dest,
				      struct ipc_message *m,
				      ipc_kernel_done done);

/*
 * The same for an exception of the calling thread (its exc), to a handler
 * that waits already and knows the ports it is told of. First, under a lock of
 * lower rank than a space's that keeps all three ports, which are borrowed:
 * takes the handler, from when on the caller waits for its answer. False: not so,
 * nothing happened. Then, without that lock, leaves.
 */
struct ipc_exception {
	struct ipc_port *handler, *task;
	struct thread *peer;	     /* ipc's own, as is the next */
	struct ipc_message *message;
};
struct thread_exc;
bool ipc_exception_meet(struct ipc_exception *x, struct thread_exc *exc);
[[gnu::noreturn]] void ipc_exception_tell(const struct ipc_exception *x,
					  ipc_kernel_done done);

/* EXC_FORM_32 or EXC_FORM_64, as the port's receiver chose. No lock needed. */
int ipc_port_exception_form(struct ipc_port *port);

/*
 * A message that exists before it is needed: sending it allocates nothing and
 * may be done from an interrupt handler. At most one instance is queued.
 */
struct ipc_prepared;
struct ipc_prepared *ipc_prepared_create(struct ipc_right dest, int32_t id,
					 uint32_t word); /* consumes dest */
void ipc_prepared_send(struct ipc_prepared *p);
void ipc_prepared_destroy(struct ipc_prepared *p);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manual's exception functions: raising, demultiplexing, printing.
 * <mach/mach.h> and <mach/exception.h> bring them.
 */
#ifndef MACH_EXCEPTION_HELPERS_H
#define MACH_EXCEPTION_HELPERS_H

#include <mach/mach_types.h>

/*
 * Sends an exception to a handler and waits for its answer on clear_port (a
 * receive right of this task). Returns the handler's result, or the code of a
 * message that could not be sent or received, or MIG_REPLY_MISMATCH.
 */
kern_return_t exception_raise(port_t exception_port, port_t clear_port,
			      port_t thread, port_t task, int exception,
			      int code, int subcode);

/*
 * For a message from msg_receive. An exception: calls catch_exception_raise,
 * which the program supplies, and writes the reply (32 bytes) to out. Anything
 * else: FALSE, and the reply says MIG_BAD_ID. The short and the long form are
 * understood; of the long form's codes the low 32 bits are passed on.
 */
boolean_t exc_server(msg_header_t *in, msg_header_t *out);

kern_return_t catch_exception_raise(port_t exception_port, port_t thread,
				    port_t task, int exception, int code,
				    int subcode);

/* "text: class": on standard error, or as a string. */
void mach_exception(const char *text, int exception);
const char *mach_exception_string(int exception);
/* With code and subcode, in words where they have names. */
void mach_NeXT_exception(const char *text, int exception, int code, int subcode);
const char *mach_NeXT_exception_string(int exception, int code, int subcode);

/* Shorthands of the manual. */
#define task_get_kernel_port(t, p)    task_get_special_port(t, TASK_KERNEL_PORT, p)
#define task_set_kernel_port(t, p)    task_set_special_port(t, TASK_KERNEL_PORT, p)
#define task_get_notify_port(t, p)    task_get_special_port(t, TASK_NOTIFY_PORT, p)
#define task_set_notify_port(t, p)    task_set_special_port(t, TASK_NOTIFY_PORT, p)
#define task_get_exception_port(t, p) task_get_special_port(t, TASK_EXCEPTION_PORT, p)
#define task_set_exception_port(t, p) task_set_special_port(t, TASK_EXCEPTION_PORT, p)
#define task_get_bootstrap_port(t, p) task_get_special_port(t, TASK_BOOTSTRAP_PORT, p)
#define task_set_bootstrap_port(t, p) task_set_special_port(t, TASK_BOOTSTRAP_PORT, p)
#define thread_get_kernel_port(t, p)  thread_get_special_port(t, THREAD_KERNEL_PORT, p)
#define thread_set_kernel_port(t, p)  thread_set_special_port(t, THREAD_KERNEL_PORT, p)
#define thread_get_reply_port(t, p)   thread_get_special_port(t, THREAD_REPLY_PORT, p)
#define thread_set_reply_port(t, p)   thread_set_special_port(t, THREAD_REPLY_PORT, p)
#define thread_get_exception_port(t, p) \
	thread_get_special_port(t, THREAD_EXCEPTION_PORT, p)
#define thread_set_exception_port(t, p) \
	thread_set_special_port(t, THREAD_EXCEPTION_PORT, p)

#endif

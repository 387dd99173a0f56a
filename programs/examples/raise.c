/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions of one's own: the program puts a port of its own in place of the
 * task's exception port, a thread serves it, and exception_raise calls it. An
 * exception that the handler does not know goes on to the old port. With an
 * argument the program raises such a one: whoever listens at the old port,
 * usually the UNIX environment, then decides.
 */
#include <mach/cthreads.h>
#include <mach/exception.h>
#include <mach/mach.h>
#include <mach/mig_errors.h>
#include <stdio.h>
#include <stdlib.h>

#define OUR_CODE      0x20000 /* the first code for users */
#define MESSAGE_BYTES 64

static port_t old_port, our_port, clear_port;
static volatile boolean_t pass_on;

static void must(const char *what, kern_return_t result)
{
	if (result == KERN_SUCCESS)
		return;
	mach_error(what, result);
	exit(1);
}

/* Called by exc_server. */
kern_return_t catch_exception_raise(port_t exception_port, port_t thread,
				    port_t task, int exception, int code,
				    int subcode)
{
	(void)exception_port;
	(void)thread;
	(void)task;
	pass_on = exception != EXC_SOFTWARE || code != OUR_CODE;
	if (pass_on) {
		mach_NeXT_exception("Forwarding exception", exception, code,
				    subcode);
		return KERN_FAILURE;
	}
	printf("Handling the exception\n");
	fflush(stdout);
	return KERN_SUCCESS;
}

static void answer_or_forward(msg_header_t *in, msg_header_t *out)
{
	if (!exc_server(in, out)) {
		printf("exc_server did not know the message.\n");
		return;
	}
	if (!pass_on) {
		must("answer", msg_send(out, MSG_OPTION_NONE, 0));
		return;
	}
	in->msg_remote_port = old_port;
	in->msg_local_port = clear_port;
	must("forward", msg_send(in, MSG_OPTION_NONE, 0));
}

static any_t listen(any_t arg)
{
	static char in[MESSAGE_BYTES], out[MESSAGE_BYTES];
	msg_header_t *request = (msg_header_t *)in;

	for (;;) {
		request->msg_size = sizeof in;
		request->msg_local_port = our_port;
		must("msg_receive", msg_receive(request, MSG_OPTION_NONE, 0));
		answer_or_forward(request, (msg_header_t *)out);
	}
	return arg;
}

int main(int argc, char **argv)
{
	boolean_t foreign = argc > 1 && argv[1] != NULL;
	kern_return_t result;

	must("task_get_exception_port",
	     task_get_exception_port(task_self(), &old_port));
	must("port_allocate", port_allocate(task_self(), &our_port));
	must("task_set_exception_port",
	     task_set_exception_port(task_self(), our_port));
	cthread_detach(cthread_fork(listen, NULL));
	clear_port = thread_reply();
	result = exception_raise(our_port, clear_port, thread_self(),
				 task_self(),
				 foreign ? EXC_BAD_ACCESS : EXC_SOFTWARE,
				 foreign ? 0 : OUR_CODE, 0);
	if (result != KERN_SUCCESS)
		mach_error("The exception was not handled", result);
	else
		printf("Successfully called exception_raise\n");
	return result != KERN_SUCCESS;
}

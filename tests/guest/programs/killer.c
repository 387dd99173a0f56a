/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ends the UNIX server. One program, twice:
 *	killer serve	a server of bootstrap's that may end others
 *	killer kill	in the UNIX environment: asks it to end the UNIX server
 *	killer crash	the same, by a jump to 0 wherever that is just then
 *	killer terminate  the same, by task_terminate: nobody finds what it had
 *	killer log TEXT	a line for the kernel's log, which outlives all that
 * The server waits a little first, so that whoever asked is somewhere else.
 */
#include <mach/mach.h>
#include <mach/mach_traps.h>
#include <mach/x86_64/thread_status.h>
#include <servers/bootstrap.h>
#include <stdio.h>
#include <string.h>

enum way { KILL = 1, CRASH, TERMINATE };
#define WAIT_MS 20

static void null_pc(thread_t thread)
{
	struct x86_64_thread_state s;
	mach_msg_type_number_t n = x86_64_THREAD_STATE_COUNT;

	thread_abort(thread);
	if (thread_get_state(thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			     &n) != KERN_SUCCESS)
		return;
	s.rip = 0;
	thread_set_state(thread, x86_64_THREAD_STATE, (thread_state_t)&s, n);
	mach_port_deallocate(mach_task_self(), thread);
}

static void crash(task_t task)
{
	thread_array_t threads;
	mach_msg_type_number_t count;

	task_suspend(task);
	if (task_threads(task, &threads, &count) == KERN_SUCCESS) {
		for (unsigned i = 0; i < count; i++)
			null_pc(threads[i]);
		vm_deallocate(mach_task_self(), (vm_address_t)threads,
			      count * sizeof *threads);
	}
	task_resume(task);
}

static void end(enum way way)
{
	task_t task;

	thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, WAIT_MS);
	if (way == KILL) {
		bootstrap_kill(bootstrap_port, "unix");
		return;
	}
	if (bootstrap_server_task(bootstrap_port, "unix", &task) !=
	    BOOTSTRAP_SUCCESS)
		return;
	if (way == CRASH)
		crash(task);
	else
		task_terminate(task);
	mach_port_deallocate(mach_task_self(), task);
}

static int serve(void)
{
	mach_msg_header_t m;
	mach_port_t port;

	if (bootstrap_check_in(bootstrap_port, "killer", &port) !=
	    BOOTSTRAP_SUCCESS)
		return 1;
	for (;;)
		if (mach_msg(&m, MACH_RCV_MSG, 0, sizeof m, port, 0,
			     MACH_PORT_NULL) == MACH_MSG_SUCCESS)
			end((enum way)m.msgh_id);
}

static int ask(enum way way)
{
	mach_msg_header_t m = {
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0),
		.msgh_size = sizeof m,
		.msgh_id = way,
	};

	if (bootstrap_look_up(bootstrap_port, "killer", &m.msgh_remote_port) !=
	    BOOTSTRAP_SUCCESS)
		return 1;
	return mach_msg(&m, MACH_SEND_MSG, sizeof m, 0, MACH_PORT_NULL, 0,
			MACH_PORT_NULL) != MACH_MSG_SUCCESS;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "serve") == 0)
		return serve();
	if (strcmp(what, "kill") == 0)
		return ask(KILL);
	if (strcmp(what, "crash") == 0)
		return ask(CRASH);
	if (strcmp(what, "terminate") == 0)
		return ask(TERMINATE);
	if (strcmp(what, "log") != 0 || argc != 3)
		return 2;
	return debug_log(argv[2], strlen(argv[2])) != KERN_SUCCESS;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs one bare test: the host names it over the link, it runs in a task of
 * its own with this server's bootstrap port, its output goes to the host and
 * its status ends the machine. A test that crashes is reported as a command
 * killed by a signal would be.
 */
#include "hostlink.h"
#include "uart.h"

#include <mach/bare_server.h>
#include <mach/mach.h>
#include <mach/mig_support.h>
#include <server/exc_request.h>
#include <server/notify.h>
#include <server/spawn.h>
#include <servers/bootstrap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST_MAX    8192
#define STATUS_MISSING 127
#define STATUS_CRASHED (128 + 11)

static mach_port_t event_set, output_port, notify_port, exception_port;
static task_t test;
static int test_status = STATUS_CRASHED; /* until it says another one */
static bool test_ended;

[[gnu::noreturn]] static void power_off(void)
{
	mach_port_t host_priv = MACH_PORT_NULL;
	uint64_t size;

	bootstrap_authority(bootstrap_port, BOOTSTRAP_HOST_PRIV, &host_priv,
			    &size);
	host_reboot(host_priv, 0);
	exit(1);
}

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	hostlink_write(2, line, strlen(line));
}

kern_return_t do_bare_write(mach_port_t output, int channel, char *data,
			    mach_msg_type_number_t count)
{
	(void)output;
	if (channel != 1 && channel != 2)
		return KERN_INVALID_ARGUMENT;
	hostlink_write(channel, data, count);
	return KERN_SUCCESS;
}

kern_return_t do_bare_exit(mach_port_t output, int status)
{
	(void)output;
	test_status = status & 0xff;
	return KERN_SUCCESS;
}

kern_return_t do_bare_read(mach_port_t output, int count, char *data,
			   mach_msg_type_number_t *size)
{
	(void)output;
	if (count < 0)
		return KERN_INVALID_ARGUMENT;
	*size = (mach_msg_type_number_t)hostlink_read(
		data, count < 2048 ? (size_t)count : 2048);
	return KERN_SUCCESS;
}

static void dead_name(mach_port_t name)
{
	if (name == test)
		test_ended = true;
	mach_port_deallocate(mach_task_self(), name);
}

static uint64_t pc_of(thread_t thread)
{
	struct x86_64_thread_state s = {0};
	mach_msg_type_number_t n = x86_64_THREAD_STATE_COUNT;

	thread_get_state(thread, x86_64_THREAD_STATE, (thread_state_t)&s, &n);
	return s.rip;
}

static void exception(const struct exc_request_long *r)
{
	tell("bare test: %s (code %lld, subcode 0x%llx) at pc 0x%llx\n",
	     mach_exception_string(r->exception), (long long)r->code[0],
	     (long long)r->code[1], (unsigned long long)pc_of(r->thread));
	task_terminate(r->task);
}

static boolean_t demux(mach_msg_header_t *request, mach_msg_header_t *reply)
{
	static const struct notify_handlers handlers = {.dead_name = dead_name};

	if (request->msgh_local_port == output_port)
		return bare_server(request, reply);
	notify_demux(request, reply, &handlers);
	if (request->msgh_local_port == exception_port &&
	    exc_request_is_kernels(request))
		exception((const struct exc_request_long *)request);
	return TRUE;
}

static mach_port_t port_create(void)
{
	mach_port_t self = mach_task_self(), port = MACH_PORT_NULL;

	if (mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port) !=
		    KERN_SUCCESS ||
	    mach_port_insert_right(self, port, port,
				   MACH_MSG_TYPE_MAKE_SEND) != KERN_SUCCESS ||
	    mach_port_move_member(self, port, event_set) != KERN_SUCCESS) {
		fprintf(stderr, "testdriver: no memory for ports\n");
		power_off();
	}
	return port;
}

static void ports_create(void)
{
	mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET,
			   &event_set);
	output_port = port_create();
	notify_port = port_create();
	exception_port = port_create();
	mach_port_set_exception_form(mach_task_self(), exception_port,
				     EXC_FORM_64);
}

static const char *archive_open(struct archive *a)
{
	mach_port_t entry;
	uint64_t size;

	if (bootstrap_authority(bootstrap_port, BOOTSTRAP_ARCHIVE, &entry,
				&size) != KERN_SUCCESS)
		return "is not given";
	return archive_map(a, entry, size);
}

static bool test_find(const char *name, struct archive_file *file)
{
	static const char *const folders[] = {"mach/tests", "mach/bench"};
	struct archive archive;
	const char *wrong = archive_open(&archive);
	char path[256];

	if (wrong != NULL) {
		tell("bare test: the boot archive %s\n", wrong);
		return false;
	}
	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", folders[i], name);
		if (archive_find(&archive, path, file))
			return true;
	}
	tell("bare test: no such test: %s\n", name);
	return false;
}

/* What bootstrap told this server about when the machine started. */
static const char *boot_time(void)
{
	static char line[48];
	const char *value = getenv("MACH_BOOT_TSC");

	snprintf(line, sizeof line, "MACH_BOOT_TSC=%s",
		 value != NULL ? value : "0");
	return line;
}

/* Starts it; false: it said why not. */
static bool test_start(const char *const *argv)
{
	const char *envp[] = {"CTHREADS_DEBUG=1", boot_time(), NULL};
	struct spawn s = {
		.argv = argv,
		.envp = envp,
		.exception = exception_port,
		.output = output_port,
	};
	const char *wrong;

	if (argv[0] == NULL || !test_find(argv[0], &s.file))
		return false;
	wrong = spawn_task(&s, &test);
	if (wrong != NULL)
		tell("bare test: %s %s\n", argv[0], wrong);
	return wrong == NULL;
}

static void serve_until_end(void)
{
	test_ended = notify_request_dead_name(test, notify_port) !=
		     KERN_SUCCESS;
	while (!test_ended)
		mach_msg_server_once(demux, REQUEST_MAX, event_set,
				     MACH_MSG_OPTION_NONE, 0);
}

int main(void)
{
	const char *wrong = uart_open();
	const char *const *argv;

	if (wrong != NULL) {
		fprintf(stderr, "testdriver: %s\n", wrong);
		return 1;
	}
	ports_create();
	hostlink_start(&argv);
	if (test_start(argv))
		serve_until_end();
	else
		test_status = STATUS_MISSING;
	hostlink_exit(test_status);
	power_off();
}

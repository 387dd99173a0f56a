/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first task: holds all authority there is and hands out what the
 * configuration says. See docs/bootstrap.md.
 */
#include "bootstrap.h"

#include <mach/mach_host.h>
#include <mach/mig_support.h>
#include <server/heap.h>
#include <server/spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_FILE "mach/bootstrap.conf"
#define REQUEST_MAX 8192

struct archive boot_archive;
mach_port_t event_set, notify_port, return_port, exception_port;
mach_port_t authority[4];
size_t archive_size;
const char *test_name;
char boot_time[32];

static void vsay(const char *format, va_list args)
{
	char line[256] = "bootstrap: ";
	size_t n = strlen(line);

	vsnprintf(line + n, sizeof line - n, format, args);
	debug_log(line, strlen(line));
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsay(format, args);
	va_end(args);
}

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsay(format, args);
	va_end(args);
	host_reboot(authority[BOOTSTRAP_HOST_PRIV], 0 /* power off */);
	exit(1);
}

/* Takes what the kernel left in the registered ports; they are inherited, so
 * children must find something else there. */
static void authority_take(void)
{
	port_array_t ports = NULL;
	mach_msg_type_number_t count = 0;

	if (mach_ports_lookup(mach_task_self(), &ports, &count) !=
		    KERN_SUCCESS ||
	    count < 4)
		fail("the kernel gave no ports");
	for (unsigned i = 0; i < 4; i++)
		authority[i] = ports[i];
	vm_deallocate(mach_task_self(), (vm_address_t)ports,
		      count * sizeof *ports);
	name_server_port = environment_port = service_port = PORT_NULL;
}

void registered_ports_set(void)
{
	struct service *s = service_find(root_context, "netname");
	mach_port_t ports[TASK_PORT_REGISTER_MAX] = {
		s != NULL ? s->port : MACH_PORT_NULL,
	};

	if (mach_ports_register(mach_task_self(), ports,
				TASK_PORT_REGISTER_MAX) != KERN_SUCCESS)
		fail("the registered ports cannot be set");
}

static void ports_create(void)
{
	mach_port_t self = mach_task_self();

	if (mach_port_allocate(self, MACH_PORT_RIGHT_PORT_SET, &event_set) !=
		    KERN_SUCCESS ||
	    mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &notify_port) !=
		    KERN_SUCCESS ||
	    mach_port_move_member(self, notify_port, event_set) !=
		    KERN_SUCCESS ||
	    mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &return_port) !=
		    KERN_SUCCESS ||
	    mach_port_move_member(self, return_port, event_set) !=
		    KERN_SUCCESS ||
	    mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE,
			       &exception_port) != KERN_SUCCESS ||
	    mach_port_move_member(self, exception_port, event_set) !=
		    KERN_SUCCESS ||
	    mach_port_insert_right(self, exception_port, exception_port,
				   MACH_MSG_TYPE_MAKE_SEND) != KERN_SUCCESS)
		fail("no memory for ports");
	index_init();
	root_context = context_create(NULL);
	if (root_context == NULL)
		fail("no memory");
}

/* The value of test= on the kernel's command line, or NULL. */
static const char *test_option(const char *command_line)
{
	static char value[CONFIG_WORD_MAX];
	const char *at = command_line;

	while (at != NULL && strncmp(at, "test=", 5) != 0) {
		at = strchr(at, ' ');
		at = at != NULL ? at + 1 : NULL;
	}
	if (at == NULL)
		return NULL;
	snprintf(value, sizeof value, "%.*s", (int)strcspn(at + 5, " "),
		 at + 5);
	return value;
}

static const struct config_server *config_read(void)
{
	const struct config_server *config;
	struct archive_file file;
	const char *wrong;

	wrong = archive_map(&boot_archive, authority[BOOTSTRAP_ARCHIVE],
			    archive_size);
	if (wrong == NULL)
		wrong = archive_check(&boot_archive);
	if (wrong != NULL)
		fail("the boot archive %s", wrong);
	if (!archive_find(&boot_archive, CONFIG_FILE, &file))
		fail("the boot archive has no " CONFIG_FILE);
	config = config_parse(file.data, file.size, &wrong);
	if (config == NULL)
		fail(CONFIG_FILE ": %s", wrong);
	return config;
}

static void serve(void)
{
	for (;;) {
		unsigned ms = servers_next_restart();
		mach_msg_return_t mr;

		mr = mach_msg_server_once(event_demux, REQUEST_MAX, event_set,
					  ms == ~0u ? 0 : MACH_RCV_TIMEOUT,
					  ms == ~0u ? 0 : ms);
		if (mr != MACH_MSG_SUCCESS && mr != MACH_RCV_TIMED_OUT &&
		    mr != MACH_RCV_TOO_LARGE)
			fail("cannot receive: %s", mach_error_string(mr));
		servers_restart_due();
		servers_reap();
		server_heap_trim();
	}
}

/* For the measurement of how long it takes from power-on to user code. */
static void boot_time_set(void)
{
	snprintf(boot_time, sizeof boot_time, "MACH_BOOT_TSC=%llu",
		 __builtin_ia32_rdtsc());
}

int main(int argc, char **argv)
{
	const struct config_server *config;

	boot_time_set();
	authority_take();
	if (argc < 3)
		fail("the kernel gave no arguments");
	test_name = test_option(argv[1]);
	archive_size = strtoul(argv[2], NULL, 10);
	ports_create();
	config = config_read();
	servers_start(config);
	serve();
}

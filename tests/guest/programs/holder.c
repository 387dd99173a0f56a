/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A task with rights that are known: a port with two messages in its queue of
 * seven, in a set, with three references to its send right under the same name;
 * a dead name; a right of its parent's task. Then it works (holder spin: uses a
 * processor; holder send: messages to itself) or waits.
 */
#include <mach/mach.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SELF mach_task_self()

static void must(kern_return_t kr, const char *what)
{
	if (kr == KERN_SUCCESS)
		return;
	printf("holder: %s: %s\n", what, mach_error_string(kr));
	_exit(1);
}

static void send(mach_port_t port)
{
	mach_msg_header_t m = {
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
		.msgh_size = sizeof(m),
		.msgh_remote_port = port,
		.msgh_id = 1234,
	};

	must(mach_msg(&m, MACH_SEND_MSG, sizeof(m), 0, 0, 0, 0), "send");
}

static void receive(mach_port_t port)
{
	struct {
		mach_msg_header_t head;
		char room[64];
	} m;

	must(mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof(m), port, 0, 0),
	     "receive");
}

static void make_rights(void)
{
	mach_port_t port, set, dead;

	must(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set), "set");
	must(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port), "port");
	must(mach_port_allocate(SELF, MACH_PORT_RIGHT_DEAD_NAME, &dead),
	     "dead name");
	must(mach_port_insert_right(SELF, port, port,
				    MACH_MSG_TYPE_MAKE_SEND), "send right");
	must(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, 2), "refs");
	must(mach_port_set_qlimit(SELF, port, 7), "limit");
	must(mach_port_move_member(SELF, port, set), "member");
	send(port);
	send(port);
	printf("port %x set %x dead %x\n", port, set, dead);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	mach_port_t port;

	make_rights();
	if (argc > 1 && !strcmp(argv[1], "spin"))
		for (;;)
			__asm__ volatile("" ::: "memory");
	must(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port), "port");
	must(mach_port_insert_right(SELF, port, port,
				    MACH_MSG_TYPE_MAKE_SEND), "send right");
	while (argc > 1 && !strcmp(argv[1], "send")) {
		for (int i = 0; i < 10; i++) {
			send(port);
			receive(port);
		}
		usleep(10000);
	}
	pause();
	return 0;
}

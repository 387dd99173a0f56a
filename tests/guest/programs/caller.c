/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that are known, for msgtrace: caller; caller flood N: N messages to
 * itself, as fast as it can; caller wait: until it is killed.
 */
#include <mach/mach.h>
#include <mach/mach_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SELF mach_task_self()

static void to_itself(mach_port_t port, int id)
{
	struct {
		mach_msg_header_t head;
		char room[64];
	} m = {.head = {
		       .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
		       .msgh_size = sizeof(m.head),
		       .msgh_remote_port = port,
		       .msgh_id = id,
	       }};

	if (mach_msg(&m.head, MACH_SEND_MSG, sizeof(m.head), 0, 0, 0, 0) ||
	    mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof(m), port, 0, 0))
		exit(1);
}

int main(int argc, char **argv)
{
	mach_msg_header_t bad = {
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
		.msgh_size = sizeof(bad),
		.msgh_remote_port = 0x7777,
	};
	mach_port_type_t type;
	char name[32] = "";
	mach_port_t port;

	if (mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port))
		return 1;
	if (argc > 2)
		for (int i = 0; i < atoi(argv[2]); i++)
			to_itself(port, 4321);
	else if (argc > 1)
		pause();
	mach_port_type(SELF, 0x7654, &type);
	mach_port_set_qlimit(SELF, port, 9);
	char other[32] = "a \"name\"";

	task_set_name(SELF, other);
	task_get_name(SELF, name);
	to_itself(port, 1234);
	mach_msg(&bad, MACH_SEND_MSG, sizeof(bad), 0, 0, 0, 0);
	return 3;
}

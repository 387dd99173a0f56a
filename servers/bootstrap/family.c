/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tasks that a server made: it holds a send right to the port of each, and
 * when it has stopped for good that is where they are found. Tasks that those
 * made in turn are not its own: nobody but their maker knows them.
 */
#include "bootstrap.h"

#include <mach/mach_traps.h>
#include <mach/x86_64/trap_call.h>

/* Asks the kernel alone, never who serves the port: the trap knows nothing but
 * tasks, and of a task it takes nothing here. */
static bool is_task(mach_port_t port)
{
	return (kern_return_t)mach_trap4(MACH_TRAP_VM_DEALLOCATE, port, 0, 0,
					 0) == KERN_SUCCESS;
}

static void member_end(task_t parent, mach_port_name_t name)
{
	mach_port_t self = mach_task_self(), port;
	mach_msg_type_name_t type;

	if (mach_port_extract_right(parent, name, MACH_MSG_TYPE_COPY_SEND,
				    &port, &type) != KERN_SUCCESS)
		return;
	if (port != parent && port != self && is_task(port))
		task_terminate(port);
	if (MACH_PORT_VALID(port))
		mach_port_deallocate(self, port);
}

bool family_end(task_t parent)
{
	mach_port_array_t names = NULL;
	mach_port_type_array_t types = NULL;
	mach_msg_type_number_t count = 0, type_count = 0;

	if (mach_port_names(parent, &names, &count, &types, &type_count) !=
	    KERN_SUCCESS)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (types[i] & MACH_PORT_TYPE_SEND)
			member_end(parent, names[i]);
	vm_deallocate(mach_task_self(), (vm_address_t)names,
		      count * sizeof *names);
	vm_deallocate(mach_task_self(), (vm_address_t)types,
		      type_count * sizeof *types);
	return true;
}

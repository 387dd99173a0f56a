/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All routines of the kernel by their run-time descriptions, and what they are
 * called on.
 */
#include "routines.h"

#include "test.h"

#include <mach/mach_ext.h>
#include <mach/mig_errors.h>
#include <servers/bootstrap_defs.h>

#define SELF mach_task_self()

static const char *const skipped[] = {
	"host_reboot",	    "host_set_time", "host_check",
	"host_lock_record", "host_census",   "host_drain_caches",
	"host_probe",
};

static bool is_skipped(const struct mig_routine *r)
{
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (strcmp(r->name, skipped[i]) == 0)
			return true;
	return false;
}

void each_routine(void (*fn)(const struct mig_routine *r))
{
	for (unsigned i = 0; i < KERNEL_INTERFACES; i++)
		for (unsigned j = 0; j < kernel_interfaces[i]->routine_count;
		     j++)
			if (!is_skipped(&kernel_interfaces[i]->routines[j]))
				fn(&kernel_interfaces[i]->routines[j]);
}

bool makes_task(const struct mig_routine *r)
{
	return r->id == kernel_interfaces[0]->routines[0].id;
}

/* --- answers */

union message reply;

/* A new task, whose port is the reply's only item, would live on. */
static void end_task(void)
{
	mach_port_t task;

	memcpy(&task, reply.room + sizeof(mach_msg_header_t) + 12,
	       sizeof(task));
	OK(task_terminate(task));
}

kern_return_t reply_drop(void)
{
	kern_return_t kr = MIG_BAD_ARGUMENTS;

	if (reply.head.msgh_size >= sizeof(mach_msg_header_t) + 8)
		memcpy(&kr, reply.room + sizeof(mach_msg_header_t) + 4,
		       sizeof(kr));
	if (kr == KERN_SUCCESS &&
	    reply.head.msgh_id == kernel_interfaces[0]->routines[0].id + 100)
		end_task();
	mach_msg_destroy(&reply.head);
	return kr;
}

kern_return_t reply_receive(mach_port_t port, unsigned ms)
{
	kern_return_t kr = mach_msg(&reply.head,
				    MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
				    sizeof(reply), port, ms, MACH_PORT_NULL);

	return kr == MACH_MSG_SUCCESS ? reply_drop() : kr;
}

/* --- ports */

mach_port_t kinds[KINDS];

void kinds_create(void)
{
	vm_size_t size = vm_page_size;
	vm_address_t at = 0;

	victims_create();
	kinds[0] = child;
	kinds[1] = thread;
	kinds[2] = mach_host_self();
	kinds[3] = authority(BOOTSTRAP_HOST_PRIV);
	OK(processor_set_default(kinds[2], &kinds[4]));
	kinds[5] = authority(BOOTSTRAP_PSET_CONTROL);
	OK(vm_allocate(SELF, &at, vm_page_size, TRUE));
	OK(mach_make_memory_entry(SELF, &size, at, VM_PROT_READ, &kinds[6]));
	OK(vm_deallocate(SELF, at, vm_page_size));
	kinds[7] = authority(BOOTSTRAP_DEVICE_MASTER);
}

void kinds_destroy(void)
{
	for (unsigned i = 2; i < KINDS; i++)
		mach_port_deallocate(SELF, kinds[i]);
	victims_destroy();
}

#include "rpc_rights.h"

unsigned kinds_allowed(const char *name)
{
	char word[100];

	snprintf(word, sizeof(word), " %s ", name);
	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
		if (strstr(rights[i].names, word) != NULL)
			return rights[i].kinds;
	return 0;
}

mach_port_t target_of(const struct mig_routine *r)
{
	for (unsigned k = 0; k < KINDS; k++)
		if (kinds_allowed(r->name) >> k & 1)
			return kinds[k];
	return kinds[0];
}

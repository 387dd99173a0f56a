/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libmach knows before main runs, and finds out again in a forked child:
 * a child has a name space of its own, so nothing learnt by the parent holds.
 */
#include <mach/mach.h>
#include <mach/x86_64/trap_call.h>
#include <pthread.h>

#include "thread_ports.h"

mach_port_t task_self_;
vm_size_t vm_page_size = 4096;
mach_port_t bootstrap_port;
mach_port_t name_server_port;
mach_port_t environment_port;
mach_port_t service_port;

static void find_page_size(void)
{
	vm_statistics_data_t stat;

	if (vm_statistics(task_self_, &stat) == KERN_SUCCESS)
		vm_page_size = (vm_size_t)stat.pagesize;
}

static void find_registered_ports(void)
{
	port_array_t ports = NULL;
	mach_msg_type_number_t count = 0;

	if (mach_ports_lookup(task_self_, &ports, &count) != KERN_SUCCESS)
		return;
	if (count >= MACH_PORTS_SLOTS_USED) {
		name_server_port = ports[NAME_SERVER_SLOT];
		environment_port = ports[ENVIRONMENT_SLOT];
		service_port = ports[SERVICE_SLOT];
	}
	vm_deallocate(task_self_, (vm_address_t)ports, count * sizeof(port_t));
}

void mach_init_child(void)
{
	thread_ports_forget();
	task_self_ = (mach_port_t)mach_trap0(MACH_TRAP_MACH_TASK_SELF);
	bootstrap_port = PORT_NULL;
	name_server_port = PORT_NULL;
	environment_port = PORT_NULL;
	service_port = PORT_NULL;
	find_page_size();
	task_get_special_port(task_self_, TASK_BOOTSTRAP_PORT, &bootstrap_port);
	find_registered_ports();
}

int mach_init(void)
{
	return 0;
}

/* Before constructors of programs and other libraries. */
[[gnu::constructor(101)]] static void init_before_main(void)
{
	mach_init_child();
	pthread_atfork(NULL, NULL, mach_init_child);
}

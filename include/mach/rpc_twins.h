/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The RPC forms of the calls that also have a trap. Programs call the plain
 * names, which choose; these exist for tests, benchmarks and proxies.
 */
#ifndef MACH_RPC_TWINS_H
#define MACH_RPC_TWINS_H

#include <mach/mach_types.h>

kern_return_t mach_port_allocate_rpc(mach_port_t task, mach_port_right_t right,
				     mach_port_t *name);
kern_return_t mach_port_deallocate_rpc(mach_port_t task, mach_port_t name);
kern_return_t mach_port_destroy_rpc(mach_port_t task, mach_port_t name);
kern_return_t mach_port_mod_refs_rpc(mach_port_t task, mach_port_t name,
				     mach_port_right_t right,
				     mach_port_delta_t delta);
kern_return_t mach_port_insert_right_rpc(mach_port_t task, mach_port_t name,
					 mach_port_t right,
					 mach_msg_type_name_t type);
kern_return_t vm_allocate_rpc(vm_task_t task, vm_address_t *address,
			      vm_size_t size, boolean_t anywhere);
kern_return_t vm_deallocate_rpc(vm_task_t task, vm_address_t address,
				vm_size_t size);
kern_return_t vm_protect_rpc(vm_task_t task, vm_address_t address,
			     vm_size_t size, boolean_t set_maximum,
			     vm_prot_t protection);
kern_return_t vm_map_rpc(vm_task_t task, vm_address_t *address, vm_size_t size,
			 vm_offset_t mask, boolean_t anywhere,
			 memory_object_t object, vm_offset_t offset,
			 boolean_t copy, vm_prot_t current, vm_prot_t maximum,
			 vm_inherit_t inheritance);

#endif

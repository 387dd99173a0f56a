/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPCs on address maps. The map argument is the target's; the caller's own is
 * thread_self()->map, where out-of-line results go when the reply is received.
 */
#include <mach_ext_server.h>
#include <mach_host_server.h>
#include <mach_server.h>

#include <task/memory_entry.h>
#include <trap/convert.h>
#include <trap/rpc.h>

kern_return_t rpc_vm_allocate(struct vm_map *map, vm_address_t *addr,
			      vm_size_t size, boolean_t anywhere)
{
	return map ? (kern_return_t)vm_map_allocate(map, addr, size,
						    anywhere != FALSE) :
		     KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_vm_deallocate(struct vm_map *map, vm_address_t addr,
				vm_size_t size)
{
	return map ? (kern_return_t)vm_map_deallocate(map, addr, size) :
		     KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_vm_protect(struct vm_map *map, vm_address_t addr,
			     vm_size_t size, boolean_t set_max, vm_prot_t prot)
{
	return map ? (kern_return_t)vm_map_protect(map, addr, size,
						   set_max != FALSE, prot) :
		     KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_vm_inherit(struct vm_map *map, vm_address_t addr,
			     vm_size_t size, vm_inherit_t inherit)
{
	return map ? (kern_return_t)vm_map_inherit(map, addr, size, inherit) :
		     KERN_INVALID_ARGUMENT;
}

/* Stubs carry 32-bit counts: longer reads are for hand-built messages. */
kern_return_t rpc_vm_read(struct vm_map *map, vm_address_t addr, vm_size_t size,
			  struct vm_copy **data, mach_msg_type_number_t *count)
{
	if (!map || size > UINT32_MAX)
		return KERN_INVALID_ARGUMENT;
	enum kr kr = vm_copy_in(map, addr, size, false, data);
	if (kr == KR_SUCCESS)
		*count = (mach_msg_type_number_t)size;
	return kr;
}

kern_return_t rpc_vm_write(struct vm_map *map, vm_address_t addr,
			   struct ipc_item *data, mach_msg_type_number_t count)
{
	if (!map)
		return KERN_INVALID_ARGUMENT;
	if (count == 0)
		return KERN_SUCCESS;
	struct vm_copy *copy = mig_take_copy(data);
	if (!copy)
		return KERN_INVALID_ARGUMENT;
	enum kr kr = vm_copy_overwrite(map, addr, copy);
	if (kr != KR_SUCCESS)
		vm_copy_discard(copy);
	return kr;
}

kern_return_t rpc_vm_copy(struct vm_map *map, vm_address_t src, vm_size_t size,
			  vm_address_t dst)
{
	return map ? (kern_return_t)vm_map_copy_within(map, src, size, dst) :
		     KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_vm_region(struct vm_map *map, vm_address_t *addr,
			    vm_size_t *size, vm_prot_t *prot,
			    vm_prot_t *max_prot, vm_inherit_t *inherit,
			    boolean_t *shared, struct ipc_right *object_name,
			    vm_offset_t *offset)
{
	struct vm_region_info info;

	if (!map)
		return KERN_INVALID_ARGUMENT;
	enum kr kr = vm_map_region(map, *addr, &info);
	if (kr != KR_SUCCESS)
		return kr;
	*addr = info.addr;
	*size = info.size;
	*prot = info.prot;
	*max_prot = info.max_prot;
	*inherit = info.inherit;
	*shared = info.shared;
	*offset = info.offset;
	*object_name = object_name_right(info.object);
	return KERN_SUCCESS;
}

kern_return_t rpc_vm_statistics(struct vm_map *map, vm_statistics_data_t *stat)
{
	if (!map)
		return KERN_INVALID_ARGUMENT;
	vm_map_statistics(stat);
	return KERN_SUCCESS;
}

/* The object is a memory entry, or null for zero fill. */
kern_return_t rpc_vm_map(struct vm_map *map, vm_address_t *addr, vm_size_t size,
			 vm_address_t mask, boolean_t anywhere,
			 struct ipc_item *object, vm_offset_t offset,
			 boolean_t copy, vm_prot_t prot, vm_prot_t max_prot,
			 vm_inherit_t inherit)
{
	struct vm_entry_port *entry = NULL;
	struct vm_mapping m = {
		.addr = *addr,
		.size = size,
		.mask = mask,
		.offset = offset,
		.anywhere = anywhere != FALSE,
		.copy = copy != FALSE,
		.prot = prot,
		.max_prot = max_prot,
		.inherit = inherit,
	};

	if (!map)
		return KERN_INVALID_ARGUMENT;
	if (object && object->right.kind != RIGHT_NONE) {
		entry = convert_port_to_entry(object->right.port);
		if (!entry)
			return KERN_INVALID_ARGUMENT;
	}
	enum kr kr = vm_map_enter(map, entry, &m);
	entry_release(entry);
	*addr = m.addr;
	return kr;
}

kern_return_t rpc_mach_make_memory_entry(struct vm_map *map, vm_size_t *size,
					 vm_address_t addr, vm_prot_t max_prot,
					 struct ipc_right *right)
{
	struct vm_entry_port *entry;

	if (!map)
		return KERN_INVALID_ARGUMENT;
	enum kr kr = vm_entry_create(map, size, addr, max_prot, &entry);
	if (kr != KR_SUCCESS)
		return kr;
	*right = memory_entry_right(entry);
	return right->kind == RIGHT_SEND ? KERN_SUCCESS :
					   KERN_RESOURCE_SHORTAGE;
}

kern_return_t rpc_vm_wire(struct kobject *host_priv, struct vm_map *map,
			  vm_address_t addr, vm_size_t size, vm_prot_t access)
{
	if (!host_priv)
		return KERN_INVALID_HOST;
	return map ? (kern_return_t)vm_map_wire(map, addr, size, access) :
		     KERN_INVALID_TASK;
}

/* The machine keeps caches coherent by itself: no attribute can be changed. */
kern_return_t rpc_vm_machine_attribute(struct vm_map *map, vm_address_t addr,
				       vm_size_t size, int attribute,
				       int *value)
{
	(void)map, (void)addr, (void)size, (void)attribute, (void)value;
	return KERN_INVALID_ARGUMENT;
}

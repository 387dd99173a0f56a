/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPCs on name spaces, the manual's: port_*. A bad task argument gives
 * KERN_INVALID_ARGUMENT.
 */
#include <mach_server.h>

#include <trap/convert.h>
#include <trap/rpc.h>

#define SPACE_CALL(space, call) \
	((space) ? (kern_return_t)(call) : KERN_INVALID_ARGUMENT)

kern_return_t rpc_port_names(struct ipc_space *s, struct vm_copy **names,
			     mach_msg_type_number_t *name_count,
			     struct vm_copy **types,
			     mach_msg_type_number_t *type_count)
{
	mach_port_name_t *name;
	uint32_t n;
	int *type;

	if (!s)
		return KERN_INVALID_ARGUMENT;
	enum kr kr = ipc_port25_names(s, &name, &type, &n);
	if (kr != KR_SUCCESS)
		return kr;
	kern_return_t first =
		rpc_out_array(name, sizeof(*name), n, names, name_count);
	kern_return_t second =
		rpc_out_array(type, sizeof(*type), n, types, type_count);
	if (first == KERN_SUCCESS && second == KERN_SUCCESS)
		return KERN_SUCCESS;
	vm_copy_discard(*names);
	vm_copy_discard(*types);
	return KERN_RESOURCE_SHORTAGE;
}

kern_return_t rpc_port_type(struct ipc_space *s, mach_port_name_t name, int *type)
{
	return SPACE_CALL(s, ipc_port25_type(s, name, type));
}

kern_return_t rpc_port_rename(struct ipc_space *s, mach_port_name_t old,
			      mach_port_name_t new)
{
	return SPACE_CALL(s, ipc_port25_rename(s, old, new));
}

kern_return_t rpc_port_allocate(struct ipc_space *s, mach_port_name_t *name)
{
	return SPACE_CALL(s, ipc_port25_allocate(s, name));
}

kern_return_t rpc_port_deallocate(struct ipc_space *s, mach_port_name_t name)
{
	return SPACE_CALL(s, ipc_port25_deallocate(s, name));
}

kern_return_t rpc_port_set_backlog(struct ipc_space *s, mach_port_name_t name,
				   int backlog)
{
	return SPACE_CALL(s, ipc_port25_set_backlog(s, name, backlog));
}

kern_return_t rpc_port_status(struct ipc_space *s, mach_port_name_t name,
			      mach_port_name_t *enabled, int *messages,
			      int *backlog, boolean_t *owner,
			      boolean_t *receiver)
{
	return SPACE_CALL(s, ipc_port25_status(s, name, enabled, messages,
					       backlog, owner, receiver));
}

kern_return_t rpc_port_set_allocate(struct ipc_space *s, mach_port_name_t *set)
{
	return SPACE_CALL(s, ipc_port25_set_allocate(s, set));
}

kern_return_t rpc_port_set_deallocate(struct ipc_space *s, mach_port_name_t set)
{
	return SPACE_CALL(s, ipc_port25_set_deallocate(s, set));
}

kern_return_t rpc_port_set_add(struct ipc_space *s, mach_port_name_t set,
			       mach_port_name_t port)
{
	return SPACE_CALL(s, ipc_port25_set_add(s, set, port));
}

kern_return_t rpc_port_set_remove(struct ipc_space *s, mach_port_name_t port)
{
	return SPACE_CALL(s, ipc_port25_set_remove(s, port));
}

kern_return_t rpc_port_set_status(struct ipc_space *s, mach_port_name_t set,
				  struct vm_copy **members,
				  mach_msg_type_number_t *count)
{
	mach_port_name_t *list;
	uint32_t n;

	if (!s)
		return KERN_INVALID_ARGUMENT;
	enum kr kr = ipc_port25_set_status(s, set, &list, &n);
	return kr == KR_SUCCESS ?
		       rpc_out_array(list, sizeof(*list), n, members, count) :
		       (kern_return_t)kr;
}

static kern_return_t insert(struct ipc_space *s, struct ipc_item *port,
			    mach_port_name_t name)
{
	if (!s)
		return KERN_INVALID_ARGUMENT;
	struct ipc_right right = mig_take_right(port);
	enum kr kr = ipc_port25_insert(s, right, name);
	if (kr != KR_SUCCESS)
		ipc_right_release(right);
	return kr;
}

kern_return_t rpc_port_insert_send(struct ipc_space *s, struct ipc_item *port,
				   mach_port_name_t name)
{
	return insert(s, port, name);
}

kern_return_t rpc_port_insert_receive(struct ipc_space *s,
				      struct ipc_item *port,
				      mach_port_name_t name)
{
	return insert(s, port, name);
}

kern_return_t rpc_port_extract_send(struct ipc_space *s, mach_port_name_t name,
				    struct ipc_right *right)
{
	return SPACE_CALL(s, ipc_port25_extract(s, name, false, right));
}

kern_return_t rpc_port_extract_receive(struct ipc_space *s,
				       mach_port_name_t name,
				       struct ipc_right *right)
{
	return SPACE_CALL(s, ipc_port25_extract(s, name, true, right));
}

kern_return_t rpc_port_set_backup(struct ipc_space *s, mach_port_name_t name,
				  struct ipc_item *backup,
				  struct ipc_right *previous)
{
	if (!s)
		return KERN_INVALID_ARGUMENT;
	struct ipc_right right = mig_take_right(backup);
	enum kr kr = ipc_port25_set_backup(s, name, right, previous);
	if (kr != KR_SUCCESS)
		ipc_right_release(right);
	return kr;
}

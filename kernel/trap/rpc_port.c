/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPCs on name spaces: mach_port_*. A request port that is no live task gives
 * KERN_INVALID_TASK.
 */
#include <mach_ext_server.h>
#include <mach_port_server.h>

#include <kern/zone.h>
#include <trap/convert.h>
#include <trap/rpc.h>

#define SPACE_CALL(space, call) \
	((space) ? (kern_return_t)(call) : KERN_INVALID_TASK)

kern_return_t rpc_out_array(void *array, size_t element, unsigned n,
			    struct vm_copy **copy,
			    mach_msg_type_number_t *count)
{
	*copy = NULL;
	*count = 0;
	if (n == 0)
		return KERN_SUCCESS;
	*copy = vm_copy_from_kernel(array, n * element);
	kfree(array, n * element);
	if (!*copy)
		return KERN_RESOURCE_SHORTAGE;
	*count = n;
	return KERN_SUCCESS;
}

kern_return_t rpc_mach_port_names(struct ipc_space *s, struct vm_copy **names,
				  mach_msg_type_number_t *name_count,
				  struct vm_copy **types,
				  mach_msg_type_number_t *type_count)
{
	mach_port_name_t *name;
	mach_port_type_t *type;
	uint32_t n;

	if (!s)
		return KERN_INVALID_TASK;
	enum kr kr = ipc_port_op_names(s, &name, &type, &n);
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

kern_return_t rpc_mach_port_type(struct ipc_space *s, mach_port_name_t name,
				 mach_port_type_t *type)
{
	return SPACE_CALL(s, ipc_port_op_type(s, name, type));
}

kern_return_t rpc_mach_port_rename(struct ipc_space *s, mach_port_name_t old,
				   mach_port_name_t new)
{
	return SPACE_CALL(s, ipc_port_op_rename(s, old, new));
}

kern_return_t rpc_mach_port_allocate_name(struct ipc_space *s,
					  mach_port_right_t right,
					  mach_port_name_t name)
{
	return SPACE_CALL(s, ipc_port_op_allocate_name(s, right, name));
}

kern_return_t rpc_mach_port_allocate(struct ipc_space *s,
				     mach_port_right_t right,
				     mach_port_name_t *name)
{
	return SPACE_CALL(s, ipc_port_op_allocate(s, right, name));
}

kern_return_t rpc_mach_port_destroy(struct ipc_space *s, mach_port_name_t name)
{
	return SPACE_CALL(s, ipc_port_op_destroy(s, name));
}

kern_return_t rpc_mach_port_deallocate(struct ipc_space *s,
				       mach_port_name_t name)
{
	return SPACE_CALL(s, ipc_port_op_deallocate(s, name));
}

kern_return_t rpc_mach_port_get_refs(struct ipc_space *s, mach_port_name_t name,
				     mach_port_right_t right,
				     mach_port_urefs_t *refs)
{
	return SPACE_CALL(s, ipc_port_op_get_refs(s, name, right, refs));
}

kern_return_t rpc_mach_port_mod_refs(struct ipc_space *s, mach_port_name_t name,
				     mach_port_right_t right,
				     mach_port_delta_t delta)
{
	return SPACE_CALL(s, ipc_port_op_mod_refs(s, name, right, delta));
}

kern_return_t rpc_mach_port_set_qlimit(struct ipc_space *s,
				       mach_port_name_t name,
				       mach_port_msgcount_t qlimit)
{
	return SPACE_CALL(s, ipc_port_op_set_qlimit(s, name, qlimit));
}

kern_return_t rpc_mach_port_set_mscount(struct ipc_space *s,
					mach_port_name_t name,
					mach_port_mscount_t mscount)
{
	return SPACE_CALL(s, ipc_port_op_set_mscount(s, name, mscount));
}

kern_return_t rpc_mach_port_set_seqno(struct ipc_space *s,
				      mach_port_name_t name,
				      mach_port_seqno_t seqno)
{
	return SPACE_CALL(s, ipc_port_op_set_seqno(s, name, seqno));
}

kern_return_t rpc_mach_port_get_set_status(struct ipc_space *s,
					   mach_port_name_t name,
					   struct vm_copy **members,
					   mach_msg_type_number_t *count)
{
	mach_port_name_t *list;
	uint32_t n;

	if (!s)
		return KERN_INVALID_TASK;
	enum kr kr = ipc_port_op_get_set_status(s, name, &list, &n);
	return kr == KR_SUCCESS ?
		       rpc_out_array(list, sizeof(*list), n, members, count) :
		       (kern_return_t)kr;
}

kern_return_t rpc_mach_port_move_member(struct ipc_space *s,
					mach_port_name_t member,
					mach_port_name_t after)
{
	return SPACE_CALL(s, ipc_port_op_move_member(s, member, after));
}

kern_return_t rpc_mach_port_request_notification(
	struct ipc_space *s, mach_port_name_t name, int id,
	mach_port_mscount_t sync, struct ipc_item *notify,
	struct ipc_right *previous)
{
	if (!s)
		return KERN_INVALID_TASK;
	struct ipc_right right = mig_item_is_dead(notify) ?
					 IPC_RIGHT_DEAD :
					 mig_take_right(notify);
	enum kr kr = ipc_port_op_request_notification(s, name, id, sync, right,
						      previous);
	if (kr != KR_SUCCESS)
		ipc_right_release(right);
	return kr;
}

kern_return_t rpc_mach_port_insert_right(struct ipc_space *s,
					 mach_port_name_t name,
					 struct ipc_item *item)
{
	if (!s)
		return KERN_INVALID_TASK;
	struct ipc_right right = mig_take_right(item);
	enum kr kr = ipc_port_op_insert_right(s, name, right);
	if (kr != KR_SUCCESS)
		ipc_right_release(right);
	return kr;
}

kern_return_t rpc_mach_port_extract_right(struct ipc_space *s,
					  mach_port_name_t name,
					  mach_msg_type_name_t disposition,
					  struct ipc_right *right)
{
	return SPACE_CALL(s, ipc_space_extract(s, name, disposition, right));
}

kern_return_t rpc_mach_port_get_receive_status(struct ipc_space *s,
					       mach_port_name_t name,
					       mach_port_status_t *status)
{
	return SPACE_CALL(s, ipc_port_op_get_receive_status(s, name, status));
}

kern_return_t rpc_mach_port_set_exception_form(struct ipc_space *s,
					       mach_port_name_t name, int form)
{
	return SPACE_CALL(s, ipc_port_op_set_exception_form(s, name, form));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPCs on traces of messages.
 */
#include <mach_ext_server.h>

#include <ipc/trace.h>
#include <task/msg_trace.h>
#include <trap/convert.h>
#include <trap/rpc.h>

kern_return_t rpc_host_trace(struct kobject *host, int64_t id, boolean_t follow,
			     struct ipc_right *trace)
{
	if (!host)
		return KERN_INVALID_HOST;
	struct task *t = task_lookup((uint64_t)id);
	if (!t)
		return KERN_INVALID_TASK;
	enum kr kr = msg_trace_create(task_self(), t, follow != FALSE, trace);
	task_unref(t);
	return kr;
}

kern_return_t rpc_host_trace_read(struct msg_trace *trace,
				  struct vm_copy **records,
				  mach_msg_type_number_t *count, int64_t *lost,
				  int *tasks)
{
	struct ipc_trace_read read;

	if (!trace)
		return KERN_INVALID_ARGUMENT;
	enum kr kr = msg_trace_read(trace, &read);
	if (kr != KR_SUCCESS)
		return kr;
	*records = read.bytes ? vm_copy_from_kernel(read.records, read.bytes) :
				NULL;
	msg_trace_read_done(trace);
	if (read.bytes && !*records)
		return KERN_RESOURCE_SHORTAGE;
	*count = (mach_msg_type_number_t)read.bytes;
	*lost = (int64_t)read.lost;
	*tasks = (int)read.live;
	return KERN_SUCCESS;
}

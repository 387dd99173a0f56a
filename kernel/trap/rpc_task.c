/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPCs on tasks: check, call, convert. Null objects mean that the request's
 * port was no live task: KERN_INVALID_ARGUMENT, as the manual has it.
 */
#include <mach_ext_server.h>
#include <mach_host_server.h>
#include <mach_server.h>

#include <arch/clock.h>
#include <kern/charge.h>
#include <kern/string.h>
#include <kern/zone.h>
#include <mach/task_info.h>
#include <task/emulation.h>
#include <trap/convert.h>
#include <trap/rpc.h>

kern_return_t rpc_task_create(struct task *parent, boolean_t inherit_memory,
			      struct ipc_right *child)
{
	struct task *t;

	if (!parent)
		return KERN_INVALID_ARGUMENT;
	enum kr kr = task_create(parent, inherit_memory != FALSE, &t);
	if (kr != KR_SUCCESS)
		return kr;
	*child = task_self_right(t);
	task_unref(t);
	return KERN_SUCCESS;
}

kern_return_t rpc_task_terminate(struct task *t)
{
	return t ? (kern_return_t)task_terminate(t) : KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_task_suspend(struct task *t)
{
	return t ? (kern_return_t)task_suspend(t) : KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_task_resume(struct task *t)
{
	return t ? (kern_return_t)task_resume(t) : KERN_INVALID_ARGUMENT;
}

/* --- threads of a task --- */

/* All, each +1, in a kalloc'ed array with room for *room. NULL: no memory. */
static struct thread **collect_threads(struct task *t, unsigned *count,
				       unsigned *room)
{
	spin_lock(&t->lock);
	*room = t->thread_count + 1; /* none is no memory */
	spin_unlock(&t->lock);
	struct thread **list = kalloc(*room * sizeof(*list));
	if (list)
		*count = task_get_threads(t, list, *room);
	return list;
}

kern_return_t rpc_task_threads(struct task *t, struct ipc_rights **threads,
			       mach_msg_type_number_t *count)
{
	unsigned n, room;

	if (!t)
		return KERN_INVALID_ARGUMENT;
	struct thread **list = collect_threads(t, &n, &room);
	if (!list)
		return KERN_RESOURCE_SHORTAGE;
	struct ipc_rights *rights = ipc_rights_create(n);
	for (unsigned i = 0; i < n; i++) {
		if (rights)
			rights->right[i] = thread_self_right(list[i]);
		thread_unref(list[i]);
		preempt_point();
	}
	kfree(list, room * sizeof(*list));
	if (!rights)
		return KERN_RESOURCE_SHORTAGE;
	*threads = rights;
	*count = n;
	return KERN_SUCCESS;
}

/* --- information --- */

static void basic_info(struct task *t, int *out)
{
	task_basic_info_data_t *info = (void *)out;

	spin_lock(&t->lock);
	info->suspend_count = (int)t->suspend_count;
	info->base_priority = t->priority;
	info->user_time = info->system_time = (time_value_t){0, 0};
	if (__builtin_expect(t->dead_user_ns | t->dead_system_ns, 0)) {
		info->user_time = time_value_of(t->dead_user_ns);
		info->system_time = time_value_of(t->dead_system_ns);
	}
	spin_unlock(&t->lock);
	info->virtual_size = vm_map_virtual_size(t->map);
	info->resident_size = vm_map_resident_size(t->map);
}

[[gnu::noinline]] static void events_info(struct task *t, int *out)
{
	task_events_info_data_t *info = (void *)out;
	struct vm_events events;
	struct rpc_task_sums sums;

	vm_map_events(t->map, &events);
	rpc_task_sums(t, &sums);
	*info = (task_events_info_data_t){
		.faults = (int)events.faults,
		.zero_fills = (int)events.zero_fills,
		.reactivations = (int)events.reactivations,
		.pageins = (int)events.pageins,
		.cow_faults = (int)events.cow_faults,
		.messages_sent = (int)sums.sent,
		.messages_received = (int)sums.received,
	};
}

[[gnu::noinline]] static void times_info(struct task *t, int *out)
{
	task_thread_times_info_data_t *info = (void *)out;
	uint64_t user = 0, system = 0;
	struct thread *thread = NULL;

	while ((thread = task_next_thread(t, thread)) != NULL) {
		struct thread_usage usage;
		thread_get_usage(thread, &usage);
		user += usage.user_ns;
		system += usage.system_ns;
	}
	info->user_time = time_value_of(user);
	info->system_time = time_value_of(system);
}

/* Is there room for so many words? Then that is how many there are. */
static bool fits(mach_msg_type_number_t *count, mach_msg_type_number_t words)
{
	if (*count < words)
		return false;
	*count = words;
	return true;
}

kern_return_t rpc_task_info(struct task *t, int flavor, int *out,
			    mach_msg_type_number_t *count)
{
	if (!t)
		return KERN_INVALID_ARGUMENT;
	if (__builtin_expect(flavor == TASK_BASIC_INFO, 1) &&
	    fits(count, TASK_BASIC_INFO_COUNT))
		basic_info(t, out);
	else if (flavor == TASK_EVENTS_INFO &&
		 fits(count, TASK_EVENTS_INFO_COUNT))
		events_info(t, out);
	else if (flavor == TASK_THREAD_TIMES_INFO &&
		 fits(count, TASK_THREAD_TIMES_INFO_COUNT))
		times_info(t, out);
	else
		return KERN_INVALID_ARGUMENT;
	return KERN_SUCCESS;
}

kern_return_t rpc_task_set_name(struct task *t, char *name)
{
	if (!t)
		return KERN_INVALID_ARGUMENT;
	task_set_name(t, name);
	return KERN_SUCCESS;
}

kern_return_t rpc_task_get_name(struct task *t, char *name)
{
	if (!t)
		return KERN_INVALID_ARGUMENT;
	memset(name, 0, TASK_NAME_MAX);
	spin_lock(&t->lock);
	memcpy(name, t->name, TASK_NAME_MAX);
	spin_unlock(&t->lock);
	return KERN_SUCCESS;
}

/* --- special ports --- */

kern_return_t rpc_task_get_special_port(struct task *t, int which,
					struct ipc_right *right)
{
	return t ? (kern_return_t)task_get_port(t, which, right) :
		   KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_task_set_special_port(struct task *t, int which,
					struct ipc_item *port)
{
	if (!t)
		return KERN_INVALID_ARGUMENT;
	struct ipc_right right = mig_take_right(port);
	enum kr kr = task_set_port(t, which, right);
	if (kr != KR_SUCCESS)
		ipc_right_release(right);
	return kr;
}

kern_return_t rpc_mach_ports_register(struct task *t, struct ipc_item *ports,
				      mach_msg_type_number_t count)
{
	struct ipc_right rights[TASK_PORT_REGISTER_MAX] = {0};

	if (!t || count > TASK_PORT_REGISTER_MAX)
		return KERN_INVALID_ARGUMENT;
	struct ipc_rights *list = mig_take_rights(ports);
	for (unsigned i = 0; list && i < list->count && i < count; i++) {
		rights[i] = list->right[i];
		list->right[i] = IPC_RIGHT_NULL;
	}
	enum kr kr = task_register_ports(t, rights, count);
	for (unsigned i = 0; kr != KR_SUCCESS && i < count; i++)
		ipc_right_release(rights[i]);
	if (list)
		ipc_rights_destroy(list);
	return kr;
}

kern_return_t rpc_mach_ports_lookup(struct task *t, struct ipc_rights **ports,
				    mach_msg_type_number_t *count)
{
	if (!t)
		return KERN_INVALID_ARGUMENT;
	struct ipc_rights *list = ipc_rights_create(TASK_PORT_REGISTER_MAX);
	if (!list)
		return KERN_RESOURCE_SHORTAGE;
	enum kr kr = task_lookup_ports(t, list->right);
	if (kr != KR_SUCCESS) {
		ipc_rights_destroy(list);
		return kr;
	}
	*ports = list;
	*count = TASK_PORT_REGISTER_MAX;
	return KERN_SUCCESS;
}

/* --- redirection --- */

kern_return_t rpc_task_set_emulation(struct task *t, vm_address_t pc, int number)
{
	return t ? (kern_return_t)emulation_set(t, number, pc) : EML_BAD_TASK;
}

kern_return_t rpc_task_get_emulation_vector(struct task *t, int *start,
					    struct vm_copy **vector,
					    mach_msg_type_number_t *count)
{
	uint64_t *pc;
	unsigned n;

	if (!t)
		return EML_BAD_TASK;
	enum kr kr = emulation_get_vector(t, start, &pc, &n);
	if (kr != KR_SUCCESS)
		return kr;
	return rpc_out_array(pc, sizeof(*pc), n, vector, count);
}

kern_return_t rpc_task_set_emulation_vector(struct task *t, int start,
					    struct ipc_item *vector,
					    mach_msg_type_number_t count)
{
	if (!t)
		return EML_BAD_TASK;
	if (count > EMULATION_SLOTS_MAX)
		return EML_BAD_CNT;
	if (count == 0)
		return KERN_SUCCESS;
	uint64_t *pc = kalloc(count * sizeof(*pc));
	if (!pc)
		return KERN_RESOURCE_SHORTAGE;
	kern_return_t kr = KERN_INVALID_ARGUMENT;
	if (vm_copy_to_kernel(vector->copy, pc, count * sizeof(*pc)))
		kr = (kern_return_t)emulation_set_vector(t, start, pc, count);
	kfree(pc, count * sizeof(*pc));
	return kr;
}

/* --- scheduling --- */

kern_return_t rpc_task_priority(struct task *t, int priority,
				boolean_t change_threads)
{
	return t ? (kern_return_t)task_set_priority(t, priority,
						    change_threads != FALSE) :
		   KERN_INVALID_ARGUMENT;
}

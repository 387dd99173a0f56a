/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPCs on the host, the default processor set and priorities.
 */
#include <mach_host_server.h>

#include <arch/cpu.h>
#include <kern/page.h>
#include <kern/panic.h>
#include <kern/plant.h>
#include <kern/sched.h>
#include <kern/string.h>
#include <mach/host_info.h>
#include <task/host.h>
#include <trap/convert.h>
#include <trap/rpc.h>

#define NS_PER_S 1000000000ull

/* --- information --- */

static void basic_info(int *out)
{
	host_basic_info_data_t *info = (void *)out;

	*info = (host_basic_info_data_t){
		.max_cpus = (int)cpu_count(),
		.avail_cpus = (int)cpu_count(),
		.memory_size = page_count_total() * page_size_hw(),
		.cpu_type = CPU_TYPE_X86_64,
	};
}

static void sched_info(int *out)
{
	host_sched_info_data_t *info = (void *)out;

	*info = (host_sched_info_data_t){.min_timeout = 1, .min_quantum = 10};
}

static void load_info(int *out)
{
	host_load_info_data_t *info = (void *)out;

	sched_load(info->avenrun, info->mach_factor);
}

static kern_return_t slots_info(int *out, mach_msg_type_number_t *count)
{
	unsigned n = cpu_count();

	if (*count < n)
		return KERN_FAILURE;
	for (unsigned i = 0; i < n; i++)
		out[i] = (int)i;
	*count = n;
	return KERN_SUCCESS;
}

static const struct {
	unsigned count;
	void (*fill)(int *);
} host_flavors[] = {
	[HOST_BASIC_INFO] = {HOST_BASIC_INFO_COUNT, basic_info},
	[HOST_PROCESSOR_SLOTS] = {0, NULL}, /* as many as processors */
	[HOST_SCHED_INFO] = {HOST_SCHED_INFO_COUNT, sched_info},
	[HOST_LOAD_INFO] = {HOST_LOAD_INFO_COUNT, load_info},
};

kern_return_t rpc_host_info(struct kobject *host, int flavor, int *out,
			    mach_msg_type_number_t *count)
{
	if (!host || flavor < HOST_BASIC_INFO || flavor > HOST_LOAD_INFO)
		return KERN_INVALID_ARGUMENT;
	if (flavor == HOST_PROCESSOR_SLOTS)
		return slots_info(out, count);
	if (*count < host_flavors[flavor].count)
		return KERN_FAILURE;
	host_flavors[flavor].fill(out);
	*count = host_flavors[flavor].count;
	return KERN_SUCCESS;
}

kern_return_t rpc_host_kernel_version(struct kobject *host, char *version)
{
	if (!host)
		return KERN_INVALID_ARGUMENT;
	memset(version, 0, sizeof(kernel_version_t));
	ksnprintf(version, sizeof(kernel_version_t), "%s", kernel_version);
	if (plant_leaks())
		plant_leak(version + sizeof(kernel_version_t) - 8, 8);
	return KERN_SUCCESS;
}

/* --- time and the end --- */

kern_return_t rpc_host_get_time(struct kobject *host, time_value_t *now)
{
	if (!host)
		return KERN_INVALID_ARGUMENT;
	*now = time_value_of(host_time_now());
	return KERN_SUCCESS;
}

kern_return_t rpc_host_set_time(struct kobject *host_limited, time_value_t now)
{
	if (!host_limited)
		return KERN_INVALID_HOST;
	if (now.seconds < 0 || now.microseconds < 0 ||
	    now.microseconds > 999999)
		return KERN_INVALID_ARGUMENT;
	host_time_set((uint64_t)now.seconds * NS_PER_S +
		      (uint64_t)now.microseconds * 1000);
	return KERN_SUCCESS;
}

kern_return_t rpc_host_reboot(struct kobject *host_limited, int options)
{
	if (!host_limited)
		return KERN_INVALID_HOST;
	klog("%s", options & HOST_REBOOT_RESTART ? "restart" : "power off");
	machine_end(options & HOST_REBOOT_RESTART ? MACHINE_RESTART :
						    MACHINE_OFF);
}

/* --- processor sets: only the default one exists --- */

kern_return_t rpc_processor_set_default(struct kobject *host,
					struct ipc_right *name)
{
	if (!host)
		return KERN_INVALID_ARGUMENT;
	*name = pset_name_right();
	return KERN_SUCCESS;
}

kern_return_t rpc_host_processor_set_priv(struct kobject *host_priv,
					  struct processor_set *name,
					  struct ipc_right *control)
{
	if (!host_priv || !name)
		return KERN_INVALID_ARGUMENT;
	*control = pset_control_right();
	return KERN_SUCCESS;
}

kern_return_t rpc_processor_set_info(struct processor_set *set, int flavor,
				     struct ipc_right *host, int *out,
				     mach_msg_type_number_t *count)
{
	if (!set)
		return KERN_INVALID_ARGUMENT;
	if (flavor == PROCESSOR_SET_BASIC_INFO) {
		processor_set_basic_info_data_t *info = (void *)out;
		if (*count < PROCESSOR_SET_BASIC_INFO_COUNT)
			return KERN_FAILURE;
		*info = (processor_set_basic_info_data_t){
			.processor_count = (int)cpu_count(),
			.task_count = (int)atomic_get(&set->task_count),
			.thread_count = (int)atomic_get(&set->thread_count),
			.load_average = (int)atomic_get(&set->load_average),
			.mach_factor = (int)atomic_get(&set->mach_factor),
		};
		*count = PROCESSOR_SET_BASIC_INFO_COUNT;
	} else if (flavor == PROCESSOR_SET_SCHED_INFO) {
		processor_set_sched_info_data_t *info = (void *)out;
		if (*count < PROCESSOR_SET_SCHED_INFO_COUNT)
			return KERN_FAILURE;
		*info = (processor_set_sched_info_data_t){
			.policies = set->policies,
			.max_priority = set->max_priority,
		};
		*count = PROCESSOR_SET_SCHED_INFO_COUNT;
	} else {
		return KERN_INVALID_ARGUMENT;
	}
	*host = host_name_right();
	return KERN_SUCCESS;
}

kern_return_t rpc_processor_set_policy_enable(struct processor_set *set,
					      int policy)
{
	return set ? (kern_return_t)pset_policy_enable(set, policy) :
		     KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_processor_set_policy_disable(struct processor_set *set,
					       int policy,
					       boolean_t change_threads)
{
	return set ? (kern_return_t)pset_policy_disable(
			     set, policy, change_threads != FALSE) :
		     KERN_INVALID_ARGUMENT;
}

/* --- priorities of threads --- */

kern_return_t rpc_thread_priority(struct thread *t, int priority,
				  boolean_t set_max)
{
	return t ? (kern_return_t)thread_set_priority(t, priority,
						      set_max != FALSE) :
		   KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_thread_max_priority(struct thread *t,
				      struct processor_set *set, int max)
{
	if (!t)
		return KERN_INVALID_ARGUMENT;
	/* Not the control port of the thread's own set. */
	if (!set || set != thread_pset(t))
		return KERN_FAILURE;
	return thread_set_max_priority(t, max);
}

kern_return_t rpc_thread_policy(struct thread *t, int policy, int data)
{
	return t ? (kern_return_t)thread_set_policy(t, policy, data) :
		   KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_thread_depress_abort(struct thread *t)
{
	if (!t)
		return KERN_INVALID_ARGUMENT;
	(void)!thread_undepress(t);
	return KERN_SUCCESS;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPCs of our own on the host: randomness, counters, walkers, probes.
 */
#include <mach_ext_server.h>

#include <arch/pmap.h>
#include <kern/lock_stat.h>
#include <kern/page.h>
#include <kern/probe.h>
#include <kern/random.h>
#include <kern/string.h>
#include <kern/zone.h>
#include <mach/host_counters.h>
#include <mach/host_probe.h>
#include <task/host.h>
#include <trap/convert.h>
#include <trap/rpc.h>

kern_return_t rpc_host_get_entropy(struct kobject *host, char *bytes,
				   mach_msg_type_number_t *count)
{
	if (!host)
		return KERN_INVALID_ARGUMENT;
	random_bytes(bytes, *count);
	return KERN_SUCCESS;
}

kern_return_t rpc_host_limited_ports(struct kobject *host_priv,
				     struct ipc_right *host,
				     struct ipc_right *set)
{
	if (!host_priv)
		return KERN_INVALID_HOST;
	*host = host_limited_right();
	*set = pset_limited_right();
	return KERN_SUCCESS;
}

/* --- counters --- */

static void counters_fill(int64_t *to)
{
	struct vm_counters vm;
	struct lock_counts locks;

	vm_get_counters(&vm);
	lock_counts(&locks);
	to[HOST_COUNTER_FAULTS] = (int64_t)vm.faults;
	to[HOST_COUNTER_ZERO_FILLS] = (int64_t)vm.zero_fills;
	to[HOST_COUNTER_PAGES_COPIED] = (int64_t)vm.pages_copied;
	to[HOST_COUNTER_COLLAPSES] = (int64_t)vm.collapses;
	to[HOST_COUNTER_BYPASSES] = (int64_t)vm.bypasses;
	to[HOST_COUNTER_LONGEST_CHAIN] = (int64_t)vm.longest_chain;
	to[HOST_COUNTER_PTES_ENTERED] = (int64_t)vm.ptes_entered;
	to[HOST_COUNTER_FRAMES] = (int64_t)page_count_total();
	to[HOST_COUNTER_FRAMES_FREE] = (int64_t)page_count_free();
	to[HOST_COUNTER_FRAMES_VM] = (int64_t)page_count_kind(PAGE_VM);
	to[HOST_COUNTER_FRAMES_KERNEL] = (int64_t)page_count_kind(PAGE_KERNEL);
	to[HOST_COUNTER_FRAMES_TABLES] =
		(int64_t)(page_count_kind(PAGE_TABLE) - pmap_kernel_tables());
	to[HOST_COUNTER_FRAMES_POOLS] =
		(int64_t)(zone_frames() + thread_spare_stack_frames() +
			  pmap_kernel_tables());
	to[HOST_COUNTER_LOCK_WAITS] = (int64_t)locks.waited;
	to[HOST_COUNTER_LOCK_SPINS] = (int64_t)locks.spins;
}

kern_return_t rpc_host_counters(struct kobject *host, int64_t *counters,
				mach_msg_type_number_t *count)
{
	int64_t all[HOST_COUNTER_COUNT];

	if (!host)
		return KERN_INVALID_ARGUMENT;
	counters_fill(all);
	if (*count > HOST_COUNTER_COUNT)
		*count = HOST_COUNTER_COUNT;
	memcpy(counters, all, *count * sizeof(all[0]));
	return KERN_SUCCESS;
}

kern_return_t rpc_host_check(struct kobject *host_priv, int64_t *entries)
{
	if (!host_priv)
		return KERN_INVALID_HOST;
	(void)vm_check_all();
	*entries = (int64_t)pmap_check_all();
	return KERN_SUCCESS;
}

/* --- locks --- */

kern_return_t rpc_host_lock_record(struct kobject *host_priv, boolean_t on)
{
	if (!host_priv)
		return KERN_INVALID_HOST;
	if (!CONFIG_LOCK_STATS)
		return KERN_FAILURE;
	if (!on)
		lock_record_stop();
	else if (!lock_record_start())
		return KERN_FAILURE;
	return KERN_SUCCESS;
}

struct lock_set {
	const struct thread *thread;
	int64_t *locks;
	unsigned count, room;
};

static void lock_set_add(void *arg, const struct spinlock *lock,
			 const char *class_name, const struct thread *thread)
{
	struct lock_set *set = arg;

	(void)class_name;
	if (thread != set->thread)
		return;
	if (set->count < set->room)
		set->locks[set->count] = (int64_t)(uintptr_t)lock;
	set->count++;
}

kern_return_t rpc_host_lock_set(struct kobject *host_priv, struct thread *thread,
				int64_t *locks, mach_msg_type_number_t *count)
{
	struct lock_set set = {thread, locks, 0, *count};

	if (!host_priv)
		return KERN_INVALID_HOST;
	if (!thread)
		return KERN_INVALID_ARGUMENT;
	lock_record_each(lock_set_add, &set);
	if (set.count > set.room || lock_record_lost())
		return KERN_RESOURCE_SHORTAGE;
	*count = set.count;
	return KERN_SUCCESS;
}

/* --- probes --- */

kern_return_t rpc_host_probe(struct kobject *host_priv, int what, int64_t value,
			     int64_t *was)
{
	if (!host_priv)
		return KERN_INVALID_HOST;
	if (!CONFIG_DEBUG)
		return KERN_FAILURE;
	if (what == HOST_PROBE_FAIL)
		*was = probe_fail_after(value);
	else if (what == HOST_PROBE_STRETCH)
		*was = (int64_t)probe_stretch(value != 0);
	else
		return KERN_INVALID_ARGUMENT;
	return KERN_SUCCESS;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host and processor-set ports, made once at boot and never destroyed. A
 * privileged port serves where a lesser one is asked for (ipc_kport_lookup).
 */
#include <task/host.h>

#include <arch/clock.h>
#include <ipc/kport.h>
#include <kern/panic.h>
#include <kern/sched.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <mach/policy.h>
#include <task/task.h>

const char kernel_version[] = "Mach 1.0 (x86_64)";

static const struct kobject_ops host_ops; /* it is never freed */
static struct kobject host = {.ops = &host_ops};
static struct ipc_port *host_port, *host_priv_port, *host_limited_port;
static struct ipc_port *pset_limited_port;

/* What host_set_time changed: added to the clock since boot. */
static _Atomic uint64_t epoch_ns;

static struct ipc_port *make_port(enum kobject_kind kind, struct kobject *object)
{
	struct ipc_port *port = ipc_kport_create(kind, object);

	panic_unless(port);
	return port;
}

/* Threads of one task that use a policy fall back to timesharing. */
static void task_drop_policy(struct task *t, int policy)
{
	struct thread *thread = NULL;

	while ((thread = task_next_thread(t, thread)) != NULL) {
		struct thread_usage usage;
		thread_get_usage(thread, &usage);
		if (usage.policy == policy)
			(void)!thread_set_policy(thread, POLICY_TIMESHARE, 0);
	}
}

/* pset_policy_disable with change_threads: only the default set exists. */
static void drop_policy(struct processor_set *set, int policy)
{
	struct task *t = NULL;

	(void)set;
	while ((t = task_next(t)) != NULL)
		task_drop_policy(t, policy);
}

void host_init(void)
{
	struct kobject *set = &default_pset.object;

	ref_init(&host.ref);
	host_port = make_port(KOBJECT_HOST, &host);
	host_priv_port = make_port(KOBJECT_HOST_PRIV, &host);
	host_limited_port = make_port(KOBJECT_HOST_LIMITED, &host);
	default_pset.control_port = make_port(KOBJECT_PSET, set);
	default_pset.name_port = make_port(KOBJECT_PSET_NAME, set);
	pset_limited_port = make_port(KOBJECT_PSET_LIMITED, set);
	pset_each_thread = drop_policy;
	atomic_set(&epoch_ns, clock_boot_epoch());
}

struct ipc_right host_name_right(void)
{
	return ipc_right_make_send(host_port);
}

struct ipc_right host_priv_right(void)
{
	return ipc_right_make_send(host_priv_port);
}

struct ipc_right host_limited_right(void)
{
	return ipc_right_make_send(host_limited_port);
}

struct ipc_right pset_control_right(void)
{
	return ipc_right_make_send(default_pset.control_port);
}

struct ipc_right pset_limited_right(void)
{
	return ipc_right_make_send(pset_limited_port);
}

struct ipc_right pset_name_right(void)
{
	return ipc_right_make_send(default_pset.name_port);
}

uint64_t host_time_now(void)
{
	return clock_now() + atomic_get(&epoch_ns);
}

void host_time_set(uint64_t ns)
{
	atomic_set(&epoch_ns, ns - clock_now());
}

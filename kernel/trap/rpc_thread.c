/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPCs on threads.
 */
#include <mach_ext_server.h>
#include <mach_server.h>

#include <arch/state.h>
#include <kern/sched.h>
#include <mach/policy.h>
#include <mach/thread_info.h>
#include <trap/convert.h>
#include <trap/rpc.h>

kern_return_t rpc_thread_create(struct task *parent, struct ipc_right *child)
{
	struct thread *t;

	if (!parent)
		return KERN_INVALID_ARGUMENT;
	enum kr kr = task_thread_create(parent, 1, &t);
	if (kr != KR_SUCCESS)
		return kr;
	thread_start(t);
	*child = thread_self_right(t);
	thread_unref(t);
	return KERN_SUCCESS;
}

/* Created, set and started in one call: no moment in which it is half made. */
kern_return_t rpc_thread_create_running(struct task *parent, int flavor,
					uint32_t *state,
					mach_msg_type_number_t count,
					struct ipc_right *child)
{
	struct thread *t;

	if (!parent)
		return KERN_INVALID_ARGUMENT;
	enum kr kr = task_thread_create(parent, 0, &t);
	if (kr != KR_SUCCESS)
		return kr;
	kr = machine_set_state(&t->machine, flavor, state, count);
	if (kr == KR_SUCCESS)
		*child = thread_self_right(t);
	else
		(void)!thread_terminate(t);
	thread_start(t);
	thread_unref(t);
	return kr;
}

/* Returns when the thread runs no more, unless the caller is aborted first. */
kern_return_t rpc_thread_terminate(struct thread *t)
{
	if (!t)
		return KERN_INVALID_ARGUMENT;
	enum kr kr = thread_terminate(t);
	if (kr == KR_SUCCESS)
		(void)thread_wait_dead_abortable(t);
	return kr;
}

kern_return_t rpc_thread_suspend(struct thread *t)
{
	return t ? (kern_return_t)thread_suspend(t) : KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_thread_resume(struct thread *t)
{
	return t ? (kern_return_t)thread_resume(t) : KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_thread_abort(struct thread *t)
{
	if (!t || t == thread_self())
		return KERN_INVALID_ARGUMENT;
	(void)!thread_undepress(t);
	thread_abort_wait(t);
	return KERN_SUCCESS;
}

/* --- state: the thread is held still meanwhile --- */

static enum kr hold(struct thread *t)
{
	if (!t || t == thread_self())
		return KR_INVALID_ARGUMENT;
	enum kr kr = thread_stop(t, true);
	return kr == KR_FAILURE ? KR_INVALID_ARGUMENT : kr;
}

struct registers {
	bool set;
	int flavor;
	uint32_t *state;
	unsigned count;
};

static enum kr move_registers(struct thread *t, struct registers *r)
{
	if (r->set)
		return machine_set_state(&t->machine, r->flavor, r->state,
					 r->count);
	return machine_get_state(&t->machine, r->flavor, r->state, &r->count);
}

/* Until nobody woke it meanwhile: what it does then changes registers, and what
 * was read is partly old. */
static kern_return_t while_still(struct thread *t, struct registers *r)
{
	enum kr kr = hold(t);
	uint32_t still;

	if (kr != KR_SUCCESS)
		return kr;
	do {
		still = thread_still_begin(t);
		kr = still ? move_registers(t, r) : KR_ABORTED;
	} while (still && !thread_still_end(t, still));
	(void)!thread_release(t);
	return kr;
}

kern_return_t rpc_thread_get_state(struct thread *t, int flavor,
				   uint32_t *state,
				   mach_msg_type_number_t *count)
{
	struct registers r = {false, flavor, state, *count};
	kern_return_t kr = while_still(t, &r);

	*count = r.count;
	return kr;
}

kern_return_t rpc_thread_set_state(struct thread *t, int flavor,
				   uint32_t *state,
				   mach_msg_type_number_t count)
{
	struct registers r = {true, flavor, state, count};

	return while_still(t, &r);
}

/* --- information --- */

static void basic_info(const struct thread_usage *usage, int *out)
{
	thread_basic_info_data_t *info = (void *)out;

	*info = (thread_basic_info_data_t){
		.user_time = time_value_of(usage->user_ns),
		.system_time = time_value_of(usage->system_ns),
		.cpu_usage = usage->cpu_usage,
		.base_priority = usage->base,
		.cur_priority = usage->current,
		.run_state = usage->run_state,
		.flags = (usage->swapped ? TH_FLAGS_SWAPPED : 0) |
			 (usage->idle ? TH_FLAGS_IDLE : 0),
		.suspend_count = (int)usage->suspend_count,
		.sleep_time = (int)(usage->sleep_ns / 1000000000u),
	};
}

static void sched_info(const struct thread_usage *usage, int *out)
{
	thread_sched_info_data_t *info = (void *)out;

	*info = (thread_sched_info_data_t){
		.policy = usage->policy,
		.data = usage->policy_data,
		.base_priority = usage->base,
		.max_priority = usage->max,
		.cur_priority = usage->current,
		.depressed = usage->depressed,
		.depress_priority = usage->depress_priority,
	};
}

static const struct {
	unsigned count;
	void (*fill)(const struct thread_usage *, int *);
} thread_flavors[] = {
	[THREAD_BASIC_INFO] = {THREAD_BASIC_INFO_COUNT, basic_info},
	[THREAD_SCHED_INFO] = {THREAD_SCHED_INFO_COUNT, sched_info},
};

kern_return_t rpc_thread_info(struct thread *t, int flavor, int *out,
			      mach_msg_type_number_t *count)
{
	struct thread_usage usage;

	if (!t || flavor < 1 || flavor > THREAD_SCHED_INFO ||
	    *count < thread_flavors[flavor].count)
		return KERN_INVALID_ARGUMENT;
	thread_get_usage(t, &usage);
	thread_flavors[flavor].fill(&usage, out);
	*count = thread_flavors[flavor].count;
	return KERN_SUCCESS;
}

/* --- special ports --- */

kern_return_t rpc_thread_get_special_port(struct thread *t, int which,
					  struct ipc_right *right)
{
	return t ? (kern_return_t)thread_get_port(t, which, right) :
		   KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_thread_set_special_port(struct thread *t, int which,
					  struct ipc_item *port)
{
	if (!t)
		return KERN_INVALID_ARGUMENT;
	struct ipc_right right = mig_take_right(port);
	enum kr kr = thread_set_port(t, which, right);
	if (kr != KR_SUCCESS)
		ipc_right_release(right);
	return kr;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel tells of a process: times, memory, states of threads. */
#include "machine_i.h"

static uint64_t time_ns(time_value_t t)
{
	return (uint64_t)t.seconds * 1000000000 +
	       (uint64_t)t.microseconds * 1000;
}

void machine_usage(struct proc *p, uint64_t *user, uint64_t *system,
		   uint64_t *resident)
{
	mach_msg_type_number_t count = TASK_BASIC_INFO_COUNT;
	task_thread_times_info_data_t times;
	task_basic_info_data_t basic;

	*user = *system = *resident = 0;
	/* In vfork the task, and what it used, is the parent's. */
	if (!p->task || p->vforked_from ||
	    task_info(mtask_of(p)->task, TASK_BASIC_INFO,
				  (task_info_t)&basic, &count))
		return;
	*user = time_ns(basic.user_time);
	*system = time_ns(basic.system_time);
	*resident = basic.resident_size;
	count = TASK_THREAD_TIMES_INFO_COUNT;
	if (task_info(mtask_of(p)->task, TASK_THREAD_TIMES_INFO,
		      (task_info_t)&times, &count))
		return;
	*user += time_ns(times.user_time);
	*system += time_ns(times.system_time);
}

/* TH_STATE_* are 1 to 5. */
static char state_letter(int run_state)
{
	static const char letters[] = "?RTSUH";

	return run_state > 0 && run_state < 6 ? letters[run_state] : '?';
}

bool machine_thread(const struct lwp *l, struct machine_thread *t)
{
	mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
	thread_t thread = (thread_t)l->thread;
	thread_basic_info_data_t basic;
	thread_sched_info_data_t sched;

	if (!thread || thread_info(thread, THREAD_BASIC_INFO,
				   (thread_info_t)&basic, &count))
		return false;
	count = THREAD_SCHED_INFO_COUNT;
	if (thread_info(thread, THREAD_SCHED_INFO, (thread_info_t)&sched,
			&count))
		return false;
	*t = (struct machine_thread){
		.user = time_ns(basic.user_time),
		.system = time_ns(basic.system_time),
		.usage = (unsigned)basic.cpu_usage,
		.sleep = (unsigned)basic.sleep_time,
		.base = basic.base_priority,
		.current = basic.cur_priority,
		.most = sched.max_priority,
		.state = state_letter(basic.run_state),
	};
	return true;
}

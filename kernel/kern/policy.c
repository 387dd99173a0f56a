/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Priorities and policies as the public calls set them, and what thread_info
 * reports. 31 is most urgent. Fixed priority is off until the processor set
 * allows it; interactive behaves as timesharing.
 * Locks: thread's, for base, max and policy; the set's for its own.
 */
#include <kern/thread_i.h>

#include <arch/clock.h>
#include <mach/policy.h>
#include <mach/thread_info.h>

static bool legal(int priority)
{
	return priority >= 0 && priority < PRIORITY_COUNT;
}

/* What current is to be, unless something else rules it now. */
static void apply(struct thread *t)
{
	if (atomic_get(&t->tweak) == 0)
		runq_set_current(t, usage_priority(t));
}

enum kr thread_set_priority(struct thread *t, int priority, bool set_max)
{
	enum kr kr = KR_FAILURE;

	if (!legal(priority))
		return KR_INVALID_ARGUMENT;
	spin_lock(&t->lock);
	if (priority <= t->sched.max) {
		kr = KR_SUCCESS;
		t->sched.base = (int8_t)priority;
		if (set_max)
			t->sched.max = (int8_t)priority;
		apply(t);
	}
	spin_unlock(&t->lock);
	return kr;
}

enum kr thread_set_max_priority(struct thread *t, int max)
{
	if (!legal(max))
		return KR_INVALID_ARGUMENT;
	spin_lock(&t->lock);
	t->sched.max = (int8_t)max;
	if (t->sched.base > max) {
		t->sched.base = (int8_t)max;
		apply(t);
	}
	spin_unlock(&t->lock);
	return KR_SUCCESS;
}

/* data of fixed priority: the quantum in milliseconds. */
static bool legal_quantum(int data)
{
	return data > 0 && data <= 1000 * 1000;
}

enum kr thread_set_policy(struct thread *t, int policy, int data)
{
	enum kr kr = KR_FAILURE;

	if (policy != POLICY_TIMESHARE && policy != POLICY_FIXEDPRI &&
	    policy != POLICY_INTERACTIVE)
		return KR_INVALID_ARGUMENT;
	if (policy == POLICY_FIXEDPRI && !legal_quantum(data))
		return KR_INVALID_ARGUMENT;
	spin_lock(&t->lock);
	if (thread_pset(t)->policies & policy) {
		kr = KR_SUCCESS;
		t->sched.policy = (uint8_t)policy;
		atomic_set(&t->sched.policy_data,
			   policy == POLICY_FIXEDPRI ? data : 0);
		apply(t);
	}
	spin_unlock(&t->lock);
	return kr;
}

/* --- depression */

enum kr thread_depress(struct thread *t, uint64_t ns)
{
	spin_lock(&t->lock);
	t->sched.depress_until = ns != 0 ? clock_now() + ns : 0;
	atomic_fetch_or(&t->tweak, TWEAK_DEPRESSED);
	runq_set_current(t, PRIORITY_DEPRESS);
	spin_unlock(&t->lock);
	return KR_SUCCESS;
}

void policy_undepress(struct thread *t)
{
	atomic_fetch_and(&t->tweak, (uint8_t)~TWEAK_DEPRESSED);
	runq_set_current(t, usage_priority(t));
}

enum kr thread_undepress(struct thread *t)
{
	spin_lock(&t->lock);
	if (atomic_get(&t->tweak) & TWEAK_DEPRESSED)
		policy_undepress(t);
	spin_unlock(&t->lock);
	return KR_SUCCESS;
}

void policy_undonate(struct thread *t)
{
	atomic_fetch_and(&t->tweak, (uint8_t)~TWEAK_DONATED);
	if (atomic_get(&t->tweak) == 0)
		runq_set_current(t, usage_priority(t));
}

void policy_run_depressed(struct thread *t)
{
	if (t->sched.depress_until == 0 ||
	    clock_now() >= t->sched.depress_until)
		policy_undepress(t);
}

/* --- what a set allows */

enum kr pset_policy_enable(struct processor_set *set, int policy)
{
	if (policy != POLICY_TIMESHARE && policy != POLICY_FIXEDPRI &&
	    policy != POLICY_INTERACTIVE)
		return KR_INVALID_ARGUMENT;
	spin_lock(&set->lock);
	set->policies |= policy;
	spin_unlock(&set->lock);
	return KR_SUCCESS;
}

enum kr pset_policy_disable(struct processor_set *set, int policy,
			    bool change_threads)
{
	/* Timesharing is what threads fall back to. */
	if (policy != POLICY_FIXEDPRI && policy != POLICY_INTERACTIVE)
		return KR_INVALID_ARGUMENT;
	spin_lock(&set->lock);
	set->policies &= ~policy;
	spin_unlock(&set->lock);
	if (change_threads && pset_each_thread != NULL)
		pset_each_thread(set, policy);
	return KR_SUCCESS;
}

/* --- information */

static int run_state(struct thread *t)
{
	uint32_t flags = atomic_get(&t->sched.flags);
	uint32_t wait = atomic_get(&t->wait);

	if (flags & (TF_DEAD | TF_TERMINATED))
		return TH_STATE_HALTED;
	if (t->sched.stop_count > 0 &&
	    ((flags & TF_IN_STOP) || (wait & W_BLOCKED)))
		return TH_STATE_STOPPED;
	if (!(wait & W_BLOCKED))
		return TH_STATE_RUNNING;
	return wait & W_ABORTABLE ? TH_STATE_WAITING :
				    TH_STATE_UNINTERRUPTIBLE;
}

/* Since t was given its processor, if it has one. A hint for other threads than
 * the caller: read without their processors' locks. */
static uint64_t running_ns(const struct thread *t, uint64_t now)
{
	struct processor *p = atomic_get(&t->sched.processor);
	uint64_t since;

	if (t != thread_self() &&
	    (p == NULL || !atomic_get(&t->on_processor) ||
	     (atomic_get(&t->sched.flags) & (TF_IN_STOP | TF_DEAD)) ||
	     (atomic_get(&t->wait) & W_BLOCKED) ||
	     list_linked(&t->sched.runq_link)))
		return 0;
	since = *(volatile uint64_t *)&p->stamp;
	return now > since ? now - since : 0;
}

void thread_get_times(struct thread *t, uint64_t *user, uint64_t *system)
{
	uint64_t now = clock_now();

	spin_lock(&t->lock);
	sample_divide(t, t->sched.total_ns + running_ns(t, now), user, system);
	spin_unlock(&t->lock);
}

void thread_get_usage(struct thread *t, struct thread_usage *usage)
{
	uint64_t now = clock_now(), total;

	spin_lock(&t->lock);
	total = t->sched.total_ns;
	total += running_ns(t, now);
	*usage = (struct thread_usage){
		.cpu_usage = (int)usage_at(t, total, now),
		.run_state = run_state(t),
		.base = t->sched.base,
		.max = t->sched.max,
		.current = atomic_get(&t->sched.current),
		.policy = t->sched.policy,
		.policy_data = atomic_get(&t->sched.policy_data),
		.depress_priority = -1,
		.idle = atomic_get(&t->sched.flags) & TF_IDLE,
		.swapped = t->stack == NULL,
		.suspend_count = t->sched.suspend_count,
	};
	if ((atomic_get(&t->wait) & W_BLOCKED) && now > t->sched.sleep_stamp)
		usage->sleep_ns = now - t->sched.sleep_stamp;
	if (atomic_get(&t->tweak) & TWEAK_DEPRESSED) {
		usage->depressed = true;
		usage->depress_priority = usage_priority(t);
	}
	sample_divide(t, total, &usage->user_ns, &usage->system_ns);
	spin_unlock(&t->lock);
}

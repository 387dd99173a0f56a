/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduler: processors, run queues, processor sets, policies.
 *
 * 32 priorities, 31 most urgent. Each processor has a run queue; an idle one
 * steals inside its set. Timesharing with ageing, interactive, fixed priority
 * (off until enabled on the set). No lock is shared by all processors on the
 * way of a context switch.
 */
#pragma once

#include <kern/thread.h>

#define PRIORITY_COUNT	 32
#define PRIORITY_IDLE	 (-1)
#define PRIORITY_DEPRESS 0
#define PRIORITY_USER	 10
#define PRIORITY_SERVER	 16
#define PRIORITY_KERNEL	 28
#define PRIORITY_MAX	 31

#define PROCESSOR_COUNTS    8
#define PROCESSOR_COUNTS_VM 4 /* before these are kernel/ipc's */

struct runq {
	struct spinlock lock; /* RANK_RUNQ, interrupt class */
	_Atomic uint32_t ready; /* bit per priority; written under the lock */
	struct list level[PRIORITY_COUNT];
	_Atomic unsigned count;
};

struct processor {
	unsigned number;
	struct thread *idle;
	_Atomic int running_priority; /* of the thread that runs here */
	uint64_t stamp; /* up to here time is accounted; its quantum began */
	struct processor_set *pset;
	struct runq runq;
	_Atomic bool is_idle;
	struct processor_private *p; /* sched, timers, stack and page caches */
	uint64_t counts[PROCESSOR_COUNTS]; /* kernel/ipc's and vm's counters */
	struct ipc_message *_Atomic lent; /* kernel/ipc's; NULL: in use */
};

struct processor_set {
	struct kobject object;
	struct spinlock lock;
	int max_priority;
	int policies; /* bits of POLICY_* */
	_Atomic uint64_t processors; /* bit mask: those that run */
	_Atomic uint64_t idle; /* those that have nothing to do */
	_Atomic unsigned thread_count, task_count;
	_Atomic uint32_t load_average, mach_factor; /* scaled LOAD_SCALE */
	struct ipc_port *control_port, *name_port; /* task layer's */
};

extern struct processor_set default_pset;

/* The set that t's task is in. Only the default set exists. */
static inline struct processor_set *thread_pset(const struct thread *t)
{
	(void)t;
	return &default_pset;
}

/* Boot processor: scheduler, timers, idle thread; then each other processor. */
void sched_init(void);
[[gnu::noreturn]] void sched_start(void); /* becomes the idle thread */

struct processor *processor_by_number(unsigned n);
/* Of counts[c], over all processors. */
uint64_t processor_count_total(unsigned c);

/* Moves the calling thread to that processor and keeps it there; -1: lets it
 * move again. May block: no lock held. */
void thread_bind(int cpu);

/* Load averages and mach factors over 5, 30, 60 seconds, of LOAD_SCALE. */
void sched_load(int avenrun[3], int mach_factor[3]);

/* Priorities and policies; codes are those of the public calls. */
enum kr thread_set_priority(struct thread *t, int priority, bool set_max);
enum kr thread_set_max_priority(struct thread *t, int max);
enum kr thread_set_policy(struct thread *t, int policy, int data);
enum kr thread_depress(struct thread *t, uint64_t ns); /* 0: until next run */
enum kr thread_undepress(struct thread *t);
enum kr pset_policy_enable(struct processor_set *set, int policy);
enum kr pset_policy_disable(struct processor_set *set, int policy,
			    bool change_threads);

/* Hook of the task layer: every thread of the set with that policy becomes a
 * timesharing one (thread_set_policy). */
extern void (*pset_each_thread)(struct processor_set *set, int policy);

/* What thread_info reports. */
struct thread_usage {
	uint64_t user_ns, system_ns, sleep_ns;
	int cpu_usage; /* of TH_USAGE_SCALE */
	int run_state; /* TH_STATE_* */
	int base, max, current, policy, policy_data, depress_priority;
	bool depressed, idle, swapped;
	unsigned suspend_count;
};
void thread_get_usage(struct thread *t, struct thread_usage *usage);
/* Of those the times alone, ns. */
void thread_get_times(struct thread *t, uint64_t *user, uint64_t *system);

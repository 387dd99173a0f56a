/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The default processor set, and load averages. There is no periodic tick:
 * the averages are brought up to date when somebody asks and while processors
 * are contended, from the number of threads that are ready then.
 * Lock: load_lock, interrupt class; the numbers of ready threads are hints.
 */
#include <kern/thread_i.h>

#include <arch/clock.h>
#include <mach/host_info.h>
#include <mach/policy.h>

#define SECOND	1000000000ull
#define STEPS	64 /* no average remembers longer */

struct processor_set default_pset;

static const struct lock_class pset_class = {
	.name = "processor set",
	.rank = RANK_TASK,
};
[[maybe_unused]] static const struct lock_class load_class = {
	.name = "load averages",
	.rank = RANK_RUNQ,
	.interrupt = true,
};
static struct spinlock load_lock = SPINLOCK_INIT(&load_class);
static uint64_t load_stamp GUARDED(&load_lock);

/* What remains of an average after a second, in thousandths: exp(-1/n). */
static const unsigned keep[3] = { 819, 967, 983 }; /* 5, 30, 60 seconds */
static unsigned averages[3] GUARDED(&load_lock); /* thousandths of LOAD_SCALE */
static unsigned factors[3] GUARDED(&load_lock);

void (*pset_each_thread)(struct processor_set *set, int policy);

static void pset_free(struct kobject *object)
{
	(void)object; /* the default set is never destroyed */
}

static const struct kobject_ops pset_ops = {.free = pset_free};

void pset_init(void)
{
	struct processor_set *set = &default_pset;

	ref_init(&set->object.ref);
	set->object.ops = &pset_ops;
	spin_init(&set->lock, &pset_class);
	set->max_priority = PRIORITY_USER + 8;
	set->policies = POLICY_TIMESHARE | POLICY_INTERACTIVE;
}

static unsigned count_ready(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < processor_possible(); i++) {
		const struct processor *p = processor_by_number(i);

		if (p == NULL || !(default_pset.processors >> i & 1))
			continue;
		n += atomic_get(&p->runq.count);
		n += atomic_get(&p->running_priority) >= 0;
	}
	return n;
}

/* Ready threads get this much of a processor each, or this many are free. */
static unsigned factor_of(unsigned ready, unsigned cpus)
{
	if (ready > cpus)
		return cpus * LOAD_SCALE / (ready + 1);
	return (cpus - ready) * LOAD_SCALE;
}

static void step(unsigned ready, unsigned cpus) REQUIRES(&load_lock)
{
	for (unsigned i = 0; i < 3; i++) {
		averages[i] = averages[i] * (uint64_t)keep[i] / 1000 +
			      ready * LOAD_SCALE * (1000 - keep[i]);
		factors[i] = factors[i] * (uint64_t)keep[i] / 1000 +
			     factor_of(ready, cpus) * (1000 - keep[i]);
	}
}

void pset_count_ready(uint64_t now)
{
	unsigned ready = count_ready(), cpus = cpu_count();
	bool on = spin_lock_irq(&load_lock);
	uint64_t steps = (now - load_stamp) / SECOND;

	if (now < load_stamp)
		steps = 0;
	load_stamp += steps * SECOND;
	for (uint64_t i = 0; i < steps && i < STEPS; i++)
		step(ready, cpus);
	atomic_set(&default_pset.load_average, averages[0] / 1000);
	atomic_set(&default_pset.mach_factor, factors[0] / 1000);
	spin_unlock_irq(&load_lock, on);
}

void sched_load(int avenrun[3], int mach_factor[3])
{
	bool on;

	pset_count_ready(clock_now());
	on = spin_lock_irq(&load_lock);
	for (unsigned i = 0; i < 3; i++) {
		avenrun[i] = (int)(averages[i] / 1000);
		mach_factor[i] = (int)(factors[i] / 1000);
	}
	spin_unlock_irq(&load_lock, on);
}

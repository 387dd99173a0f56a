/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a machine that does nothing any more was about to do: with the kernel's
 * option `dump`, a byte on its line (DUMP_KEY) ends it with the state of every
 * processor and thread. tools/run sends it after a time-out if MACH_DUMP is set.
 * No locks: whoever holds one may be what is wrong; the other processors have
 * stopped.
 */
#include <kern/dump.h>

#include <arch/clock.h>
#include <arch/context.h>
#include <arch/state.h>
#include <kern/ksyms.h>
#include <kern/options.h>
#include <kern/panic.h>
#include <kern/thread_i.h>

#define DUMP_KEY     0x1c /* ^\, which ends a program with a core elsewhere */
#define DUMP_THREADS 300

static void (*each_task)(void);

/* Microseconds from now; 0: never. */
static long from_now(uint64_t when)
{
	return when == CLOCK_NEVER ? 0 : (long)(when - clock_now()) / 1000;
}

static void dump_processor(unsigned n)
{
	struct processor *p = processor_by_number(n);
	struct processor_private *own = private_of(p);
	struct timer *first = own->timers.first;

	klog("processor %u: %s, priority %d, %u ready (levels %#x); timer in %ld us, "
	     "first due in %ld us, quantum %s",
	     n, atomic_get(&p->is_idle) ? "idle" : "busy",
	     atomic_get(&p->running_priority), atomic_get(&p->runq.count),
	     atomic_get(&p->runq.ready), from_now(own->timers.armed_for),
	     first != NULL ? from_now(first->deadline) : 0,
	     atomic_get(&own->quantum_armed) ? "armed" : "off");
	clock_dump(n);
}

/* Where a thread that is on no processor will go on. */
static void dump_place(const struct thread *t)
{
	const char *place;
	uintptr_t offset;

	if (t->stack != NULL) {
		context_backtrace(t);
	} else if (t->continuation != NULL) {
		place = ksym_lookup((uintptr_t)t->continuation, &offset);
		klog("  goes on in %s", place != NULL ? place : "?");
	}
}

void dump_thread(const struct thread *t, uint64_t task, const char *name)
{
	static unsigned shown;

	if (shown++ >= DUMP_THREADS)
		return;
	klog("thread %p of task %lu (%s): wait %#x, %s, priority %d, flags %#x, "
	     "ast %#x, stops %u, deadline in %ld us, user pc %#lx",
	     (const void *)t, task, name, atomic_get(&t->wait),
	     atomic_get(&t->on_processor) ? "on a processor" : "off",
	     atomic_get(&t->sched.current), atomic_get(&t->sched.flags),
	     atomic_get(&t->ast), t->sched.stop_count,
	     t->timer != NULL ? from_now(t->timer->deadline) : 0,
	     machine_user_pc(&t->machine));
	if (!atomic_get(&t->on_processor))
		dump_place(t);
}

static void dump(void)
{
	struct thread *t;

	for (unsigned n = 0; n < processor_possible(); n++)
		dump_processor(n);
	list_for_each(&kernel_threads, t, task_link.link)
		dump_thread(t, 0, "the kernel");
	each_task();
}

static void key(uint8_t byte)
{
	if (byte != DUMP_KEY)
		return;
	panic_more = dump;
	panic("ended from the console");
}

void dump_init(void (*tasks)(void))
{
	if (!kernel_options.dump)
		return;
	each_task = tasks;
	console_input_hook = key;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps that act on the calling thread: switching, waiting, time, its end.
 */
#include <trap/traps.h>

#include <arch/clock.h>
#include <arch/copy.h>
#include <arch/state.h>
#include <ipc/kport.h>
#include <kern/panic.h>
#include <kern/sched.h>
#include <kern/thread.h>
#include <mach/kern_return.h>
#include <mach/mach_traps.h>
#include <mach/policy.h>
#include <task/host.h>
#include <task/task.h>
#include <vm/map.h>

#define NS_PER_MS 1000000ull

/* TRUE if something else was ready. */
TRAP(trap_swtch)
{
	UNUSED_FROM_0;
	return thread_yield_trap();
}

TRAP(trap_swtch_pri)
{
	UNUSED_FROM_0;
	(void)!thread_depress(thread_self(), 0);
	return thread_yield_trap();
}

static void switch_wait_done(void)
{
	machine_set_result(&thread_self()->machine,
			   thread_wait_result() == WAIT_ABORTED ?
				   KERN_ABORTED :
				   KERN_SUCCESS);
	context_user_return();
}

static int64_t switch_wait(uint32_t ms)
{
	thread_wait_begin(WAIT_ABORTABLE);
	(void)thread_block(clock_now() + ms * NS_PER_MS, switch_wait_done);
	return KERN_SUCCESS; /* not reached */
}

/* The hint is only a hint: an unusable one means the normal choice. */
static void switch_to_hint(uint32_t name)
{
	struct kobject *object = ipc_kport_lookup_name(name, KOBJECT_THREAD);

	if (!object) {
		(void)thread_yield(NULL);
		return;
	}
	struct thread *t = container_of(object, struct thread, object);
	(void)thread_yield_to(t);
	thread_unref(t);
}

TRAP(trap_thread_switch)
{
	uint32_t hint = (uint32_t)a0, ms = (uint32_t)a2;
	int option = (int)a1;

	UNUSED_FROM_3;
	switch (option) {
	case SWITCH_OPTION_WAIT:
		return switch_wait(ms);
	case SWITCH_OPTION_DEPRESS:
		(void)!thread_depress(thread_self(), ms * NS_PER_MS);
		break;
	case SWITCH_OPTION_NONE:
		break;
	default:
		return KERN_INVALID_ARGUMENT;
	}
	switch_to_hint(hint);
	return KERN_SUCCESS;
}

/* Stores 0, wakes a waiter, ends: nothing of the caller's memory is touched
 * after the store. */
TRAP(trap_thread_exit)
{
	UNUSED_FROM_1;
	if (a0 && copy_out_u32(a0, 0))
		vm_futex_wake(thread_self()->map, a0, 1, 0);
	thread_exit_self();
}

TRAP(trap_futex_wait)
{
	UNUSED_FROM_4;
	return vm_futex_wait(thread_self()->map, a0, (uint32_t)a1, (int)a2, a3);
}

TRAP(trap_futex_wake)
{
	UNUSED_FROM_3;
	return vm_futex_wake(thread_self()->map, a0, (unsigned)a1, (int)a2);
}

TRAP(trap_clock_get)
{
	UNUSED_FROM_1;
	return (int64_t)(a0 == MACH_CLOCK_REALTIME ? host_time_now() :
						      clock_now());
}

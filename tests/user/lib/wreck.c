/* SPDX-License-Identifier: BSD-2-Clause */
/* Through the task's port, as a debugger would. */
#include "wreck.h"

#include "test.h"

#define SELF mach_task_self()

static void each_thread(task_t task, void (*fn)(thread_t))
{
	thread_array_t threads = NULL;
	mach_msg_type_number_t count = 0;

	OK(task_threads(task, &threads, &count));
	for (unsigned i = 0; i < count; i++) {
		fn(threads[i]);
		mach_port_deallocate(SELF, threads[i]);
	}
	vm_deallocate(SELF, (vm_address_t)threads, count * sizeof *threads);
}

static void abort_thread(thread_t thread)
{
	OK(thread_abort(thread));
}

void wreck_waits(task_t task)
{
	each_thread(task, abort_thread);
}

static void null_pc(thread_t thread)
{
	struct x86_64_thread_state s;
	mach_msg_type_number_t n = x86_64_THREAD_STATE_COUNT;

	OK(thread_get_state(thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			    &n));
	s.rip = 0;
	OK(thread_set_state(thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			    x86_64_THREAD_STATE_COUNT));
}

void wreck_jump(task_t task)
{
	OK(task_suspend(task));
	wreck_waits(task);
	each_thread(task, null_pc);
	OK(task_resume(task));
}

static bool all_wait;

static void look_waiting(thread_t thread)
{
	struct thread_basic_info info = {0};
	mach_msg_type_number_t n = THREAD_BASIC_INFO_COUNT;

	OK(thread_info(thread, THREAD_BASIC_INFO, (thread_info_t)&info, &n));
	all_wait = all_wait && info.run_state == TH_STATE_WAITING;
}

/* It has answered, and waits for the next message. */
static void idle_wait(task_t task)
{
	for (int i = 0; i < 5000; i++) {
		all_wait = true;
		each_thread(task, look_waiting);
		if (all_wait)
			return;
		sleep_ms(1);
	}
	test_fail(__FILE__, __LINE__, "the server never waits");
}

void wreck_code(task_t task)
{
	vm_address_t at = 0;
	vm_size_t size;
	vm_prot_t prot, max;
	vm_inherit_t inherit;
	boolean_t shared;
	mach_port_t object;
	vm_offset_t offset;

	idle_wait(task);
	while (vm_region(task, &at, &size, &prot, &max, &inherit, &shared,
			 &object, &offset) == KERN_SUCCESS) {
		if (prot & VM_PROT_EXECUTE)
			OK(vm_protect(task, at, size, FALSE, VM_PROT_READ));
		at += size;
	}
}

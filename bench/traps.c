/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls on the caller's own task: traps, twins, kernel RPCs, threads.
 */
#include "lib/bench.h"

#include <mach/mach_traps.h>
#include <mach/rpc_twins.h>
#include <mach/x86_64/trap_call.h>
#include <stdlib.h>
#include <string.h>

static mach_port_t self;

/* In a loop of its own: a call through a pointer would be a tenth of it. */
static void null_trap(void)
{
	unsigned n = 10000;
	uint64_t before = bench_clock();

	for (unsigned i = 0; i < n; i++)
		mach_trap0(MACH_TRAP_MACH_TASK_SELF);
	bench_result("null_trap", bench_clock() - before, n);
}

static void kernel_rpc(void)
{
	task_basic_info_data_t info;
	mach_msg_type_number_t count = TASK_BASIC_INFO_COUNT;

	bench_must("task_info", task_info(self, TASK_BASIC_INFO,
					  (task_info_t)&info, &count));
}

static void port_trap(void)
{
	mach_port_t name;

	mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &name);
	mach_port_mod_refs(self, name, MACH_PORT_RIGHT_RECEIVE, -1);
}

static void port_rpc(void)
{
	mach_port_t name;

	mach_port_allocate_rpc(self, MACH_PORT_RIGHT_RECEIVE, &name);
	mach_port_mod_refs_rpc(self, name, MACH_PORT_RIGHT_RECEIVE, -1);
}

static void vm_trap(void)
{
	vm_address_t a = 0;

	vm_allocate(self, &a, 65536, TRUE);
	vm_deallocate(self, a, 65536);
}

static void vm_rpc(void)
{
	vm_address_t a = 0;

	vm_allocate_rpc(self, &a, 65536, TRUE);
	vm_deallocate_rpc(self, a, 65536);
}

#define PROTECTED_PAGES 256

static void protect_pair(void)
{
	static char *protected;
	vm_size_t size = PROTECTED_PAGES * vm_page_size;

	if (protected == NULL)
		protected = bench_memory(size);
	vm_protect(self, (vm_address_t)protected, size, FALSE, VM_PROT_READ);
	vm_protect(self, (vm_address_t)protected, size, FALSE,
		   VM_PROT_DEFAULT);
}

/* --- threads --- */

static char thread_stack[16384] __attribute__((aligned(16)));
static volatile int running;
static volatile int yield_on;

static thread_t thread_start(void (*fn)(void))
{
	struct x86_64_thread_state state;
	thread_t thread;

	memset(&state, 0, sizeof state);
	state.rip = (uintptr_t)fn;
	state.rsp = (uintptr_t)(thread_stack + sizeof thread_stack - 8);
	bench_must("thread_create_running",
		   thread_create_running(self, x86_64_THREAD_STATE,
					 (thread_state_t)&state,
					 x86_64_THREAD_STATE_COUNT, &thread));
	return thread;
}

static void ends_at_once(void)
{
	mach_trap2(MACH_TRAP_THREAD_EXIT, (uintptr_t)&running, 0);
}

static void create_run_exit(void)
{
	running = 1;
	thread_t thread = thread_start(ends_at_once);
	while (running)
		mach_trap4(MACH_TRAP_FUTEX_WAIT, (uintptr_t)&running, 1, 0,
			   FUTEX_NO_DEADLINE);
	mach_port_deallocate(self, thread);
}

static void yields(void)
{
	while (yield_on)
		mach_trap0(MACH_TRAP_SWTCH);
	mach_trap2(MACH_TRAP_THREAD_EXIT, (uintptr_t)&running, 0);
}

static void yield_pair(void)
{
	mach_trap0(MACH_TRAP_SWTCH);
}

static void context_switch(void)
{
	bench_rest();
	running = 1;
	yield_on = 1;
	thread_t thread = thread_start(yields);
	bench_row("context_switch", yield_pair, 10000);
	yield_on = 0;
	while (running)
		mach_trap0(MACH_TRAP_SWTCH);
	mach_port_deallocate(self, thread);
}

int main(void)
{
	self = mach_task_self();
	bench_calibrate();
	if (getenv("MACH_BOOT_TSC") != NULL)
		bench_result("boot_to_user",
			     strtoul(getenv("MACH_BOOT_TSC"), NULL, 10), 1);
	null_trap();
	bench_row("kernel_rpc", kernel_rpc, 10000);
	bench_row("port_allocate_destroy", port_trap, 10000);
	bench_row("port_allocate_destroy_rpc", port_rpc, 10000);
	bench_map_row("vm_allocate_deallocate", vm_trap, 12800);
	bench_map_row("vm_allocate_deallocate_rpc", vm_rpc, 12800);
	bench_map_row("vm_protect_pair", protect_pair, 6400);
	context_switch();
	bench_rest();
	bench_row("thread_create_run_exit", create_run_exit, 2000);
	return 0;
}

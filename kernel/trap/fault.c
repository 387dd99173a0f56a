/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults and exceptions from user code, on their way to vm and to the
 * exception ports.
 */
#include <arch/trap.h>

#include <kern/panic.h>
#include <kern/thread.h>
#include <mach/exception.h>
#include <task/emulation.h>
#include <task/exception.h>
#include <task/task.h>
#include <vm/map.h>

void trap_user_fault(vaddr_t address, unsigned access)
{
	enum kr kr = vm_fault(thread_self()->map, address, access);

	/* An aborted wait is no error: the access is simply tried again. */
	if (kr != KR_SUCCESS && kr != KR_ABORTED)
		exception_raise(EXC_BAD_ACCESS, kr, (int64_t)address);
}

bool trap_copy_fault(vaddr_t address, unsigned access)
{
	struct vm_map *map = thread_self()->map;

	return map && vm_fault(map, address, access) == KR_SUCCESS;
}

void trap_user_exception(int exception, int64_t code, int64_t subcode)
{
	exception_raise(exception, code, subcode);
}

vaddr_t trap_redirect(int64_t number)
{
	uint64_t pc = emulation_lookup(task_self(), number);

	if (!pc)
		exception_raise(EXC_SOFTWARE, EXC_UNIX_BAD_SYSCALL, number);
	return pc;
}

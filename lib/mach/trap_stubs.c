/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls that are nothing but a trap.
 */
#include <mach/mach_traps.h>
#include <mach/mach_types.h>
#include <mach/x86_64/trap_call.h>

mach_port_t mach_reply_port(void)
{
	return (mach_port_t)mach_trap0(MACH_TRAP_MACH_REPLY_PORT);
}

mach_port_t mach_thread_self(void)
{
	return (mach_port_t)mach_trap0(MACH_TRAP_MACH_THREAD_SELF);
}

mach_port_t mach_host_self(void)
{
	return (mach_port_t)mach_trap0(MACH_TRAP_MACH_HOST_SELF);
}

boolean_t swtch(void)
{
	return (boolean_t)mach_trap0(MACH_TRAP_SWTCH);
}

boolean_t swtch_pri(int priority)
{
	return (boolean_t)mach_trap2(MACH_TRAP_SWTCH_PRI, (uint64_t)priority, 0);
}

kern_return_t thread_switch(mach_port_t hint, int option,
			    mach_msg_timeout_t milliseconds)
{
	return (kern_return_t)mach_trap4(MACH_TRAP_THREAD_SWITCH, hint,
					 (uint64_t)option, milliseconds, 0);
}

void thread_exit(int *clear)
{
	for (;;)
		mach_trap2(MACH_TRAP_THREAD_EXIT, (uintptr_t)clear, 0);
}

kern_return_t futex_wait(const int *address, int expected, int flags,
			 uint64_t deadline_ns)
{
	return (kern_return_t)mach_trap4(MACH_TRAP_FUTEX_WAIT,
					 (uintptr_t)address, (uint64_t)expected,
					 (uint64_t)flags, deadline_ns);
}

unsigned futex_wake(const int *address, unsigned n, int flags)
{
	return (unsigned)mach_trap4(MACH_TRAP_FUTEX_WAKE, (uintptr_t)address, n,
				    (uint64_t)flags, 0);
}

uint64_t clock_get(int clock)
{
	return (uint64_t)mach_trap2(MACH_TRAP_CLOCK_GET, (uint64_t)clock, 0);
}

kern_return_t debug_log(const char *text, size_t length)
{
	return (kern_return_t)mach_trap2(MACH_TRAP_DEBUG_LOG, (uintptr_t)text,
					 length);
}

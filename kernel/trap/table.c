/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trap table. Only message communication, calls on the caller itself, and
 * twins of RPCs are here; everything else is a message to a kernel port.
 */
#include <trap/traps.h>

#include <ipc/space.h>
#include <mach/mach_traps.h>

const mach_trap_fn mach_trap_table[MACH_TRAP_COUNT] = {
	[MACH_TRAP_TASK_SELF] = trap_task_self,
	[MACH_TRAP_THREAD_REPLY] = trap_thread_reply,
	[MACH_TRAP_TASK_NOTIFY] = trap_task_notify,
	[MACH_TRAP_THREAD_SELF] = trap_thread_self,
	[MACH_TRAP_MACH_MSG] = ipc_trap_mach_msg,
	[MACH_TRAP_MACH_REPLY_PORT] = ipc_trap_mach_reply_port,
	[MACH_TRAP_MACH_THREAD_SELF] = trap_mach_thread_self,
	[MACH_TRAP_MACH_TASK_SELF] = trap_mach_task_self,
	[MACH_TRAP_MACH_HOST_SELF] = trap_mach_host_self,
	[MACH_TRAP_SWTCH_PRI] = trap_swtch_pri,
	[MACH_TRAP_SWTCH] = trap_swtch,
	[MACH_TRAP_THREAD_SWITCH] = trap_thread_switch,
	[MACH_TRAP_VM_MAP] = trap_vm_map,
	[MACH_TRAP_VM_ALLOCATE] = trap_vm_allocate,
	[MACH_TRAP_VM_DEALLOCATE] = trap_vm_deallocate,
	[MACH_TRAP_MACH_PORT_ALLOCATE] = trap_mach_port_allocate,
	[MACH_TRAP_MACH_PORT_DEALLOCATE] = trap_mach_port_deallocate,
	[MACH_TRAP_MACH_PORT_INSERT_RIGHT] = trap_mach_port_insert_right,
	[MACH_TRAP_THREAD_EXIT] = trap_thread_exit,
	[MACH_TRAP_FUTEX_WAIT] = trap_futex_wait,
	[MACH_TRAP_FUTEX_WAKE] = trap_futex_wake,
	[MACH_TRAP_CLOCK_GET] = trap_clock_get,
	[MACH_TRAP_MACH_PORT_DESTROY] = trap_mach_port_destroy,
	[MACH_TRAP_MACH_PORT_MOD_REFS] = trap_mach_port_mod_refs,
	[MACH_TRAP_VM_PROTECT] = trap_vm_protect,
	[MACH_TRAP_DEBUG_LOG] = trap_debug_log,
};

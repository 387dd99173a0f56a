/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which ports a routine may be called on: for tests/user/rpc_hostile.c. A routine
 * that is missing may succeed nowhere.
 */
static const struct {
	unsigned kinds;
	const char *names; /* a space before and behind each */
} rights[] = {
	{ TASK,
	  " mach_make_memory_entry mach_port_allocate "
	  "mach_port_allocate_name mach_port_deallocate "
	  "mach_port_destroy mach_port_extract_right "
	  "mach_port_get_receive_status mach_port_get_refs "
	  "mach_port_get_set_status mach_port_insert_right "
	  "mach_port_mod_refs mach_port_move_member mach_port_names "
	  "mach_port_rename mach_port_request_notification "
	  "mach_port_set_exception_form mach_port_set_mscount "
	  "mach_port_set_qlimit mach_port_set_seqno mach_port_type "
	  "mach_ports_lookup mach_ports_register port_allocate "
	  "port_deallocate port_extract_receive port_extract_send "
	  "port_insert_receive port_insert_send port_names port_rename "
	  "port_set_add port_set_allocate port_set_backlog "
	  "port_set_backup port_set_deallocate port_set_remove "
	  "port_set_status port_status port_type task_create "
	  "task_get_emulation_vector task_get_name task_get_special_port "
	  "task_info task_priority task_resume task_set_emulation "
	  "task_set_emulation_vector task_set_name task_set_special_port "
	  "task_suspend task_terminate task_threads thread_create "
	  "thread_create_running vm_allocate vm_copy vm_deallocate "
	  "vm_inherit vm_machine_attribute vm_map vm_protect vm_read "
	  "vm_region vm_statistics vm_write " },
	{ THREAD,
	  " thread_abort thread_depress_abort thread_get_special_port "
	  "thread_get_state thread_info thread_max_priority "
	  "thread_policy thread_priority thread_resume "
	  "thread_set_special_port thread_set_state thread_suspend "
	  "thread_terminate " },
	{ PRIV,
	  " host_limited_ports host_lock_set host_probe host_tasks "
	  "host_task_rights host_trace host_trace_read "
	  "host_processor_set_priv "
	  "vm_wire " },
	{ HOST | PRIV,
	  " host_counters host_get_entropy host_get_time host_info "
	  "host_kernel_version processor_set_default " },
	{ CONTROL,
	  " processor_set_policy_disable processor_set_policy_enable " },
	{ SET | CONTROL,
	  " processor_set_info " },
};

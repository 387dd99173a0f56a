/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which kernel port each routine needs: KIND(what it is sent to, routines).
 * Data only; tests/user/kinds.c refuses a routine that stands nowhere. What
 * serves as what: a task port as space and map; the privileged host port as the
 * super-user's and as the host's, the super-user's as the host's; likewise the
 * three ports of a processor set.
 */
KIND(TASK,
     "task_create task_terminate task_get_emulation_vector "
     "task_set_emulation_vector task_set_emulation task_threads task_info "
     "mach_ports_register mach_ports_lookup task_suspend task_resume "
     "task_get_special_port task_set_special_port thread_create task_priority "
     "thread_create_running task_set_name task_get_name")
KIND(TASK, /* as an address map */
     "vm_allocate vm_deallocate vm_protect vm_inherit vm_read vm_write vm_copy "
     "vm_region vm_statistics vm_map vm_machine_attribute "
     "mach_make_memory_entry")
KIND(TASK, /* as a name space */
     "port_names port_type port_rename port_allocate port_deallocate "
     "port_set_backlog port_status port_set_allocate port_set_deallocate "
     "port_set_add port_set_remove port_set_status port_insert_send "
     "port_extract_send port_insert_receive port_extract_receive "
     "port_set_backup mach_port_names mach_port_type mach_port_rename "
     "mach_port_allocate_name mach_port_allocate mach_port_destroy "
     "mach_port_deallocate mach_port_get_refs mach_port_mod_refs "
     "mach_port_set_qlimit mach_port_set_mscount mach_port_get_set_status "
     "mach_port_move_member mach_port_request_notification "
     "mach_port_insert_right mach_port_extract_right "
     "mach_port_get_receive_status mach_port_set_seqno "
     "mach_port_set_exception_form")
KIND(THREAD,
     "thread_terminate thread_get_state thread_set_state thread_info "
     "thread_suspend thread_resume thread_abort thread_get_special_port "
     "thread_set_special_port thread_priority thread_max_priority "
     "thread_policy thread_depress_abort")
KIND(HOST,
     "processor_set_default host_kernel_version host_get_time host_info "
     "host_get_entropy host_census host_counters")
KIND(HOST_LIMITED,
     "host_set_time host_reboot host_drain_caches host_tasks "
     "host_task_rights host_trace")
KIND(HOST_PRIV,
     "host_processor_set_priv vm_wire host_limited_ports host_check "
     "host_lock_record host_lock_set host_probe")
KIND(TRACE, "host_trace_read")
KIND(SET_NAME, "processor_set_info")
KIND(SET_LIMITED,
     "processor_set_policy_enable processor_set_policy_disable")

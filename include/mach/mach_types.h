/* SPDX-License-Identifier: BSD-2-Clause */
/* The types of kernel objects as programs see them: port names. */
#ifndef MACH_MACH_TYPES_H
#define MACH_MACH_TYPES_H

#include <mach/exception.h>
#include <mach/host_info.h>
#include <mach/notify.h>
#include <mach/policy.h>
#include <mach/task_info.h>
#include <mach/thread_info.h>
#include <mach/vm_types.h>
#include <mach/x86_64/thread_status.h>

typedef mach_port_t task_t;
typedef mach_port_t thread_t;
typedef mach_port_t host_t;
typedef mach_port_t host_priv_t;
typedef mach_port_t processor_t;
typedef mach_port_t processor_set_t;
typedef mach_port_t processor_set_name_t;
typedef mach_port_t memory_object_t;
typedef mach_port_t memory_object_control_t;
typedef mach_port_t memory_object_name_t;
typedef mach_port_t memory_entry_t;
typedef mach_port_t ipc_space_t;
typedef task_t *task_array_t;
typedef thread_t *thread_array_t;
typedef processor_t *processor_array_t;
typedef processor_set_t *processor_set_array_t;
typedef processor_set_name_t *processor_set_name_array_t;
typedef vm_offset_t *emulation_vector_t;
typedef uint32_t *thread_state_t; /* 32-bit words */

#define TASK_NULL   ((task_t)0)
#define THREAD_NULL ((thread_t)0)
#define HOST_NULL   ((host_t)0)

#endif

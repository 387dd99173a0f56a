/* SPDX-License-Identifier: BSD-2-Clause */
/* What task_info tells, and a task's special ports. */
#ifndef MACH_TASK_INFO_H
#define MACH_TASK_INFO_H

#include <mach/time_value.h>
#include <mach/vm_types.h>

typedef int *task_info_t;
#define TASK_INFO_MAX 1024 /* ints */

/* Sizes are 64 bits, so the structures are packed to 4 bytes like messages. */
#define TASK_BASIC_INFO 1
typedef struct __attribute__((packed, aligned(4))) task_basic_info {
	int suspend_count;
	int base_priority;
	vm_size_t virtual_size;	 /* bytes */
	vm_size_t resident_size; /* bytes */
	time_value_t user_time;	 /* of terminated threads */
	time_value_t system_time;
} task_basic_info_data_t;
typedef task_basic_info_data_t *task_basic_info_t;
#define TASK_BASIC_INFO_COUNT (sizeof(task_basic_info_data_t) / sizeof(int))

#define TASK_EVENTS_INFO 2
typedef struct task_events_info {
	int faults, zero_fills, reactivations, pageins, cow_faults;
	int messages_sent, messages_received;
} task_events_info_data_t;
typedef task_events_info_data_t *task_events_info_t;
#define TASK_EVENTS_INFO_COUNT 7

#define TASK_THREAD_TIMES_INFO 3
typedef struct task_thread_times_info {
	time_value_t user_time; /* of live threads */
	time_value_t system_time;
} task_thread_times_info_data_t;
typedef task_thread_times_info_data_t *task_thread_times_info_t;
#define TASK_THREAD_TIMES_INFO_COUNT 4

#define TASK_KERNEL_PORT    1
#define TASK_NOTIFY_PORT    2
#define TASK_EXCEPTION_PORT 3
#define TASK_BOOTSTRAP_PORT 4

#define TASK_PORT_REGISTER_MAX 4
#define NAME_SERVER_SLOT       0
#define ENVIRONMENT_SLOT       1
#define SERVICE_SLOT	       2
#define MACH_PORTS_SLOTS_USED  3

/* task_set_emulation: every number without an entry of its own. */
#define EML_ALL		 (-2147483647 - 1)
#define EML_ROUTINE_NULL 0
#define EML_BAD_TASK	 0x8001
#define EML_BAD_CNT	 0x8002

#endif

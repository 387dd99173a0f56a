/* SPDX-License-Identifier: BSD-2-Clause */
/* What host_info and processor_set_info tell. */
#ifndef MACH_HOST_INFO_H
#define MACH_HOST_INFO_H

#include <mach/vm_types.h>

typedef int *host_info_t;
typedef int *processor_info_t;
typedef int *processor_set_info_t;
typedef char kernel_version_t[512];
#define HOST_INFO_MAX 1024 /* ints */

#define HOST_BASIC_INFO 1
typedef struct __attribute__((packed, aligned(4))) host_basic_info {
	int max_cpus;
	int avail_cpus;
	vm_size_t memory_size; /* bytes */
	int cpu_type;
	int cpu_subtype;
} host_basic_info_data_t;
typedef host_basic_info_data_t *host_basic_info_t;
#define HOST_BASIC_INFO_COUNT (sizeof(host_basic_info_data_t) / sizeof(int))

#define HOST_PROCESSOR_SLOTS 2

#define HOST_SCHED_INFO 3
typedef struct host_sched_info {
	int min_timeout; /* milliseconds */
	int min_quantum;
} host_sched_info_data_t;
typedef host_sched_info_data_t *host_sched_info_t;
#define HOST_SCHED_INFO_COUNT 2

#define HOST_LOAD_INFO 4
typedef struct host_load_info {
	int avenrun[3]; /* of LOAD_SCALE */
	int mach_factor[3];
} host_load_info_data_t;
typedef host_load_info_data_t *host_load_info_t;
#define HOST_LOAD_INFO_COUNT 6
#define LOAD_SCALE	     1000

#define PROCESSOR_SET_BASIC_INFO 1
typedef struct processor_set_basic_info {
	int processor_count;
	int task_count;
	int thread_count;
	int load_average;
	int mach_factor;
} processor_set_basic_info_data_t;
typedef processor_set_basic_info_data_t *processor_set_basic_info_t;
#define PROCESSOR_SET_BASIC_INFO_COUNT 5

#define PROCESSOR_SET_SCHED_INFO 2
typedef struct processor_set_sched_info {
	int policies;
	int max_priority;
} processor_set_sched_info_data_t;
typedef processor_set_sched_info_data_t *processor_set_sched_info_t;
#define PROCESSOR_SET_SCHED_INFO_COUNT 2

#define CPU_TYPE_X86_64 7

/* Options of host_reboot; 0 powers off. */
#define HOST_REBOOT_RESTART 1

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses, protections, inheritance, statistics. */
#ifndef MACH_VM_TYPES_H
#define MACH_VM_TYPES_H

#include <mach/boolean.h>
#include <mach/port.h>
#include <stdint.h>

typedef uint64_t vm_offset_t; /* bytes */
typedef vm_offset_t vm_address_t;
typedef uint64_t vm_size_t; /* bytes */
typedef vm_offset_t pointer_t; /* out-of-line bytes */
typedef mach_port_t vm_task_t;

typedef int vm_prot_t;
#define VM_PROT_NONE	  0
#define VM_PROT_READ	  1
#define VM_PROT_WRITE	  2
#define VM_PROT_EXECUTE	  4
#define VM_PROT_ALL	  7
#define VM_PROT_DEFAULT	  3
#define VM_PROT_NO_CHANGE 8

typedef int vm_inherit_t;
#define VM_INHERIT_SHARE   0
#define VM_INHERIT_COPY	   1
#define VM_INHERIT_NONE	   2
#define VM_INHERIT_DEFAULT VM_INHERIT_COPY

typedef struct vm_statistics {
	int pagesize;	    /* bytes */
	int free_count;	    /* pages */
	int active_count;
	int inactive_count;
	int wire_count;
	int zero_fill_count;
	int reactivations;
	int pageins;
	int pageouts;
	int faults;
	int cow_faults;
	int lookups;
	int hits;
} vm_statistics_data_t;
typedef vm_statistics_data_t *vm_statistics_t;
#define VM_STATISTICS_COUNT 13

#endif

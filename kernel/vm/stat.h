/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What vm counts, per processor, without locks; each map counts its own events
 * besides. Private to kernel/vm.
 */
#pragma once

#include <kern/sched.h>

enum vm_count {
	VM_FAULTS = PROCESSOR_COUNTS_VM,
	VM_ZERO_FILLS,
	VM_COPIES,
	VM_ENTERED, /* page table entries */
	VM_COUNTS,
};
_Static_assert(VM_COUNTS <= PROCESSOR_COUNTS, "struct processor");

static inline void vm_count(enum vm_count c)
{
	cpu_processor()->counts[c]++;
}

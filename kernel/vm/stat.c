/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters: totals over all processors. No lock: sums of counters that move
 * meanwhile are as good as any moment's.
 */
#include <vm/stat.h>

#include <vm/map_i.h>

static unsigned total(enum vm_count c)
{
	return (unsigned)processor_count_total(c);
}

void vm_map_statistics(vm_statistics_data_t *stat)
{
	unsigned faults = total(VM_FAULTS);
	unsigned zero_fills = total(VM_ZERO_FILLS);
	size_t wired = atomic_get(&vm_pages_wired);
	size_t used = page_count_kind(PAGE_VM) >> vm_page_order;

	*stat = (vm_statistics_data_t){
		.pagesize = (int)vm_page_size(),
		.free_count = (int)(page_count_free() >> vm_page_order),
		.active_count = (int)(used > wired ? used - wired : 0),
		.wire_count = (int)wired,
		.zero_fill_count = (int)zero_fills,
		.faults = (int)faults,
		.cow_faults = (int)total(VM_COPIES),
		.lookups = (int)faults,
		.hits = (int)(faults - zero_fills),
	};
}

void vm_map_events(struct vm_map *map, struct vm_events *events)
{
	*events = (struct vm_events){
		.faults = atomic_get(&map->events.faults),
		.zero_fills = atomic_get(&map->events.zero_fills),
		.cow_faults = atomic_get(&map->events.copies),
	};
}

void vm_get_counters(struct vm_counters *c)
{
	*c = (struct vm_counters){
		.pages_copied = total(VM_COPIES),
		.zero_fills = total(VM_ZERO_FILLS),
		.faults = total(VM_FAULTS),
		.ptes_entered = total(VM_ENTERED),
		.longest_chain = atomic_get(&vm_chain_max),
	};
}

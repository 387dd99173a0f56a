/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters: totals over living and dead maps. No lock: sums of counters that
 * move meanwhile are as good as any moment's.
 */
#include <vm/stat.h>

#include <vm/map_i.h>

struct totals {
	unsigned faults, zero_fills, copies, entered;
};

static struct {
	_Atomic unsigned faults, zero_fills, copies, entered;
} dead;

void vm_stat_retire(struct vm_map *map)
{
	atomic_add(&dead.faults, atomic_get(&map->events.faults));
	atomic_add(&dead.zero_fills, atomic_get(&map->events.zero_fills));
	atomic_add(&dead.copies, atomic_get(&map->events.copies));
	atomic_add(&dead.entered, atomic_get(&map->events.entered));
}

static void add_map(struct vm_map *map, void *arg)
{
	struct totals *t = arg;

	t->faults += atomic_get(&map->events.faults);
	t->zero_fills += atomic_get(&map->events.zero_fills);
	t->copies += atomic_get(&map->events.copies);
	t->entered += atomic_get(&map->events.entered);
}

static struct totals count(void)
{
	struct totals t = {
		.faults = atomic_get(&dead.faults),
		.zero_fills = atomic_get(&dead.zero_fills),
		.copies = atomic_get(&dead.copies),
		.entered = atomic_get(&dead.entered),
	};

	vm_map_for_all(add_map, &t);
	return t;
}

void vm_map_statistics(vm_statistics_data_t *stat)
{
	struct totals t = count();
	size_t wired = atomic_get(&vm_pages_wired);
	size_t used = page_count_kind(PAGE_VM) >> vm_page_order;

	*stat = (vm_statistics_data_t){
		.pagesize = (int)vm_page_size(),
		.free_count = (int)(page_count_free() >> vm_page_order),
		.active_count = (int)(used > wired ? used - wired : 0),
		.wire_count = (int)wired,
		.zero_fill_count = (int)t.zero_fills,
		.faults = (int)t.faults,
		.cow_faults = (int)t.copies,
		.lookups = (int)t.faults,
		.hits = (int)(t.faults - t.zero_fills),
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
	struct totals t = count();

	*c = (struct vm_counters){
		.pages_copied = t.copies,
		.zero_fills = t.zero_fills,
		.faults = t.faults,
		.ptes_entered = t.entered,
		.longest_chain = atomic_get(&vm_chain_max),
	};
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address maps as the layers above use them. Addresses and sizes come
 * unchecked from user space (uint64_t); every function checks for wrap-around
 * and limits, rounds addresses down and ends up to pages, and returns the
 * public call's codes.
 *
 * Life: a task holds one reference, each operation from outside one.
 */
#pragma once

#include <kern/charge.h>
#include <arch/types.h>
#include <kern/kr.h>
#include <mach/vm_types.h>
#include <vm/copy.h>

struct vm_map;
struct vm_object;
struct vm_entry_port;
struct pmap;
struct kobject;
struct kobject_ops;
struct ipc_port;

void vm_init(void); /* boot: page arrays, zones, page size */

uint64_t vm_page_bytes(void); /* the boot-time page size */

/* +1. An empty user map with a pmap of its own; NULL: no memory or over the limit. */
struct vm_map *vm_map_create(struct account *account);
void vm_map_ref(struct vm_map *map);
void vm_map_unref(struct vm_map *map);
/* The task is dying: everything is removed; preemptible; later calls fail with KR_INVALID_ARGUMENT. */
void vm_map_terminate(struct vm_map *map);
struct pmap *vm_map_pmap(struct vm_map *map);

/* +1. A child by inheritance (task_create). NULL: no memory or limit. */
struct vm_map *vm_map_fork(struct vm_map *parent, struct account *account);

enum kr vm_map_allocate(struct vm_map *map, uint64_t *addr, uint64_t size, bool anywhere);
enum kr vm_map_deallocate(struct vm_map *map, uint64_t addr, uint64_t size);
/* Gives back the pages of private zero-filled memory, which stays mapped and is
 * zero again; leaves all else alone. KR_INVALID_ADDRESS: the range has a hole,
 * the rest was done; KR_RESOURCE_SHORTAGE: some pages were kept. */
enum kr vm_map_discard(struct vm_map *map, uint64_t addr, uint64_t size);
enum kr vm_map_protect(struct vm_map *map, uint64_t addr, uint64_t size, bool set_max, int prot);
enum kr vm_map_inherit(struct vm_map *map, uint64_t addr, uint64_t size, int inherit);
enum kr vm_map_copy_within(struct vm_map *map, uint64_t src, uint64_t size, uint64_t dst);

struct vm_region_info {
	uint64_t addr, size, offset;
	int prot, max_prot, inherit;
	bool shared;
	struct vm_object *object; /* +1 or NULL: for the name port */
};
/* The region containing or next after *addr. KR_NO_SPACE: none. */
enum kr vm_map_region(struct vm_map *map, uint64_t addr, struct vm_region_info *info);

/*
 * vm_map: entry NULL = zero fill. replace: at a fixed address, instead of what
 * is there, in one step. Otherwise the entry's range from offset on,
 * at most its size and protection. copy: private copy. KR_INVALID_ARGUMENT,
 * KR_NO_SPACE, KR_INVALID_ADDRESS, KR_PROTECTION_FAILURE (more than the entry allows).
 */
struct vm_mapping {
	uint64_t addr, size, mask, offset; /* addr in and out */
	bool anywhere, copy, replace;
	int prot, max_prot, inherit;
};
enum kr vm_map_enter(struct vm_map *map, struct vm_entry_port *entry, struct vm_mapping *m);

enum kr vm_map_wire(struct vm_map *map, uint64_t addr, uint64_t size, int access);

/*
 * Resolves a fault. KR_SUCCESS: mapped, or somebody did; else the code for
 * EXC_BAD_ACCESS: KR_INVALID_ADDRESS, KR_PROTECTION_FAILURE, KR_MEMORY_FAILURE,
 * KR_MEMORY_ERROR; KR_ABORTED: the wait for a page was aborted, refault;
 * KR_RESOURCE_SHORTAGE: no memory. May block, with a stack.
 */
enum kr vm_fault(struct vm_map *map, uint64_t addr, unsigned access);

/* Memory entries: a range of an object with a maximum protection, a kernel
 * object with a port of its own. The base of struct vm_entry_port is a kobject. */
enum kr vm_entry_create(struct vm_map *map, uint64_t *size, uint64_t addr, int max_prot,
			struct vm_entry_port **entry); /* +1 */
/* Wired kernel memory as an entry (boot archive): physical range. */
struct vm_entry_port *vm_entry_create_physical(struct paddr start, uint64_t size, int max_prot);
/* Device registers: uncached, cannot be copied, a child inherits them only by SHARE. */
struct vm_entry_port *vm_entry_create_device(struct paddr start, uint64_t size, int max_prot);
/* no_senders of these and of objects: the task layer's, set once at boot. */
extern struct kobject_ops vm_entry_ops, vm_object_ops;
struct kobject *vm_entry_kobject(struct vm_entry_port *entry);
struct vm_entry_port *vm_entry_from_kobject(struct kobject *object);
/* The port that stands for it: kept in the entry by the task layer. */
struct ipc_port **vm_entry_port_slot(struct vm_entry_port *entry);
/* For vm_region's object name. */
struct kobject *vm_object_kobject(struct vm_object *object);
struct ipc_port **vm_object_name_slot(struct vm_object *object);
struct ipc_port **vm_object_name_slot_of(struct kobject *object);

void vm_map_statistics(vm_statistics_data_t *stat);
uint64_t vm_map_virtual_size(struct vm_map *map);
uint64_t vm_map_resident_size(struct vm_map *map);

/* Per-task event counters (TASK_EVENTS_INFO). */
struct vm_events {
	unsigned faults, zero_fills, reactivations, pageins, cow_faults;
};
void vm_map_events(struct vm_map *map, struct vm_events *events);

/* Futexes. private: (map, address); shared: (object, offset). Codes: KR_FAILURE value differs,
 * KR_ABORTED, KR_TIMEDOUT, KR_INVALID_ADDRESS, KR_INVALID_ARGUMENT (unaligned). */
enum kr vm_futex_wait(struct vm_map *map, uint64_t addr, uint32_t expected, int flags, uint64_t deadline);
/* Number woken. */
unsigned vm_futex_wake(struct vm_map *map, uint64_t addr, unsigned n, int flags);

/* Test counters: pages copied, longest shadow chain seen, zero fills, ... */
struct vm_counters {
	uint64_t pages_copied, zero_fills, faults, collapses, bypasses;
	uint64_t longest_chain, ptes_entered;
};
void vm_get_counters(struct vm_counters *c);

/* Forgets every mapping that a fault would bring back, with its page tables and
 * reverse map. Blocks; no lock held. */
void vm_drain(void);

/* Invariant walkers: sorted, disjoint, list == tree, references == entries. */
void vm_check_map(struct vm_map *map);
/* All living maps, one after the other; returns the number of entries seen. */
size_t vm_check_all(void);

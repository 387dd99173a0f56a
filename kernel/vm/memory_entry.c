/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory entries: making them, and the kobjects that stand for them and for
 * objects. map_enter.c maps them. Lock: the source's map->lock.
 */
#include <vm/memory_entry.h>

#include <kern/panic.h>
#include <kern/string.h>
#include <kern/zone.h>
#include <vm/map_i.h>

static struct zone entry_port_zone;

/* What the kernel itself makes is charged to nobody's task. */
struct account *vm_kernel_account;

void vm_entry_init(void)
{
	zone_init(&entry_port_zone, "memory entry",
		  sizeof(struct vm_entry_port), 0);
	vm_kernel_account = account_create(NULL);
	panic_unless(vm_kernel_account != NULL);
}

static void entry_free(struct kobject *k)
{
	struct vm_entry_port *e = container_of(k, struct vm_entry_port,
					       kobject);

	vm_object_unref(e->object);
	account_credit(e->account, CHARGE_OBJECTS, 1);
	zone_free(&entry_port_zone, e);
}

struct kobject_ops vm_entry_ops = {.free = entry_free};

/* +1; takes a reference to the object. */
static struct vm_entry_port *entry_alloc(struct account *account)
{
	struct vm_entry_port *e;

	if (!account_charge(account, CHARGE_OBJECTS, 1))
		return NULL;
	e = zone_alloc_zeroed(&entry_port_zone);
	if (e == NULL) {
		account_credit(account, CHARGE_OBJECTS, 1);
		return NULL;
	}
	ref_init(&e->kobject.ref);
	e->kobject.ops = &vm_entry_ops;
	e->account = account;
	return e;
}

/* How far r goes on in e's object, with at least this maximum protection. */
static uint64_t extent(struct vm_map *map, struct vm_map_entry *e,
		       const struct vm_range *r, int max_prot)
{
	struct vm_object *o = atomic_get(&e->object);
	struct vm_map_entry *next = vm_map_next(map, e);
	unsigned n = 0;

	while (e->end < r->end && next != NULL && next->start == e->end &&
	       atomic_get(&next->object) == o &&
	       vm_map_index(next, next->start) == vm_map_index(e, e->end) &&
	       !(max_prot & ~next->max_prot)) {
		e = next;
		next = vm_map_next(map, e);
		vm_map_turn(&n);
	}
	return e->end < r->end ? e->end : r->end;
}

/*
 * Untouched or private memory must be clipped to the range first, so that only
 * this range becomes shared.
 */
static enum kr share_range(struct vm_map *map, struct vm_range *r,
			   int max_prot, struct vm_map_entry **first)
{
	struct vm_map_entry *e = vm_map_lookup(map, r->start);
	struct vm_object *o;
	enum kr kr;

	if (e == NULL)
		return KR_INVALID_ADDRESS;
	if (max_prot & ~e->max_prot)
		return KR_PROTECTION_FAILURE;
	o = atomic_get(&e->object);
	if (o == NULL || !o->shared) {
		if (r->end > e->end)
			r->end = e->end;
		kr = vm_map_clip(map, r);
		if (kr != KR_SUCCESS)
			return kr;
		e = vm_map_lookup(map, r->start);
	}
	kr = vm_map_entry_share(map, e);
	if (kr == KR_SUCCESS)
		r->end = extent(map, e, r, max_prot);
	*first = e;
	return kr;
}

enum kr vm_entry_create(struct vm_map *map, uint64_t *size, uint64_t addr,
			int max_prot, struct vm_entry_port **entry)
{
	struct vm_map_entry *first;
	struct vm_entry_port *e;
	struct vm_range r;
	enum kr kr;

	if ((max_prot & ~VM_PROT_ALL) || *size == 0)
		return KR_INVALID_ARGUMENT;
	if (!vm_range_make(addr, *size, &r))
		return KR_INVALID_ADDRESS;
	e = entry_alloc(map->account);
	if (e == NULL)
		return KR_RESOURCE_SHORTAGE;
	rwlock_write(&map->lock);
	kr = share_range(map, &r, max_prot, &first);
	if (kr == KR_SUCCESS) {
		e->object = atomic_get(&first->object);
		vm_object_ref(e->object);
		e->offset = first->offset + (r.start - first->start);
		e->size = r.end - r.start;
		e->max_prot = (uint8_t)max_prot;
	}
	rwlock_write_done(&map->lock);
	if (kr != KR_SUCCESS) {
		kobject_unref(&e->kobject);
		return kr;
	}
	*size = e->size;
	*entry = e;
	return KR_SUCCESS;
}

/* The last bytes, which fill no whole page, go into a page of their own: what
 * lies behind them is somebody else's. */
static bool add_tail(struct vm_object *o, uint64_t size)
{
	uint64_t tail = size & vm_page_mask();
	struct paddr from = { o->start.raw + (size - tail) };
	struct page *p;

	if (tail == 0)
		return true;
	p = vm_page_alloc(PAGE_ZEROED);
	if (p == NULL)
		return false;
	memcpy(page_to_virt(p), phys_to_virt(from), tail);
	if (vm_object_replace(o, size >> vm_page_shift, p))
		return true;
	vm_page_unref(p);
	return false;
}

static struct vm_entry_port *create_physical(struct paddr start, uint64_t size,
					     int max_prot, bool uncached)
{
	struct vm_entry_port *e = entry_alloc(vm_kernel_account);

	if (e == NULL)
		return NULL;
	e->size = vm_round(size);
	e->max_prot = (uint8_t)max_prot;
	e->object = vm_object_create_physical(
		vm_kernel_account, start, size >> vm_page_shift, uncached);
	if (e->object == NULL || (!uncached && !add_tail(e->object, size))) {
		kobject_unref(&e->kobject);
		return NULL;
	}
	return e;
}

struct vm_entry_port *vm_entry_create_physical(struct paddr start,
					       uint64_t size, int max_prot)
{
	return create_physical(start, size, max_prot, false);
}

struct vm_entry_port *vm_entry_create_device(struct paddr start, uint64_t size,
					     int max_prot)
{
	return create_physical(start, size, max_prot, true);
}

struct kobject *vm_entry_kobject(struct vm_entry_port *entry)
{
	return &entry->kobject;
}

struct vm_entry_port *vm_entry_from_kobject(struct kobject *object)
{
	return container_of(object, struct vm_entry_port, kobject);
}

struct ipc_port **vm_entry_port_slot(struct vm_entry_port *entry)
{
	return &entry->port;
}

struct kobject *vm_object_kobject(struct vm_object *object)
{
	return &object->kobject;
}

struct ipc_port **vm_object_name_slot(struct vm_object *object)
{
	return &object->name_port;
}

struct ipc_port **vm_object_name_slot_of(struct kobject *object)
{
	return &container_of(object, struct vm_object, kobject)->name_port;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes between the kernel and the memory of any map, through the direct map:
 * small and unaligned copies. A page is held still by its object's lock while
 * its bytes move. Lock: the caller's hold of map->lock; the objects'.
 */
#include <vm/map_i.h>

#include <kern/panic.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <vm/stat.h>

/* The part of one page: size bytes at addr, all in one page of e. */
static enum kr page_bytes(struct vm_map *map, struct vm_map_entry *e,
			  uint64_t addr, uint8_t *buf, size_t size, bool write)
{
	struct vm_object *o = vm_map_entry_object(map, e);
	struct vm_found found;
	uint8_t *p;
	enum kr kr;

	if (o == NULL)
		return KR_RESOURCE_SHORTAGE;
	spin_lock(&o->lock);
	kr = vm_object_find(o, vm_map_index(e, addr), write, &found);
	if (kr == KR_SUCCESS) {
		p = phys_to_virt(found.pa);
		p += addr & vm_page_mask();
		if (write)
			memcpy(p, buf, size);
		else
			memcpy(buf, p, size);
	}
	if (found.copied) /* the old page may be mapped */
		pmap_remove(map->pmap, vm_trunc(addr),
			    vm_trunc(addr) + vm_page_size());
	spin_unlock(&o->lock);
	if (found.copied) {
		vm_count(VM_COPIES);
		atomic_add(&map->events.copies, 1);
	}
	vm_found_done(o, &found);
	return kr;
}

/* Memory that was never touched is read without being made. */
static bool untouched(const struct vm_map_entry *e, bool write)
{
	return !write && atomic_get_acq(&e->object) == NULL;
}

enum kr vm_map_bytes(struct vm_map *map, uint64_t addr, void *buf,
		     uint64_t size, bool write)
{
	uint8_t *at = buf;
	enum kr kr = KR_SUCCESS;

	while (size > 0 && kr == KR_SUCCESS) {
		struct vm_map_entry *e = vm_map_lookup(map, addr);
		size_t n = vm_page_size() - (addr & vm_page_mask());

		if (n > size)
			n = size;
		if (e == NULL)
			return KR_INVALID_ADDRESS;
		if (!(e->prot & (write ? VM_PROT_WRITE : VM_PROT_READ)))
			return KR_PROTECTION_FAILURE;
		if (untouched(e, write))
			memset(at, 0, n);
		else
			kr = page_bytes(map, e, addr, at, n, write);
		addr += n;
		at += n;
		size -= n;
		preempt_point();
	}
	return kr;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* See vm_user.h. */
#include "vm_user.h"

#include <arch/pmap.h>
#include <kern/page.h>
#include <kern/zone.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One part that does not cross a hardware page. */
static enum kr access_part(struct vm_map *map, uint64_t addr, uint8_t *buf,
			   uint64_t size, unsigned access)
{
	for (;;) {
		struct paddr pa;
		unsigned prot;
		enum kr kr;

		if (pmap_extract(vm_map_pmap(map), addr, &pa, &prot) &&
		    (prot & access) == access) {
			if (access & ACCESS_WRITE)
				memcpy(phys_to_virt(pa), buf, size);
			else
				memcpy(buf, phys_to_virt(pa), size);
			return KR_SUCCESS;
		}
		kr = vm_fault(map, addr, access);
		if (kr != KR_SUCCESS)
			return kr;
	}
}

enum kr vm_user_access(struct vm_map *map, uint64_t addr, void *buf,
		       uint64_t size, unsigned access)
{
	uint64_t page = (uint64_t)1 << pmap_page_shift;
	uint8_t *at = buf;

	while (size > 0) {
		uint64_t n = page - (addr & (page - 1));
		enum kr kr;

		if (n > size)
			n = size;
		kr = access_part(map, addr, at, n, access);
		if (kr != KR_SUCCESS)
			return kr;
		addr += n;
		at += n;
		size -= n;
	}
	return KR_SUCCESS;
}

static void must(enum kr kr, uint64_t addr)
{
	if (kr == KR_SUCCESS)
		return;
	printf("access to %#llx: code %d\n", (unsigned long long)addr, kr);
	exit(1);
}

uint64_t vm_user_get(struct vm_map *map, uint64_t addr)
{
	uint64_t value;

	must(vm_user_read(map, addr, &value, sizeof(value)), addr);
	return value;
}

void vm_user_set(struct vm_map *map, uint64_t addr, uint64_t value)
{
	must(vm_user_write(map, addr, &value, sizeof(value)), addr);
}

static void count_zone(void *arg, const char *name, size_t size, size_t live,
		       size_t frames)
{
	struct vm_census *c = arg;

	(void)size;
	(void)frames;
	if (strcmp(name, "vm map") == 0)
		c->maps = live;
	else if (strcmp(name, "vm map entry") == 0)
		c->entries = live;
	else if (strcmp(name, "vm object") == 0)
		c->objects = live;
	else if (strcmp(name, "vm node") == 0)
		c->nodes = live;
	else if (strcmp(name, "vm copy") == 0)
		c->copies = live;
	else if (strcmp(name, "memory entry") == 0)
		c->memory_entries = live;
}

struct vm_census vm_census_take(void)
{
	struct vm_census c = {};

	zone_census(count_zone, &c);
	c.frames = page_count_kind(PAGE_VM);
	return c;
}

bool vm_census_equal(struct vm_census before)
{
	struct vm_census now = vm_census_take();

	if (memcmp(&now, &before, sizeof(now)) == 0)
		return true;
	printf("# census: maps %+lld entries %+lld objects %+lld nodes %+lld "
	       "copies %+lld memory entries %+lld frames %+lld\n",
	       (long long)(now.maps - before.maps),
	       (long long)(now.entries - before.entries),
	       (long long)(now.objects - before.objects),
	       (long long)(now.nodes - before.nodes),
	       (long long)(now.copies - before.copies),
	       (long long)(now.memory_entries - before.memory_entries),
	       (long long)(now.frames - before.frames));
	return false;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pmap with one page in it, loaded on this processor; for tests.
 */
#pragma once

#include <arch/pmap.h>
#include <kern/page.h>

struct map_one {
	struct pmap *pmap;
	struct page *page;
	vaddr_t va;
	size_t size;
};

#define MAP_ONE_VA 0x40000000ul

static inline bool map_one_init(struct map_one *m, unsigned prot)
{
	m->size = page_size_hw();
	m->va = MAP_ONE_VA;
	m->pmap = pmap_create();
	m->page = page_alloc(0, PAGE_VM, PAGE_ZEROED);
	if (!m->pmap || !m->page ||
	    pmap_enter(m->pmap, m->va, page_to_paddr(m->page), m->size, prot,
		       0) != KR_SUCCESS)
		return false;
	pmap_activate(m->pmap);
	return true;
}

static inline void map_one_cleanup(struct map_one *m)
{
	pmap_activate(NULL);
	pmap_destroy(m->pmap);
	page_free(m->page, 0);
}

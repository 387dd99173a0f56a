/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Simulated page tables: a hash table of mappings per pmap, chained by frame
 * as well (struct page.pmap_word) for the reverse map. One lock for all; the
 * access of a user program is done under it, so that after a removal returns
 * nobody uses the old translation.
 */
#include "host_i.h"

#include <arch/pmap.h>
#include <kern/lock.h>
#include <kern/page.h>
#include <kern/panic.h>
#include <kern/zone.h>

#include <string.h>

#define BUCKETS 256
#define PAGE	((size_t)1 << pmap_page_shift)

enum { FLAG_REFERENCED = 1, FLAG_MODIFIED = 2 }; /* page.pmap_flags: sticky */

struct mapping {
	struct mapping *next;	    /* in the bucket */
	struct mapping *next_frame; /* of the same frame */
	struct pmap *pmap;
	vaddr_t va;
	struct paddr pa;
	unsigned prot, flags;
	bool referenced, modified;
};

struct pmap {
	struct list_node link;
	size_t count;
	struct mapping *buckets[BUCKETS];
};

const vaddr_t pmap_user_min = 0x10000, pmap_user_max = 0x7ffffffff000;

static const struct lock_class host_pmap_class = {
	.name = "pmap",
	.rank = RANK_PMAP,
};
static struct spinlock pmap_lock = SPINLOCK_INIT(&host_pmap_class);
static struct list all = { { &all.head, &all.head } };
static struct zone pmap_zone, mapping_zone;

static void init_once(void)
{
	if (pmap_zone.p != NULL)
		return;
	zone_init(&pmap_zone, "pmap", sizeof(struct pmap), 0);
	zone_init(&mapping_zone, "host mapping", sizeof(struct mapping), 0);
}

struct pmap *pmap_create(void)
{
	struct pmap *pmap;

	init_once();
	pmap = zone_alloc_zeroed(&pmap_zone);
	if (pmap == NULL)
		return NULL;
	spin_lock(&pmap_lock);
	list_push_back(&all, &pmap->link);
	spin_unlock(&pmap_lock);
	return pmap;
}

static struct mapping **slot(struct pmap *pmap, vaddr_t va)
{
	uint64_t hash = (va >> pmap_page_shift) * 0x9e3779b97f4a7c15ull;
	struct mapping **p = &pmap->buckets[hash >> 56];

	while (*p != NULL && (*p)->va != va)
		p = &(*p)->next;
	return p;
}

static void frame_link(struct mapping *m)
{
	struct page *page = page_from_paddr(m->pa);

	m->next_frame = NULL;
	if (page == NULL)
		return;
	m->next_frame = (struct mapping *)page->pmap_word;
	page->pmap_word = (uintptr_t)m;
}

static void frame_unlink(struct mapping *m)
{
	struct page *page = page_from_paddr(m->pa);
	struct mapping *at;

	if (page == NULL)
		return;
	page->pmap_flags |= (m->referenced ? FLAG_REFERENCED : 0) |
			    (m->modified ? FLAG_MODIFIED : 0);
	at = (struct mapping *)page->pmap_word;
	if (at == m) {
		page->pmap_word = (uintptr_t)m->next_frame;
		return;
	}
	while (at->next_frame != m)
		at = at->next_frame;
	at->next_frame = m->next_frame;
}

/* Unlinks the mapping in *p; the caller frees it after unlocking, or here:
 * zones rank above pmaps. */
static void drop(struct mapping **p)
{
	struct mapping *m = *p;

	frame_unlink(m);
	*p = m->next;
	m->pmap->count--;
	zone_free(&mapping_zone, m);
}

void pmap_destroy(struct pmap *pmap)
{
	pmap_remove(pmap, 0, pmap_user_max);
	for (unsigned i = 0; i < host_options.cpus; i++)
		assert(host_cpus[i].pmap != pmap);
	spin_lock(&pmap_lock);
	list_remove(&pmap->link);
	spin_unlock(&pmap_lock);
	zone_free(&pmap_zone, pmap);
}

static void enter_one(struct pmap *pmap, struct mapping *m)
{
	struct mapping **p = slot(pmap, m->va);

	if (*p != NULL && (*p)->pa.raw == m->pa.raw) {
		(*p)->prot = m->prot;
		(*p)->flags = m->flags;
		zone_free(&mapping_zone, m);
		return;
	}
	if (*p != NULL)
		drop(p);
	m->pmap = pmap;
	m->next = *p;
	*p = m;
	pmap->count++;
	frame_link(m);
}

static struct mapping *new_mapping(vaddr_t va, uint64_t pa, unsigned prot,
				   unsigned flags)
{
	struct mapping *m = zone_alloc_zeroed(&mapping_zone);

	if (m == NULL)
		return NULL;
	m->va = va;
	m->pa.raw = pa;
	m->prot = prot;
	m->flags = flags;
	return m;
}

enum kr pmap_enter(struct pmap *pmap, vaddr_t va, struct paddr pa, size_t size,
		   unsigned prot, unsigned flags)
{
	struct mapping *made = NULL, *m;

	assert(va % PAGE == 0 && pa.raw % PAGE == 0 && size % PAGE == 0);
	assert(va >= pmap_user_min && va + size <= pmap_user_max);
	for (size_t at = 0; at < size; at += PAGE) {
		m = new_mapping(va + at, pa.raw + at, prot, flags);
		if (m == NULL)
			break;
		m->next = made;
		made = m;
		if (at + PAGE == size)
			goto all_made;
	}
	while ((m = made) != NULL) {
		made = m->next;
		zone_free(&mapping_zone, m);
	}
	return KR_RESOURCE_SHORTAGE;

all_made:
	spin_lock(&pmap_lock);
	while ((m = made) != NULL) {
		made = m->next;
		enter_one(pmap, m);
	}
	spin_unlock(&pmap_lock);
	return KR_SUCCESS;
}

void pmap_enter_quick(struct pmap *pmap, vaddr_t va, const struct paddr *pa,
		      size_t size, unsigned count, unsigned prot)
{
	for (unsigned i = 0; i < count; i++)
		if (!pmap_extract(pmap, va + i * size, NULL, NULL) &&
		    pmap_enter(pmap, va + i * size, pa[i], size, prot, 0) !=
			    KR_SUCCESS)
			return;
}

/* Calls fn for the slot of each mapping in the range. fn may drop it. */
static void each(struct pmap *pmap, vaddr_t start, vaddr_t end,
		 void (*fn)(struct mapping **, unsigned), unsigned prot)
{
	if ((end - start) / PAGE < BUCKETS) {
		for (vaddr_t va = start; va < end; va += PAGE)
			if (*slot(pmap, va) != NULL)
				fn(slot(pmap, va), prot);
		return;
	}
	for (unsigned i = 0; i < BUCKETS; i++) {
		struct mapping **p = &pmap->buckets[i];

		while (*p != NULL) {
			struct mapping *m = *p;

			if (m->va >= start && m->va < end)
				fn(p, prot);
			if (*p == m)
				p = &m->next;
		}
	}
}

static void lower(struct mapping **p, unsigned prot)
{
	(*p)->prot &= prot;
	if ((*p)->prot == ACCESS_NONE)
		drop(p);
}

void pmap_remove(struct pmap *pmap, vaddr_t start, vaddr_t end)
{
	spin_lock(&pmap_lock);
	each(pmap, start, end, lower, ACCESS_NONE);
	spin_unlock(&pmap_lock);
}

void pmap_protect(struct pmap *pmap, vaddr_t start, vaddr_t end, unsigned prot)
{
	spin_lock(&pmap_lock);
	each(pmap, start, end, lower, prot);
	spin_unlock(&pmap_lock);
}

static void page_protect_one(struct page *page, unsigned prot)
{
	struct mapping *m = (struct mapping *)page->pmap_word;

	while (m != NULL) {
		struct mapping *next = m->next_frame;

		lower(slot(m->pmap, m->va), prot);
		m = next;
	}
}

void pmap_page_protect(struct paddr pa, size_t size, unsigned prot)
{
	spin_lock(&pmap_lock);
	for (size_t at = 0; at < size; at += PAGE)
		page_protect_one(
			page_from_paddr((struct paddr){ pa.raw + at }), prot);
	spin_unlock(&pmap_lock);
}

bool pmap_extract(struct pmap *pmap, vaddr_t va, struct paddr *pa,
		  unsigned *prot)
{
	struct mapping *m;

	spin_lock(&pmap_lock);
	m = *slot(pmap, va & ~(PAGE - 1));
	if (m != NULL && pa != NULL)
		pa->raw = m->pa.raw + (va & (PAGE - 1));
	if (m != NULL && prot != NULL)
		*prot = m->prot;
	spin_unlock(&pmap_lock);
	return m != NULL;
}

/* Simulated memory is copied by the general way. */
bool pmap_copy_across(struct pmap *, vaddr_t, vaddr_t, size_t)
{
	return false;
}

/* The flags of all frames together; those in clear are taken back. */
static unsigned frame_flags(struct paddr pa, size_t size, unsigned clear)
{
	unsigned flags = 0;

	spin_lock(&pmap_lock);
	for (size_t at = 0; at < size; at += PAGE) {
		struct page *page =
			page_from_paddr((struct paddr){ pa.raw + at });
		struct mapping *m = (struct mapping *)page->pmap_word;

		flags |= page->pmap_flags;
		page->pmap_flags &= (uint16_t)~clear;
		for (; m != NULL; m = m->next_frame) {
			flags |= (m->referenced ? FLAG_REFERENCED : 0) |
				 (m->modified ? FLAG_MODIFIED : 0);
			if (clear & FLAG_REFERENCED)
				m->referenced = false;
			if (clear & FLAG_MODIFIED)
				m->modified = false;
		}
	}
	spin_unlock(&pmap_lock);
	return flags;
}

bool pmap_is_referenced(struct paddr pa, size_t size)
{
	return frame_flags(pa, size, 0) & FLAG_REFERENCED;
}

bool pmap_is_modified(struct paddr pa, size_t size)
{
	return frame_flags(pa, size, 0) & FLAG_MODIFIED;
}

void pmap_clear_referenced(struct paddr pa, size_t size)
{
	frame_flags(pa, size, FLAG_REFERENCED);
}

void pmap_clear_modified(struct paddr pa, size_t size)
{
	frame_flags(pa, size, FLAG_MODIFIED);
}

static void forget(struct mapping **p, unsigned prot)
{
	(void)prot;
	if (!((*p)->flags & PMAP_WIRED))
		drop(p);
}

size_t pmap_kernel_tables(void)
{
	return 0;
}

void pmap_drain_local(void)
{
	/* Tables are not frames here. */
}

void pmap_collect(struct pmap *pmap)
{
	spin_lock(&pmap_lock);
	each(pmap, 0, pmap_user_max, forget, 0);
	spin_unlock(&pmap_lock);
}

size_t pmap_table_pages(const struct pmap *pmap)
{
	return pmap->count / 512 + (pmap->count != 0);
}

size_t pmap_resident_bytes(const struct pmap *pmap)
{
	return pmap->count * PAGE;
}

void pmap_activate(struct pmap *pmap)
{
	host_cpu()->pmap = pmap;
}

size_t pmap_check_all(void)
{
	size_t seen = 0;
	struct pmap *pmap;

	spin_lock(&pmap_lock);
	list_for_each(&all, pmap, link) {
		for (unsigned i = 0; i < BUCKETS; i++) {
			const struct mapping *m = pmap->buckets[i];

			for (; m != NULL; m = m->next, seen++) {
				const struct page *page =
					page_from_paddr(m->pa);

				if (page != NULL && page->kind == PAGE_FREE)
					panic("pmap: free frame %#lx mapped "
					      "at %#lx",
					      m->pa.raw, m->va);
			}
		}
	}
	spin_unlock(&pmap_lock);
	return seen;
}

bool host_access(uint64_t user, void *p, size_t n, unsigned access)
{
	struct pmap *pmap = host_cpu()->pmap;
	struct mapping *m;
	bool ok;

	if (pmap == NULL || user < pmap_user_min || user >= pmap_user_max)
		return false;
	spin_lock(&pmap_lock);
	m = *slot(pmap, user & ~(PAGE - 1));
	ok = m != NULL && (m->prot & access) == access;
	if (ok) {
		char *frame = phys_to_virt(m->pa);
		char *at = frame + (user & (PAGE - 1));

		m->referenced = true;
		if (access & ACCESS_WRITE) {
			m->modified = true;
			memcpy(at, p, n);
		} else {
			memcpy(p, at, n);
		}
	}
	spin_unlock(&pmap_lock);
	return ok;
}

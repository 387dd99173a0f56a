/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes of the running task straight into another one's memory: a long message
 * is copied once. The frame cannot go away or lose its rights meanwhile, for
 * both locks under which its entry may be lowered are held (pmap_i.h): the
 * pmap's, and that of the frame's reverse map, which is taken only if nobody
 * else maps the frame. The running task's own memory is refused: two threads may
 * have overlapping buffers, and the copy would eat its own source.
 *
 * Locks: pmap -> reverse map of one frame at a time.
 */
#include "percpu.h"
#include "pmap_i.h"

#define PTE_TAKES (PTE_PRESENT | PTE_WRITE | PTE_USER)
#define PTE_NOTED (PTE_ACCESSED | PTE_DIRTY)

static inline bool copy_to_frame(pte_t *pte, size_t offset, vaddr_t from,
				 size_t size)
{
	uint64_t entry = atomic_get(pte), frame = entry & PTE_FRAME, now;
	struct page *page;
	bool ok;

	if ((entry & (PTE_TAKES | PTE_UNCACHED)) != PTE_TAKES)
		return false;
	page = page_from_paddr((struct paddr){ frame });
	/* A physical range mapped cached may have no struct page. */
	if (!page ||
	    !pv_exchange(page, (uintptr_t)pte, (uintptr_t)pte | PV_LOCK))
		return false;
	/* It may have been lowered just before we had the lock. */
	now = atomic_get(pte);
	ok = !((now ^ entry) & ~PTE_NOTED) &&
	     frame_copy_in((char *)direct(frame) + offset, from, size);
	if (!(now & PTE_DIRTY))
		pv_note(page, PTE_NOTED);
	atomic_set_rel((_Atomic uintptr_t *)&page->pmap_word, (uintptr_t)pte);
	return ok;
}

bool pmap_copy_across(struct pmap *pmap, vaddr_t to, vaddr_t from, size_t size)
{
	vaddr_t end = to + size;
	size_t n;
	bool ok;

	if (to >= USER_MAX || size > USER_MAX - to ||
	    pmap == CPU_FIELD(struct pmap *, pmap))
		return false;
	spin_lock(&pmap->lock);
	do {
		size_t offset = to & (PAGE_SIZE_4K - 1);
		pte_t *leaf = leaf_lookup(pmap, to);

		n = PAGE_SIZE_4K - offset;
		n = n < end - to ? n : end - to;
		ok = leaf && !(pmap->leaf_page->pmap_flags & LEAF_LOWERED) &&
		     copy_to_frame(&leaf[table_index(to, 0)], offset,
					   from, n);
		to += n;
		from += n;
	} while (ok && to < end);
	spin_unlock(&pmap->lock);
	return ok;
}

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
#include "vector_borrow.h"

#include <arch/copy.h>

#define PTE_TAKES (PTE_PRESENT | PTE_WRITE | PTE_USER)
#define PTE_NOTED (PTE_ACCESSED | PTE_DIRTY)

bool user_copy_wide_nofault(void *to, const void *from, size_t size);

/* wide: registers are borrowed. */
static inline bool copy_to_frame(pte_t *pte, size_t offset, vaddr_t from,
				 size_t size, bool wide)
{
	uint64_t entry = atomic_get(pte), frame = entry & PTE_FRAME, now;
	void *to = (char *)direct(frame) + offset;
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
	     (wide ? user_copy_wide_nofault(to, (const void *)from, size) :
		     copy_in_nofault(to, from, size));
	if (!(now & PTE_DIRTY))
		pv_note(page, PTE_NOTED);
	atomic_set_rel((_Atomic uintptr_t *)&page->pmap_word, (uintptr_t)pte);
	return ok;
}

/* The pmap's lock is held. */
static inline bool copy_to_frames(struct pmap *pmap, vaddr_t to, vaddr_t from,
				  size_t size, bool wide)
{
	while (true) {
		size_t offset = to & (PAGE_SIZE_4K - 1);
		size_t n = PAGE_SIZE_4K - offset;
		pte_t *leaf = leaf_lookup(pmap, to);

		n = n < size ? n : size;
		if (!leaf || pmap->leaf_page->pmap_flags & LEAF_LOWERED ||
		    !copy_to_frame(&leaf[table_index(to, 0)], offset, from, n,
				   wide))
			return false;
		size -= n;
		if (size == 0)
			return true;
		to += n;
		from += n;
	}
}

bool pmap_copy_across(struct pmap *pmap, vaddr_t to, vaddr_t from, size_t size)
{
	struct borrowed b;
	bool ok;

	if (to >= USER_MAX || size > USER_MAX - to ||
	    pmap == CPU_FIELD(struct pmap *, pmap))
		return false;
	spin_lock(&pmap->lock);
	/* User space ends with a page that is never there (copy.c). */
	if (size >= BLOCK && from < USER_MAX && can_borrow()) {
		borrow(&b);
		ok = copy_to_frames(pmap, to, from, size, true);
		give_back(&b);
	} else {
		ok = copy_to_frames(pmap, to, from, size, false);
	}
	spin_unlock(&pmap->lock);
	return ok;
}

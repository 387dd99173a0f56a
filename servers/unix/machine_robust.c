/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Robust mutexes of threads that cannot release them themselves: because a
 * signal killed them, or their process exits or becomes another program. What
 * such a thread holds in memory of its own goes with the task; what lies in
 * memory that other processes map is marked as left by its owner, and one who
 * waits for it is woken.
 *
 * The list is the program's: all lists of a process together have ROBUST_ALL
 * entries that are looked at; whatever in it is not memory ends the walk. A word
 * is changed in place, as others change it, through a mapping of its page. That
 * write may need a page (copy on write), and a fault of ours that finds none
 * would end the server: while memory is short, the walk ends.
 */
#include <mach/mach_ext.h>
#include <mach/mach_traps.h>
#include <sys/mman.h>
#include "machine_i.h"
#include "robust.h"

#define PAGE	     4096ull
#define PAGE_DOWN(x) ((x) & ~(PAGE - 1))
#define RESERVE	     (4ull << 20) /* memory that is not used for this */

/* One page of the task, mapped here; at is 0: none. */
struct window {
	struct proc *p;
	uint64_t page;
	vm_address_t at;
	unsigned *left; /* entries that may still be looked at */
};

static void window_close(struct window *w)
{
	if (w->at)
		vm_deallocate(mach_task_self(), w->at, PAGE);
	w->at = 0;
}

/* Only memory that others may share, and that the program may write. */
static bool window_open(struct window *w, uint64_t page)
{
	struct machine_region r;
	mach_port_t entry;
	vm_size_t size = PAGE;
	kern_return_t kr;

	if (w->at && w->page == page)
		return true;
	window_close(w);
	if (!machine_region_next(w->p, page, &r) || r.start > page ||
	    !r.shared || (r.prot & 3) != (PROT_READ | PROT_WRITE) ||
	    mach_make_memory_entry(mtask_of(w->p)->task, &size, page,
				   VM_PROT_READ | VM_PROT_WRITE, &entry))
		return false;
	w->page = page;
	kr = vm_map(mach_task_self(), &w->at, PAGE, 0, TRUE, entry, 0, FALSE,
		    VM_PROT_READ | VM_PROT_WRITE, VM_PROT_READ | VM_PROT_WRITE,
		    VM_INHERIT_NONE);
	mach_port_deallocate(mach_task_self(), entry);
	if (kr != KERN_SUCCESS)
		w->at = 0;
	return w->at != 0;
}

static bool memory_is_short(void)
{
	uint64_t total, available;

	machine_memory(&total, &available);
	return available < RESERVE;
}

static void wake_one(const uint32_t *word)
{
	futex_wake((const int *)word, 1, FUTEX_SHARED);
}

/* False: there is no such word, or no memory to change it. */
static bool mark(struct window *w, uint64_t entry, int64_t offset, int tid,
		 bool pending)
{
	uint64_t address = (entry & ~1ull) + (uint64_t)offset;
	bool plain = !(entry & PRIORITY_BIT);
	uint32_t old, *word;

	if ((address & 3) ||
	    !machine_memory_read(w->p, address, &old, sizeof(old)))
		return false;
	if ((old & OWNER) != (uint32_t)tid && !(pending && !old && plain))
		return true;
	if (memory_is_short())
		return false;
	if (!window_open(w, PAGE_DOWN(address)))
		return true; /* nobody else sees it */
	word = (uint32_t *)(w->at + (address - w->page));
	/* Unlocked, but the wake-up was not sent yet. */
	if (!old) {
		wake_one(word);
		return true;
	}
	while (!__atomic_compare_exchange_n(word, &old,
					    (old & WAITERS) | OWNER_DIED, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		if ((old & OWNER) != (uint32_t)tid)
			return true;
	if ((old & WAITERS) && plain)
		wake_one(word);
	return true;
}

static void walk(struct window *w, uint64_t list, int tid)
{
	struct robust_head head;
	uint64_t entry, next = 0;

	if (!machine_memory_read(w->p, list, &head, sizeof(head)))
		return;
	entry = head.next;
	for (; *w->left; --*w->left) {
		if ((entry & ~1ull) == list)
			break;
		/* The next one first: the mutex may be gone once marked. */
		bool more = machine_memory_read(w->p, entry & ~1ull, &next,
						sizeof(next));
		if ((entry != head.pending &&
		     !mark(w, entry, head.offset, tid, false)) || !more)
			return;
		entry = next;
	}
	if (head.pending)
		mark(w, head.pending, head.offset, tid, true);
}

/* Where its list begins; 0: it has none. */
static uint64_t list_of(struct proc *p, uint64_t block)
{
	uint64_t list = 0;

	if (!block || !machine_memory_read(p, block + UX_BLOCK_ROBUST, &list,
					   sizeof(list)))
		return 0;
	return list;
}

void robust_release(struct proc *p, uint64_t block, int tid, unsigned *left)
{
	struct window w = {.p = p, .left = left};
	uint64_t list = *left ? list_of(p, block) : 0;

	if (!list)
		return;
	walk(&w, list, tid);
	window_close(&w);
}

/* A vfork child's list is not its own: it has set none. */
void machine_robust(struct proc *p)
{
	unsigned left = ROBUST_ALL;
	struct list *pos;

	if (!p->task || p->vforked_from)
		return;
	list_each(pos, &p->threads) {
		struct lwp *l = list_entry(pos, struct lwp, siblings);
		if (l->released || !list_of(p, l->block))
			continue;
		machine_stop(p);
		robust_release(p, l->block, l->tid, &left);
	}
}

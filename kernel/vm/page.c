/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resident pages: page size, allocation, wiring. Takes no locks of its own;
 * counts are atomic.
 */
#include <vm/page.h>

#include <kern/options.h>
#include <kern/panic.h>

unsigned vm_page_shift;
unsigned vm_page_order;
_Atomic size_t vm_pages_wired;

#define VM_PAGE_ORDER_MAX 4 /* what programs are aligned for: 64 KiB */

/* An impossible page size is a mistake in the kernel's command line: one
 * line, then the nearest possible one. */
void vm_page_init(void)
{
	uint64_t wanted = kernel_options.page_size;
	unsigned order = 0;

	while (order < VM_PAGE_ORDER_MAX &&
	       ((uint64_t)1 << (pmap_page_shift + order)) < wanted)
		order++;
	vm_page_order = order;
	vm_page_shift = pmap_page_shift + order;
	if (wanted != 0 && wanted != vm_page_size())
		klog("vm: page_size=%u is not possible here: %u\n",
		     (unsigned)wanted, (unsigned)vm_page_size());
}

struct page *vm_page_alloc(unsigned flags)
{
	struct page *p = page_alloc(vm_page_order, PAGE_VM, flags);

	if (__builtin_expect(p == NULL, 0))
		return NULL;
	atomic_set(vm_page_refs(p), 1);
	atomic_set(&vm_page_part(p)->wired, 0);
	atomic_set(&vm_page_part(p)->writable, 0);
	return p;
}

void vm_page_free(struct page *p)
{
	assert(atomic_get(&vm_page_part(p)->wired) == 0);
	page_free(p, vm_page_order);
}

void vm_page_wire(struct page *p)
{
	if (atomic_add(&vm_page_part(p)->wired, 1) == 0)
		atomic_add(&vm_pages_wired, 1);
}

void vm_page_unwire(struct page *p)
{
	uint32_t was = atomic_sub(&vm_page_part(p)->wired, 1);

	assert(was != 0);
	if (was == 1)
		atomic_sub(&vm_pages_wired, 1);
}

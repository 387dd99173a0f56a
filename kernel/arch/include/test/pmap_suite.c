/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract tests: mappings of one pmap, and what the processor makes of them.
 */
#include "arch_test.h"
#include "map_one.h"

#include <arch/copy.h>
#include <arch/cpu.h>
#include <kern/config.h>
#include <kern/string.h>

#define RW (ACCESS_READ | ACCESS_WRITE)

static struct paddr frame(struct page *page)
{
	return page_to_paddr(page);
}

/* What an access to the loaded pmap gives. */
static bool can_read(vaddr_t va)
{
	uint32_t word;

	return copy_in_nofault(&word, va, sizeof(word));
}

static bool can_write(vaddr_t va)
{
	uint32_t word = 0x1234;

	return copy_out_nofault(va, &word, sizeof(word));
}

bool arch_test_phys_virt(void)
{
	struct page *page = page_alloc(0, PAGE_KERNEL, 0);

	EXPECT(page);
	EXPECT(virt_to_phys(phys_to_virt(frame(page))).raw == frame(page).raw);
	EXPECT(page_from_paddr(frame(page)) == page);
	EXPECT(pmap_user_min > 0 && pmap_user_min < pmap_user_max);
	page_free(page, 0);
	return true;
}

bool arch_test_zero_and_copy(void)
{
	struct page *a = page_alloc(0, PAGE_KERNEL, 0);
	struct page *b = page_alloc(0, PAGE_KERNEL, 0);
	uint8_t *pa, *pb;

	EXPECT(a && b);
	pa = page_to_virt(a);
	pb = page_to_virt(b);
	memset(pa, 0x5a, page_size_hw());
	memset(pb, 0xa5, page_size_hw());
	pmap_copy(frame(b), frame(a), page_size_hw());
	EXPECT(memcmp(pa, pb, page_size_hw()) == 0);
	pmap_zero(frame(a), page_size_hw());
	for (size_t i = 0; i < page_size_hw(); i++)
		EXPECT(pa[i] == 0 && pb[i] == 0x5a);
	page_free(a, 0);
	page_free(b, 0);
	return true;
}

bool arch_test_pmap_enter_extract(void)
{
	struct map_one m;
	struct paddr pa;
	unsigned prot;

	EXPECT(map_one_init(&m, RW));
	EXPECT(pmap_extract(m.pmap, m.va, &pa, &prot));
	EXPECT(pa.raw == frame(m.page).raw && prot == RW);
	EXPECT(!pmap_extract(m.pmap, m.va + m.size, &pa, NULL));
	EXPECT(!pmap_extract(m.pmap, m.va - 1, &pa, NULL));
	EXPECT(pmap_resident_bytes(m.pmap) == m.size);
	pmap_remove(m.pmap, m.va, m.va + m.size);
	EXPECT(!pmap_extract(m.pmap, m.va, &pa, NULL));
	EXPECT(pmap_resident_bytes(m.pmap) == 0);
	map_one_cleanup(&m);
	return true;
}

bool arch_test_pmap_access(void)
{
	struct map_one m;

	EXPECT(map_one_init(&m, ACCESS_READ));
	EXPECT(can_read(m.va) && !can_write(m.va));
	EXPECT(pmap_enter(m.pmap, m.va, frame(m.page), m.size, RW, 0) ==
	       KR_SUCCESS);
	EXPECT(can_read(m.va) && can_write(m.va));
	EXPECT(*(uint32_t *)page_to_virt(m.page) == 0x1234);
	pmap_remove(m.pmap, 0, pmap_user_max);
	EXPECT(!can_read(m.va) && !can_write(m.va));
	map_one_cleanup(&m);
	return true;
}

bool arch_test_pmap_protect_lowers(void)
{
	struct map_one m;
	unsigned prot;

	EXPECT(map_one_init(&m, RW));
	EXPECT(can_write(m.va));
	pmap_protect(m.pmap, m.va, m.va + m.size, ACCESS_READ);
	EXPECT(can_read(m.va) && !can_write(m.va));
	/* It never raises. */
	pmap_protect(m.pmap, m.va, m.va + m.size, ACCESS_ALL);
	EXPECT(!can_write(m.va));
	EXPECT(pmap_extract(m.pmap, m.va, NULL, &prot) && prot == ACCESS_READ);
	EXPECT(pmap_enter(m.pmap, m.va, frame(m.page), m.size, ACCESS_ALL, 0) ==
	       KR_SUCCESS);
	pmap_protect(m.pmap, m.va, m.va + m.size, RW);
	EXPECT(pmap_extract(m.pmap, m.va, NULL, &prot) && prot == RW);
	pmap_protect(m.pmap, m.va, m.va + m.size, ACCESS_NONE);
	EXPECT(!can_read(m.va));
	map_one_cleanup(&m);
	return true;
}

/* What is lowered as a whole is raised page by page. */
bool arch_test_pmap_protect_everything(void)
{
	struct page *other = page_alloc(0, PAGE_VM, PAGE_ZEROED);
	struct map_one m;
	vaddr_t next;
	unsigned prot;

	EXPECT(other);
	EXPECT(map_one_init(&m, RW));
	next = m.va + m.size;
	EXPECT(pmap_enter(m.pmap, next, frame(other), m.size, RW, 0) ==
	       KR_SUCCESS);
	for (int i = 0; i < 2; i++) {
		EXPECT(can_write(m.va) && can_write(next));
		pmap_protect(m.pmap, 0, pmap_user_max, ACCESS_READ);
		EXPECT(can_read(m.va) && !can_write(m.va));
		EXPECT(can_read(next) && !can_write(next));
		EXPECT(pmap_extract(m.pmap, next, NULL, &prot) &&
		       prot == ACCESS_READ);
		EXPECT(pmap_enter(m.pmap, m.va, frame(m.page), m.size, RW,
				  0) == KR_SUCCESS);
		EXPECT(can_write(m.va) && !can_write(next));
		EXPECT(pmap_extract(m.pmap, next, NULL, &prot) &&
		       prot == ACCESS_READ);
		EXPECT(pmap_enter(m.pmap, next, frame(other), m.size, RW, 0) ==
		       KR_SUCCESS);
	}
	map_one_cleanup(&m);
	page_free(other, 0);
	return true;
}

bool arch_test_pmap_replace(void)
{
	struct page *other = page_alloc(0, PAGE_VM, PAGE_ZEROED);
	struct map_one m;
	uint32_t word;

	EXPECT(other);
	EXPECT(map_one_init(&m, RW));
	EXPECT(can_write(m.va));
	EXPECT(pmap_enter(m.pmap, m.va, frame(other), m.size, ACCESS_READ, 0) ==
	       KR_SUCCESS);
	EXPECT(copy_in_u32_nofault(&word, m.va) && word == 0);
	EXPECT(!can_write(m.va));
	EXPECT(pmap_resident_bytes(m.pmap) == m.size);
	/* The old frame is mapped no more. */
	pmap_page_protect(frame(m.page), m.size, ACCESS_NONE);
	EXPECT(can_read(m.va));
	EXPECT(pmap_is_modified(frame(m.page), m.size));
	EXPECT(!pmap_is_modified(frame(other), m.size));
	map_one_cleanup(&m);
	page_free(other, 0);
	return true;
}

bool arch_test_pmap_quick_keeps(void)
{
	struct page *pages[4];
	struct paddr pa[4];
	struct map_one m;

	EXPECT(map_one_init(&m, RW));
	for (unsigned i = 0; i < 4; i++) {
		pages[i] = page_alloc(0, PAGE_VM, PAGE_ZEROED);
		EXPECT(pages[i]);
		pa[i] = frame(pages[i]);
	}
	pmap_enter_quick(m.pmap, m.va - m.size, pa, m.size, 4, ACCESS_READ);
	EXPECT(pmap_extract(m.pmap, m.va - m.size, &pa[3], NULL) &&
	       pa[3].raw == pa[0].raw);
	EXPECT(pmap_extract(m.pmap, m.va, &pa[3], NULL) &&
	       pa[3].raw == frame(m.page).raw);
	EXPECT(can_write(m.va) && can_read(m.va + m.size));
	EXPECT(!can_write(m.va + m.size));
	map_one_cleanup(&m);
	for (unsigned i = 0; i < 4; i++)
		page_free(pages[i], 0);
	return true;
}

/* One page here and there over all of the space; tables come and go. */
bool arch_test_pmap_sparse_tables(void)
{
	struct map_one m;
	size_t tables;

	EXPECT(map_one_init(&m, RW));
	pmap_remove(m.pmap, 0, pmap_user_max);
	tables = pmap_table_pages(m.pmap);
	for (unsigned shift = 16; shift < 47; shift++)
		EXPECT(pmap_enter(m.pmap, (vaddr_t)1 << shift, frame(m.page),
				  m.size, RW, 0) == KR_SUCCESS);
	EXPECT(pmap_enter(m.pmap, pmap_user_max - m.size, frame(m.page),
			  m.size, RW, 0) == KR_SUCCESS);
	EXPECT(pmap_resident_bytes(m.pmap) == 32 * m.size);
	EXPECT(CONFIG_HOST || pmap_table_pages(m.pmap) > tables + 16);
	pmap_check_all();
	EXPECT(can_read(pmap_user_max - m.size) && can_write(1ul << 46));
	for (unsigned shift = 16; shift < 47; shift += 2)
		pmap_remove(m.pmap, (vaddr_t)1 << shift,
			    ((vaddr_t)1 << shift) + m.size);
	EXPECT(pmap_resident_bytes(m.pmap) == 16 * m.size);
	pmap_remove(m.pmap, 0, pmap_user_max);
	EXPECT(pmap_table_pages(m.pmap) == tables);
	map_one_cleanup(&m);
	return true;
}

bool arch_test_pmap_collect_keeps_wired(void)
{
	struct map_one m;

	EXPECT(map_one_init(&m, RW));
	EXPECT(pmap_enter(m.pmap, m.va + m.size, frame(m.page), m.size, RW,
			  PMAP_WIRED) == KR_SUCCESS);
	pmap_collect(m.pmap);
	EXPECT(!can_read(m.va) && can_read(m.va + m.size));
	map_one_cleanup(&m);
	return true;
}

bool arch_test_kernel_window(void)
{
	struct page *page = page_alloc(0, PAGE_KERNEL, PAGE_ZEROED);
	vaddr_t start, end, at;

	EXPECT(page);
	pmap_kernel_space(&start, &end);
	EXPECT(start < end && start >= pmap_user_max);
	at = end - page_size_hw(); /* kva hands out from below */
	EXPECT(pmap_kernel_enter(at, frame(page), RW, 0) == KR_SUCCESS);
	*(volatile uint32_t *)at = 77;
	EXPECT(*(uint32_t *)page_to_virt(page) == 77);
	pmap_kernel_remove(at, at + page_size_hw());
	pmap_check_all();
	page_free(page, 0);
	return true;
}

bool arch_test_walker(void)
{
	struct map_one m;

	EXPECT(map_one_init(&m, RW));
	EXPECT(pmap_check_all() > 0);
	map_one_cleanup(&m);
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames and zones: what is handed out is there, is nobody else's, comes back;
 * the machine's holes stay holes; the last memory is for the urgent.
 */
#include <arch/boot.h>
#include <arch/pmap.h>
#include <host.h>
#include <kern/census.h>
#include <kern/kva.h>
#include <kern/page.h>
#include <kern/zone.h>

#include "check.h"

#include <stdlib.h>

static size_t frames_at_rest(void)
{
	zone_drain();
	return page_count_free();
}

static void usable_ram_is_counted(void)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < boot_info.ram_count; i++)
		bytes += boot_info.ram[i].size;
	CHECK_EQ(page_count_total() * page_size_hw(), bytes);
	CHECK(page_count_free() < page_count_total());
	CHECK(page_count_kind(PAGE_RESERVED) * page_size_hw() >=
	      boot_info.reserved[0].size);
}

static void holes_have_no_frames(void)
{
	struct paddr last = { boot_info.ram[0].start.raw +
			      boot_info.ram[0].size };
	struct paddr before = { boot_info.ram[1].start.raw - 1 };

	CHECK(page_from_paddr(last) == NULL);
	CHECK(page_from_paddr(before) == NULL);
	CHECK(page_from_paddr((struct paddr){ 0 }) == NULL);
	CHECK(page_from_paddr((struct paddr){ UINT64_MAX }) == NULL);
	CHECK(page_from_paddr(boot_info.ram[1].start) != NULL);
}

static void addresses_convert_both_ways(void)
{
	for (unsigned i = 0; i < 2; i++) {
		struct paddr pa = boot_info.ram[i].start;
		struct page *page = page_from_paddr(pa);

		CHECK_EQ(page_to_paddr(page).raw, pa.raw);
		CHECK(page_to_virt(page) == phys_to_virt(pa));
		CHECK(page_from_virt(phys_to_virt(pa)) == page);
	}
}

static void blocks_are_aligned_and_apart(void)
{
	struct page *p[40];
	unsigned n = 0;

	for (unsigned order = 0; order < 10; order++)
		for (unsigned i = 0; i < 4; i++) {
			struct page *page = page_alloc(order, PAGE_VM, 0);
			uint64_t mask = (page_size_hw() << order) - 1;

			CHECK(page != NULL);
			CHECK_EQ(page_to_paddr(page).raw & mask, 0);
			memset(page_to_virt(page), (int)n + 1,
			       page_size_hw() << order);
			p[n++] = page;
		}
	for (unsigned i = 0; i < n; i++) {
		unsigned order = i / 4;
		const unsigned char *at = page_to_virt(p[i]);
		size_t size = page_size_hw() << order;

		CHECK_EQ(at[0], i + 1);
		CHECK_EQ(at[size - 1], i + 1);
		page_free(p[i], order);
	}
}

static void everything_comes_back(void)
{
	size_t before = frames_at_rest();
	struct page *p[200];
	unsigned order[200], n = 0;

	srand(7);
	for (int round = 0; round < 5000; round++) {
		if (n < 200 && rand() % 2) {
			order[n] = (unsigned)rand() % 6;
			p[n] = page_alloc(order[n], PAGE_VM,
					  rand() % 2 ? PAGE_ZEROED : 0);
			if (p[n] != NULL)
				n++;
		} else if (n > 0) {
			unsigned i = (unsigned)rand() % n;

			page_free(p[i], order[i]);
			p[i] = p[--n];
			order[i] = order[n];
		}
	}
	while (n > 0) {
		n--;
		page_free(p[n], order[n]);
	}
	CHECK_EQ(frames_at_rest(), before);
	CHECK_EQ(page_count_kind(PAGE_VM), 0);
	/* All joined again: the largest blocks are there. */
	struct page *big = page_alloc(11, PAGE_VM, 0);

	CHECK(big != NULL);
	page_free(big, 11);
}

static void zeroed_means_zero(void)
{
	for (int i = 0; i < 100; i++) {
		struct page *page = page_alloc(0, PAGE_VM, PAGE_ZEROED);
		const uint64_t *at = page_to_virt(page);

		for (size_t j = 0; j < page_size_hw() / 8; j++)
			CHECK(at[j] == 0);
		memset(page_to_virt(page), 0x77, page_size_hw());
		page_free(page, 0);
	}
	struct page *page = page_alloc(0, PAGE_VM, PAGE_ZEROED);

	page_free_zeroed(page);
	page = page_alloc(0, PAGE_VM, PAGE_ZEROED);
	CHECK(*(uint64_t *)page_to_virt(page) == 0);
	page_free(page, 0);
}

static void the_reserve_is_for_the_urgent(void)
{
	struct list taken;
	size_t before = frames_at_rest();
	struct page *page;
	unsigned urgent = 0;

	list_init(&taken);
	while ((page = page_alloc(0, PAGE_VM, 0)) != NULL)
		list_push_back(&taken, &page->link);
	CHECK(page_alloc(0, PAGE_VM, PAGE_ZEROED) == NULL);
	CHECK(page_alloc(3, PAGE_VM, 0) == NULL);
	/* User memory leaves some to the kernel. */
	page = page_alloc(0, PAGE_KERNEL, 0);
	CHECK(page != NULL);
	for (; page != NULL; page = page_alloc(0, PAGE_KERNEL, 0))
		list_push_back(&taken, &page->link);
	CHECK(kalloc(100000) == NULL);
	CHECK(kva_alloc(page_size_hw()) == NULL);
	for (; urgent < 16; urgent++) {
		page = page_alloc(0, PAGE_VM, PAGE_URGENT);
		CHECK(page != NULL);
		list_push_back(&taken, &page->link);
	}
	while (!list_empty(&taken)) {
		page = container_of(list_pop_front(&taken), struct page, link);
		page_free(page, 0);
	}
	CHECK_EQ(frames_at_rest(), before);
}

/* Who takes kernel objects without end leaves memory to page faults. */
static void the_kernel_has_a_share(void)
{
	struct list taken;
	size_t before = frames_at_rest();
	struct page *page;

	list_init(&taken);
	while ((page = page_alloc(0, PAGE_KERNEL, 0)) != NULL)
		list_push_back(&taken, &page->link);
	CHECK(page_alloc(1, PAGE_KERNEL, 0) == NULL);
	CHECK(frames_at_rest() > before * 2 / 5);
	page = page_alloc(0, PAGE_VM, 0);
	CHECK(page != NULL);
	page_free(page, 0);
	page = page_alloc(0, PAGE_KERNEL, PAGE_URGENT);
	CHECK(page != NULL);
	page_free(page, 0);
	while (!list_empty(&taken)) {
		page = container_of(list_pop_front(&taken), struct page, link);
		page_free(page, 0);
	}
	CHECK_EQ(frames_at_rest(), before);
}

static void boot_memory_can_be_released(void)
{
	size_t before = page_count_free();
	size_t frames = boot_info.reserved[0].size / page_size_hw();

	page_release_boot(boot_info.reserved[0].start,
			  boot_info.reserved[0].size);
	CHECK_EQ(page_count_free(), before + frames);
}

/* --- zones */

static struct zone small, odd, large;

static void zone_objects_are_apart_and_counted(void)
{
	static unsigned char *p[1000];

	zone_init(&odd, "odd", 37, 0);
	for (int i = 0; i < 1000; i++) {
		p[i] = zone_alloc(&odd);
		CHECK(p[i] != NULL);
		CHECK_EQ((uintptr_t)p[i] % 16, 0);
		memset(p[i], i, 37);
	}
	CHECK_EQ(zone_live(&odd), 1000);
	for (int i = 0; i < 1000; i++) {
		CHECK_EQ(p[i][0], i & 0xff);
		CHECK_EQ(p[i][36], i & 0xff);
		zone_free(&odd, p[i]);
	}
	CHECK_EQ(zone_live(&odd), 0);
}

static void zone_alignment_holds(void)
{
	zone_init(&large, "large", 3000, 64);
	for (int i = 0; i < 50; i++) {
		void *p = zone_alloc_zeroed(&large);

		CHECK(p != NULL);
		CHECK_EQ((uintptr_t)p % 64, 0);
		zone_free(&large, p);
	}
}

static void zone_gives_its_frames_back(void)
{
	static void *p[4000];
	size_t before;

	zone_init(&small, "small", 16, 0);
	before = frames_at_rest();
	for (int i = 0; i < 4000; i++)
		p[i] = zone_alloc(&small);
	CHECK(frames_at_rest() < before);
	for (int i = 0; i < 4000; i += 2)
		zone_free(&small, p[i]);
	for (int i = 1; i < 4000; i += 2)
		zone_free(&small, p[i]);
	CHECK_EQ(frames_at_rest(), before);
}

static void failure_can_be_injected(void)
{
	void *a, *b;

	zone_fail_after = 1;
	a = zone_alloc(&small);
	b = zone_alloc(&small);
	CHECK(a != NULL && b == NULL);
	b = kalloc(10000); /* one failure only */
	CHECK(b != NULL);
	zone_free(&small, a);
	kfree(b, 10000);
	zone_fail_after = -1;
}

static void kalloc_serves_every_size(void)
{
	static void *p[9000];
	size_t before = frames_at_rest();

	for (size_t n = 1; n < 9000; n += 7) {
		p[n] = kalloc(n);
		CHECK(p[n] != NULL);
		memset(p[n], (int)n, n);
	}
	for (size_t n = 1; n < 9000; n += 7) {
		CHECK_EQ(((unsigned char *)p[n])[n - 1], n & 0xff);
		kfree(p[n], n);
	}
	kfree(NULL, 5);
	CHECK(kalloc((size_t)1 << 50) == NULL);
	CHECK(kalloc(SIZE_MAX) == NULL);
	CHECK_EQ(frames_at_rest(), before);
}

static void kva_has_guard_pages(void)
{
	char *a = kva_alloc(5 * page_size_hw());
	char *b = kva_alloc(5 * page_size_hw());

	CHECK(a != NULL && b != NULL);
	CHECK(b >= a + 6 * page_size_hw() || a >= b + 6 * page_size_hw());
	memset(a, 1, 5 * page_size_hw());
	kva_free(a, 5 * page_size_hw());
	kva_free(b, 5 * page_size_hw());
	CHECK(kva_alloc(0) == NULL);
	CHECK(kva_alloc(SIZE_MAX) == NULL);
	CHECK(kva_alloc((size_t)1 << 45) == NULL);
}

static void census_sees_a_difference(void)
{
	struct census c;
	void *p;

	census_take(&c);
	CHECK_EQ(census_compare(&c), 0);
	p = zone_alloc(&small);
	CHECK_EQ(census_compare(&c), 1);
	zone_free(&small, p);
	CHECK_EQ(census_compare(&c), 0);
}

static void all(void *arg)
{
	(void)arg;
	RUN(usable_ram_is_counted);
	RUN(holes_have_no_frames);
	RUN(addresses_convert_both_ways);
	RUN(blocks_are_aligned_and_apart);
	RUN(everything_comes_back);
	RUN(zeroed_means_zero);
	RUN(the_reserve_is_for_the_urgent);
	RUN(the_kernel_has_a_share);
	RUN(boot_memory_can_be_released);
	RUN(zone_objects_are_apart_and_counted);
	RUN(zone_alignment_holds);
	RUN(zone_gives_its_frames_back);
	RUN(failure_can_be_injected);
	RUN(kalloc_serves_every_size);
	RUN(kva_has_guard_pages);
	RUN(census_sees_a_difference);
}

int main(void)
{
	host_kernel_run(all, NULL);
	return check_done();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract tests: frames that several pmaps map, and several processors.
 */
#include "arch_test.h"
#include "map_one.h"

#include <arch/atomic.h>
#include <arch/clock.h>
#include <arch/copy.h>
#include <arch/cpu.h>
#include <kern/sched.h>
#include <kern/thread.h>

#define RW   (ACCESS_READ | ACCESS_WRITE)
#define MANY 40

static bool enter(struct pmap *pmap, vaddr_t va, struct page *page,
		  unsigned prot)
{
	return pmap_enter(pmap, va, page_to_paddr(page), page_size_hw(), prot,
			  0) == KR_SUCCESS;
}

static vaddr_t place(unsigned i)
{
	return MAP_ONE_VA + i * 0x12345 * page_size_hw();
}

/* One frame in many pmaps: lowered and removed everywhere at once. */
bool arch_test_pmap_page_protect_all(void)
{
	struct page *page = page_alloc(0, PAGE_VM, PAGE_ZEROED);
	struct pmap *pmaps[MANY];
	unsigned prot;

	EXPECT(page);
	for (unsigned i = 0; i < MANY; i++) {
		pmaps[i] = pmap_create();
		EXPECT(pmaps[i] && enter(pmaps[i], place(i), page, RW));
	}
	pmap_remove(pmaps[7], 0, pmap_user_max);
	pmap_page_protect(page_to_paddr(page), page_size_hw(), ACCESS_READ);
	for (unsigned i = 0; i < MANY; i++)
		if (i != 7)
			EXPECT(pmap_extract(pmaps[i], place(i), NULL, &prot) &&
			       prot == ACCESS_READ);
	pmap_check_all();
	pmap_destroy(pmaps[3]);
	pmap_page_protect(page_to_paddr(page), page_size_hw(), ACCESS_NONE);
	for (unsigned i = 0; i < MANY; i++) {
		if (i == 3)
			continue;
		EXPECT(!pmap_extract(pmaps[i], place(i), NULL, NULL));
		EXPECT(pmap_resident_bytes(pmaps[i]) == 0);
		pmap_destroy(pmaps[i]);
	}
	EXPECT(page->pmap_word == 0);
	page_free(page, 0);
	return true;
}

bool arch_test_pmap_bits(void)
{
	struct map_one m;
	struct paddr pa;
	uint32_t word;

	EXPECT(map_one_init(&m, RW));
	pa = page_to_paddr(m.page);
	EXPECT(!pmap_is_modified(pa, m.size));
	EXPECT(copy_in_u32_nofault(&word, m.va));
	EXPECT(pmap_is_referenced(pa, m.size) && !pmap_is_modified(pa, m.size));
	EXPECT(copy_out_nofault(m.va, &word, sizeof(word)));
	EXPECT(pmap_is_modified(pa, m.size));
	pmap_clear_modified(pa, m.size);
	pmap_clear_referenced(pa, m.size);
	EXPECT(!pmap_is_modified(pa, m.size));
	EXPECT(!pmap_is_referenced(pa, m.size));
	EXPECT(copy_out_nofault(m.va, &word, sizeof(word)));
	EXPECT(pmap_is_modified(pa, m.size));
	/* It sticks when the mapping goes. */
	pmap_remove(m.pmap, m.va, m.va + m.size);
	EXPECT(pmap_is_modified(pa, m.size) && pmap_is_referenced(pa, m.size));
	pmap_clear_modified(pa, m.size);
	EXPECT(!pmap_is_modified(pa, m.size));
	map_one_cleanup(&m);
	return true;
}

bool arch_test_pmap_destroy_mapped(void)
{
	struct page *page = page_alloc(0, PAGE_VM, 0);
	struct pmap *pmap = pmap_create();

	EXPECT(page && pmap);
	for (unsigned i = 0; i < MANY; i++)
		EXPECT(enter(pmap, place(i), page, ACCESS_READ));
	pmap_destroy(pmap);
	EXPECT(page->pmap_word == 0);
	page_free(page, 0);
	return true;
}

/* --- other processors */

static _Atomic unsigned readers, failures;

static void load_and_read(void *arg)
{
	struct map_one *m = arg;
	uint32_t word;

	pmap_activate(m->pmap);
	if (!copy_in_u32_nofault(&word, m->va) ||
	    !copy_out_nofault(m->va, &word, sizeof(word)))
		atomic_add(&failures, 1);
	atomic_add(&readers, 1);
}

static void expect_read_only(void *arg)
{
	struct map_one *m = arg;
	uint32_t word;

	if (!copy_in_u32_nofault(&word, m->va) ||
	    copy_out_nofault(m->va, &word, sizeof(word)))
		atomic_add(&failures, 1);
}

static void expect_nothing(void *arg)
{
	struct map_one *m = arg;
	uint32_t word;

	if (copy_in_u32_nofault(&word, m->va))
		atomic_add(&failures, 1);
}

static void unload(void *arg)
{
	(void)arg;
	pmap_activate(NULL);
}

/* An idle processor lets go of its map, so none may be idle meanwhile. */
static _Atomic unsigned busy;
static _Atomic bool busy_end;

static void keep_busy(void *cpu)
{
	thread_bind((int)(uintptr_t)cpu);
	atomic_add(&busy, 1);
	while (!atomic_get(&busy_end))
		cpu_relax();
	atomic_sub(&busy, 1);
}

static bool others_busy(struct thread **threads)
{
	unsigned others = cpu_count() - 1;

	thread_bind(0);
	atomic_set(&busy_end, false);
	for (unsigned i = 0; i < others; i++) {
		threads[i] = thread_create_kernel(
			"busy", keep_busy, (void *)(uintptr_t)(i + 1), 20);
		EXPECT(threads[i]);
	}
	while (atomic_get(&busy) < others) {
		thread_yield(NULL);
		cpu_relax();
	}
	return true;
}

static void others_rest(struct thread **threads)
{
	atomic_set(&busy_end, true);
	for (unsigned i = 0; i + 1 < cpu_count(); i++) {
		thread_wait_dead(threads[i]);
		thread_unref(threads[i]);
	}
	thread_bind(-1);
}

/* No processor uses a translation after it was lowered or removed. */
static bool shootdown(struct map_one *m)
{
	struct paddr pa = page_to_paddr(m->page);

	cpu_call(UINT64_MAX, load_and_read, m);
	EXPECT(readers == cpu_count() - 1 && failures == 0);
	pmap_protect(m->pmap, m->va, m->va + m->size, ACCESS_READ);
	cpu_call(UINT64_MAX, expect_read_only, m);
	EXPECT(failures == 0);
	EXPECT(enter(m->pmap, m->va, m->page, RW));
	cpu_call(UINT64_MAX, load_and_read, m);
	EXPECT(failures == 0);
	pmap_page_protect(pa, m->size, ACCESS_READ);
	cpu_call(UINT64_MAX, expect_read_only, m);
	EXPECT(failures == 0);
	pmap_page_protect(pa, m->size, ACCESS_NONE);
	cpu_call(UINT64_MAX, expect_nothing, m);
	EXPECT(failures == 0);
	EXPECT(enter(m->pmap, m->va, m->page, RW));
	cpu_call(UINT64_MAX, load_and_read, m);
	EXPECT(failures == 0);
	pmap_remove(m->pmap, m->va, m->va + m->size);
	cpu_call(UINT64_MAX, expect_nothing, m);
	EXPECT(failures == 0);
	return true;
}

bool arch_test_pmap_shootdown(void)
{
	struct thread *threads[64];
	struct map_one m;
	bool ok;

	EXPECT(map_one_init(&m, RW));
	EXPECT(others_busy(threads));
	readers = failures = 0;
	ok = shootdown(&m);
	cpu_call(UINT64_MAX, unload, NULL);
	others_rest(threads);
	map_one_cleanup(&m);
	return ok;
}

/* Threads that map, unmap, lower by pmap and lower by frame, all at once. */
#define RACERS 4
#define ROUNDS 300

static struct pmap *race_pmap;
static struct page *race_page[4];
static _Atomic unsigned race_done;

static void race_step(unsigned n)
{
	struct page *page = race_page[n / 3 % 4];
	vaddr_t va = place(n % 5);

	switch (n % 7) {
	case 0:
	case 1:
	case 2:
		if (!enter(race_pmap, va, page, n & 8 ? RW : ACCESS_READ))
			atomic_add(&failures, 1);
		break;
	case 3:
		pmap_remove(race_pmap, va, va + page_size_hw());
		break;
	case 4:
		pmap_protect(race_pmap, 0, pmap_user_max, ACCESS_READ);
		break;
	case 5:
		pmap_page_protect(page_to_paddr(page), page_size_hw(),
				  n & 8 ? ACCESS_NONE : ACCESS_READ);
		break;
	case 6:
		pmap_clear_modified(page_to_paddr(page), page_size_hw());
		break;
	}
}

static void racer(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;

	for (unsigned i = 0; i < ROUNDS; i++) {
		seed = seed * 1103515245 + 12345;
		race_step(seed >> 16);
		if (i % 16 == 0)
			(void)thread_yield(NULL);
	}
	atomic_add(&race_done, 1);
}

static bool race_run(void)
{
	uint64_t end = clock_now() + 100000000000ull;

	for (unsigned i = 0; i < RACERS; i++) {
		struct thread *t = thread_create_kernel(
			"racer", racer, (void *)(uintptr_t)(i + 1),
			PRIORITY_KERNEL);

		EXPECT(t);
		thread_unref(t);
	}
	while (race_done != RACERS) {
		EXPECT(clock_now() < end);
		pmap_check_all();
		(void)thread_yield(NULL);
	}
	return true;
}

bool arch_test_pmap_race(void)
{
	race_pmap = pmap_create();
	race_done = failures = 0;
	EXPECT(race_pmap);
	for (unsigned i = 0; i < 4; i++)
		EXPECT((race_page[i] = page_alloc(0, PAGE_VM, 0)) != NULL);
	EXPECT(race_run());
	EXPECT(failures == 0);
	for (unsigned i = 0; i < 4; i++) {
		pmap_page_protect(page_to_paddr(race_page[i]), page_size_hw(),
				  ACCESS_NONE);
		EXPECT(race_page[i]->pmap_word == 0);
	}
	EXPECT(pmap_resident_bytes(race_pmap) == 0);
	pmap_destroy(race_pmap);
	for (unsigned i = 0; i < 4; i++)
		page_free(race_page[i], 0);
	return true;
}

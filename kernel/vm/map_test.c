/* SPDX-License-Identifier: BSD-2-Clause */
/* Address maps: places, holes, protection, inheritance, the paper's example. */
#include "check.h"
#include "vm_user.h"

#include <host.h>
#include <kern/charge.h>
#include <kern/panic.h>
#include <vm/map_i.h>

#define MIB ((uint64_t)1 << 20)
#define AT  ((uint64_t)0x10000000)

static struct account *account;
static uint64_t page;

static struct vm_map *new_map(void)
{
	struct vm_map *map = vm_map_create(account);

	panic_unless(map != NULL);
	return map;
}

static void allocates_anywhere(void)
{
	struct vm_map *map = new_map();
	uint64_t a = 1, b = 2;

	CHECK_EQ(vm_map_allocate(map, &a, 3 * page, true), KR_SUCCESS);
	CHECK_EQ(vm_map_allocate(map, &b, 1, true), KR_SUCCESS);
	CHECK(a % page == 0 && b % page == 0 && a != b);
	CHECK_EQ(vm_user_get(map, a + 3 * page - 8), 0);
	vm_user_set(map, b, 7);
	CHECK_EQ(vm_user_get(map, b), 7);
	vm_check_map(map);
	vm_map_unref(map);
}

static void size_zero(void)
{
	struct vm_map *map = new_map();
	uint64_t a = 77;

	CHECK_EQ(vm_map_allocate(map, &a, 0, true), KR_SUCCESS);
	CHECK_EQ(a, 0);
	CHECK_EQ(vm_map_deallocate(map, AT, 0), KR_SUCCESS);
	CHECK_EQ(vm_map_protect(map, AT, 0, false, 1), KR_SUCCESS);
	CHECK_EQ(vm_map_inherit(map, AT, 0, 1), KR_SUCCESS);
	vm_map_unref(map);
}

static void fixed_places(void)
{
	struct vm_map *map = new_map();
	uint64_t a = AT + 5;

	CHECK_EQ(vm_map_allocate(map, &a, page, false), KR_SUCCESS);
	CHECK_EQ(a, AT);
	a = AT;
	CHECK_EQ(vm_map_allocate(map, &a, page, false), KR_NO_SPACE);
	a = AT - page;
	CHECK_EQ(vm_map_allocate(map, &a, page + 1, false), KR_NO_SPACE);
	a = 0x10000 - 1;
	CHECK_EQ(vm_map_allocate(map, &a, page, false), KR_INVALID_ADDRESS);
	a = 0;
	CHECK_EQ(vm_map_allocate(map, &a, page, false), KR_INVALID_ADDRESS);
	a = 0x10000;
	CHECK_EQ(vm_map_allocate(map, &a, page, false), KR_SUCCESS);
	vm_check_map(map);
	vm_map_unref(map);
}

static void deallocates_holes(void)
{
	struct vm_map *map = new_map();
	uint64_t a = AT, b = AT + 8 * page;

	CHECK_EQ(vm_map_allocate(map, &a, 4 * page, false), KR_SUCCESS);
	CHECK_EQ(vm_map_allocate(map, &b, 4 * page, false), KR_SUCCESS);
	vm_user_set(map, a, 1);
	vm_user_set(map, b + 3 * page, 2);
	CHECK_EQ(vm_map_deallocate(map, a + page, 9 * page), KR_SUCCESS);
	vm_check_map(map);
	CHECK_EQ(map->count, 2);
	CHECK_EQ(vm_fault(map, a + page, ACCESS_READ), KR_INVALID_ADDRESS);
	CHECK_EQ(vm_user_get(map, a), 1);
	CHECK_EQ(vm_user_get(map, b + 3 * page), 2);
	vm_map_unref(map);
}

/* What was given back is zero when it comes again, pages and all. */
static void memory_comes_back_zero(void)
{
	struct vm_map *map = new_map();
	uint64_t a = AT;

	CHECK_EQ(vm_map_allocate(map, &a, 200 * page, false), KR_SUCCESS);
	for (uint64_t i = 0; i < 200; i++)
		vm_user_set(map, a + i * page, i + 1);
	for (uint64_t i = 1; i < 199; i += 3) {
		struct vm_census before = vm_census_take();
		uint64_t at = a + i * page;
		CHECK_EQ(vm_map_deallocate(map, at, page), KR_SUCCESS);
		CHECK_EQ(page_count_kind(PAGE_VM) + (page >> pmap_page_shift),
			 before.frames);
		CHECK_EQ(vm_map_allocate(map, &at, page, false), KR_SUCCESS);
		vm_check_map(map);
	}
	CHECK_EQ(map->count, 1);
	for (uint64_t i = 0; i < 200; i++)
		CHECK_EQ(vm_user_get(map, a + i * page),
			 i >= 1 && i < 199 && i % 3 == 1 ? 0 : i + 1);
	vm_map_unref(map);
}

static void protection(void)
{
	struct vm_map *map = new_map();
	uint64_t a = AT;

	CHECK_EQ(vm_map_allocate(map, &a, 8 * page, false), KR_SUCCESS);
	vm_user_set(map, a, 1);
	CHECK_EQ(vm_map_protect(map, a, page, false, 8), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_map_protect(map, a, 1, false, VM_PROT_READ), KR_SUCCESS);
	CHECK_EQ(map->count, 2);
	CHECK_EQ(vm_fault(map, a, ACCESS_WRITE), KR_PROTECTION_FAILURE);
	CHECK_EQ(vm_user_get(map, a), 1);
	CHECK_EQ(vm_map_protect(map, a, page, false, VM_PROT_DEFAULT),
		 KR_SUCCESS);
	CHECK_EQ(map->count, 1);
	vm_user_set(map, a, 2);
	CHECK_EQ(vm_map_protect(map, a, 9 * page, false, VM_PROT_READ),
		 KR_INVALID_ADDRESS);
	vm_user_set(map, a, 3);
	CHECK_EQ(vm_fault(map, a, ACCESS_EXECUTE), KR_PROTECTION_FAILURE);
	vm_check_map(map);
	vm_map_unref(map);
}

static void maximum_protection(void)
{
	struct vm_map *map = new_map();
	struct vm_region_info info;
	uint64_t a = AT;

	CHECK_EQ(vm_map_allocate(map, &a, 4 * page, false), KR_SUCCESS);
	CHECK_EQ(vm_map_protect(map, a + page, page, true, VM_PROT_READ),
		 KR_SUCCESS);
	CHECK_EQ(vm_map_region(map, a + page, &info), KR_SUCCESS);
	CHECK_EQ(info.addr, a + page);
	CHECK_EQ(info.size, page);
	CHECK_EQ(info.prot, VM_PROT_READ);
	CHECK_EQ(info.max_prot, VM_PROT_READ);
	CHECK_EQ(vm_map_protect(map, a, 4 * page, false, VM_PROT_WRITE),
		 KR_PROTECTION_FAILURE);
	CHECK_EQ(vm_map_region(map, a, &info), KR_SUCCESS);
	CHECK_EQ(info.prot, VM_PROT_DEFAULT); /* nothing was changed */
	CHECK_EQ(vm_map_protect(map, a + page, page, true, VM_PROT_ALL),
		 KR_PROTECTION_FAILURE);
	CHECK_EQ(vm_map_region(map, a + 4 * page, &info), KR_NO_SPACE);
	vm_map_unref(map);
}

struct region {
	uint64_t start, end;
	int prot, inherit;
};

static void check_regions(struct vm_map *map, const struct region *want,
			  unsigned count)
{
	uint64_t at = 0;

	for (unsigned i = 0; i < count; i++) {
		struct vm_region_info info;
		CHECK_EQ(vm_map_region(map, at, &info), KR_SUCCESS);
		vm_object_unref(info.object);
		CHECK_EQ(info.addr, AT + want[i].start);
		CHECK_EQ(info.addr + info.size, AT + want[i].end);
		CHECK_EQ(info.prot, want[i].prot);
		CHECK_EQ(info.max_prot, VM_PROT_ALL);
		CHECK_EQ(info.inherit, want[i].inherit);
		at = info.addr + info.size;
	}
}

/* VM-19: section 4 of the 1986 paper, and its fork. */
static void paper_map(void)
{
	static const struct region want[] = {
		{ 0, 0x8000, VM_PROT_READ, VM_INHERIT_COPY },
		{ 0x8000, 0x10000, VM_PROT_READ, VM_INHERIT_SHARE },
		{ 0x10000, 0x20000, VM_PROT_DEFAULT, VM_INHERIT_SHARE },
		{ 0x20000, 0x100000, VM_PROT_DEFAULT, VM_INHERIT_COPY },
	};
	struct vm_map *map = new_map(), *child;
	uint64_t a = AT;

	CHECK_EQ(vm_map_allocate(map, &a, 0x100000, false), KR_SUCCESS);
	vm_user_set(map, AT, 1);
	vm_user_set(map, AT + 0x8000, 2);
	vm_user_set(map, AT + 0x20000, 4);
	CHECK_EQ(vm_map_protect(map, a, 0x10000, false, VM_PROT_READ),
		 KR_SUCCESS);
	CHECK_EQ(vm_map_inherit(map, a + 0x8000, 0x18000, VM_INHERIT_SHARE),
		 KR_SUCCESS);
	check_regions(map, want, 4);
	child = vm_map_fork(map, account);
	CHECK(child != NULL);
	check_regions(map, want, 4);
	check_regions(child, want, 4);
	vm_check_map(map);
	vm_check_map(child);
	CHECK_EQ(vm_user_get(child, AT + 0x8000), 2);
	vm_user_set(child, AT + 0x10000, 3); /* shared, first touched here */
	CHECK_EQ(vm_user_get(map, AT + 0x10000), 3);
	vm_user_set(map, AT + 0x20000, 5);
	CHECK_EQ(vm_user_get(child, AT + 0x20000), 4);
	CHECK_EQ(vm_map_protect(child, AT, 0x10000, false, VM_PROT_DEFAULT),
		 KR_SUCCESS);
	vm_user_set(child, AT, 9);
	vm_user_set(child, AT + 0x8000, 8);
	CHECK_EQ(vm_user_get(map, AT), 1);
	CHECK_EQ(vm_user_get(map, AT + 0x8000), 8);
	vm_check_map(map);
	vm_check_map(child);
	vm_map_unref(child);
	vm_map_unref(map);
}

/* VM-20: a terabyte reserved, ten pages touched. */
static void sparse(void)
{
	struct vm_map *map = new_map();
	uint64_t a = AT, size = (uint64_t)1 << 40;
	size_t before = page_count_free();

	CHECK_EQ(vm_map_allocate(map, &a, size, false), KR_SUCCESS);
	for (uint64_t i = 0; i < 10; i++)
		vm_user_set(map, a + i * (size / 10), i);
	CHECK(before - page_count_free() < 200);
	vm_check_map(map);
	CHECK_EQ(vm_map_deallocate(map, a + page, size - 2 * page), KR_SUCCESS);
	CHECK_EQ(vm_user_get(map, a), 0);
	vm_check_map(map);
	vm_map_unref(map);
}

static struct vm_mapping replacement(uint64_t addr, uint64_t size)
{
	return (struct vm_mapping){ .addr = addr,
				    .size = size,
				    .replace = true,
				    .prot = VM_PROT_READ,
				    .max_prot = VM_PROT_ALL,
				    .inherit = VM_INHERIT_COPY };
}

/* New memory instead of what is there: parts, holes, several entries. */
static void replaces(void)
{
	struct vm_map *map = new_map();
	struct vm_mapping m = replacement(AT + page, 9 * page);
	uint64_t a = AT, b = AT + 8 * page;

	CHECK_EQ(vm_map_allocate(map, &a, 4 * page, false), KR_SUCCESS);
	CHECK_EQ(vm_map_allocate(map, &b, 4 * page, false), KR_SUCCESS);
	for (unsigned i = 0; i < 4; i++) {
		vm_user_set(map, a + i * page, 1);
		vm_user_set(map, b + i * page, 2);
	}
	CHECK_EQ(vm_map_enter(map, NULL, &m), KR_SUCCESS);
	CHECK_EQ(m.addr, AT + page);
	vm_check_map(map);
	CHECK_EQ(map->size, 12 * page);
	CHECK_EQ(vm_user_get(map, AT), 1);
	for (unsigned i = 1; i < 10; i++)
		CHECK_EQ(vm_user_get(map, AT + i * page), 0);
	CHECK_EQ(vm_user_get(map, AT + 10 * page), 2);
	CHECK_EQ(vm_fault(map, AT + page, ACCESS_WRITE), KR_PROTECTION_FAILURE);
	m = replacement(0, page);
	CHECK_EQ(vm_map_enter(map, NULL, &m), KR_INVALID_ADDRESS);
	m = replacement(AT, page);
	m.anywhere = true;
	CHECK_EQ(vm_map_enter(map, NULL, &m), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_user_get(map, AT), 1);
	vm_map_unref(map);
}

/* Pages go, the mapping and its protection stay; a child keeps its copy. */
static void discards(void)
{
	struct vm_map *map = new_map(), *child;
	uint64_t a = AT, b = AT + 6 * page;

	CHECK_EQ(vm_map_allocate(map, &a, 4 * page, false), KR_SUCCESS);
	CHECK_EQ(vm_map_allocate(map, &b, page, false), KR_SUCCESS);
	for (unsigned i = 0; i < 4; i++)
		vm_user_set(map, a + i * page, 1 + i);
	CHECK_EQ(vm_map_protect(map, a + page, page, false, VM_PROT_READ),
		 KR_SUCCESS);
	child = vm_map_fork(map, account);
	CHECK_EQ(vm_map_discard(map, a + page, 2 * page), KR_SUCCESS);
	vm_check_map(map);
	CHECK_EQ(vm_user_get(map, a), 1);
	CHECK_EQ(vm_user_get(map, a + page), 0);
	CHECK_EQ(vm_user_get(map, a + 2 * page), 0);
	CHECK_EQ(vm_user_get(map, a + 3 * page), 4);
	CHECK_EQ(vm_fault(map, a + page, ACCESS_WRITE), KR_PROTECTION_FAILURE);
	CHECK_EQ(vm_user_get(child, a + page), 2);
	CHECK_EQ(vm_map_discard(map, a, 7 * page), KR_INVALID_ADDRESS);
	CHECK_EQ(vm_user_get(map, a), 0);
	CHECK_EQ(vm_map_discard(map, a, 0), KR_SUCCESS);
	vm_map_unref(child);
	vm_map_unref(map);
}

/* What another map sees too, nobody takes away. */
static void keeps_shared(void)
{
	struct vm_map *map = new_map(), *child;
	uint64_t a = AT;

	CHECK_EQ(vm_map_allocate(map, &a, page, false), KR_SUCCESS);
	vm_user_set(map, a, 5);
	CHECK_EQ(vm_map_inherit(map, a, page, VM_INHERIT_SHARE), KR_SUCCESS);
	child = vm_map_fork(map, account);
	CHECK_EQ(vm_map_discard(map, a, page), KR_SUCCESS);
	CHECK_EQ(vm_user_get(map, a), 5);
	CHECK_EQ(vm_user_get(child, a), 5);
	vm_map_unref(child);
	vm_map_unref(map);
}

static void many_entries(void)
{
	struct vm_map *map = new_map();
	uint64_t a = AT, n = 20000;

	CHECK_EQ(vm_map_allocate(map, &a, 2 * n * page, false), KR_SUCCESS);
	for (uint64_t i = 0; i < n; i++)
		CHECK_EQ(vm_map_protect(map, a + 2 * i * page, page, false,
					VM_PROT_READ),
			 KR_SUCCESS);
	CHECK_EQ(map->count, 2 * n);
	vm_check_map(map);
	for (uint64_t i = 0; i < n; i++)
		CHECK_EQ(vm_map_deallocate(map, a + (2 * i + 1) * page, page),
			 KR_SUCCESS);
	a = AT;
	CHECK_EQ(vm_map_allocate(map, &a, page, false), KR_NO_SPACE);
	vm_check_map(map);
	CHECK_EQ(vm_map_deallocate(map, AT, 2 * n * page), KR_SUCCESS);
	CHECK_EQ(map->count, 0);
	CHECK_EQ(map->size, 0);
	vm_map_unref(map);
}

/* A neighbour's pages make the tree higher; when they go, it is as before. */
static void trees_shrink(void)
{
	struct vm_map *map = new_map();
	uint64_t near = AT, far = AT + page, size = 5000 * page;

	CHECK_EQ(vm_map_allocate(map, &near, page, false), KR_SUCCESS);
	vm_user_set(map, near, 7);
	struct vm_census before = vm_census_take();
	CHECK_EQ(vm_map_allocate(map, &far, size, false), KR_SUCCESS);
	vm_user_set(map, far + size - 8, 8);
	CHECK_EQ(map->count, 1); /* one object */
	CHECK_EQ(vm_map_deallocate(map, far, size), KR_SUCCESS);
	CHECK(vm_census_equal(before));
	CHECK_EQ(vm_user_get(map, near), 7);
	vm_user_set(map, near, 9);
	CHECK_EQ(vm_user_get(map, near), 9);
	vm_check_map(map);
	vm_map_unref(map);
}

static void body(void *arg)
{
	static void (*const tests[])(void) = {
		allocates_anywhere, size_zero, fixed_places, deallocates_holes,
		memory_comes_back_zero, protection, maximum_protection,
		paper_map, sparse, replaces,
		discards, keeps_shared, many_entries, trees_shrink,
	};
	static const char *const names[] = {
		"allocates_anywhere", "size_zero", "fixed_places",
		"deallocates_holes", "memory_comes_back_zero", "protection",
		"maximum_protection", "paper_map", "sparse", "replaces",
		"discards", "keeps_shared", "many_entries", "trees_shrink",
	};

	(void)arg;
	account = account_create(NULL);
	page = vm_page_bytes();
	for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		struct vm_census before = vm_census_take();
		check_run(names[i], tests[i]);
		if (!vm_census_equal(before))
			check_state.failed++;
	}
	account_unref(account);
}

int main(void)
{
	host_options.boot = vm_init;
	host_kernel_run(body, NULL);
	return check_done();
}

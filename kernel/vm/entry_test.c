/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory entries, physical memory, wiring. */
#include "check.h"
#include "vm_user.h"

#include <host.h>
#include <kern/charge.h>
#include <kern/panic.h>
#include <kern/zone.h>
#include <vm/map_i.h>

#define AT ((uint64_t)0x10000000)

static struct account *account;
static uint64_t page;

static struct vm_map *map_with(uint64_t pages)
{
	struct vm_map *map = vm_map_create(account);
	uint64_t a = AT;

	panic_unless(map != NULL);
	panic_unless(vm_map_allocate(map, &a, pages * page, false) ==
		     KR_SUCCESS);
	for (uint64_t i = 0; i < pages; i++)
		vm_user_set(map, AT + i * page, i + 1);
	return map;
}

static struct vm_entry_port *entry_of(struct vm_map *map, uint64_t addr,
				      uint64_t pages, int max)
{
	struct vm_entry_port *e;
	uint64_t size = pages * page;

	panic_unless(vm_entry_create(map, &size, addr, max, &e) == KR_SUCCESS);
	panic_unless(size == pages * page);
	return e;
}

static void drop(struct vm_entry_port *e)
{
	kobject_unref(vm_entry_kobject(e));
}

static struct vm_mapping at(uint64_t addr, uint64_t pages, bool copy)
{
	return (struct vm_mapping){ .addr = addr,
				    .size = pages * page,
				    .copy = copy,
				    .prot = VM_PROT_READ,
				    .max_prot = VM_PROT_ALL,
				    .inherit = VM_INHERIT_COPY };
}

/* VM-43: two tasks that are not related. */
static void unrelated_tasks_share(void)
{
	struct vm_map *a = map_with(8), *b = map_with(1);
	struct vm_entry_port *e = entry_of(a, AT + page, 4, VM_PROT_ALL);
	struct vm_mapping m = at(2 * AT, 3, false);
	struct vm_region_info info;

	m.prot = VM_PROT_DEFAULT;
	m.offset = page;
	CHECK_EQ(vm_map_enter(b, e, &m), KR_SUCCESS);
	CHECK_EQ(vm_user_get(b, 2 * AT), 3);
	vm_user_set(b, 2 * AT, 30);
	CHECK_EQ(vm_user_get(a, AT + 2 * page), 30);
	vm_user_set(a, AT + 4 * page, 50);
	CHECK_EQ(vm_user_get(b, 2 * AT + 2 * page), 50);
	CHECK_EQ(vm_map_region(b, 2 * AT, &info), KR_SUCCESS);
	CHECK(info.shared);
	vm_object_unref(info.object);
	/* The pages around the entry's stayed private: they go when unmapped. */
	size_t before = page_count_kind(PAGE_VM);
	CHECK_EQ(vm_map_deallocate(a, AT, page), KR_SUCCESS);
	CHECK_EQ(page_count_kind(PAGE_VM), before - (page >> pmap_page_shift));
	vm_map_unref(a);
	CHECK_EQ(vm_user_get(b, 2 * AT), 30);
	vm_check_map(b);
	vm_map_unref(b);
	m.addr = 2 * AT;
	a = map_with(1);
	CHECK_EQ(vm_map_enter(a, e, &m), KR_SUCCESS); /* the entry keeps it */
	CHECK_EQ(vm_user_get(a, 2 * AT), 30);
	drop(e);
	vm_map_unref(a);
}

static void maximum_is_capped(void)
{
	struct vm_map *a = map_with(2), *b = map_with(1);
	struct vm_entry_port *e = entry_of(a, AT, 2, VM_PROT_READ);
	struct vm_mapping m = at(2 * AT, 2, false);

	CHECK_EQ(vm_map_enter(b, e, &m), KR_SUCCESS);
	CHECK_EQ(vm_map_protect(b, 2 * AT, page, false, VM_PROT_DEFAULT),
		 KR_PROTECTION_FAILURE);
	CHECK_EQ(vm_fault(b, 2 * AT, ACCESS_WRITE), KR_PROTECTION_FAILURE);
	m = at(3 * AT, 2, false);
	m.prot = VM_PROT_DEFAULT;
	CHECK_EQ(vm_map_enter(b, e, &m), KR_PROTECTION_FAILURE);
	m = at(3 * AT, 2, true);
	m.prot = VM_PROT_DEFAULT;
	CHECK_EQ(vm_map_enter(b, e, &m), KR_SUCCESS); /* its own copy */
	vm_user_set(b, 3 * AT, 9);
	CHECK_EQ(vm_user_get(a, AT), 1);
	CHECK_EQ(vm_user_get(b, 2 * AT), 1);
	CHECK_EQ(vm_map_protect(a, AT, 2 * page, true, VM_PROT_READ),
		 KR_SUCCESS);
	uint64_t size = page;
	struct vm_entry_port *more;
	CHECK_EQ(vm_entry_create(a, &size, AT, VM_PROT_DEFAULT, &more),
		 KR_PROTECTION_FAILURE);
	drop(e);
	vm_map_unref(a);
	vm_map_unref(b);
}

/* B29: sizes that are no whole pages, ranges at the end. */
static void odd_sizes(void)
{
	struct vm_map *a = map_with(4);
	struct vm_entry_port *e;
	uint64_t size = page + 1;
	struct vm_mapping m;

	CHECK_EQ(vm_entry_create(a, &size, AT + 5, VM_PROT_ALL, &e),
		 KR_SUCCESS);
	CHECK_EQ(size, 2 * page);
	m = at(2 * AT, 3, false);
	CHECK_EQ(vm_map_enter(a, e, &m), KR_INVALID_ARGUMENT);
	m = at(2 * AT, 2, false);
	m.offset = page;
	CHECK_EQ(vm_map_enter(a, e, &m), KR_INVALID_ARGUMENT);
	m.offset = 1;
	CHECK_EQ(vm_map_enter(a, e, &m), KR_INVALID_ARGUMENT);
	m.offset = -page;
	CHECK_EQ(vm_map_enter(a, e, &m), KR_INVALID_ARGUMENT);
	drop(e);
	size = 100 * page; /* as far as it goes */
	CHECK_EQ(vm_entry_create(a, &size, AT + page, VM_PROT_ALL, &e),
		 KR_SUCCESS);
	CHECK(size >= page && size <= 3 * page);
	drop(e);
	vm_map_unref(a);
	CHECK(pmap_check_all() == 0);
}

/* B29: an address inside a page gives no page behind the entry's. */
static void odd_addresses(void)
{
	struct vm_map *a = map_with(4), *b = map_with(1);
	struct vm_entry_port *whole = entry_of(a, AT, 4, VM_PROT_ALL);
	struct vm_entry_port *e = entry_of(a, AT + page, 1, VM_PROT_ALL);
	struct vm_mapping m = at(2 * AT + 1, 1, false);

	CHECK_EQ(vm_map_enter(b, e, &m), KR_SUCCESS);
	CHECK_EQ(m.addr, 2 * AT);
	CHECK_EQ(vm_user_get(b, 2 * AT), 2);
	CHECK_EQ(vm_fault(b, 2 * AT + page, ACCESS_READ), KR_INVALID_ADDRESS);
	m = at(3 * AT + page - 1, 1, true);
	CHECK_EQ(vm_map_enter(b, e, &m), KR_SUCCESS);
	CHECK_EQ(vm_fault(b, 3 * AT + page, ACCESS_READ), KR_INVALID_ADDRESS);
	m = at(2 * AT + 1, 1, false);
	m.replace = true;
	CHECK_EQ(vm_map_enter(b, e, &m), KR_SUCCESS);
	CHECK_EQ(vm_fault(b, 2 * AT + page, ACCESS_READ), KR_INVALID_ADDRESS);
	drop(whole);
	drop(e);
	vm_map_unref(a);
	vm_map_unref(b);
}

/* No room for the new: the old stays. */
static void replacing_is_all_or_nothing(void)
{
	struct vm_map *a = map_with(1), *b = map_with(3);
	struct vm_entry_port *e = entry_of(a, AT, 1, VM_PROT_ALL);
	size_t limit = account->limit[CHARGE_MAP_ENTRIES];
	struct vm_mapping m = at(AT + page, 1, false);

	m.replace = true;
	CHECK_EQ(vm_map_protect(b, AT + page, page, false, VM_PROT_READ),
		 KR_SUCCESS);
	account->limit[CHARGE_MAP_ENTRIES] =
		atomic_get(&account->used[CHARGE_MAP_ENTRIES]);
	CHECK_EQ(vm_map_enter(b, e, &m), KR_RESOURCE_SHORTAGE);
	CHECK_EQ(vm_user_get(b, AT + page), 2);
	account->limit[CHARGE_MAP_ENTRIES] = limit;
	CHECK_EQ(vm_map_enter(b, e, &m), KR_SUCCESS);
	CHECK_EQ(vm_user_get(b, AT + page), 1);
	m = (struct vm_mapping){ .addr = AT + page,
				 .size = page,
				 .replace = true,
				 .prot = VM_PROT_DEFAULT,
				 .max_prot = VM_PROT_ALL,
				 .inherit = VM_INHERIT_COPY };
	CHECK_EQ(vm_map_enter(b, NULL, &m), KR_SUCCESS);
	CHECK_EQ(vm_user_get(b, AT + page), 0);
	CHECK_EQ(vm_user_get(b, AT + 2 * page), 3);
	vm_check_map(b);
	drop(e);
	vm_map_unref(a);
	vm_map_unref(b);
}

static void nothing_is_discarded(void)
{
	struct vm_map *a = map_with(1);

	CHECK_EQ(vm_map_discard(a, AT + 8, 0), KR_SUCCESS);
	CHECK_EQ(vm_user_get(a, AT), 1);
	vm_map_unref(a);
}

/* Zeroes over memory that is zero: nothing is made to say so. */
static void zeroes_take_no_nodes(void)
{
	struct vm_map *a = map_with(1);
	uint64_t at = 2 * AT, size = 512 * page;
	struct vm_census before;

	CHECK_EQ(vm_map_allocate(a, &at, 2 * size, false), KR_SUCCESS);
	vm_user_set(a, at + size, 1);
	before = vm_census_take();
	CHECK_EQ(vm_map_copy_within(a, at, size - page, at + size + page),
		 KR_SUCCESS);
	CHECK_EQ(vm_census_take().nodes, before.nodes);
	vm_map_unref(a);
}

/* The boot archive: frames of the kernel, read by all, copied by writers. */
static void physical_memory(void)
{
	struct page *frames = page_alloc(vm_page_order + 2, PAGE_KERNEL,
					 PAGE_ZEROED);
	uint64_t *words = page_to_virt(frames);
	struct vm_map *a = map_with(1), *child;
	struct vm_entry_port *e;
	struct vm_mapping m = at(2 * AT, 4, false);

	for (unsigned i = 0; i < 4; i++)
		words[i * page / 8] = 100 + i;
	words[3 * page / 8 + 1] = 99;
	e = vm_entry_create_physical(page_to_paddr(frames), 3 * page + 1,
				     VM_PROT_READ | VM_PROT_EXECUTE);
	CHECK(e != NULL);
	CHECK_EQ(vm_map_enter(a, e, &m), KR_SUCCESS);
	m = at(3 * AT, 3, true);
	m.offset = page;
	m.prot = VM_PROT_DEFAULT;
	CHECK_EQ(vm_map_enter(a, e, &m), KR_SUCCESS);
	CHECK_EQ(vm_user_get(a, 2 * AT + 2 * page), 102);
	CHECK_EQ(vm_user_get(a, 2 * AT + 3 * page), 103 & 0xff);
	CHECK_EQ(vm_user_get(a, 2 * AT + 3 * page + 8), 0); /* not ours */
	CHECK_EQ(vm_user_get(a, 3 * AT), 101);
	vm_user_set(a, 3 * AT, 7);
	CHECK_EQ(words[page / 8], 101);
	child = vm_map_fork(a, account);
	vm_user_set(a, 3 * AT + page, 8);
	CHECK_EQ(vm_user_get(child, 3 * AT), 7);
	CHECK_EQ(vm_user_get(child, 3 * AT + page), 102);
	vm_user_set(child, 3 * AT, 9);
	CHECK_EQ(vm_user_get(a, 3 * AT), 7);
	vm_check_map(a);
	vm_check_map(child);
	drop(e);
	vm_map_unref(child);
	vm_map_unref(a);
	page_free(frames, vm_page_order + 2);
}

/* Registers are shared or not inherited, never copied. */
static void device_registers(void)
{
	struct vm_entry_port *e = vm_entry_create_device(
		(struct paddr){ 0xfee00000 }, page, VM_PROT_DEFAULT);
	struct vm_map *a = map_with(1), *child;
	struct vm_mapping m = at(2 * AT, 1, false);
	struct vm_copy *c;

	CHECK_EQ(vm_map_enter(a, e, &m), KR_SUCCESS);
	CHECK_EQ(vm_fault(a, 2 * AT, ACCESS_READ), KR_SUCCESS);
	CHECK_EQ(vm_copy_in(a, 2 * AT, page, false, &c),
		 KR_PROTECTION_FAILURE);
	CHECK_EQ(vm_copy_in(a, 2 * AT, 4, false, &c), KR_PROTECTION_FAILURE);
	m = at(3 * AT, 1, true);
	CHECK_EQ(vm_map_enter(a, e, &m), KR_PROTECTION_FAILURE);
	child = vm_map_fork(a, account);
	CHECK(child != NULL);
	CHECK_EQ(vm_fault(child, 2 * AT, ACCESS_READ), KR_INVALID_ADDRESS);
	drop(e);
	vm_map_unref(a);
	vm_map_unref(child);
}

/* B34, and that wired pages keep their frames. */
static void wiring(void)
{
	struct vm_map *a = map_with(4), *child;
	struct paddr before, after;

	CHECK_EQ(vm_map_wire(a, AT, page, VM_PROT_READ), KR_SUCCESS);
	CHECK_EQ(vm_map_wire(a, AT, 4 * page, VM_PROT_DEFAULT), KR_SUCCESS);
	CHECK_EQ(vm_map_wire(a, AT, 5 * page, VM_PROT_READ), KR_FAILURE);
	CHECK_EQ(vm_map_wire(a, AT, page, VM_PROT_ALL), KR_FAILURE);
	CHECK_EQ(atomic_get(&vm_pages_wired), 4);
	CHECK(pmap_extract(vm_map_pmap(a), AT, &before, NULL));
	child = vm_map_fork(a, account);
	vm_user_set(a, AT, 77);
	CHECK(pmap_extract(vm_map_pmap(a), AT, &after, NULL));
	CHECK_EQ(before.raw, after.raw);
	CHECK_EQ(vm_user_get(child, AT), 1);
	CHECK_EQ(vm_map_copy_within(a, AT + page, page, AT), KR_SUCCESS);
	CHECK_EQ(vm_user_get(a, AT), 2);
	CHECK(pmap_extract(vm_map_pmap(a), AT, &after, NULL));
	CHECK_EQ(before.raw, after.raw);
	CHECK_EQ(vm_map_wire(a, AT, 4 * page, VM_PROT_NONE), KR_SUCCESS);
	CHECK_EQ(atomic_get(&vm_pages_wired), 1);
	CHECK_EQ(vm_map_wire(a, AT, 4 * page, VM_PROT_NONE), KR_FAILURE);
	CHECK_EQ(vm_map_wire(a, AT, page, VM_PROT_NONE), KR_SUCCESS);
	CHECK_EQ(atomic_get(&vm_pages_wired), 0);
	for (unsigned i = 0; i < 0xffff; i++)
		CHECK_EQ(vm_map_wire(a, AT, page, VM_PROT_READ), KR_SUCCESS);
	CHECK_EQ(vm_map_wire(a, AT, page, VM_PROT_READ),
		 KR_RESOURCE_SHORTAGE);
	vm_check_map(a);
	vm_map_unref(a); /* deallocating unwires */
	CHECK_EQ(atomic_get(&vm_pages_wired), 0);
	CHECK_EQ(atomic_get(&account->used[CHARGE_WIRED]), 0);
	vm_map_unref(child);
}

/* Wired while only read, and shared with a child: the writer's page is wired. */
static void wiring_for_reading(void)
{
	struct vm_map *a = map_with(2), *child = vm_map_fork(a, account);
	struct paddr before, after;

	CHECK_EQ(vm_map_protect(a, AT, page, false, VM_PROT_READ), KR_SUCCESS);
	CHECK_EQ(vm_map_wire(a, AT, page, VM_PROT_READ), KR_SUCCESS);
	CHECK(pmap_extract(vm_map_pmap(a), AT, &before, NULL));
	CHECK_EQ(vm_map_protect(a, AT, page, false, VM_PROT_DEFAULT),
		 KR_SUCCESS);
	vm_user_set(a, AT, 7);
	CHECK(pmap_extract(vm_map_pmap(a), AT, &after, NULL));
	CHECK_EQ(before.raw, after.raw);
	CHECK_EQ(vm_user_get(child, AT), 1);
	CHECK_EQ(vm_map_wire(a, AT, page, VM_PROT_NONE), KR_SUCCESS);
	CHECK_EQ(atomic_get(&vm_pages_wired), 0);
	vm_map_unref(a);
	vm_map_unref(child);
}

/* B39: charged, limited, given back. */
static void limits(void)
{
	struct vm_map *map = map_with(1);
	size_t limit = account->limit[CHARGE_MAP_ENTRIES];
	uint64_t a = AT + page, big = 64 * page;
	enum kr kr = KR_SUCCESS;

	account->limit[CHARGE_MAP_ENTRIES] = 20;
	CHECK_EQ(vm_map_allocate(map, &a, big, false), KR_SUCCESS);
	for (unsigned i = 0; i < 64 && kr == KR_SUCCESS; i += 2)
		kr = vm_map_protect(map, a + i * page, page, false,
				    VM_PROT_READ);
	CHECK_EQ(kr, KR_RESOURCE_SHORTAGE);
	vm_check_map(map);
	CHECK_EQ(vm_map_deallocate(map, AT, big + page), KR_SUCCESS);
	CHECK_EQ(atomic_get(&account->used[CHARGE_MAP_ENTRIES]), 0);
	CHECK_EQ(atomic_get(&account->used[CHARGE_OBJECTS]), 0);
	account->limit[CHARGE_MAP_ENTRIES] = limit;
	vm_map_unref(map);
	CHECK_EQ(atomic_get(&account->used[CHARGE_TABLES]), 0);
}

/* All memory in use: the one who asks is told, and can give back. */
static void shortage(void)
{
	struct vm_map *map = vm_map_create(account);
	uint64_t a = AT, size = (uint64_t)1 << 30, i;
	enum kr kr = KR_SUCCESS;

	CHECK_EQ(vm_map_allocate(map, &a, size, false), KR_SUCCESS);
	for (i = 0; i < size && kr == KR_SUCCESS; i += page)
		kr = vm_fault(map, a + i, ACCESS_WRITE);
	CHECK_EQ(kr, KR_RESOURCE_SHORTAGE);
	vm_check_map(map);
	/* The kernel still has some, for other tasks. */
	struct vm_map *other = map_with(0);
	CHECK(other != NULL);
	vm_map_unref(other);
	void *own[16];
	for (i = 0; i < 16; i++)
		CHECK((own[i] = kalloc(8192)) != NULL);
	for (i = 0; i < 16; i++)
		kfree(own[i], 8192);
	CHECK_EQ(vm_map_deallocate(map, a, size / 2), KR_SUCCESS);
	CHECK_EQ(vm_map_allocate(map, &a, page, false), KR_SUCCESS);
	CHECK_EQ(vm_fault(map, a, ACCESS_WRITE), KR_SUCCESS);
	vm_map_unref(map);
}

static void body(void *arg)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} tests[] = {
		{ "unrelated_tasks_share", unrelated_tasks_share },
		{ "maximum_is_capped", maximum_is_capped },
		{ "odd_sizes", odd_sizes },
		{ "odd_addresses", odd_addresses },
		{ "replacing_is_all_or_nothing", replacing_is_all_or_nothing },
		{ "nothing_is_discarded", nothing_is_discarded },
		{ "zeroes_take_no_nodes", zeroes_take_no_nodes },
		{ "physical_memory", physical_memory },
		{ "device_registers", device_registers },
		{ "wiring", wiring },
		{ "wiring_for_reading", wiring_for_reading },
		{ "limits", limits },
		{ "shortage", shortage },
	};

	(void)arg;
	account = account_create(NULL);
	page = vm_page_bytes();
	for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		struct vm_census before = vm_census_take();
		check_run(tests[i].name, tests[i].fn);
		if (!vm_census_equal(before))
			check_state.failed++;
	}
	account_unref(account);
}

int main(void)
{
	host_options.boot = vm_init;
	host_options.memory = (uint64_t)32 << 20;
	host_kernel_run(body, NULL);
	return check_done();
}

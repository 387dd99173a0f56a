/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies and forks: how much is copied, that nothing grows with history, that
 * sharing and copying meet.
 */
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

static struct vm_map *map_with(uint64_t size, bool touched)
{
	struct vm_map *map = vm_map_create(account);
	uint64_t a = AT;

	panic_unless(map != NULL);
	panic_unless(vm_map_allocate(map, &a, size, false) == KR_SUCCESS);
	for (uint64_t i = 0; touched && i < size; i += page)
		vm_user_set(map, AT + i, AT + i);
	return map;
}

static uint64_t copied(void)
{
	struct vm_counters c;

	vm_get_counters(&c);
	return c.pages_copied;
}

/* VM-21: 16 MiB inherited, one write: one page is copied. */
static void one_write_copies_one_page(void)
{
	struct vm_map *map = map_with(16 * MIB, true);
	uint64_t before = copied();
	size_t frames = page_count_kind(PAGE_VM);
	struct vm_map *child = vm_map_fork(map, account);

	CHECK(child != NULL);
	CHECK_EQ(page_count_kind(PAGE_VM), frames);
	vm_user_set(child, AT + 5 * MIB, 1);
	CHECK_EQ(copied() - before, 1);
	CHECK_EQ(page_count_kind(PAGE_VM), frames + (page >> pmap_page_shift));
	CHECK_EQ(vm_user_get(map, AT + 5 * MIB), AT + 5 * MIB);
	for (uint64_t i = 0; i < 16 * MIB; i += page)
		CHECK_EQ(vm_user_get(child, AT + i),
			 i == 5 * MIB ? 1 : AT + i);
	CHECK_EQ(copied() - before, 1);
	vm_map_unref(child);
	vm_user_set(map, AT + 5 * MIB, 2); /* the last owner copies nothing */
	CHECK_EQ(copied() - before, 1);
	vm_map_unref(map);
}

/* VM-26: fork and write, for ever, all children living or all dead. */
static void generations(unsigned count, unsigned alive)
{
	struct vm_map *map = map_with(64 * page, true), *child[100] = {};
	struct vm_counters c;
	size_t nodes, objects;

	for (unsigned g = 0; g < count; g++) {
		struct vm_map **at = &child[g % alive];
		vm_map_unref(*at);
		*at = vm_map_fork(map, account);
		CHECK(*at != NULL);
		vm_user_set(map, AT + g % 64 * page, g);
		vm_user_set(*at, AT + (g + 7) % 64 * page, g);
	}
	vm_check_map(map);
	for (unsigned i = 0; i < alive; i++) {
		vm_check_map(child[i]);
		vm_map_unref(child[i]);
	}
	vm_get_counters(&c);
	CHECK(c.longest_chain <= 8);
	nodes = vm_census_take().nodes;
	objects = vm_census_take().objects;
	CHECK_EQ(nodes, 1);
	CHECK_EQ(objects, 1);
	vm_map_unref(map);
}

static void thousand_generations(void)
{
	generations(1000, 1);
}

static void living_generations(void)
{
	generations(1000, 100);
}

/* Each child forks the next and dies. */
static void ten_thousand_descendants(void)
{
	struct vm_map *map = map_with(16 * page, true);

	for (unsigned g = 0; g < 10000; g++) {
		struct vm_map *child = vm_map_fork(map, account);
		CHECK(child != NULL);
		vm_user_set(child, AT + g % 16 * page, g);
		vm_map_unref(map);
		map = child;
	}
	for (unsigned i = 0; i < 16; i++)
		CHECK_EQ(vm_user_get(map, AT + i * page),
			 10000 - 16 + i);
	CHECK_EQ(vm_census_take().nodes, 1);
	vm_map_unref(map);
}

/* VM-22: three generations see one memory; a copy among them is apart. */
static void shared_over_generations(void)
{
	struct vm_map *a = map_with(8 * page, true), *b, *c, *d;

	CHECK_EQ(vm_map_inherit(a, AT, 8 * page, VM_INHERIT_SHARE), KR_SUCCESS);
	b = vm_map_fork(a, account);
	c = vm_map_fork(b, account);
	CHECK_EQ(vm_map_inherit(c, AT, 8 * page, VM_INHERIT_COPY), KR_SUCCESS);
	d = vm_map_fork(c, account);
	vm_user_set(c, AT, 3);
	CHECK_EQ(vm_user_get(a, AT), 3);
	CHECK_EQ(vm_user_get(b, AT), 3);
	CHECK_EQ(vm_user_get(d, AT), AT);
	vm_user_set(d, AT + page, 4);
	CHECK_EQ(vm_user_get(a, AT + page), AT + page);
	vm_user_set(a, AT + 2 * page, 5); /* shared with d until now */
	CHECK_EQ(vm_user_get(b, AT + 2 * page), 5);
	CHECK_EQ(vm_user_get(c, AT + 2 * page), 5);
	CHECK_EQ(vm_user_get(d, AT + 2 * page), AT + 2 * page);
	vm_map_unref(a);
	vm_user_set(b, AT + 3 * page, 6);
	CHECK_EQ(vm_user_get(c, AT + 3 * page), 6);
	vm_check_map(b);
	vm_check_map(c);
	vm_check_map(d);
	vm_map_unref(b);
	vm_map_unref(c);
	vm_map_unref(d);
}

/* VM-25: what is copied over shared memory by one is there for all. */
static void overwrite_reaches_sharers(void)
{
	struct vm_map *a = map_with(8 * page, true), *b;

	CHECK_EQ(vm_map_inherit(a, AT, 4 * page, VM_INHERIT_SHARE), KR_SUCCESS);
	b = vm_map_fork(a, account);
	CHECK_EQ(vm_user_get(b, AT), AT);
	CHECK_EQ(vm_map_copy_within(a, AT + 4 * page, 4 * page, AT),
		 KR_SUCCESS);
	CHECK_EQ(vm_user_get(b, AT), AT + 4 * page);
	CHECK_EQ(vm_user_get(b, AT + 3 * page), AT + 7 * page);
	vm_user_set(b, AT, 1);
	CHECK_EQ(vm_user_get(a, AT), 1);
	CHECK_EQ(vm_user_get(a, AT + 4 * page), AT + 4 * page);
	CHECK_EQ(vm_map_deallocate(a, AT, 8 * page), KR_SUCCESS);
	CHECK_EQ(vm_user_get(b, AT + page), AT + 5 * page);
	vm_map_unref(a);
	vm_map_unref(b);
}

/* A large message costs nodes, not pages. */
static void large_copy(void)
{
	struct vm_map *a = map_with(16 * MIB, true);
	struct vm_map *b = vm_map_create(account);
	uint64_t before = copied(), at;
	size_t frames = page_count_kind(PAGE_VM);
	struct vm_copy *copy;

	CHECK_EQ(vm_copy_in(a, AT, 16 * MIB, false, &copy), KR_SUCCESS);
	CHECK_EQ(vm_copy_size(copy), 16 * MIB);
	CHECK_EQ(vm_copy_out(b, copy, &at), KR_SUCCESS);
	CHECK_EQ(at % (2 * MIB), AT % (2 * MIB));
	CHECK_EQ(vm_user_get(b, at + 3 * MIB), AT + 3 * MIB);
	CHECK_EQ(copied(), before);
	CHECK_EQ(page_count_kind(PAGE_VM), frames);
	CHECK_EQ(vm_map_deallocate(b, at, 16 * MIB), KR_SUCCESS);
	vm_user_set(a, AT, 1);
	CHECK_EQ(copied(), before);
	vm_map_unref(a);
	vm_map_unref(b);
}

/* One page of a large object does not hold the rest of it. */
static void small_part_of_large(void)
{
	struct vm_map *a = map_with(4 * MIB, true);
	size_t frames = page_count_kind(PAGE_VM);
	struct vm_copy *copy;
	uint8_t word[8];

	CHECK_EQ(vm_copy_in(a, AT + MIB, page, false, &copy), KR_SUCCESS);
	CHECK_EQ(vm_map_deallocate(a, AT, 4 * MIB), KR_SUCCESS);
	CHECK_EQ(page_count_kind(PAGE_VM),
		 frames - ((4 * MIB - page) >> pmap_page_shift));
	CHECK(vm_copy_to_kernel(copy, word, sizeof(word)));
	CHECK_EQ(*(uint64_t *)(void *)word, AT + MIB);
	vm_copy_discard(copy);
	vm_map_unref(a);
}

static void kernel_data(void)
{
	struct vm_map *map = vm_map_create(account);
	static uint8_t data[3 * 65536 + 77], back[sizeof(data)];
	static const uint64_t sizes[] = { 1, 100, 4095, 4096, 4097, 65536,
					  sizeof(data) };

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 31 + i / 251);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct vm_copy *c = vm_copy_from_kernel(data, sizes[i]);
		uint64_t at;
		CHECK(c != NULL && vm_copy_size(c) == sizes[i]);
		CHECK(vm_copy_to_kernel(c, back, sizes[i]));
		CHECK(memcmp(data, back, sizes[i]) == 0);
		CHECK_EQ(vm_copy_out(map, c, &at), KR_SUCCESS);
		memset(back, 0, sizeof(back));
		CHECK_EQ(vm_user_read(map, at, back, sizes[i]), KR_SUCCESS);
		CHECK(memcmp(data, back, sizes[i]) == 0);
	}
	vm_check_map(map);
	vm_map_unref(map);
}

static void body(void *arg)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} tests[] = {
		{ "one_write_copies_one_page", one_write_copies_one_page },
		{ "thousand_generations", thousand_generations },
		{ "living_generations", living_generations },
		{ "ten_thousand_descendants", ten_thousand_descendants },
		{ "shared_over_generations", shared_over_generations },
		{ "overwrite_reaches_sharers", overwrite_reaches_sharers },
		{ "large_copy", large_copy },
		{ "small_part_of_large", small_part_of_large },
		{ "kernel_data", kernel_data },
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
	host_options.memory = 128 * MIB;
	host_kernel_run(body, NULL);
	return check_done();
}

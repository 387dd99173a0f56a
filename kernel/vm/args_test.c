/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * B28: every call with the addresses and sizes at which sums wrap. One golden
 * row of codes per call and address, one digit per size. Four pages at AT
 * are mapped; everything else is free.
 */
#include "check.h"
#include "vm_user.h"

#include <host.h>
#include <kern/charge.h>
#include <kern/panic.h>
#include <vm/map_i.h>

#define AT ((uint64_t)0x10000000)
#define COUNT 10

static struct account *account;
static uint64_t page;
static struct vm_map *map;

static uint64_t value(unsigned i)
{
	const uint64_t values[COUNT] = {
		0,  1, page - 1, page, 0x10000, AT, ((uint64_t)1 << 47) - 1,
		(uint64_t)1 << 47, -page, -(uint64_t)1,
	};

	return values[i];
}

static void fresh_map(void)
{
	uint64_t a = AT;

	map = vm_map_create(account);
	panic_unless(map != NULL);
	panic_unless(vm_map_allocate(map, &a, 4 * page, false) == KR_SUCCESS);
	vm_user_set(map, AT, 1);
}

/* --- the calls */

static enum kr allocate_at(uint64_t a, uint64_t s)
{
	return vm_map_allocate(map, &a, s, false);
}

static enum kr allocate_anywhere(uint64_t a, uint64_t s)
{
	return vm_map_allocate(map, &a, s, true);
}

static enum kr deallocate(uint64_t a, uint64_t s)
{
	return vm_map_deallocate(map, a, s);
}

static enum kr protect(uint64_t a, uint64_t s)
{
	return vm_map_protect(map, a, s, false, VM_PROT_READ);
}

static enum kr protect_max(uint64_t a, uint64_t s)
{
	return vm_map_protect(map, a, s, true, VM_PROT_READ);
}

static enum kr inherit(uint64_t a, uint64_t s)
{
	return vm_map_inherit(map, a, s, VM_INHERIT_SHARE);
}

static enum kr read_out(uint64_t a, uint64_t s)
{
	struct vm_copy *c;
	enum kr kr = vm_copy_in(map, a, s, false, &c);

	if (kr == KR_SUCCESS)
		vm_copy_discard(c);
	return kr;
}

static enum kr move_out(uint64_t a, uint64_t s)
{
	struct vm_copy *c;
	enum kr kr = vm_copy_in(map, a, s, true, &c);

	if (kr == KR_SUCCESS)
		vm_copy_discard(c);
	return kr;
}

static enum kr copy_from(uint64_t a, uint64_t s)
{
	return vm_map_copy_within(map, a, s, AT + page);
}

static enum kr copy_to(uint64_t a, uint64_t s)
{
	uint8_t byte = 1;
	struct vm_copy *c = vm_copy_from_kernel(&byte, 1);
	enum kr kr;

	(void)s;
	kr = vm_copy_overwrite(map, a, c);
	if (kr != KR_SUCCESS)
		vm_copy_discard(c);
	return kr;
}

static enum kr wire(uint64_t a, uint64_t s)
{
	return vm_map_wire(map, a, s, VM_PROT_READ);
}

static enum kr make_entry(uint64_t a, uint64_t s)
{
	struct vm_entry_port *e;
	enum kr kr = vm_entry_create(map, &s, a, VM_PROT_READ, &e);

	if (kr == KR_SUCCESS)
		kobject_unref(vm_entry_kobject(e));
	return kr;
}

static enum kr map_zero(uint64_t a, uint64_t s)
{
	struct vm_mapping m = { .addr = a, .size = s,
				.prot = VM_PROT_READ,
				.max_prot = VM_PROT_ALL,
				.inherit = VM_INHERIT_COPY };

	return vm_map_enter(map, NULL, &m);
}

/* The address is the mask. */
static enum kr map_masked(uint64_t a, uint64_t s)
{
	struct vm_mapping m = { .mask = a, .size = s, .anywhere = true,
				.prot = VM_PROT_READ,
				.max_prot = VM_PROT_ALL,
				.inherit = VM_INHERIT_COPY };

	return vm_map_enter(map, NULL, &m);
}

/* The address is the offset in an entry of four pages. */
static enum kr map_offset(uint64_t a, uint64_t s)
{
	struct vm_mapping m = { .offset = a, .size = s, .anywhere = true,
				.prot = VM_PROT_READ,
				.max_prot = VM_PROT_ALL,
				.inherit = VM_INHERIT_COPY };
	uint64_t size = 4 * page;
	struct vm_entry_port *e;
	enum kr kr = vm_entry_create(map, &size, AT, VM_PROT_READ, &e);

	if (kr != KR_SUCCESS)
		return kr;
	kr = vm_map_enter(map, e, &m);
	kobject_unref(vm_entry_kobject(e));
	return kr;
}

static enum kr fault(uint64_t a, uint64_t s)
{
	return vm_fault(map, a, 1 + s % 2);
}

static enum kr region(uint64_t a, uint64_t s)
{
	struct vm_region_info info;
	enum kr kr = vm_map_region(map, a, &info);

	(void)s;
	if (kr == KR_SUCCESS)
		vm_object_unref(info.object);
	return kr;
}

/* --- the table: rows are addresses, columns sizes, in the order of value() */

static const struct golden {
	const char *name;
	enum kr (*fn)(uint64_t addr, uint64_t size);
	const char *codes[COUNT];
} golden[] = {
#include "args_golden.inc"
};

static void all_calls(void)
{
	for (unsigned g = 0; g < sizeof(golden) / sizeof(golden[0]); g++)
		for (unsigned a = 0; a < COUNT; a++) {
			char row[COUNT + 1] = {};
			for (unsigned s = 0; s < COUNT; s++) {
				fresh_map();
				row[s] = (char)('0' +
						golden[g].fn(value(a),
							     value(s)));
				vm_check_map(map);
				vm_map_unref(map);
			}
			if (strcmp(row, golden[g].codes[a]) != 0)
				CHECK_FAIL("%s, address %#llx: %s, not %s",
					   golden[g].name,
					   (unsigned long long)value(a), row,
					   golden[g].codes[a]);
		}
}

/* Flags outside their range. */
static void bad_flags(void)
{
	struct vm_mapping m = { .size = page, .anywhere = true,
				.prot = VM_PROT_READ,
				.max_prot = VM_PROT_ALL };
	struct vm_mapping bad;
	struct vm_entry_port *e;
	uint64_t size = page;

	fresh_map();
	CHECK_EQ(vm_map_protect(map, AT, page, false, -1), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_map_protect(map, AT, 0, false, 8), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_map_inherit(map, AT, page, 3), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_map_inherit(map, AT, page, -1), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_map_wire(map, AT, page, 8), KR_INVALID_VALUE);
	CHECK_EQ(vm_entry_create(map, &size, AT, 8, &e), KR_INVALID_ARGUMENT);
	bad = m, bad.prot = 16;
	CHECK_EQ(vm_map_enter(map, NULL, &bad), KR_INVALID_ARGUMENT);
	bad = m, bad.max_prot = VM_PROT_WRITE;
	CHECK_EQ(vm_map_enter(map, NULL, &bad), KR_INVALID_ARGUMENT);
	bad = m, bad.inherit = 7;
	CHECK_EQ(vm_map_enter(map, NULL, &bad), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_map_enter(map, NULL, &m), KR_SUCCESS);
	CHECK_EQ(vm_futex_wait(map, AT + 1, 0, 0, 0), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_futex_wait(map, AT, 0, 2, 0), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_futex_wake(map, AT + 2, 1, 0), 0);
	vm_map_unref(map);
}

/* A dead map refuses everything. */
static void dead_map(void)
{
	uint64_t a = AT;
	struct vm_copy *c;

	fresh_map();
	vm_map_terminate(map);
	CHECK_EQ(vm_map_allocate(map, &a, page, true), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_map_deallocate(map, AT, page), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_map_protect(map, AT, page, false, 1), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_map_inherit(map, AT, page, 1), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_map_wire(map, AT, page, 1), KR_INVALID_ARGUMENT);
	CHECK_EQ(vm_fault(map, AT, 1), KR_INVALID_ADDRESS);
	CHECK_EQ(vm_copy_in(map, AT, page, false, &c), KR_INVALID_ADDRESS);
	CHECK(vm_map_fork(map, account) == NULL);
	vm_check_map(map);
	vm_map_unref(map);
}

static void body(void *arg)
{
	struct vm_census before;

	(void)arg;
	account = account_create(NULL);
	page = vm_page_bytes();
	before = vm_census_take();
	RUN(all_calls);
	RUN(bad_flags);
	RUN(dead_map);
	if (!vm_census_equal(before))
		check_state.failed++;
	account_unref(account);
}

int main(void)
{
	host_options.boot = vm_init;
	host_kernel_run(body, NULL);
	return check_done();
}

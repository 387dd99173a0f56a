/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: regions, protection, inheritance. Most tests work on empty
 * tasks without threads, from outside; what the hardware does to a program is
 * seen in children that die of it.
 */
#include "lib/test.h"

#define SELF mach_task_self()
#define AT   ((vm_address_t)0x10000000)
#define KIB  ((vm_size_t)1024)
#define MIB  (1024 * KIB)

static task_t empty_task(void)
{
	task_t task = MACH_PORT_NULL;

	OK(task_create(SELF, FALSE, &task));
	return task;
}

static task_t child_of(task_t parent)
{
	task_t task = MACH_PORT_NULL;

	OK(task_create(parent, TRUE, &task));
	return task;
}

static void end(task_t task)
{
	OK(task_terminate(task));
	mach_port_deallocate(SELF, task);
}

static kern_return_t put(task_t task, vm_address_t at, long value)
{
	return vm_write(task, at, (pointer_t)&value, sizeof(value));
}

static kern_return_t get(task_t task, vm_address_t at, long *value)
{
	pointer_t data;
	mach_msg_type_number_t count;
	kern_return_t kr = vm_read(task, at, sizeof(*value), &data, &count);

	if (kr != KERN_SUCCESS)
		return kr;
	memcpy(value, (void *)data, sizeof(*value));
	return vm_deallocate(SELF, data, count);
}

static long word(task_t task, vm_address_t at)
{
	long value = -1;

	OK(get(task, at, &value));
	return value;
}

struct region {
	vm_address_t start;
	vm_size_t size;
	vm_prot_t prot, max;
	vm_inherit_t inherit;
	boolean_t shared;
	vm_offset_t offset;
};

/* The region at or after at. */
static kern_return_t region_at(task_t task, vm_address_t at, struct region *r)
{
	mach_port_t name = MACH_PORT_NULL;
	kern_return_t kr;

	r->start = at;
	kr = vm_region(task, &r->start, &r->size, &r->prot, &r->max,
		       &r->inherit, &r->shared, &name, &r->offset);
	if (kr == KERN_SUCCESS && MACH_PORT_VALID(name))
		mach_port_deallocate(SELF, name);
	return kr;
}

/* --- allocation */

typedef kern_return_t (*allocate_fn)(vm_task_t, vm_address_t *, vm_size_t,
				     boolean_t);
typedef kern_return_t (*deallocate_fn)(vm_task_t, vm_address_t, vm_size_t);
typedef kern_return_t (*protect_fn)(vm_task_t, vm_address_t, vm_size_t,
				    boolean_t, vm_prot_t);

static const struct {
	allocate_fn allocate;
	deallocate_fn deallocate;
	protect_fn protect;
} forms[] = {
	{vm_allocate, vm_deallocate, vm_protect},
	{vm_allocate_rpc, vm_deallocate_rpc, vm_protect_rpc},
};

static void allocate_form(allocate_fn allocate, deallocate_fn deallocate)
{
	vm_address_t a = 12345, b = 0;
	unsigned char *p;

	OK_OR_RETURN(allocate(SELF, &a, 3 * vm_page_size + 1, TRUE));
	CHECK(a != 0 && a % vm_page_size == 0);
	p = (unsigned char *)a;
	for (vm_size_t i = 0; i < 4 * vm_page_size; i++)
		CHECK_OR_RETURN(p[i] == 0);
	memset(p, 7, 4 * vm_page_size);
	b = a + vm_page_size + 5;
	CODE(allocate(SELF, &b, 1, FALSE), KERN_NO_SPACE);
	OK(deallocate(SELF, a, 4 * vm_page_size));
	b = a + 3;
	OK(allocate(SELF, &b, 1, FALSE));
	EQUAL(b, a);
	EQUAL(*p, 0);
	OK(deallocate(SELF, a, 1));
	b = 0;
	CODE(allocate(SELF, &b, 1, FALSE), KERN_INVALID_ADDRESS);
	b = 0xffff;
	CODE(allocate(SELF, &b, 1, FALSE), KERN_INVALID_ADDRESS);
	b = (vm_address_t)1 << 47;
	CODE(allocate(SELF, &b, 1, FALSE), KERN_INVALID_ADDRESS);
	b = -vm_page_size;
	CODE(allocate(SELF, &b, 2 * vm_page_size, FALSE),
	     KERN_INVALID_ADDRESS);
	CODE(allocate(SELF, &b, (vm_size_t)1 << 47, TRUE), KERN_NO_SPACE);
	CODE(allocate(SELF, &b, -(vm_size_t)1, TRUE), KERN_NO_SPACE);
	b = 99;
	OK(allocate(SELF, &b, 0, TRUE));
	EQUAL(b, 0);
}

/* Checklist: VM-01 */
static void allocates(void)
{
	for (int i = 0; i < 2; i++)
		allocate_form(forms[i].allocate, forms[i].deallocate);
}

/* Checklist: VM-01 */
static void allocates_in_others(void)
{
	task_t task = empty_task();
	vm_address_t a = 0x10000;

	OK(vm_allocate(task, &a, vm_page_size, FALSE));
	EQUAL(a, 0x10000);
	EQUAL(word(task, a), 0);
	OK(put(task, a, 5));
	EQUAL(word(task, a), 5);
	CODE(put(task, a + vm_page_size, 5), KERN_INVALID_ADDRESS);
	end(task);
	CHECK(vm_allocate(task, &a, vm_page_size, TRUE) != KERN_SUCCESS);
}

static void body_read(void *arg)
{
	(void)*(volatile char *)arg;
	for (;;)
		sleep_ms(1000);
}

static void body_write(void *arg)
{
	*(volatile char *)arg = 1;
	for (;;)
		sleep_ms(1000);
}

static void body_call(void *arg)
{
	((void (*)(void))arg)();
	for (;;)
		sleep_ms(1000);
}

/* Does a program die that does this? */
static bool dies(void (*body)(void *), void *arg)
{
	struct child c;
	bool dead;

	if (!OK(child_create(&c, body, arg)))
		return false;
	OK(child_go(&c));
	dead = child_dead_within(&c, 300);
	if (dead)
		child_wait(&c);
	else
		child_kill(&c);
	return dead;
}

/* Checklist: VM-02 */
static void deallocates(void)
{
	vm_address_t a = 0;
	char *p;
	long v;

	OK_OR_RETURN(vm_allocate(SELF, &a, 4 * vm_page_size, TRUE));
	p = (char *)a;
	p[0] = p[3 * vm_page_size] = 1;
	OK(vm_deallocate(SELF, a + vm_page_size, 2 * vm_page_size));
	CHECK(!dies(body_read, p));
	CHECK(dies(body_read, p + vm_page_size));
	CHECK(dies(body_write, p + 3 * vm_page_size - 1));
	EQUAL(p[3 * vm_page_size], 1);
	CODE(get(SELF, a + vm_page_size, &v), KERN_INVALID_ADDRESS);
	OK(vm_deallocate(SELF, a, 4 * vm_page_size)); /* over the hole */
	OK(vm_deallocate(SELF, a, 4 * vm_page_size));
	OK(vm_deallocate(SELF, a, 0));
	CODE(vm_deallocate(SELF, -(vm_address_t)1, 2), KERN_INVALID_ARGUMENT);
}

/* --- protection */

/* Checklist: VM-03 VM-42 */
static void protects(void)
{
	static const unsigned char code[] = {0xb8, 42, 0, 0, 0, 0xc3};
	vm_address_t a = 0;
	char *p;

	OK_OR_RETURN(vm_allocate(SELF, &a, 2 * vm_page_size, TRUE));
	p = (char *)a;
	memcpy(p, code, sizeof(code)); /* mov $42, %eax; ret */
	CHECK(dies(body_call, p));
	OK(vm_protect(SELF, a, 1, FALSE, VM_PROT_READ | VM_PROT_EXECUTE));
	CHECK(!dies(body_call, p));
	EQUAL(((int (*)(void))a)(), 42);
	CHECK(dies(body_write, p));
	CHECK(!dies(body_write, p + vm_page_size));
	OK(vm_protect(SELF, a, vm_page_size, FALSE, VM_PROT_READ));
	CHECK(dies(body_call, p));
	CHECK(!dies(body_read, p));
	OK(vm_protect(SELF, a, vm_page_size, FALSE, VM_PROT_NONE));
	CHECK(dies(body_read, p));
	OK(vm_protect(SELF, a, vm_page_size, FALSE, VM_PROT_DEFAULT));
	p[1] = 9;
	EQUAL(p[1], 9);
	CODE(vm_protect(SELF, a, vm_page_size, FALSE, 8),
	     KERN_INVALID_ARGUMENT);
	OK(vm_deallocate(SELF, a, 2 * vm_page_size));
	CODE(vm_protect(SELF, a, vm_page_size, FALSE, VM_PROT_READ),
	     KERN_INVALID_ADDRESS);
}

/* Checklist: VM-04 VM-05 VM-06 */
static void maximum_only_falls(void)
{
	struct region r;

	for (int i = 0; i < 2; i++) {
		task_t task = empty_task();
		vm_address_t a = AT;
		OK(vm_allocate(task, &a, 4 * vm_page_size, FALSE));
		OK(region_at(task, a, &r));
		EQUAL(r.prot, VM_PROT_DEFAULT);
		EQUAL(r.max, VM_PROT_ALL);
		OK(forms[i].protect(task, a, vm_page_size, TRUE, VM_PROT_READ));
		OK(region_at(task, a, &r));
		EQUAL(r.size, vm_page_size);
		EQUAL(r.prot, VM_PROT_READ); /* dragged along */
		EQUAL(r.max, VM_PROT_READ);
		CODE(forms[i].protect(task, a, vm_page_size, TRUE, VM_PROT_ALL),
		     KERN_PROTECTION_FAILURE);
		CODE(forms[i].protect(task, a, 2 * vm_page_size, FALSE,
				      VM_PROT_DEFAULT),
		     KERN_PROTECTION_FAILURE);
		OK(region_at(task, a + vm_page_size, &r));
		EQUAL(r.prot, VM_PROT_DEFAULT);
		CODE(put(task, a, 1), KERN_PROTECTION_FAILURE);
		OK(put(task, a + vm_page_size, 1));
		OK(forms[i].protect(task, a, vm_page_size, FALSE,
				    VM_PROT_NONE));
		OK(forms[i].protect(task, a, vm_page_size, FALSE,
				    VM_PROT_READ));
		end(task);
	}
}

/* Checklist: VM-07 */
static void read_only_for_child(void)
{
	task_t task = empty_task(), child;
	vm_address_t a = AT;

	OK(vm_allocate(task, &a, vm_page_size, FALSE));
	OK(put(task, a, 11));
	child = child_of(task);
	OK(vm_protect(child, a, vm_page_size, TRUE, VM_PROT_READ));
	EQUAL(word(child, a), 11);
	CODE(put(child, a, 1), KERN_PROTECTION_FAILURE);
	CODE(vm_protect(child, a, vm_page_size, FALSE, VM_PROT_DEFAULT),
	     KERN_PROTECTION_FAILURE);
	OK(put(task, a, 12));
	EQUAL(word(child, a), 11);
	end(child);
	end(task);
}

/* --- inheritance */

/* Checklist: VM-08 VM-09 VM-10 VM-11 VM-22 VM-44 */
static void inherits_by_page(void)
{
	task_t task = empty_task(), child, late, blank;
	vm_address_t a = AT;
	vm_size_t p = vm_page_size;
	long v;

	OK(vm_allocate(task, &a, 4 * p, FALSE));
	for (int i = 0; i < 4; i++)
		OK(put(task, a + (vm_size_t)i * p, i + 1));
	OK(vm_inherit(task, a, p, VM_INHERIT_SHARE));
	OK(vm_inherit(task, a + p, p, VM_INHERIT_COPY));
	OK(vm_inherit(task, a + 2 * p, 1, VM_INHERIT_NONE));
	child = child_of(task);
	OK(vm_inherit(task, a, p, VM_INHERIT_NONE)); /* too late for it */
	for (int i = 0; i < 4; i++)
		if (i != 2)
			EQUAL(word(child, a + (vm_size_t)i * p), i + 1);
	CODE(get(child, a + 2 * p, &v), KERN_INVALID_ADDRESS);
	OK(put(child, a, 10));
	EQUAL(word(task, a), 10);
	OK(put(task, a, 20));
	EQUAL(word(child, a), 20);
	OK(put(child, a + p, 30));
	OK(put(task, a + 3 * p, 40)); /* copied by default */
	EQUAL(word(task, a + p), 2);
	EQUAL(word(child, a + 3 * p), 4);
	late = child_of(task);
	CODE(get(late, a, &v), KERN_INVALID_ADDRESS);
	OK(task_create(task, FALSE, &blank));
	CODE(get(blank, a + p, &v), KERN_INVALID_ADDRESS);
	CODE(vm_inherit(task, a, p, 3), KERN_INVALID_ARGUMENT);
	end(blank);
	end(late);
	end(task);
	EQUAL(word(child, a), 20);
	end(child);
}

/* Checklist: VM-12 VM-13 */
static void protection_is_the_tasks_own(void)
{
	task_t task = empty_task(), child;
	vm_address_t a = AT;
	struct region r;

	OK(vm_allocate(task, &a, vm_page_size, FALSE));
	OK(vm_inherit(task, a, vm_page_size, VM_INHERIT_SHARE));
	OK(vm_protect(task, a, vm_page_size, FALSE, VM_PROT_READ));
	child = child_of(task);
	OK(region_at(child, a, &r));
	EQUAL(r.prot, VM_PROT_READ);
	EQUAL(r.inherit, VM_INHERIT_SHARE);
	CHECK(r.shared);
	OK(vm_protect(child, a, vm_page_size, FALSE, VM_PROT_DEFAULT));
	OK(vm_inherit(child, a, vm_page_size, VM_INHERIT_COPY));
	OK(put(child, a, 3));
	EQUAL(word(task, a), 3);
	CODE(put(task, a, 4), KERN_PROTECTION_FAILURE);
	OK(region_at(task, a, &r));
	EQUAL(r.inherit, VM_INHERIT_SHARE);
	end(child);
	end(task);
}

/* Checklist: VM-14 VM-16 */
static void rounds_to_pages(void)
{
	task_t task = empty_task();
	vm_address_t a = AT + 1;
	vm_statistics_data_t stat;
	struct region r;

	OK(vm_statistics(SELF, &stat));
	EQUAL(stat.pagesize, vm_page_size);
	EQUAL(vm_page_size & (vm_page_size - 1), 0);
	OK(vm_allocate(task, &a, vm_page_size, FALSE));
	EQUAL(a, AT);
	OK(region_at(task, 0, &r));
	EQUAL(r.start, AT);
	EQUAL(r.size, 2 * vm_page_size);
	OK(vm_protect(task, AT + vm_page_size - 1, 1, FALSE, VM_PROT_READ));
	OK(region_at(task, AT, &r));
	EQUAL(r.size, vm_page_size);
	EQUAL(r.prot, VM_PROT_READ);
	OK(vm_deallocate(task, AT + vm_page_size - 1, 2));
	CODE(region_at(task, 0, &r), KERN_NO_SPACE);
	end(task);
}

/* --- whole maps */

struct want {
	vm_address_t start, end;
	vm_prot_t prot;
	vm_inherit_t inherit;
};

static void check_regions(task_t task, const struct want *w, unsigned count)
{
	vm_address_t at = 0;
	struct region r;

	for (unsigned i = 0; i < count; i++, at = r.start + r.size) {
		OK_OR_RETURN(region_at(task, at, &r));
		EQUAL(r.start, AT + w[i].start);
		EQUAL(r.start + r.size, AT + w[i].end);
		EQUAL(r.prot, w[i].prot);
		EQUAL(r.max, VM_PROT_ALL);
		EQUAL(r.inherit, w[i].inherit);
	}
	CODE(region_at(task, at, &r), KERN_NO_SPACE);
}

/* Section 4 of the 1986 paper. Checklist: VM-19 EX-8 NUM-8 */
static void paper_map(void)
{
	static const struct want want[] = {
		{0, 0x8000, VM_PROT_READ, VM_INHERIT_COPY},
		{0x8000, 0x10000, VM_PROT_READ, VM_INHERIT_SHARE},
		{0x10000, 0x20000, VM_PROT_DEFAULT, VM_INHERIT_SHARE},
		{0x20000, 0x100000, VM_PROT_DEFAULT, VM_INHERIT_COPY},
	};
	task_t task = empty_task(), child;
	vm_address_t a = AT;

	OK(vm_allocate(task, &a, 0x100000, FALSE));
	OK(put(task, AT, 1));
	OK(put(task, AT + 0x8000, 2));
	OK(vm_protect(task, a, 0x10000, FALSE, VM_PROT_READ));
	OK(vm_inherit(task, a + 0x8000, 0x18000, VM_INHERIT_SHARE));
	check_regions(task, want, 4);
	child = child_of(task);
	check_regions(task, want, 4);
	check_regions(child, want, 4);
	EQUAL(word(child, AT), 1);
	EQUAL(word(child, AT + 0x8000), 2);
	OK(put(child, AT + 0x10000, 3));
	EQUAL(word(task, AT + 0x10000), 3);
	OK(put(task, AT + 0x1fff8, 4));
	EQUAL(word(child, AT + 0x1fff8), 4);
	OK(put(child, AT + 0x20000, 5));
	EQUAL(word(task, AT + 0x20000), 0);
	end(child);
	end(task);
}

static long frames_used(void)
{
	vm_statistics_data_t stat;

	OK(vm_statistics(SELF, &stat));
	return -stat.free_count;
}

/* A terabyte, ten pages of it touched. Checklist: VM-20 NUM-7 */
static void sparse(void)
{
	task_t task = empty_task();
	vm_size_t size = (vm_size_t)1 << 40;
	vm_address_t a = AT;
	long before = frames_used();

	OK_OR_RETURN(vm_allocate(task, &a, size, FALSE));
	for (vm_size_t i = 0; i < 10; i++)
		OK(put(task, a + i * (size / 10) / 8 * 8, (long)i));
	for (vm_size_t i = 0; i < 10; i++)
		EQUAL(word(task, a + i * (size / 10) / 8 * 8), (long)i);
	CHECK(frames_used() - before < 200);
	end(task);
	a = 0;
	OK_OR_RETURN(vm_allocate(SELF, &a, size, TRUE));
	for (vm_size_t i = 0; i < 10; i++)
		((char *)a)[i * (size / 10)] = 1;
	CHECK(frames_used() - before < 200);
	OK(vm_deallocate(SELF, a, size));
}

/* Checklist: VM-23 VM-24 */
static void many_regions(void)
{
	enum { COUNT = 2000 };
	task_t task = empty_task();
	vm_address_t a = AT, at = 0;
	struct region r;
	int n = 0;

	OK(vm_allocate(task, &a, 2 * COUNT * vm_page_size, FALSE));
	for (vm_size_t i = 0; i < COUNT; i++)
		OK_OR_RETURN(vm_protect(task, AT + 2 * i * vm_page_size,
					vm_page_size, FALSE, VM_PROT_READ));
	while (region_at(task, at, &r) == KERN_SUCCESS) {
		EQUAL(r.start, AT + (vm_size_t)n * vm_page_size);
		EQUAL(r.prot, n++ % 2 ? VM_PROT_DEFAULT : VM_PROT_READ);
		at = r.start + r.size;
	}
	EQUAL(n, 2 * COUNT);
	for (vm_size_t i = 0; i < COUNT; i++)
		OK_OR_RETURN(vm_deallocate(
			task, AT + (2 * i + 1) * vm_page_size, vm_page_size));
	a = 0;
	OK(vm_allocate(task, &a, 2 * vm_page_size, TRUE));
	OK(vm_deallocate(task, AT, 2 * COUNT * vm_page_size));
	end(task);
}

static const struct test tests[] = {
	TEST(allocates), TEST(allocates_in_others), TEST(deallocates),
	TEST(protects), TEST(maximum_only_falls), TEST(read_only_for_child),
	TEST(inherits_by_page), TEST(protection_is_the_tasks_own),
	TEST(rounds_to_pages), TEST(paper_map), TEST(sparse),
	TEST(many_regions),
};

TEST_MAIN(tests)

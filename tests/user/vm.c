/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address maps: allocation, protection, inheritance, regions, copies. Faults
 * are observed in a child, whose death or survival is the answer.
 */
#include "lib/test.h"

#define SELF mach_task_self()
#define PAGE vm_page_size

static vm_address_t allocate(vm_size_t size)
{
	vm_address_t at = 0;

	OK(vm_allocate(SELF, &at, size, TRUE));
	return at;
}

struct probe {
	volatile char *at;
	volatile int done; /* 1: survived */
	int write;
};

static void probe_body(void *arg)
{
	struct probe *p = arg;

	if (p->write)
		*p->at = 42;
	else
		(void)*p->at;
	p->done = 1;
}

/* Does a child survive an access? Its exception port is empty, so a fault
 * ends it. */
static bool survives(vm_address_t at, bool write)
{
	static struct probe *p; /* one page, so that no hole is filled */
	struct child c;
	bool ok;

	if (p == NULL)
		p = shared_page();
	p->done = 0;
	p->at = (char *)at;
	p->write = write;
	OK(child_create(&c, probe_body, p));
	OK(task_set_special_port(c.task, TASK_EXCEPTION_PORT, MACH_PORT_NULL));
	OK(child_go(&c));
	child_wait(&c);
	ok = p->done;
	return ok;
}

struct region {
	vm_address_t at;
	vm_size_t size;
	vm_prot_t prot, max;
	vm_inherit_t inherit;
	boolean_t shared;
};

static kern_return_t region_of(task_t task, vm_address_t at, struct region *r)
{
	mach_port_t object = MACH_PORT_NULL;
	vm_offset_t offset;
	kern_return_t kr;

	r->at = at;
	kr = vm_region(task, &r->at, &r->size, &r->prot, &r->max, &r->inherit,
		       &r->shared, &object, &offset);
	if (kr == KERN_SUCCESS && object != MACH_PORT_NULL)
		mach_port_deallocate(SELF, object);
	return kr;
}

/* Checklist: VM-01 VM-14 VM-16 */
static void vm_allocate_table(void)
{
	vm_address_t at = 12345, fixed;
	struct region r;

	CHECK(PAGE >= 4096 && (PAGE & (PAGE - 1)) == 0);
	OK(vm_allocate(SELF, &at, 1, TRUE));
	EQUAL(at % PAGE, 0);
	for (unsigned i = 0; i < PAGE; i++)
		if (((char *)at)[i] != 0)
			test_fail(__FILE__, __LINE__, "not zero at %u", i);
	OK(region_of(SELF, at, &r));
	EQUAL(r.prot, VM_PROT_DEFAULT);
	EQUAL(r.max, VM_PROT_ALL);
	EQUAL(r.inherit, VM_INHERIT_COPY);
	/* At a place: rounded, must be free. */
	fixed = at + 100;
	CODE(vm_allocate(SELF, &fixed, 10, FALSE), KERN_NO_SPACE);
	EQUAL(fixed, at + 100);
	OK(vm_deallocate(SELF, at, 1));
	OK(vm_allocate(SELF, &fixed, PAGE - 50, FALSE)); /* over the edge */
	EQUAL(fixed, at);
	OK(region_of(SELF, at, &r));
	CHECK(r.size >= 2 * PAGE || r.at + r.size >= at + 2 * PAGE);
	OK(vm_deallocate(SELF, at, 2 * PAGE));
	at = 99;
	OK(vm_allocate(SELF, &at, 0, TRUE));
	EQUAL(at, 0);
	at = 0xffff800000000000ul;
	CODE(vm_allocate(SELF, &at, PAGE, FALSE), KERN_INVALID_ADDRESS);
	at = 0;
	CODE(vm_allocate(SELF, &at, PAGE, FALSE), KERN_INVALID_ADDRESS);
	CODE(vm_allocate(SELF, &at, ~0ul - PAGE, TRUE), KERN_NO_SPACE);
	CODE(vm_allocate(SELF, (vm_address_t *)8, PAGE, TRUE),
	     KERN_INVALID_ADDRESS);
}

/* The RPC forms do the same. */
static void twins_agree(void)
{
	vm_address_t a = 0, b = 0, bad = 0xffff800000000000ul;
	struct region r;

	OK(vm_allocate_rpc(SELF, &a, 3 * PAGE, TRUE));
	OK(vm_protect_rpc(SELF, a, PAGE, FALSE, VM_PROT_READ));
	OK(region_of(SELF, a, &r));
	EQUAL(r.prot, VM_PROT_READ);
	OK(vm_deallocate_rpc(SELF, a, 3 * PAGE));
	CODE(vm_allocate_rpc(SELF, &bad, PAGE, FALSE), KERN_INVALID_ADDRESS);
	OK(vm_map_rpc(SELF, &b, PAGE, 0, TRUE, MACH_PORT_NULL, 0, FALSE,
		      VM_PROT_READ, VM_PROT_DEFAULT, VM_INHERIT_SHARE));
	OK(region_of(SELF, b, &r));
	EQUAL(r.prot, VM_PROT_READ);
	EQUAL(r.max, VM_PROT_DEFAULT);
	EQUAL(r.inherit, VM_INHERIT_SHARE);
	OK(vm_deallocate(SELF, b, PAGE));
	OK(vm_map(SELF, &b, PAGE, 0xffff, TRUE, MACH_PORT_NULL, 0, FALSE,
		  VM_PROT_READ, VM_PROT_DEFAULT, VM_INHERIT_NONE));
	EQUAL(b & 0xffff, 0);
	OK(vm_deallocate(SELF, b, PAGE));
	CODE(vm_map(SELF, &b, PAGE, 0, TRUE, MACH_PORT_NULL, 0, FALSE, 64,
		    VM_PROT_ALL, VM_INHERIT_COPY),
	     KERN_INVALID_ARGUMENT);
	CODE(vm_map(SELF, &b, PAGE, 0, TRUE, MACH_PORT_NULL, 0, FALSE,
		    VM_PROT_READ, VM_PROT_ALL, 9),
	     KERN_INVALID_ARGUMENT);
}

/* Checklist: VM-02 */
static void vm_deallocate_faults(void)
{
	vm_address_t at = allocate(3 * PAGE);

	CHECK(survives(at + PAGE, true));
	OK(vm_deallocate(SELF, at + PAGE, PAGE));
	CHECK(!survives(at + PAGE, false));
	CHECK(survives(at, true));
	CHECK(survives(at + 2 * PAGE, true));
	OK(vm_deallocate(SELF, at, 3 * PAGE)); /* a hole is fine */
	OK(vm_deallocate(SELF, at, 0));
}

/* Checklist: VM-03 VM-42 */
static void vm_protect_access(void)
{
	vm_address_t at = allocate(2 * PAGE);

	*(char *)at = 1;
	OK(vm_protect(SELF, at, PAGE, FALSE, VM_PROT_READ));
	CHECK(survives(at, false));
	CHECK(!survives(at, true));
	CHECK(survives(at + PAGE, true)); /* per page */
	OK(vm_protect(SELF, at, PAGE, FALSE, VM_PROT_NONE));
	CHECK(!survives(at, false));
	OK(vm_protect(SELF, at, PAGE, FALSE, VM_PROT_DEFAULT));
	CHECK(survives(at, true));
	CODE(vm_protect(SELF, at, PAGE, FALSE, 8), KERN_INVALID_ARGUMENT);
	OK(vm_deallocate(SELF, at, 2 * PAGE));
}

struct jump {
	vm_address_t to;
	volatile int done;
};

static void jump_body(void *arg)
{
	struct jump *j = arg;

	((void (*)(void))j->to)();
	j->done = 1;
}

static bool runs(vm_address_t at)
{
	struct jump *j = shared_page();
	struct child c;
	bool ok;

	j->to = at;
	OK(child_create(&c, jump_body, j));
	OK(task_set_special_port(c.task, TASK_EXCEPTION_PORT, MACH_PORT_NULL));
	OK(child_go(&c));
	child_wait(&c);
	ok = j->done;
	vm_deallocate(SELF, (vm_address_t)j, PAGE);
	return ok;
}

/* Checklist: VM-03 VM-42 */
static void execute_permission(void)
{
	vm_address_t at = allocate(PAGE);

	*(unsigned char *)at = 0xc3; /* ret */
	CHECK(!runs(at));
	OK(vm_protect(SELF, at, PAGE, FALSE, VM_PROT_READ | VM_PROT_EXECUTE));
	CHECK(runs(at));
	OK(vm_deallocate(SELF, at, PAGE));
}

/* Checklist: VM-04 VM-05 VM-06 */
static void vm_maxprot(void)
{
	vm_address_t at = allocate(PAGE);
	struct region r;

	OK(vm_protect(SELF, at, PAGE, TRUE, VM_PROT_DEFAULT));
	OK(region_of(SELF, at, &r));
	EQUAL(r.max, VM_PROT_DEFAULT);
	CODE(vm_protect(SELF, at, PAGE, FALSE, VM_PROT_ALL),
	     KERN_PROTECTION_FAILURE);
	CODE(vm_protect(SELF, at, PAGE, TRUE, VM_PROT_ALL),
	     KERN_PROTECTION_FAILURE);
	OK(region_of(SELF, at, &r));
	EQUAL(r.prot, VM_PROT_DEFAULT);
	/* Lowering it below the current one lowers that too. */
	OK(vm_protect(SELF, at, PAGE, TRUE, VM_PROT_READ));
	OK(region_of(SELF, at, &r));
	EQUAL(r.prot, VM_PROT_READ);
	EQUAL(r.max, VM_PROT_READ);
	CHECK(!survives(at, true));
	CODE(vm_protect(SELF, at, PAGE, FALSE, VM_PROT_DEFAULT),
	     KERN_PROTECTION_FAILURE);
	OK(vm_deallocate(SELF, at, PAGE));
}

/* A refused protection changes nothing anywhere in the range. */
static void protect_all_or_nothing(void)
{
	vm_address_t at = allocate(3 * PAGE);
	struct region r;

	OK(vm_protect(SELF, at + 2 * PAGE, PAGE, TRUE, VM_PROT_READ));
	CODE(vm_protect(SELF, at, 3 * PAGE, FALSE, VM_PROT_ALL),
	     KERN_PROTECTION_FAILURE);
	OK(region_of(SELF, at, &r));
	EQUAL(r.prot, VM_PROT_DEFAULT);
	OK(vm_deallocate(SELF, at, 3 * PAGE));
}

struct memory {
	volatile int state;
	volatile int *a, *b;
	volatile int saw_a, saw_b;
};

/* Sees what it inherited, writes, waits. */
static void inherit_body(void *arg)
{
	struct memory *m = arg;

	while (m->state != 1)
		sleep_ms(1);
	m->saw_a = *m->a;
	m->saw_b = *m->b;
	*m->a = 1000;
	*m->b = 1000;
	m->state = 2;
}

/* Checklist: VM-08 VM-09 VM-21 VM-22 TSK-02 VM-41 */
static void inherit_share_copy(void)
{
	struct memory *m = shared_page();
	vm_address_t at = allocate(2 * PAGE);
	struct child c;

	m->a = (int *)at;
	m->b = (int *)(at + PAGE);
	*m->a = 1;
	*m->b = 1;
	OK(vm_inherit(SELF, at, PAGE, VM_INHERIT_SHARE));
	OK_OR_RETURN(child_create(&c, inherit_body, m));
	*m->a = 2; /* after the fork */
	*m->b = 2;
	OK(child_go(&c));
	m->state = 1;
	child_wait(&c);
	EQUAL(m->saw_a, 2); /* shared */
	EQUAL(m->saw_b, 1); /* copied at the fork */
	EQUAL(*m->a, 1000);
	EQUAL(*m->b, 2);
	CODE(vm_inherit(SELF, at, PAGE, 7), KERN_INVALID_ARGUMENT);
	OK(vm_deallocate(SELF, at, 2 * PAGE));
}

/* Checklist: VM-10 VM-11 */
static void inherit_none(void)
{
	vm_address_t at = allocate(PAGE);
	struct region r;
	task_t task;

	OK(vm_inherit(SELF, at, PAGE, VM_INHERIT_NONE));
	OK_OR_RETURN(task_create(SELF, TRUE, &task));
	/* Changing it now is too late for that child. */
	OK(vm_inherit(SELF, at, PAGE, VM_INHERIT_COPY));
	OK(region_of(task, at, &r));
	CHECK(r.at > at);
	OK(task_terminate(task));
	mach_port_deallocate(SELF, task);
	OK(vm_deallocate(SELF, at, PAGE));
}

/* Checklist: VM-07 VM-12 VM-13 */
static void child_protections(void)
{
	vm_address_t at = allocate(PAGE);
	struct region r;
	task_t task;

	OK(vm_inherit(SELF, at, PAGE, VM_INHERIT_SHARE));
	*(int *)at = 5;
	OK_OR_RETURN(task_create(SELF, TRUE, &task));
	OK(region_of(task, at, &r));
	EQUAL(r.prot, VM_PROT_DEFAULT);
	EQUAL(r.max, VM_PROT_ALL);
	/* Different protections on shared memory. */
	OK(vm_protect(task, at, PAGE, TRUE, VM_PROT_READ));
	CODE(vm_write(task, at, (pointer_t)&r, 4), KERN_PROTECTION_FAILURE);
	CODE(vm_protect(task, at, PAGE, FALSE, VM_PROT_DEFAULT),
	     KERN_PROTECTION_FAILURE);
	*(int *)at = 6;
	OK(region_of(SELF, at, &r));
	EQUAL(r.prot, VM_PROT_DEFAULT);
	OK(task_terminate(task));
	mach_port_deallocate(SELF, task);
	OK(vm_deallocate(SELF, at, PAGE));
}

/* Checklist: VM-44 */
static void inherit_global(void)
{
	struct task_basic_info info;
	unsigned n = TASK_BASIC_INFO_COUNT;
	task_t task;

	OK_OR_RETURN(task_create(SELF, FALSE, &task));
	OK(task_info(task, TASK_BASIC_INFO, (task_info_t)&info, &n));
	EQUAL(info.virtual_size, 0);
	task_terminate(task);
	mach_port_deallocate(SELF, task);
}

#define PAPER_BASE 0x10000000ul
struct expected {
	vm_address_t at;
	vm_size_t size;
	vm_prot_t prot;
	vm_inherit_t inherit;
};

/* Regions may be split, but never differ from what is expected. */
static void map_is(task_t task, const struct expected *e, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		vm_address_t at = e[i].at, end = at + e[i].size;

		while (at < end) {
			struct region r;

			OK_OR_RETURN(region_of(task, at, &r));
			if (r.at > at || r.prot != e[i].prot ||
			    r.max != VM_PROT_ALL || r.inherit != e[i].inherit) {
				test_fail(__FILE__, __LINE__,
					  "region %u at 0x%lx: at 0x%lx prot "
					  "%d max %d inherit %d",
					  i, at, r.at, r.prot, r.max,
					  r.inherit);
				return;
			}
			at = r.at + r.size;
		}
		EQUAL(at, end);
	}
}

/* Checklist: VM-19 EX-8 NUM-8 */
static void paper_map(void)
{
	static const struct expected want[] = {
		{PAPER_BASE, 0x8000, VM_PROT_READ, VM_INHERIT_COPY},
		{PAPER_BASE + 0x8000, 0x8000, VM_PROT_READ, VM_INHERIT_SHARE},
		{PAPER_BASE + 0x10000, 0x10000, VM_PROT_DEFAULT,
		 VM_INHERIT_SHARE},
		{PAPER_BASE + 0x20000, 0xe0000, VM_PROT_DEFAULT,
		 VM_INHERIT_COPY},
	};
	vm_address_t at = PAPER_BASE;
	task_t task;
	int in = 77;
	pointer_t out;
	unsigned n;

	OK_OR_RETURN(vm_allocate(SELF, &at, 0x100000, FALSE));
	OK(vm_protect(SELF, at, 0x10000, FALSE, VM_PROT_READ));
	OK(vm_inherit(SELF, at + 0x8000, 0x18000, VM_INHERIT_SHARE));
	map_is(SELF, want, 4);
	OK_OR_RETURN(task_create(SELF, TRUE, &task));
	map_is(SELF, want, 4);
	map_is(task, want, 4);
	/* Shared ranges are one memory, the others are not. */
	OK(vm_write(task, at + 0x10000, (pointer_t)&in, sizeof in));
	EQUAL(*(int *)(at + 0x10000), 77);
	OK(vm_write(task, at + 0x20000, (pointer_t)&in, sizeof in));
	EQUAL(*(int *)(at + 0x20000), 0);
	*(int *)(at + 0x30000) = 5;
	OK(vm_read(task, at + 0x30000, 4, &out, &n));
	EQUAL(*(int *)out, 0);
	vm_deallocate(SELF, out, n);
	OK(task_terminate(task));
	mach_port_deallocate(SELF, task);
	OK(vm_deallocate(SELF, at, 0x100000));
	at = 0x1000;
	CODE(vm_allocate(SELF, &at, PAGE, FALSE), KERN_INVALID_ADDRESS);
}

/* Checklist: VM-20 */
static void sparse(void)
{
	vm_size_t size = 1ul << 40;
	vm_address_t at = 0;
	struct task_basic_info before, after;
	unsigned n = TASK_BASIC_INFO_COUNT;

	OK(task_info(SELF, TASK_BASIC_INFO, (task_info_t)&before, &n));
	OK_OR_RETURN(vm_allocate(SELF, &at, size, TRUE));
	for (unsigned i = 0; i < 10; i++)
		*(int *)(at + (size / 10) * i) = (int)i;
	for (unsigned i = 0; i < 10; i++)
		EQUAL(*(int *)(at + (size / 10) * i), i);
	n = TASK_BASIC_INFO_COUNT;
	OK(task_info(SELF, TASK_BASIC_INFO, (task_info_t)&after, &n));
	EQUAL(after.virtual_size - before.virtual_size, size);
	CHECK(after.resident_size - before.resident_size <= 16 * PAGE);
	OK(vm_deallocate(SELF, at, size));
}

/* Checklist: VM-40 VM-21 */
static void read_write_copy(void)
{
	vm_address_t a = allocate(4 * PAGE), b = allocate(4 * PAGE);
	pointer_t data;
	unsigned n;
	char small[100];

	for (unsigned i = 0; i < 4 * PAGE; i++)
		((char *)a)[i] = (char)(i / 5);
	OK(vm_read(SELF, a, 4 * PAGE, &data, &n));
	EQUAL(n, 4 * PAGE);
	((char *)a)[0] = 99; /* the copy stays */
	EQUAL(((char *)data)[0], 0);
	OK(vm_deallocate(SELF, data, n));
	OK(vm_read(SELF, a + 7, 1000, &data, &n)); /* any alignment */
	EQUAL(n, 1000);
	EQUAL(((char *)data)[3], (char)(10 / 5));
	OK(vm_deallocate(SELF, data, n));
	OK(vm_copy(SELF, a, 4 * PAGE, b));
	EQUAL(((char *)b)[0], 99);
	EQUAL(((char *)b)[4 * PAGE - 1], (char)((4 * PAGE - 1) / 5));
	((char *)b)[5] = 55;
	CHECK(((char *)a)[5] != 55);
	memset(small, 3, sizeof small);
	OK(vm_write(SELF, b + 4090, (pointer_t)small, sizeof small));
	EQUAL(((char *)b)[4090], 3);
	EQUAL(((char *)b)[4189], 3);
	CHECK(((char *)b)[4190] != 3 || ((char *)b)[4089] != 3);
	OK(vm_deallocate(SELF, a + PAGE, PAGE));
	CODE(vm_read(SELF, a, 4 * PAGE, &data, &n), KERN_INVALID_ADDRESS);
	CODE(vm_copy(SELF, a, 4 * PAGE, b), KERN_INVALID_ADDRESS);
	CODE(vm_write(SELF, a + PAGE, (pointer_t)small, 10),
	     KERN_INVALID_ADDRESS);
	OK(vm_protect(SELF, a, PAGE, FALSE, VM_PROT_NONE));
	CODE(vm_read(SELF, a, 10, &data, &n), KERN_PROTECTION_FAILURE);
	CODE(vm_copy(SELF, a, PAGE, b), KERN_PROTECTION_FAILURE);
	OK(vm_protect(SELF, b, PAGE, FALSE, VM_PROT_READ));
	CODE(vm_write(SELF, b, (pointer_t)small, 10), KERN_PROTECTION_FAILURE);
	OK(vm_deallocate(SELF, a, 4 * PAGE));
	OK(vm_deallocate(SELF, b, 4 * PAGE));
}

/* Checklist: VM-23 VM-26 */
static void many_copies(void)
{
	vm_address_t a = allocate(2 * PAGE), copies[200];
	unsigned n;

	*(int *)a = 0;
	for (int i = 0; i < 200; i++) {
		pointer_t from = i == 0 ? a : copies[i - 1];

		OK_OR_RETURN(vm_read(SELF, from, 2 * PAGE, &copies[i], &n));
		*(int *)copies[i] = i + 1; /* copy of a copy of a copy */
	}
	EQUAL(*(int *)a, 0);
	for (int i = 0; i < 200; i++) {
		EQUAL(*(int *)copies[i], i + 1);
		OK(vm_deallocate(SELF, copies[i], 2 * PAGE));
	}
	OK(vm_deallocate(SELF, a, 2 * PAGE));
}

/* Checklist: VM-23 VM-24 */
static void many_regions(void)
{
	vm_address_t at = allocate(2000 * PAGE);
	unsigned bad = 0;

	for (unsigned i = 0; i < 2000; i += 2)
		bad += vm_protect(SELF, at + i * PAGE, PAGE, FALSE,
				  VM_PROT_READ) != KERN_SUCCESS;
	for (unsigned i = 0; i < 2000; i++) {
		struct region r;

		bad += region_of(SELF, at + i * PAGE, &r) != KERN_SUCCESS;
		bad += r.prot != (i & 1 ? VM_PROT_DEFAULT : VM_PROT_READ);
	}
	EQUAL(bad, 0);
	OK(vm_deallocate(SELF, at, 2000 * PAGE));
}

static void generation_body(void *arg)
{
	struct memory *m = arg;

	m->saw_a = *m->a;
	*m->a = -1;
}

/* Checklist: VM-26 VM-21 */
static void fork_generations(void)
{
	struct memory *m = shared_page();
	vm_address_t at = allocate(PAGE);
	struct child c;

	m->a = (int *)at;
	for (int i = 0; i < 60; i++) {
		*m->a = i;
		OK_OR_RETURN(child_create(&c, generation_body, m));
		OK(child_go(&c));
		child_wait(&c);
		EQUAL(m->saw_a, i);
		EQUAL(*m->a, i);
	}
	OK(vm_deallocate(SELF, at, PAGE));
}

struct share3 {
	volatile int word;
	volatile int done;
};

static void share_grandchild(void *arg)
{
	struct share3 *s = arg;

	s->word += 100;
}

static void share_child(void *arg)
{
	struct share3 *s = arg;
	struct child c;

	s->word += 10;
	if (child_create(&c, share_grandchild, s) == KERN_SUCCESS) {
		child_go(&c);
		child_wait(&c);
	}
	s->done = 1;
}

/* Checklist: VM-22 VM-25 */
static void share_three_generations(void)
{
	struct share3 *s = shared_page();
	struct child c;

	s->word = 1;
	OK_OR_RETURN(child_create(&c, share_child, s));
	OK(child_go(&c));
	child_wait(&c);
	EQUAL(s->done, 1);
	EQUAL(s->word, 111);
}

/* Checklist: VM-25 */
static void share_map(void)
{
	vm_address_t at = allocate(2 * PAGE), copy = allocate(2 * PAGE);
	pointer_t out;
	unsigned n;
	task_t task;

	OK(vm_inherit(SELF, at, 2 * PAGE, VM_INHERIT_SHARE));
	*(int *)at = 1;
	OK_OR_RETURN(task_create(SELF, TRUE, &task));
	/* Virtual copy over shared memory: all sharers see it. */
	*(int *)copy = 42;
	*(int *)(copy + PAGE) = 43;
	OK(vm_copy(SELF, copy, 2 * PAGE, at));
	OK(vm_read(task, at, 2 * PAGE, &out, &n));
	EQUAL(*(int *)out, 42);
	EQUAL(*(int *)(out + PAGE), 43);
	vm_deallocate(SELF, out, n);
	*(int *)copy = 0;
	OK(vm_read(task, at, 4, &out, &n));
	EQUAL(*(int *)out, 42);
	vm_deallocate(SELF, out, n);
	/* One sharer gives it up; the other keeps it. */
	OK(vm_deallocate(SELF, at, 2 * PAGE));
	OK(vm_read(task, at, 4, &out, &n));
	EQUAL(*(int *)out, 42);
	vm_deallocate(SELF, out, n);
	task_terminate(task);
	mach_port_deallocate(SELF, task);
	vm_deallocate(SELF, copy, 2 * PAGE);
}

/* Checklist: VM-43 */
static void memory_entries(void)
{
	vm_address_t at = allocate(4 * PAGE), there = 0, copy = 0;
	vm_size_t size = 2 * PAGE;
	mach_port_t entry;
	pointer_t out;
	struct region r;
	unsigned n;
	task_t task;

	*(int *)at = 10;
	*(int *)(at + PAGE) = 11;
	OK_OR_RETURN(mach_make_memory_entry(SELF, &size, at, VM_PROT_READ,
					    &entry));
	EQUAL(size, 2 * PAGE);
	OK_OR_RETURN(task_create(SELF, FALSE, &task));
	CHECK(vm_map(task, &there, 2 * PAGE, 0, TRUE, entry, 0, FALSE,
		     VM_PROT_DEFAULT, VM_PROT_ALL,
		     VM_INHERIT_SHARE) != KERN_SUCCESS);
	OK(vm_map(task, &there, 2 * PAGE, 0, TRUE, entry, 0, FALSE,
		  VM_PROT_READ, VM_PROT_READ, VM_INHERIT_SHARE));
	OK(region_of(task, there, &r));
	EQUAL(r.max, VM_PROT_READ);
	*(int *)at = 20; /* seen there: one memory */
	OK(vm_read(task, there, 4, &out, &n));
	EQUAL(*(int *)out, 20);
	vm_deallocate(SELF, out, n);
	/* A private copy may be written. */
	OK(vm_map(task, &copy, PAGE, 0, TRUE, entry, PAGE, TRUE,
		  VM_PROT_DEFAULT, VM_PROT_ALL, VM_INHERIT_COPY));
	OK(vm_write(task, copy, (pointer_t)&n, 4));
	EQUAL(*(int *)(at + PAGE), 11);
	*(int *)(at + PAGE) = 12;
	CHECK(vm_map(task, &copy, PAGE, 0, TRUE, entry, 2 * PAGE, FALSE,
		     VM_PROT_READ, VM_PROT_READ,
		     VM_INHERIT_COPY) != KERN_SUCCESS);
	mach_port_deallocate(SELF, entry);
	task_terminate(task);
	mach_port_deallocate(SELF, task);
	vm_deallocate(SELF, at, 4 * PAGE);
}

/* Checklist: VM-16 */
static void statistics(void)
{
	vm_statistics_data_t s, t;
	vm_address_t at;

	OK(vm_statistics(SELF, &s));
	EQUAL(s.pagesize, PAGE);
	CHECK(s.free_count > 0 && s.zero_fill_count > 0 && s.faults > 0);
	at = allocate(50 * PAGE);
	for (unsigned i = 0; i < 50; i++)
		*(char *)(at + i * PAGE) = 1;
	OK(vm_statistics(SELF, &t));
	CHECK(t.zero_fill_count - s.zero_fill_count >= 50);
	OK(vm_deallocate(SELF, at, 50 * PAGE));
}

/* Sizes that wrap or end in the wrong place: errors, never effects. */
static void wrap_arounds(void)
{
	static const uint64_t values[] = {
		0,	    1,		  4095,		4096,
		4097,	    1ul << 47,	  (1ul << 47) - 1, (1ul << 47) - 4096,
		~0ul,	    ~0ul - 4095,  1ul << 63,	 0xffff800000000000ul,
	};
	pointer_t data;
	unsigned n;

	for (unsigned i = 0; i < 12; i++)
		for (unsigned j = 0; j < 12; j++) {
			vm_address_t at = values[i];
			vm_size_t size = values[j];

			if (at >= 4096 && size >= 4096)
				vm_allocate(SELF, &at, size, FALSE);
			vm_inherit(SELF, values[i], size, VM_INHERIT_COPY);
			if (vm_read(SELF, values[i], size, &data, &n) ==
				    KERN_SUCCESS &&
			    n != 0)
				vm_deallocate(SELF, data, n);
			vm_copy(SELF, values[i], size, values[j]);
			vm_write(SELF, values[i], (pointer_t)values, 8);
		}
	/* Still in order. */
	*(volatile int *)&n = 5;
	EQUAL(n, 5);
}

static const struct test tests[] = {
	TEST(vm_allocate_table), TEST(twins_agree),
	TEST(vm_deallocate_faults), TEST(vm_protect_access),
	TEST(execute_permission), TEST(vm_maxprot),
	TEST(protect_all_or_nothing), TEST(inherit_share_copy),
	TEST(inherit_none),	 TEST(child_protections),
	TEST(inherit_global),	 TEST(paper_map),
	TEST(sparse),		 TEST(read_write_copy),
	TEST(many_copies),	 TEST(many_regions),
	TEST(fork_generations),	 TEST(share_three_generations),
	TEST(share_map),	 TEST(memory_entries),
	TEST(statistics),	 TEST(wrap_arounds),
};
TEST_MAIN(tests)

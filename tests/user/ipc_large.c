/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages as large as they come: a whole address space, more than four
 * gigabytes, and the paper's 24 megabytes of which only written pages are
 * copied.
 */
#include "lib/test.h"

#include <mach/host_counters.h>

#define SELF	mach_task_self()
#define REGIONS 500
#define MIB	((vm_size_t)1 << 20)

struct region_item {
	mach_msg_type_long_t type;
	u64_a4 address;
};

struct large {
	mach_msg_header_t head;
	struct region_item item[REGIONS];
};

static void item_set(struct region_item *it, vm_address_t at, vm_size_t size)
{
	*it = (struct region_item){
		.type = {.msgtl_header = {.msgt_longform = TRUE},
			 .msgtl_name = MACH_MSG_TYPE_BYTE,
			 .msgtl_size = 8,
			 .msgtl_number = size},
		.address = at,
	};
}

static mach_msg_size_t size_of(unsigned items)
{
	return (mach_msg_size_t)(sizeof(mach_msg_header_t) +
				 items * sizeof(struct region_item));
}

static mach_msg_return_t send_items(struct large *m, mach_port_t dest,
				    mach_msg_type_name_t how, unsigned items)
{
	m->head = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(how, 0),
		.msgh_remote_port = dest,
	};
	return mach_msg(&m->head, MACH_SEND_MSG, size_of(items), 0, 0, 0, 0);
}

static mach_msg_return_t receive_items(struct large *m, mach_port_t port)
{
	return mach_msg(&m->head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof *m,
			port, 10000, 0);
}

static int64_t copied_pages(void)
{
	int64_t values[HOST_COUNTER_COUNT] = {0};
	mach_msg_type_number_t n = HOST_COUNTER_COUNT;

	OK(host_counters(host_self(), values, &n));
	return values[HOST_COUNTER_PAGES_COPIED];
}

/* --- a whole address space --- */

#define SERVICE 0x7a001 /* the child's name for the port */

struct sender {
	volatile int state; /* 1: sent, then it stays as it is */
	mach_msg_return_t result;
	unsigned regions;
};

static struct large whole; /* the child's to send, the parent's to receive */

/* Every region that its task may read becomes an item. */
static unsigned list_regions(struct large *m)
{
	vm_address_t at = 0;
	unsigned n = 0;

	for (;;) {
		vm_size_t size;
		vm_prot_t prot, max;
		vm_inherit_t inherit;
		boolean_t shared;
		mach_port_t object = MACH_PORT_NULL;
		vm_offset_t offset;

		if (vm_region(SELF, &at, &size, &prot, &max, &inherit, &shared,
			      &object, &offset) != KERN_SUCCESS ||
		    n == REGIONS)
			return n;
		if (object != MACH_PORT_NULL)
			mach_port_deallocate(SELF, object);
		if (prot & VM_PROT_READ)
			item_set(&m->item[n++], at, size);
		at += size;
	}
}

static void child_sends_itself(void *arg)
{
	struct sender *s = arg;

	s->regions = list_regions(&whole);
	s->result = send_items(&whole, SERVICE, MACH_MSG_TYPE_COPY_SEND,
			       s->regions);
	s->state = 1;
	for (;;)
		sleep_ms(1000);
}

/* Pages of the region that are not what the message brought. */
static unsigned pages_changed(task_t task, vm_address_t at, vm_size_t size,
			      const char *got)
{
	mach_msg_type_number_t count;
	unsigned changed = 0;
	pointer_t data;

	OK(vm_read(task, at, size, &data, &count));
	EQUAL(count, size);
	for (vm_size_t i = 0; i < size; i += vm_page_size)
		changed += memcmp((char *)data + i, got + i, vm_page_size) != 0;
	OK(vm_deallocate(SELF, data, count));
	return changed;
}

/* The places are the child's list, read from its own memory; the address
 * fields of the message are this task's. */
static void compare_spaces(const struct child *c, unsigned regions)
{
	static struct large theirs;
	vm_size_t total = 0, got = 0;
	unsigned changed = 0;
	pointer_t data;
	mach_msg_type_number_t count;

	OK_OR_RETURN(vm_read(c->task, (vm_address_t)&whole, sizeof whole, &data,
			     &count));
	memcpy(&theirs, (void *)data, sizeof theirs);
	OK(vm_deallocate(SELF, data, count));
	for (unsigned i = 0; i < regions; i++) {
		vm_size_t size = whole.item[i].type.msgtl_number;

		total += theirs.item[i].type.msgtl_number;
		got += size;
		changed += pages_changed(c->task, theirs.item[i].address, size,
					 (char *)whole.item[i].address);
	}
	EQUAL(got, total);
	/* Its stack, its list and what it shares with us went on living. */
	CHECK(changed <= 12);
}

/* Checklist: MSG-03 */
static void msg_wholespace(void)
{
	struct sender *s = shared_page();
	mach_port_t port = port_new();
	struct child c;
	vm_address_t mine = 0;

	/* Something with a known face: 4 MiB, inherited. */
	OK(vm_allocate(SELF, &mine, 4 * MIB, TRUE));
	for (vm_size_t i = 0; i < 4 * MIB; i += 8)
		*(vm_size_t *)(mine + i) = i * 0x9e3779b97f4a7c15;
	OK_OR_RETURN(child_create(&c, child_sends_itself, s));
	OK(mach_port_insert_right(c.task, SERVICE, port,
				  MACH_MSG_TYPE_MAKE_SEND));
	OK(child_go(&c));
	OK_OR_RETURN(receive_items(&whole, port));
	CHECK(wait_for(&s->state, 1, 5000));
	OK(s->result);
	CHECK(s->regions > 4 && s->regions < REGIONS);
	EQUAL(whole.head.msgh_size, size_of(s->regions));
	compare_spaces(&c, s->regions);
	mach_msg_destroy(&whole.head);
	child_kill(&c);
	OK(vm_deallocate(SELF, mine, 4 * MIB));
	port_gone(port);
}

/* --- past four gigabytes --- */

static void past_4g(void)
{
	static const vm_size_t touched[] = {0, (vm_size_t)4096 * MIB - 8,
					    (vm_size_t)4096 * MIB,
					    (vm_size_t)5120 * MIB - 8};
	vm_size_t size = (vm_size_t)5120 * MIB;
	mach_port_t port = port_new();
	vm_address_t at = 0;
	static struct large m;
	int64_t copied;

	OK_OR_RETURN(vm_allocate(SELF, &at, size, TRUE));
	for (unsigned i = 0; i < 4; i++)
		*(vm_size_t *)(at + touched[i]) = touched[i] + 1;
	copied = copied_pages();
	item_set(&m.item[0], at, size);
	OK_OR_RETURN(send_items(&m, port, MACH_MSG_TYPE_MAKE_SEND, 1));
	OK_OR_RETURN(receive_items(&m, port));
	EQUAL(m.item[0].type.msgtl_number, size);
	for (unsigned i = 0; i < 4; i++)
		EQUAL(*(vm_size_t *)(m.item[0].address + touched[i]),
		      touched[i] + 1);
	EQUAL(*(vm_size_t *)(m.item[0].address + size / 2), 0);
	EQUAL(copied_pages() - copied, 0);
	mach_msg_destroy(&m.head);
	OK(vm_deallocate(SELF, at, size));
	port_gone(port);
}

/* Aligned as its sender had it, so that whole page tables may be lent.
 * Checklist: MSG-11 */
static void lands_aligned(void)
{
	vm_size_t size = 4 * MIB;
	mach_port_t port = port_new();
	vm_address_t at = 0, aligned;
	static struct large m;

	OK_OR_RETURN(vm_allocate(SELF, &at, size + 2 * MIB, TRUE));
	aligned = (at + 2 * MIB - 1) & ~(2 * MIB - 1);
	memset((void *)aligned, 7, size);
	item_set(&m.item[0], aligned, size);
	OK_OR_RETURN(send_items(&m, port, MACH_MSG_TYPE_MAKE_SEND, 1));
	OK_OR_RETURN(receive_items(&m, port));
	EQUAL(m.item[0].address % (2 * MIB), 0);
	mach_msg_destroy(&m.head);
	OK(vm_deallocate(SELF, at, size + 2 * MIB));
	port_gone(port);
}

/* --- figure 5 --- */

/* Copied are the pages that somebody writes, and no other.
 * Checklist: MSG-04 MSG-05 NUM-3 */
static void copies_what_is_written(void)
{
	vm_size_t size = 24 * MIB;
	mach_port_t port = port_new();
	vm_address_t at = 0;
	static struct large m;
	int64_t copied;
	char *got;

	OK_OR_RETURN(vm_allocate(SELF, &at, size, TRUE));
	for (vm_size_t i = 0; i < size; i += vm_page_size)
		*(vm_size_t *)(at + i) = i;
	copied = copied_pages();
	item_set(&m.item[0], at, size);
	OK_OR_RETURN(send_items(&m, port, MACH_MSG_TYPE_MAKE_SEND, 1));
	*(vm_size_t *)at = 1; /* while it is on its way */
	OK_OR_RETURN(receive_items(&m, port));
	got = (char *)m.item[0].address;
	for (vm_size_t i = 0; i < size; i += vm_page_size)
		EQUAL(*(vm_size_t *)(got + i), i);
	EQUAL(copied_pages() - copied, 1);
	for (vm_size_t i = 1; i <= 6; i++) /* the sender's */
		*(vm_size_t *)(at + i * MIB) = 2;
	for (vm_size_t i = 11; i <= 15; i++) /* the receiver's */
		*(vm_size_t *)(got + i * MIB) = 3;
	EQUAL(copied_pages() - copied, 1 + 6 + 5);
	for (vm_size_t i = 1; i <= 6; i++)
		EQUAL(*(vm_size_t *)(got + i * MIB), i * MIB);
	for (vm_size_t i = 11; i <= 15; i++)
		EQUAL(*(vm_size_t *)(at + i * MIB), i * MIB);
	mach_msg_destroy(&m.head);
	OK(vm_deallocate(SELF, at, size));
	port_gone(port);
}

static const struct test tests[] = {
	TEST(msg_wholespace),
	TEST(past_4g),
	TEST(lands_aligned),
	TEST(copies_what_is_written),
};
TEST_MAIN(tests)

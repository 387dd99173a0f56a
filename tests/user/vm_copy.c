/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying and sharing memory: vm_read, vm_write, vm_copy, inheritance, memory
 * entries; that copies are lazy and that nothing grows with their history.
 */
#include "lib/test.h"

#include <mach/host_counters.h>
#include <pthread.h>

#define SELF mach_task_self()
#define AT   ((vm_address_t)0x10000000)
#define MIB  ((vm_size_t)1 << 20)

static int64_t counter(enum host_counter which)
{
	int64_t values[HOST_COUNTER_COUNT] = {0};
	mach_msg_type_number_t n = HOST_COUNTER_COUNT;

	OK(host_counters(host_self(), values, &n));
	return values[which];
}

/* A task with size bytes at AT, each page's first word its address. */
static task_t task_with(vm_size_t size)
{
	vm_address_t a = AT, buffer = 0;
	task_t task = MACH_PORT_NULL;

	OK(task_create(SELF, FALSE, &task));
	OK(vm_allocate(task, &a, size, FALSE));
	OK(vm_allocate(SELF, &buffer, size, TRUE));
	for (vm_size_t i = 0; i < size; i += vm_page_size)
		*(long *)(buffer + i) = (long)(AT + i);
	OK(vm_write(task, AT, buffer, (mach_msg_type_number_t)size));
	OK(vm_deallocate(SELF, buffer, size));
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

static void put(task_t task, vm_address_t at, long value)
{
	OK(vm_write(task, at, (pointer_t)&value, sizeof(value)));
}

static long word(task_t task, vm_address_t at)
{
	mach_msg_type_number_t count;
	pointer_t data;
	long value;

	if (!OK(vm_read(task, at, sizeof(value), &data, &count)))
		return -1;
	memcpy(&value, (void *)data, sizeof(value));
	OK(vm_deallocate(SELF, data, count));
	return value;
}

/* --- laziness */

/* 16 MiB inherited, one write: one page copied. Checklist: VM-21 */
static void fork_is_lazy(void)
{
	task_t task = task_with(16 * MIB), child;
	int64_t frames = counter(HOST_COUNTER_FRAMES_VM), copied;

	child = child_of(task);
	CHECK(counter(HOST_COUNTER_FRAMES_VM) - frames < 16);
	copied = counter(HOST_COUNTER_PAGES_COPIED);
	put(child, AT + 5 * MIB, 1);
	EQUAL(counter(HOST_COUNTER_PAGES_COPIED) - copied, 1);
	EQUAL(word(task, AT + 5 * MIB), (long)(AT + 5 * MIB));
	EQUAL(word(child, AT + 5 * MIB), 1);
	EQUAL(word(child, AT + 6 * MIB), (long)(AT + 6 * MIB));
	end(child);
	end(task);
}

/* Checklist: VM-21 VM-23 VM-26 */
static void thousand_generations(void)
{
	task_t task = task_with(16 * vm_page_size), child;
	int64_t frames;

	child = child_of(task);
	end(child);
	frames = counter(HOST_COUNTER_FRAMES_VM);
	for (long i = 0; i < 1000; i++) {
		child = child_of(task);
		put(task, AT + (vm_size_t)(i % 16) * vm_page_size, i);
		put(child, AT, -1);
		end(child);
	}
	CHECK(counter(HOST_COUNTER_LONGEST_CHAIN) <= 8);
	CHECK(counter(HOST_COUNTER_FRAMES_VM) - frames < 64);
	for (long i = 0; i < 16; i++)
		EQUAL(word(task, AT + (vm_size_t)i * vm_page_size),
		      i < 8 ? 992 + i : 976 + i);
	end(task);
}

/* Each child is the next one's parent. Checklist: VM-26 VM-22 */
static void descendants(void)
{
	task_t task = task_with(4 * vm_page_size), child;

	OK(vm_inherit(task, AT, vm_page_size, VM_INHERIT_SHARE));
	for (long i = 0; i < 1000; i++) {
		child = child_of(task);
		put(child, AT, i);
		EQUAL(word(task, AT), i);
		put(child, AT + vm_page_size, i);
		end(task);
		task = child;
	}
	EQUAL(word(task, AT + vm_page_size), 999);
	EQUAL(word(task, AT + 2 * vm_page_size),
	      (long)(AT + 2 * vm_page_size));
	end(task);
}

/* A copy of a copy of ... Checklist: VM-23 */
static void copies_of_copies(void)
{
	task_t task = task_with(32 * vm_page_size);
	vm_size_t half = 16 * vm_page_size;

	for (long i = 0; i < 1000; i++) {
		put(task, AT + (vm_size_t)(i % 16) * vm_page_size, i);
		OK_OR_RETURN(vm_copy(task, AT, half, AT + half));
	}
	EQUAL(word(task, AT + half + 7 * vm_page_size), 999);
	CHECK(counter(HOST_COUNTER_LONGEST_CHAIN) <= 8);
	end(task);
}

/* --- read, write, copy */

static void fill(unsigned char *p, vm_size_t size, unsigned seed)
{
	for (vm_size_t i = 0; i < size; i++)
		p[i] = (unsigned char)(seed + i * 31 + i / 251);
}

static bool filled(const unsigned char *p, vm_size_t size, unsigned seed)
{
	for (vm_size_t i = 0; i < size; i++)
		if (p[i] != (unsigned char)(seed + i * 31 + i / 251))
			return false;
	return true;
}

/* Every alignment; nothing around the range is seen or changed. */
static void read_write_case(task_t task, vm_size_t skew, vm_size_t size)
{
	static unsigned char buffer[0x40000];
	mach_msg_type_number_t count;
	unsigned char *p;
	pointer_t data;

	fill(buffer, size, (unsigned)size);
	OK_OR_RETURN(vm_write(task, AT + skew, (pointer_t)buffer,
			      (mach_msg_type_number_t)size));
	OK_OR_RETURN(vm_read(task, AT + skew, size, &data, &count));
	EQUAL(count, size);
	p = (unsigned char *)data;
	CHECK(filled(p, size, (unsigned)size));
	while (++p < (unsigned char *)data + size) /* ours to write */
		*p = 0;
	for (; (vm_address_t)p % vm_page_size != 0; p++)
		CHECK_OR_RETURN(*p == 0);
	for (p = (unsigned char *)data; (vm_address_t)p % vm_page_size != 0;)
		CHECK_OR_RETURN(*--p == 0);
	OK(vm_deallocate(SELF, data, count));
	EQUAL(word(task, AT + skew + size), -1);
	if (skew >= 8)
		EQUAL(word(task, AT + skew - 8), -1);
}

/* Checklist: VM-40 VM-21 */
static void reads_and_writes(void)
{
	static const vm_size_t skews[] = {0, 8, 100, 4088, 4095, 4096};
	static const vm_size_t sizes[] = {1,	 8,	4095,  4096, 4097,
					  8192, 65535, 65536, 200000};
	static unsigned char ones[0x42000];
	task_t task = task_with(0x42000);

	memset(ones, 0xff, sizeof(ones));
	for (unsigned i = 0; i < sizeof(skews) / sizeof(skews[0]); i++)
		for (unsigned j = 0; j < sizeof(sizes) / sizeof(sizes[0]);
		     j++) {
			OK(vm_write(task, AT, (pointer_t)ones, sizeof(ones)));
			read_write_case(task, skews[i], sizes[j]);
		}
	end(task);
}

/* Checklist: VM-40 */
static void refuses_what_is_not_there(void)
{
	task_t task = task_with(4 * vm_page_size);
	vm_size_t p = vm_page_size;
	mach_msg_type_number_t count;
	pointer_t data;
	long v = 1;

	OK(vm_deallocate(task, AT + p, p));
	CODE(vm_read(task, AT, 2 * p, &data, &count), KERN_INVALID_ADDRESS);
	CODE(vm_write(task, AT + p - 1, (pointer_t)&v, 8),
	     KERN_INVALID_ADDRESS);
	EQUAL(word(task, AT + p - 8), 0); /* nothing was changed */
	OK(vm_protect(task, AT + 2 * p, p, FALSE, VM_PROT_NONE));
	CODE(vm_read(task, AT + 2 * p, 8, &data, &count),
	     KERN_PROTECTION_FAILURE);
	OK(vm_protect(task, AT + 2 * p, p, FALSE, VM_PROT_READ));
	CODE(vm_write(task, AT + 2 * p, (pointer_t)&v, 8),
	     KERN_PROTECTION_FAILURE);
	CODE(vm_copy(task, AT, p, AT + 2 * p), KERN_PROTECTION_FAILURE);
	CODE(vm_copy(task, AT, p, AT + p), KERN_INVALID_ADDRESS);
	CODE(vm_copy(task, AT + 3 * p, 2 * p, AT), KERN_INVALID_ADDRESS);
	OK(vm_copy(task, AT + 2 * p, p, AT + 3 * p));
	EQUAL(word(task, AT + 3 * p), (long)(AT + 2 * p));
	OK(vm_read(task, AT, 0, &data, &count));
	EQUAL(count, 0);
	end(task);
}

/* --- sharing */

/* What one sharer does to the memory, all see; what he does to his address
 * space is his own. Checklist: VM-25 */
static void sharers_see_operations(void)
{
	task_t task = task_with(8 * vm_page_size), child;
	vm_size_t p = vm_page_size;

	OK(vm_inherit(task, AT, 4 * p, VM_INHERIT_SHARE));
	child = child_of(task);
	OK(vm_copy(task, AT + 4 * p, 4 * p, AT));
	EQUAL(word(child, AT), (long)(AT + 4 * p));
	EQUAL(word(child, AT + 3 * p), (long)(AT + 7 * p));
	put(child, AT, 1);
	EQUAL(word(task, AT), 1);
	EQUAL(word(task, AT + 4 * p), (long)(AT + 4 * p));
	OK(vm_protect(task, AT, p, TRUE, VM_PROT_READ));
	put(child, AT, 2);
	EQUAL(word(task, AT), 2);
	OK(vm_deallocate(task, AT, 4 * p));
	EQUAL(word(child, AT), 2);
	end(task);
	EQUAL(word(child, AT + 2 * p), (long)(AT + 6 * p));
	end(child);
}

/* Two tasks that are not related. Checklist: VM-43 */
static void entries_share(void)
{
	task_t a = task_with(4 * vm_page_size), b = task_with(vm_page_size);
	vm_size_t p = vm_page_size, size = 2 * p;
	vm_address_t at = 2 * AT, private = 3 * AT;
	mach_port_t entry;

	OK_OR_RETURN(mach_make_memory_entry(a, &size, AT + p,
					    VM_PROT_DEFAULT, &entry));
	EQUAL(size, 2 * p);
	OK(vm_map(b, &at, size, 0, FALSE, entry, 0, FALSE, VM_PROT_DEFAULT,
		  VM_PROT_ALL, VM_INHERIT_SHARE));
	OK(vm_map(b, &private, p, 0, FALSE, entry, p, TRUE, VM_PROT_DEFAULT,
		  VM_PROT_ALL, VM_INHERIT_COPY));
	EQUAL(word(b, at), (long)(AT + p));
	put(b, at + p, 7);
	EQUAL(word(a, AT + 2 * p), 7);
	EQUAL(word(b, private), (long)(AT + 2 * p));
	put(b, private, 8);
	EQUAL(word(a, AT + 2 * p), 7);
	CODE(vm_protect(b, at, p, FALSE, VM_PROT_ALL),
	     KERN_PROTECTION_FAILURE);
	at = 4 * AT;
	CODE(vm_map(b, &at, 3 * p, 0, FALSE, entry, 0, FALSE, VM_PROT_DEFAULT,
		    VM_PROT_ALL, VM_INHERIT_SHARE),
	     KERN_INVALID_ARGUMENT);
	CODE(vm_map(b, &at, p, 0, FALSE, SELF, 0, FALSE, VM_PROT_DEFAULT,
		    VM_PROT_ALL, VM_INHERIT_SHARE),
	     KERN_INVALID_ARGUMENT);
	end(a);
	EQUAL(word(b, 2 * AT + p), 7);
	mach_port_deallocate(SELF, entry);
	EQUAL(word(b, 2 * AT + p), 7);
	end(b);
}

/* Alignment by mask. */
static void maps_at_masks(void)
{
	vm_address_t at = 0;

	OK_OR_RETURN(vm_map(SELF, &at, vm_page_size, 0x3fffff, TRUE,
			    MACH_PORT_NULL, 0, FALSE, VM_PROT_DEFAULT,
			    VM_PROT_ALL, VM_INHERIT_COPY));
	EQUAL(at & 0x3fffff, 0);
	*(char *)at = 1;
	OK(vm_deallocate(SELF, at, vm_page_size));
	CODE(vm_map(SELF, &at, vm_page_size, ~(vm_address_t)0, TRUE,
		    MACH_PORT_NULL, 0, FALSE, VM_PROT_DEFAULT, VM_PROT_ALL,
		    VM_INHERIT_COPY),
	     KERN_NO_SPACE);
}

/* --- a running child */

struct family {
	volatile int state;
	volatile long seen;
};

static long inherited = 1; /* copied, as all memory by default */

static void body_copy(void *arg)
{
	struct family *f = arg;

	while (f->state != 1)
		sleep_ms(1);
	f->seen = inherited;
	inherited = 3;
	f->state = 2;
	for (;;)
		sleep_ms(100);
}

/* Checklist: VM-41 VM-09 */
static void running_child(void)
{
	struct family *f = shared_page();
	struct child c;

	inherited = 1;
	OK_OR_RETURN(child_create(&c, body_copy, f));
	inherited = 2;
	OK(child_go(&c));
	f->state = 1;
	CHECK(wait_for(&f->state, 2, 2000));
	EQUAL(f->seen, 1);
	EQUAL(inherited, 2);
	EQUAL(word(c.task, (vm_address_t)&inherited), 3);
	put(c.task, (vm_address_t)&inherited, 4);
	EQUAL(inherited, 2);
	child_kill(&c);
}

/* --- threads write while their memory is copied */

static volatile bool stop_writing;
static volatile long words[64][512];

static void *writer(void *arg)
{
	for (long n = 1; !stop_writing; n++)
		for (int i = 0; i < 64; i++)
			words[i][(long)arg] = n;
	return NULL;
}

/* A copy of all the words as the task has them now. */
static long *snapshot(task_t task)
{
	mach_msg_type_number_t count;
	pointer_t data = 0;

	OK(vm_read(task, (vm_address_t)words, sizeof(words), &data, &count));
	return (long *)data;
}

static void copies_stand_still(void)
{
	pthread_t t[2];

	stop_writing = false;
	for (long i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, writer, (void *)i);
	for (int i = 0; i < 10; i++) {
		task_t child = child_of(SELF);
		long *before = snapshot(child);
		sleep_ms(2);
		long *after = snapshot(child);
		CHECK(memcmp(before, after, sizeof(words)) == 0);
		OK(vm_deallocate(SELF, (vm_address_t)before, sizeof(words)));
		OK(vm_deallocate(SELF, (vm_address_t)after, sizeof(words)));
		end(child);
	}
	stop_writing = true;
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
}

/* Checklist: VM-37 VM-27 */
static void received_memory_is_freed(void)
{
	task_t task = task_with(64 * vm_page_size);
	mach_msg_type_number_t count;
	int64_t before = counter(HOST_COUNTER_FRAMES_VM);
	pointer_t data;

	for (int i = 0; i < 1000; i++) {
		OK_OR_RETURN(vm_read(task, AT, 64 * vm_page_size, &data,
				     &count));
		*(volatile char *)data = 1;
		OK_OR_RETURN(vm_deallocate(SELF, data, count));
	}
	CHECK(counter(HOST_COUNTER_FRAMES_VM) - before < 16);
	end(task);
	CHECK(counter(HOST_COUNTER_FRAMES_VM) < before);
}

static const struct test tests[] = {
	TEST(fork_is_lazy), TEST(thousand_generations), TEST(descendants),
	TEST(copies_of_copies), TEST(reads_and_writes),
	TEST(refuses_what_is_not_there), TEST(sharers_see_operations),
	TEST(entries_share), TEST(maps_at_masks), TEST(running_child),
	TEST(copies_stand_still), TEST(received_memory_is_freed),
};

TEST_MAIN(tests)

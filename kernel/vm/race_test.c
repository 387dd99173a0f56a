/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several processors at once: tasks write while their memory is copied,
 * shared, protected and given back. A copy never changes after it was made;
 * a page that may only be read never changes (B30); nothing is left over.
 */
#include "check.h"
#include "vm_user.h"

#include <arch/clock.h>
#include <arch/copy.h>
#include <arch/trap.h>
#include <host.h>
#include <kern/charge.h>
#include <kern/panic.h>
#include <kern/sched.h>
#include <vm/map_i.h>

#define AT    ((uint64_t)0x10000000)
#define PAGES 20u

static struct account *account;
static uint64_t page;
static _Atomic bool stop;
static _Atomic unsigned refused;

/* A write to memory that is protected or gone just now is not done. */
static bool fault(vaddr_t address, unsigned access)
{
	enum kr kr = vm_fault(thread_self()->map, address, access);

	if (kr == KR_SUCCESS)
		return true;
	panic_unless(kr == KR_PROTECTION_FAILURE || kr == KR_INVALID_ADDRESS);
	atomic_add(&refused, 1);
	return false;
}

bool trap_copy_fault(vaddr_t address, unsigned access)
{
	return fault(address, access);
}

void trap_user_fault(vaddr_t address, unsigned access)
{
	panic("user fault at %#lx (%u)", address, access);
}

static int64_t trap_store(uint64_t addr, uint64_t value, uint64_t c, uint64_t d,
			  uint64_t e, uint64_t f)
{
	(void)c, (void)d, (void)e, (void)f;
	return copy_out_u32(addr, (uint32_t)value);
}

static int64_t trap_exit(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			 uint64_t e, uint64_t f)
{
	(void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	thread_exit_self();
}

static void writer(void *arg)
{
	unsigned *seed = arg;

	while (!atomic_get(&stop)) {
		*seed = *seed * 1664525 + 1013904223;
		host_trap(trap_store, AT + (*seed >> 8) % PAGES * page, *seed,
			  0, 0, 0, 0, 0);
	}
	host_trap(trap_exit, 0, 0, 0, 0, 0, 0, 0);
}

#define WRITERS 3
static struct thread *threads[WRITERS];
static unsigned seeds[WRITERS];

/* Words of a writer's own, one in each page: what it wrote last. */
static uint32_t own[WRITERS][PAGES];
static _Atomic unsigned lost;

static int64_t trap_count(uint64_t writer, uint64_t at, uint64_t c, uint64_t d,
			  uint64_t e, uint64_t f)
{
	uint64_t addr = AT + at * page + writer * 4;
	uint32_t value;

	(void)c, (void)d, (void)e, (void)f;
	panic_unless(copy_in_u32(&value, addr));
	if (value != own[writer][at])
		atomic_add(&lost, 1);
	own[writer][at]++;
	panic_unless(copy_out_u32(addr, own[writer][at]));
	return 0;
}

static void counter(void *arg)
{
	unsigned *seed = arg;

	while (!atomic_get(&stop)) {
		*seed = *seed * 1664525 + 1013904223;
		host_trap(trap_count, (uint64_t)(seed - seeds),
			  (*seed >> 8) % PAGES, 0, 0, 0, 0, 0);
	}
	host_trap(trap_exit, 0, 0, 0, 0, 0, 0, 0);
}

static void start_all(struct vm_map *const map[WRITERS],
		      void (*program)(void *))
{
	atomic_set(&stop, false);
	for (unsigned i = 0; i < WRITERS; i++) {
		const struct thread_origin origin = {
			.pmap = vm_map_pmap(map[i]),
			.map = map[i],
			.priority = PRIORITY_USER,
			.max_priority = PRIORITY_USER,
		};
		seeds[i] = i + 1;
		threads[i] = thread_create(&origin);
		panic_unless(threads[i] != NULL);
		host_user_program(threads[i], program, &seeds[i]);
		thread_start(threads[i]);
	}
}

static void start(struct vm_map *const map[WRITERS])
{
	start_all(map, writer);
}

static void finish(void)
{
	atomic_set(&stop, true);
	for (unsigned i = 0; i < WRITERS; i++) {
		thread_wait_dead(threads[i]);
		thread_unref(threads[i]);
	}
}

static struct vm_map *new_map(void)
{
	struct vm_map *map = vm_map_create(account);
	uint64_t a = AT;

	panic_unless(map != NULL);
	panic_unless(vm_map_allocate(map, &a, PAGES * page, false) ==
		     KR_SUCCESS);
	return map;
}

static void pass_time(void)
{
	thread_wait_begin(WAIT_UNINTERRUPTIBLE);
	(void)thread_block(clock_now() + 20000, NULL);
}

static void snapshot(struct vm_map *map, uint64_t addr,
		     uint32_t words[PAGES])
{
	for (unsigned i = 0; i < PAGES; i++)
		words[i] = (uint32_t)vm_user_get(map, addr + i * page);
}

/* The memory of map at addr does not change while the writers go on. */
static void check_still(struct vm_map *map, uint64_t addr)
{
	uint32_t before[PAGES], after[PAGES];

	snapshot(map, addr, before);
	pass_time();
	snapshot(map, addr, after);
	CHECK(memcmp(before, after, sizeof(before)) == 0);
}

static void forks(struct vm_map *map)
{
	for (unsigned i = 0; i < 60 && !check_state.bad; i++) {
		struct vm_map *child = vm_map_fork(map, account);
		CHECK(child != NULL);
		check_still(child, AT);
		vm_check_map(map);
		vm_check_map(child);
		vm_map_unref(child);
	}
}

static void writes_during_fork(void)
{
	struct vm_map *map = new_map();

	start((struct vm_map *[]){ map, map, map });
	forks(map);
	finish();
	vm_map_unref(map);
}

/* The writers are in three tasks that share the memory. */
static void shared_writes_during_copies(void)
{
	struct vm_map *a = new_map(), *b, *c, *to = vm_map_create(account);

	CHECK_EQ(vm_map_inherit(a, AT, PAGES * page, VM_INHERIT_SHARE),
		 KR_SUCCESS);
	b = vm_map_fork(a, account);
	c = vm_map_fork(b, account);
	start((struct vm_map *[]){ a, b, c });
	for (unsigned i = 0; i < 60 && !check_state.bad; i++) {
		struct vm_copy *copy;
		uint64_t at;
		if (vm_copy_in(b, AT, PAGES * page, false, &copy) !=
			    KR_SUCCESS ||
		    vm_copy_out(to, copy, &at) != KR_SUCCESS)
			panic("copy");
		check_still(to, at);
		vm_check_all();
		if (vm_map_copy_within(a, AT, 3 * page, AT + 4 * page) !=
		    KR_SUCCESS)
			panic("copy within");
		panic_unless(vm_map_deallocate(to, at, PAGES * page) ==
			     KR_SUCCESS);
		vm_check_map(a);
		vm_check_map(b);
	}
	finish();
	vm_map_unref(a);
	vm_map_unref(b);
	vm_map_unref(c);
	vm_map_unref(to);
}

/* What one sharer writes while another's fault copies the page is not lost. */
static void shared_writes_are_kept(void)
{
	struct vm_map *a = new_map(), *b, *c;

	CHECK_EQ(vm_map_inherit(a, AT, PAGES * page, VM_INHERIT_SHARE),
		 KR_SUCCESS);
	b = vm_map_fork(a, account);
	c = vm_map_fork(b, account);
	start_all((struct vm_map *[]){ a, b, c }, counter);
	for (unsigned i = 0; i < 200; i++) {
		struct vm_copy *copy;

		/* Two that must fault, and one that need not. */
		pass_time();
		pmap_collect(vm_map_pmap(b));
		pmap_collect(vm_map_pmap(c));
		panic_unless(vm_copy_in(b, AT, PAGES * page, false, &copy) ==
			     KR_SUCCESS);
		vm_copy_discard(copy);
	}
	finish();
	CHECK_EQ(atomic_get(&lost), 0);
	vm_map_unref(a);
	vm_map_unref(b);
	vm_map_unref(c);
}

/* Read-only means that nothing changes; gone means gone. */
static void protects_and_deallocates(void)
{
	struct vm_map *map = new_map();
	uint64_t a = AT + 10 * page;

	start((struct vm_map *[]){ map, map, map });
	for (unsigned i = 0; i < 60 && !check_state.bad; i++) {
		panic_unless(vm_map_protect(map, AT, 10 * page, false,
					    VM_PROT_READ) == KR_SUCCESS);
		panic_unless(vm_map_deallocate(map, a, 10 * page) ==
			     KR_SUCCESS);
		uint32_t first = (uint32_t)vm_user_get(map, AT);
		pass_time();
		CHECK_EQ((uint32_t)vm_user_get(map, AT), first);
		vm_check_map(map);
		panic_unless(vm_map_allocate(map, &a, 10 * page, false) ==
			     KR_SUCCESS);
		panic_unless(vm_map_protect(map, AT, 10 * page, false,
					    VM_PROT_DEFAULT) == KR_SUCCESS);
		pmap_collect(vm_map_pmap(map));
		pass_time();
	}
	finish();
	CHECK(atomic_get(&refused) > 0);
	vm_map_unref(map);
}

static void body(void *arg)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} tests[] = {
		{ "writes_during_fork", writes_during_fork },
		{ "shared_writes_during_copies", shared_writes_during_copies },
		{ "shared_writes_are_kept", shared_writes_are_kept },
		{ "protects_and_deallocates", protects_and_deallocates },
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
	host_options.cpus = 4;
	host_kernel_run(body, NULL);
	return check_done();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Futexes, with user threads on several simulated processors. A lost wake-up
 * leaves everybody idle for ever, which the host kernel reports as a panic.
 */
#include "check.h"
#include "vm_user.h"

#include <arch/clock.h>
#include <arch/trap.h>
#include <host.h>
#include <kern/charge.h>
#include <kern/panic.h>
#include <kern/sched.h>
#include <vm/map_i.h>

#define AT     ((uint64_t)0x10000000)
#define ROUNDS 300u

static struct account *account;

void trap_user_fault(vaddr_t address, unsigned access)
{
	enum kr kr = vm_fault(thread_self()->map, address, access);

	if (kr != KR_SUCCESS)
		panic("user fault at %#lx: %d", address, kr);
}

bool trap_copy_fault(vaddr_t address, unsigned access)
{
	return vm_fault(thread_self()->map, address, access) == KR_SUCCESS;
}

/* --- traps */

static int64_t trap_wait(uint64_t addr, uint64_t value, uint64_t flags,
			 uint64_t deadline, uint64_t e, uint64_t f)
{
	(void)e, (void)f;
	return vm_futex_wait(thread_self()->map, addr, (uint32_t)value,
			     (int)flags, deadline);
}

static int64_t trap_wake(uint64_t addr, uint64_t n, uint64_t flags, uint64_t d,
			 uint64_t e, uint64_t f)
{
	(void)d, (void)e, (void)f;
	return vm_futex_wake(thread_self()->map, addr, (unsigned)n,
			     (int)flags);
}

static int64_t trap_exit(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			 uint64_t e, uint64_t f)
{
	(void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	thread_exit_self();
}

static int64_t wait(uint64_t addr, uint32_t value, int flags, uint64_t deadline)
{
	return host_trap(trap_wait, addr, value, (uint64_t)flags, deadline, 0,
			 0, 0);
}

static int64_t wake(uint64_t addr, unsigned n, int flags)
{
	return host_trap(trap_wake, addr, n, (uint64_t)flags, 0, 0, 0, 0);
}

/* --- programs */

struct program {
	unsigned me, of; /* takes its turn when word % of == me */
	int flags;
	int wake_flags;
	uint64_t deadline;
	int64_t result;
};

static uint32_t load(void)
{
	uint32_t word;

	host_user_read(&word, AT, sizeof(word));
	return word;
}

static void leave(void)
{
	host_trap(trap_exit, 0, 0, 0, 0, 0, 0, 0);
}

/* Passes a turn round. */
static void take_turns(void *arg)
{
	struct program *p = arg;

	for (uint32_t word = load(); word < ROUNDS; word = load()) {
		if (word % p->of != p->me) {
			wait(AT, word, p->flags, CLOCK_NEVER);
			continue;
		}
		word++;
		host_user_write(AT, &word, sizeof(word));
		wake(AT, p->of, p->wake_flags);
	}
	leave();
}

static void wait_once(void *arg)
{
	struct program *p = arg;

	p->result = wait(AT, 0, p->flags, p->deadline);
	leave();
}

static struct thread *start(struct vm_map *map, void (*fn)(void *),
			    struct program *p)
{
	const struct thread_origin origin = {
		.pmap = vm_map_pmap(map),
		.map = map,
		.priority = PRIORITY_USER,
		.max_priority = PRIORITY_USER,
	};
	struct thread *t = thread_create(&origin);

	panic_unless(t != NULL);
	host_user_program(t, fn, p);
	thread_start(t);
	return t;
}

static void finish(struct thread *t)
{
	thread_wait_dead(t);
	thread_unref(t);
}

static struct vm_map *new_map(void)
{
	struct vm_map *map = vm_map_create(account);
	uint64_t a = AT;

	panic_unless(map != NULL);
	panic_unless(vm_map_allocate(map, &a, 1, false) == KR_SUCCESS);
	return map;
}

/* Long enough for the others to fall asleep. */
static void let_sleep(void)
{
	thread_wait_begin(WAIT_UNINTERRUPTIBLE);
	(void)thread_block(clock_now() + 1000000, NULL);
}

/* --- tests */

static void turns(struct vm_map *map[], unsigned n, int flags, int wake_flags)
{
	struct program p[4];
	struct thread *t[4];

	for (unsigned i = 0; i < n; i++) {
		p[i] = (struct program){ .me = i,
					 .of = n,
					 .flags = flags,
					 .wake_flags = wake_flags };
		t[i] = start(map[i], take_turns, &p[i]);
	}
	for (unsigned i = 0; i < n; i++)
		finish(t[i]);
	CHECK_EQ(vm_user_get(map[0], AT), ROUNDS);
}

static void private_turns(void)
{
	struct vm_map *map = new_map();
	struct vm_map *all[3] = { map, map, map };

	turns(all, 3, 0, 0);
	vm_map_unref(map);
}

/* Sleepers of the other kind come and go, so that often there is but one. */
static void mixed_turns(void)
{
	struct vm_map *map = new_map();
	struct vm_map *all[2] = { map, map };

	for (int i = 0; i < 20; i++) {
		vm_user_set(map, AT, 0);
		turns(all, 2, 1, 0);
	}
	vm_map_unref(map);
}

static void shared_turns(void)
{
	struct vm_map *a = new_map(), *b, *c;

	CHECK_EQ(vm_map_inherit(a, AT, 1, VM_INHERIT_SHARE), KR_SUCCESS);
	b = vm_map_fork(a, account);
	c = vm_map_fork(b, account);
	struct vm_map *all[4] = { a, b, c, a };
	turns(all, 4, 1, 1);
	vm_map_unref(a);
	vm_map_unref(b);
	vm_map_unref(c);
}

static void value_differs(void)
{
	struct vm_map *map = new_map();
	struct program p = { .deadline = CLOCK_NEVER };

	vm_user_set(map, AT, 1);
	finish(start(map, wait_once, &p));
	CHECK_EQ(p.result, KR_FAILURE);
	CHECK_EQ(vm_map_deallocate(map, AT, 1), KR_SUCCESS);
	finish(start(map, wait_once, &p));
	CHECK_EQ(p.result, KR_INVALID_ADDRESS);
	vm_map_unref(map);
}

static void times_out(void)
{
	struct vm_map *map = new_map();
	struct program p = { .deadline = clock_now() + 5000000 };

	finish(start(map, wait_once, &p));
	CHECK_EQ(p.result, KR_TIMEDOUT);
	CHECK(clock_now() >= p.deadline);
	CHECK_EQ(vm_futex_wake(map, AT, 1, 0), 0);
	vm_map_unref(map);
}

static void aborted(void)
{
	struct vm_map *map = new_map();
	struct program p = { .deadline = CLOCK_NEVER };
	struct thread *t = start(map, wait_once, &p);

	let_sleep();
	thread_abort_wait(t);
	finish(t);
	CHECK_EQ(p.result, KR_ABORTED);
	vm_map_unref(map);
}

static void counts_woken(void)
{
	struct vm_map *map = new_map();
	struct program p[3];
	struct thread *t[3];

	for (unsigned i = 0; i < 3; i++) {
		p[i] = (struct program){ .deadline = CLOCK_NEVER,
					 .flags = i == 2 };
		t[i] = start(map, wait_once, &p[i]);
	}
	let_sleep();
	CHECK_EQ(vm_futex_wake(map, AT + 4, 9, 0), 0);
	CHECK_EQ(vm_futex_wake(map, AT, 1, 0), 1);
	CHECK_EQ(vm_futex_wake(map, AT, 9, 0), 2); /* both kinds */
	for (unsigned i = 0; i < 3; i++) {
		finish(t[i]);
		CHECK_EQ(p[i].result, KR_SUCCESS);
	}
	vm_map_unref(map);
}

/* The memory becomes shared, and is copied, under a sleeper. */
static void shared_under_sleeper(void)
{
	struct vm_map *a = new_map(), *b, *c;
	struct program p = { .deadline = CLOCK_NEVER, .flags = 1 };
	struct thread *t = start(a, wait_once, &p);

	let_sleep();
	c = vm_map_fork(a, account); /* a copy: its wake-ups reach nobody */
	CHECK_EQ(vm_map_inherit(a, AT, 1, VM_INHERIT_SHARE), KR_SUCCESS);
	b = vm_map_fork(a, account);
	vm_user_set(a, AT, 1);
	CHECK_EQ(vm_futex_wake(c, AT, 9, 1), 0);
	CHECK_EQ(vm_futex_wake(b, AT, 9, 1), 1);
	finish(t);
	CHECK_EQ(p.result, KR_SUCCESS);
	vm_map_unref(a);
	vm_map_unref(b);
	vm_map_unref(c);
}

static void body(void *arg)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} tests[] = {
		{ "private_turns", private_turns },
		{ "mixed_turns", mixed_turns },
		{ "shared_turns", shared_turns },
		{ "value_differs", value_differs },
		{ "times_out", times_out },
		{ "aborted", aborted },
		{ "counts_woken", counts_woken },
		{ "shared_under_sleeper", shared_under_sleeper },
	};

	(void)arg;
	account = account_create(NULL);
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

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of kernel/ipc share: small tasks with a space and a map,
 * user threads that run C functions, mach_msg as they call it, and a census
 * of everything ipc allocates. One program includes it once.
 */
#ifndef TESTS_HOST_IPC_H
#define TESTS_HOST_IPC_H

#include "check.h"

#include <arch/clock.h>
#include <host.h>
#include <arch/trap.h>
#include <ipc/check.h>
#include <ipc/kport.h>
#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <ipc/stat.h>
#include <kern/sched.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <mach/notify.h>
#include <vm/map.h>

#define TEST_BUFFER (1u << 20)

struct test_task {
	struct account *account;
	struct ipc_space *space;
	struct vm_map *map;
	uint64_t buffer; /* TEST_BUFFER bytes of user memory */
};

bool trap_copy_fault(vaddr_t address, unsigned access)
{
	struct thread *self = thread_self();
	return self->map && vm_fault(self->map, address, access) == KR_SUCCESS;
}

void trap_user_fault(vaddr_t address, unsigned access)
{
	panic_unless(trap_copy_fault(address, access));
}

static inline void test_task_create(struct test_task *t)
{
	t->account = account_create(NULL);
	t->space = ipc_space_create(t->account);
	t->map = vm_map_create(t->account);
	panic_unless(t->space && t->map);
	panic_unless(vm_map_allocate(t->map, &t->buffer, TEST_BUFFER, true) ==
		     KR_SUCCESS);
}

static inline void test_task_destroy(struct test_task *t)
{
	ipc_check_space(t->space);
	ipc_space_terminate(t->space);
	ipc_space_unref(t->space);
	vm_map_terminate(t->map);
	vm_map_unref(t->map);
	account_unref(t->account);
}

/* --- threads --- */

static inline int64_t test_exit_trap(uint64_t a, uint64_t b, uint64_t c,
				     uint64_t d, uint64_t e, uint64_t f)
{
	(void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	ipc_thread_exit(thread_self()); /* the task layer's hook */
	thread_exit_self();
}

struct test_program {
	void (*fn)(struct test_task *t, void *arg);
	struct test_task *task;
	void *arg;
};

static inline void test_user_main(void *arg)
{
	struct test_program p = *(struct test_program *)arg;
	p.fn(p.task, p.arg);
	host_trap(test_exit_trap, 0, 0, 0, 0, 0, 0, 0);
}

/* +1. A user thread of the task that runs fn and ends. p stays until then. */
static inline struct thread *test_start(struct test_program *p)
{
	struct test_task *t = p->task;
	struct thread_origin origin = {
		.map = t->map,
		.pmap = vm_map_pmap(t->map),
		.space = t->space,
		.priority = PRIORITY_USER,
		.max_priority = PRIORITY_SERVER,
	};
	struct thread *thread = thread_create(&origin);
	panic_unless(thread != NULL);
	ipc_thread_init(thread);
	host_user_program(thread, test_user_main, p);
	thread_start(thread);
	return thread;
}

static inline void test_join(struct thread *thread)
{
	thread_wait_dead(thread);
	thread_unref(thread);
}

/* fn as a user thread of t, to its end. */
static inline void test_run_user(struct test_task *t,
				 void (*fn)(struct test_task *, void *),
				 void *arg)
{
	struct test_program p = {fn, t, arg};
	test_join(test_start(&p));
}

/* --- traps as user programs call them --- */

struct test_message {
	mach_msg_header_t head;
	uint32_t body[1000];
};

/* The user address of a thread's message buffer: one page-sized slot each. */
static inline uint64_t test_slot(struct test_task *t, unsigned slot)
{
	return t->buffer + slot * sizeof(struct test_message);
}

static inline mach_msg_return_t test_mach_msg(struct test_task *t,
					      unsigned slot,
					      struct test_message *m,
					      uint32_t option,
					      uint32_t send_size,
					      uint32_t rcv_size,
					      mach_port_name_t rcv_name,
					      uint32_t timeout,
					      mach_port_name_t notify)
{
	uint64_t at = test_slot(t, slot);
	host_user_write(at, m, sizeof(*m));
	int64_t r = host_trap(ipc_trap_mach_msg, at, option, send_size,
			      rcv_size, rcv_name, timeout, notify);
	host_user_read(m, at, sizeof(*m));
	return (mach_msg_return_t)r;
}

#define TYPE_WORD(name, bits, number) \
	((name) | (uint32_t)(bits) << 8 | (uint32_t)(number) << 16 | 1u << 28)

/* --- census --- */

static inline void test_count_zone(void *arg, const char *name, size_t size,
				   size_t live, size_t frames)
{
	(void)size, (void)frames;
	if (strncmp(name, "ipc", 3) == 0)
		*(size_t *)arg += live;
}

static inline size_t test_census(void)
{
	size_t live = 0;
	zone_census(test_count_zone, &live);
	return live;
}

/* A test that leaves as many objects as it found. */
#define RUN_COUNTED(test)                                                  \
	do {                                                               \
		size_t test_before = test_census();                        \
		RUN(test);                                                 \
		size_t test_after = test_census();                         \
		if (test_before != test_after) {                           \
			check_state.failed++;                              \
			check_state.run++;                                 \
			printf("not ok %s_census - %zu objects, then "     \
			       "%zu\n", #test, test_before, test_after);   \
		}                                                          \
	} while (0)

static inline void test_boot(void)
{
	vm_init();
	ipc_init();
}

#define TEST_MAIN(body)                         \
	int main(void)                          \
	{                                       \
		host_options.boot = test_boot;  \
		host_kernel_run(body, NULL);    \
		return check_done();            \
	}

#endif

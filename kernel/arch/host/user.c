/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User programs: C functions on stacks of their own. A trap leaves that stack
 * for the thread's kernel stack and comes back by context_user_return, which
 * may happen on another kernel stack and processor, as on a real machine.
 */
#include "host_i.h"

#include <arch/copy.h>
#include <arch/pmap.h>
#include <arch/state.h>
#include <arch/trap.h>
#include <kern/panic.h>

#include <stdlib.h>
#include <string.h>

#define USER_STACK (256 * 1024)

/* The layers above replace these when a test links them. */
__attribute__((weak)) bool trap_copy_fault(vaddr_t, unsigned)
{
	return false;
}

__attribute__((weak)) void trap_user_fault(vaddr_t address, unsigned access)
{
	panic("host: user page fault at %#lx (%u) and nobody to handle it",
	      address, access);
}

struct trap_call {
	host_trap_fn fn;
	uint64_t args[6];
};

static void user_entry(void *arg)
{
	struct thread *t = arg;

	t->machine.user_fn(t->machine.user_arg);
	panic("host: a user program returned");
}

void machine_thread_init(struct machine_thread *m)
{
	memset(m, 0, sizeof(*m));
}

void machine_thread_cleanup(struct machine_thread *m)
{
	free(m->user_stack);
	m->user_stack = NULL;
}

void host_user_program(struct thread *t, void (*fn)(void *arg), void *arg)
{
	struct machine_thread *m = &t->machine;

	if (m->user_stack == NULL)
		m->user_stack = malloc(USER_STACK);
	m->user_fn = fn;
	m->user_arg = arg;
	fiber_init(&m->user, m->user_stack, USER_STACK, user_entry, t);
}

void context_trap_return(int64_t result)
{
	machine_set_result(&cpu_thread()->machine, (uint64_t)result);
	context_user_return();
}

void context_user_return(void)
{
	struct thread *t = cpu_thread();

	(void)cpu_irq_save();
	while (atomic_get(&t->ast) != 0)
		thread_ast();
	lock_check_none();
	if (t->machine.user_fn == NULL)
		panic("host: thread %p has no user program", (void *)t);
	t->machine.in_user = true;
	t->machine.kernel.tsan = NULL;
	cpu_irq_restore(true);
	fiber_switch(NULL, &t->machine.user);
	abort();
}

static void trap_entry(void *arg)
{
	struct trap_call *c = arg;
	struct thread *t = cpu_thread();

	if (c->fn != NULL) {
		int64_t r = c->fn(c->args[0], c->args[1], c->args[2],
				  c->args[3], c->args[4], c->args[5]);

		t->machine.result = r;
	} else {
		host_deliver();
	}
	context_user_return();
}

int64_t host_trap(host_trap_fn fn, uint64_t a, uint64_t b, uint64_t c,
		  uint64_t d, uint64_t e, uint64_t f, uint64_t g)
{
	struct thread *t = cpu_thread();
	struct machine_thread *m = &t->machine;
	struct trap_call call = { fn, { a, b, c, d, e, f } };

	assert(m->in_user && t->stack != NULL);
	m->in_user = false;
	m->seventh = g;
	fiber_init(&m->kernel, t->stack, context_stack_size, trap_entry, &call);
	fiber_switch(&m->user, &m->kernel);
	return m->result;
}

void host_user_compute(uint64_t ns)
{
	host_advance(ns);
	host_trap(NULL, 0, 0, 0, 0, 0, 0, 0);
}

/* --- memory */

static int64_t fault_trap(uint64_t address, uint64_t access, uint64_t c,
			  uint64_t d, uint64_t e, uint64_t f)
{
	(void)c, (void)d, (void)e, (void)f;
	trap_user_fault(address, (unsigned)access);
	return 0;
}

static size_t chunk(uint64_t address, size_t size)
{
	size_t page = (size_t)1 << pmap_page_shift;
	size_t left = page - (address & (page - 1));

	return size < left ? size : left;
}

void host_user_read(void *to, uint64_t from, size_t size)
{
	while (size > 0) {
		size_t n = chunk(from, size);

		if (!host_access(from, to, n, ACCESS_READ)) {
			host_trap(fault_trap, from, ACCESS_READ, 0, 0, 0, 0, 0);
			continue;
		}
		to = (char *)to + n;
		from += n;
		size -= n;
	}
}

void host_user_write(uint64_t to, const void *from, size_t size)
{
	while (size > 0) {
		size_t n = chunk(to, size);

		if (!host_access(to, (void *)from, n, ACCESS_WRITE)) {
			host_trap(fault_trap, to, ACCESS_WRITE, 0, 0, 0, 0, 0);
			continue;
		}
		from = (const char *)from + n;
		to += n;
		size -= n;
	}
}

static bool in_user_range(uint64_t address, size_t size)
{
	return address >= pmap_user_min && address <= pmap_user_max &&
	       size <= pmap_user_max - address;
}

static bool copy(uint64_t user, void *kernel, size_t size, unsigned access,
		 bool may_fault)
{
	if (size == 0)
		return true;
	if (!in_user_range(user, size))
		return false;
	if (may_fault)
		lock_check_none();
	while (size > 0) {
		size_t n = chunk(user, size);

		if (!host_access(user, kernel, n, access)) {
			if (!may_fault || !trap_copy_fault(user, access))
				return false;
			continue;
		}
		kernel = (char *)kernel + n;
		user += n;
		size -= n;
	}
	return true;
}

bool copy_in(void *to, uint64_t user_from, size_t size)
{
	return copy(user_from, to, size, ACCESS_READ, true);
}

bool copy_out(uint64_t user_to, const void *from, size_t size)
{
	return copy(user_to, (void *)from, size, ACCESS_WRITE, true);
}

bool copy_in_u32(uint32_t *to, uint64_t user_from)
{
	return user_from % 4 == 0 && copy_in(to, user_from, 4);
}

bool copy_out_u32(uint64_t user_to, uint32_t value)
{
	return user_to % 4 == 0 && copy_out(user_to, &value, 4);
}

bool copy_in_u32_nofault(uint32_t *to, uint64_t user_from)
{
	return user_from % 4 == 0 && copy_in_nofault(to, user_from, 4);
}

bool copy_in_nofault(void *to, uint64_t user_from, size_t size)
{
	return copy(user_from, to, size, ACCESS_READ, false);
}

bool copy_out_nofault(uint64_t user_to, const void *from, size_t size)
{
	return copy(user_to, (void *)from, size, ACCESS_WRITE, false);
}

/* --- registers: one flavor of eight words */

enum kr machine_get_state(struct machine_thread *m, int flavor,
			  uint32_t *state, unsigned *count)
{
	unsigned n = sizeof(m->words) / (sizeof(uint32_t));

	if (flavor != 1 || *count < n)
		return KR_INVALID_ARGUMENT;
	memcpy(state, m->words, sizeof(m->words));
	*count = n;
	return KR_SUCCESS;
}

enum kr machine_set_state(struct machine_thread *m, int flavor,
			  const uint32_t *state, unsigned count)
{
	if (flavor != 1 || count != sizeof(m->words) / (sizeof(uint32_t)))
		return KR_INVALID_ARGUMENT;
	memcpy(m->words, state, sizeof(m->words));
	return KR_SUCCESS;
}

vaddr_t machine_user_pc(const struct machine_thread *m)
{
	return m->words[0];
}

void machine_set_result(struct machine_thread *m, uint64_t value)
{
	m->result = (int64_t)value;
}

void machine_set_start(struct machine_thread *m, vaddr_t pc, vaddr_t sp)
{
	m->words[0] = pc;
	m->words[1] = sp;
}

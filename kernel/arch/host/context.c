/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch/context.h over fibers. A thread that has a kernel stack has a fiber for
 * it in machine.kernel; when a stack is handed from one thread to another, the
 * fiber goes along.
 */
#include "host_i.h"

#include <arch/pmap.h>
#include <kern/panic.h>

#include <stdlib.h>
#include <string.h>

/* Sanitizers make frames large, and tests print from kernel threads. */
const size_t context_stack_size = 256 * 1024;

static void make_current(struct thread *from, struct thread *to)
{
	struct host_cpu *cpu = host_cpu();

	assert(!cpu->irq_on);
	cpu->thread = to;
	cpu->previous = from;
	pmap_activate(to->pmap);
}

static void enter(void *arg)
{
	void (*fn)(struct thread *) = (void (*)(struct thread *))arg;

	fn(host_cpu()->previous);
}

static void prepare(struct thread *to, void *stack_top,
		    void (*fn)(struct thread *))
{
	fiber_init(&to->machine.kernel, (char *)stack_top - context_stack_size,
		   context_stack_size, enter, (void *)fn);
}

struct thread *context_switch(struct thread *from, struct thread *to)
{
	make_current(from, to);
	fiber_switch(&from->machine.kernel, &to->machine.kernel);
	return host_cpu()->previous;
}

struct thread *context_switch_new(struct thread *from, struct thread *to,
				  void *stack_top, void (*fn)(struct thread *))
{
	prepare(to, stack_top, fn);
	return context_switch(from, to);
}

void context_resume(struct thread *to, struct thread *from)
{
	make_current(from, to);
	if (from->machine.kernel.tsan != NULL) /* goes with its stack */
		from->machine.kernel.tsan = NULL;
	fiber_switch(NULL, &to->machine.kernel);
	abort();
}

void context_start(struct thread *to, struct thread *from, void *stack_top,
		   void (*fn)(struct thread *))
{
	prepare(to, stack_top, fn);
	context_resume(to, from);
}

void context_adopt(struct thread *from, struct thread *to)
{
	to->machine.kernel = from->machine.kernel;
	memset(&from->machine.kernel, 0, sizeof(from->machine.kernel));
	host_cpu()->fiber = &to->machine.kernel;
	make_current(from, to);
}

void context_backtrace(const struct thread *t)
{
	(void)t;
}

void context_call(void *stack_top, void (*fn)(void))
{
	fiber_restart(&cpu_thread()->machine.kernel, stack_top, fn);
}

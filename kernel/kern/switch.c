/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changing threads: kernel stacks and contexts. A thread that blocks with a
 * continuation gives its stack up; if the next one has none either, it takes
 * over the stack in use and nothing is saved or loaded. Each processor keeps a
 * few spare stacks. No locks; interrupts are off except where said.
 */
#include <kern/thread_i.h>

#include <kern/kva.h>
#include <kern/panic.h>

static void *stack_top(void *stack)
{
	return (char *)stack + context_stack_size;
}

/* Never full: stack_reserve trims it before each switch that may add one. */
static void stack_put(struct processor *p, void *stack)
{
	struct stack_cache *c = &p->p->stacks;

	assert(c->count < STACKS_MAX);
	c->stacks[c->count++] = stack;
}

static void *stack_get(struct processor *p)
{
	struct stack_cache *c = &p->p->stacks;

	return c->count > 0 ? c->stacks[--c->count] : NULL;
}

static bool stack_refill(void)
{
	void *stack = kva_alloc(context_stack_size);

	if (stack == NULL)
		return false;
	stack_put(cpu_processor(), stack);
	return true;
}

bool stack_reserve(void)
{
	struct stack_cache *c = &processor_private()->stacks;

	while (c->count > STACKS_KEPT)
		kva_free(c->stacks[--c->count], context_stack_size);
	return c->count > 0 || stack_refill();
}

void stack_drain_local(void)
{
	struct stack_cache *c = &processor_private()->stacks;

	/* One stays: the idle thread would get it again at once. */
	while (c->count > 1)
		kva_free(c->stacks[--c->count], context_stack_size);
	(void)stack_reserve();
}

/* On the new thread's stack: the previous one has left the processor. */
static void finish(struct thread *previous)
{
	struct processor_private *p = processor_private();
	struct thread *left = p->left;
	void (*fn)(struct thread *) = p->left_fn;

	atomic_set_rel(&previous->on_processor, false);
	if (__builtin_expect(left == NULL, 1))
		return;
	p->left = NULL;
	cpu_irq_restore(true);
	fn(left);
	(void)cpu_irq_save();
}

static void wait_over(struct thread *self)
{
	if (!self->sched.timed)
		return;
	self->sched.timed = false;
	(void)timer_cancel(&self->timer);
}

/* On an empty stack, interrupts off. */
static void run_continuation(void)
{
	struct thread *self = thread_self();
	void (*fn)(void) = self->continuation;

	cpu_irq_restore(true);
	wait_over(self);
	(void)stack_reserve();
	fn();
	panic("a continuation returned");
}

void switch_continue(struct thread *self)
{
	context_call(stack_top(self->stack), run_continuation);
}

void switch_begin(struct thread *previous)
{
	finish(previous);
	run_continuation();
	__builtin_unreachable();
}

static void arrive(struct processor *p, struct thread *to)
{
	atomic_set(&to->sched.processor, p);
	atomic_set(&to->on_processor, true);
	if (__builtin_expect(atomic_get(&to->sched.tweak) & TWEAK_DEPRESSED, 0))
		policy_run_depressed(to);
	atomic_set(&p->running_priority, atomic_get(&to->sched.current));
}

static void switch_keeping(struct processor *p, struct thread *from,
			   struct thread *to)
{
	struct thread *previous;

	if (to->stack != NULL) {
		previous = context_switch(from, to);
	} else {
		to->stack = stack_get(p);
		previous = context_switch_new(from, to, stack_top(to->stack),
					      switch_begin);
	}
	finish(previous);
}

void switch_to(struct processor *p, struct thread *to, bool keep)
{
	struct thread *from = thread_self();

	assert(spin_none_held() && to != from);
	arrive(p, to);
	if (keep) {
		switch_keeping(p, from, to);
		return;
	}
	if (to->stack != NULL) {
		/* Still in use for a moment, but nobody else can take it from
		 * this processor before the switch is done. */
		stack_put(p, from->stack);
		from->stack = NULL;
		context_resume(to, from);
	}
	to->stack = from->stack;
	from->stack = NULL;
	context_adopt(from, to);
	finish(from);
	context_call(stack_top(to->stack), run_continuation);
}

bool switch_can(struct processor *p, const struct thread *to, bool keep)
{
	return !keep || to->stack != NULL || p->p->stacks.count > 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spare kernel stacks, a few per processor. Taken and given back inside a
 * switch, with interrupts off; filled up and trimmed before one, since that
 * changes the kernel's map. No locks.
 */
#include <kern/thread_i.h>

#include <kern/kva.h>
#include <kern/page.h>
#include <kern/processor_i.h>

bool stack_refill(void)
{
	struct stack_cache *c = &processor_private()->stacks;
	void *stack;

	while (c->count > STACKS_KEPT)
		kva_free(c->stacks[--c->count], context_stack_size);
	if (c->count > 0)
		return true;
	stack = kva_alloc(context_stack_size);
	if (stack == NULL)
		return false;
	c->stacks[c->count++] = stack;
	return true;
}

void stack_drain_local(void)
{
	struct stack_cache *c = &processor_private()->stacks;

	/* One stays: the idle thread would get it again at once. */
	while (c->count > 1)
		kva_free(c->stacks[--c->count], context_stack_size);
	(void)stack_refill();
}

static size_t spare_count(void)
{
	size_t n = 0;

	for (unsigned i = 0; i < processor_possible(); i++) {
		const struct processor *p = processor_by_number(i);

		if (p != NULL)
			n += p->p->stacks.count;
	}
	return n;
}

size_t thread_spare_stack_frames(void)
{
	return spare_count() * (context_stack_size / page_size_hw());
}

void thread_note_spare_stacks(void)
{
	kva_note_kept(spare_count());
}

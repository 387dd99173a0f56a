/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contexts: what changes when another thread gets the processor
 * (machine/adopt.h), and stacks.
 */
#include "debugreg.h"
#include "layout.h"
#include "traps.h"

#include <arch/adopt.h>
#include <kern/config.h>
#include <kern/options.h>
#include <kern/panic.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <machine/x86.h>

const size_t context_stack_size = CONFIG_DEBUG ? 32768 : 8192;

struct thread *context_swap(uint64_t *save_sp, uint64_t load_sp,
			    struct thread *from);
struct thread *context_swap_new(uint64_t *save_sp, uint64_t top,
				struct thread *from,
				void (*fn)(struct thread *));
[[gnu::noreturn]] void context_load(uint64_t load_sp, struct thread *from);
[[gnu::noreturn]] void context_load_new(uint64_t top, struct thread *from,
					void (*fn)(struct thread *));
[[gnu::noreturn]] void context_run(uint64_t top, void (*fn)(void));

void switch_rare(struct machine_thread *from, struct machine_thread *to,
	    uint32_t had)
{
	if (to->extra & MACHINE_DEBUG)
		debug_load(to);
	else if (had & MACHINE_DEBUG)
		debug_unload();
	if ((had ^ to->extra) & MACHINE_NO_TSC)
		write_cr4(read_cr4() ^ CR4_TSD);
	switch_vector(from, to, had & MACHINE_VECTOR,
		      to->extra & MACHINE_VECTOR);
}

static inline uint64_t top_of(const struct thread *t)
{
	return (uint64_t)t->stack + context_stack_size;
}

/* What PUSH_CONTEXT left: r15 first, rbp last, the return address. */
void context_backtrace(const struct thread *t)
{
	const uint64_t *context = (const uint64_t *)t->kernel_sp;

	backtrace(context[6], (uint64_t)(context + 7), context[5]);
}

struct thread *context_switch(struct thread *from, struct thread *to)
{
	struct cpu_head *cpu = &cpu_self()->head;

	switch_machine(from, to, false);
	cpu->stack_top = top_of(to);
	return context_swap(&from->kernel_sp, to->kernel_sp, from);
}

struct thread *context_switch_new(struct thread *from, struct thread *to,
				  void *stack_top, void (*fn)(struct thread *))
{
	struct cpu_head *cpu = &cpu_self()->head;

	switch_machine(from, to, false);
	cpu->stack_top = (uint64_t)stack_top;
	return context_swap_new(&from->kernel_sp, (uint64_t)stack_top, from,
				fn);
}

void context_resume(struct thread *to, struct thread *from)
{
	switch_machine(from, to, false);
	cpu_self()->head.stack_top = top_of(to);
	context_load(to->kernel_sp, from);
}

void context_start(struct thread *to, struct thread *from, void *stack_top,
		   void (*fn)(struct thread *))
{
	switch_machine(from, to, false);
	cpu_self()->head.stack_top = (uint64_t)stack_top;
	context_load_new((uint64_t)stack_top, from, fn);
}

void context_adopt(struct thread *from, struct thread *to)
{
	switch_machine(from, to, false);
}

/* Debug kernels, option fill=: clears the running stack below this frame, so
 * that what shows through later is the filling (trap_entry.S, too). */
void stack_fill(void);

void stack_fill(void)
{
	uint64_t top = cpu_self()->head.stack_top;
	uint64_t low = top - context_stack_size;
	uint64_t sp = (uint64_t)__builtin_frame_address(0) - 256;
	size_t words = (sp - low) / 8;

	if (sp < low || sp > top)
		return;
	__asm__ volatile("rep stosq"
			 : "+D"(low), "+c"(words)
			 : "a"(0x0101010101010101ull * kernel_options.memory_fill)
			 : "memory");
}

void context_call(void *stack_top, void (*fn)(void))
{
	if (CONFIG_DEBUG && kernel_options.memory_fill != ~0u)
		stack_fill();
	cpu_self()->head.stack_top = (uint64_t)stack_top;
	context_run((uint64_t)stack_top, fn);
}

void machine_thread_init(struct machine_thread *m)
{
	vector_init();
	*m = (struct machine_thread){
		.frame.cs = SEL_UCODE,
		.frame.ss = SEL_UDATA,
		.frame.rflags = RFLAGS_IF | RFLAGS_ONE,
	};
}

void machine_thread_cleanup(struct machine_thread *m)
{
	vector_detach(m);
	debug_detach(m);
}

/* trap_entry.S, before the whole frame is restored: a trap's frame gets the
 * registers that were not saved. */
void machine_frame_complete(struct machine_thread *m);

void machine_frame_complete(struct machine_thread *m)
{
	struct user_frame *f = &m->frame;

	if (m->kind == FRAME_WHOLE)
		return;
	if (m->kind == FRAME_TRAP)
		f->rax = 0;
	f->rcx = f->rip;
	f->r11 = f->rflags;
	f->rdx = f->rsi = f->rdi = f->r8 = f->r9 = f->r10 = 0;
	f->cs = SEL_UCODE;
	f->ss = SEL_UDATA;
	m->kind = FRAME_WHOLE;
}

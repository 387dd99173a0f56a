/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What changes when another thread gets the processor, in line: <arch/adopt.h>.
 *
 * fs and gs bases are read from the processor, since user code may change
 * them. A kernel thread keeps the pmap that was loaded: the kernel's half is
 * the same in all of them, and pmap_destroy looks for such leftovers.
 */
#pragma once

#include "../percpu.h"
#include "../pmap_i.h"
#include "../vector.h"

#include <kern/panic.h>
#include <kern/thread.h>
#include <machine/x86.h>

/* With debug registers, rdtsc: hardly any thread has them. */
[[gnu::no_caller_saved_registers]] void
switch_rare(struct machine_thread *from, struct machine_thread *to,
	    uint32_t had);

/* The compiler keeps clear of the registers that a call may change, though this
 * one changes none: what is in line around it would save others first. */
static inline void switch_rarely(struct machine_thread *from,
				 struct machine_thread *to, uint32_t had)
{
	__asm__ volatile("call switch_rare"
			 :
			 : "D"(from), "S"(to), "d"(had)
			 : "memory", "cc");
}

static inline void switch_vector(struct machine_thread *from,
				 struct machine_thread *to, bool had, bool has)
{
	if (had)
		vector_save(from);
	if (has)
		vector_load(to);
	else if (had)
		vector_disable();
}

/* Of to, which may be a kernel's thread unless it is known to be a user's. */
static inline void switch_machine(struct thread *from, struct thread *to,
				  bool users)
{
	struct cpu *cpu = cpu_self();
	/* What was loaded, not what it has: another one may just have given it
	 * registers, which the next time brings. */
	uint32_t had = cpu->head.loaded, has = to->machine.extra;
	struct pmap *pmap = users ? NULL : to->pmap;

	assert(!cpu_irq_enabled());
	cpu->head.thread = to;
	cpu->head.loaded = has;
	cpu->tss.rsp[0] = (uint64_t)(&to->machine.frame + 1);
	from->machine.fs_base = read_fs_base();
	if (users || __builtin_expect(pmap != NULL, 1)) {
		write_fs_base(to->machine.fs_base);
		from->machine.gs_base =
			exchange_user_gs_base(to->machine.gs_base);
		if (users)
			pmap = to->pmap; /* here: one register less above */
		if (pmap != cpu->head.pmap)
			pmap_load(&cpu->head, pmap);
	} else {
		from->machine.gs_base = read_user_gs_base();
	}
	if (!(had | has))
		return;
	if (__builtin_expect((had | has) != MACHINE_VECTOR, 0))
		switch_rarely(&from->machine, &to->machine, had);
	else
		switch_vector(&from->machine, &to->machine, had, has);
}

static inline void context_adopt_user(struct thread *from, struct thread *to)
{
	assert(to->pmap);
	switch_machine(from, to, true);
}

[[gnu::noreturn]] static inline void context_adopted_return(struct thread *to,
							    int64_t result)
{
	__asm__ volatile("jmp context_trap_return_off"
			 :
			 : "D"(to), "a"(result)
			 : "memory");
	__builtin_unreachable();
}

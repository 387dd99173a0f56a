/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls across processors, kicks, and the stop of a panic.
 *
 * Each processor has one call of its own going at a time, described in its
 * struct cpu, and a word of those who ask it something. The caller waits with
 * interrupts as they were, and serves its own word while it waits: any number
 * of processors may call each other at once.
 */
#include "ipi.h"
#include "apic.h"
#include "layout.h"
#include "percpu.h"
#include "stop.h"
#include "traps.h"

#include <arch/clock.h>
#include <kern/panic.h>
#include <machine/x86.h>

void ipi_serve(void)
{
	struct cpu *self = cpu_self();
	uint64_t me = 1ull << self->head.number;
	uint64_t from = atomic_exchange(&self->call_from, 0);

	while (from) {
		struct cpu *caller = cpus[__builtin_ctzll(from)];

		from &= from - 1;
		caller->call_fn(caller->call_arg);
		atomic_fetch_and_explicit(&caller->call_pending, ~me,
					  memory_order_release);
	}
}

static uint64_t online_others(uint64_t mask, unsigned self)
{
	uint64_t online = 0;

	mask &= ~(1ull << self);
	for (; mask; mask &= mask - 1) {
		unsigned n = (unsigned)__builtin_ctzll(mask);

		if (cpus[n] && cpus[n]->online)
			online |= 1ull << n;
	}
	return online;
}

static void call_wait(struct cpu *self)
{
	while (atomic_get_acq(&self->call_pending)) {
		bool on = cpu_irq_save();

		if (atomic_get(&self->call_from))
			ipi_serve();
		cpu_irq_restore(on);
		cpu_relax();
	}
}

void cpu_call(uint64_t mask, void (*fn)(void *), void *arg)
{
	struct cpu *self = cpu_self();
	uint64_t to = online_others(mask, self->head.number);

	if (!to)
		return;
	assert(!atomic_get(&self->call_pending));
	self->call_fn = fn;
	self->call_arg = arg;
	atomic_set_rel(&self->call_pending, to);
	for (uint64_t m = to; m; m &= m - 1) {
		struct cpu *target = cpus[__builtin_ctzll(m)];

		atomic_fetch_or(&target->call_from,
				1ull << self->head.number);
		apic_send(target->apic_id, VECTOR_CALL);
	}
	call_wait(self);
}

/* sti takes effect after the next instruction: an interrupt that is pending
 * ends the halt. */
void cpu_idle(void)
{
	__asm__ volatile("sti; hlt; cli" : : : "memory");
}

void cpu_kick(unsigned n)
{
	if (cpus[n] && cpus[n]->online)
		apic_send(cpus[n]->apic_id, VECTOR_KICK);
}

/* --- the stop */

static _Atomic bool stopping;

bool stop_requested(void)
{
	return stopping;
}

void stop_processor(const struct user_frame *f)
{
	struct cpu *self = cpu_self();

	klog("processor %u, thread %p:", self->head.number,
	     (void *)self->head.thread);
	if ((f->cs & 3) == 0)
		backtrace(f->rip, f->rsp, f->rbp);
	else
		klog("  in user mode at %#lx", f->rip);
	self->stopped = true;
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* One after the other, so that their lines do not mix. */
static void stop_one(struct cpu *cpu)
{
	uint64_t end = clock_now() + 2000000000;

	apic_send_nmi(cpu->apic_id);
	while (!cpu->stopped && clock_now() < end)
		cpu_relax();
	if (!cpu->stopped)
		klog("processor %u does not answer", cpu->head.number);
}

void cpu_stop_others(void)
{
	stopping = true;
	for (unsigned i = 0; i < CPU_MAX; i++)
		if (cpus[i] && cpus[i] != cpu_self() && cpus[i]->online)
			stop_one(cpus[i]);
}

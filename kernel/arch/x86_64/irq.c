/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts: from vectors to handlers, and the lines that drivers get.
 *
 * A driver's line is masked before its handler runs and stays so until
 * device_irq_unmask; then a level that is still raised comes again at once.
 * No locks: a line is claimed by an atomic exchange of its handler, and who
 * disconnects it waits until no handler runs.
 */
#include "irq.h"
#include "apic.h"
#include "clock.h"
#include "ipi.h"
#include "layout.h"
#include "percpu.h"

#include <arch/device.h>
#include <kern/lock.h>

#define LINES (VECTOR_KICK - VECTOR_DEVICE)

typedef void (*line_fn)(void *);

static struct irq_line {
	void (*kernel)(void);	  /* the kernel's own driver, or */
	_Atomic line_fn handler; /* a task's */
	void *_Atomic arg;
	_Atomic unsigned running;
} lines[LINES];

static void device_interrupt(unsigned n)
{
	struct irq_line *l = &lines[n];
	line_fn fn;

	if (l->kernel) {
		apic_eoi();
		l->kernel();
		return;
	}
	ioapic_mask(n, true);
	apic_eoi();
	atomic_fetch_add(&l->running, 1);
	fn = l->handler;
	if (fn)
		fn(l->arg);
	atomic_fetch_sub(&l->running, 1);
}

static void dispatch(unsigned vector)
{
	switch (vector) {
	case VECTOR_TIMER:
		apic_eoi();
		clock_interrupt();
		break;
	case VECTOR_KICK: /* the way out looks at the ast word */
		apic_eoi();
		sched_kick_interrupt();
		break;
	case VECTOR_CALL:
		apic_eoi();
		ipi_serve();
		break;
	case VECTOR_SPURIOUS:
		break;
	default:
		if (vector - VECTOR_DEVICE < LINES)
			device_interrupt(vector - VECTOR_DEVICE);
		else
			apic_eoi();
	}
}

void irq_dispatch(unsigned vector)
{
	if (CONFIG_DEBUG)
		lock_irq_enter();
	dispatch(vector);
	if (CONFIG_DEBUG)
		lock_irq_exit();
}

void irq_connect_kernel(unsigned line, void (*handler)(void))
{
	lines[line].kernel = handler;
	ioapic_route(line, VECTOR_DEVICE + line, cpu_self()->apic_id);
	ioapic_mask(line, false);
}

/* Holds the place while the line is set up. */
static void claimed(void *arg)
{
	(void)arg;
}

enum kr device_irq_connect(unsigned line, line_fn handler, void *arg)
{
	line_fn none = NULL;
	struct irq_line *l;

	if (line >= LINES || line >= ioapic_line_count())
		return KR_INVALID_ARGUMENT;
	l = &lines[line];
	if (l->kernel || !atomic_compare_exchange_strong(&l->handler, &none,
							 claimed))
		return KR_RESOURCE_SHORTAGE;
	l->arg = arg;
	l->handler = handler;
	ioapic_route(line, VECTOR_DEVICE + line, cpus[0]->apic_id);
	return KR_SUCCESS;
}

void device_irq_disconnect(unsigned line)
{
	struct irq_line *l = &lines[line];

	ioapic_mask(line, true);
	l->handler = NULL;
	while (l->running != 0)
		cpu_relax();
}

void device_irq_unmask(unsigned line)
{
	ioapic_mask(line, false);
}

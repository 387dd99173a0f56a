/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of everything: say why and where, on every processor, then stop the
 * machine. The first processor to panic speaks; a second one waits to be
 * stopped; a panic inside a panic ends at once.
 */
#include <kern/panic.h>

#include <arch/cpu.h>
#include <arch/atomic.h>
#include <kern/string.h>

_Atomic bool panicking;
void (*panic_more)(void);
static _Atomic unsigned panic_cpu;

static void enter(void)
{
	bool first;

	(void)cpu_irq_save(); /* first: a handler's panic would wait for us */
	first = !atomic_exchange(&panicking, true);
	if (first) {
		atomic_set(&panic_cpu, cpu_number());
		return;
	}
	if (atomic_get(&panic_cpu) == cpu_number())
		machine_end(MACHINE_PANIC);
	for (;;)
		cpu_relax();
}

void panic(const char *format, ...)
{
	char text[300];
	va_list args;

	enter();
	va_start(args, format);
	kvsnprintf(text, sizeof(text), format, args);
	va_end(args);
	klog("panic: %s", text);
	klog("processor %u, thread %p, backtrace:", cpu_number(),
	     (void *)cpu_thread());
	cpu_backtrace();
	cpu_stop_others();
	if (panic_more != NULL)
		panic_more();
	machine_end(MACHINE_PANIC);
}

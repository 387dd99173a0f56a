/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting the other processors, one at a time: INIT, then two start-up
 * messages with the page of ap_code (start.S). Each finds its stack and its
 * struct in two variables.
 */
#include "acpi.h"
#include "apic.h"
#include "clock.h"
#include "features.h"
#include "kmap.h"
#include "layout.h"
#include "percpu.h"

#include <arch/boot.h>
#include <arch/context.h>
#include <kern/kva.h>
#include <kern/options.h>
#include <kern/panic.h>
#include <kern/string.h>
#include <machine/x86.h>

#define MS 1000000ull

extern char ap_code[], ap_code_end[];

uint64_t ap_start_stack;
struct cpu *ap_start_cpu;
void ap_main(struct cpu *cpu);

static struct processor *processors[CPU_MAX];
static unsigned running = 1;

unsigned cpu_count(void)
{
	return running;
}

void cpu_set_processor(unsigned n, struct processor *processor)
{
	panic_unless(n < CPU_MAX);
	processors[n] = processor;
	if (cpus[n])
		cpus[n]->head.processor = processor;
}

void ap_main(struct cpu *cpu)
{
	percpu_load(cpu);
	features_enable();
	apic_enable();
	cpu->online = true;
	kernel_main_secondary();
}

static bool wait_online(struct cpu *cpu, uint64_t ns)
{
	uint64_t end = clock_now() + ns;

	while (!cpu->online && clock_now() < end)
		cpu_relax();
	return cpu->online;
}

static bool start_one(unsigned n, uint32_t id)
{
	struct cpu *cpu = percpu_create(n, id);
	char *stack = cpu ? kva_alloc(context_stack_size) : NULL;

	if (!stack)
		return false;
	cpu->head.stack_top = (uint64_t)stack + context_stack_size;
	cpu->head.processor = processors[n];
	ap_start_stack = cpu->head.stack_top;
	ap_start_cpu = cpu;
	cpus[n] = cpu;
	cpus_started = n + 1;
	apic_send_init(id);
	clock_delay(10 * MS);
	apic_send_start(id, AP_START_PAGE >> 12);
	if (wait_online(cpu, MS))
		return true;
	apic_send_start(id, AP_START_PAGE >> 12);
	return wait_online(cpu, 5000 * MS);
}

/* Numbers are given in the order of the firmware's list; the one that booted
 * is 0 wherever it stands. */
void cpu_start_all(void)
{
	uint32_t self = apic_id();
	unsigned limit = kernel_options.cpus ? kernel_options.cpus : CPU_MAX;

	memcpy(direct(AP_START_PAGE), ap_code, (size_t)(ap_code_end - ap_code));
	for (unsigned i = 0; i < acpi_info.cpu_count; i++) {
		uint32_t id = acpi_info.apic_ids[i];

		if (id == self || running >= limit)
			continue;
		if (start_one(running, id)) {
			running++;
			continue;
		}
		/* It might still come to life on what it was given. */
		klog("cpu: processor with APIC id %u does not start", id);
		break;
	}
}

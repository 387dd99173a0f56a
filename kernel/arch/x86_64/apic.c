/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC, by memory or (x2APIC) by model-specific registers.
 */
#include "apic.h"
#include "acpi.h"
#include "features.h"
#include "kmap.h"
#include "layout.h"

#include <kern/panic.h>
#include <machine/x86.h>

enum { /* register numbers: offset / 16 */
	REG_ID = 0x02,
	REG_TASK_PRIORITY = 0x08,
	REG_EOI = 0x0b,
	REG_SPURIOUS = 0x0f,
	REG_COMMAND = 0x30,
	REG_COMMAND_HIGH = 0x31,
	REG_LVT_TIMER = 0x32,
	REG_LVT_LINT0 = 0x35,
	REG_LVT_LINT1 = 0x36,
	REG_LVT_ERROR = 0x37,
	REG_TIMER_START = 0x38,
	REG_TIMER_NOW = 0x39,
	REG_TIMER_DIVIDE = 0x3e,
};

#define LVT_MASKED     0x10000u
#define LVT_NMI	       0x400u
#define COMMAND_BUSY   0x1000u
#define COMMAND_ASSERT 0x4000u
#define COMMAND_NMI    0x400u
#define COMMAND_INIT   0x500u
#define COMMAND_START  0x600u

static volatile uint32_t *registers;

static uint32_t get(unsigned reg)
{
	if (cpu_features.x2apic)
		return (uint32_t)rdmsr(0x800 + reg);
	return registers[reg * 4];
}

static void set(unsigned reg, uint32_t value)
{
	if (cpu_features.x2apic)
		wrmsr(0x800 + reg, value);
	else
		registers[reg * 4] = value;
}

uint32_t apic_id(void)
{
	return cpu_features.x2apic ? get(REG_ID) : get(REG_ID) >> 24;
}

void apic_eoi(void)
{
	set(REG_EOI, 0);
}

static void command(uint32_t to, uint32_t what)
{
	bool on = cpu_irq_save();

	if (cpu_features.x2apic) {
		wrmsr(0x800 + REG_COMMAND, (uint64_t)to << 32 | what);
	} else {
		while (get(REG_COMMAND) & COMMAND_BUSY)
			cpu_relax();
		set(REG_COMMAND_HIGH, to << 24);
		set(REG_COMMAND, what);
	}
	cpu_irq_restore(on);
}

void apic_send(uint32_t to, unsigned vector)
{
	/* The message written before is seen before the interrupt. */
	atomic_thread_fence(memory_order_seq_cst);
	command(to, COMMAND_ASSERT | vector);
}

void apic_send_nmi(uint32_t to)
{
	command(to, COMMAND_ASSERT | COMMAND_NMI);
}

void apic_send_init(uint32_t to)
{
	command(to, COMMAND_ASSERT | COMMAND_INIT);
}

void apic_send_start(uint32_t to, unsigned page)
{
	command(to, COMMAND_ASSERT | COMMAND_START | page);
}

void apic_timer_start(uint32_t ticks)
{
	set(REG_TIMER_START, ticks);
}

uint32_t apic_timer_left(void)
{
	return get(REG_TIMER_NOW);
}

void apic_enable(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE) | 1u << 11;

	if (cpu_features.x2apic)
		base |= 1u << 10;
	wrmsr(MSR_APIC_BASE, base);
	set(REG_TASK_PRIORITY, 0);
	set(REG_LVT_LINT0, LVT_MASKED);
	set(REG_LVT_LINT1, LVT_NMI);
	set(REG_LVT_ERROR, LVT_MASKED);
	set(REG_TIMER_DIVIDE, 0xb); /* by 1 */
	set(REG_LVT_TIMER, VECTOR_TIMER |
				   (cpu_features.tsc_deadline ? 2u << 17 : 0));
	set(REG_SPURIOUS, 0x100 | VECTOR_SPURIOUS);
	cpu_self()->apic_id = apic_id();
}

/* The two 8259s: moved out of the way of exceptions, all lines masked. */
static void old_controllers_off(void)
{
	outb(0x20, 0x11);
	outb(0xa0, 0x11);
	outb(0x21, 0xe0);
	outb(0xa1, 0xe8);
	outb(0x21, 4);
	outb(0xa1, 2);
	outb(0x21, 1);
	outb(0xa1, 1);
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
}

void apic_init_boot(void)
{
	old_controllers_off();
	if (!cpu_features.x2apic)
		registers = kmap_device(acpi_info.local_apic, 0x1000, false);
	panic_unless(cpu_features.x2apic || registers);
	apic_enable();
	ioapic_init();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O APICs: interrupt lines of devices. A line is a global number; lines
 * below 16 are the old PC's, wired as the firmware says.
 *
 * Lock: ioapic_lock, interrupt class, taken inside nothing but the drivers'.
 */
#include "apic.h"
#include "acpi.h"
#include "kmap.h"

#include <kern/lock.h>
#include <kern/panic.h>

#define REDIRECT_MASKED (1u << 16)
#define REDIRECT_LEVEL	(1u << 15)
#define REDIRECT_LOW	(1u << 13)

struct ioapic {
	volatile uint32_t *registers;
	unsigned first, count;
};

static struct ioapic ioapics[IOAPIC_MAX];
static const struct lock_class ioapic_class = { "ioapic", RANK_CONSOLE, true,
						false };
static struct spinlock ioapic_lock;

static uint32_t get(const struct ioapic *io, unsigned reg)
{
	io->registers[0] = reg;
	return io->registers[4];
}

static void set(const struct ioapic *io, unsigned reg, uint32_t value)
{
	io->registers[0] = reg;
	io->registers[4] = value;
}

static const struct acpi_isa_line *isa_line(unsigned line)
{
	return line < ISA_LINES ? &acpi_info.isa[line] : NULL;
}

/* The controller and input of a line; NULL: none has it. */
static const struct ioapic *find(unsigned line, unsigned *input)
{
	const struct acpi_isa_line *isa = isa_line(line);
	unsigned global = isa ? isa->line : line;

	for (unsigned i = 0; i < acpi_info.ioapic_count; i++) {
		const struct ioapic *io = &ioapics[i];

		if (global < io->first || global - io->first >= io->count)
			continue;
		*input = global - io->first;
		return io;
	}
	return NULL;
}

void ioapic_init(void)
{
	spin_init(&ioapic_lock, &ioapic_class);
	for (unsigned i = 0; i < acpi_info.ioapic_count; i++) {
		struct ioapic *io = &ioapics[i];

		io->registers = kmap_device(acpi_info.ioapic[i].address, 0x20,
					    false);
		panic_unless(io->registers);
		io->first = acpi_info.ioapic[i].first_line;
		io->count = (get(io, 1) >> 16 & 0xff) + 1;
		for (unsigned n = 0; n < io->count; n++)
			set(io, 0x10 + 2 * n, REDIRECT_MASKED);
	}
}

unsigned ioapic_line_count(void)
{
	unsigned end = 0;

	for (unsigned i = 0; i < acpi_info.ioapic_count; i++)
		if (ioapics[i].first + ioapics[i].count > end)
			end = ioapics[i].first + ioapics[i].count;
	return end;
}

void ioapic_route(unsigned line, unsigned vector, uint32_t apic)
{
	const struct acpi_isa_line *isa = isa_line(line);
	uint32_t low = vector | REDIRECT_MASKED;
	const struct ioapic *io;
	unsigned input;
	bool on;

	if (!isa || isa->level)
		low |= REDIRECT_LEVEL;
	if (!isa || isa->active_low)
		low |= REDIRECT_LOW;
	io = find(line, &input);
	if (!io)
		return;
	on = spin_lock_irq(&ioapic_lock);
	set(io, 0x10 + 2 * input + 1, apic << 24);
	set(io, 0x10 + 2 * input, low);
	spin_unlock_irq(&ioapic_lock, on);
}

void ioapic_mask(unsigned line, bool masked)
{
	const struct ioapic *io;
	unsigned input;
	uint32_t low;
	bool on;

	io = find(line, &input);
	if (!io)
		return;
	on = spin_lock_irq(&ioapic_lock);
	low = get(io, 0x10 + 2 * input);
	set(io, 0x10 + 2 * input,
	    masked ? low | REDIRECT_MASKED : low & ~REDIRECT_MASKED);
	spin_unlock_irq(&ioapic_lock, on);
}

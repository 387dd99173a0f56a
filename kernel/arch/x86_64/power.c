/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of the machine. Under QEMU the device isa-debug-exit ends the
 * emulator with a status (0 written: 1, 1 written: 3); where it is missing
 * ACPI switches off, and the last resort is a triple fault.
 */
#include "acpi.h"

#include <arch/cpu.h>
#include <kern/panic.h>
#include <machine/x86.h>

#define DEBUG_EXIT    0xf4
#define RESET_CONTROL 0xcf9
#define SLEEP_ENABLE  (1u << 13)

static void power_off(void)
{
	if (acpi_info.pm_control && acpi_info.off_type >= 0)
		outw(acpi_info.pm_control,
		     (uint16_t)(SLEEP_ENABLE | acpi_info.off_type << 10));
}

static void reset(void)
{
	outb(RESET_CONTROL, 2);
	outb(RESET_CONTROL, 6);
	outb(0x64, 0xfe); /* the keyboard controller's way */
}

[[gnu::noreturn]] static void triple_fault(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) none = { 0, 0 };

	__asm__ volatile("lidt %0; int3" : : "m"(none));
	for (;;)
		__asm__ volatile("cli; hlt");
}

void machine_end(enum machine_end how)
{
	irq_disable();
	switch (how) {
	case MACHINE_OFF:
		outl(DEBUG_EXIT, 0);
		power_off();
		break;
	case MACHINE_RESTART:
		reset();
		break;
	case MACHINE_PANIC:
		outl(DEBUG_EXIT, 1);
		break;
	}
	triple_fault();
}

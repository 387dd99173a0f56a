/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the firmware's ACPI tables say (acpi.c): private to arch/x86_64.
 */
#pragma once

#include "percpu.h"

#define IOAPIC_MAX 8
#define ISA_LINES  16

struct acpi_ioapic {
	uint64_t address;
	uint32_t first_line;
};

/* How an old interrupt line is wired to the I/O APIC. */
struct acpi_isa_line {
	uint32_t line;
	bool level, active_low;
};

struct acpi_info {
	uint32_t apic_ids[CPU_MAX];
	unsigned cpu_count;
	uint64_t local_apic;
	struct acpi_ioapic ioapic[IOAPIC_MAX];
	unsigned ioapic_count;
	struct acpi_isa_line isa[ISA_LINES];
	uint16_t pm_timer;   /* I/O port, 0: none */
	uint16_t pm_control; /* I/O port of PM1a_CNT, 0: none */
	int off_type;	     /* SLP_TYP of S5, -1: unknown */
};

extern struct acpi_info acpi_info;

/* Boot processor; fills in the defaults of a PC when there are no tables. */
void acpi_init(void);

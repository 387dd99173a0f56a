/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the machine's start code learns from the loader, in a neutral form:
 * PVH today, BIOS and UEFI later. The structure is filled once before
 * kernel_main and never changes.
 */
#pragma once

#include <arch/types.h>

#define BOOT_RANGES_MAX	 64
#define BOOT_CMDLINE_MAX 1024

struct boot_range { /* usable RAM, frame aligned, disjoint, ascending */
	struct paddr start;
	uint64_t size; /* bytes */
};

struct boot_info {
	struct boot_range ram[BOOT_RANGES_MAX];
	unsigned ram_count;
	struct boot_range reserved[BOOT_RANGES_MAX]; /* inside ram: kernel image,
							archive, tables */
	unsigned reserved_count;
	struct boot_range archive; /* size 0: none was given */
	char cmdline[BOOT_CMDLINE_MAX]; /* NUL terminated, truncated with a
					   warning in the log */
	struct paddr rsdp;		/* 0: none */
	unsigned cpu_count;		/* processors that can be started */
};

extern struct boot_info boot_info;

/*
 * Provided by machine-independent code (kernel/boot/main.c). Called once on the boot
 * processor, on a boot stack, interrupts off, direct map in place, log usable.
 */
[[gnu::noreturn]] void kernel_main(void);

/*
 * Provided by machine-independent code. Called on every other processor once
 * it runs on its own stack with its own struct processor, interrupts off.
 */
[[gnu::noreturn]] void kernel_main_secondary(void);

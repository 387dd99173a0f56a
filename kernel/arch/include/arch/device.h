/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What user-level drivers get: ranges of I/O ports and interrupt lines.
 */
#pragma once

#include <arch/types.h>
#include <kern/kr.h>

/* True if the range may be given to a driver (not the kernel's own devices). */
bool device_io_range_ok(uint32_t base, uint32_t count);

/* Reads or writes count items of width bytes (1, 2, 4) at one register. */
void device_io_read(uint32_t reg, unsigned width, void *data, size_t count);
void device_io_write(uint32_t reg, unsigned width, const void *data,
		     size_t count);

/* Interrupt line: handler runs with interrupts off on some processor, with
 * the line masked; it stays so until device_irq_unmask. */
enum kr device_irq_connect(unsigned line, void (*handler)(void *), void *arg);
void device_irq_disconnect(unsigned line);
void device_irq_unmask(unsigned line);

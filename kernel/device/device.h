/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices as ports: ranges of I/O registers and interrupt lines, given by the
 * device master port to user-level drivers.
 *
 * An interrupt is one prepared message per line (id DEVICE_IRQ_ID, one
 * INTEGER_32: the line); the line stays masked until acknowledged.
 */
#pragma once

#include <ipc/right.h>
#include <kern/kobject.h>

#define DEVICE_IRQ_ID	 2899
#define DEVICE_BYTES_MAX 4096

struct device_io;
struct device_irq;

void device_init(void);

/* A send right to the device master port: only for the first task. */
struct ipc_right device_master_right(void);

/* A port for count registers from base on. The right keeps it alive: it goes
 * when no send right is left. KR_INVALID_ARGUMENT: no such range, or the
 * kernel's own; KR_RESOURCE_SHORTAGE. */
enum kr device_io_open(uint32_t base, uint32_t count, struct ipc_right *io);

/* Transfers count items of width bytes through one register. */
enum kr device_io_transfer(struct device_io *io, uint32_t reg, unsigned width,
			   void *data, unsigned count, bool write);

/*
 * Byte streams behind a status register whose bits in mask must all be set.
 * Reading stops when they are not; writing sends burst bytes each time they
 * are. *done counts bytes.
 */
struct device_stream {
	uint32_t status, reg;
	uint8_t mask;
};
enum kr device_io_read_ready(struct device_io *io,
			     const struct device_stream *s, uint8_t *data,
			     unsigned count, unsigned *done);
enum kr device_io_write_ready(struct device_io *io,
			      const struct device_stream *s,
			      const uint8_t *data, unsigned count,
			      unsigned burst, unsigned *done);

/* A port for a line; its messages go to notify (consumed in any case).
 * KR_RESOURCE_SHORTAGE: in use, or no memory. */
enum kr device_irq_open(unsigned line, struct ipc_right notify,
			struct ipc_right *irq);
enum kr device_irq_ack(struct device_irq *irq);

struct device_io *device_io_from(struct kobject *object);
struct device_irq *device_irq_from(struct kobject *object);
struct kobject *device_io_kobject(struct device_io *io);
struct kobject *device_irq_kobject(struct device_irq *irq);

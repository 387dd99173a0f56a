/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device ports. Each is created with one send right and dies when its last
 * send right goes, so that a driver's death frees its registers and lines.
 *
 * Lock: the line table has a spin lock of interrupt class; a line's prepared
 * message is sent by the interrupt handler without it.
 */
#include <device/device.h>

#include <arch/device.h>
#include <ipc/kport.h>
#include <ipc/krpc.h>
#include <kern/panic.h>
#include <kern/zone.h>

struct device_io {
	struct kobject object;
	struct ipc_port *port;
	uint32_t base, count;
};

struct device_irq {
	struct kobject object;
	struct ipc_port *port;
	struct ipc_prepared *message;
	unsigned line;
};

static struct zone io_zone, irq_zone;
static const struct kobject_ops master_ops; /* it is never freed */
static struct kobject master = {.ops = &master_ops};
static struct ipc_port *master_port;

static void io_free(struct kobject *object)
{
	zone_free(&io_zone, container_of(object, struct device_io, object));
}

static void irq_free(struct kobject *object)
{
	zone_free(&irq_zone, container_of(object, struct device_irq, object));
}

static void io_no_senders(struct kobject *object, struct ipc_port *port)
{
	ipc_kport_destroy(port);
	kobject_unref(object);
}

static void irq_no_senders(struct kobject *object, struct ipc_port *port)
{
	struct device_irq *irq = device_irq_from(object);

	device_irq_disconnect(irq->line);
	ipc_kport_destroy(port);
	ipc_prepared_destroy(irq->message);
	kobject_unref(object);
}

static const struct kobject_ops io_ops = {
	.free = io_free,
	.no_senders = io_no_senders,
};
static const struct kobject_ops irq_ops = {
	.free = irq_free,
	.no_senders = irq_no_senders,
};

void device_init(void)
{
	zone_init(&io_zone, "device_io", sizeof(struct device_io), 0);
	zone_init(&irq_zone, "device_irq", sizeof(struct device_irq), 0);
	ref_init(&master.ref);
	master_port = ipc_kport_create(KOBJECT_DEVICE_MASTER, &master);
	panic_unless(master_port);
}

struct ipc_right device_master_right(void)
{
	return ipc_right_make_send(master_port);
}

struct device_io *device_io_from(struct kobject *object)
{
	return container_of(object, struct device_io, object);
}

struct device_irq *device_irq_from(struct kobject *object)
{
	return container_of(object, struct device_irq, object);
}

struct kobject *device_io_kobject(struct device_io *io)
{
	return &io->object;
}

struct kobject *device_irq_kobject(struct device_irq *irq)
{
	return &irq->object;
}

enum kr device_io_open(uint32_t base, uint32_t count, struct ipc_right *right)
{
	if (!device_io_range_ok(base, count))
		return KR_INVALID_ARGUMENT;
	struct device_io *io = zone_alloc_zeroed(&io_zone);
	if (!io)
		return KR_RESOURCE_SHORTAGE;
	ref_init(&io->object.ref);
	io->object.ops = &io_ops;
	io->base = base;
	io->count = count;
	io->port = ipc_kport_create(KOBJECT_DEVICE_IO, &io->object);
	if (!io->port) {
		kobject_unref(&io->object);
		return KR_RESOURCE_SHORTAGE;
	}
	*right = ipc_right_make_send(io->port);
	return KR_SUCCESS;
}

enum kr device_io_transfer(struct device_io *io, uint32_t reg, unsigned width,
			   void *data, unsigned count, bool write)
{
	if ((width != 1 && width != 2 && width != 4) || reg >= io->count ||
	    width > io->count - reg)
		return KR_INVALID_ARGUMENT;
	if (write)
		device_io_write(io->base + reg, width, data, count);
	else
		device_io_read(io->base + reg, width, data, count);
	return KR_SUCCESS;
}

static bool stream_ready(struct device_io *io, const struct device_stream *s)
{
	uint8_t status;

	device_io_read(io->base + s->status, 1, &status, 1);
	return (status & s->mask) == s->mask;
}

enum kr device_io_read_ready(struct device_io *io,
			     const struct device_stream *s, uint8_t *data,
			     unsigned count, unsigned *done)
{
	if (s->status >= io->count || s->reg >= io->count)
		return KR_INVALID_ARGUMENT;
	unsigned n = 0;
	while (n < count && stream_ready(io, s))
		device_io_read(io->base + s->reg, 1, data + n++, 1);
	*done = n;
	return KR_SUCCESS;
}

enum kr device_io_write_ready(struct device_io *io,
			      const struct device_stream *s,
			      const uint8_t *data, unsigned count,
			      unsigned burst, unsigned *done)
{
	if (s->status >= io->count || s->reg >= io->count || !burst)
		return KR_INVALID_ARGUMENT;
	unsigned n = 0;
	while (n < count && stream_ready(io, s)) {
		unsigned run = count - n < burst ? count - n : burst;
		device_io_write(io->base + s->reg, 1, data + n, run);
		n += run;
	}
	*done = n;
	return KR_SUCCESS;
}

static void irq_handler(void *arg)
{
	struct device_irq *irq = arg;

	ipc_prepared_send(irq->message);
}

/* Consumes notify. The message exists before the handler that sends it. */
static enum kr irq_build(struct device_irq *irq, struct ipc_right notify)
{
	enum kr kr = KR_RESOURCE_SHORTAGE;

	irq->message = ipc_prepared_create(notify, DEVICE_IRQ_ID, irq->line);
	if (!irq->message)
		return kr;
	irq->port = ipc_kport_create(KOBJECT_DEVICE_IRQ, &irq->object);
	if (!irq->port)
		goto no_port;
	kr = device_irq_connect(irq->line, irq_handler, irq);
	if (kr == KR_SUCCESS)
		return kr;
	ipc_kport_destroy(irq->port);
no_port:
	ipc_prepared_destroy(irq->message);
	return kr;
}

enum kr device_irq_open(unsigned line, struct ipc_right notify,
			struct ipc_right *right)
{
	struct device_irq *irq = NULL;
	enum kr kr = KR_INVALID_CAPABILITY;

	if (notify.kind == RIGHT_SEND) {
		irq = zone_alloc_zeroed(&irq_zone);
		kr = KR_RESOURCE_SHORTAGE;
	}
	if (!irq) {
		ipc_right_release(notify);
		return kr;
	}
	ref_init(&irq->object.ref);
	irq->object.ops = &irq_ops;
	irq->line = line;
	kr = irq_build(irq, notify);
	if (kr != KR_SUCCESS) {
		kobject_unref(&irq->object);
		return kr;
	}
	*right = ipc_right_make_send(irq->port);
	device_irq_unmask(line);
	return KR_SUCCESS;
}

enum kr device_irq_ack(struct device_irq *irq)
{
	device_irq_unmask(irq->line);
	return KR_SUCCESS;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPCs on device ports.
 */
#include <device_server.h>

#include <trap/convert.h>

kern_return_t rpc_device_io_open(struct kobject *master, unsigned base,
				 unsigned count, struct ipc_right *io)
{
	return master ? (kern_return_t)device_io_open(base, count, io) :
			KERN_INVALID_ARGUMENT;
}

kern_return_t rpc_device_io_read(struct device_io *io, unsigned reg,
				 unsigned width, unsigned bytes, char *data,
				 mach_msg_type_number_t *count)
{
	if (!io || width == 0 || bytes > DEVICE_BYTES_MAX || bytes % width)
		return KERN_INVALID_ARGUMENT;
	enum kr kr = device_io_transfer(io, reg, width, data, bytes / width,
					false);
	if (kr == KR_SUCCESS)
		*count = bytes;
	return kr;
}

kern_return_t rpc_device_io_write(struct device_io *io, unsigned reg,
				  unsigned width, char *data,
				  mach_msg_type_number_t bytes)
{
	if (!io || width == 0 || bytes % width)
		return KERN_INVALID_ARGUMENT;
	return device_io_transfer(io, reg, width, data, bytes / width, true);
}

static bool stream_of(struct device_stream *s, unsigned status, unsigned mask,
		      unsigned reg)
{
	*s = (struct device_stream){
		.status = status, .reg = reg, .mask = (uint8_t)mask};
	return mask != 0 && mask <= UINT8_MAX;
}

kern_return_t rpc_device_io_read_ready(struct device_io *io, unsigned status,
				       unsigned mask, unsigned reg,
				       unsigned bytes, char *data,
				       mach_msg_type_number_t *count)
{
	struct device_stream s;

	if (!io || !stream_of(&s, status, mask, reg) ||
	    bytes > DEVICE_BYTES_MAX)
		return KERN_INVALID_ARGUMENT;
	return device_io_read_ready(io, &s, (uint8_t *)data, bytes, count);
}

kern_return_t rpc_device_io_write_ready(struct device_io *io, unsigned status,
					unsigned mask, unsigned reg,
					unsigned burst, char *data,
					mach_msg_type_number_t bytes,
					unsigned *done)
{
	struct device_stream s;

	if (!io || !stream_of(&s, status, mask, reg))
		return KERN_INVALID_ARGUMENT;
	return device_io_write_ready(io, &s, (const uint8_t *)data, bytes,
				     burst, done);
}

kern_return_t rpc_device_irq_open(struct kobject *master, unsigned line,
				  struct ipc_item *notify,
				  struct ipc_right *irq)
{
	if (!master)
		return KERN_INVALID_ARGUMENT;
	return device_irq_open(line, mig_take_right(notify), irq);
}

kern_return_t rpc_device_irq_acknowledge(struct device_irq *irq)
{
	return irq ? (kern_return_t)device_irq_ack(irq) : KERN_INVALID_ARGUMENT;
}

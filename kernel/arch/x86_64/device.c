/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O ports for drivers. What the kernel keeps for itself, and what could
 * reach memory or end the machine behind its back, is refused.
 */
#include <arch/device.h>
#include <machine/x86.h>

static const struct {
	uint16_t first, last;
} kept[] = {
	{ 0x0000, 0x000f }, /* ISA DMA */
	{ 0x0020, 0x0021 }, /* interrupt controllers */
	{ 0x0040, 0x0043 }, /* PIT */
	{ 0x0060, 0x0064 }, /* keyboard controller: reset line; speaker gate */
	{ 0x0070, 0x0071 }, /* battery clock */
	{ 0x0080, 0x008f }, /* ISA DMA pages */
	{ 0x0092, 0x0092 }, /* reset, A20 */
	{ 0x00a0, 0x00a1 },
	{ 0x00b2, 0x00b3 }, /* system management */
	{ 0x00c0, 0x00df },
	{ 0x00f4, 0x00f7 }, /* debug exit */
	{ 0x03f8, 0x03ff }, /* COM1 */
	{ 0x04d0, 0x04d1 },
	{ 0x0510, 0x051b }, /* QEMU's configuration device, with DMA */
	{ 0x0600, 0x067f }, /* power management */
	{ 0x0cf8, 0x0cff }, /* PCI configuration, reset */
};

bool device_io_range_ok(uint32_t base, uint32_t count)
{
	if (count == 0 || base > 0xffff || count > 0x10000 - base)
		return false;
	for (unsigned i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (base <= kept[i].last && base + count > kept[i].first)
			return false;
	return true;
}

void device_io_read(uint32_t reg, unsigned width, void *data, size_t count)
{
	uint16_t port = (uint16_t)reg;

	for (size_t i = 0; i < count; i++) {
		if (width == 1)
			((uint8_t *)data)[i] = inb(port);
		else if (width == 2)
			((uint16_t *)data)[i] = inw(port);
		else
			((uint32_t *)data)[i] = inl(port);
	}
}

void device_io_write(uint32_t reg, unsigned width, const void *data,
		     size_t count)
{
	uint16_t port = (uint16_t)reg;

	for (size_t i = 0; i < count; i++) {
		if (width == 1)
			outb(port, ((const uint8_t *)data)[i]);
		else if (width == 2)
			outw(port, ((const uint16_t *)data)[i]);
		else
			outl(port, ((const uint32_t *)data)[i]);
	}
}

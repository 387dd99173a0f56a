/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * COM1, a 16550: output polled, input by interrupt.
 *
 * Bytes may have arrived before the kernel: the receive FIFO is not reset.
 * A machine without the port reads all ones; then nothing is written.
 */
#include "console.h"
#include "irq.h"

#include <arch/console.h>
#include <arch/cpu.h>
#include <machine/x86.h>

#define COM1	 0x3f8
#define COM1_IRQ 4

enum { REG_DATA, REG_IER, REG_FIFO, REG_LINE, REG_MODEM, REG_STATUS };
#define STATUS_RECEIVED 0x01
#define STATUS_EMPTY	0x20

static bool present;

void console_init(void)
{
	present = inb(COM1 + REG_STATUS) != 0xff;
	if (!present)
		return;
	outb(COM1 + REG_IER, 0);
	outb(COM1 + REG_LINE, 0x80);
	outb(COM1 + 0, 1); /* 115200 */
	outb(COM1 + 1, 0);
	outb(COM1 + REG_LINE, 3); /* 8 bits, no parity */
	outb(COM1 + REG_FIFO, 1); /* on, nothing thrown away */
	outb(COM1 + REG_MODEM, 0x0b);
}

static void put(char c)
{
	while (!(inb(COM1 + REG_STATUS) & STATUS_EMPTY))
		cpu_relax();
	outb(COM1, (uint8_t)c);
}

void console_write(const char *text, size_t length)
{
	if (!present)
		return;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			put('\r');
		put(text[i]);
	}
}

static void receive(void)
{
	while (inb(COM1 + REG_STATUS) & STATUS_RECEIVED)
		console_input(inb(COM1));
}

void console_input_enable(void)
{
	if (!present)
		return;
	irq_connect_kernel(COM1_IRQ, receive);
	outb(COM1 + REG_IER, 1);
	receive(); /* what waited makes no edge */
}

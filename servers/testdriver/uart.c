/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A 16550. Received bytes announce themselves by an interrupt, which is a
 * message. The line is unmasked before the device is emptied: a byte that
 * comes later raises the line anew, one that was there keeps it up until it is
 * read here, so none is missed.
 */
#include "uart.h"

#include <mach/device.h>
#include <mach/mach.h>
#include <servers/bootstrap.h>

enum {
	DATA = 0,	 /* divisor low, while DLAB is set */
	IRQ_ENABLE = 1,	 /* divisor high */
	FIFO_CONTROL = 2,
	LINE_CONTROL = 3,
	MODEM_CONTROL = 4,
	LINE_STATUS = 5,
};
#define LSR_DATA_READY 0x01
#define LSR_EMPTY      0x20
#define FIFO_BYTES     16

static mach_port_t io, irq, irq_port;

static void reg_write(unsigned reg, char value)
{
	device_io_write(io, reg, 1, &value, 1);
}

static unsigned status(void)
{
	char value = 0;
	mach_msg_type_number_t n = 1;

	if (device_io_read(io, LINE_STATUS, 1, 1, &value, &n) != KERN_SUCCESS)
		return 0;
	return (unsigned char)value;
}

/* 115200 baud, 8 bits, FIFOs on and empty, interrupt on receipt. */
static void device_init(void)
{
	reg_write(IRQ_ENABLE, 0);
	reg_write(LINE_CONTROL, (char)0x80);
	reg_write(DATA, 1);
	reg_write(IRQ_ENABLE, 0);
	reg_write(LINE_CONTROL, 3);
	reg_write(FIFO_CONTROL, 0x07);
	reg_write(MODEM_CONTROL, 0x0b);
	reg_write(IRQ_ENABLE, 1);
}

const char *uart_open(void)
{
	if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE,
			       &irq_port) != KERN_SUCCESS ||
	    mach_port_insert_right(mach_task_self(), irq_port, irq_port,
				   MACH_MSG_TYPE_MAKE_SEND) != KERN_SUCCESS)
		return "no memory for ports";
	if (bootstrap_device_io(bootstrap_port, "com2", &io) != KERN_SUCCESS)
		return "no I/O port for com2";
	if (bootstrap_device_irq(bootstrap_port, "com2", irq_port, &irq) !=
	    KERN_SUCCESS)
		return "no interrupt for com2";
	device_init();
	return NULL;
}

void uart_write(const void *data, size_t size)
{
	const char *at = data;

	while (size != 0) {
		unsigned n = size < FIFO_BYTES ? (unsigned)size : FIFO_BYTES;

		while (!(status() & LSR_EMPTY))
			thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1);
		device_io_write(io, DATA, 1, (char *)at, n);
		at += n;
		size -= n;
	}
}

static size_t drain(char *to, size_t room)
{
	size_t n = 0;

	while (n < room && (status() & LSR_DATA_READY)) {
		mach_msg_type_number_t one = 1;

		if (device_io_read(io, DATA, 1, 1, to + n, &one) !=
		    KERN_SUCCESS)
			break;
		n++;
	}
	return n;
}

static void irq_wait(void)
{
	struct {
		mach_msg_header_t head;
		mach_msg_type_t type;
		int line;
	} m;

	mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof m, irq_port, 0,
		 MACH_PORT_NULL);
	device_irq_acknowledge(irq);
}

size_t uart_read(void *data, size_t room)
{
	size_t n;

	while ((n = drain(data, room)) == 0)
		irq_wait();
	return n;
}

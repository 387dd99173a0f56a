/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * COM2: a 16550 with FIFOs, through a device port. Many bytes move in one
 * request: reading while the chip has some, writing 16 each time its
 * transmitter is empty.
 */
#include <errno.h>
#include <mach/device.h>
#include <servers/bootstrap.h>
#include "link.h"
#include "machine_i.h"

#define DEVICE_IRQ_ID 2899

enum { RBR = 0, THR = 0, IER = 1, IIR = 2, FCR = 2, LCR = 3, MCR = 4, LSR = 5 };

#define IER_RECEIVE  1
#define IER_TRANSMIT 2
#define IIR_KIND     7
#define IIR_RECEIVE  4
#define LSR_READY    1
#define LSR_EMPTY    0x20
#define FIFO	     16
#define PIECE	     4096

static mach_port_t io, irq, irq_port;
static bool transmitting; /* the transmit interrupt is on */

static uint8_t wire_read(unsigned reg)
{
	mach_msg_type_number_t count = 1;
	char byte = 0;

	if (device_io_read(io, reg, 1, 1, &byte, &count) != KERN_SUCCESS)
		return 0;
	return (uint8_t)byte;
}

static void wire_write(unsigned reg, uint8_t value)
{
	char byte = (char)value;

	device_io_write(io, reg, 1, &byte, 1);
}

/* Takes all there is; what comes later makes an interrupt of its own. */
static void wire_receive_all(void)
{
	static char bytes[PIECE];
	mach_msg_type_number_t got;

	do {
		got = PIECE;
		if (device_io_read_ready(io, LSR, LSR_READY, RBR, PIECE, bytes,
					 &got) != KERN_SUCCESS)
			return;
		link_input((uint8_t *)bytes, got);
	} while (got == PIECE);
}

int wire_open(void)
{
	mach_port_t self = mach_task_self();

	if (mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &irq_port) ||
	    mach_port_insert_right(self, irq_port, irq_port,
				   MACH_MSG_TYPE_MAKE_SEND) ||
	    mach_port_move_member(self, irq_port, port_set))
		return -ENOMEM;
	if (bootstrap_device_io(bootstrap_port, "com2", &io) ||
	    bootstrap_device_irq(bootstrap_port, "com2", irq_port, &irq))
		return -ENODEV;
	wire_write(IER, 0); /* a predecessor may have left it on */
	wire_write(LCR, 3);    /* 8 bits, no parity */
	wire_write(FCR, 0xc7); /* FIFOs on and empty, trigger at 14 */
	wire_write(MCR, 0x0b); /* ready; interrupts reach the controller */
	wire_write(IER, IER_RECEIVE);
	device_irq_acknowledge(irq);
	wire_receive_all(); /* or what was there makes no interrupt */
	return 0;
}

/* Sends while the transmitter takes it; asks for an interrupt otherwise. */
void wire_pump(void)
{
	static uint8_t bytes[PIECE];
	static unsigned count, sent;
	unsigned done;

	for (;;) {
		if (sent == count) {
			sent = 0;
			count = link_output(bytes, PIECE);
		}
		if (!count)
			break;
		if (device_io_write_ready(io, LSR, LSR_EMPTY, THR, FIFO,
					  (char *)bytes + sent, count - sent,
					  &done) != KERN_SUCCESS)
			return;
		sent += done;
		if (sent == count)
			continue;
		if (!transmitting)
			wire_write(IER, IER_RECEIVE | IER_TRANSMIT);
		transmitting = true;
		return;
	}
	if (transmitting)
		wire_write(IER, IER_RECEIVE);
	transmitting = false;
}

bool wire_is_drained(void)
{
	if (!link_is_done() || transmitting)
		return false;
	if (wire_read(LSR) & LSR_EMPTY)
		return true;
	/* Or nothing would make us look again. */
	wire_write(IER, IER_RECEIVE | IER_TRANSMIT);
	transmitting = true;
	return false;
}

bool wire_message(const mach_msg_header_t *m)
{
	if (m->msgh_local_port != irq_port)
		return false;
	if (m->msgh_id != DEVICE_IRQ_ID)
		return true;
	/* First: an edge that comes while the line is masked is lost. */
	device_irq_acknowledge(irq);
	/* The transmitter's interrupt ends when it is read. Had it not been read
	 * because of a byte that came just then, the line would stay up, and there
	 * would be no edge any more. */
	do
		wire_receive_all();
	while (transmitting && (wire_read(IIR) & IIR_KIND) == IIR_RECEIVE);
	wire_pump();
	return true;
}

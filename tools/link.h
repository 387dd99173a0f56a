/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The link: what tools/run and the guest say to each other over the second
 * serial port.
 *
 * A frame is a head of four bytes and a payload; behind a frame of the guest's
 * stands one byte more, LINK_END.  Numbers are little-endian.
 *
 *	 0      1         2          4                        guest to host
 *	+------+---------+----------+------------------------+-----+
 *	| type | channel | length   | payload, 0..4096 bytes | END |
 *	+------+---------+----------+------------------------+-----+
 *
 * One run:
 *
 *	guest                      host
 *	READY                  ->
 *	                       <-  HELLO (only if READY had a word)
 *	                       <-  WINSIZE (only with a terminal)
 *	                       <-  CREDIT on the channels it reads
 *	                       <-  START
 *	CREDIT (0 or 3)        ->
 *	DATA, EOF, CREDIT      <-> DATA, EOF, CREDIT, WINSIZE
 *	EXIT                   ->
 *	power off by isa-debug-exit, value 0
 *
 * Credit: each side may have sent at most as many DATA bytes on a channel as
 * the other has granted for that channel; both begin with none.  Frames other
 * than DATA need no credit, so they are never stuck behind data.  A receiver
 * grants again as its reader takes bytes; it need not buffer more than it
 * granted.  More than granted is a protocol error.
 *
 * End of file: after EOF on a channel no DATA follows in that direction.  EOF
 * from the host on channel 1, 2 or 3 says that nobody reads any more: writers
 * in the guest should get EPIPE.  The host still grants credit then.
 *
 * With a terminal (START_TERMINAL) channel 3 carries both directions and 0, 1
 * and 2 are silent.  Line editing, echo and signals are the guest's: the host's
 * terminal is raw.
 *
 * A server that dies in the middle: its successor has no idea how much of the
 * last frame had gone out.  It sends LINK_PADS bytes LINK_PAD, which is no type,
 * no channel, no length's high byte and no END: whatever was cut shows as cut and
 * is thrown away, and nothing that was whole is taken for it.  Then comes READY.
 * In the other direction the host forgets what it had not sent yet.  What it
 * had, whole or not, the successor skips until it reads the HELLO that repeats
 * the word in its READY; the word is random, so nothing said earlier holds it.
 * Credit, EOF and START begin anew.
 *
 * Used by the host (tools/hostlink, tests/tools/fakeguest.c) and by the guest;
 * names no type of either.
 */
#ifndef TOOLS_LINK_H
#define TOOLS_LINK_H

#define LINK_HEAD    4
#define LINK_PAYLOAD 4096 /* most bytes in one frame */
#define LINK_END     0x7e
#define LINK_PAD     0xff
#define LINK_PADS    (LINK_HEAD + LINK_PAYLOAD + 1)
#define LINK_WORD    8 /* bytes in READY and HELLO */

enum link_type {
	LINK_DATA = 0,    /* both ways; 1..4096 bytes */
	LINK_EOF = 1,     /* both ways; empty */
	LINK_CREDIT = 2,  /* both ways; u32 bytes more */
	LINK_WINSIZE = 3, /* host to guest; u16 rows, u16 columns */
	LINK_START = 4,   /* host to guest, once; see below */
	LINK_EXIT = 5,    /* guest to host, last; i32 status, 128+n for signal n */
	LINK_READY = 6,   /* guest to host, first; empty, or a word and, if a
			     predecessor died, a text that says how */
	LINK_HELLO = 7,   /* host to guest, first; READY's word */
};

enum link_channel {
	LINK_STDIN = 0,  /* host to guest */
	LINK_STDOUT = 1, /* guest to host */
	LINK_STDERR = 2, /* guest to host */
	LINK_TTY = 3,    /* both */
	LINK_CHANNELS = 4,
};

/*
 * START: u32 flags, then (in the first START frame only) u16 argc, u16 envc,
 * then argc + envc strings, each ended by a NUL.  argc 0 asks for the login
 * shell.  A START that does not fit goes in several frames: all but the last
 * have START_MORE, and those after the first have only u32 flags in front of
 * the bytes that continue the list.  A bare test gets its arguments in the
 * same way, argv[0] being its name.
 */
#define LINK_START_TERMINAL 0x1u /* 0, 1 and 2 are a terminal: channel 3 */
#define LINK_START_MORE     0x2u

/* What the host reads as the end (isa-debug-exit at port 0xf4). */
#define LINK_POWEROFF 0 /* QEMU's status 1 */
#define LINK_PANIC    1 /* QEMU's status 3 */

#endif

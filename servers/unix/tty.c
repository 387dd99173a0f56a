/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The terminal's input side: signal characters, canonical editing, echo.
 *
 * input is a ring. In canonical mode its last `editing` bytes are the line
 * being typed; line_end marks the last byte of each finished line. An end of
 * file is a stored byte that read consumes and does not deliver (0 marked).
 */
#include "tty.h"

#include <signal.h>
#include <string.h>
#include <termios.h>
#include "sig.h"

struct tty tty_console;

enum { CC_INTR, CC_QUIT, CC_ERASE, CC_KILL, CC_EOF, CC_TIME, CC_MIN,
       CC_SWTC, CC_START, CC_STOP, CC_SUSP, CC_EOL, CC_REPRINT,
       CC_DISCARD, CC_WERASE, CC_LNEXT, CC_EOL2 };

void tty_init(struct tty *t)
{
	static const uint8_t cc[] = {3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26,
				     0, 18, 15, 23, 22, 0};

	memset(t, 0, sizeof(*t));
	t->modes.iflag = ICRNL | IXON;
	t->modes.oflag = OPOST | ONLCR;
	t->modes.cflag = B38400 | CS8 | CREAD | HUPCL;
	t->modes.lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL |
			 ECHOKE | IEXTEN;
	memcpy(t->modes.cc, cc, sizeof(cc));
	t->size = (struct tty_size){24, 80, 0, 0};
	waitq_init(&t->readable);
	waitq_init(&t->writable);
}

static bool tty_is(const struct tty *t, int which, uint8_t byte)
{
	return t->modes.cc[which] && t->modes.cc[which] == byte;
}

static void tty_echo(struct tty *t, uint8_t byte)
{
	bool newline = byte == '\n';

	if (!(t->modes.lflag & ECHO) && !(newline && t->modes.lflag & ECHONL))
		return;
	if ((t->modes.lflag & ECHOCTL) && byte != '\t' && !newline &&
	    (byte < 32 || byte == 127)) {
		tty_put_raw(t, '^');
		tty_put_raw(t, byte ^ 64);
		t->column += 2;
		return;
	}
	if (!tty_put(t, byte))
		return;
}

static unsigned tty_at(const struct tty *t, unsigned n)
{
	return (t->in_start + n) % TTY_INPUT_MAX;
}

static void tty_store(struct tty *t, uint8_t byte, bool ends)
{
	unsigned at = tty_at(t, t->in_used);

	if (t->in_used == TTY_INPUT_MAX - (ends ? 0 : 1)) {
		tty_put_raw(t, 7);
		return;
	}
	t->input[at] = byte;
	t->line_end[at] = ends;
	t->in_used++;
	if (!(t->modes.lflag & ICANON)) {
		waitq_wake(&t->readable);
	} else if (ends) {
		t->lines++;
		t->editing = 0;
		waitq_wake(&t->readable);
	} else {
		t->editing++;
	}
}

/* Takes the last byte typed off the line and off the screen. */
static void tty_erase_one(struct tty *t)
{
	uint8_t byte = t->input[tty_at(t, t->in_used - 1)];
	unsigned cells = byte < 32 || byte == 127 ? 2 : 1;

	t->in_used--;
	t->editing--;
	if (!(t->modes.lflag & ECHO))
		return;
	if (!(t->modes.lflag & ECHOE)) {
		tty_echo(t, t->modes.cc[CC_ERASE]);
		return;
	}
	/* A byte inside a UTF-8 sequence has no cell of its own. */
	if ((byte & 0xc0) == 0x80 && (t->modes.iflag & IUTF8))
		cells = 0;
	while (cells--) {
		tty_put_raw(t, '\b');
		tty_put_raw(t, ' ');
		tty_put_raw(t, '\b');
	}
}

static void tty_erase_word(struct tty *t)
{
	while (t->editing && t->input[tty_at(t, t->in_used - 1)] == ' ')
		tty_erase_one(t);
	while (t->editing && t->input[tty_at(t, t->in_used - 1)] != ' ')
		tty_erase_one(t);
}

static void tty_flush_input(struct tty *t)
{
	t->in_start = t->in_used = t->lines = t->editing = 0;
}

static bool tty_signal_char(struct tty *t, uint8_t byte)
{
	int sig = 0;

	if (tty_is(t, CC_INTR, byte))
		sig = SIGINT;
	else if (tty_is(t, CC_QUIT, byte))
		sig = SIGQUIT;
	else if (tty_is(t, CC_SUSP, byte))
		sig = SIGTSTP;
	if (!sig)
		return false;
	if (!(t->modes.lflag & NOFLSH))
		tty_flush_input(t);
	tty_echo(t, byte);
	if (t->foreground)
		sig_send_group(t->foreground, sig, NULL);
	return true;
}

/* Editing characters of canonical mode; true: byte was one. */
static bool tty_edit_char(struct tty *t, uint8_t byte)
{
	bool extended = t->modes.lflag & IEXTEN;

	if (tty_is(t, CC_ERASE, byte) || (byte == '\b' && t->editing)) {
		if (t->editing)
			tty_erase_one(t);
	} else if (tty_is(t, CC_KILL, byte)) {
		while (t->editing)
			tty_erase_one(t);
	} else if (extended && tty_is(t, CC_WERASE, byte)) {
		tty_erase_word(t);
	} else if (tty_is(t, CC_EOF, byte)) {
		if (t->editing) {
			t->line_end[tty_at(t, t->in_used - 1)] = true;
			t->lines++;
			t->editing = 0;
			waitq_wake(&t->readable);
		} else {
			tty_store(t, 0, true);
		}
	} else if (extended && tty_is(t, CC_LNEXT, byte)) {
		t->literal = true;
	} else {
		return false;
	}
	return true;
}

static bool tty_flow_char(struct tty *t, uint8_t byte)
{
	if (!(t->modes.iflag & IXON))
		return false;
	if (tty_is(t, CC_STOP, byte)) {
		t->stopped = true;
		return true;
	}
	if (tty_is(t, CC_START, byte)) {
		t->stopped = false;
		if (t->output_ready)
			t->output_ready(t);
		return true;
	}
	if (t->stopped && (t->modes.iflag & IXANY)) {
		t->stopped = false;
		if (t->output_ready)
			t->output_ready(t);
	}
	return false;
}

static void tty_input_byte(struct tty *t, uint8_t byte)
{
	bool canonical = t->modes.lflag & ICANON;

	if (t->literal) {
		t->literal = false;
		tty_echo(t, byte);
		tty_store(t, byte, false);
		return;
	}
	if (t->modes.iflag & ISTRIP)
		byte &= 127;
	if (tty_flow_char(t, byte))
		return;
	if ((t->modes.lflag & ISIG) && tty_signal_char(t, byte))
		return;
	if (byte == '\r') {
		if (t->modes.iflag & IGNCR)
			return;
		if (t->modes.iflag & ICRNL)
			byte = '\n';
	} else if (byte == '\n' && (t->modes.iflag & INLCR)) {
		byte = '\r';
	}
	if (canonical && tty_edit_char(t, byte))
		return;
	tty_echo(t, byte);
	tty_store(t, byte,
		  canonical && (byte == '\n' || tty_is(t, CC_EOL, byte) ||
				tty_is(t, CC_EOL2, byte)));
}

void tty_input(struct tty *t, const uint8_t *bytes, unsigned count)
{
	while (count--)
		tty_input_byte(t, *bytes++);
	if (t->output_ready && t->out_used)
		t->output_ready(t);
}

void tty_set_size(struct tty *t, uint16_t rows, uint16_t columns)
{
	if (t->size.rows == rows && t->size.columns == columns)
		return;
	t->size.rows = rows;
	t->size.columns = columns;
	if (t->foreground)
		sig_send_group(t->foreground, SIGWINCH, NULL);
}

void tty_hang_up(struct tty *t)
{
	t->hung_up = true;
	if (t->session)
		sig_send(proc_find(t->session->sid), SIGHUP, NULL);
	if (t->foreground)
		sig_send_group(t->foreground, SIGHUP, NULL);
	waitq_wake(&t->readable);
	waitq_wake(&t->writable);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host link. Input is parsed byte by byte into one frame; output is made a
 * frame at a time when the wire asks for bytes, so that nothing is queued but
 * in the pipes and the terminal, and control frames go first.
 *
 * Input before the host's HELLO was for a predecessor that died.
 *
 * Credit: we grant for standard input what its pipe has room for, for the
 * terminal what its line discipline takes.
 */
#include "link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../../tools/link.h"
#include "machine.h"
#include "pipe.h"
#include "tty.h"

#define STDIN_WINDOW 32768u
#define TTY_WINDOW   1024u
#define START_MAX    (256u * 1024)

static struct {
	uint8_t head[LINK_HEAD], payload[LINK_PAYLOAD];
	unsigned have; /* of head and payload together */

	uint8_t hello[LINK_HEAD + LINK_WORD]; /* HELLO as it will come */
	uint8_t last[LINK_HEAD + LINK_WORD];  /* input until then */
	bool heard;

	uint8_t frame[LINK_PADS];
	unsigned frame_length, frame_sent;

	struct pipe *pipes[3];
	uint32_t credit[LINK_CHANNELS];  /* we may still send */
	uint32_t granted[LINK_CHANNELS]; /* the host may still send */
	bool eof_sent[LINK_CHANNELS];
	bool pads_due, ready_due, exiting, exit_made;
	const char *died;
	int status;

	struct link_start start;
	bool starting, started;
	link_started on_start;
	void (*output_ready)(void);
} ln;

void link_init(link_started started, void (*output_ready)(void))
{
	memset(&ln, 0, sizeof(ln));
	ln.on_start = started;
	ln.output_ready = output_ready;
}

static void link_kick(void)
{
	if (ln.output_ready)
		ln.output_ready();
}

void link_ready(const char *died)
{
	ln.hello[0] = LINK_HELLO;
	ln.hello[2] = LINK_WORD;
	machine_random(ln.hello + LINK_HEAD, LINK_WORD);
	ln.died = died;
	ln.pads_due = died;
	ln.ready_due = true;
	link_kick();
}

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static void link_terminal_output(struct tty *t)
{
	(void)t;
	link_kick();
}

/* The list of strings is whole: are argc + envc there? */
static bool link_start_valid(const struct link_start *s)
{
	unsigned n = 0;

	for (uint32_t k = 0; k < s->length; k++)
		n += s->strings[k] == 0;
	return n == s->argc + s->envc &&
	       (!s->length || !s->strings[s->length - 1]);
}

static bool link_start_append(const uint8_t *bytes, unsigned count)
{
	char *grown;

	if (ln.start.length + count > START_MAX)
		return false;
	grown = realloc(ln.start.strings, ln.start.length + count + 1);
	if (!grown)
		return false;
	memcpy(grown + ln.start.length, bytes, count);
	ln.start.strings = grown;
	ln.start.length += count;
	return true;
}

static void link_start_frame(const uint8_t *p, unsigned length)
{
	unsigned skip = ln.starting ? 4 : 8;

	if (ln.started || length < skip)
		return;
	if (!ln.starting) {
		ln.start.terminal = get32(p) & LINK_START_TERMINAL;
		ln.start.argc = p[4] | (unsigned)p[5] << 8;
		ln.start.envc = p[6] | (unsigned)p[7] << 8;
		ln.starting = true;
	}
	if (!link_start_append(p + skip, length - skip)) {
		machine_log("unix: the START frame is too long\n");
		return;
	}
	if (get32(p) & LINK_START_MORE)
		return;
	if (!link_start_valid(&ln.start)) {
		machine_log("unix: the START frame is malformed\n");
		return;
	}
	ln.started = true;
	if (ln.start.terminal)
		tty_console.output_ready = link_terminal_output;
	ln.on_start(&ln.start);
	link_kick();
}

static void link_data(unsigned channel, const uint8_t *p, unsigned length)
{
	if (channel >= LINK_CHANNELS || length > ln.granted[channel]) {
		machine_log("unix: the host sends more than it may\n");
		return;
	}
	ln.granted[channel] -= length;
	if (channel == LINK_TTY)
		tty_input(&tty_console, p, length);
	else if (channel == LINK_STDIN && ln.pipes[0])
		pipe_server_put(ln.pipes[0], p, length);
	link_kick();
}

static void link_eof(unsigned channel)
{
	if (channel == LINK_TTY) {
		tty_hang_up(&tty_console);
	} else if (channel < 3 && ln.pipes[channel]) {
		pipe_server_close(ln.pipes[channel], channel == 0);
		ln.pipes[channel] = NULL;
		ln.eof_sent[channel] = true;
	}
}

static void link_frame(void)
{
	const uint8_t *p = ln.payload;
	unsigned channel = ln.head[1];
	unsigned length = ln.head[2] | (unsigned)ln.head[3] << 8;

	switch (ln.head[0]) {
	case LINK_DATA:
		link_data(channel, p, length);
		break;
	case LINK_EOF:
		link_eof(channel);
		break;
	case LINK_CREDIT:
		if (channel < LINK_CHANNELS && length == 4)
			ln.credit[channel] += get32(p);
		link_kick();
		break;
	case LINK_WINSIZE:
		if (length == 4)
			tty_set_size(&tty_console,
				     (uint16_t)(p[0] | p[1] << 8),
				     (uint16_t)(p[2] | p[3] << 8));
		break;
	case LINK_START:
		link_start_frame(p, length);
		break;
	default:
		machine_log("unix: unknown frame %u\n", ln.head[0]);
		break;
	}
}

static void link_listen(uint8_t byte)
{
	const unsigned end = sizeof(ln.last) - 1;

	memmove(ln.last, ln.last + 1, end);
	ln.last[end] = byte;
	ln.heard = !memcmp(ln.last, ln.hello, sizeof(ln.last));
}

void link_input(const uint8_t *bytes, unsigned count)
{
	for (; count && !ln.heard; count--)
		link_listen(*bytes++);
	while (count--) {
		unsigned length;

		if (ln.have < LINK_HEAD)
			ln.head[ln.have] = *bytes++;
		else
			ln.payload[ln.have - LINK_HEAD] = *bytes++;
		ln.have++;
		if (ln.have < LINK_HEAD)
			continue;
		length = ln.head[2] | (unsigned)ln.head[3] << 8;
		if (length > LINK_PAYLOAD) {
			machine_log("unix: a frame of %u bytes\n", length);
			ln.have = 0;
			continue;
		}
		if (ln.have < LINK_HEAD + length)
			continue;
		link_frame();
		ln.have = 0;
	}
}

static void frame_begin(unsigned type, unsigned channel, unsigned length)
{
	ln.frame[0] = (uint8_t)type;
	ln.frame[1] = (uint8_t)channel;
	ln.frame[2] = (uint8_t)length;
	ln.frame[3] = (uint8_t)(length >> 8);
	ln.frame[LINK_HEAD + length] = LINK_END;
	ln.frame_length = LINK_HEAD + length + 1;
	ln.frame_sent = 0;
}

static void frame_pads(void)
{
	memset(ln.frame, LINK_PAD, sizeof(ln.frame));
	ln.frame_length = sizeof(ln.frame);
	ln.frame_sent = 0;
	ln.pads_due = false;
}

static void frame_ready(void)
{
	const char *died = ln.died ? ln.died : "";
	size_t text = strlen(died);

	if (text > LINK_PAYLOAD - LINK_WORD)
		text = LINK_PAYLOAD - LINK_WORD;
	frame_begin(LINK_READY, 0, LINK_WORD + (unsigned)text);
	memcpy(ln.frame + LINK_HEAD, ln.hello + LINK_HEAD, LINK_WORD);
	memcpy(ln.frame + LINK_HEAD + LINK_WORD, died, text);
	ln.ready_due = false;
}

static void frame_u32(unsigned type, unsigned channel, uint32_t value)
{
	frame_begin(type, channel, 4);
	for (int k = 0; k < 4; k++)
		ln.frame[LINK_HEAD + k] = (uint8_t)(value >> (8 * k));
}

/* What the host may send more on a channel, if that is worth a frame. */
static bool frame_credit(unsigned channel, uint32_t window, uint32_t used)
{
	uint32_t room = window > used ? window - used : 0;

	if (room < ln.granted[channel] + window / 2)
		return false;
	frame_u32(LINK_CREDIT, channel, room - ln.granted[channel]);
	ln.granted[channel] = room;
	return true;
}

static bool frame_make_credit(void)
{
	if (!ln.started)
		return false;
	if (ln.start.terminal)
		return frame_credit(LINK_TTY, TTY_WINDOW,
				    tty_console.in_used >= TTY_INPUT_MAX / 2
					    ? TTY_WINDOW
					    : 0);
	return ln.pipes[0] && frame_credit(LINK_STDIN, STDIN_WINDOW,
					   pipe_used(ln.pipes[0]));
}

static bool frame_make_data(unsigned channel)
{
	uint32_t max = ln.credit[channel];
	uint8_t *to = ln.frame + LINK_HEAD;
	unsigned n = 0;

	if (max > LINK_PAYLOAD)
		max = LINK_PAYLOAD;
	if (!max)
		return false;
	if (channel == LINK_TTY)
		n = tty_output_take(&tty_console, to, max);
	else if (ln.pipes[channel])
		n = pipe_server_take(ln.pipes[channel], to, max);
	if (!n)
		return false;
	ln.credit[channel] -= n;
	frame_begin(LINK_DATA, channel, n);
	return true;
}

/* Nothing can come on the channel any more, and all that came was sent. */
static bool frame_make_eof(unsigned channel)
{
	struct pipe *p = ln.pipes[channel];

	if (ln.eof_sent[channel] || !p || pipe_used(p) ||
	    (pipe_users(p, false) && !ln.exiting))
		return false;
	ln.eof_sent[channel] = true;
	pipe_server_close(p, false);
	ln.pipes[channel] = NULL;
	frame_begin(LINK_EOF, channel, 0);
	return true;
}

static bool link_drained(void)
{
	if (ln.start.terminal)
		return !tty_console.out_used || tty_console.stopped;
	return (!ln.pipes[1] || !pipe_used(ln.pipes[1])) &&
	       (!ln.pipes[2] || !pipe_used(ln.pipes[2]));
}

static bool frame_make(void)
{
	if (ln.pads_due) {
		frame_pads();
		return true;
	}
	if (ln.ready_due) {
		frame_ready();
		return true;
	}
	if (frame_make_credit())
		return true;
	for (unsigned channel = 1; channel < LINK_CHANNELS; channel++)
		if (frame_make_data(channel))
			return true;
	if (frame_make_eof(1) || frame_make_eof(2))
		return true;
	if (!ln.exiting || ln.exit_made || !link_drained())
		return false;
	frame_u32(LINK_EXIT, 0, (uint32_t)ln.status);
	ln.exit_made = true;
	return true;
}

unsigned link_output(uint8_t *bytes, unsigned max)
{
	unsigned n = 0;

	while (n < max) {
		unsigned left = ln.frame_length - ln.frame_sent;

		if (!left && !frame_make())
			break;
		left = ln.frame_length - ln.frame_sent;
		if (left > max - n)
			left = max - n;
		memcpy(bytes + n, ln.frame + ln.frame_sent, left);
		ln.frame_sent += left;
		n += left;
	}
	return n;
}

static void link_pipe_changed(struct pipe *p, void *owner)
{
	(void)p;
	(void)owner;
	link_kick();
}

int link_open_channels(struct file *files[3])
{
	for (int n = 0; n < 3; n++) {
		ln.pipes[n] = pipe_server_create(n == 0, link_pipe_changed,
						 NULL, &files[n]);
		if (!ln.pipes[n])
			return -ENOMEM;
	}
	return 0;
}

void link_tell_death(void)
{
	if (!ln.died)
		return;
	/* The screen as programs find it: the one that lines scroll on, the
	 * cursor seen, plain letters. */
	link_complain("\33[?47l\33[!p\33[m\nunix: died (");
	link_complain(ln.died);
	link_complain("), started again with a new shell; all processes and "
		      "what was written to files are lost\n");
}

void link_complain(const char *text)
{
	if (ln.pipes[2])
		pipe_server_put(ln.pipes[2], (const uint8_t *)text,
				(unsigned)strlen(text));
	for (; ln.start.terminal && *text; text++)
		tty_put(&tty_console, (uint8_t)*text);
	link_kick();
}

void link_exit(int status)
{
	if (ln.exiting)
		return;
	ln.exiting = true;
	ln.status = status;
	link_kick();
}

bool link_is_done(void)
{
	return ln.exit_made && ln.frame_sent == ln.frame_length;
}

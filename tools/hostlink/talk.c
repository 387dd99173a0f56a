/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is said on the link (link.h): acts on the guest's frames and makes ours.
 * Our input is sent only under credit and output stored only under credit, so
 * nothing here grows without bound.
 */
#include <stdio.h>
#include <stdlib.h>

#include "session_i.h"

static void grant(struct session *s, unsigned channel, uint32_t bytes)
{
	if (bytes > 0)
		frame_put_credit(&s->to_send, channel, bytes);
}

static void open_window(struct session *s, unsigned channel)
{
	grant(s, channel, stream_open(&s->out[channel]));
}

void talk_put_winsize(struct session *s)
{
	unsigned rows, columns;

	if (s->terminal.raw && terminal_size(&rows, &columns))
		frame_put_winsize(&s->to_send, rows, columns);
}

/* A terminal and no command: a person at a shell. */
static bool somebody_notices(const struct session *s)
{
	return s->terminal.raw && s->set->command[0] == NULL;
}

/* The guest's server has died. What was on its way there is nobody's. */
static void on_cut(struct session *s)
{
	if (s->state != RUNNING)
		return;
	s->state = BOOTING;
	s->restarted = true;
	s->ready_by = deadline(s->set->ready_seconds);
	s->in_credit = 0;
	buffer_drop(&s->to_send, s->to_send.length);
}

static void start(struct session *s)
{
	static char term[64];
	char *env[] = { NULL, NULL };
	const char *name = getenv("TERM");
	uint32_t flags = 0;

	if (s->terminal.raw) {
		flags = LINK_START_TERMINAL;
		snprintf(term, sizeof(term), "TERM=%s",
			 name != NULL ? name : "vt100");
		env[0] = term;
		talk_put_winsize(s);
		open_window(s, LINK_TTY);
	} else {
		open_window(s, LINK_STDOUT);
		open_window(s, LINK_STDERR);
	}
	if (!frame_put_start(&s->to_send, flags, s->set->command, env))
		end_failed(s, STATUS_USAGE, "too many arguments");
	if (s->in_ended)
		talk_end_input(s);
}

static void on_ready(struct session *s, const struct frame *f)
{
	unsigned text = f->length > LINK_WORD ? f->length - LINK_WORD : 0;

	if (s->restarted && !somebody_notices(s)) {
		end_lost(s, f->payload + LINK_WORD, text);
		return;
	}
	s->state = RUNNING;
	s->ready_by = NEVER;
	if (f->length > 0)
		frame_put(&s->to_send, LINK_HELLO, 0, f->payload, LINK_WORD);
	start(s);
}

static void on_exit_frame(struct session *s, const struct frame *f)
{
	s->state = ENDING;
	s->status = (int)(frame_u32(f) & 0xff);
	s->in_ended = true;
	s->gone_by = now_ms() + GRACE_MS;
}

static bool fixed_length_ok(const struct frame *f)
{
	switch (f->type) {
	case LINK_CREDIT:
	case LINK_EXIT:
		return f->length == 4;
	case LINK_EOF:
		return f->length == 0;
	case LINK_READY:
		return f->length == 0 || f->length >= LINK_WORD;
	default:
		return true;
	}
}

/* False when the guest may not say this now. */
static bool take_frame(struct session *s, const struct frame *f)
{
	if (!fixed_length_ok(f))
		return false;
	if ((s->state == BOOTING) != (f->type == LINK_READY))
		return false;
	switch (f->type) {
	case LINK_READY:
		on_ready(s, f);
		return true;
	case LINK_DATA:
		return stream_take(&s->out[f->channel], f->payload, f->length);
	case LINK_EOF:
		s->out[f->channel].ended = true;
		return f->channel != LINK_STDIN;
	case LINK_CREDIT:
		s->in_credit += frame_u32(f);
		return f->channel == s->in_channel;
	case LINK_EXIT:
		on_exit_frame(s, f);
		return true;
	default:
		return false;
	}
}

void talk_take(struct session *s)
{
	enum frame_result r;
	struct frame f;

	while (!s->over && s->state != ENDING) {
		r = frame_peek(&s->received, &f);
		if (r == FRAME_NONE)
			return;
		if (r == FRAME_CUT)
			on_cut(s);
		else if (r == FRAME_BAD || !take_frame(s, &f)) {
			end_failed(s, STATUS_BROKEN,
			     "the guest sent a frame that is out of place: "
			     "type %u, channel %u, %u bytes",
			     f.type, f.channel, f.length);
			return;
		}
		frame_drop(&s->received, &f);
	}
}

void talk_put_input(struct session *s, const void *bytes, size_t length)
{
	s->in_credit -= (uint32_t)length;
	frame_put(&s->to_send, LINK_DATA, s->in_channel, bytes, length);
}

void talk_end_input(struct session *s)
{
	s->in_ended = true;
	frame_put(&s->to_send, LINK_EOF, s->in_channel, NULL, 0);
}

void talk_settle(struct session *s, unsigned channel)
{
	struct stream *out = &s->out[channel];

	if (s->state != RUNNING)
		return;
	grant(s, channel, stream_grant(out));
	if (out->deaf && !out->told)
		frame_put(&s->to_send, LINK_EOF, channel, NULL, 0);
	out->told = out->deaf;
}


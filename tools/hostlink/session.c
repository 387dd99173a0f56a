/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of a machine: a loop around poll.
 *
 *	BOOTING --READY--> RUNNING --EXIT--> ENDING --machine gone--> over
 *
 * A panic, a time-out or a broken frame ends it from any state.  Our input is
 * read only under credit and output stored only under credit, so nothing here
 * grows without bound.
 */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"
#include "log.h"
#include "machine.h"
#include "stream.h"
#include "terminal.h"

enum {
	GATHER_US = 150,
	GRACE_MS = 10000, /* from EXIT or panic to the end of the machine */
	NEVER = -1,
};

enum state {
	BOOTING,
	RUNNING,
	ENDING, /* EXIT came */
};

struct session {
	const struct settings *set;
	struct machine machine;
	struct log log;
	struct terminal terminal;
	struct buffer received;  /* frames from the guest */
	struct buffer to_send;   /* frames to the guest */
	struct stream out[LINK_CHANNELS];
	unsigned in_channel;     /* LINK_STDIN or LINK_TTY */
	uint32_t in_credit;
	bool in_ended;           /* our input is at its end */
	enum state state;
	bool over;               /* status is final */
	int status;
	int signals;             /* signalfd */
	long long ready_by;      /* ms, NEVER */
	long long end_by;        /* ms, NEVER: --timeout */
	long long gone_by;       /* ms, NEVER: grace */
};

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static long long deadline(int seconds)
{
	return seconds > 0 ? now_ms() + seconds * 1000ll : NEVER;
}

/* Ends the run; the first reason stays. */
static void finish(struct session *s, int status)
{
	if (s->over)
		return;
	s->over = true;
	s->status = status;
	machine_kill(&s->machine);
	terminal_restore();
}

__attribute__((format(printf, 3, 4))) static void
fail(struct session *s, int status, const char *format, ...)
{
	va_list args;

	if (s->over)
		return;
	finish(s, status);
	va_start(args, format);
	fputs("run: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

/* --- frames from the guest */

static void grant(struct session *s, unsigned channel, uint32_t bytes)
{
	if (bytes > 0)
		frame_put_credit(&s->to_send, channel, bytes);
}

static void open_window(struct session *s, unsigned channel)
{
	s->out[channel].credit = STREAM_WINDOW;
	grant(s, channel, STREAM_WINDOW);
}

static void send_winsize(struct session *s)
{
	unsigned rows, columns;

	if (s->terminal.raw && terminal_size(&rows, &columns))
		frame_put_winsize(&s->to_send, rows, columns);
}

static void on_ready(struct session *s)
{
	static char term[64];
	char *env[] = { NULL, NULL };
	const char *name = getenv("TERM");
	uint32_t flags = 0;

	s->state = RUNNING;
	s->ready_by = NEVER;
	if (s->terminal.raw) {
		flags = LINK_START_TERMINAL;
		snprintf(term, sizeof(term), "TERM=%s",
			 name != NULL ? name : "vt100");
		env[0] = term;
		send_winsize(s);
		open_window(s, LINK_TTY);
	} else {
		open_window(s, LINK_STDOUT);
		open_window(s, LINK_STDERR);
	}
	if (!frame_put_start(&s->to_send, flags, s->set->command, env))
		fail(s, STATUS_USAGE, "too many arguments");
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
	case LINK_READY:
		return f->length == 0;
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
		on_ready(s);
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

static void take_frames(struct session *s)
{
	enum frame_result r;
	struct frame f;

	while (!s->over && s->state != ENDING) {
		r = frame_peek(&s->received, &f);
		if (r == FRAME_NONE)
			return;
		if (r == FRAME_BAD || !take_frame(s, &f)) {
			fail(s, STATUS_BROKEN,
			     "the guest sent a frame that is out of place: "
			     "type %u, channel %u, %u bytes",
			     f.type, f.channel, f.length);
			return;
		}
		frame_drop(&s->received, &f);
	}
}

/* --- descriptors that became ready */

static void read_link(struct session *s)
{
	uint8_t bytes[65536];
	ssize_t n;

	/* The emulator sends byte by byte: inside a frame let some gather. */
	if (s->received.length > 0)
		usleep(GATHER_US);
	n = read(s->machine.link, bytes, sizeof(bytes));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close(s->machine.link);
		s->machine.link = -1;
		return;
	}
	if (s->set->log_only)
		return;
	buffer_append(&s->received, bytes, (size_t)n);
	take_frames(s);
}

static void write_link(struct session *s)
{
	ssize_t n = write(s->machine.link, buffer_bytes(&s->to_send),
			  s->to_send.length);

	if (n > 0)
		buffer_drop(&s->to_send, (size_t)n);
	else if (errno != EAGAIN && errno != EINTR)
		buffer_drop(&s->to_send, s->to_send.length);
}

static void read_log(struct session *s)
{
	char bytes[4096];
	ssize_t n = read(s->machine.log, bytes, sizeof(bytes));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		close(s->machine.log);
		s->machine.log = -1;
		return;
	}
	log_take(&s->log, bytes, (size_t)n);
	if (s->log.panicked && s->gone_by == NEVER)
		s->gone_by = now_ms() + GRACE_MS;
}

static void end_input(struct session *s)
{
	s->in_ended = true;
	frame_put(&s->to_send, LINK_EOF, s->in_channel, NULL, 0);
}

static void read_input(struct session *s)
{
	uint8_t bytes[LINK_PAYLOAD];
	size_t room = sizeof(bytes);
	size_t length;
	ssize_t n;

	if (room > s->in_credit)
		room = s->in_credit;
	n = read(STDIN_FILENO, bytes, room);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		end_input(s);
		return;
	}
	length = (size_t)n;
	if (s->terminal.raw &&
	    terminal_keys(&s->terminal, bytes, &length) == KEYS_QUIT) {
		fail(s, STATUS_BROKEN, "switched off from the keyboard");
		return;
	}
	if (length == 0)
		return;
	s->in_credit -= (uint32_t)length;
	frame_put(&s->to_send, LINK_DATA, s->in_channel, bytes, length);
}

static void read_signal(struct session *s)
{
	struct signalfd_siginfo info;

	if (read(s->signals, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
		machine_poll(&s->machine);
		break;
	case SIGWINCH:
		if (s->state == RUNNING)
			send_winsize(s);
		break;
	default:
		fail(s, 128 + (int)info.ssi_signo, "ended by signal %u",
		     info.ssi_signo);
	}
}

/* Tells the guest what became of its output. */
static void settle_stream(struct session *s, unsigned channel)
{
	struct stream *out = &s->out[channel];

	if (s->state != RUNNING)
		return;
	grant(s, channel, stream_grant(out));
	if (out->deaf && !out->told)
		frame_put(&s->to_send, LINK_EOF, channel, NULL, 0);
	out->told = out->deaf;
}

/* --- the end */

static const char *last_words(struct session *s)
{
	const char *line = log_last_line(&s->log);

	return line[0] != '\0' ? line : "(none)";
}

static void finish_panic(struct session *s)
{
	if (!s->log.panicked) {
		fail(s, STATUS_PANIC, "the kernel gave up: %s", last_words(s));
		return;
	}
	finish(s, STATUS_PANIC);
	log_print_panic(&s->log);
}

/* The emulator gave up before the guest said anything. */
static bool machine_failed(const struct session *s)
{
	return s->state == BOOTING && s->machine.said.length > 0 &&
	       s->log.text.length == 0;
}

static void finish_machine_failed(struct session *s)
{
	size_t n = s->machine.said.length;
	const char *text = (char *)buffer_bytes(&s->machine.said);

	while (n > 0 && text[n - 1] == '\n')
		n--;
	fail(s, STATUS_BROKEN, "the emulator did not start: %.*s", (int)n,
	     text);
}

/* The machine is gone and everything it said is read. */
static void finish_gone(struct session *s)
{
	int ws = s->machine.wait_status;
	int code = WIFEXITED(ws) ? WEXITSTATUS(ws) : -1;

	if (s->log.panicked || code == LINK_PANIC * 2 + 1)
		finish_panic(s);
	else if (machine_failed(s))
		finish_machine_failed(s);
	else if (code == 0)
		fail(s, STATUS_PANIC,
		     "the machine reset itself; last line of the log: %s",
		     last_words(s));
	else if (code != LINK_POWEROFF * 2 + 1)
		fail(s, STATUS_BROKEN,
		     "the emulator ended with wait status %#x; last line of "
		     "the log: %s",
		     ws, last_words(s));
	else if (s->state == ENDING || s->set->log_only)
		finish(s, s->status);
	else
		fail(s, STATUS_BROKEN,
		     "the guest powered off without an exit status; last line "
		     "of the log: %s",
		     last_words(s));
}

static bool output_waits(const struct session *s)
{
	for (unsigned c = 0; c < LINK_CHANNELS; c++)
		if (s->out[c].waiting.length > 0)
			return true;
	return false;
}

static bool machine_gone(const struct session *s)
{
	return s->machine.pid == 0 && s->machine.link < 0 &&
	       s->machine.log < 0 && s->machine.words < 0;
}

static bool passed(long long when, long long now)
{
	return when != NEVER && now >= when;
}

static void check_deadlines(struct session *s)
{
	long long now = now_ms();

	if (passed(s->end_by, now))
		fail(s, STATUS_TIMEOUT,
		     "time-out after %d s; last line of the log: %s",
		     s->set->timeout_seconds, last_words(s));
	else if (passed(s->gone_by, now) && s->log.panicked)
		finish_panic(s);
	else if (passed(s->gone_by, now) && s->machine.pid != 0)
		fail(s, STATUS_BROKEN,
		     "the guest did not power off after its exit; last line "
		     "of the log: %s",
		     last_words(s));
	else if (passed(s->ready_by, now))
		fail(s, STATUS_TIMEOUT,
		     "the guest is not ready after %d s; last line of the "
		     "log: %s",
		     s->set->ready_seconds, last_words(s));
}

/* --- the loop */

enum { P_LINK, P_LOG, P_WORDS, P_SIGNALS, P_INPUT, P_OUT };

static int poll_timeout(const struct session *s)
{
	const long long when[] = { s->ready_by, s->end_by, s->gone_by };
	long long now = now_ms();
	long long least = NEVER;

	for (size_t i = 0; i < sizeof(when) / sizeof(when[0]); i++)
		if (when[i] != NEVER && (least == NEVER || when[i] < least))
			least = when[i];
	if (least == NEVER)
		return -1;
	return least > now ? (int)(least - now) : 0;
}

static void fill_poll(const struct session *s, struct pollfd *p)
{
	bool input = s->state == RUNNING && !s->in_ended && s->in_credit > 0;

	p[P_LINK] = (struct pollfd){ s->machine.link, POLLIN, 0 };
	if (s->to_send.length > 0)
		p[P_LINK].events |= POLLOUT;
	p[P_LOG] = (struct pollfd){ s->machine.log, POLLIN, 0 };
	p[P_WORDS] = (struct pollfd){ s->machine.words, POLLIN, 0 };
	p[P_SIGNALS] = (struct pollfd){ s->signals, POLLIN, 0 };
	p[P_INPUT] = (struct pollfd){ input ? STDIN_FILENO : -1, POLLIN, 0 };
	for (unsigned c = 0; c < LINK_CHANNELS; c++) {
		const struct stream *out = &s->out[c];
		int fd = out->waiting.length > 0 ? out->fd : -1;

		p[P_OUT + c] = (struct pollfd){ fd, POLLOUT, 0 };
	}
}

static void serve(struct session *s, const struct pollfd *p)
{
	if (p[P_SIGNALS].revents)
		read_signal(s);
	if (p[P_LINK].revents & POLLOUT)
		write_link(s);
	if (p[P_LINK].revents & ~POLLOUT)
		read_link(s);
	if (p[P_LOG].revents)
		read_log(s);
	if (p[P_WORDS].revents)
		machine_listen(&s->machine);
	if (p[P_INPUT].revents && !s->over)
		read_input(s);
	for (unsigned c = 0; c < LINK_CHANNELS; c++) {
		if (p[P_OUT + c].revents)
			stream_write(&s->out[c]);
		settle_stream(s, c);
	}
}

static void loop(struct session *s)
{
	struct pollfd p[P_OUT + LINK_CHANNELS];

	while (!s->over) {
		fill_poll(s, p);
		if (poll(p, P_OUT + LINK_CHANNELS, poll_timeout(s)) < 0 &&
		    errno != EINTR)
			fail(s, STATUS_BROKEN, "poll: %s", strerror(errno));
		serve(s, p);
		if (machine_gone(s) && !output_waits(s))
			finish_gone(s);
		check_deadlines(s);
	}
}

/* Bytes that were on their way when a time-out or a panic ended the run. */
static void flush_output(struct session *s)
{
	for (unsigned c = 0; c < LINK_CHANNELS; c++) {
		struct pollfd p = { s->out[c].fd, POLLOUT, 0 };

		while (s->out[c].waiting.length > 0 && poll(&p, 1, 1000) > 0)
			stream_write(&s->out[c]);
	}
}

/* --- the beginning */

static void prepare_signals(struct session *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void prepare_streams(struct session *s)
{
	s->in_channel = LINK_STDIN;
	s->out[LINK_STDIN].fd = -1;
	s->out[LINK_STDOUT].fd = STDOUT_FILENO;
	s->out[LINK_STDERR].fd = STDERR_FILENO;
	s->out[LINK_TTY].fd = STDOUT_FILENO;
	if (s->set->log_only || !terminal_present())
		return;
	fputs("mach: ^] q switches the machine off\n", stderr);
	terminal_make_raw(&s->terminal);
	if (s->terminal.raw)
		s->in_channel = LINK_TTY;
	s->log.raw = s->terminal.raw;
}

static bool prepare_log(struct session *s)
{
	if (s->set->log_only)
		s->log.copy = stdout;
	else if (s->set->verbose)
		s->log.copy = stderr;
	if (s->set->log_file == NULL)
		return true;
	s->log.file = fopen(s->set->log_file, "we");
	return s->log.file != NULL;
}

int session_run(const struct settings *set)
{
	struct session s = {
		.set = set,
		.ready_by = deadline(set->log_only ? 0 : set->ready_seconds),
		.end_by = deadline(set->timeout_seconds),
		.gone_by = NEVER,
	};

	if (!prepare_log(&s)) {
		fprintf(stderr, "run: cannot write %s\n", set->log_file);
		return STATUS_BROKEN;
	}
	prepare_signals(&s);
	if (!machine_start(&s.machine, set->machine)) {
		fprintf(stderr, "run: cannot start the emulator: %s\n",
			strerror(errno));
		return STATUS_BROKEN;
	}
	prepare_streams(&s);
	loop(&s);
	flush_output(&s);
	return s.status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of a machine: a loop around poll.  What is said on the link stands in
 * talk.c, how a run ends in ending.c.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "session_i.h"

enum { GATHER_US = 150 };

long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

long long deadline(int seconds)
{
	return seconds > 0 ? now_ms() + seconds * 1000ll : NEVER;
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
	talk_take(s);
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
		talk_end_input(s);
		return;
	}
	length = (size_t)n;
	if (s->terminal.raw &&
	    terminal_keys(&s->terminal, bytes, &length) == KEYS_QUIT) {
		end_failed(s, STATUS_BROKEN, "switched off from the keyboard");
		return;
	}
	if (length == 0)
		return;
	talk_put_input(s, bytes, length);
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
			talk_put_winsize(s);
		break;
	default:
		if (s->dumping)
			end_dumped(s);
		end_failed(s, 128 + (int)info.ssi_signo, "ended by signal %u",
		     info.ssi_signo);
	}
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
		talk_settle(s, c);
	}
}

static void loop(struct session *s)
{
	struct pollfd p[P_OUT + LINK_CHANNELS];

	while (!s->over) {
		fill_poll(s, p);
		if (poll(p, P_OUT + LINK_CHANNELS, poll_timeout(s)) < 0 &&
		    errno != EINTR)
			end_failed(s, STATUS_BROKEN, "poll: %s", strerror(errno));
		serve(s, p);
		if (machine_gone(s) && !output_waits(s))
			end_gone(s);
		end_late(s);
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

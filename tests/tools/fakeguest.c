/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands in for the emulator and its guest in the tests of tools/run
 * (MACH_QEMU=build/host/fakeguest): speaks the guest's side of the link, with
 * frame code of its own, and can break every rule.
 *
 * The kernel word fake=WAY chooses how it boots: normal (the default), silent,
 * die, panic, reset, resetearly (before its first word), ended (by a signal), off,
 * tests, testsbad, again (its server dies several times, each in the middle of
 * another frame, before it obeys).  After START the command chooses:
 *	exit N		ends with status N
 *	cat		copies standard input to standard output
 *	both A B	A to standard output, B to standard error
 *	args		prints what START said
 *	yes		writes until nobody reads
 *	tty		echoes keys; ^C prints INT, ^D ends; prints window sizes
 *	hang, stay, overrun, badframe, early, panic, crash, slowpanic
 */
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link.h"

static int log_fd = -1, link_fd = -1;
static uint32_t credit[LINK_CHANNELS]; /* what we may send */

static const uint8_t link_end = LINK_END;
static uint8_t payload[LINK_PAYLOAD];
static unsigned type, channel, length; /* of the frame in payload */

static char start[1 << 20]; /* argc, envc and the strings */
static size_t start_length;
static uint32_t start_flags;
static uint8_t first_size[4]; /* the window size that came before START */

[[gnu::noreturn]] static void hang(void)
{
	for (;;)
		pause();
}

static void say(const char *text)
{
	if (write(log_fd, text, strlen(text)) < 0)
		_exit(99);
}

static void put_all(const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t w = write(link_fd, p, n);

		if (w <= 0)
			_exit(99);
		p += w;
		n -= (size_t)w;
	}
}

static void get_all(void *bytes, size_t n)
{
	char *p = bytes;

	while (n > 0) {
		ssize_t r = read(link_fd, p, n);

		if (r <= 0)
			_exit(99);
		p += r;
		n -= (size_t)r;
	}
}

static void put(unsigned t, unsigned c, const void *bytes, unsigned n)
{
	uint8_t head[LINK_HEAD] = { (uint8_t)t, (uint8_t)c, (uint8_t)n,
				    (uint8_t)(n >> 8) };

	put_all(head, sizeof(head));
	put_all(bytes, n);
	put_all(&link_end, 1);
}

static uint32_t u32(const void *at)
{
	const uint8_t *b = at;

	return b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
}

static void grant(unsigned c, uint32_t n)
{
	uint8_t b[4] = { (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16),
			 (uint8_t)(n >> 24) };

	put(LINK_CREDIT, c, b, 4);
}

/* The next frame; credit is added up on the way. */
static void get(void)
{
	uint8_t head[LINK_HEAD];

	get_all(head, sizeof(head));
	type = head[0];
	channel = head[1];
	length = head[2] | (unsigned)head[3] << 8;
	if (length > LINK_PAYLOAD || channel >= LINK_CHANNELS)
		_exit(98);
	get_all(payload, length);
	if (type == LINK_CREDIT)
		credit[channel] += u32(payload);
}

/* Sends data as credit allows, waiting for more of it. */
static bool put_data(unsigned c, const char *bytes, size_t n)
{
	while (n > 0) {
		size_t part = n < LINK_PAYLOAD ? n : LINK_PAYLOAD;

		if (part > credit[c])
			part = credit[c];
		if (part == 0) {
			get();
			if (type == LINK_EOF && channel == c)
				return false;
			continue;
		}
		put(LINK_DATA, c, bytes, (unsigned)part);
		credit[c] -= (uint32_t)part;
		bytes += part;
		n -= part;
	}
	return true;
}

static bool put_text(unsigned c, const char *text)
{
	return put_data(c, text, strlen(text));
}

[[gnu::noreturn]] static void power_off(void)
{
	_exit(LINK_POWEROFF * 2 + 1);
}

[[gnu::noreturn]] static void end(int status)
{
	uint8_t b[4] = { (uint8_t)status, (uint8_t)(status >> 8), 0, 0 };

	put(LINK_EXIT, 0, b, 4);
	power_off();
}

[[gnu::noreturn]] static void panic_now(void)
{
	say("booted\r\npanic: the fake guest fell over\r\n  at fake+0x10\r\n");
	_exit(LINK_PANIC * 2 + 1);
}

/* Copies through a small window, so that credit really runs out. */
static void do_cat(void)
{
	enum { WINDOW = 10000 };
	static char data[WINDOW];
	size_t have = 0;
	uint32_t granted = WINDOW;
	bool ended = false;

	grant(LINK_STDIN, WINDOW);
	while (!ended) {
		get();
		if (type == LINK_EOF && channel == LINK_STDIN)
			ended = true;
		if (type != LINK_DATA)
			continue;
		if (length > granted)
			_exit(97);
		granted -= length;
		memcpy(data + have, payload, length);
		have += length;
		if (granted > 0)
			continue;
		/* put_data takes frames too, but no data can come now. */
		put_data(LINK_STDOUT, data, have);
		grant(LINK_STDIN, (uint32_t)have);
		granted += (uint32_t)have;
		have = 0;
	}
	put_data(LINK_STDOUT, data, have);
	end(0);
}

static void do_args(int argc, int envc, char **strings)
{
	char line[300];

	snprintf(line, sizeof(line), "flags %#x argc %d envc %d bytes %zu\n",
		 start_flags, argc, envc, start_length);
	put_text(LINK_STDOUT, line);
	for (int i = 0; i < argc + envc && i < 20; i++) {
		put_text(LINK_STDOUT, "<");
		put_text(LINK_STDOUT, strings[i]);
		put_text(LINK_STDOUT, ">\n");
	}
	end(0);
}

static void put_size(const uint8_t *size)
{
	char line[100];

	snprintf(line, sizeof(line), "size %d %d\r\n", size[0] | size[1] << 8,
		 size[2] | size[3] << 8);
	put_text(LINK_TTY, line);
}

static void do_tty(void)
{
	grant(LINK_TTY, 10000);
	put_size(first_size);
	put_text(LINK_TTY, "tty\r\n");
	for (;;) {
		get();
		if (type == LINK_WINSIZE)
			put_size(payload);
		if (type != LINK_DATA)
			continue;
		if (channel != LINK_TTY)
			_exit(96);
		for (unsigned i = 0; i < length; i++) {
			char key[2] = { (char)payload[i] };

			if (key[0] == 4)
				end(7);
			put_text(LINK_TTY, key[0] == 3 ? "INT\r\n" : key);
		}
	}
}

static void do_overrun(void)
{
	uint32_t most = 1 << 20;

	for (uint32_t n = 0; n < most; n += LINK_PAYLOAD)
		put(LINK_DATA, LINK_STDOUT, start, LINK_PAYLOAD);
	hang();
}

static void break_rules(const char *how)
{
	if (strcmp(how, "overrun") == 0)
		do_overrun();
	if (strcmp(how, "badframe") == 0)
		put(9, 0, "", 0);
	if (strcmp(how, "crash") == 0)
		abort();
	if (strcmp(how, "panic") == 0)
		panic_now();
	if (strcmp(how, "slowpanic") == 0)
		say("panic: and nothing more\n");
	if (strcmp(how, "early") == 0)
		power_off();
	if (strcmp(how, "stay") == 0)
		put(LINK_EXIT, 0, "\0\0\0", 4);
	hang();
}

static void obey(int argc, int envc, char **argv)
{
	const char *what = argc > 0 ? argv[0] : "args";

	if (argc == 0 && (start_flags & LINK_START_TERMINAL))
		what = "tty";

	if (strcmp(what, "exit") == 0)
		end(atoi(argv[1]));
	if (strcmp(what, "cat") == 0)
		do_cat();
	if (strcmp(what, "args") == 0)
		do_args(argc, envc, argv);
	if (strcmp(what, "tty") == 0)
		do_tty();
	if (strcmp(what, "both") == 0) {
		put_text(LINK_STDOUT, argv[1]);
		put_text(LINK_STDERR, argv[2]);
		end(0);
	}
	if (strcmp(what, "yes") == 0) {
		while (put_text(LINK_STDOUT, "yes yes yes yes yes\n"))
			;
		end(141);
	}
	break_rules(what);
}

/* --- booting */

static void take_start(void)
{
	do {
		get();
		if (type == LINK_WINSIZE)
			memcpy(first_size, payload, sizeof(first_size));
		if (type != LINK_START)
			continue;
		start_flags = u32(payload);
		memcpy(start + start_length, payload + 4, length - 4);
		start_length += length - 4;
	} while (type != LINK_START || (start_flags & LINK_START_MORE));
}

/* --- a server that dies: the frame it was sending, and how much of it went out */

static const struct {
	unsigned sent;
	uint8_t head[LINK_HEAD], fill;
} deaths[] = {
	{ 0, {}, 0 },
	{ 1, { LINK_DATA, LINK_TTY, 0xb8, 0x0b }, 'x' },
	{ 2, { LINK_DATA, LINK_TTY, 0xb8, 0x0b }, 'x' },
	{ 3, { LINK_DATA, LINK_TTY, 0xb8, 0x0b }, 'x' },
	{ 4, { LINK_DATA, LINK_TTY, 0xb8, 0x0b }, 'x' },
	{ 999, { LINK_DATA, LINK_TTY, 0xb8, 0x0b }, 'x' },
	{ 999, { LINK_DATA, LINK_TTY, 0xb8, 0x0b }, LINK_PAD },
	{ 3004, { LINK_DATA, LINK_TTY, 0xb8, 0x0b }, 'x' }, /* all but END */
	{ 4, { LINK_DATA, LINK_TTY, 0x00, 0x10 }, 'x' },    /* the longest */
	{ 5, { LINK_CREDIT, LINK_TTY, 4, 0 }, 1 },
	{ 7, { LINK_EXIT, 0, 4, 0 }, 0 },
};
enum { DEATHS = sizeof(deaths) / sizeof(deaths[0]) };

static void die_sending(unsigned n)
{
	uint8_t bytes[LINK_PADS];

	memset(bytes, deaths[n].fill, sizeof(bytes));
	memcpy(bytes, deaths[n].head, LINK_HEAD);
	put_all(bytes, deaths[n].sent);
	memset(bytes, LINK_PAD, sizeof(bytes));
	put_all(bytes, sizeof(bytes));
	start_length = 0;
	memset(credit, 0, sizeof(credit));
}

/* READY with a word; then skips what is meant for the one that died. */
static void meet_again(unsigned n)
{
	static const char how[] = "fell over";
	uint8_t hello[LINK_HEAD + LINK_WORD] = { LINK_HELLO, 0, LINK_WORD };
	uint8_t last[sizeof(hello)] = {};
	uint8_t ready[LINK_WORD + sizeof(how) - 1];

	for (unsigned i = 0; i < LINK_WORD; i++)
		ready[i] = hello[LINK_HEAD + i] = (uint8_t)(n * 16 + i);
	memcpy(ready + LINK_WORD, how, sizeof(how) - 1);
	put(LINK_READY, 0, ready, sizeof(ready));
	while (memcmp(last, hello, sizeof(hello)) != 0) {
		memmove(last, last + 1, sizeof(last) - 1);
		get_all(last + sizeof(last) - 1, 1);
	}
}

static void live_and_die(void)
{
	char line[30];

	for (unsigned n = 0; n < DEATHS; n++) {
		take_start();
		if (start_flags & LINK_START_TERMINAL) {
			grant(LINK_TTY, 1000);
			snprintf(line, sizeof(line), "life %u\r\n", n);
			put_text(LINK_TTY, line);
		}
		die_sending(n);
		meet_again(n);
	}
}

static void run(bool again)
{
	static char *strings[20];
	int argc, envc;
	char *p = start + 4;

	put(LINK_READY, 0, "", 0);
	if (again)
		live_and_die();
	take_start();
	argc = (uint8_t)start[0] | (uint8_t)start[1] << 8;
	envc = (uint8_t)start[2] | (uint8_t)start[3] << 8;
	for (int i = 0; i < argc + envc && i < 20; i++) {
		strings[i] = p;
		p += strlen(p) + 1;
	}
	obey(argc, envc, strings);
}

static void boot(const char *way)
{
	if (strcmp(way, "die") == 0) {
		fputs("fake: no such machine\n", stderr);
		_exit(1);
	}
	if (strcmp(way, "resetearly") == 0) {
		fcntl(log_fd, F_SETFL, O_NONBLOCK);
		_exit(0);
	}
	say("fake kernel\r\n");
	if (strcmp(way, "panic") == 0)
		panic_now();
	if (strcmp(way, "reset") == 0)
		_exit(0);
	if (strcmp(way, "ended") == 0) {
		fputs("fake: terminating on signal 15 from pid 1 (x)\n",
		      stderr);
		_exit(0);
	}
	if (strcmp(way, "off") == 0)
		power_off();
	if (strcmp(way, "silent") == 0)
		hang();
	if (strcmp(way, "tests") == 0) {
		say("ok a\r\nok b # skip none\r\ndone 2\r\n");
		power_off();
	}
	run(strcmp(way, "again") == 0);
}

int main(int argc, char **argv)
{
	const char *way = "normal";

	for (int i = 1; i < argc; i++) {
		const char *word = strstr(argv[i], "fake=");

		sscanf(argv[i], "socket,id=log,fd=%d", &log_fd);
		sscanf(argv[i], "socket,id=link,fd=%d", &link_fd);
		if (word != NULL)
			way = word + strlen("fake=");
	}
	if (strchr(way, ' ') != NULL)
		way = strndup(way, strcspn(way, " "));
	if (log_fd < 0 || link_fd < 0)
		return 95;
	boot(way);
	return 94;
}

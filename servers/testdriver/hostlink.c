/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames over the serial port. Input is read only when something is waited
 * for: the start, credit for output, standard input. The host sends input
 * only for credit, and one chunk is granted at a time, so what arrives always
 * has room.
 */
#include "hostlink.h"

#include "link.h"
#include "uart.h"

#include <stdbool.h>
#include <string.h>

#define INPUT_CHUNK 2048

static struct {
	unsigned char head[LINK_HEAD];
	unsigned char payload[LINK_PAYLOAD];
	unsigned have; /* bytes of both */
} frame;

static uint64_t credit[LINK_CHANNELS]; /* bytes we may send */
static char input[INPUT_CHUNK];
static size_t input_at, input_end;
static bool input_granted, input_eof, started;
static char words[8 * LINK_PAYLOAD]; /* START's, the 8 bytes removed */
static size_t words_size;

static unsigned get16(const unsigned char *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static uint32_t get32(const unsigned char *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static void frame_send(unsigned type, unsigned channel, const void *payload,
		       size_t size)
{
	unsigned char head[LINK_HEAD] = {
		(unsigned char)type, (unsigned char)channel,
		(unsigned char)size, (unsigned char)(size >> 8),
	};

	static const unsigned char end = LINK_END;

	uart_write(head, sizeof head);
	uart_write(payload, size);
	uart_write(&end, 1);
}

/* START: flags, then in the first frame two counts, then strings. */
static unsigned argc;

static void start_take(const unsigned char *p, size_t size)
{
	size_t skip = words_size == 0 ? 8 : 4;

	if (size < skip)
		return;
	if (words_size == 0)
		argc = get16(p + 4);
	if (size - skip <= sizeof words - words_size) {
		memcpy(words + words_size, p + skip, size - skip);
		words_size += size - skip;
	}
	started = !(get32(p) & LINK_START_MORE);
}

static void data_take(unsigned channel, const unsigned char *p, size_t size)
{
	if (channel != LINK_STDIN || size > sizeof input)
		return;
	memcpy(input, p, size);
	input_at = 0;
	input_end = size;
	input_granted = false;
}

static void frame_take(void)
{
	unsigned channel = frame.head[1];
	size_t size = get16(frame.head + 2);

	switch (frame.head[0]) {
	case LINK_DATA:
		data_take(channel, frame.payload, size);
		break;
	case LINK_EOF:
		input_eof = input_eof || channel == LINK_STDIN;
		break;
	case LINK_CREDIT:
		if (channel < LINK_CHANNELS && size >= 4)
			credit[channel] += get32(frame.payload);
		break;
	case LINK_START:
		start_take(frame.payload, size);
		break;
	default: /* window sizes and what is not for us */
		break;
	}
}

static void byte_take(unsigned char byte)
{
	unsigned size;

	if (frame.have < LINK_HEAD)
		frame.head[frame.have] = byte;
	else
		frame.payload[frame.have - LINK_HEAD] = byte;
	frame.have++;
	if (frame.have < LINK_HEAD)
		return;
	size = get16(frame.head + 2);
	if (size > LINK_PAYLOAD)
		size = 0; /* a protocol error: resynchronise on the next head */
	if (frame.have == LINK_HEAD + size) {
		frame_take();
		frame.have = 0;
	}
}

static void input_pump(void)
{
	unsigned char bytes[64];
	size_t n = uart_read(bytes, sizeof bytes);

	for (size_t i = 0; i < n; i++)
		byte_take(bytes[i]);
}

void hostlink_start(const char *const **argv)
{
	static const char *args[HOSTLINK_ARGS_MAX + 1];
	const char *at = words;

	frame_send(LINK_READY, 0, NULL, 0);
	while (!started)
		input_pump();
	words[sizeof words - 1] = '\0';
	for (unsigned i = 0; i < argc && i < HOSTLINK_ARGS_MAX; i++) {
		args[i] = at;
		at += strlen(at) + 1;
	}
	*argv = args;
}

void hostlink_write(int channel, const char *data, size_t size)
{
	while (size != 0) {
		size_t n = size < LINK_PAYLOAD ? size : LINK_PAYLOAD;

		while (credit[channel] == 0)
			input_pump();
		if (n > credit[channel])
			n = credit[channel];
		frame_send(LINK_DATA, (unsigned)channel, data, n);
		credit[channel] -= n;
		data += n;
		size -= n;
	}
}

static void input_grant(void)
{
	static const unsigned char bytes[4] = {INPUT_CHUNK & 0xff,
					       INPUT_CHUNK >> 8, 0, 0};

	frame_send(LINK_CREDIT, LINK_STDIN, bytes, sizeof bytes);
	input_granted = true;
}

size_t hostlink_read(char *data, size_t room)
{
	size_t n;

	while (input_at == input_end && !input_eof) {
		if (!input_granted)
			input_grant();
		input_pump();
	}
	n = input_end - input_at;
	if (n > room)
		n = room;
	memcpy(data, input + input_at, n);
	input_at += n;
	return n;
}

void hostlink_exit(int32_t status)
{
	uint32_t s = (uint32_t)status;
	unsigned char bytes[4] = {
		(unsigned char)s, (unsigned char)(s >> 8),
		(unsigned char)(s >> 16), (unsigned char)(s >> 24),
	};

	frame_send(LINK_EXIT, 0, bytes, sizeof bytes);
}

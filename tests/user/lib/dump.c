/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dumps. A line is a name, how many bytes there were, and a hash of them (FNV,
 * 64 bits); in verbose ones the bytes themselves stand before it.
 */
#include "dump.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char text[1 << 20];
static size_t used;
static struct {
	const char *name;
	uint64_t hash, bytes;
	bool verbose;
} current;

static void line(const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text + used, sizeof(text) - used, format, args);
	va_end(args);
	if (n > 0 && used + (size_t)n < sizeof(text))
		used += (size_t)n;
}

void dump_begin(const char *name, const char *verbose)
{
	current.name = name;
	current.hash = 0xcbf29ce484222325;
	current.bytes = 0;
	current.verbose = verbose != NULL && strstr(name, verbose) != NULL;
}

void dump_bytes(const char *what, const void *bytes, size_t size)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < size; i++)
		current.hash = (current.hash ^ p[i]) * 0x100000001b3;
	current.bytes += size;
	if (!current.verbose)
		return;
	for (size_t i = 0; i < size; i++) {
		if (i % 32 == 0)
			line("%s  %s %s %04zx:", i == 0 ? "" : "\n",
			     current.name, what, i);
		line(" %02x", p[i]);
	}
	line("\n");
}

void dump_number(const char *what, uint64_t value)
{
	dump_bytes(what, &value, sizeof(value));
}

void dump_end(void)
{
	line("fill %s %llu %016llx\n", current.name,
	     (unsigned long long)current.bytes,
	     (unsigned long long)current.hash);
}

void dump_print(void)
{
	fwrite(text, 1, used, stdout);
	used = 0;
}

/* --- messages */

struct item {
	unsigned name, bits;
	uint64_t number;
	bool is_inline;
	const char *data; /* in the message */
};

/* The item at p; what is behind it, or NULL. */
static const char *item_read(const char *p, struct item *i)
{
	mach_msg_type_t short_word;
	struct {
		uint32_t word;
		uint16_t name, size;
		u64_a4 number;
	} long_word;

	memcpy(&short_word, p, sizeof(short_word));
	i->is_inline = short_word.msgt_inline;
	if (short_word.msgt_longform) {
		memcpy(&long_word, p, sizeof(long_word));
		*i = (struct item){ long_word.name, long_word.size,
				    long_word.number, i->is_inline,
				    p + sizeof(long_word) };
	} else {
		*i = (struct item){ short_word.msgt_name, short_word.msgt_size,
				    short_word.msgt_number, i->is_inline,
				    p + sizeof(short_word) };
	}
	if (!i->is_inline)
		return i->data + 8;
	return i->data + ((i->number * i->bits / 8 + 3) & ~(uint64_t)3);
}

/* Whole pages: what lies beside the data is given away, too. */
static void dump_memory(const struct item *i)
{
	uint64_t mask = vm_page_size - 1, address, end;

	memcpy(&address, i->data, sizeof(address));
	end = (address + i->number * i->bits / 8 + mask) & ~mask;
	if (address == 0 || i->number == 0)
		return;
	address &= ~mask;
	dump_bytes("memory", (void *)address, end - address);
}

bool dump_message(const mach_msg_header_t *msg)
{
	const char *p = (const char *)(msg + 1);
	const char *end = (const char *)msg + msg->msgh_size;

	dump_bytes("message", msg, msg->msgh_size);
	while ((msg->msgh_bits & MACH_MSGH_BITS_COMPLEX) && p + 4 <= end) {
		struct item i;

		p = item_read(p, &i);
		if (!i.is_inline)
			dump_memory(&i);
	}
	for (p = end; p < (const char *)msg + DUMP_ROOM; p++)
		if (*p != DUMP_FILL)
			return false;
	return true;
}

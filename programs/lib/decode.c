/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages in words.
 */
#include "decode.h"

#include <mach/mach.h>
#include <mach/mig_wire.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "unix_types.h"

#define SHOWN_ELEMENTS 6
#define SHOWN_CHARS    32

struct out {
	char *text;
	size_t used, room;
};

__attribute__((format(printf, 2, 3))) static void put(struct out *o,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(o->text + o->used, o->room - o->used, format, args);
	va_end(args);
	if (n > 0)
		o->used += (size_t)n < o->room - o->used ?
				   (size_t)n : o->room - o->used - 1;
}

/* --- items of a body --- */

struct item {
	unsigned type, bits;
	uint64_t number, bytes;
	bool in_line;
	const unsigned char *data; /* or where the pointer is */
	size_t have;		   /* bytes of data that were captured */
};

struct body {
	const unsigned char *at, *end; /* end: of what was captured */
};

/* The next item; false: there is none, or its head is cut off. */
static bool next_item(struct body *b, struct item *i)
{
	size_t left = (size_t)(b->end - b->at), head = 4;
	uint32_t word;

	if (left < sizeof(word))
		return false;
	memcpy(&word, b->at, sizeof(word));
	i->type = word & 0xff;
	i->bits = word >> 8 & 0xff;
	i->number = MIG_NUMBER(word);
	i->in_line = word & MIG_INLINE;
	if (word & MIG_LONGFORM) {
		mig_long_word_t l;
		if (left < sizeof(l))
			return false;
		memcpy(&l, b->at, head = sizeof(l));
		i->type = l.name;
		i->bits = l.size;
		i->number = l.number;
	}
	if (i->number > UINT32_MAX)
		return false;
	i->bytes = (i->bits * i->number + 7) / 8;
	i->data = b->at + head;
	uint64_t size = i->in_line ? (i->bytes + 3) & ~(uint64_t)3 : 8;
	i->have = left - head < size ? left - head : size;
	b->at = i->data + i->have;
	return true;
}

/* --- values --- */

static void put_chars(struct out *o, const struct item *i)
{
	size_t n = i->have < i->bytes ? i->have : i->bytes, k;

	if (i->type == MACH_MSG_TYPE_STRING)
		n = strnlen((const char *)i->data, n);
	if (n && memchr(i->data, 0, n) == i->data + n - 1)
		n--; /* its end */
	put(o, "\"");
	for (k = 0; k < n && k < SHOWN_CHARS; k++) {
		unsigned char c = i->data[k];
		if (c == '\n')
			put(o, "\\n");
		else if (c == '"' || c == '\\')
			put(o, "\\%c", c);
		else if (c >= ' ' && c <= '~')
			put(o, "%c", c);
		else
			put(o, "\\x%02x", c);
	}
	put(o, k < n ? "\"..." : "\"");
	if (k < n)
		put(o, "%llu", (unsigned long long)i->bytes);
}

static void put_integer(struct out *o, const struct item *i, size_t index)
{
	size_t bytes = i->bits / 8;
	uint64_t u = 0;

	memcpy(&u, i->data + index * bytes, bytes);
	int64_t s = bytes == 8 ? (int64_t)u :
		    bytes == 4 ? (int32_t)u :
		    bytes == 2 ? (int16_t)u : (int64_t)u;
	if (MACH_MSG_TYPE_PORT_ANY(i->type) ||
	    i->type == MACH_MSG_TYPE_PORT_NAME || i->type == MSG_TYPE_PORT ||
	    i->type == MSG_TYPE_PORT_ALL)
		put(o, "%llx", (unsigned long long)u);
	else if (s > 0xfffff || s < -0xfffff)
		put(o, "%#llx", (unsigned long long)u);
	else
		put(o, "%lld", (long long)s);
}

static void put_far(struct out *o, const struct item *i)
{
	uint64_t address = 0;

	if (i->have == sizeof(address))
		memcpy(&address, i->data, sizeof(address));
	put(o, "[%llu bytes at %#llx]", (unsigned long long)i->bytes,
	    (unsigned long long)address);
}

static bool is_text(const struct item *i)
{
	return i->bits == 8 || i->type == MACH_MSG_TYPE_STRING ||
	       i->type == MACH_MSG_TYPE_CHAR;
}

static void put_value(struct out *o, const struct item *i)
{
	size_t each = i->bits / 8;

	if (!i->in_line) {
		put_far(o, i);
		return;
	}
	if (is_text(i)) {
		put_chars(o, i);
		return;
	}
	if (each < 1 || each > 8 || i->bits % 8) {
		put(o, "?");
		return;
	}
	if (i->number != 1)
		put(o, "{");
	for (size_t k = 0; k < i->number; k++) {
		if (k == SHOWN_ELEMENTS || (k + 1) * each > i->have) {
			put(o, "%s...%llu", k ? ", " : "",
			    (unsigned long long)i->number);
			break;
		}
		put(o, "%s", k ? ", " : "");
		put_integer(o, i, k);
	}
	if (i->number != 1)
		put(o, "}");
}

/* The one routine of the UNIX server has an operation as its first argument. */
static bool put_operation(struct out *o, const struct mig_interface *interface,
			  const struct mig_argument *a, const struct item *i)
{
#define NAME(upper, lower) #lower,
	static const char *const names[] = {UX_OPS(NAME)};
#undef NAME
	uint32_t op;

	if (strcmp(interface->name, "unix") || strcmp(a->name, "op") ||
	    !i->in_line || i->have != sizeof(op))
		return false;
	memcpy(&op, i->data, sizeof(op));
	if (op >= sizeof(names) / sizeof(names[0]))
		return false;
	put(o, "%s", names[op]);
	return true;
}

/* The arguments of that direction; false: something is missing. */
static bool put_arguments(struct out *o, const struct mig_interface *interface,
			  const struct mig_routine *r, int direction,
			  struct body *b, const char *separator)
{
	for (unsigned k = 0; k < r->argument_count; k++) {
		const struct mig_argument *a = &r->arguments[k];
		bool room = direction == MIG_IN &&
			    !(a->direction & MIG_IN) && a->flags & MIG_ARG_COUNT;
		struct item i;
		if (!(a->direction & direction) && !room)
			continue;
		if (!next_item(b, &i)) {
			put(o, "%s...", separator);
			return false;
		}
		put(o, "%s%s%s=", separator, a->name, room ? " room" : "");
		if (!put_operation(o, interface, a, &i))
			put_value(o, &i);
		separator = ", ";
	}
	return true;
}

/* --- messages --- */

const struct mig_interface *decode_find(int id,
					const struct mig_routine **routine)
{
	for (size_t n = 0; mig_interfaces[n]; n++) {
		const struct mig_interface *i = mig_interfaces[n];
		for (unsigned k = 0; k < i->routine_count; k++)
			if (i->routines[k].id == id) {
				*routine = &i->routines[k];
				return i;
			}
	}
	return NULL;
}

static struct body body_of(const mach_msg_header_t *head, size_t captured)
{
	size_t n = captured < head->msgh_size ? captured : head->msgh_size;
	const unsigned char *start = (const unsigned char *)head;

	return (struct body){start + sizeof(*head),
			     n > sizeof(*head) ? start + n :
						 start + sizeof(*head)};
}

const char *decode_request(const mach_msg_header_t *head, size_t captured,
			   mach_port_t port, char *out, size_t room)
{
	struct out o = {out, 0, room};
	struct body b = body_of(head, captured);
	const struct mig_routine *r;
	const struct mig_interface *i = decode_find(head->msgh_id, &r);

	*out = '\0';
	if (!i) {
		put(&o, "message %d (port=%x, %u bytes)", head->msgh_id,
		    port, head->msgh_size);
		return out;
	}
	put(&o, "%s.%s(port=%x", i->name, r->name, port);
	put_arguments(&o, i, r, MIG_IN, &b, ", ");
	put(&o, ")");
	return out;
}

/* What a UNIX call ended with, which the interface knows as a success: a
 * negative result is an error's number. b: behind the code. */
static const char *outcome(const struct mig_interface *interface, struct body b)
{
	struct item i;
	int64_t result;

	if (strcmp(interface->name, "unix") || !next_item(&b, &i) ||
	    i.have != sizeof(result))
		return "success";
	memcpy(&result, i.data, sizeof(result));
	return result < 0 && result > -4096 ? strerror((int)-result) :
					      "success";
}

const char *decode_reply(const mach_msg_header_t *head, size_t captured,
			 int request, char *out, size_t room)
{
	struct out o = {out, 0, room};
	struct body b = body_of(head, captured);
	const struct mig_routine *r;
	const struct mig_interface *i = decode_find(request, &r);
	int code = 0;
	struct item first;
	const char *end;

	*out = '\0';
	if (!i) {
		put(&o, "reply to %d (%u bytes)", request, head->msgh_size);
		return out;
	}
	if (next_item(&b, &first) && first.have == sizeof(code))
		memcpy(&code, first.data, sizeof(code));
	end = code ? mach_error_string(code) : outcome(i, b);
	put(&o, "%s.%s(", i->name, r->name);
	if (!code)
		put_arguments(&o, i, r, MIG_OUT, &b, "");
	put(&o, ") = %s", end);
	return out;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The type words of a message suffice to convert it for another machine: each
 * request and reply of the kernel's interfaces becomes big-endian with all data
 * aligned, and a message again, by a converter that knows no interface; the
 * server understands what comes out.
 */
#include "lib/requests.h"
#include "lib/test.h"

#include <mach/mig_errors.h>

#define SELF mach_task_self()

/* --- a message's items, known by their type words alone --- */

struct item {
	unsigned name, bits;
	uint32_t number;
	bool in_line, long_form;
	const char *data;
};

/* The item at `at`; returns the next one's place, NULL: not an item. */
static const char *item_read(const char *at, const char *end, struct item *i)
{
	mach_msg_type_long_t w = {0};
	size_t bytes;

	if ((size_t)(end - at) < sizeof(w.msgtl_header))
		return NULL;
	memcpy(&w.msgtl_header, at, sizeof(w.msgtl_header));
	*i = (struct item){.name = w.msgtl_header.msgt_name,
			   .bits = w.msgtl_header.msgt_size,
			   .number = w.msgtl_header.msgt_number,
			   .in_line = w.msgtl_header.msgt_inline,
			   .long_form = w.msgtl_header.msgt_longform};
	if (i->long_form) {
		memcpy(&w, at, sizeof(w));
		i->name = w.msgtl_name;
		i->bits = w.msgtl_size;
		i->number = w.msgtl_number;
	}
	at += i->long_form ? sizeof(w) : sizeof(w.msgtl_header);
	if (i->bits != 8 && i->bits != 16 && i->bits != 32 && i->bits != 64)
		return NULL;
	i->data = at;
	bytes = (size_t)i->number * (i->bits / 8);
	if (!i->in_line) {
		memcpy(&i->data, at, sizeof(i->data));
		bytes = sizeof(i->data);
	}
	at += (bytes + 3) & ~(size_t)3;
	return at > end ? NULL : at;
}

/* --- the other machine's form: big-endian, aligned --- */

static unsigned char wire[1 << 18];
static size_t wire_at;

static void wire_align(unsigned bytes)
{
	while (wire_at % bytes)
		wire[wire_at++] = 0;
}

static void wire_put(uint64_t value, unsigned bytes)
{
	wire_align(bytes);
	for (unsigned n = bytes; n > 0; n--)
		wire[wire_at++] = (unsigned char)(value >> 8 * (n - 1));
}

static uint64_t wire_get(unsigned bytes)
{
	uint64_t value = 0;

	while (wire_at % bytes)
		wire_at++;
	for (unsigned n = 0; n < bytes; n++)
		value = value << 8 | wire[wire_at++];
	return value;
}

static bool to_wire(const mach_msg_header_t *m)
{
	const char *at = (const char *)(m + 1), *end = (const char *)m +
							m->msgh_size;
	struct item i;

	for (wire_at = 0; at && at < end;) {
		at = item_read(at, end, &i);
		if (!at || (size_t)i.number * (i.bits / 8) + wire_at + 64 >
				   sizeof(wire))
			return false;
		wire_put((uint64_t)i.in_line << 1 | i.long_form, 4);
		wire_put(i.name, 4);
		wire_put(i.bits, 4);
		wire_put(i.number, 4);
		for (uint32_t n = 0; n < i.number; n++) {
			uint64_t value = 0;

			memcpy(&value, i.data + n * (i.bits / 8), i.bits / 8);
			wire_put(value, i.bits / 8);
		}
	}
	return at == end;
}

/* --- and back --- */

static union {
	mach_msg_header_t head;
	char room[DUMP_ROOM];
} again;
static char outside[1 << 17];

static char *put_words(char *to, const struct item *i)
{
	mach_msg_type_long_t w = {.msgtl_header = {
					  .msgt_inline = i->in_line,
					  .msgt_longform = i->long_form}};

	if (!i->long_form) {
		w.msgtl_header.msgt_name = i->name & 0xff;
		w.msgtl_header.msgt_size = i->bits & 0xff;
		w.msgtl_header.msgt_number = i->number & 0xfff;
		memcpy(to, &w.msgtl_header, sizeof(w.msgtl_header));
		return to + sizeof(w.msgtl_header);
	}
	w.msgtl_name = (unsigned short)i->name;
	w.msgtl_size = (unsigned short)i->bits;
	w.msgtl_number = i->number;
	memcpy(to, &w, sizeof(w));
	return to + sizeof(w);
}

static void from_wire(const mach_msg_header_t *head)
{
	size_t end = wire_at, used = 0;
	char *to = (char *)(&again.head + 1);

	memset(&again, 0, sizeof(again));
	again.head = *head;
	for (wire_at = 0; wire_at < end;) {
		unsigned form = (unsigned)wire_get(4);
		struct item i = {.in_line = form >> 1, .long_form = form & 1};

		i.name = (unsigned)wire_get(4);
		i.bits = (unsigned)wire_get(4);
		i.number = (uint32_t)wire_get(4);
		to = put_words(to, &i);
		char *data = i.in_line ? to : outside + used;
		for (uint32_t n = 0; n < i.number; n++) {
			uint64_t value = wire_get(i.bits / 8);

			memcpy(data + n * (i.bits / 8), &value, i.bits / 8);
		}
		size_t bytes = ((size_t)i.number * (i.bits / 8) + 3) &
			       ~(size_t)3;
		if (!i.in_line) {
			memcpy(to, &data, sizeof(data));
			used += bytes;
			bytes = sizeof(data);
		}
		to += bytes;
	}
	again.head.msgh_size = (mach_msg_size_t)(to - (char *)&again);
}

/* Item by item; memory outside by what it holds. */
static bool same(const mach_msg_header_t *a, const mach_msg_header_t *b)
{
	const char *p = (const char *)(a + 1), *q = (const char *)(b + 1);
	const char *end = (const char *)a + a->msgh_size;
	struct item i, k;

	if (a->msgh_size != b->msgh_size)
		return false;
	while (p && q && p < end) {
		p = item_read(p, end, &i);
		q = item_read(q, (const char *)b + b->msgh_size, &k);
		if (!p || !q || i.name != k.name || i.bits != k.bits ||
		    i.number != k.number || i.in_line != k.in_line ||
		    i.long_form != k.long_form ||
		    (i.number && memcmp(i.data, k.data,
					(size_t)i.number * (i.bits / 8))))
			return false;
	}
	return p && q;
}

static bool convert(const mach_msg_header_t *m, const char *name)
{
	if (!to_wire(m))
		return test_fail(__FILE__, __LINE__, "%s: not walked", name);
	from_wire(m);
	return same(m, &again.head) ||
	       test_fail(__FILE__, __LINE__, "%s: not the same", name);
}

/* --- calls --- */

static mach_port_t reply_port;
static union message reply;
static unsigned understood, converted;

/* The routine's code; the reply is converted, too. */
static int call(mach_msg_header_t *m, const struct mig_routine *r)
{
	mach_msg_return_t mr;
	int code;

	mr = mach_msg(m, MACH_SEND_MSG, m->msgh_size, 0, 0, 0, 0);
	if (mr == MACH_MSG_SUCCESS)
		mr = mach_msg(&reply.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			      sizeof(reply), reply_port, 2000, 0);
	if (mr != MACH_MSG_SUCCESS)
		return mr;
	memcpy(&code, reply.room + sizeof(reply.head) + 4, sizeof(code));
	convert(&reply.head, r->name);
	mach_msg_destroy(&reply.head);
	return code;
}

/* The same request on the same victims, as it is and converted. */
static void call_both(const struct mig_routine *r, bool on_thread)
{
	int plain, other_way;

	victims_create();
	request_make(r, on_thread ? thread : child, reply_port, 1);
	plain = call(&request.head, r);
	victims_destroy();
	victims_create();
	request_make(r, on_thread ? thread : child, reply_port, 1);
	if (convert(&request.head, r->name)) {
		other_way = call(&again.head, r);
		if (other_way != plain)
			test_fail(__FILE__, __LINE__, "%s: %s, not %s", r->name,
				  mach_error_string(other_way),
				  mach_error_string(plain));
		converted++;
		understood += other_way == KERN_SUCCESS;
	}
	victims_destroy();
}

/* Checklist: MIG-06 */
static void types_suffice(void)
{
	reply_port = port_new();
	for (unsigned n = 0; n < KERNEL_INTERFACES; n++)
		for (unsigned k = 0; k < kernel_interfaces[n]->routine_count;
		     k++) {
			const struct mig_routine *r =
				&kernel_interfaces[n]->routines[k];

			if (!r->reply)
				continue;
			call_both(r, false);
			call_both(r, true);
		}
	printf("# %u requests, %u answered with success\n", converted,
	       understood);
	CHECK(understood >= 30);
	port_gone(reply_port);
}

static const struct test tests[] = {TEST(types_suffice)};
TEST_MAIN(tests)

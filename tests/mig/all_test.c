/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Client and server stubs of all.defs, joined by wire.c: every kind of
 * argument there and back, and what each side says to malformed messages.
 */
#include <stdlib.h>
#include <string.h>

#include "all.h"
#include "all_state.h"
#include "check.h"
#include "wire.h"

#define SERVER		5
#define NEW_NAME_LENGTH 31

static int data[600];

static void start(void)
{
	wire_reset();
	all_state = (struct all_state){.trusted = true};
#if MIG_25
	all_state.reply_type = MSG_TYPE_PORT;
#else
	all_state.reply_type = MACH_MSG_TYPE_MOVE_SEND;
#endif
	for (int i = 0; i < 600; i++)
		data[i] = i * 3;
}

/* ---- there and back ---- */

static void scalar_arguments(void)
{
	int sum;
	uint64_t wide;
	uint8_t small;
	short half;
	double real;

	start();
	CHECK_EQ(scalars(SERVER, -7, ~0ull - 1, 200, -3, 2.5, TRUE, &sum, &wide,
			 &small, &half, &real),
		 KERN_SUCCESS);
	CHECK_EQ(sum, -6);
	CHECK(wide == ~0ull);
	CHECK_EQ(small, 201);
	CHECK_EQ(half, -4);
	CHECK(real == 2.5);
	CHECK_EQ(all_state.port, SERVER);
}

static void in_out_arguments(void)
{
	int a = 6;
	uint64_t b = 1ull << 40;
	point_t p = {10, 20, 30};
	wide_t w = {1, 2};
	triple_t t = {7, 8, 9};
	name_t n = "short";
	int v[16] = {1, 2, 3};
	mach_msg_type_number_t count = 3;

	start();
	CHECK_EQ(change(SERVER, &a, &b, &p, &w, t, n, v, &count),
		 MIG_ARRAY_TOO_LARGE); /* 4 come back, there was room for 3 */
	CHECK_EQ(a, 7);
	CHECK(b == (1ull << 40 | 1));
	CHECK_EQ(p.x, 11);
	CHECK_EQ(p.z, 30);
	CHECK(w.b == 3);
	CHECK_EQ(t[2], 8);
	CHECK_EQ(strlen(n), NEW_NAME_LENGTH);
	CHECK_EQ(v[0], 0);
	CHECK_EQ(v[2], 2);
	CHECK_EQ(v[3], 0);
	CHECK_EQ(count, 4);
}

static void struct_arguments(void)
{
	point_t p = {1, 2, 3}, q;
	wide_t w = {4, 5}, x;
	odd_t o = {{7, 8, 9}}, y;

	start();
	CHECK_EQ(structs(SERVER, p, w, o, &q, &x, &y), KERN_SUCCESS);
	CHECK_EQ(q.x, 3);
	CHECK_EQ(q.z, 1);
	CHECK(x.a == 5 && x.b == 4);
	CHECK(memcmp(&o, &y, sizeof(o)) == 0);
}

static void array_arguments(void)
{
	triple_t t = {1, 2, 3}, u;
	quads_t q = {1ull << 63, 2, 3, 4}, r;

	start();
	CHECK_EQ(arrays(SERVER, t, q, u, r), KERN_SUCCESS);
	CHECK_EQ(u[0], 3);
	CHECK(r[3] == 1ull << 63 && r[0] == 4);
}

static void string_arguments(void)
{
	text_t t, s;
	char n[40], m[40];
	int after;

	start();
	memset(n, 'n', sizeof(n) - 1); /* longer than its type: cut */
	n[39] = '\0';
	memset(t, 't', sizeof(t) - 1);
	t[99] = '\0';
	CHECK_EQ(strings(SERVER, n, t, m, s, &after), KERN_SUCCESS);
	CHECK_EQ(strlen(m), NEW_NAME_LENGTH);
	CHECK(strcmp(s, t) == 0);
	CHECK_EQ(after, NEW_NAME_LENGTH * 100 + 99);
	CHECK_EQ(strings(SERVER, "", "", m, s, &after), KERN_SUCCESS);
	CHECK_EQ(after, 0);
	CHECK(m[0] == 0);
	CHECK(s[0] == 0);
}

static void varying_arguments(void)
{
	static const unsigned counts[][4] = {
	    {0, 0, 0, 0},     {1, 1, 1, 1}, {3, 2, 5, 4097},
	    {16, 8, 8, 5001}, {0, 8, 0, 3},
	};
	uint64_t l[8] = {1, 2, 3, 4, 5, 6, 7, 8ull << 40}, m[8];
	pair_t p[8] = {{1, 2}, {3, 4}}, q[8];
	static bytes_t b, c;
	int w[16], middle;

	start();
	memset(b, 'b', sizeof(b));
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const unsigned *n = counts[i];
		mach_msg_type_number_t wc = 16, mc = 8, qc = 8, cc = 5001;

		CHECK_EQ(varying(SERVER, data, n[0], -9, l, n[1], p, n[2], b,
				 n[3], w, &wc, &middle, m, &mc, q, &qc, c, &cc),
			 KERN_SUCCESS);
		CHECK(wc == n[0] && mc == n[1] && qc == n[2] && cc == n[3]);
		CHECK(memcmp(w, data, n[0] * sizeof(int)) == 0);
		CHECK(memcmp(m, l, n[1] * sizeof(*l)) == 0);
		CHECK(memcmp(q, p, n[2] * sizeof(*p)) == 0);
		CHECK(memcmp(c, b, n[3]) == 0);
		CHECK_EQ(middle, -9);
		/* Nothing but the data: the reply has exactly its size. */
		CHECK_EQ(wire_reply.size, 68 + 4 * n[0] + 8 * n[1] + 8 * n[2] +
					      (n[3] + 3) / 4 * 4);
	}
}

void MsgError(kern_return_t code);
void count_error(kern_return_t code);

static kern_return_t last_error;

void MsgError(kern_return_t code)
{
	last_error = code;
}

void count_error(kern_return_t code)
{
	last_error = code + 1000;
}

static void too_many_to_send(void)
{
	uint64_t l[1] = {0}, m[8];
	pair_t p[1] = {{0, 0}}, q[8];
	static bytes_t b, c;
	int w[16], middle;
	mach_msg_type_number_t wc = 16, mc = 8, qc = 8, cc = 5001;

	start();
	CHECK_EQ(varying(SERVER, data, 17, 0, l, 1, p, 1, b, 1, w, &wc, &middle,
			 m, &mc, q, &qc, c, &cc),
		 MIG_ARRAY_TOO_LARGE);
}

static void too_little_room(void)
{
	uint64_t l[1] = {0}, m[8];
	pair_t p[1] = {{0, 0}}, q[8];
	static bytes_t b, c;
	int w[16] = {0}, middle;
	mach_msg_type_number_t wc = 2, mc = 8, qc = 8, cc = 5001;

	start();
	CHECK_EQ(varying(SERVER, data, 5, 8, l, 1, p, 1, b, 1, w, &wc, &middle,
			 m, &mc, q, &qc, c, &cc),
		 MIG_ARRAY_TOO_LARGE);
	CHECK_EQ(wc, 5); /* the real length */
	CHECK_EQ(w[1], data[1]);
	CHECK_EQ(w[2], 0);
	CHECK_EQ(middle, 8); /* the others are complete */
}

static void count_in_out(void)
{
	int info[16], more;
	mach_msg_type_number_t count = 5;

	start();
	CHECK_EQ(counted(SERVER, 1, info, &count, &more), KERN_SUCCESS);
	CHECK_EQ(all_state.capacity, 5);
	CHECK_EQ(count, 5);
	CHECK_EQ(info[4], 4);
	CHECK_EQ(more, 12);
	count = 4;
	CHECK_EQ(counted(SERVER, 1, info, &count, &more),
		 KERN_INVALID_ARGUMENT);
	count = ~0u; /* the server sees no more than its own room */
	CHECK_EQ(counted(SERVER, 0, info, &count, &more), KERN_SUCCESS);
	CHECK_EQ(all_state.capacity, 16);
}

/* A routine that claims more than it was given room for. */
static void server_count_too_large(void)
{
	int info[16], more;
	mach_msg_type_number_t count = 16;

	start();
	CHECK_EQ(counted(SERVER, 3, info, &count, &more), KERN_SUCCESS);
	CHECK_EQ(count, 16);
	CHECK_EQ(more, 12);
	count = 2;
	CHECK_EQ(counted(SERVER, 2, info, &count, &more), MIG_ARRAY_TOO_LARGE);
	CHECK_EQ(count, 16);
}

static uint32_t word_at(const struct wire_message *message, uint32_t offset)
{
	uint32_t word;

	memcpy(&word, message->bytes + offset, sizeof(word));
	return word;
}

static void memory_arguments(void)
{
	data_t e;
	block_t j;
	mach_msg_type_number_t count;

	start();
	CHECK_EQ(memory(SERVER, (data_t)(uintptr_t)data, 100000, data, &e,
			&count, &j),
		 KERN_SUCCESS);
	CHECK(e == (data_t)(uintptr_t)data);
	CHECK_EQ(count, 100000);
	CHECK(j == data);
	CHECK(wire_complex((wire_head_t *)wire_request.bytes));
	CHECK_EQ(wire_request.size, 60);
	CHECK(!(word_at(&wire_request, 24) & MIG_DEALLOCATE));
	CHECK(word_at(&wire_reply, 32) & MIG_DEALLOCATE);
}

static void deallocate_at_run_time(void)
{
	data_t e;
	mach_msg_type_number_t count;

	for (int i = 0; i < 2; i++) {
		start();
		all_state.dealloc = !i;
		CHECK_EQ(
		    choose(SERVER, (data_t)(uintptr_t)data, 9, i, &e, &count),
		    KERN_SUCCESS);
		CHECK_EQ(!!(word_at(&wire_request, 24) & MIG_DEALLOCATE), i);
		CHECK_EQ(!!(word_at(&wire_reply, 32) & MIG_DEALLOCATE), !i);
	}
}

static void right_arguments(void)
{
	mach_port_t b, c, n;

	start();
	CHECK_EQ(rights(SERVER, 10, 20, 30, 40, &b, &c, &n), KERN_SUCCESS);
	CHECK_EQ(b, 30);
	CHECK_EQ(c, 30);
	CHECK_EQ(n, 40);
	CHECK(wire_complex((wire_head_t *)wire_reply.bytes));
}

static void right_array_arguments(void)
{
	mach_port_t p[3] = {1, 2, 3}, s[4] = {4, 5, 6, 7}, t[4];
	ports_t q;
	mach_msg_type_number_t qc, tc = 4;

	start();
	CHECK_EQ(right_arrays(SERVER, p, 3, s, 4, &q, &qc, t, &tc),
		 KERN_SUCCESS);
	CHECK(q == p && qc == 3 && tc == 4);
	CHECK(memcmp(s, t, sizeof(s)) == 0);
	tc = 3; /* rights that do not fit are not lost one by one */
	CHECK_EQ(right_arrays(SERVER, p, 3, s, 4, &q, &qc, t, &tc),
		 MIG_ARRAY_TOO_LARGE);
	CHECK_EQ(tc, 4);
#if !MIG_25
	CHECK_EQ(wire_destroyed, 1);
#endif
}

static void polymorphic_arguments(void)
{
	mach_port_t q;
	mach_msg_type_name_t type;
	int code;

	start();
#if MIG_25
	const mach_msg_type_name_t sent = MSG_TYPE_PORT_ALL;
	const mach_msg_type_name_t arrived = MSG_TYPE_PORT_ALL;
#else
	const mach_msg_type_name_t sent = MACH_MSG_TYPE_MAKE_SEND_ONCE;
	const mach_msg_type_name_t arrived = MACH_MSG_TYPE_PORT_SEND_ONCE;
#endif
	CHECK_EQ(poly(SERVER, 8, sent, &q, &type, &code), KERN_SUCCESS);
	CHECK_EQ(q, 8);
	CHECK_EQ(code, arrived);
	CHECK_EQ(type, all_state.reply_type);
	CHECK(wire_complex((wire_head_t *)wire_request.bytes));
	all_state.reply_type = MACH_MSG_TYPE_INTEGER_32;
	CHECK_EQ(poly(SERVER, 9, MACH_MSG_TYPE_INTEGER_32, &q, &type, &code),
		 KERN_SUCCESS);
	CHECK(!wire_complex((wire_head_t *)wire_request.bytes));
	CHECK(!wire_complex((wire_head_t *)wire_reply.bytes));
	CHECK_EQ(type, MACH_MSG_TYPE_INTEGER_32);
}

static void either_in_line(void)
{
	int room[512], y;
	either_t e = room;
	mach_msg_type_number_t count = 512;

	start();
	CHECK_EQ(either(SERVER, data, 512, 100, &e, &count, &y), KERN_SUCCESS);
	CHECK(e == room);
	CHECK_EQ(count, 512);
	CHECK(memcmp(room, data, sizeof(room)) == 0);
	CHECK_EQ(y, 612);
	CHECK(!wire_complex((wire_head_t *)wire_request.bytes));
	CHECK_EQ(wire_freed, 0);
}

static void either_out_of_line(void)
{
	int room[4], y;
	either_t e = room;
	mach_msg_type_number_t count = 4;

	start();
	all_state.memory = data;
	CHECK_EQ(either(SERVER, data, 513, 1, &e, &count, &y), KERN_SUCCESS);
	CHECK(e == data);
	CHECK_EQ(count, 513);
	CHECK_EQ(y, 513);
	CHECK(wire_complex((wire_head_t *)wire_request.bytes));
	CHECK_EQ(wire_freed, 1); /* the request's, by the server stub */
}

/* In line, but more than the caller has room for: memory is made. */
static void either_allocated(void)
{
	int room[4], y;
	either_t e = room;
	mach_msg_type_number_t count = 4;

	start();
	CHECK_EQ(either(SERVER, data, 9, 1, &e, &count, &y), KERN_SUCCESS);
	CHECK(e != room);
	CHECK_EQ(count, 9);
	CHECK(memcmp(e, data, 9 * sizeof(int)) == 0);
	free(e);
}

static void either_server_copy(void)
{
	int in_line;

	start();
	CHECK_EQ(either_copy(SERVER, data, 9, &in_line), KERN_SUCCESS);
	CHECK_EQ(in_line, 1);
	CHECK_EQ(either_copy(SERVER, data, 600, &in_line), KERN_SUCCESS);
	CHECK_EQ(in_line, 0);
	CHECK_EQ(wire_freed, 0); /* it is the routine's */
}

static void translated_arguments(void)
{
	mach_port_t third;

	start();
	CHECK_EQ(translated(SERVER, 6, &third), KERN_SUCCESS);
	CHECK_EQ(third, SERVER + 6);
	CHECK_EQ(all_state.things, 0);
	all_state.answer = KERN_FAILURE;
	CHECK_EQ(translated(SERVER, 6, &third), KERN_FAILURE);
	CHECK_EQ(all_state.things, 0);
}

static void simple_routine(void)
{
	text_t text = "one way";

	start();
	CHECK_EQ(tell(SERVER, 31, text), KERN_SUCCESS);
	CHECK_EQ(all_state.told, 31);
	CHECK(strcmp(all_state.text, "one way") == 0);
	CHECK_EQ(wire_retcode, MIG_NO_REPLY);
	all_state.answer = KERN_FAILURE; /* the client does not hear of it */
	CHECK_EQ(tell(SERVER, 31, text), KERN_SUCCESS);
	CHECK_EQ(wire_retcode, KERN_FAILURE);
}

static void special_arguments(void)
{
	int y;

	start();
	CHECK_EQ(ports(SERVER, 40, 5, &y), KERN_SUCCESS);
#if MIG_25
	CHECK_EQ(y, SERVER + 40 + 5);
#else
	CHECK_EQ(y, SERVER + 40 + 99 + 5);
#endif
	CHECK_EQ(impatient(SERVER, 1234, 0, 0x40, 3), KERN_SUCCESS);
	CHECK_EQ(wire_timeout, 1234);
	CHECK_EQ(hurried(SERVER, 3), KERN_SUCCESS);
	CHECK_EQ(wire_timeout, 250);
	CHECK_EQ(all_state.port, 77); /* the stub's own reply port */
#if !MIG_25
	CHECK(wire_options & MACH_RCV_TIMEOUT);
	CHECK(wire_options & MACH_SEND_INTERRUPT);
#endif
	CHECK_EQ(nothing(SERVER), KERN_SUCCESS);
	CHECK_EQ(wire_timeout, 0);
}

static void procedures(void)
{
	int y;

	start();
	announce(SERVER, 4, &y);
	CHECK_EQ(y, 5);
	CHECK_EQ(add(SERVER, 40, 2), 42);
	shout(SERVER, 17);
	CHECK_EQ(all_state.told, 17);
	wire_fail = MACH_SEND_INVALID_DEST;
	announce(SERVER, 4, &y);
	CHECK_EQ(last_error, MACH_SEND_INVALID_DEST);
	wire_fail = MACH_SEND_INVALID_DEST;
	CHECK_EQ(add(SERVER, 40, 2), 0);
	CHECK_EQ(last_error, MACH_SEND_INVALID_DEST + 1000);
}

static void long_forms(void)
{
	int w[16], y;
	mach_msg_type_number_t count = 16;

	start();
	CHECK_EQ(long_form(SERVER, 7, data, 5, &y, w, &count), KERN_SUCCESS);
	CHECK_EQ(y, 7);
	CHECK_EQ(count, 5);
	CHECK(memcmp(w, data, 5 * sizeof(int)) == 0);
	CHECK(word_at(&wire_request, 24) & MIG_LONGFORM);
}

static void retcode_argument(void)
{
	name_t n = "n";

	start();
	CHECK_EQ(answer(SERVER, KERN_SUCCESS, 4, n, data, 3), KERN_SUCCESS);
	CHECK_EQ(all_state.told, KERN_SUCCESS);
	CHECK_EQ(all_state.capacity, 3);
	CHECK(all_state.named);
	CHECK_EQ(answer(SERVER, KERN_NO_SPACE, 4, n, data, 3), KERN_SUCCESS);
	CHECK_EQ(wire_request.size, 32);
	CHECK_EQ(all_state.told, KERN_NO_SPACE);
	CHECK_EQ(all_state.capacity, 0);
	CHECK(!all_state.named);
}

static void half_polymorphic(void)
{
	int type;

	start();
#if MIG_25
	const mach_msg_type_name_t arrived = MSG_TYPE_PORT;

	CHECK_EQ(half_poly(SERVER, MSG_TYPE_PORT, 8, &type), KERN_SUCCESS);
	CHECK_EQ(all_state.port, SERVER + 8 + MSG_TYPE_PORT);
#else
	const mach_msg_type_name_t arrived = MACH_MSG_TYPE_PORT_SEND_ONCE;

	CHECK_EQ(half_poly(SERVER, MACH_MSG_TYPE_COPY_SEND, 8, &type),
		 KERN_SUCCESS);
	CHECK_EQ(all_state.port, SERVER + 8 + MACH_MSG_TYPE_PORT_SEND);
#endif
	CHECK_EQ(type, arrived);
}

static void struct_of_fields(void)
{
	fields_t f = {1, {2, 3, 4}}, g;
	unsigned n;

	start();
	CHECK_EQ(fields(SERVER, f, 0xfffffff0, &g, &n), KERN_SUCCESS);
	CHECK(g.a == 4 && g.b.x == 3 && g.b.y == 2 && g.b.z == 1);
	CHECK_EQ(n, 0xfffffff0);
}

static void in_out_memory_argument(void)
{
	data_t d = (data_t)(uintptr_t)data;
	mach_msg_type_number_t count = 100;

	start();
	CHECK_EQ(in_out_memory(SERVER, &d, &count), KERN_SUCCESS);
	CHECK(d == (data_t)(uintptr_t)&data[1]);
	CHECK_EQ(count, 99);
}

/* Elements of 8 bytes lie in messages at multiples of 4. */
static void wide_elements(void)
{
	static uint64_t numbers[300];
	uint64_t room[256];
	wide_either_t v = room;
	uint64_t l[8] = {1, 2, ~0ull >> 1};
	quads_t q = {1, 2, 3, 4};
	mach_msg_type_number_t count = 256;

	start();
	numbers[255] = 1ull << 50;
	CHECK_EQ(wide_either(SERVER, numbers, 256, &v, &count), KERN_SUCCESS);
	CHECK(v == room && count == 256 && room[255] == 1ull << 50);
	all_state.wide_memory = numbers;
	CHECK_EQ(wide_either(SERVER, numbers, 257, &v, &count), KERN_SUCCESS);
	CHECK(v == numbers && count == 257);
	count = 3;
	CHECK_EQ(wide_change(SERVER, l, &count, q), KERN_SUCCESS);
	CHECK(l[0] == 2 && l[2] == 1ull << 63 && q[3] == 5 && q[0] == 1);
}

/* ---- errors ---- */

static void routine_fails(void)
{
	data_t e;
	block_t j;
	mach_msg_type_number_t count;

	start();
	all_state.answer = KERN_NO_SPACE;
	CHECK_EQ(
	    memory(SERVER, (data_t)(uintptr_t)data, 1, data, &e, &count, &j),
	    KERN_NO_SPACE);
	CHECK_EQ(wire_reply.size, 32);
	CHECK(!wire_complex((wire_head_t *)wire_reply.bytes));
	CHECK_EQ(wire_destroyed, 0);
}

static void no_reply_comes(void)
{
	start();
	all_state.answer = MIG_NO_REPLY;
	CHECK_EQ(nothing(SERVER), MIG_SERVER_DIED);
	CHECK_EQ(wire_ports_dropped, 0);
}

static void transport_fails(void)
{
	start();
	wire_fail = MACH_SEND_INVALID_DEST;
	CHECK_EQ(nothing(SERVER), MACH_SEND_INVALID_DEST);
	CHECK_EQ(wire_ports_dropped, 1);
	CHECK_EQ(wire_destroyed, 0);
#if !MIG_25
	wire_fail = MACH_SEND_TIMED_OUT | MACH_MSG_IPC_SPACE;
	CHECK_EQ(nothing(SERVER), MACH_SEND_TIMED_OUT | MACH_MSG_IPC_SPACE);
	CHECK_EQ(wire_destroyed, 1); /* what was given back */
#endif
}

static void unknown_ids(void)
{
	static const int32_t ids[] = {7002, 6999,      7031,	 0,
				      -1,   INT32_MAX, INT32_MIN};
	wire_head_t head;

	start();
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		memset(&head, 0, sizeof(head));
		wire_id(&head) = ids[i];
		CHECK_EQ(wire_serve((char *)&head, sizeof(head)), MIG_BAD_ID);
		CHECK(!wire_known);
		CHECK_EQ(wire_reply.size, 32);
	}
}

static uint32_t change_offset, change_value;

static void change_word(struct wire_message *message)
{
	memcpy(message->bytes + change_offset, &change_value,
	       sizeof(change_value));
}

/* What `varying` says when one word of its request is another. */
static kern_return_t with_word(uint32_t offset, uint32_t value)
{
	uint64_t l[1] = {0}, m[8];
	pair_t p[2] = {{0, 0}}, q[8];
	static bytes_t b, c;
	int w[16], middle;
	mach_msg_type_number_t wc = 16, mc = 8, qc = 8, cc = 5001;

	change_offset = offset;
	change_value = value;
	wire_change_request = change_word;
	return varying(SERVER, data, 2, 0, l, 1, p, 2, b, 1, w, &wc, &middle, m,
		       &mc, q, &qc, c, &cc);
}

/* Offsets: v 24, its data 28; between 36; l 44, 48; p 56, 60; b 76. */
static void bad_words_in_requests(void)
{
	static const struct {
		uint32_t offset, value;
		kern_return_t code;
	} table[] = {
	    {24, MIG_WORD(2, 32, 2), KERN_SUCCESS},
	    {24, MIG_WORD(2, 32, 1), MIG_BAD_ARGUMENTS},
	    {24, MIG_WORD(2, 32, 3), MIG_BAD_ARGUMENTS},
	    {24, MIG_WORD(2, 32, 17), MIG_BAD_ARGUMENTS},
	    {24, MIG_WORD(2, 32, 4095), MIG_BAD_ARGUMENTS},
	    {24, MIG_WORD(1, 32, 2), MIG_BAD_ARGUMENTS},
	    {24, MIG_WORD(2, 16, 2), MIG_BAD_ARGUMENTS},
	    {24, MIG_WORD_OOL(2, 32, 2), MIG_BAD_ARGUMENTS},
	    {24, MIG_WORD(2, 32, 2) | MIG_LONGFORM, MIG_BAD_ARGUMENTS},
	    {24, MIG_WORD(2, 32, 2) | 0x80000000, MIG_BAD_ARGUMENTS},
	    {36, MIG_WORD(2, 32, 2), MIG_BAD_ARGUMENTS},
	    {44, MIG_WORD(11, 64, 2), MIG_BAD_ARGUMENTS},
	    {56, MIG_WORD(2, 32, 3), MIG_BAD_ARGUMENTS}, /* half a pair */
	    {76, MIG_LONGFORM | MIG_INLINE, KERN_SUCCESS},
	    {76, MIG_LONGFORM, MIG_BAD_ARGUMENTS},
	    {76, MIG_WORD(9, 8, 1), MIG_BAD_ARGUMENTS},
	    {84, 2, KERN_SUCCESS}, /* padding may be data as well */
	    {84, 5, MIG_BAD_ARGUMENTS},
	    {84, ~0u, MIG_BAD_ARGUMENTS},
	    {88, 1, MIG_BAD_ARGUMENTS}, /* number = 2^32 + 1 */
	};

	start();
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (with_word(table[i].offset, table[i].value) != table[i].code)
			CHECK_FAIL("row %zu", i);
}

static uint32_t new_size;

static void change_size(struct wire_message *message)
{
	wire_resize(message, new_size);
}

static void bad_sizes_of_requests(void)
{
	uint64_t l[1] = {0}, m[8];
	pair_t p[2] = {{0, 0}}, q[8];
	static bytes_t b, c;
	int w[16], middle;

	start();
	wire_change_request = change_size;
	for (new_size = 24; new_size < 200; new_size++) {
		mach_msg_type_number_t wc = 16, mc = 8, qc = 8, cc = 5001;
		kern_return_t want =
		    new_size == 96 ? KERN_SUCCESS : MIG_BAD_ARGUMENTS;

		if (varying(SERVER, data, 2, 0, l, 1, p, 2, b, 1, w, &wc,
			    &middle, m, &mc, q, &qc, c, &cc) != want)
			CHECK_FAIL("size %u", new_size);
	}
}

static bool new_complex;

static void change_complex(struct wire_message *message)
{
	wire_set_complex((wire_head_t *)message->bytes, new_complex);
}

/* Rights in a simple message are numbers somebody made up. */
static void rights_in_simple_messages(void)
{
	mach_port_t b, c, n, q;
	mach_msg_type_name_t type;
	int code;

	start();
	wire_change_request = change_complex;
	new_complex = false;
	CHECK_EQ(rights(SERVER, 1, 2, 3, 4, &b, &c, &n), MIG_BAD_ARGUMENTS);
	CHECK_EQ(poly(SERVER, 8, all_state.reply_type, &q, &type, &code),
		 MIG_BAD_ARGUMENTS);
	new_complex = true;
	CHECK_EQ(nothing(SERVER), MIG_BAD_ARGUMENTS);
	wire_reset();
	wire_change_reply = change_complex;
	new_complex = false;
	CHECK_EQ(rights(SERVER, 1, 2, 3, 4, &b, &c, &n), MIG_TYPE_ERROR);
	new_complex = true;
	CHECK_EQ(nothing(SERVER), MIG_TYPE_ERROR);
}

static void unterminated(struct wire_message *message)
{
	memset(message->bytes + 28, 'z', 32);
}

static void unterminated_strings(void)
{
	name_t n = "n", m;
	text_t t = "t", s;
	int after;

	start();
	wire_change_request = unterminated;
	CHECK_EQ(strings(SERVER, n, t, m, s, &after), MIG_BAD_ARGUMENTS);
}

static void change_reply_id(struct wire_message *message)
{
	wire_id((wire_head_t *)message->bytes) = 7;
}

static void replies_of_others(void)
{
	start();
	wire_change_reply = change_reply_id;
	CHECK_EQ(nothing(SERVER), MIG_REPLY_MISMATCH);
	CHECK_EQ(wire_ports_dropped, 1);
}

static void shorten_reply(struct wire_message *message)
{
	wire_resize(message, new_size);
	wire_size((wire_head_t *)message->bytes) = new_size;
}

static void bad_sizes_of_replies(void)
{
	int y;

	start();
	wire_change_reply = shorten_reply;
	for (new_size = 24; new_size <= 40; new_size += 4)
		if (ports(SERVER, 1, 2, &y) !=
		    (new_size == 40 ? KERN_SUCCESS : MIG_TYPE_ERROR))
			CHECK_FAIL("size %u", new_size);
}

static void bad_words_in_replies(void)
{
	int y;

	start();
	wire_change_reply = change_word;
	change_offset = 24;
	change_value = MIG_WORD(MACH_MSG_TYPE_INTEGER_16, 32, 1);
	CHECK_EQ(nothing(SERVER), MIG_TYPE_ERROR);
	CHECK_EQ(ports(SERVER, 1, 2, &y), MIG_TYPE_ERROR);
	change_offset = 32;
	CHECK_EQ(ports(SERVER, 1, 2, &y), MIG_TYPE_ERROR);
	change_offset = 28; /* a whole reply with a bad code */
	change_value = KERN_FAILURE;
	CHECK_EQ(ports(SERVER, 1, 2, &y), KERN_FAILURE);
}

/* A count over 32 bits: the manual's counts have 32. */
static void counts_past_32_bits(void)
{
	data_t e;
	block_t j;
	mach_msg_type_number_t count;

	start();
	wire_change_request = change_word;
	change_offset = 36; /* the upper half of d's number */
	change_value = 1;
	CHECK_EQ(
	    memory(SERVER, (data_t)(uintptr_t)data, 1, data, &e, &count, &j),
	    KERN_INVALID_ARGUMENT);
	wire_reset();
	wire_change_reply = change_word;
	change_offset = 44;
	CHECK_EQ(
	    memory(SERVER, (data_t)(uintptr_t)data, 1, data, &e, &count, &j),
	    KERN_INVALID_ARGUMENT);
}

int main(void)
{
	RUN(scalar_arguments);
	RUN(in_out_arguments);
	RUN(struct_arguments);
	RUN(array_arguments);
	RUN(string_arguments);
	RUN(varying_arguments);
	RUN(too_many_to_send);
	RUN(too_little_room);
	RUN(count_in_out);
	RUN(server_count_too_large);
	RUN(memory_arguments);
	RUN(deallocate_at_run_time);
	RUN(right_arguments);
	RUN(right_array_arguments);
	RUN(polymorphic_arguments);
	RUN(either_in_line);
	RUN(either_out_of_line);
	RUN(either_allocated);
	RUN(either_server_copy);
	RUN(translated_arguments);
	RUN(simple_routine);
	RUN(special_arguments);
	RUN(procedures);
	RUN(long_forms);
	RUN(retcode_argument);
	RUN(half_polymorphic);
	RUN(struct_of_fields);
	RUN(in_out_memory_argument);
	RUN(wide_elements);
	RUN(routine_fails);
	RUN(no_reply_comes);
	RUN(transport_fails);
	RUN(unknown_ids);
	RUN(bad_words_in_requests);
	RUN(bad_sizes_of_requests);
	RUN(rights_in_simple_messages);
	RUN(unterminated_strings);
	RUN(replies_of_others);
	RUN(bad_sizes_of_replies);
	RUN(bad_words_in_replies);
	RUN(counts_past_32_bits);
	return check_done();
}

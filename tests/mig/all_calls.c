/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "all.h"
#include "all_calls.h"

#define SERVER 5

void count_error(kern_return_t code);
void MsgError(kern_return_t code);

static int ignored_errors;

void count_error(kern_return_t code)
{
	ignored_errors += code != 0;
}

void MsgError(kern_return_t code)
{
	ignored_errors += code != 0;
}

static int numbers[512];

static void call_scalars(void)
{
	int sum;
	uint64_t wide;
	uint8_t small;
	short half;
	double real;

	scalars(SERVER, 1, 2, 3, 4, 5.5, TRUE, &sum, &wide, &small, &half,
		&real);
}

static void call_change(void)
{
	int a = 1;
	uint64_t b = 2;
	point_t p = {1, 2, 3};
	wide_t w = {4, 5};
	triple_t t = {1, 2, 3};
	name_t n = "name";
	int v[16] = {1, 2, 3};
	mach_msg_type_number_t count = 3;

	change(SERVER, &a, &b, &p, &w, t, n, v, &count);
}

static void call_structs(void)
{
	point_t p = {1, 2, 3}, q;
	wide_t w = {4, 5}, x;
	odd_t o = {{1, 2, 3}}, y;

	structs(SERVER, p, w, o, &q, &x, &y);
}

static void call_arrays(void)
{
	triple_t t = {1, 2, 3}, u;
	quads_t q = {1, 2, 3, 4}, r;

	arrays(SERVER, t, q, u, r);
}

static void call_strings(void)
{
	name_t n = "in", m;
	text_t t = "a longer text", s;
	int after;

	strings(SERVER, n, t, m, s, &after);
}

static void call_varying(void)
{
	int v[3] = {1, 2, 3}, w[16], middle;
	uint64_t l[2] = {1, 2}, m[8];
	pair_t p[3] = {{1, 2}, {3, 4}, {5, 6}}, q[8];
	bytes_t b = "bytes", c;
	mach_msg_type_number_t wc = 16, mc = 8, qc = 8, cc = sizeof(c);

	varying(SERVER, v, 3, 9, l, 2, p, 3, b, 5, w, &wc, &middle, m, &mc, q,
		&qc, c, &cc);
}

static void call_counted(void)
{
	int info[16], more;
	mach_msg_type_number_t count = 16;

	counted(SERVER, 1, info, &count, &more);
}

static void call_memory(void)
{
	data_t e;
	block_t j;
	mach_msg_type_number_t count;

	memory(SERVER, (data_t)(uintptr_t)numbers, 30, numbers, &e, &count, &j);
}

static void call_choose(void)
{
	data_t e;
	mach_msg_type_number_t count;

	choose(SERVER, (data_t)(uintptr_t)numbers, 30, TRUE, &e, &count);
}

static void call_rights(void)
{
	mach_port_t b, c, n;

	rights(SERVER, 1, 2, 3, 4, &b, &c, &n);
}

static void call_right_arrays(void)
{
	mach_port_t s[2] = {1, 2}, t[4];
	ports_t q;
	mach_msg_type_number_t qc, tc = 4;

	right_arrays(SERVER, (ports_t)numbers, 3, s, 2, &q, &qc, t, &tc);
}

static void call_poly(void)
{
	mach_port_t q;
	mach_msg_type_name_t type;
	int code;

	poly(SERVER, 3, MACH_MSG_TYPE_INTEGER_32, &q, &type, &code);
}

static void call_either(void)
{
	int room[512], y;
	either_t e = room;
	mach_msg_type_number_t count = 512;

	either(SERVER, numbers, 20, 1, &e, &count, &y);
}

static void call_either_out_of_line(void)
{
	int room[4], y;
	either_t e = room;
	mach_msg_type_number_t count = 4;

	either(SERVER, numbers, 600, 1, &e, &count, &y);
}

/* Too many for the caller, few enough to travel in line: memory is made. */
static void call_either_allocated(void)
{
	int room[4], y;
	either_t e = room;
	mach_msg_type_number_t count = 4;
	kern_return_t kr = either(SERVER, numbers, 20, 1, &e, &count, &y);

	if (kr == KERN_SUCCESS && e != room && count == 20)
		free(e);
}

static void call_either_copy(void)
{
	int in_line;

	either_copy(SERVER, numbers, 3, &in_line);
}

static void call_translated(void)
{
	mach_port_t third;

	translated(SERVER, 6, &third);
}

static void call_tell(void)
{
	text_t text = "hello";

	tell(SERVER, 3, text);
}

static void call_ports(void)
{
	int y;

	ports(SERVER, 40, 5, &y);
}

static void call_long_form(void)
{
	int v[2] = {1, 2}, w[16], y;
	mach_msg_type_number_t count = 16;

	long_form(SERVER, 7, v, 2, &y, w, &count);
}

static void call_half_poly(void)
{
	int type;

	half_poly(SERVER, MACH_MSG_TYPE_COPY_SEND, 3, &type);
}

static void call_fields(void)
{
	fields_t f = {1, {2, 3, 4}}, g;
	unsigned n;

	fields(SERVER, f, 5, &g, &n);
}

static void call_in_out_memory(void)
{
	data_t d = (data_t)(uintptr_t)numbers;
	mach_msg_type_number_t count = 100;

	in_out_memory(SERVER, &d, &count);
}

static uint64_t wide_numbers[600];

static void call_wide_either(size_t n, size_t room)
{
	uint64_t buffer[256];
	wide_either_t v = buffer;
	mach_msg_type_number_t count = (mach_msg_type_number_t)room;
	kern_return_t kr = wide_either(SERVER, wide_numbers,
				       (mach_msg_type_number_t)n, &v, &count);

	(void)kr;
}

static void call_wide_in_line(void)
{
	call_wide_either(256, 256);
}

static void call_wide_out_of_line(void)
{
	call_wide_either(257, 256);
}

static void call_wide_change(void)
{
	uint64_t l[8] = {1, 2, 3};
	quads_t q = {1, 2, 3, 4};
	mach_msg_type_number_t count = 3;

	wide_change(SERVER, l, &count, q);
}

static void call_answer(void)
{
	name_t n = "n";
	int v[2] = {1, 2};

	answer(SERVER, KERN_SUCCESS, 4, n, v, 2);
}

static void call_answer_code(void)
{
	name_t n = "n";
	int v[2] = {1, 2};

	answer(SERVER, KERN_FAILURE, 4, n, v, 2);
}

static void call_small(void)
{
	int y;

	nothing(SERVER);
	impatient(SERVER, 10, 0, 0, 4);
	announce(SERVER, 4, &y);
	add(SERVER, 1, 2);
	shout(SERVER, 3);
	hurried(SERVER, 4);
}

static void (*const calls[])(void) = {
    call_scalars,
    call_change,
    call_structs,
    call_arrays,
    call_strings,
    call_varying,
    call_counted,
    call_memory,
    call_choose,
    call_rights,
    call_right_arrays,
    call_poly,
    call_either,
    call_either_out_of_line,
    call_either_allocated,
    call_either_copy,
    call_translated,
    call_tell,
    call_ports,
    call_long_form,
    call_answer,
    call_answer_code,
    call_small,
    call_half_poly,
    call_fields,
    call_in_out_memory,
    call_wide_in_line,
    call_wide_out_of_line,
    call_wide_change,
};

const size_t all_call_count = sizeof(calls) / sizeof(calls[0]);

void all_call(size_t n)
{
	calls[n]();
}

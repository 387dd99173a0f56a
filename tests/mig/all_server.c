/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of all.defs. Each answers with a function of what it got, and
 * reads all that it got in line: under the address sanitizer that is a test
 * of the stub's checks. Out-of-line pointers are followed only if `trusted`.
 */
#include <stdlib.h>
#include <string.h>

#include "all_server.h"
#include "all_state.h"
#include "wire.h"

struct all_state all_state = {.trusted = true};

static unsigned checksum;

static void read_all(const void *data, size_t size)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < size; i++)
		checksum += p[i];
}

kern_return_t do_nothing(mach_port_t server)
{
	all_state.port = server;
	return all_state.answer;
}

kern_return_t do_scalars(mach_port_t server, int a, uint64_t b, uint8_t c,
			 short d, double e, boolean_t f, int *sum,
			 uint64_t *wide, uint8_t *small, short *half,
			 double *real)
{
	all_state.port = server;
	*sum = (int)((unsigned)a + (unsigned)f);
	*wide = b + 1;
	*small = (uint8_t)(c + 1);
	*half = (short)(d ^ 1);
	*real = e;
	return all_state.answer;
}

kern_return_t do_change(mach_port_t server, int *a, uint64_t *b, point_t *p,
			wide_t *w, triple_t t, name_t n, ints_t v,
			mach_msg_type_number_t *count)
{
	(void)server;
	*a ^= 1;
	*b ^= 1;
	p->x ^= 1;
	w->b ^= 1;
	t[2] ^= 1;
	read_all(n, strlen(n));
	memset(n, 'x', sizeof(name_t)); /* no NUL: the stub sets it */
	for (unsigned i = 0; i < *count; i++)
		v[i] ^= 1;
	if (*count < 16)
		v[(*count)++] = 5;
	return all_state.answer;
}

kern_return_t do_structs(mach_port_t server, point_t p, wide_t w, odd_t o,
			 point_t *q, wide_t *x, odd_t *y)
{
	(void)server;
	*q = (point_t){p.z, p.y, p.x};
	*x = (wide_t){w.b, w.a};
	*y = o;
	return all_state.answer;
}

kern_return_t do_arrays(mach_port_t server, triple_t t, quads_t q, triple_t u,
			quads_t r)
{
	(void)server;
	for (int i = 0; i < 3; i++)
		u[i] = t[2 - i];
	for (int i = 0; i < 4; i++)
		r[i] = q[3 - i];
	return all_state.answer;
}

kern_return_t do_strings(mach_port_t server, name_t n, text_t t, name_t m,
			 text_t s, int *after)
{
	(void)server;
	*after = (int)(strlen(n) * 100 + strlen(t));
	strcpy(m, n);
	strcpy(s, t);
	return all_state.answer;
}

kern_return_t do_varying(mach_port_t server, ints_t v,
			 mach_msg_type_number_t vcount, int between, longs_t l,
			 mach_msg_type_number_t lcount, pairs_t p,
			 mach_msg_type_number_t pcount, bytes_t b,
			 mach_msg_type_number_t bcount, ints_t w,
			 mach_msg_type_number_t *wcount, int *middle, longs_t m,
			 mach_msg_type_number_t *mcount, pairs_t q,
			 mach_msg_type_number_t *qcount, bytes_t c,
			 mach_msg_type_number_t *ccount)
{
	(void)server;
	memcpy(w, v, vcount * sizeof(*v));
	memcpy(m, l, lcount * sizeof(*l));
	memcpy(q, p, pcount * sizeof(*p));
	memcpy(c, b, bcount);
	*wcount = vcount;
	*mcount = lcount;
	*qcount = pcount;
	*ccount = bcount;
	*middle = between;
	return all_state.answer;
}

kern_return_t do_counted(mach_port_t server, int flavor, ints_t info,
			 mach_msg_type_number_t *count, int *more)
{
	(void)server;
	all_state.capacity = *count;
	if (flavor == 1 && *count < 5)
		return KERN_INVALID_ARGUMENT;
	for (unsigned i = 0; i < *count; i++)
		info[i] = (int)i;
	if (flavor == 1)
		*count = 5;
	if (flavor == 2)
		*count = 16; /* a fault of the server: more than it was told */
	if (flavor == 3)
		*count = 1000;
	*more = 12;
	return all_state.answer;
}

kern_return_t do_memory(mach_port_t server, data_t d,
			mach_msg_type_number_t dcount, block_t k, data_t *e,
			mach_msg_type_number_t *ecount, block_t *j)
{
	(void)server;
	*e = d;
	*ecount = dcount;
	*j = k;
	return all_state.answer;
}

kern_return_t do_choose(mach_port_t server, data_t d,
			mach_msg_type_number_t dcount, data_t *e,
			mach_msg_type_number_t *ecount, boolean_t *dealloc)
{
	(void)server;
	*e = d;
	*ecount = dcount;
	*dealloc = all_state.dealloc;
	return all_state.answer;
}

kern_return_t do_rights(mach_port_t server, mach_port_t a, mach_port_t m,
			mach_port_t r, mach_port_t o, mach_port_t *b,
			mach_port_t *c, mach_port_t *n)
{
	(void)server;
	*b = a + m;
	*c = r;
	*n = o;
	return all_state.answer;
}

kern_return_t do_right_arrays(mach_port_t server, ports_t p,
			      mach_msg_type_number_t pcount, some_ports_t s,
			      mach_msg_type_number_t scount, ports_t *q,
			      mach_msg_type_number_t *qcount, some_ports_t t,
			      mach_msg_type_number_t *tcount)
{
	(void)server;
	*q = p;
	*qcount = pcount;
	memcpy(t, s, scount * sizeof(*s));
	*tcount = scount;
	return all_state.answer;
}

kern_return_t do_poly(mach_port_t server, mach_port_t p,
		      mach_msg_type_name_t type, mach_port_t *q,
		      mach_msg_type_name_t *reply_type, int *code)
{
	(void)server;
	*q = p;
	*code = (int)type;
	*reply_type = all_state.reply_type;
	return all_state.answer;
}

kern_return_t do_either(mach_port_t server, either_t d,
			mach_msg_type_number_t count, int x, either_t *e,
			mach_msg_type_number_t *ecount, int *y)
{
	(void)server;
	if (all_state.trusted)
		read_all(d, count * sizeof(*d));
	*y = (int)((unsigned)x + *ecount);
	if (count > *ecount)
		*e = all_state.memory;
	else if (all_state.trusted)
		memcpy(*e, d, count * sizeof(*d));
	*ecount = count;
	return all_state.answer;
}

kern_return_t do_either_copy(mach_port_t server, either_t d,
			     mach_msg_type_number_t count, boolean_t in_message,
			     int *in_line)
{
	(void)server;
	if (in_message)
		read_all(d, count * sizeof(*d));
	*in_line = in_message;
	return all_state.answer;
}

struct thing *thing_of_port(mach_port_t port)
{
	struct thing *thing = malloc(sizeof(*thing));

	thing->port = port;
	all_state.things++;
	return thing;
}

mach_port_t port_of_thing(struct thing *thing)
{
	return thing != NULL ? thing->port : MACH_PORT_NULL;
}

void thing_release(struct thing *thing)
{
	free(thing);
	all_state.things--;
}

kern_return_t do_translated(struct thing *server, struct thing *other,
			    struct thing **third)
{
	static struct thing sum;

	sum.port = server->port + other->port;
	*third = &sum;
	return all_state.answer;
}

kern_return_t do_tell(mach_port_t server, int code, text_t text)
{
	(void)server;
	all_state.told = code;
	read_all(text, strlen(text));
	strcpy(all_state.text, text);
	return all_state.answer;
}

kern_return_t do_ports(mach_port_t server, mach_port_t answer, uint32_t seqno,
		       int x, int *y)
{
	*y = (int)(server + answer + seqno + (unsigned)x);
	return all_state.answer;
}

kern_return_t do_impatient(mach_port_t server, int x)
{
	(void)server;
	all_state.told = x;
	return all_state.answer;
}

void do_announce(mach_port_t server, int x, int *y)
{
	(void)server;
	*y = x ^ 1;
}

int do_add(mach_port_t server, int a, int b)
{
	(void)server;
	return (int)((unsigned)a + (unsigned)b);
}

void do_shout(mach_port_t server, int x)
{
	(void)server;
	all_state.told = x;
}

kern_return_t do_hurried(mach_port_t server, mach_port_t back, int x)
{
	(void)server;
	all_state.port = back;
	all_state.told = x;
	return all_state.answer;
}

kern_return_t do_long_form(mach_port_t server, int x, ints_t v,
			   mach_msg_type_number_t count, int *y, ints_t w,
			   mach_msg_type_number_t *wcount)
{
	(void)server;
	*y = x;
	memcpy(w, v, count * sizeof(*v));
	*wcount = count;
	return all_state.answer;
}

kern_return_t do_half_poly(mach_port_t server, mach_msg_type_name_t how,
			   mach_port_t p, mach_msg_type_name_t type, int *seen)
{
	all_state.port = server + p + how;
	*seen = (int)type;
	return all_state.answer;
}

kern_return_t do_fields(mach_port_t server, fields_t f, mine_t m, fields_t *g,
			mine_t *n)
{
	(void)server;
	*g = (fields_t){f.b.z, {f.b.y, f.b.x, f.a}};
	*n = m;
	return all_state.answer;
}

kern_return_t do_in_out_memory(mach_port_t server, data_t *d,
			       mach_msg_type_number_t *count)
{
	(void)server;
	*d += 4;
	*count -= 1;
	return all_state.answer;
}

kern_return_t do_wide_either(mach_port_t server, wide_either_t w,
			     mach_msg_type_number_t count, wide_either_t *v,
			     mach_msg_type_number_t *vcount)
{
	(void)server;
	if (all_state.trusted && count <= *vcount)
		memcpy(*v, w, count * sizeof(*w));
	else
		*v = all_state.wide_memory;
	*vcount = count;
	return all_state.answer;
}

kern_return_t do_wide_change(mach_port_t server, longs_t l,
			     mach_msg_type_number_t *count, quads_t q)
{
	(void)server;
	for (unsigned i = 0; i < *count; i++)
		l[i]++;
	q[3]++;
	return all_state.answer;
}

kern_return_t do_answer(mach_port_t to, kern_return_t code, int x, name_t n,
			ints_t v, mach_msg_type_number_t count)
{
	(void)to;
	all_state.told = code;
	all_state.capacity = count;
	all_state.named = n != NULL;
	if (n != NULL)
		read_all(n, strlen(n));
	read_all(v, count * sizeof(*v));
	return x < 0 ? KERN_FAILURE : all_state.answer;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs for the model and a kernel: made from a seed, run on both, shrunk to
 * what still differs, printed so that they can be read.
 */
#include "model.h"

#include <mach/kern_return.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	model_op run;
	unsigned weight;
} ops[] = {
	{"allocate", op_allocate, 14},
	{"allocate_name", op_allocate_name, 4},
	{"port_allocate", op_old_allocate, 4},
	{"deallocate", op_deallocate, 8},
	{"port_deallocate", op_old_deallocate, 2},
	{"destroy", op_destroy, 6},
	{"mod_refs", op_mod_refs, 10},
	{"rename", op_rename, 3},
	{"insert_right", op_insert, 12},
	{"extract_right", op_extract, 8},
	{"request", op_request, 10},
	{"move_member", op_move_member, 6},
	{"attribute", op_attribute, 4},
	{"send", op_send, 30},
	{"receive", op_receive, 30},
	{"end", op_end, 1},
};
#define OPS (sizeof ops / sizeof *ops)

char model_difference[160];

bool model_differs(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(model_difference, sizeof model_difference, format, args);
	va_end(args);
	return false;
}

/* --- making --- */

static uint64_t next(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1d;
}

static uint8_t pick_op(unsigned n)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < OPS; i++)
		sum += ops[i].weight;
	n %= sum;
	for (uint8_t i = 0;; i++) {
		if (n < ops[i].weight)
			return i;
		n -= ops[i].weight;
	}
}

void program_random(struct program *p, uint64_t seed, unsigned length)
{
	uint64_t state = seed * 0x9e3779b97f4a7c15 + 1;

	p->length = length;
	for (unsigned i = 0; i < length; i++) {
		uint64_t r = next(&state), w = next(&state);

		p->step[i] = (struct step){
			.op = pick_op((unsigned)(r >> 40)),
			.task = (uint8_t)((r >> 32) % MODEL_TASKS),
			.a = (uint16_t)(w >> 48),
			.b = (uint16_t)(w >> 32),
			.c = (uint16_t)(w >> 16),
		};
	}
}

/* --- comparing --- */

static mach_port_type_t public_type(const struct m_entry *e)
{
	mach_port_type_t type = e->type << 16;

	if (e->compat)
		type |= MACH_PORT_TYPE_COMPAT;
	if (e->request.kind != M_NONE)
		type |= MACH_PORT_TYPE_DNREQUEST;
	return type;
}

static mach_port_name_t set_name(int task, const struct m_set *set)
{
	for (unsigned i = 0; set != NULL && i < MODEL_ENTRIES; i++) {
		const struct m_entry *e = &m_tasks[task].entry[i];
		if (e->name != 0 && e->type & T_SET && e->set == set)
			return e->name;
	}
	return MACH_PORT_NULL;
}

static bool field(const char *what, mach_port_name_t name, uint32_t got,
		  uint32_t want)
{
	return got == want ||
	       model_differs("%s of %x is %u, not %u", what, name, got, want);
}

static bool compare_receive(const struct backend *b, int task,
			    const struct m_entry *e)
{
	const struct m_port *p = e->port;
	mach_port_status_t s;

	if (b->status(task, e->name, &s) != KERN_SUCCESS)
		return model_differs("no status of %x", e->name);
	return field("set", e->name, s.mps_pset, set_name(task, p->set)) &&
	       field("seqno", e->name, s.mps_seqno, p->seqno) &&
	       field("mscount", e->name, s.mps_mscount, p->mscount) &&
	       field("qlimit", e->name, s.mps_qlimit, p->qlimit) &&
	       field("messages", e->name, s.mps_msgcount, p->count) &&
	       field("send-once", e->name, s.mps_sorights, p->sorights) &&
	       field("senders", e->name, s.mps_srights, p->srights > 0) &&
	       field("destroyed", e->name, s.mps_pdrequest,
		     p->destroyed.kind != M_NONE) &&
	       field("no-senders", e->name, s.mps_nsrequest,
		     p->no_senders.kind != M_NONE);
}

static unsigned members_of(int task, const struct m_set *set)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MODEL_ENTRIES; i++) {
		const struct m_entry *e = &m_tasks[task].entry[i];
		n += e->name != 0 && e->type & T_RECEIVE && e->port->set == set;
	}
	return n;
}

static bool compare_entry(const struct backend *b, int task,
			  const struct m_entry *e)
{
	mach_port_type_t type = 0;
	mach_port_urefs_t refs = 0;
	unsigned members = 0;

	if (b->type(task, e->name, &type) != KERN_SUCCESS)
		return model_differs("task %d lost %x", task, e->name);
	if (type != public_type(e))
		return model_differs("task %d: %x has type %x, not %x", task,
				     e->name, type, public_type(e));
	if (e->type & (T_SEND | T_DEAD)) {
		mach_port_right_t right = e->type & T_SEND ?
						  MACH_PORT_RIGHT_SEND :
						  MACH_PORT_RIGHT_DEAD_NAME;
		if (b->refs(task, e->name, right, &refs) != KERN_SUCCESS ||
		    !field("references", e->name, refs, e->urefs))
			return false;
	}
	if (e->type & T_SET)
		return b->members(task, e->name, &members) == KERN_SUCCESS &&
		       field("members", e->name, members,
			     members_of(task, e->set));
	return !(e->type & T_RECEIVE) || compare_receive(b, task, e);
}

static bool compare_task(const struct backend *b, int task)
{
	for (unsigned i = 0; i < MODEL_ENTRIES; i++) {
		const struct m_entry *e = &m_tasks[task].entry[i];
		if (e->name != 0 && !compare_entry(b, task, e))
			return false;
	}
	return field("names", (mach_port_name_t)task, b->names(task),
		     m_tasks[task].count);
}

static bool compare(const struct backend *b)
{
	for (int t = 0; t < MODEL_TASKS; t++)
		if (!compare_task(b, t))
			return false;
	return true;
}

/* --- running --- */

#define LOOK_EVERY 32

bool program_run(const struct program *p, const struct backend *b,
		 bool thorough)
{
	unsigned every = thorough ? 1 : LOOK_EVERY;

	b->reset();
	m_reset();
	model_difference[0] = '\0';
	for (unsigned i = 0; i < p->length; i++) {
		const struct step *s = &p->step[i];
		if (!ops[s->op].run(b, s))
			return false;
		if (i % every == every - 1 && !compare(b))
			return false;
	}
	return compare(b);
}

static bool still_differs(const struct program *p, const struct backend *b)
{
	return !program_run(p, b, true);
}

static void without(struct program *to, const struct program *p, unsigned at,
		    unsigned n)
{
	*to = *p;
	to->length = p->length - n;
	memmove(&to->step[at], &p->step[at + n],
		(p->length - at - n) * sizeof(struct step));
}

/* Ever smaller pieces are left out as long as the difference stays. */
static bool leave_out(struct program *p, const struct backend *b)
{
	static struct program shorter;
	unsigned length = p->length;

	for (unsigned n = p->length / 2; n > 0; n /= 2)
		for (unsigned at = 0; at + n <= p->length;) {
			without(&shorter, p, at, n);
			if (still_differs(&shorter, b))
				*p = shorter;
			else
				at += n;
		}
	return p->length < length;
}

/* Operands get small, so that steps which were there to make a state for others
 * can go. */
static bool lower(struct program *p, const struct backend *b, uint16_t *operand)
{
	uint16_t was = *operand;

	for (*operand = 0; *operand < was && *operand < 40; ++*operand)
		if (still_differs(p, b))
			return true;
	*operand = was;
	return false;
}

static bool simplify(struct program *p, const struct backend *b)
{
	bool any = false;

	for (unsigned i = 0; i < p->length; i++) {
		any |= lower(p, b, &p->step[i].a);
		any |= lower(p, b, &p->step[i].b);
		any |= lower(p, b, &p->step[i].c);
	}
	return any;
}

bool program_shrink(struct program *p, const struct backend *b)
{
	if (!still_differs(p, b))
		return false;
	leave_out(p, b);
	while (simplify(p, b) && leave_out(p, b))
		;
	return still_differs(p, b);
}

void program_print(const struct program *p)
{
	for (unsigned i = 0; i < p->length; i++) {
		const struct step *s = &p->step[i];
		printf("#   %-16s task %u  %5u %5u %5u\n", ops[s->op].name,
		       s->task, s->a, s->b, s->c);
	}
	printf("#   %s\n", model_difference);
}

bool program_try_seed(struct program *p, const struct backend *b, uint64_t seed,
		      bool thorough)
{
	program_random(p, seed, MODEL_STEPS);
	if (program_run(p, b, thorough))
		return true;
	printf("# seed %lu: %s\n", seed, model_difference);
	program_shrink(p, b);
	program_print(p);
	return false;
}

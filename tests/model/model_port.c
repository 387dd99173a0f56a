/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: mach_port_* and port_*. Each function runs one call on the kernel
 * and on the model and compares.
 */
#include "model.h"

#include <mach/kern_return.h>

bool model_code(const char *what, int got, int want)
{
	return got == want ||
	       model_differs("%s: code %d (0x%x), not %d", what, got,
			     (unsigned)got, want);
}

/* --- operands --- */

static mach_port_name_t pick_bad(int task, unsigned n)
{
	switch (n % 3) {
	case 0:
		return MACH_PORT_NULL;
	case 1:
		return MACH_PORT_DEAD;
	default: /* given up, unless somebody chose it again */
		return m_tasks[task].stale[n / 3 % MODEL_STALE];
	}
}

/* The n-th name of one of these types; null if there is none. */
mach_port_name_t pick_kind(int task, unsigned n, unsigned types)
{
	const struct m_task *t = &m_tasks[task];
	mach_port_name_t fit[MODEL_ENTRIES];
	unsigned count = 0;

	for (unsigned i = 0; i < MODEL_ENTRIES; i++)
		if (t->entry[i].name != 0 && t->entry[i].type & types)
			fit[count++] = t->entry[i].name;
	return count != 0 ? fit[n % count] : MACH_PORT_NULL;
}

/* Mostly a name in use. */
mach_port_name_t pick_name(int task, unsigned n)
{
	mach_port_name_t name = pick_kind(task, n / 16, ~0u);

	return n % 16 == 0 || name == 0 ? pick_bad(task, n / 16) : name;
}

/* Mostly a disposition that fits the name. */
mach_msg_type_name_t pick_how(int task, mach_port_name_t name, unsigned n)
{
	const struct m_entry *e = m_find(task, name);
	mach_msg_type_name_t fit[8];
	unsigned count = 0;

	if (e == NULL || n % 8 == 0)
		return MACH_MSG_TYPE_MOVE_RECEIVE + n / 8 % 6;
	if (e->type & T_RECEIVE) {
		fit[count++] = MACH_MSG_TYPE_MAKE_SEND;
		fit[count++] = MACH_MSG_TYPE_MAKE_SEND_ONCE;
		fit[count++] = MACH_MSG_TYPE_MOVE_RECEIVE;
	}
	if (e->type & (T_SEND | T_DEAD)) {
		fit[count++] = MACH_MSG_TYPE_COPY_SEND;
		fit[count++] = MACH_MSG_TYPE_MOVE_SEND;
	}
	if (e->type & (T_ONCE | T_DEAD))
		fit[count++] = MACH_MSG_TYPE_MOVE_SEND_ONCE;
	if (e->type & T_SET)
		fit[count++] = MACH_MSG_TYPE_COPY_SEND;
	return fit[n / 8 % count];
}

bool model_room(int task)
{
	return m_tasks[task].count + MODEL_ITEMS + 2 <= MODEL_ENTRIES;
}

/* --- allocate --- */

static void make(struct m_entry *e, int task, mach_port_right_t right)
{
	if (right == MACH_PORT_RIGHT_RECEIVE) {
		e->type = T_RECEIVE;
		e->port = m_port_new(task, e->name);
	} else if (right == MACH_PORT_RIGHT_PORT_SET) {
		e->type = T_SET;
		e->set = m_set_new();
	} else {
		e->type = T_DEAD;
		e->urefs = 1;
	}
}

static bool can_allocate(mach_port_right_t right)
{
	return right == MACH_PORT_RIGHT_RECEIVE ||
	       right == MACH_PORT_RIGHT_PORT_SET ||
	       right == MACH_PORT_RIGHT_DEAD_NAME;
}

/* Receive rights mostly. */
static mach_port_right_t pick_right(unsigned n)
{
	return n % 3 ? MACH_PORT_RIGHT_RECEIVE : n / 3 % 6;
}

static bool new_name(int task, mach_port_name_t name, struct m_entry **e)
{
	if (name == 0 || name == ~0u || m_find(task, name) != NULL)
		return model_differs("name %x is not new in task %d", name,
				     task);
	*e = m_entry_new(task, name, false);
	return true;
}

bool op_allocate(const struct backend *b, const struct step *s)
{
	mach_port_right_t right = pick_right(s->a);
	mach_port_name_t name = 0;
	struct m_entry *e;

	if (!model_room(s->task))
		return true;
	int code = b->allocate(s->task, right, &name);
	if (!can_allocate(right))
		return model_code("allocate", code, KERN_INVALID_VALUE);
	if (!model_code("allocate", code, KERN_SUCCESS) ||
	    !new_name(s->task, name, &e))
		return false;
	make(e, s->task, right);
	return true;
}

bool op_old_allocate(const struct backend *b, const struct step *s)
{
	mach_port_name_t name = 0;
	struct m_entry *e;

	if (!model_room(s->task))
		return true;
	int code = b->old_allocate(s->task, &name);
	if (!model_code("port_allocate", code, KERN_SUCCESS) ||
	    !new_name(s->task, name, &e))
		return false;
	e->port = m_port_new(s->task, name);
	e->compat = true;
	m_settle_receive(s->task, e, true);
	return true;
}

/* Names that users choose: few, so that they meet. */
mach_port_name_t pick_chosen(int task, unsigned n)
{
	return n % 4 == 0 ? pick_name(task, n / 4) : 0x50000 + n / 4 % 6;
}

bool op_allocate_name(const struct backend *b, const struct step *s)
{
	mach_port_right_t right = pick_right(s->a);
	mach_port_name_t name = pick_chosen(s->task, s->b);
	int want = KERN_SUCCESS;

	if (!model_room(s->task))
		return true;
	if (name == 0 || name == ~0u || !can_allocate(right))
		want = KERN_INVALID_VALUE;
	else if (m_find(s->task, name) != NULL)
		want = KERN_NAME_EXISTS;
	if (!model_code("allocate_name",
			b->allocate_name(s->task, right, name), want))
		return false;
	if (want == KERN_SUCCESS)
		make(m_entry_new(s->task, name, true), s->task, right);
	return true;
}

/* --- giving up --- */

/* n references of one kind go; KERN_INVALID_VALUE: there are fewer. */
static int lose(int task, struct m_entry *e, unsigned type, unsigned n)
{
	struct m_port *p = e->port;
	bool counted = type & (T_SEND | T_DEAD);

	if (n > (counted ? e->urefs : 1))
		return KERN_INVALID_VALUE;
	if (counted && n < e->urefs) {
		e->urefs -= n;
		if (type == T_SEND)
			m_make_native(e);
		return KERN_SUCCESS;
	}
	if (e->type == (T_SEND | T_RECEIVE)) {
		m_make_native(e);
		e->type &= ~type;
		if (type == T_RECEIVE)
			m_leave_space(p);
		else
			e->urefs = 0;
		m_release((struct m_right){
			type == T_SEND ? M_SEND : M_RECEIVE, p});
		return KERN_SUCCESS;
	}
	m_clear(task, e, false);
	return KERN_SUCCESS;
}

bool op_deallocate(const struct backend *b, const struct step *s)
{
	mach_port_name_t name = pick_name(s->task, s->a);
	struct m_entry *e = m_find(s->task, name);
	int code = b->deallocate(s->task, name);
	unsigned type;

	if (e == NULL)
		return model_code("deallocate", code, KERN_INVALID_NAME);
	type = e->type & (T_SEND | T_ONCE | T_DEAD);
	if (type == 0)
		return model_code("deallocate", code, KERN_INVALID_RIGHT);
	return model_code("deallocate", code, lose(s->task, e, type, 1));
}

bool op_old_deallocate(const struct backend *b, const struct step *s)
{
	mach_port_name_t name = pick_name(s->task, s->a);
	struct m_entry *e = m_find(s->task, name);
	int code = b->old_deallocate(s->task, name);

	if (e == NULL || e->type & T_SET)
		return model_code("port_deallocate", code,
				  KERN_INVALID_ARGUMENT);
	m_clear(s->task, e, true);
	return model_code("port_deallocate", code, KERN_SUCCESS);
}

bool op_destroy(const struct backend *b, const struct step *s)
{
	mach_port_name_t name = pick_name(s->task, s->a);
	struct m_entry *e = m_find(s->task, name);
	int code = b->destroy(s->task, name);

	if (e == NULL)
		return model_code("destroy", code, KERN_INVALID_NAME);
	m_clear(s->task, e, false);
	return model_code("destroy", code, KERN_SUCCESS);
}

static int gain(struct m_entry *e, unsigned type, unsigned n)
{
	unsigned max = type == T_DEAD ? MACH_PORT_UREFS_MAX :
					MACH_PORT_UREFS_MAX - 1;

	if (!(type & (T_SEND | T_DEAD)))
		return KERN_INVALID_VALUE;
	if (n > max - e->urefs)
		return KERN_UREFS_OVERFLOW;
	e->urefs += n;
	if (type == T_SEND)
		m_make_native(e);
	return KERN_SUCCESS;
}

static int mod_refs(int task, struct m_entry *e, mach_port_right_t right,
		    int delta)
{
	unsigned type = right < MACH_PORT_RIGHT_NUMBER ? 1u << right : 0;

	if (type == 0)
		return KERN_INVALID_VALUE;
	if (e == NULL)
		return KERN_INVALID_NAME;
	if (!(e->type & type))
		return KERN_INVALID_RIGHT;
	if (delta < 0)
		return lose(task, e, type, 0u - (unsigned)delta);
	return delta == 0 ? KERN_SUCCESS : gain(e, type, (unsigned)delta);
}

bool op_mod_refs(const struct backend *b, const struct step *s)
{
	static const int deltas[] = {1,	    -1,	   2,	 -2, 0, -1, 1,
				     65532, 65533, -3, -65533};
	mach_port_name_t name = pick_name(s->task, s->a);
	struct m_entry *e = m_find(s->task, name);
	mach_port_right_t right = s->b % 6;
	int delta = deltas[s->c % (sizeof deltas / sizeof *deltas)];

	/* Mostly a right that is there. */
	while (e != NULL && s->b % 7 != 0 && !(e->type & 1u << right))
		right = (right + 1) % MACH_PORT_RIGHT_NUMBER;
	int code = b->mod_refs(s->task, name, right, delta);
	return model_code("mod_refs", code,
			  mod_refs(s->task, e, right, delta));
}

bool op_rename(const struct backend *b, const struct step *s)
{
	mach_port_name_t from = pick_name(s->task, s->a);
	mach_port_name_t to = pick_chosen(s->task, s->b);
	struct m_entry *e = m_find(s->task, from);
	struct m_task *t = &m_tasks[s->task];
	int want = KERN_SUCCESS;

	if (to == 0 || to == ~0u)
		want = KERN_INVALID_VALUE;
	else if (e == NULL)
		want = KERN_INVALID_NAME;
	else if (m_find(s->task, to) != NULL)
		want = KERN_NAME_EXISTS;
	if (!model_code("rename", b->rename(s->task, from, to), want))
		return false;
	if (want != KERN_SUCCESS)
		return true;
	t->stale[t->stale_at++ % MODEL_STALE] = from;
	e->name = to;
	e->chosen = true;
	if (e->type & T_RECEIVE)
		e->port->name = to;
	return true;
}

/* --- receive rights --- */

bool op_move_member(const struct backend *b, const struct step *s)
{
	mach_port_name_t name = pick_name(s->task, s->a);
	mach_port_name_t to = s->b % 8 ? pick_kind(s->task, s->b / 8, T_SET) :
					 pick_name(s->task, s->b / 8);
	struct m_entry *e = m_find(s->task, name), *set = m_find(s->task, to);
	int want = KERN_SUCCESS;

	if (e == NULL)
		want = KERN_INVALID_NAME;
	else if (!(e->type & T_RECEIVE))
		want = KERN_INVALID_RIGHT;
	else if (to == 0)
		want = e->port->set ? KERN_SUCCESS : KERN_NOT_IN_SET;
	else if (set == NULL)
		want = KERN_INVALID_NAME;
	else if (!(set->type & T_SET))
		want = KERN_INVALID_RIGHT;
	if (!model_code("move_member", b->move_member(s->task, name, to), want))
		return false;
	if (want == KERN_SUCCESS)
		e->port->set = to != 0 ? set->set : NULL;
	return true;
}

bool op_attribute(const struct backend *b, const struct step *s)
{
	mach_port_name_t name = pick_name(s->task, s->a);
	struct m_entry *e = m_find(s->task, name);
	uint32_t value = s->c % 20;
	int code, want = KERN_SUCCESS;

	if (e == NULL)
		want = KERN_INVALID_NAME;
	else if (!(e->type & T_RECEIVE))
		want = KERN_INVALID_RIGHT;
	if (s->b % 3 == 0) {
		code = b->set_mscount(s->task, name, value);
		if (want == KERN_SUCCESS)
			e->port->mscount = value;
	} else if (s->b % 3 == 1) {
		code = b->set_seqno(s->task, name, value);
		if (want == KERN_SUCCESS)
			e->port->seqno = value;
	} else {
		code = b->set_qlimit(s->task, name, value);
		if (value < 1 || value > MACH_PORT_QLIMIT_MAX)
			want = KERN_INVALID_VALUE;
		if (want == KERN_SUCCESS)
			e->port->qlimit = value;
	}
	return model_code("attribute", code, want);
}

/* --- the end of a task --- */

static struct m_entry *lowest(int task)
{
	struct m_entry *low = NULL;

	for (unsigned i = 0; i < MODEL_ENTRIES; i++) {
		struct m_entry *e = &m_tasks[task].entry[i];
		if (e->name != 0 && (low == NULL || (e->name & 0xfffff) <
							    (low->name & 0xfffff)))
			low = e;
	}
	return low;
}

/* A space ends name by name, lowest index first; chosen names lie elsewhere, in
 * an order nobody knows, so they go before. */
bool op_end(const struct backend *b, const struct step *s)
{
	struct m_entry *e;

	if (b->end == NULL || s->task == 0)
		return true;
	for (unsigned i = 0; i < MODEL_ENTRIES; i++) {
		e = &m_tasks[s->task].entry[i];
		if (e->name == 0 || !e->chosen)
			continue;
		if (b->destroy(s->task, e->name) != KERN_SUCCESS)
			return model_differs("a name cannot be destroyed");
		m_clear(s->task, e, false);
	}
	b->end(s->task);
	while ((e = lowest(s->task)) != NULL)
		m_clear(s->task, e, false);
	m_tasks[s->task] = (struct m_task){0};
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random programs of three tasks on this kernel and on the model of rights
 * (tests/model): every code, name, count and message must agree. The tasks are
 * this one and two children that send and receive when they are told to.
 *
 * Arguments: a seed runs that program alone, comparing all after each step.
 */
#include "../model/model.h"
#include "lib/test.h"

#include <mach/mach_traps.h>

#define SELF	 mach_task_self()
#define PROGRAMS 12

/* --- the children --- */

enum { IDLE, ORDERED };

struct agent {
	int turn;
	struct model_message m;
	uint32_t option, send_size, rcv_size;
	mach_port_name_t rcv_name;
	int code;
};

static task_t tasks[MODEL_TASKS];
static struct agent *agents[MODEL_TASKS];
static struct child children[MODEL_TASKS];

static int call(struct agent *a)
{
	return mach_msg(&a->m.head, a->option, a->send_size, a->rcv_size,
			a->rcv_name, 0, 0);
}

static void wait_while(int *turn, int value)
{
	while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) == value)
		futex_wait(turn, value, FUTEX_SHARED, FUTEX_NO_DEADLINE);
}

static void pass(int *turn, int value)
{
	__atomic_store_n(turn, value, __ATOMIC_RELEASE);
	futex_wake(turn, 1, FUTEX_SHARED);
}

static void child_obeys(void *arg)
{
	struct agent *a = arg;

	for (;;) {
		wait_while(&a->turn, IDLE);
		a->code = call(a);
		pass(&a->turn, IDLE);
	}
}

static int message(int task, struct model_message *m, uint32_t option,
		   uint32_t send_size, uint32_t rcv_size,
		   mach_port_name_t rcv_name)
{
	struct agent *a = agents[task];

	a->m = *m;
	a->option = option;
	a->send_size = send_size;
	a->rcv_size = rcv_size;
	a->rcv_name = rcv_name;
	if (task == 0) {
		a->code = call(a);
	} else {
		pass(&a->turn, ORDERED);
		wait_while(&a->turn, ORDERED);
	}
	*m = a->m;
	return a->code;
}

/* --- names that are not the programs' --- */

#define OWN_MAX 64

static mach_port_name_t own[MODEL_TASKS][OWN_MAX];
static unsigned own_count[MODEL_TASKS];

static unsigned list(int task, mach_port_name_t *to, unsigned room)
{
	mach_port_array_t names = NULL;
	mach_port_type_array_t types = NULL;
	mach_msg_type_number_t n = 0, t = 0;

	OK(mach_port_names(tasks[task], &names, &n, &types, &t));
	for (unsigned i = 0; i < n && i < room; i++)
		to[i] = names[i];
	vm_deallocate(SELF, (vm_address_t)names, n * sizeof *names);
	vm_deallocate(SELF, (vm_address_t)types, t * sizeof *types);
	return n;
}

static bool is_own(int task, mach_port_name_t name)
{
	for (unsigned i = 0; i < own_count[task]; i++)
		if (own[task][i] == name)
			return true;
	return false;
}

static unsigned names(int task)
{
	return list(task, NULL, 0) - own_count[task];
}

/* Of this task only what the model knows: libmach's reply port comes and goes. */
static void empty_self(void)
{
	for (unsigned i = 0; i < MODEL_ENTRIES; i++)
		if (m_tasks[0].entry[i].name != 0)
			mach_port_destroy(SELF, m_tasks[0].entry[i].name);
}

static void empty_child(int task)
{
	static mach_port_name_t all[256];
	unsigned n = list(task, all, 256);

	for (unsigned i = 0; i < n && i < 256; i++)
		if (!is_own(task, all[i]))
			mach_port_destroy(tasks[task], all[i]);
}

static void reset(void)
{
	empty_self();
	for (int t = 1; t < MODEL_TASKS; t++)
		empty_child(t);
	for (int t = 0; t < MODEL_TASKS; t++)
		own_count[t] = list(t, own[t], OWN_MAX);
}

/* --- calls --- */

static int allocate(int task, mach_port_right_t right, mach_port_name_t *name)
{
	return mach_port_allocate(tasks[task], right, name);
}

static int allocate_name(int task, mach_port_right_t right,
			 mach_port_name_t name)
{
	return mach_port_allocate_name(tasks[task], right, name);
}

static int deallocate(int task, mach_port_name_t name)
{
	return mach_port_deallocate(tasks[task], name);
}

static int destroy(int task, mach_port_name_t name)
{
	return mach_port_destroy(tasks[task], name);
}

static int mod_refs(int task, mach_port_name_t name, mach_port_right_t right,
		    int delta)
{
	return mach_port_mod_refs(tasks[task], name, right, delta);
}

static int rename_port(int task, mach_port_name_t from, mach_port_name_t to)
{
	return mach_port_rename(tasks[task], from, to);
}

static int insert(int task, mach_port_name_t name, mach_port_name_t mine,
		  mach_msg_type_name_t how)
{
	int code = mach_port_insert_right(tasks[task], name, mine, how);

	return code == MACH_SEND_INVALID_RIGHT ? KERN_INVALID_RIGHT : code;
}

static bool plant; /* forget one make-send in some state */

static int extract(int task, mach_port_name_t name, mach_msg_type_name_t how,
		   mach_port_name_t *mine)
{
	mach_msg_type_name_t got;
	mach_port_status_t s;
	int code = mach_port_extract_right(tasks[task], name, how, mine, &got);

	if (plant && code == KERN_SUCCESS && how == MACH_MSG_TYPE_MAKE_SEND &&
	    mach_port_get_receive_status(tasks[task], name, &s) ==
		    KERN_SUCCESS &&
	    s.mps_msgcount > 0)
		mach_port_set_mscount(tasks[task], name, s.mps_mscount - 1);
	return code;
}

static int request(int task, mach_port_name_t name, int id, uint32_t sync,
		   mach_port_name_t notify, mach_port_name_t *previous)
{
	return mach_port_request_notification(
		tasks[task], name, id, sync, notify,
		notify != 0 ? MACH_MSG_TYPE_MAKE_SEND_ONCE :
			      MACH_MSG_TYPE_MOVE_SEND_ONCE,
		previous);
}

static int move_member(int task, mach_port_name_t member, mach_port_name_t set)
{
	return mach_port_move_member(tasks[task], member, set);
}

static int set_qlimit(int task, mach_port_name_t name, uint32_t value)
{
	return mach_port_set_qlimit(tasks[task], name, value);
}

static int set_mscount(int task, mach_port_name_t name, uint32_t value)
{
	return mach_port_set_mscount(tasks[task], name, value);
}

static int set_seqno(int task, mach_port_name_t name, uint32_t value)
{
	return mach_port_set_seqno(tasks[task], name, value);
}

static int old_allocate(int task, mach_port_name_t *name)
{
	return port_allocate(tasks[task], name);
}

static int old_deallocate(int task, mach_port_name_t name)
{
	return port_deallocate(tasks[task], name);
}

static int type(int task, mach_port_name_t name, mach_port_type_t *t)
{
	return mach_port_type(tasks[task], name, t);
}

static int refs(int task, mach_port_name_t name, mach_port_right_t right,
		mach_port_urefs_t *n)
{
	return mach_port_get_refs(tasks[task], name, right, n);
}

static int status(int task, mach_port_name_t name, mach_port_status_t *s)
{
	return mach_port_get_receive_status(tasks[task], name, s);
}

static int members(int task, mach_port_name_t name, unsigned *count)
{
	mach_port_array_t m = NULL;
	mach_msg_type_number_t n = 0;
	int code = mach_port_get_set_status(tasks[task], name, &m, &n);

	if (code == KERN_SUCCESS && n != 0)
		vm_deallocate(SELF, (vm_address_t)m, n * sizeof *m);
	*count = n;
	return code;
}

static const struct backend guest = {
	.allocate = allocate,
	.allocate_name = allocate_name,
	.deallocate = deallocate,
	.destroy = destroy,
	.mod_refs = mod_refs,
	.rename = rename_port,
	.insert = insert,
	.extract = extract,
	.request = request,
	.move_member = move_member,
	.set_qlimit = set_qlimit,
	.set_mscount = set_mscount,
	.set_seqno = set_seqno,
	.old_allocate = old_allocate,
	.old_deallocate = old_deallocate,
	.message = message,
	.type = type,
	.refs = refs,
	.status = status,
	.members = members,
	.names = names,
	.reset = reset,
};

/* --- tests --- */

static struct program program;

static bool run_seed(uint64_t seed, bool thorough)
{
	return program_try_seed(&program, &guest, seed, thorough);
}

static bool begin(void)
{
	tasks[0] = SELF;
	for (int t = 0; t < MODEL_TASKS; t++) {
		agents[t] = shared_page();
		if (t == 0)
			continue;
		if (!OK(child_create(&children[t], child_obeys, agents[t])) ||
		    !OK(child_go(&children[t])))
			return false;
		tasks[t] = children[t].task;
	}
	/* A child has all its own names once it has obeyed. */
	for (int t = 1; t < MODEL_TASKS; t++)
		message(t, &(struct model_message){0}, 0, 0, 0, 0);
	return true;
}

static void end(void)
{
	reset();
	for (int t = 1; t < MODEL_TASKS; t++)
		child_kill(&children[t]);
}

/* Checklist: IPC-03 IPC-10 */
static void agrees_with_the_model(void)
{
	unsigned bad = 0;

	if (!begin())
		return;
	for (uint64_t seed = 1; seed <= PROGRAMS && bad == 0; seed++)
		bad += !run_seed(seed, false);
	EQUAL(bad, 0);
	end();
}

/* A mistake made for it is found and told in a few steps; the same seed tells
 * it again. */
static void finds_a_planted_bug(void)
{
	static struct program told;
	uint64_t seed = 1;

	if (!begin())
		return;
	plant = true;
	while (seed <= PROGRAMS && run_seed(seed, false))
		seed++;
	CHECK(seed <= PROGRAMS);
	CHECK(program.length <= 12);
	told = program;
	CHECK(!run_seed(seed, false));
	EQUAL(program.length, told.length);
	EQUAL(memcmp(program.step, told.step,
		     told.length * sizeof told.step[0]),
	      0);
	plant = false;
	CHECK(program_run(&program, &guest, true));
	end();
}

static const struct test tests[] = {
	TEST(agrees_with_the_model),
	TEST(finds_a_planted_bug),
};

int main(int argc, char **argv)
{
	if (argc == 2 && argv[1][0] >= '0' && argv[1][0] <= '9')
		return !begin() || !run_seed(strtoull(argv[1], NULL, 0), true);
	return test_main(tests, sizeof tests / sizeof *tests, argc, argv);
}

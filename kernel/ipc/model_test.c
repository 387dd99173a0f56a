/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random programs on the kernel's name spaces and on the model of rights
 * (tests/model): every code, name, count and message must agree.
 *
 * One user thread is all three tasks in turn: it changes its space. It stays
 * in one trap, since no call blocks.
 *
 *	IPC_SEED=n	only that program, thoroughly
 *	IPC_ROUNDS=n	so many programs
 */
#include "../../tests/model/model.h"
#include "ipc.h"

#include <arch/copy.h>
#include <ipc/fast.h>
#include <stdlib.h>
#include <time.h>

static struct test_task base;
static struct ipc_space *spaces[MODEL_TASKS];

static struct ipc_space *space_create(void)
{
	struct ipc_space *s = ipc_space_create(base.account);

	panic_unless(s != NULL);
	return s;
}

static void space_end(struct ipc_space *s)
{
	ipc_check_space(s);
	ipc_space_terminate(s);
	ipc_space_unref(s);
}

static void end(int task)
{
	space_end(spaces[task]);
	spaces[task] = space_create();
}

static void reset(void)
{
	for (int t = 0; t < MODEL_TASKS; t++)
		end(t);
}

/* --- names --- */

static int allocate(int task, mach_port_right_t right, mach_port_name_t *name)
{
	return (int)ipc_port_op_allocate(spaces[task], right, name);
}

static int allocate_name(int task, mach_port_right_t right,
			 mach_port_name_t name)
{
	return (int)ipc_port_op_allocate_name(spaces[task], right, name);
}

static int deallocate(int task, mach_port_name_t name)
{
	return (int)ipc_port_op_deallocate(spaces[task], name);
}

static int destroy(int task, mach_port_name_t name)
{
	return (int)ipc_port_op_destroy(spaces[task], name);
}

static int mod_refs(int task, mach_port_name_t name, mach_port_right_t right,
		    int delta)
{
	return (int)ipc_port_op_mod_refs(spaces[task], name, right, delta);
}

static int rename_port(int task, mach_port_name_t from, mach_port_name_t to)
{
	return (int)ipc_port_op_rename(spaces[task], from, to);
}

static int move_member(int task, mach_port_name_t member, mach_port_name_t set)
{
	return (int)ipc_port_op_move_member(spaces[task], member, set);
}

static int set_qlimit(int task, mach_port_name_t name, uint32_t value)
{
	return (int)ipc_port_op_set_qlimit(spaces[task], name, value);
}

static int set_mscount(int task, mach_port_name_t name, uint32_t value)
{
	return (int)ipc_port_op_set_mscount(spaces[task], name, value);
}

static int set_seqno(int task, mach_port_name_t name, uint32_t value)
{
	return (int)ipc_port_op_set_seqno(spaces[task], name, value);
}

static int old_allocate(int task, mach_port_name_t *name)
{
	return (int)ipc_port25_allocate(spaces[task], name);
}

static int old_deallocate(int task, mach_port_name_t name)
{
	return (int)ipc_port25_deallocate(spaces[task], name);
}

/* --- rights, as the calls' glue hands them on --- */

static struct ipc_right mine_of(mach_port_name_t mine,
				mach_msg_type_name_t how, enum kr *kr)
{
	struct ipc_right right = mine ? IPC_RIGHT_DEAD : IPC_RIGHT_NULL;

	*kr = MACH_PORT_VALID(mine) ?
		      ipc_space_extract(spaces[0], mine, how, &right) :
		      KR_SUCCESS;
	return right;
}

static int insert(int task, mach_port_name_t name, mach_port_name_t mine,
		  mach_msg_type_name_t how)
{
	enum kr kr;
	struct ipc_right right = mine_of(mine, how, &kr);

	if (kr != KR_SUCCESS)
		return KERN_INVALID_RIGHT;
	kr = ipc_port_op_insert_right(spaces[task], name, right);
	if (kr != KR_SUCCESS)
		ipc_right_release(right);
	return (int)kr;
}

static bool plant_extract; /* a make-send forgets to count */

static void forget_count(int task, mach_port_name_t name)
{
	struct ipc_entry *e = ipc_entry_lookup(spaces[task], name);

	if (e && e->type == (TYPE_SEND | TYPE_RECEIVE) && e->urefs > 1)
		e->port->mscount--;
}

static int extract(int task, mach_port_name_t name, mach_msg_type_name_t how,
		   mach_port_name_t *mine)
{
	struct ipc_right right;
	enum kr kr = ipc_space_extract(spaces[task], name, how, &right);

	if (kr == KR_SUCCESS && plant_extract && how == MACH_MSG_TYPE_MAKE_SEND)
		forget_count(task, name);
	if (kr == KR_SUCCESS)
		kr = ipc_space_insert(spaces[0], right, false, mine);
	return (int)kr;
}

static int request(int task, mach_port_name_t name, int id, uint32_t sync,
		   mach_port_name_t notify, mach_port_name_t *previous)
{
	struct ipc_right old;
	enum kr kr;
	struct ipc_right right =
		mine_of(notify, MACH_MSG_TYPE_MAKE_SEND_ONCE, &kr);

	panic_unless(kr == KR_SUCCESS);
	kr = ipc_port_op_request_notification(spaces[task], name, id, sync,
					      right, &old);
	if (kr != KR_SUCCESS)
		ipc_right_release(right);
	else
		kr = ipc_space_insert(spaces[0], old, false, previous);
	return (int)kr;
}

static int message(int task, struct model_message *m, uint32_t option,
		   uint32_t send_size, uint32_t rcv_size,
		   mach_port_name_t rcv_name)
{
	struct thread *self = thread_self();
	uint64_t at = base.buffer;

	panic_unless(copy_out(at, m, sizeof(*m)));
	self->space = spaces[task];
	mach_msg_return_t r = ipc_mach_msg(NULL, at, option, send_size,
					   rcv_size, rcv_name, 0, 0);
	ipc_request_exit(self); /* what it keeps belongs to that space */
	self->space = base.space;
	panic_unless(copy_in(m, at, sizeof(*m)));
	return r;
}

/* --- asking --- */

static int type(int task, mach_port_name_t name, mach_port_type_t *t)
{
	return (int)ipc_port_op_type(spaces[task], name, t);
}

static int refs(int task, mach_port_name_t name, mach_port_right_t right,
		mach_port_urefs_t *n)
{
	return (int)ipc_port_op_get_refs(spaces[task], name, right, n);
}

static int status(int task, mach_port_name_t name, mach_port_status_t *s)
{
	return (int)ipc_port_op_get_receive_status(spaces[task], name, s);
}

static int members(int task, mach_port_name_t name, unsigned *count)
{
	mach_port_name_t *list;
	enum kr kr = ipc_port_op_get_set_status(spaces[task], name, &list,
						count);

	if (kr == KR_SUCCESS && list)
		kfree(list, *count * sizeof(*list));
	return (int)kr;
}

static unsigned names(int task)
{
	mach_port_name_t *name;
	mach_port_type_t *t;
	uint32_t n;

	panic_unless(ipc_port_op_names(spaces[task], &name, &t, &n) ==
		     KR_SUCCESS);
	if (n) {
		kfree(name, n * sizeof(*name));
		kfree(t, n * sizeof(*t));
	}
	return n;
}

static const struct backend host = {
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
	.end = end,
	.reset = reset,
};

/* --- tests --- */

static struct program program;

static bool run_seed(uint64_t seed)
{
	return program_try_seed(&program, &host, seed, false);
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : otherwise;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Runs fn(a, b) in a trap of a user thread, with empty tasks. */
static unsigned (*fn_in_trap)(uint64_t a, uint64_t b);
static unsigned result;

static int64_t trap(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
		    uint64_t f)
{
	(void)c, (void)d, (void)e, (void)f;
	for (int t = 0; t < MODEL_TASKS; t++)
		spaces[t] = space_create();
	result = fn_in_trap(a, b);
	for (int t = 0; t < MODEL_TASKS; t++)
		space_end(spaces[t]);
	return 0;
}

static void user(struct test_task *t, void *arg)
{
	uint64_t *operand = arg;

	(void)t;
	host_trap(trap, operand[0], operand[1], 0, 0, 0, 0, 0);
}

static unsigned run(unsigned (*fn)(uint64_t a, uint64_t b), uint64_t a,
		    uint64_t b)
{
	uint64_t operand[2] = {a, b};

	fn_in_trap = fn;
	test_task_create(&base);
	test_run_user(&base, user, operand);
	test_task_destroy(&base);
	return result;
}

/* The first seed whose program differs, or 0. */
static unsigned run_range(uint64_t first, uint64_t rounds)
{
	for (uint64_t i = 0; i < rounds; i++)
		if (!run_seed(first + i))
			return (unsigned)(first + i);
	return 0;
}

/* Checklist: IPC-03 IPC-10 */
static void agrees_with_the_model(void)
{
	uint64_t seed = number("IPC_SEED", 0);
	uint64_t rounds = seed ? 1 : number("IPC_ROUNDS", 600);
	double start = seconds();
	unsigned bad = run(run_range, seed ? seed : 1, rounds);

	printf("# %.0f operations a second\n",
	       (double)(rounds * MODEL_STEPS) / (seconds() - start));
	CHECK_EQ(bad, 0);
}

static unsigned differs(uint64_t a, uint64_t b)
{
	(void)a, (void)b;
	return !program_run(&program, &host, true);
}

/* A mistake made for it is found and told in a few steps; the same seed tells
 * it again; without the mistake there is nothing to tell. */
static void finds_a_planted_bug(void)
{
	static struct program told;
	unsigned seed;

	plant_extract = true;
	seed = run(run_range, 1, 600);
	CHECK(seed != 0);
	CHECK(program.length <= 12);
	told = program;
	CHECK_EQ(run(run_range, seed, 1), seed);
	CHECK_EQ(program.length, told.length);
	CHECK(memcmp(program.step, told.step,
		     told.length * sizeof(told.step[0])) == 0);
	CHECK_EQ(run(differs, 0, 0), 1);
	plant_extract = false;
	CHECK_EQ(run(differs, 0, 0), 0);
}

static void body(void *arg)
{
	(void)arg;
	RUN_COUNTED(agrees_with_the_model);
	RUN_COUNTED(finds_a_planted_bug);
}

TEST_MAIN(body)

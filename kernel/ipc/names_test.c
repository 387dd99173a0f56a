/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names over a long time: a million are given out and given up; a name comes
 * back only after long, and until then it is no name.
 */
#include "ipc.h"

#define MILLION 1000000u

static struct test_task task;

static mach_port_name_t new_name(mach_port_right_t right)
{
	mach_port_name_t name = 0;

	panic_unless(ipc_port_op_allocate(task.space, right, &name) ==
		     KR_SUCCESS);
	return name;
}

static bool held(mach_port_name_t name)
{
	mach_port_type_t type;

	return ipc_port_op_type(task.space, name, &type) == KR_SUCCESS;
}

/* The last generation of each index that was given out, and how often. */
static struct {
	uint16_t generation, uses;
	bool seen;
} last[4096];

/* One name at a time: the hardest case, for the fewest indices are in use. */
static void a_million(void)
{
	uint32_t most = 0, indices = 0;

	test_task_create(&task);
	for (uint32_t i = 0; i < MILLION; i++) {
		mach_port_name_t name = new_name(MACH_PORT_RIGHT_DEAD_NAME);
		uint32_t index = name & NAME_INDEX_MASK;
		uint32_t generation = name >> NAME_INDEX_BITS;

		CHECK(index > 0 && index < 4096);
		/* One generation further each time: none for 4096 uses. */
		if (last[index].seen)
			CHECK_EQ(generation,
				 (last[index].generation + 1) % 4096);
		indices += !last[index].seen;
		last[index].seen = true;
		last[index].generation = (uint16_t)generation;
		if (++last[index].uses > most)
			most = last[index].uses;
		CHECK_EQ(ipc_port_op_deallocate(task.space, name), 0);
	}
	/* Spread over at least as many as must be free: no index has come
	 * round, so no name has been given out twice. */
	CHECK(indices >= FREE_MIN);
	CHECK(most < 4096);
	CHECK_EQ(ipc_check_space(task.space), 0);
	test_task_destroy(&task);
}

/* Names that went stay invalid for every call while others come. */
static void stale(void)
{
	enum { OLD = 64, BETWEEN = 20000 };
	mach_port_name_t old[OLD];

	test_task_create(&task);
	for (unsigned i = 0; i < OLD; i++)
		old[i] = new_name(MACH_PORT_RIGHT_RECEIVE);
	for (unsigned i = 0; i < OLD; i++)
		CHECK_EQ(ipc_port_op_destroy(task.space, old[i]), 0);
	for (unsigned n = 0; n < BETWEEN; n++) {
		mach_port_name_t name = new_name(MACH_PORT_RIGHT_RECEIVE);
		for (unsigned i = n % 8; i < OLD; i += 8)
			CHECK(name != old[i] && !held(old[i]));
		CHECK_EQ(ipc_port_op_destroy(task.space, name), 0);
	}
	for (unsigned i = 0; i < OLD; i++) {
		CHECK_EQ(ipc_port_op_deallocate(task.space, old[i]),
			 KR_INVALID_NAME);
		CHECK_EQ(ipc_port_op_destroy(task.space, old[i]),
			 KR_INVALID_NAME);
		CHECK_EQ(ipc_port_op_mod_refs(task.space, old[i], 1, -1),
			 KR_INVALID_NAME);
	}
	test_task_destroy(&task);
}

/* A name somebody chose is skipped when its turn comes. */
static void chosen_in_the_way(void)
{
	test_task_create(&task);
	mach_port_name_t first = new_name(MACH_PORT_RIGHT_DEAD_NAME);
	mach_port_name_t next = first + NAME_GENERATION;

	CHECK_EQ(ipc_port_op_allocate_name(task.space,
					   MACH_PORT_RIGHT_RECEIVE, next),
		 0);
	CHECK_EQ(ipc_port_op_deallocate(task.space, first), 0);
	for (unsigned i = 0; i < 3 * FREE_MIN; i++) {
		mach_port_name_t name = new_name(MACH_PORT_RIGHT_DEAD_NAME);
		CHECK(name != next && name != first);
		CHECK_EQ(ipc_port_op_deallocate(task.space, name), 0);
	}
	mach_port_type_t type;
	CHECK_EQ(ipc_port_op_type(task.space, next, &type), 0);
	CHECK_EQ(type, MACH_PORT_TYPE_RECEIVE);
	test_task_destroy(&task);
}

static void body(void *arg)
{
	(void)arg;
	RUN_COUNTED(a_million);
	RUN_COUNTED(stale);
	RUN_COUNTED(chosen_in_the_way);
}

TEST_MAIN(body)

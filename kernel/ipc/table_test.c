/* SPDX-License-Identifier: BSD-2-Clause */
/* Names: which come first, when they come back, chosen ones, reverse look-up. */
#include "ipc.h"

static struct test_task task;

#define ALLOC(right, name) ipc_port_op_allocate(task.space, (right), (name))

static void first_names_are_1_2_3(void)
{
	mach_port_name_t name;
	test_task_create(&task);
	for (uint32_t i = 1; i <= 200; i++) {
		CHECK_EQ(ALLOC(MACH_PORT_RIGHT_RECEIVE, &name), KR_SUCCESS);
		CHECK_EQ(name, i);
	}
	test_task_destroy(&task);
}

/* A name is reissued only after 4096 generations of its index, and an index
 * only after FREE_MIN others. */
static void names_age(void)
{
	static uint32_t last_use[4096];
	mach_port_name_t name;
	test_task_create(&task);
	memset(last_use, 0, sizeof(last_use));
	for (uint32_t i = 1; i <= 200000; i++) {
		CHECK_EQ(ALLOC(MACH_PORT_RIGHT_DEAD_NAME, &name), KR_SUCCESS);
		uint32_t index = name & NAME_INDEX_MASK;
		CHECK(index && index < 4096);
		CHECK(!last_use[index] || i - last_use[index] >= FREE_MIN);
		last_use[index] = i;
		CHECK_EQ(ipc_port_op_deallocate(task.space, name), KR_SUCCESS);
		CHECK_EQ(ipc_port_op_deallocate(task.space, name),
			 KR_INVALID_NAME);
	}
	test_task_destroy(&task);
}

static void chosen_names(void)
{
	static const mach_port_name_t chosen[] = {1, 2, 0x12345678, 0xfffffffe,
						  77};
	mach_port_name_t name;
	mach_port_type_t type;
	test_task_create(&task);
	CHECK_EQ(ipc_port_op_allocate_name(task.space, 1, 0), KR_INVALID_VALUE);
	CHECK_EQ(ipc_port_op_allocate_name(task.space, 1, ~0u),
		 KR_INVALID_VALUE);
	for (unsigned i = 0; i < 5; i++)
		CHECK_EQ(ipc_port_op_allocate_name(task.space, 1, chosen[i]),
			 KR_SUCCESS);
	for (unsigned i = 0; i < 5; i++) {
		CHECK_EQ(ipc_port_op_allocate_name(task.space, 1, chosen[i]),
			 KR_NAME_EXISTS);
		CHECK_EQ(ipc_port_op_type(task.space, chosen[i], &type),
			 KR_SUCCESS);
		CHECK_EQ(type, MACH_PORT_TYPE_RECEIVE);
	}
	/* The kernel's own choice avoids 1, 2 and 77. */
	for (unsigned i = 0; i < 100; i++) {
		CHECK_EQ(ALLOC(MACH_PORT_RIGHT_RECEIVE, &name), KR_SUCCESS);
		CHECK(name != 1 && name != 2 && name != 77);
	}
	for (unsigned i = 0; i < 5; i++)
		CHECK_EQ(ipc_port_op_destroy(task.space, chosen[i]),
			 KR_SUCCESS);
	CHECK_EQ(ipc_port_op_type(task.space, 77, &type), KR_INVALID_NAME);
	test_task_destroy(&task);
}

/* Send rights to many ports are found again by port, also after renaming. */
static void reverse_lookup(void)
{
	enum { PORTS = 3000 };
	static struct ipc_port *ports[PORTS];
	static mach_port_name_t names[PORTS];
	mach_port_name_t name;
	test_task_create(&task);
	for (unsigned i = 0; i < PORTS; i++) {
		CHECK_EQ(ipc_port_create(NULL, &ports[i]), KR_SUCCESS);
		CHECK_EQ(ipc_space_insert(task.space,
					  ipc_right_make_send(ports[i]), false,
					  &names[i]),
			 KR_SUCCESS);
	}
	for (unsigned i = 0; i < PORTS; i += 3) {
		CHECK_EQ(ipc_port_op_rename(task.space, names[i],
					    0x70000000 + i),
			 KR_SUCCESS);
		names[i] = 0x70000000 + i;
	}
	for (unsigned i = 0; i < PORTS; i++) {
		CHECK_EQ(ipc_space_find_send(task.space, ports[i], &name),
			 KR_SUCCESS);
		CHECK_EQ(name, names[i]);
		CHECK_EQ(ipc_space_insert(task.space,
					  ipc_right_make_send(ports[i]), false,
					  &name),
			 KR_SUCCESS);
		CHECK_EQ(name, names[i]);
	}
	for (unsigned i = 0; i < PORTS; i++) {
		mach_port_urefs_t refs;
		CHECK_EQ(ipc_port_op_get_refs(task.space, names[i],
					      MACH_PORT_RIGHT_SEND, &refs),
			 KR_SUCCESS);
		CHECK_EQ(refs, 2);
		CHECK_EQ(ipc_port_op_destroy(task.space, names[i]), KR_SUCCESS);
		CHECK_EQ(ipc_space_find_send(task.space, ports[i], &name),
			 KR_INVALID_NAME);
		ipc_port_kill(ports[i]);
	}
	test_task_destroy(&task);
}

static void all_names(void)
{
	mach_port_name_t *names;
	mach_port_type_t *types;
	mach_port_name_t name;
	uint32_t count;
	test_task_create(&task);
	CHECK_EQ(ipc_port_op_names(task.space, &names, &types, &count),
		 KR_SUCCESS);
	CHECK_EQ(count, 0);
	for (unsigned i = 0; i < 300; i++)
		CHECK_EQ(ALLOC(i % 3 == 0 ? MACH_PORT_RIGHT_RECEIVE :
			       i % 3 == 1 ? MACH_PORT_RIGHT_PORT_SET :
					    MACH_PORT_RIGHT_DEAD_NAME,
			       &name),
			 KR_SUCCESS);
	CHECK_EQ(ipc_port_op_allocate_name(task.space, 1, 0x5555), KR_SUCCESS);
	CHECK_EQ(ipc_port_op_names(task.space, &names, &types, &count),
		 KR_SUCCESS);
	CHECK_EQ(count, 301);
	for (unsigned i = 0; i < 300; i++)
		CHECK_EQ(types[i], i % 3 == 0 ? MACH_PORT_TYPE_RECEIVE :
				   i % 3 == 1 ? MACH_PORT_TYPE_PORT_SET :
						MACH_PORT_TYPE_DEAD_NAME);
	CHECK_EQ(names[300], 0x5555);
	kfree(names, count * 4);
	kfree(types, count * 4);
	test_task_destroy(&task);
}

/* The limit is an error, and everything comes back. */
static void limits(void)
{
	mach_port_name_t name;
	test_task_create(&task);
	task.account->limit[CHARGE_PORTS] = 100;
	for (unsigned i = 0; i < 100; i++)
		CHECK_EQ(ALLOC(MACH_PORT_RIGHT_RECEIVE, &name), KR_SUCCESS);
	CHECK_EQ(ALLOC(MACH_PORT_RIGHT_RECEIVE, &name), KR_RESOURCE_SHORTAGE);
	CHECK_EQ(ALLOC(MACH_PORT_RIGHT_PORT_SET, &name), KR_RESOURCE_SHORTAGE);
	task.account->limit[CHARGE_NAMES] = 0;
	enum kr kr = KR_SUCCESS;
	unsigned n = 0;
	while (kr == KR_SUCCESS && n++ < 1000)
		kr = ALLOC(MACH_PORT_RIGHT_DEAD_NAME, &name);
	CHECK_EQ(kr, KR_NO_SPACE);
	CHECK(n <= CHUNK_ENTRIES);
	test_task_destroy(&task);
}

static void body(void *arg)
{
	(void)arg;
	RUN_COUNTED(first_names_are_1_2_3);
	RUN_COUNTED(names_age);
	RUN_COUNTED(chosen_names);
	RUN_COUNTED(reverse_lookup);
	RUN_COUNTED(all_names);
	RUN_COUNTED(limits);
}

TEST_MAIN(body)

/* SPDX-License-Identifier: BSD-2-Clause */
/* The walkers pass over what is right and fire on what is wrong. */
#include "ipc.h"


static struct test_task task;
static mach_port_name_t names[4];

static struct ipc_entry *entry(unsigned i)
{
	return ipc_entry_lookup(task.space, names[i]);
}

static void make_some(void)
{
	struct ipc_right right;
	test_task_create(&task);
	for (unsigned i = 0; i < 4; i++)
		panic_unless(ipc_port_op_allocate(
				     task.space,
				     i < 2 ? MACH_PORT_RIGHT_RECEIVE :
				     i < 3 ? MACH_PORT_RIGHT_PORT_SET :
					     MACH_PORT_RIGHT_DEAD_NAME,
				     &names[i]) == KR_SUCCESS);
	panic_unless(ipc_space_extract(task.space, names[0], 20, &right) ==
		     KR_SUCCESS);
	panic_unless(ipc_port_op_insert_right(task.space, names[0], right) ==
		     KR_SUCCESS);
	panic_unless(ipc_port_op_move_member(task.space, names[1], names[2]) ==
		     KR_SUCCESS);
}

static void good(void)
{
	make_some();
	CHECK_EQ(ipc_check_space(task.space), 4);
	test_task_destroy(&task);
}

static void wrong_name(void *arg)
{
	(void)arg;
	make_some();
	entry(0)->port->receiver_name++;
	ipc_check_space(task.space);
}

static void wrong_send_count(void *arg)
{
	(void)arg;
	make_some();
	entry(0)->port->srights = 0;
	ipc_check_space(task.space);
}

static void wrong_references(void *arg)
{
	(void)arg;
	make_some();
	entry(3)->urefs = 0;
	ipc_check_space(task.space);
}

static void wrong_queue(void *arg)
{
	(void)arg;
	make_some();
	entry(1)->port->count = 3;
	ipc_check_space(task.space);
}

static void lost_entry(void *arg)
{
	(void)arg;
	make_some();
	task.space->live--;
	ipc_check_space(task.space);
}

static void planted_bugs_fire(void)
{
	CHECK(host_panics(wrong_name, NULL, "receiver_name"));
	CHECK(host_panics(wrong_send_count, NULL, "srights"));
	CHECK(host_panics(wrong_references, NULL, "urefs"));
	CHECK(host_panics(wrong_queue, NULL, "count"));
	CHECK(host_panics(lost_entry, NULL, "live"));
}

static void body(void *arg)
{
	(void)arg;
	RUN_COUNTED(good);
}

int main(void)
{
	host_options.boot = test_boot;
	RUN(planted_bugs_fire);
	host_kernel_run(body, NULL);
	return check_done();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several simulated processors at once, in seeded orders: clients, servers,
 * sets, aborts, dying ports and dying spaces. Whatever happens, every call
 * returns a code from its list and nothing is left at the end.
 */
#include "ipc.h"

#define HEAD sizeof(mach_msg_header_t)

enum { CLIENTS = 4, SERVERS = 3, ROUNDS = 150 };

static struct test_task server_task, client_task[CLIENTS];
static mach_port_name_t service[2], set, reply_of[CLIENTS];
static mach_port_name_t at_client[CLIENTS][2];
static _Atomic bool stop;
static _Atomic unsigned answered, failed;

static mach_port_name_t new_port(struct test_task *t)
{
	mach_port_name_t name = 0;
	panic_unless(ipc_port_op_allocate(t->space, MACH_PORT_RIGHT_RECEIVE,
					  &name) == KR_SUCCESS);
	return name;
}

static mach_port_name_t give_send(struct test_task *from,
				  mach_port_name_t port, struct test_task *to)
{
	struct ipc_right right;
	mach_port_name_t name = 0;
	if (ipc_space_extract(from->space, port, MACH_MSG_TYPE_MAKE_SEND,
			      &right) != KR_SUCCESS)
		return 0;
	if (ipc_space_insert(to->space, right, false, &name) != KR_SUCCESS)
		return 0;
	return name;
}

/* --- the parties --- */

static void serve(struct test_task *t, void *arg)
{
	unsigned slot = 20 + *(unsigned *)arg;
	struct test_message m = {0};
	uint32_t option = MACH_RCV_MSG;
	uint32_t size = 0;
	while (!atomic_load(&stop)) {
		mach_msg_return_t r = test_mach_msg(
			t, slot, &m, option | MACH_RCV_TIMEOUT, size, 200, set,
			3, 0);
		option = MACH_RCV_MSG;
		size = 0;
		if (r == MACH_RCV_TIMED_OUT || r == MACH_RCV_INTERRUPTED ||
		    r == MACH_SEND_INVALID_DEST)
			continue;
		if (r != MACH_MSG_SUCCESS)
			break;
		if (m.head.msgh_remote_port == 0)
			continue;
		m.head.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
		m.head.msgh_local_port = 0;
		m.body[0]++;
		option = MACH_RCV_MSG | MACH_SEND_MSG;
		size = HEAD + 8;
	}
}

/* A server by the fast path: no time-outs. */
static void serve_fast(struct test_task *t, void *arg)
{
	unsigned slot = 20 + *(unsigned *)arg;
	struct test_message m = {0};
	uint32_t option = MACH_RCV_MSG;
	while (!atomic_load(&stop)) {
		mach_msg_return_t r = test_mach_msg(t, slot, &m, option,
						    HEAD + 8, 200, set, 0, 0);
		option = MACH_RCV_MSG;
		if (r != MACH_MSG_SUCCESS) {
			if (r == MACH_RCV_PORT_DIED ||
			    r == MACH_RCV_INVALID_NAME)
				break;
			continue;
		}
		m.head.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
		m.head.msgh_local_port = 0;
		m.body[0]++;
		option = MACH_RCV_MSG | MACH_SEND_MSG;
	}
}

static void call(struct test_task *t, void *arg)
{
	unsigned who = *(unsigned *)arg;
	mach_port_name_t reply = reply_of[who];
	struct test_message m = {0};
	for (unsigned i = 0; i < ROUNDS; i++) {
		m.head.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
				       MACH_MSG_TYPE_MAKE_SEND_ONCE);
		m.head.msgh_remote_port = at_client[who][i % 2];
		m.head.msgh_local_port = reply;
		m.body[0] = i;
		mach_msg_return_t r =
			test_mach_msg(t, 0, &m, MACH_SEND_MSG | MACH_RCV_MSG,
				      HEAD + 8, 200, reply, 0, 0);
		if (r == MACH_MSG_SUCCESS && m.head.msgh_id == 0 &&
		    m.body[0] == i + 1)
			atomic_fetch_add(&answered, 1);
		else
			atomic_fetch_add(&failed, 1);
		if (r == MACH_SEND_INVALID_DEST || r == MACH_SEND_INVALID_REPLY ||
		    r == MACH_RCV_INVALID_NAME)
			break;
		m.head.msgh_id = 0;
	}
}

/* --- the scene --- */

static struct thread *server[SERVERS], *client[CLIENTS];
static unsigned index_of[8] = {0, 1, 2, 3, 4, 5, 6, 7};
static struct test_program program[8];

static void set_scene(bool fast)
{
	atomic_store(&stop, false);
	answered = failed = 0;
	test_task_create(&server_task);
	panic_unless(ipc_port_op_allocate(server_task.space,
					  MACH_PORT_RIGHT_PORT_SET,
					  &set) == KR_SUCCESS);
	for (unsigned i = 0; i < 2; i++) {
		service[i] = new_port(&server_task);
		panic_unless(ipc_port_op_move_member(server_task.space,
						     service[i],
						     set) == KR_SUCCESS);
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		test_task_create(&client_task[i]);
		reply_of[i] = new_port(&client_task[i]);
		for (unsigned k = 0; k < 2; k++)
			at_client[i][k] = give_send(&server_task, service[k],
						    &client_task[i]);
	}
	for (unsigned i = 0; i < SERVERS; i++) {
		program[i] = (struct test_program){fast ? serve_fast : serve,
						   &server_task, &index_of[i]};
		server[i] = test_start(&program[i]);
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		program[4 + i] = (struct test_program){call, &client_task[i],
						       &index_of[i]};
		client[i] = test_start(&program[4 + i]);
	}
}

static void wait_a_moment(uint64_t ns)
{
	thread_wait_begin(WAIT_UNINTERRUPTIBLE);
	thread_block(clock_now() + ns, NULL);
}

/* Servers stop; whoever waits for them hears of it. */
static void close_scene(void)
{
	atomic_store(&stop, true);
	(void)!ipc_port_op_destroy(server_task.space, set);
	for (unsigned i = 0; i < 2; i++)
		(void)!ipc_port_op_destroy(server_task.space, service[i]);
	for (unsigned i = 0; i < SERVERS; i++)
		test_join(server[i]);
	ipc_space_terminate(server_task.space);
	for (unsigned i = 0; i < CLIENTS; i++)
		test_join(client[i]);
	for (unsigned i = 0; i < CLIENTS; i++)
		test_task_destroy(&client_task[i]);
	test_task_destroy(&server_task);
}

/* --- what happens meanwhile --- */

static void undisturbed(void)
{
	for (unsigned fast = 0; fast < 2; fast++) {
		set_scene(fast);
		for (unsigned i = 0; i < CLIENTS; i++)
			thread_wait_dead(client[i]);
		CHECK_EQ(atomic_load(&answered), CLIENTS * ROUNDS);
		CHECK_EQ(atomic_load(&failed), 0);
		close_scene();
	}
}

static void with_aborts(void)
{
	for (unsigned fast = 0; fast < 2; fast++) {
		set_scene(fast);
		for (unsigned i = 0; i < 60; i++) {
			thread_abort_wait(server[host_random() % SERVERS]);
			thread_abort_wait(client[host_random() % CLIENTS]);
			wait_a_moment(host_random() % 20000);
		}
		close_scene();
	}
}

/* Members leave the set and come back while messages fly. */
static void with_moving_members(void)
{
	for (unsigned fast = 0; fast < 2; fast++) {
		set_scene(fast);
		for (unsigned i = 0; i < 60; i++) {
			mach_port_name_t p = service[host_random() % 2];
			CHECK_EQ(ipc_port_op_move_member(server_task.space, p,
							 MACH_PORT_NULL), 0);
			wait_a_moment(host_random() % 5000);
			CHECK_EQ(ipc_port_op_move_member(server_task.space, p,
							 set), 0);
			wait_a_moment(host_random() % 20000);
		}
		for (unsigned i = 0; i < CLIENTS; i++)
			thread_wait_dead(client[i]);
		CHECK_EQ(atomic_load(&answered), CLIENTS * ROUNDS);
		close_scene();
	}
}

static void with_dying_service(void)
{
	for (unsigned i = 0; i < 10; i++) {
		set_scene(i % 2);
		wait_a_moment(host_random() % 300000);
		CHECK_EQ(ipc_port_op_destroy(server_task.space,
					     service[i / 2 % 2]), 0);
		wait_a_moment(host_random() % 30000);
		close_scene();
	}
}

static void with_dying_clients(void)
{
	for (unsigned i = 0; i < 10; i++) {
		set_scene(i % 2);
		wait_a_moment(host_random() % 300000);
		unsigned who = host_random() % CLIENTS;
		ipc_space_terminate(client_task[who].space);
		wait_a_moment(host_random() % 30000);
		ipc_space_terminate(server_task.space);
		close_scene();
	}
}

/* Two threads move receive rights into each other's queues. */
static struct test_task ring_task;
static struct ipc_port *ring_port[2];
static mach_port_name_t ring_name[2];

static void move_other(struct test_task *t, void *arg)
{
	unsigned i = *(unsigned *)arg;
	struct test_message m = {0};
	m.head.msgh_bits = MACH_MSG_TYPE_MAKE_SEND | MACH_MSGH_BITS_COMPLEX;
	m.head.msgh_remote_port = ring_name[i];
	m.body[0] = TYPE_WORD(MACH_MSG_TYPE_MOVE_RECEIVE, 32, 1);
	m.body[1] = ring_name[1 - i];
	mach_msg_return_t r = test_mach_msg(t, i, &m, MACH_SEND_MSG, HEAD + 8,
					    0, 0, 0, 0);
	CHECK(r == MACH_MSG_SUCCESS || r == MACH_SEND_INVALID_DEST ||
	      r == MACH_SEND_INVALID_RIGHT);
}

static void opposite_moves(void)
{
	(void)ring_port;
	for (unsigned i = 0; i < 50; i++) {
		struct thread *t[2];
		test_task_create(&ring_task);
		for (unsigned k = 0; k < 2; k++)
			ring_name[k] = new_port(&ring_task);
		for (unsigned k = 0; k < 2; k++) {
			program[k] = (struct test_program){
				move_other, &ring_task, &index_of[k]};
			t[k] = test_start(&program[k]);
		}
		test_join(t[0]);
		test_join(t[1]);
		test_task_destroy(&ring_task);
	}
}

static void body(void *arg)
{
	(void)arg;
	RUN_COUNTED(undisturbed);
	RUN_COUNTED(with_aborts);
	RUN_COUNTED(with_moving_members);
	RUN_COUNTED(with_dying_service);
	RUN_COUNTED(with_dying_clients);
	RUN_COUNTED(opposite_moves);
}

int main(void)
{
	host_options.boot = test_boot;
	host_options.cpus = 4;
	host_kernel_run(body, NULL);
	return check_done();
}

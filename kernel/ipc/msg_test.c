/* SPDX-License-Identifier: BSD-2-Clause */
/* mach_msg as user threads call it: simple messages, RPC, waiting, codes. */
#include "ipc.h"

static struct test_task task, other;

#define HEAD sizeof(mach_msg_header_t)

static mach_port_name_t new_port(struct test_task *t)
{
	mach_port_name_t name = 0;
	panic_unless(ipc_port_op_allocate(t->space, MACH_PORT_RIGHT_RECEIVE,
					  &name) == KR_SUCCESS);
	return name;
}

/* A send right to from's port, in to's space. */
static mach_port_name_t give_send(struct test_task *from,
				  mach_port_name_t port, struct test_task *to)
{
	struct ipc_right right;
	mach_port_name_t name = 0;
	panic_unless(ipc_space_extract(from->space, port,
				       MACH_MSG_TYPE_MAKE_SEND,
				       &right) == KR_SUCCESS);
	panic_unless(ipc_space_insert(to->space, right, false, &name) ==
		     KR_SUCCESS);
	return name;
}

static mach_msg_return_t send(struct test_task *t, struct test_message *m,
			      uint32_t bits, mach_port_name_t dest,
			      mach_port_name_t reply, uint32_t size)
{
	m->head.msgh_bits = bits;
	m->head.msgh_remote_port = dest;
	m->head.msgh_local_port = reply;
	return test_mach_msg(t, 0, m, MACH_SEND_MSG, size, 0, 0, 0, 0);
}

static mach_msg_return_t receive(struct test_task *t, struct test_message *m,
				 mach_port_name_t port, uint32_t option,
				 uint32_t timeout)
{
	return test_mach_msg(t, 1, m, MACH_RCV_MSG | option, 0, sizeof(*m),
			     port, timeout, 0);
}

static void to_itself(struct test_task *t, void *arg)
{
	struct test_message m = {.body = {7, 8}};
	(void)arg;
	mach_port_name_t p = new_port(t);
	m.head.msgh_id = 42;
	CHECK_EQ(send(t, &m, MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0), p, 0,
		      HEAD + 8),
		 MACH_MSG_SUCCESS);
	memset(&m, 0, sizeof(m));
	CHECK_EQ(receive(t, &m, p, 0, 0), MACH_MSG_SUCCESS);
	CHECK_EQ(m.head.msgh_bits, MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND));
	CHECK_EQ(m.head.msgh_size, HEAD + 8);
	CHECK_EQ(m.head.msgh_local_port, p);
	CHECK_EQ(m.head.msgh_remote_port, MACH_PORT_NULL);
	CHECK_EQ(m.head.msgh_seqno, 0);
	CHECK_EQ(m.head.msgh_id, 42);
	CHECK(m.body[0] == 7 && m.body[1] == 8);
	CHECK_EQ(receive(t, &m, p, MACH_RCV_TIMEOUT, 0), MACH_RCV_TIMED_OUT);
	CHECK_EQ(receive(t, &m, p, MACH_RCV_TIMEOUT, 5), MACH_RCV_TIMED_OUT);
}

static void send_to_itself(void)
{
	test_task_create(&task);
	test_run_user(&task, to_itself, NULL);
	test_task_destroy(&task);
}

/* --- RPC --- */

static mach_port_name_t service;

static void server(struct test_task *t, void *arg)
{
	struct test_message m;
	unsigned rounds = *(unsigned *)arg;
	CHECK_EQ(receive(t, &m, service, 0, 0), MACH_MSG_SUCCESS);
	while (--rounds) {
		CHECK_EQ(MACH_MSGH_BITS_REMOTE(m.head.msgh_bits),
			 MACH_MSG_TYPE_PORT_SEND_ONCE);
		m.body[0]++;
		m.head.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
		m.head.msgh_local_port = 0;
		CHECK_EQ(test_mach_msg(t, 1, &m, MACH_SEND_MSG | MACH_RCV_MSG,
				       HEAD + 24, sizeof(m), service, 0, 0),
			 MACH_MSG_SUCCESS);
	}
	m.body[0]++;
	m.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
	m.head.msgh_local_port = 0;
	CHECK_EQ(test_mach_msg(t, 1, &m, MACH_SEND_MSG, HEAD + 24, 0, 0, 0, 0),
		 MACH_MSG_SUCCESS);
}

static mach_port_name_t client_service;

static void client(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	unsigned rounds = *(unsigned *)arg;
	mach_port_name_t reply = (mach_port_name_t)host_trap(
		ipc_trap_mach_reply_port, 0, 0, 0, 0, 0, 0, 0);
	CHECK(reply != 0);
	for (unsigned i = 0; i < rounds; i++) {
		m.head.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
				       MACH_MSG_TYPE_MAKE_SEND_ONCE);
		m.head.msgh_remote_port = client_service;
		m.head.msgh_local_port = reply;
		m.head.msgh_id = (int32_t)i;
		m.body[0] = i;
		CHECK_EQ(test_mach_msg(t, 0, &m, MACH_SEND_MSG | MACH_RCV_MSG,
				       HEAD + 24, sizeof(m), reply, 0, 0),
			 MACH_MSG_SUCCESS);
		CHECK_EQ(m.body[0], i + 1);
		CHECK_EQ(m.head.msgh_seqno, i);
		CHECK_EQ(m.head.msgh_id, i);
		CHECK_EQ(m.head.msgh_local_port, reply);
		CHECK_EQ(m.head.msgh_remote_port, 0);
		CHECK_EQ(m.head.msgh_bits,
			 MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE));
	}
}

static void run_rpc(unsigned rounds, bool set)
{
	struct test_program s = {server, &task, &rounds};
	struct test_program c = {client, &other, &rounds};
	test_task_create(&task);
	test_task_create(&other);
	service = new_port(&task);
	client_service = give_send(&task, service, &other);
	if (set) {
		mach_port_name_t pset = 0;
		CHECK_EQ(ipc_port_op_allocate(task.space,
					      MACH_PORT_RIGHT_PORT_SET, &pset),
			 KR_SUCCESS);
		CHECK_EQ(ipc_port_op_move_member(task.space, service, pset),
			 KR_SUCCESS);
		service = pset;
	}
	uint64_t fast = ipc_counter_total(IPC_FAST_RPCS);
	struct thread *st = test_start(&s), *ct = test_start(&c);
	test_join(ct);
	test_join(st);
	CHECK(ipc_counter_total(IPC_FAST_RPCS) - fast >= 2 * rounds - 4);
	test_task_destroy(&task);
	test_task_destroy(&other);
}

static void rpc(void)
{
	run_rpc(2000, false);
}

static void rpc_port_set(void)
{
	run_rpc(2000, true);
}

/* --- a full queue --- */

static mach_port_name_t full_port;
static unsigned full_sent;

static void filler(struct test_task *t, void *arg)
{
	unsigned who = *(unsigned *)arg;
	for (unsigned i = 0; i < 20; i++) {
		struct test_message m = {.body = {who, i}};
		m.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0);
		m.head.msgh_remote_port = full_port;
		CHECK_EQ(test_mach_msg(t, 10 + who, &m, MACH_SEND_MSG,
				       HEAD + 8, 0, 0, 0, 0),
			 MACH_MSG_SUCCESS);
		full_sent++;
	}
}

static void drain(struct test_task *t, void *arg)
{
	struct test_message m;
	mach_port_status_t status;
	unsigned next[4] = {0};
	(void)arg;
	CHECK_EQ(ipc_port_op_get_receive_status(t->space, full_port, &status),
		 KR_SUCCESS);
	CHECK_EQ(status.mps_msgcount, 5);
	CHECK_EQ(full_sent, 5);
	for (unsigned i = 0; i < 80; i++) {
		CHECK_EQ(receive(t, &m, full_port, 0, 0), MACH_MSG_SUCCESS);
		CHECK(m.body[0] < 4);
		CHECK_EQ(m.body[1], next[m.body[0]]);
		CHECK_EQ(m.head.msgh_seqno, i);
		next[m.body[0]]++;
	}
	CHECK_EQ(receive(t, &m, full_port, MACH_RCV_TIMEOUT, 0),
		 MACH_RCV_TIMED_OUT);
}

static void blocked_senders_keep_order(void)
{
	unsigned who[4] = {0, 1, 2, 3};
	struct test_program p[4];
	struct thread *t[4];
	test_task_create(&task);
	full_sent = 0;
	full_port = new_port(&task);
	for (unsigned i = 0; i < 4; i++) {
		p[i] = (struct test_program){filler, &task, &who[i]};
		t[i] = test_start(&p[i]);
	}
	for (unsigned i = 0; i < 50; i++)
		thread_yield(NULL);
	thread_wait_begin(WAIT_UNINTERRUPTIBLE);
	thread_block(clock_now() + 1000000, NULL); /* all are blocked now */
	test_run_user(&task, drain, NULL);
	for (unsigned i = 0; i < 4; i++)
		test_join(t[i]);
	test_task_destroy(&task);
}

static void fill_then_poll(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	mach_port_name_t p = new_port(t);
	uint32_t bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND,
				       MACH_MSG_TYPE_MAKE_SEND_ONCE);
	(void)arg;
	for (unsigned i = 0; i < 5; i++)
		CHECK_EQ(send(t, &m, bits, p, p, HEAD), MACH_MSG_SUCCESS);
	m.head.msgh_bits = bits;
	m.head.msgh_remote_port = m.head.msgh_local_port = p;
	CHECK_EQ(test_mach_msg(t, 0, &m, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
			       HEAD, 0, 0, 0, 0),
		 MACH_SEND_TIMED_OUT);
	/* Given back: the rights came back as names of this task. */
	CHECK_EQ(m.head.msgh_bits,
		 MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND,
				MACH_MSG_TYPE_PORT_SEND_ONCE));
	CHECK_EQ(m.head.msgh_remote_port, p);
	CHECK(m.head.msgh_local_port != p && m.head.msgh_local_port);
	CHECK_EQ(test_mach_msg(t, 0, &m, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
			       HEAD, 0, 0, 3, 0),
		 MACH_SEND_TIMED_OUT);
	CHECK_EQ(receive(t, &m, p, 0, 0), MACH_MSG_SUCCESS);
	CHECK_EQ(m.head.msgh_size, HEAD);
}

static void full_queue_gives_back(void)
{
	test_task_create(&task);
	test_run_user(&task, fill_then_poll, NULL);
	test_task_destroy(&task);
}

/* --- codes --- */

static void bad_headers(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	mach_port_name_t p = new_port(t), set = 0;
	uint32_t make = MACH_MSG_TYPE_MAKE_SEND;
	(void)arg;
	CHECK_EQ(test_mach_msg(t, 0, &m, 0, 0, 0, 0, 0, 0), MACH_MSG_SUCCESS);
	CHECK_EQ(send(t, &m, make, p, 0, HEAD - 1), MACH_SEND_MSG_TOO_SMALL);
	CHECK_EQ(send(t, &m, make, p, 0, MACH_MSG_SIZE_MAX + 1),
		 MACH_SEND_MSG_TOO_LARGE);
	CHECK_EQ(send(t, &m, make | 1u << 26, p, 0, HEAD),
		 MACH_SEND_INVALID_HEADER);
	CHECK_EQ(send(t, &m, 0, p, 0, HEAD), MACH_SEND_INVALID_HEADER);
	CHECK_EQ(send(t, &m, 16, p, 0, HEAD), MACH_SEND_INVALID_HEADER);
	CHECK_EQ(send(t, &m, make, p, p, HEAD), MACH_SEND_INVALID_HEADER);
	CHECK_EQ(send(t, &m, make, 0, 0, HEAD), MACH_SEND_INVALID_DEST);
	CHECK_EQ(send(t, &m, make, ~0u, 0, HEAD), MACH_SEND_INVALID_DEST);
	CHECK_EQ(send(t, &m, make, 12345, 0, HEAD), MACH_SEND_INVALID_DEST);
	CHECK_EQ(send(t, &m, MACH_MSG_TYPE_COPY_SEND, p, 0, HEAD),
		 MACH_SEND_INVALID_DEST);
	CHECK_EQ(send(t, &m, MACH_MSGH_BITS(make, make), p, 12345, HEAD),
		 MACH_SEND_INVALID_REPLY);
	CHECK_EQ(send(t, &m, MACH_MSGH_BITS(make, 17), p, p, HEAD),
		 MACH_SEND_INVALID_REPLY);
	CHECK_EQ(host_trap(ipc_trap_mach_msg, 0x10, MACH_SEND_MSG, HEAD, 0, 0,
			   0, 0),
		 MACH_SEND_INVALID_DATA);
	CHECK_EQ(receive(t, &m, 12345, 0, 0), MACH_RCV_INVALID_NAME);
	CHECK_EQ(ipc_port_op_allocate(t->space, 3, &set), KR_SUCCESS);
	CHECK_EQ(ipc_port_op_move_member(t->space, p, set), KR_SUCCESS);
	CHECK_EQ(receive(t, &m, p, 0, 0), MACH_RCV_IN_SET);
	CHECK_EQ(receive(t, &m, set, MACH_RCV_TIMEOUT, 0), MACH_RCV_TIMED_OUT);
}

static void codes_of_bad_headers(void)
{
	test_task_create(&task);
	test_run_user(&task, bad_headers, NULL);
	test_task_destroy(&task);
}

static void same_name_twice(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	mach_port_urefs_t refs;
	mach_port_name_t p = give_send(&other, *(mach_port_name_t *)arg, t);
	/* MOVE_SEND and COPY_SEND of one reference: well. */
	CHECK_EQ(send(t, &m, MACH_MSGH_BITS(17, 19), p, p, HEAD),
		 MACH_MSG_SUCCESS);
	CHECK_EQ(ipc_port_op_get_refs(t->space, p, 0, &refs), KR_INVALID_NAME);
	p = give_send(&other, *(mach_port_name_t *)arg, t);
	CHECK_EQ(send(t, &m, MACH_MSGH_BITS(19, 17), p, p, HEAD),
		 MACH_MSG_SUCCESS);
	CHECK_EQ(ipc_port_op_get_refs(t->space, p, 0, &refs), KR_INVALID_NAME);
	/* Two moves need two. */
	p = give_send(&other, *(mach_port_name_t *)arg, t);
	CHECK_EQ(send(t, &m, MACH_MSGH_BITS(17, 17), p, p, HEAD),
		 MACH_SEND_INVALID_REPLY);
	CHECK_EQ(ipc_port_op_get_refs(t->space, p, 0, &refs), KR_SUCCESS);
	CHECK_EQ(refs, 1);
	CHECK_EQ(give_send(&other, *(mach_port_name_t *)arg, t), p);
	CHECK_EQ(send(t, &m, MACH_MSGH_BITS(17, 17), p, p, HEAD),
		 MACH_MSG_SUCCESS);
	CHECK_EQ(ipc_port_op_get_refs(t->space, p, 0, &refs), KR_INVALID_NAME);
}

static void header_rights_are_one_step(void)
{
	test_task_create(&task);
	test_task_create(&other);
	mach_port_name_t p = new_port(&other);
	test_run_user(&task, same_name_twice, &p);
	test_task_destroy(&task);
	test_task_destroy(&other);
}

static void large(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	mach_port_name_t p = new_port(t);
	uint32_t bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND,
				       MACH_MSG_TYPE_MAKE_SEND_ONCE);
	(void)arg;
	CHECK_EQ(send(t, &m, bits, p, p, HEAD + 400), MACH_MSG_SUCCESS);
	CHECK_EQ(test_mach_msg(t, 1, &m, MACH_RCV_MSG | MACH_RCV_LARGE, 0, 100,
			       p, 0, 0),
		 MACH_RCV_TOO_LARGE);
	CHECK_EQ(m.head.msgh_size, HEAD + 400);
	/* It is still there; without LARGE it is destroyed, its header seen. */
	memset(&m, 0, sizeof(m));
	CHECK_EQ(test_mach_msg(t, 1, &m, MACH_RCV_MSG, 0, 100, p, 0, 0),
		 MACH_RCV_TOO_LARGE);
	CHECK_EQ(m.head.msgh_local_port, p);
	CHECK_EQ(m.head.msgh_remote_port, MACH_PORT_NULL);
	/* The reply right went with it, which p hears of. */
	CHECK_EQ(receive(t, &m, p, MACH_RCV_TIMEOUT, 0), MACH_MSG_SUCCESS);
	CHECK_EQ(m.head.msgh_id, MACH_NOTIFY_SEND_ONCE);
	CHECK(m.head.msgh_bits & MACH_MSGH_BITS_KERNEL);
	CHECK_EQ(receive(t, &m, p, MACH_RCV_TIMEOUT, 0), MACH_RCV_TIMED_OUT);
}

static void too_large(void)
{
	test_task_create(&task);
	test_run_user(&task, large, NULL);
	test_task_destroy(&task);
}

/* --- aborts and death --- */

static mach_port_name_t wait_name;
static mach_msg_return_t wait_result;

static void wait_forever(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	(void)arg;
	wait_result = receive(t, &m, wait_name, 0, 0);
}

static void settle(void)
{
	thread_wait_begin(WAIT_UNINTERRUPTIBLE);
	thread_block(clock_now() + 1000000, NULL);
}

static void end_of_receive(void)
{
	struct test_program p = {wait_forever, &task, NULL};
	mach_port_name_t set = 0;
	test_task_create(&task);
	CHECK_EQ(ipc_port_op_allocate(task.space, 3, &set), KR_SUCCESS);
	for (unsigned how = 0; how < 6; how++) {
		mach_port_name_t port = new_port(&task);
		wait_name = how >= 4 ? set : port;
		struct thread *t = test_start(&p);
		settle();
		if (how == 0 || how == 4)
			thread_abort_wait(t);
		else if (how == 1)
			CHECK_EQ(ipc_port_op_destroy(task.space, port), 0);
		else if (how == 2)
			CHECK_EQ(ipc_port_op_move_member(task.space, port,
							 set), 0);
		else if (how == 3)
			CHECK_EQ(ipc_port_op_mod_refs(task.space, port, 1, -1),
				 0);
		else
			CHECK_EQ(ipc_port_op_destroy(task.space, set), 0);
		test_join(t);
		CHECK_EQ(wait_result, how == 0 || how == 4 ?
						 MACH_RCV_INTERRUPTED :
				      how == 2 ? MACH_RCV_PORT_CHANGED :
						 MACH_RCV_PORT_DIED);
	}
	test_task_destroy(&task);
}

static void send_and_wait(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	uint32_t bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
				       MACH_MSG_TYPE_MAKE_SEND);
	mach_port_name_t mine = new_port(t);
	(void)arg;
	for (unsigned i = 0; i < 5; i++)
		CHECK_EQ(send(t, &m, bits, wait_name, mine, HEAD), 0);
	wait_result = send(t, &m, bits, wait_name, mine, HEAD);
	if (wait_result == MACH_SEND_INTERRUPTED)
		CHECK_EQ(m.head.msgh_local_port, mine);
}

static void end_of_send(void)
{
	struct test_program p = {send_and_wait, &task, NULL};
	for (unsigned how = 0; how < 3; how++) {
		test_task_create(&task);
		test_task_create(&other);
		mach_port_name_t port = new_port(&other);
		wait_name = give_send(&other, port, &task);
		struct thread *t = test_start(&p);
		settle();
		if (how == 0)
			thread_abort_wait(t);
		else if (how == 1)
			CHECK_EQ(ipc_port_op_destroy(other.space, port), 0);
		else
			CHECK_EQ(ipc_port_op_set_qlimit(other.space, port, 6),
				 0);
		test_join(t);
		CHECK_EQ(wait_result, how == 0 ? MACH_SEND_INTERRUPTED : 0);
		test_task_destroy(&task);
		test_task_destroy(&other);
	}
}

static void body(void *arg)
{
	(void)arg;
	RUN_COUNTED(send_to_itself);
	RUN_COUNTED(rpc);
	RUN_COUNTED(rpc_port_set);
	RUN_COUNTED(blocked_senders_keep_order);
	RUN_COUNTED(full_queue_gives_back);
	RUN_COUNTED(codes_of_bad_headers);
	RUN_COUNTED(header_rights_are_one_step);
	RUN_COUNTED(too_large);
	RUN_COUNTED(end_of_receive);
	RUN_COUNTED(end_of_send);
}

TEST_MAIN(body)

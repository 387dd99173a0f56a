/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads of one task, on several simulated processors in seeded orders, that
 * move ports between sets, destroy and make both, send and receive; and a
 * server that asks to be told when nobody can send any more while rights are
 * made and given up. Every call's code is one of its list, the walkers pass,
 * and nothing is left.
 */
#include "ipc.h"

#define HEAD sizeof(mach_msg_header_t)

enum { PORTS = 6, SETS = 3, STEPS = 400, WORKERS = 5 };

static struct test_task task;
static _Atomic uint32_t ports[PORTS], sets[SETS];
static _Atomic unsigned received, sent;

static uint32_t any_port(void)
{
	return atomic_load(&ports[host_random() % PORTS]);
}

static uint32_t any_set(void)
{
	return atomic_load(&sets[host_random() % SETS]);
}

static bool one_of(int code, const int *list)
{
	for (; *list >= 0; list++)
		if (*list == code)
			return true;
	return false;
}

#define ONE_OF(code, ...) CHECK(one_of((code), (const int[]){__VA_ARGS__, -1}))

/* --- calls, in traps --- */

static int64_t do_move(uint64_t member, uint64_t set, uint64_t c, uint64_t d,
		       uint64_t e, uint64_t f)
{
	(void)c, (void)d, (void)e, (void)f;
	return ipc_port_op_move_member(task.space, (uint32_t)member,
				       (uint32_t)set);
}

static int64_t do_destroy(uint64_t name, uint64_t b, uint64_t c, uint64_t d,
			  uint64_t e, uint64_t f)
{
	(void)b, (void)c, (void)d, (void)e, (void)f;
	return ipc_port_op_destroy(task.space, (uint32_t)name);
}

static int64_t do_allocate(uint64_t right, uint64_t b, uint64_t c, uint64_t d,
			   uint64_t e, uint64_t f)
{
	mach_port_name_t name;

	(void)b, (void)c, (void)d, (void)e, (void)f;
	panic_unless(ipc_port_op_allocate(task.space, (uint32_t)right, &name) ==
		     KR_SUCCESS);
	return name;
}

static int64_t do_check(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			uint64_t e, uint64_t f)
{
	(void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	ipc_check_space(task.space);
	return 0;
}

/* --- workers --- */

static void mover(struct test_task *t, void *arg)
{
	(void)t, (void)arg;
	for (unsigned i = 0; i < STEPS; i++) {
		uint32_t to = host_random() % 3 ? any_set() : 0;
		ONE_OF((int)host_trap(do_move, any_port(), to, 0, 0, 0, 0, 0),
		       KR_SUCCESS, KR_NOT_IN_SET, KR_INVALID_NAME,
		       KR_INVALID_RIGHT);
	}
}

static void replace(_Atomic uint32_t *slot, uint64_t right)
{
	uint64_t fresh = (uint64_t)host_trap(do_allocate, right, 0, 0, 0, 0, 0,
					     0);
	uint32_t old = atomic_exchange(slot, (uint32_t)fresh);

	CHECK_EQ(host_trap(do_destroy, old, 0, 0, 0, 0, 0, 0), KR_SUCCESS);
}

static void destroyer(struct test_task *t, void *arg)
{
	(void)t, (void)arg;
	for (unsigned i = 0; i < STEPS / 4; i++) {
		if (host_random() % 2)
			replace(&sets[host_random() % SETS],
				MACH_PORT_RIGHT_PORT_SET);
		else
			replace(&ports[host_random() % PORTS],
				MACH_PORT_RIGHT_RECEIVE);
		if (i % 16 == 0)
			host_trap(do_check, 0, 0, 0, 0, 0, 0, 0);
		host_user_compute(host_random() % 3000);
	}
}

static void sender(struct test_task *t, void *arg)
{
	struct test_message m = {0};

	for (unsigned i = 0; i < STEPS; i++) {
		m.head.msgh_bits = MACH_MSG_TYPE_MAKE_SEND;
		m.head.msgh_remote_port = any_port();
		m.head.msgh_local_port = 0;
		mach_msg_return_t r = test_mach_msg(
			t, *(unsigned *)arg, &m,
			MACH_SEND_MSG | MACH_SEND_TIMEOUT, HEAD + 8, 0, 0,
			host_random() % 2, 0);
		ONE_OF(r, MACH_MSG_SUCCESS, MACH_SEND_TIMED_OUT,
		       MACH_SEND_INVALID_DEST);
		atomic_fetch_add(&sent, r == MACH_MSG_SUCCESS);
	}
}

static void receiver(struct test_task *t, void *arg)
{
	struct test_message m = {0};

	for (unsigned i = 0; i < STEPS; i++) {
		uint32_t from = host_random() % 4 ? any_set() : any_port();
		mach_msg_return_t r = test_mach_msg(
			t, *(unsigned *)arg, &m,
			MACH_RCV_MSG | MACH_RCV_TIMEOUT |
				(host_random() % 2 ? MACH_RCV_LARGE : 0),
			0, host_random() % 8 ? 100 : 26, from,
			host_random() % 3, 0);
		ONE_OF(r, MACH_MSG_SUCCESS, MACH_RCV_TIMED_OUT,
		       MACH_RCV_INVALID_NAME, MACH_RCV_IN_SET,
		       MACH_RCV_PORT_DIED, MACH_RCV_PORT_CHANGED,
		       MACH_RCV_TOO_LARGE);
		atomic_fetch_add(&received, r == MACH_MSG_SUCCESS);
	}
}

static unsigned index_of[WORKERS] = {0, 1, 2, 3, 4};

static void scene(void)
{
	static void (*const fn[WORKERS])(struct test_task *, void *) = {
		mover, destroyer, sender, receiver, receiver};
	struct test_program program[WORKERS];
	struct thread *thread[WORKERS];

	test_task_create(&task);
	for (unsigned i = 0; i < PORTS; i++)
		atomic_store(&ports[i],
			     (uint32_t)do_allocate(MACH_PORT_RIGHT_RECEIVE, 0, 0,
						   0, 0, 0));
	for (unsigned i = 0; i < SETS; i++)
		atomic_store(&sets[i],
			     (uint32_t)do_allocate(MACH_PORT_RIGHT_PORT_SET, 0,
						   0, 0, 0, 0));
	for (unsigned i = 0; i < WORKERS; i++) {
		program[i] = (struct test_program){fn[i], &task, &index_of[i]};
		thread[i] = test_start(&program[i]);
	}
	for (unsigned i = 0; i < WORKERS; i++)
		test_join(thread[i]);
	test_task_destroy(&task);
}

static void sets_race(void)
{
	for (unsigned i = 0; i < 12 && !check_state.bad; i++)
		scene();
	CHECK(atomic_load(&received) > 100 && atomic_load(&sent) > 100);
}

/* --- no-senders --- */

enum { CLIENTS = 3, ROUNDS = 300 };

static struct test_task holder; /* of the send rights */
static mach_port_name_t service, notify;
static struct ipc_port *service_port;
static _Atomic uint32_t slot[CLIENTS]; /* a name to give up, or 0 */
static _Atomic bool stop;

static int64_t do_give_up(uint64_t name, uint64_t b, uint64_t c, uint64_t d,
			  uint64_t e, uint64_t f)
{
	(void)b, (void)c, (void)d, (void)e, (void)f;
	return ipc_port_op_mod_refs(holder.space, (uint32_t)name,
				    MACH_PORT_RIGHT_SEND, -1);
}

/* A look around: other processors get their turn at locks only. */
static int64_t do_look(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
		       uint64_t e, uint64_t f)
{
	mach_port_type_t type;

	(void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	return ipc_port_op_type(holder.space, 1, &type);
}

static void client(struct test_task *t, void *arg)
{
	_Atomic uint32_t *mine = &slot[*(unsigned *)arg];

	(void)t;
	while (!atomic_load(&stop)) {
		uint32_t name = atomic_exchange(mine, 0);
		if (name)
			CHECK_EQ(host_trap(do_give_up, name, 0, 0, 0, 0, 0, 0),
				 KR_SUCCESS);
		host_trap(do_look, 0, 0, 0, 0, 0, 0, 0);
		host_user_compute(host_random() % 500);
	}
}

/* One more send right for a client; false: all have one. */
static bool give_one(void)
{
	_Atomic uint32_t *to = &slot[host_random() % CLIENTS];
	struct ipc_right right;
	mach_port_name_t name = 0;

	if (atomic_load(to))
		return false;
	panic_unless(ipc_space_extract(task.space, service,
				       MACH_MSG_TYPE_MAKE_SEND,
				       &right) == KR_SUCCESS);
	panic_unless(ipc_space_insert(holder.space, right, false, &name) ==
		     KR_SUCCESS);
	atomic_store(to, name);
	return true;
}

static void ask(uint32_t sync)
{
	struct ipc_right right, previous = IPC_RIGHT_NULL;

	panic_unless(ipc_space_extract(task.space, notify,
				       MACH_MSG_TYPE_MAKE_SEND_ONCE,
				       &right) == KR_SUCCESS);
	panic_unless(ipc_port_op_request_notification(
			     task.space, service, MACH_NOTIFY_NO_SENDERS, sync,
			     right, &previous) == KR_SUCCESS);
	panic_unless(previous.kind == RIGHT_NONE);
}

/* The make-send count a notification brought; false: none came. */
static bool told(uint32_t *count)
{
	struct list after;
	uint32_t too_large = 0;

	list_init(&after);
	spin_lock(&task.space->lock);
	struct ipc_entry *e = ipc_entry_get(task.space, notify);
	struct ipc_message *m =
		ipc_port_take(e->port, UINT32_MAX, &too_large, &after);
	ipc_entry_done(e);
	spin_unlock(&task.space->lock);
	if (!m)
		return false;
	panic_unless(m->head.msgh_id == MACH_NOTIFY_NO_SENDERS);
	*count = ((uint32_t *)ipc_message_body(m))[1];
	ipc_right_used(m->dest);
	m->dest = IPC_RIGHT_NULL;
	ipc_message_destroy(m);
	return true;
}

/* A right is made only by the server: if the count it is told of is its own,
 * nobody can send; else some were made since, and it asks again. */
static void serve(void)
{
	uint32_t made = 0, count, last = 0, right_ones = 0;

	ask(1);
	for (unsigned i = 0; i < ROUNDS * 20 && made < ROUNDS; i++) {
		if (host_random() % 3 == 0)
			made += give_one();
		thread_wait_begin(WAIT_UNINTERRUPTIBLE);
		thread_block(clock_now() + host_random() % 800, NULL);
		if (!told(&count))
			continue;
		CHECK(count >= last && count <= made);
		last = count;
		if (count == made) {
			CHECK(!ipc_port_has_senders(service_port));
			right_ones++;
		}
		ask(made + 1);
		/* Rights made before the new request count for it too. */
	}
	CHECK(made >= ROUNDS / 4);
	CHECK(right_ones > 0);
}

static void no_senders_race(void)
{
	struct test_program program[CLIENTS];
	struct thread *thread[CLIENTS];

	atomic_store(&stop, false);
	test_task_create(&task);
	test_task_create(&holder);
	panic_unless(ipc_port_op_allocate(task.space, MACH_PORT_RIGHT_RECEIVE,
					  &service) == KR_SUCCESS);
	panic_unless(ipc_port_op_allocate(task.space, MACH_PORT_RIGHT_RECEIVE,
					  &notify) == KR_SUCCESS);
	service_port = ipc_entry_lookup(task.space, service)->port;
	for (unsigned i = 0; i < CLIENTS; i++) {
		atomic_store(&slot[i], 0);
		program[i] =
			(struct test_program){client, &holder, &index_of[i]};
		thread[i] = test_start(&program[i]);
	}
	serve();
	atomic_store(&stop, true);
	for (unsigned i = 0; i < CLIENTS; i++)
		test_join(thread[i]);
	test_task_destroy(&holder);
	test_task_destroy(&task);
}

static void body(void *arg)
{
	(void)arg;
	RUN_COUNTED(sets_race);
	RUN_COUNTED(no_senders_race);
}

int main(void)
{
	host_options.boot = test_boot;
	host_options.cpus = 4;
	host_kernel_run(body, NULL);
	return check_done();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an operation costs when there are many of its kind, beside what it costs
 * when there are ten: ports, threads, tasks. Nothing may be searched for.
 *
 * Runs: bare --memory 512
 */
#include "lib/bench.h"

#include <mach/mach_traps.h>
#include <mach/rpc_twins.h>
#include <mach/x86_64/trap_call.h>
#include <server/child.h>
#include <stdlib.h>
#include <string.h>

#define FEW	      10
#define PORTS	      100000
#define THREADS	      10000
#define TASKS	      1000
#define ROUNDS	      3000
#define CREATE_ROUNDS 500
#define STACK	      1024
#define STRIDE	      7919 /* prime: a round meets all, in no order */

static mach_port_t self, reply_port;

/* --- one among many: its port, its futex --- */

struct crowd {
	mach_port_t port[PORTS];
	volatile int ready;
};

static struct crowd *crowd; /* children share it */
static unsigned crowd_size, at;

static unsigned next(void)
{
	at = (at + STRIDE) % crowd_size;
	return at;
}

static void *pages(vm_size_t size)
{
	vm_address_t a = 0;

	bench_must("vm_allocate", vm_allocate(self, &a, size, TRUE));
	return (void *)a;
}

struct message {
	mach_msg_header_t head;
	mach_msg_type_t type;
	char data[24];
	char room[16];
};
#define SIZE (uint32_t)(sizeof(struct message) - 16)

static mach_msg_return_t trap_msg(struct message *m, mach_msg_option_t option,
				  mach_port_t from)
{
	return (mach_msg_return_t)mach_trap7(MACH_TRAP_MACH_MSG, (uintptr_t)m,
					     option, SIZE, sizeof *m, from, 0,
					     0);
}

/* Until its port is gone. */
static void echo(mach_port_t port)
{
	struct message m;
	mach_msg_option_t option = MACH_RCV_MSG;

	while (trap_msg(&m, option, port) == MACH_MSG_SUCCESS) {
		m.head.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
		m.head.msgh_local_port = MACH_PORT_NULL;
		option = MACH_SEND_MSG | MACH_RCV_MSG;
	}
}

static void rpc_to(mach_port_t port)
{
	struct message m = {
		.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
						 MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.head.msgh_remote_port = port,
		.head.msgh_local_port = reply_port,
		.type = {.msgt_name = MACH_MSG_TYPE_BYTE,
			 .msgt_size = 8,
			 .msgt_number = 24,
			 .msgt_inline = 1},
	};

	bench_must("rpc", trap_msg(&m, MACH_SEND_MSG | MACH_RCV_MSG,
				   reply_port));
}

static void rpc_to_next(void)
{
	rpc_to(crowd->port[next()]);
}

static mach_port_t port_with_send(void)
{
	mach_port_t port;

	bench_must("port", mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE,
					      &port));
	bench_must("send right",
		   mach_port_insert_right(self, port, port,
					  MACH_MSG_TYPE_MAKE_SEND));
	return port;
}

/* --- a row: every operation with few, then with many --- */

struct operation {
	const char *name;
	void (*once)(void);
	unsigned rounds;
	uint64_t few;
};

static void measure(struct operation *o, unsigned n, unsigned size)
{
	crowd_size = size;
	for (unsigned i = 0; i < n; i++) {
		uint64_t mean = bench_mean(o[i].once, o[i].rounds);

		if (size == FEW)
			o[i].few = mean;
		else
			bench_scale(o[i].name, size, o[i].few, mean);
	}
}

/* --- ports: a server that holds them all in one set --- */

static void port_server(void *arg)
{
	mach_port_t set, me = mach_task_self();

	bench_must("set", mach_port_allocate(me, MACH_PORT_RIGHT_PORT_SET,
					     &set));
	for (unsigned i = 0; i < *(unsigned *)arg; i++) {
		bench_must("port",
			   mach_port_allocate(me, MACH_PORT_RIGHT_RECEIVE,
					      &crowd->port[i]));
		bench_must("member", mach_port_move_member(
					     me, crowd->port[i], set));
	}
	crowd->ready = 1;
	echo(set);
	abort();
}

/* From the server's names to ours. */
static void ports_extract(task_t server, unsigned n)
{
	mach_msg_type_name_t type;

	for (unsigned i = 0; i < n; i++)
		bench_must("extract", mach_port_extract_right(
					      server, crowd->port[i],
					      MACH_MSG_TYPE_MAKE_SEND,
					      &crowd->port[i], &type));
}

static void port_allocate_destroy(void)
{
	mach_port_t name;

	mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &name);
	mach_port_mod_refs(self, name, MACH_PORT_RIGHT_RECEIVE, -1);
}

static void port_lookup(void)
{
	mach_port_t name = crowd->port[next()];

	mach_port_mod_refs(self, name, MACH_PORT_RIGHT_SEND, 1);
	mach_port_mod_refs(self, name, MACH_PORT_RIGHT_SEND, -1);
}

static void port_type_rpc(void)
{
	mach_port_type_t type;

	bench_must("type", mach_port_type(self, crowd->port[next()], &type));
}

static struct operation port_operations[] = {
	{ "port_allocate_destroy", port_allocate_destroy, ROUNDS, 0 },
	{ "port_lookup", port_lookup, ROUNDS, 0 },
	{ "port_type_rpc", port_type_rpc, ROUNDS, 0 },
	{ "port_rpc_to_one", rpc_to_next, ROUNDS, 0 },
};

static void ports(unsigned n)
{
	struct child server;

	crowd->ready = 0;
	bench_must("child", child_create(&server, port_server, &n));
	bench_must("child_go", child_go(&server));
	while (!crowd->ready)
		thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 10);
	ports_extract(server.task, n);
	bench_rest();
	measure(port_operations,
		sizeof port_operations / sizeof port_operations[0], n);
	child_kill(&server);
	for (unsigned i = 0; i < n; i++)
		mach_port_deallocate(self, crowd->port[i]);
}

/* --- threads --- */

static char *stacks; /* the last for threads that come and go */
static volatile int *words;
static volatile int running, yield_on;

static thread_t thread_on(char *stack, void (*fn)(uintptr_t), uintptr_t arg)
{
	struct x86_64_thread_state state;
	thread_t thread;

	memset(&state, 0, sizeof state);
	state.rip = (uintptr_t)fn;
	state.rdi = arg;
	state.rsp = (uintptr_t)(stack + STACK - 8);
	bench_must("thread_create_running",
		   thread_create_running(self, x86_64_THREAD_STATE,
					 (thread_state_t)&state,
					 x86_64_THREAD_STATE_COUNT, &thread));
	return thread;
}

static void thread_exits(uintptr_t word)
{
	mach_trap2(MACH_TRAP_THREAD_EXIT, word, 0);
}

static void thread_create_run_exit(void)
{
	running = 1;
	thread_t thread = thread_on(stacks + THREADS * STACK, thread_exits,
				    (uintptr_t)&running);
	while (running)
		mach_trap4(MACH_TRAP_FUTEX_WAIT, (uintptr_t)&running, 1, 0,
			   FUTEX_NO_DEADLINE);
	mach_port_deallocate(self, thread);
}

static void yields(uintptr_t arg)
{
	(void)arg;
	while (yield_on)
		mach_trap0(MACH_TRAP_SWTCH);
	thread_exits((uintptr_t)&running);
}

static void thread_yield_pair(void)
{
	mach_trap0(MACH_TRAP_SWTCH);
}

static void yields_on(void)
{
	running = yield_on = 1;
	mach_port_deallocate(self, thread_on(stacks + THREADS * STACK, yields,
					     0));
}

static void yields_off(void)
{
	yield_on = 0;
	while (running)
		mach_trap0(MACH_TRAP_SWTCH);
}

/* Ends with its port. */
static void answers(uintptr_t i)
{
	echo(crowd->port[i]);
	thread_exits(0);
}

static struct operation thread_operations[] = {
	{ "thread_create_run_exit", thread_create_run_exit, CREATE_ROUNDS, 0 },
	{ "thread_rpc_to_one", rpc_to_next, ROUNDS, 0 },
};
static struct operation yield_operations[] = {
	{ "thread_yield_pair", thread_yield_pair, ROUNDS, 0 },
};

static void threads_of_ports(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		crowd->port[i] = port_with_send();
		mach_port_deallocate(
			self, thread_on(stacks + i * STACK, answers, i));
	}
	bench_rest();
	measure(thread_operations,
		sizeof thread_operations / sizeof thread_operations[0], n);
	bench_rest();
	yields_on();
	measure(yield_operations, 1, n);
	yields_off();
	for (unsigned i = 0; i < n; i++)
		mach_port_destroy(self, crowd->port[i]);
	bench_rest();
}

/* 1: it waits; 0: woken, looks, waits again; -1: ends. */
static void waits(uintptr_t i)
{
	volatile int *word = &words[i];

	while (*word >= 0) {
		*word = 1;
		mach_trap4(MACH_TRAP_FUTEX_WAIT, (uintptr_t)word, 1, 0,
			   FUTEX_NO_DEADLINE);
	}
	thread_exits(0);
}

static void wake(volatile int *word, int value)
{
	*word = value;
	mach_trap4(MACH_TRAP_FUTEX_WAKE, (uintptr_t)word, 1, 0, 0);
}

static void thread_futex_wake(void)
{
	volatile int *word = &words[next()];

	wake(word, 0);
	while (*word == 0)
		mach_trap0(MACH_TRAP_SWTCH);
}

static struct operation futex_operations[] = {
	{ "thread_futex_wake", thread_futex_wake, ROUNDS, 0 },
};

static void threads_of_futexes(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		words[i] = 0;
		mach_port_deallocate(self,
				     thread_on(stacks + i * STACK, waits, i));
	}
	bench_rest();
	measure(futex_operations, 1, n);
	for (unsigned i = 0; i < n; i++)
		wake(&words[i], -1);
	bench_rest();
}

/* --- tasks --- */

static void task_answers(void *arg)
{
	echo(*(mach_port_t *)arg);
	abort();
}

static void task_create_terminate(void)
{
	task_t task;

	bench_must("task_create", task_create(self, FALSE, &task));
	bench_must("task_terminate", task_terminate(task));
	mach_port_deallocate(self, task);
}

static struct operation task_operations[] = {
	{ "task_create_terminate", task_create_terminate, CREATE_ROUNDS, 0 },
	{ "task_rpc_to_one", rpc_to_next, ROUNDS, 0 },
};

static void tasks(unsigned n)
{
	struct child *c = pages(n * sizeof *c);

	for (unsigned i = 0; i < n; i++) {
		mach_port_t port = port_with_send(), name = port | 0x80000;

		crowd->port[i] = port;
		bench_must("child", child_create(&c[i], task_answers, &name));
		bench_must("receive right", mach_port_insert_right(
						    c[i].task, name, port,
						    MACH_MSG_TYPE_MOVE_RECEIVE));
		bench_must("child_go", child_go(&c[i]));
	}
	bench_rest();
	measure(task_operations,
		sizeof task_operations / sizeof task_operations[0], n);
	for (unsigned i = 0; i < n; i++) {
		child_kill(&c[i]);
		mach_port_deallocate(self, crowd->port[i]);
	}
	vm_deallocate(self, (vm_address_t)c, n * sizeof *c);
}

static void both(void (*with)(unsigned), unsigned many)
{
	with(FEW);
	with(many);
}

int main(void)
{
	self = mach_task_self();
	bench_calibrate();
	reply_port = mach_reply_port();
	crowd = pages(sizeof *crowd);
	bench_must("vm_inherit", vm_inherit(self, (vm_address_t)crowd,
					    sizeof *crowd, VM_INHERIT_SHARE));
	both(tasks, TASKS);
	both(ports, PORTS);
	stacks = pages((THREADS + 1) * STACK);
	words = pages(THREADS * sizeof *words);
	both(threads_of_ports, THREADS);
	both(threads_of_futexes, THREADS);
	return 0;
}

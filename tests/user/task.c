/* SPDX-License-Identifier: BSD-2-Clause */
/* Tasks: what they are, what can be done to them, what they inherit. */
#include "lib/test.h"

#include <pthread.h>
#include <servers/bootstrap.h>

#define SELF mach_task_self()

struct shared {
	volatile int state;
	volatile unsigned long counter[4];
	volatile mach_port_t port;
	volatile int value;
};

static void body_forever(void *arg)
{
	struct shared *s = arg;

	s->state = 1;
	for (;;)
		s->counter[0]++;
}

static void body_wait(void *arg)
{
	struct shared *s = arg;

	s->state = 1;
	while (s->state != 2)
		sleep_ms(1);
	s->state = 3;
}

static bool moves(volatile unsigned long *counter)
{
	unsigned long before = *counter;

	for (int i = 0; i < 200 && *counter == before; i++)
		sleep_ms(1);
	return *counter != before;
}

static bool stands(volatile unsigned long *counter)
{
	unsigned long before = *counter;

	sleep_ms(30);
	return *counter == before;
}

/* Checklist: TSK-01 */
static void task_empty(void)
{
	struct task_basic_info info;
	unsigned count = TASK_BASIC_INFO_COUNT;
	thread_array_t list;
	mach_msg_type_number_t n;
	vm_address_t at = 0;
	task_t task;

	OK_OR_RETURN(task_create(SELF, FALSE, &task));
	OK(task_threads(task, &list, &n));
	EQUAL(n, 0);
	OK(task_info(task, TASK_BASIC_INFO, (task_info_t)&info, &count));
	EQUAL(info.suspend_count, 0);
	EQUAL(info.virtual_size, 0);
	OK(vm_allocate(task, &at, vm_page_size, TRUE));
	count = TASK_BASIC_INFO_COUNT;
	OK(task_info(task, TASK_BASIC_INFO, (task_info_t)&info, &count));
	EQUAL(info.virtual_size, vm_page_size);
	OK(task_terminate(task));
	mach_port_deallocate(SELF, task);
}

/* Checklist: TSK-02 THR-08 */
static void create_terminate(void)
{
	struct shared *s = shared_page();
	struct child c;

	OK_OR_RETURN(child_create(&c, body_wait, s));
	OK(child_go(&c));
	CHECK(wait_for(&s->state, 1, 2000));
	s->state = 2;
	CHECK(child_dead_within(&c, 2000));
	EQUAL(s->state, 3);
	CHECK(task_terminate(c.task) != KERN_SUCCESS);
	EQUAL(port_refs(c.task, MACH_PORT_RIGHT_DEAD_NAME), 1);
	child_wait(&c);
}

/* Checklist: TSK-08 */
static void task_port_death(void)
{
	struct shared *s = shared_page();
	struct child c;

	OK_OR_RETURN(child_create(&c, body_forever, s));
	OK(child_go(&c));
	CHECK(wait_for(&s->state, 1, 2000));
	OK(task_terminate(c.task));
	CHECK(child_dead_within(&c, 2000));
	EQUAL(port_refs(c.thread, MACH_PORT_RIGHT_DEAD_NAME), 1);
	CHECK(stands(&s->counter[0]));
	child_wait(&c);
}

static struct shared threads_shared;

static void *counting(void *arg)
{
	volatile unsigned long *counter = arg;

	for (;;)
		++*counter;
	return NULL;
}

static void body_three(void *arg)
{
	struct shared *s = arg;
	pthread_t t;

	for (int i = 0; i < 3; i++)
		pthread_create(&t, NULL, counting, (void *)&s->counter[i]);
	s->state = 1;
	for (;;)
		sleep_ms(1000);
}

/* Checklist: TSK-04 */
static void task_suspend_all(void)
{
	struct shared *s = shared_page();
	struct child c;

	(void)threads_shared;
	OK_OR_RETURN(child_create(&c, body_three, s));
	OK(child_go(&c));
	CHECK(wait_for(&s->state, 1, 2000));
	for (int i = 0; i < 3; i++)
		CHECK(moves(&s->counter[i]));
	OK(task_suspend(c.task));
	for (int i = 0; i < 3; i++)
		CHECK(stands(&s->counter[i]));
	OK(task_resume(c.task));
	for (int i = 0; i < 3; i++)
		CHECK(moves(&s->counter[i]));
	child_kill(&c);
}

static void *counts_once(void *arg)
{
	++*(volatile unsigned long *)arg;
	return NULL;
}

/* Two that stay, and others that come and go. */
static void body_busy(void *arg)
{
	struct shared *s = arg;
	pthread_t t;

	for (int i = 0; i < 2; i++)
		pthread_create(&t, NULL, counting, (void *)&s->counter[i]);
	s->state = 1;
	for (;;) {
		pthread_create(&t, NULL, counts_once, (void *)&s->counter[2]);
		pthread_join(t, NULL);
	}
}

#define MEETINGS 200

static void *suspends_and_resumes(void *arg)
{
	task_t task = *(task_t *)arg;

	for (int i = 0; i < MEETINGS; i++) {
		OK(task_suspend(task));
		OK(task_resume(task));
	}
	return NULL;
}

/* Each thread has each suspension once, whoever walks meanwhile. */
static void suspensions_meet(void)
{
	struct shared *s = shared_page();
	struct child c;
	pthread_t t;

	OK_OR_RETURN(child_create(&c, body_busy, s));
	OK(child_go(&c));
	CHECK(wait_for(&s->state, 1, 20000));
	pthread_create(&t, NULL, suspends_and_resumes, &c.task);
	suspends_and_resumes(&c.task);
	pthread_join(t, NULL);
	CODE(task_resume(c.task), KERN_FAILURE);
	for (int i = 0; i < 3; i++)
		CHECK(moves(&s->counter[i]));
	OK(task_suspend(c.task));
	for (int i = 0; i < 3; i++)
		CHECK(stands(&s->counter[i]));
	child_kill(&c);
}

/* Checklist: TSK-05 */
static void suspend_count(void)
{
	struct shared *s = shared_page();
	struct child c;

	OK_OR_RETURN(child_create(&c, body_forever, s));
	OK(child_go(&c));
	CHECK(moves(&s->counter[0]));
	CODE(task_resume(c.task), KERN_FAILURE);
	OK(task_suspend(c.task));
	OK(task_suspend(c.task));
	OK(task_resume(c.task));
	CHECK(stands(&s->counter[0]));
	OK(task_resume(c.task));
	CHECK(moves(&s->counter[0]));
	/* Both counts must be zero. */
	OK(thread_suspend(c.thread));
	OK(task_suspend(c.task));
	OK(task_resume(c.task));
	CHECK(stands(&s->counter[0]));
	OK(thread_resume(c.thread));
	CHECK(moves(&s->counter[0]));
	CODE(thread_resume(c.thread), KERN_FAILURE);
	child_kill(&c);
}

/* Checklist: TSK-06 THR-06 */
static void self_ports(void)
{
	mach_port_t port;

	EQUAL(task_self(), mach_task_self());
	OK(task_get_special_port(SELF, TASK_KERNEL_PORT, &port));
	EQUAL(port, mach_task_self());
	mach_port_deallocate(SELF, port);
	port = mach_thread_self();
	EQUAL(port, thread_self());
	mach_port_deallocate(SELF, port);
	CHECK(thread_self() != task_self());
	CHECK(MACH_PORT_VALID(host_self()));
}

struct first_thread { /* what a second one is shown of it */
	mach_port_t port;
	thread_t thread;
	volatile int on_stack, state;
};

/* Has the same rights, and authority over the thread that made it. */
static void *uses_rights(void *arg)
{
	struct first_thread *f = arg;
	struct x86_64_thread_state s;
	unsigned count = x86_64_THREAD_STATE_COUNT;
	thread_array_t list;
	mach_msg_type_number_t n = 0;

	EQUAL(port_refs(f->port, MACH_PORT_RIGHT_RECEIVE), 1);
	OK(task_threads(mach_task_self(), &list, &n));
	EQUAL(n, 2);
	OK(thread_suspend(f->thread));
	OK(thread_get_state(f->thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			    &count));
	CHECK(s.rsp < (uintptr_t)f);
	f->on_stack = 7;
	OK(thread_resume(f->thread));
	f->state = 1;
	return NULL;
}

/* Checklist: TSK-07 */
static void thread_rights_equal(void)
{
	struct first_thread f = {.port = port_new(), .thread = thread_self()};
	pthread_t t;

	pthread_create(&t, NULL, uses_rights, &f);
	CHECK(wait_for(&f.state, 1, 5000));
	pthread_join(t, NULL);
	EQUAL(f.on_stack, 7);
	port_gone(f.port);
}

/* Checklist: TSK-09 VM-40 */
static void foreign_vm_write(void)
{
	vm_address_t at = 0;
	pointer_t data;
	unsigned n;
	char text[] = "written by another task";
	task_t task;

	OK_OR_RETURN(task_create(SELF, FALSE, &task));
	OK(vm_allocate(task, &at, vm_page_size, TRUE));
	OK(vm_write(task, at, (pointer_t)text, sizeof text));
	OK(vm_read(task, at, sizeof text, &data, &n));
	EQUAL(n, sizeof text);
	CHECK(strcmp((char *)data, text) == 0);
	OK(vm_deallocate(SELF, data, n));
	OK(vm_protect(task, at, vm_page_size, FALSE, VM_PROT_READ));
	CODE(vm_write(task, at, (pointer_t)text, sizeof text),
	     KERN_PROTECTION_FAILURE);
	OK(task_terminate(task));
	CHECK(vm_allocate(task, &at, vm_page_size, TRUE) != KERN_SUCCESS);
	mach_port_deallocate(SELF, task);
}

/* Checklist: TSK-10 */
static void threads_of_task(void)
{
	struct shared *s = shared_page();
	struct child c;
	thread_array_t list;
	mach_msg_type_number_t n;
	task_t no_task;

	OK_OR_RETURN(child_create(&c, body_wait, s));
	OK(task_threads(c.task, &list, &n));
	EQUAL(n, 1);
	EQUAL(list[0], c.thread);
	mach_port_deallocate(SELF, list[0]);
	vm_deallocate(SELF, (vm_address_t)list, n * sizeof *list);
	/* A thread port is no task port. */
	CODE(task_suspend(c.thread), KERN_INVALID_ARGUMENT);
	CODE(task_create(c.thread, FALSE, &no_task), KERN_INVALID_ARGUMENT);
	CODE(thread_suspend(c.task), KERN_INVALID_ARGUMENT);
	child_kill(&c);
}

/* A third task works on one it got by message. */
static void body_third(void *arg)
{
	struct shared *s = arg;
	struct {
		mach_msg_header_t head;
		mach_msg_type_t type;
		mach_port_t port;
	} m;

	s->state = 1;
	if (mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof m, 0x74000, 0, 0) !=
		    MACH_MSG_SUCCESS ||
	    task_suspend(m.port) != KERN_SUCCESS)
		s->value = -1;
	s->state = 2;
	sleep_ms(100000);
}

/* Checklist: TSK-11 THR-07 */
static void pass_task_port(void)
{
	struct shared *s = shared_page(), *v = shared_page();
	struct child third, victim;
	mach_port_t port = port_new_send();
	struct {
		mach_msg_header_t head;
		mach_msg_type_t type;
		mach_port_t port;
	} m = {
		.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				      MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			 .msgh_remote_port = port},
		.type = {.msgt_name = MACH_MSG_TYPE_COPY_SEND,
			 .msgt_size = 32,
			 .msgt_number = 1,
			 .msgt_inline = TRUE},
	};

	OK_OR_RETURN(child_create(&third, body_third, s));
	OK_OR_RETURN(child_create(&victim, body_forever, v));
	OK(mach_port_insert_right(third.task, 0x74000, port,
				  MACH_MSG_TYPE_MOVE_RECEIVE));
	OK(child_go(&third));
	OK(child_go(&victim));
	CHECK(moves(&v->counter[0]));
	m.port = victim.task;
	OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	CHECK(wait_for(&s->state, 2, 2000));
	EQUAL(s->value, 0);
	CHECK(stands(&v->counter[0]));
	child_kill(&third);
	child_kill(&victim);
	port_gone(port);
}

/* Checklist: TSK-13 TSK-14 */
static void inherited_ports(void)
{
	mach_port_t ports[2] = {port_new_send(), port_new_send()}, got, old;
	static const int which[2] = {TASK_EXCEPTION_PORT, TASK_BOOTSTRAP_PORT};
	task_t task;

	for (int i = 0; i < 2; i++) {
		OK(task_get_special_port(SELF, which[i], &old));
		OK(task_set_special_port(SELF, which[i], ports[i]));
		OK(task_create(SELF, FALSE, &task));
		OK(task_get_special_port(task, which[i], &got));
		EQUAL(got, ports[i]);
		mach_port_deallocate(SELF, got);
		OK(task_get_special_port(task, TASK_NOTIFY_PORT, &got));
		EQUAL(got, MACH_PORT_NULL);
		/* Changing the child's changes nobody else's. */
		OK(task_set_special_port(task, which[i], MACH_PORT_NULL));
		OK(task_get_special_port(SELF, which[i], &got));
		EQUAL(got, ports[i]);
		mach_port_deallocate(SELF, got);
		OK(task_set_special_port(SELF, which[i], old));
		OK(task_terminate(task));
		mach_port_deallocate(SELF, task);
		port_gone(ports[i]);
	}
	CODE(task_get_special_port(SELF, 99, &got), KERN_INVALID_ARGUMENT);
	CODE(task_set_special_port(SELF, 0, MACH_PORT_NULL),
	     KERN_INVALID_ARGUMENT);
}

/* Checklist: TSK-14 */
static void bootstrap_lookup(void)
{
	mach_port_t port = MACH_PORT_NULL;

	CHECK(MACH_PORT_VALID(bootstrap_port));
	OK(bootstrap_look_up(bootstrap_port, "netname", &port));
	EQUAL(port, name_server_port);
	mach_port_deallocate(SELF, port);
}

static void registered_ports(void)
{
	mach_port_t mine[TASK_PORT_REGISTER_MAX + 1] = {0}, *old, *got;
	mach_msg_type_number_t n, m;
	task_t task;

	OK_OR_RETURN(mach_ports_lookup(SELF, &old, &n));
	EQUAL(n, TASK_PORT_REGISTER_MAX);
	for (int i = 0; i < TASK_PORT_REGISTER_MAX; i++)
		mine[i] = port_new_send();
	CODE(mach_ports_register(SELF, mine, 5), KERN_INVALID_ARGUMENT);
	OK(mach_ports_register(SELF, mine, TASK_PORT_REGISTER_MAX));
	OK(task_create(SELF, FALSE, &task));
	OK(mach_ports_lookup(task, &got, &m));
	EQUAL(m, TASK_PORT_REGISTER_MAX);
	for (int i = 0; i < TASK_PORT_REGISTER_MAX; i++)
		EQUAL(got[i], mine[i]);
	vm_deallocate(SELF, (vm_address_t)got, m * sizeof *got);
	OK(mach_ports_register(SELF, old, n));
	vm_deallocate(SELF, (vm_address_t)old, n * sizeof *old);
	for (int i = 0; i < TASK_PORT_REGISTER_MAX; i++)
		port_gone(mine[i]);
	task_terminate(task);
	mach_port_deallocate(SELF, task);
}

/* Checklist: TSK-16 */
static void task_info_flavors(void)
{
	union {
		struct task_basic_info basic;
		struct task_events_info events;
		struct task_thread_times_info times;
		int words[64];
	} u;
	unsigned n = TASK_BASIC_INFO_COUNT;

	OK(task_info(SELF, TASK_BASIC_INFO, u.words, &n));
	EQUAL(n, TASK_BASIC_INFO_COUNT);
	CHECK(u.basic.base_priority >= 0 && u.basic.base_priority <= 31);
	CHECK(u.basic.virtual_size > 0);
	CHECK(u.basic.resident_size > 0 &&
	      u.basic.resident_size <= u.basic.virtual_size);
	n = TASK_EVENTS_INFO_COUNT;
	OK(task_info(SELF, TASK_EVENTS_INFO, u.words, &n));
	CHECK(u.events.faults > 0);
	CHECK(u.events.messages_sent > 0);
	n = TASK_THREAD_TIMES_INFO_COUNT;
	OK(task_info(SELF, TASK_THREAD_TIMES_INFO, u.words, &n));
	CHECK(u.times.user_time.microseconds < 1000000);
	n = 64;
	CODE(task_info(SELF, 99, u.words, &n), KERN_INVALID_ARGUMENT);
	n = 2;
	CHECK(task_info(SELF, TASK_BASIC_INFO, u.words, &n) != KERN_SUCCESS);
}

/* task_create inherits no port rights. */
static void no_rights_inherited(void)
{
	mach_port_t port = port_new_send(), *names;
	mach_port_type_t *types;
	mach_msg_type_number_t n, m;
	task_t task;

	OK_OR_RETURN(task_create(SELF, TRUE, &task));
	OK(mach_port_names(task, &names, &n, &types, &m));
	for (unsigned i = 0; i < n; i++)
		CHECK(names[i] != port);
	vm_deallocate(SELF, (vm_address_t)names, n * sizeof *names);
	vm_deallocate(SELF, (vm_address_t)types, m * sizeof *types);
	task_terminate(task);
	mach_port_deallocate(SELF, task);
	port_gone(port);
}

static void emulation_vectors(void)
{
	vm_offset_t *vector = NULL;
	mach_msg_type_number_t n = 77;
	task_t empty, child;
	int start = -1;

	OK_OR_RETURN(task_create(SELF, FALSE, &empty));
	OK(task_get_emulation_vector(empty, &start, &vector, &n));
	EQUAL(n, 0);
	OK(task_set_emulation(empty, 0x20000, 5));
	OK(task_set_emulation(empty, 0x30000, 7));
	OK(task_get_emulation_vector(empty, &start, &vector, &n));
	CHECK(start <= 5 && start + (int)n > 7);
	EQUAL(vector[5 - start], 0x20000);
	EQUAL(vector[6 - start], 0);
	EQUAL(vector[7 - start], 0x30000);
	vm_deallocate(SELF, (vm_address_t)vector, n * sizeof *vector);
	/* With memory, the vector; our own handler is the one for all. */
	OK(task_create(SELF, TRUE, &child));
	OK(task_get_emulation_vector(child, &start, &vector, &n));
	EQUAL(start, EML_ALL);
	EQUAL(n, 1);
	vm_deallocate(SELF, (vm_address_t)vector, n * sizeof *vector);
	task_terminate(empty);
	task_terminate(child);
	mach_port_deallocate(SELF, empty);
	mach_port_deallocate(SELF, child);
}

/* A hundred tasks come and go. */
static void many_tasks(void)
{
	task_t task[50];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 50; i++)
			OK_OR_RETURN(task_create(SELF, i & 1, &task[i]));
		for (int i = 0; i < 50; i++) {
			OK(task_terminate(task[i]));
			mach_port_deallocate(SELF, task[i]);
		}
	}
}

/* A kernel call is a message: by hand, without a stub.
 * Checklist: MIG-01 MSG-06 */
static void kernel_is_server(void)
{
	mach_port_t reply = mach_reply_port();
	struct {
		mach_msg_header_t head;
		mach_msg_type_t code_type;
		int code;
		mach_msg_type_t port_type;
		mach_port_t thread;
		char room[64];
	} m = {
		.head = {.msgh_bits = MACH_MSGH_BITS(
				 MACH_MSG_TYPE_COPY_SEND,
				 MACH_MSG_TYPE_MAKE_SEND_ONCE),
			 .msgh_remote_port = SELF,
			 .msgh_local_port = reply,
			 .msgh_id = 2061}, /* thread_create */
	};

	OK(mach_msg(&m.head, MACH_SEND_MSG | MACH_RCV_MSG, sizeof m.head,
		    sizeof m, reply, 0, 0));
	EQUAL(m.head.msgh_id, 2161);
	EQUAL(m.code, KERN_SUCCESS);
	CHECK(MACH_PORT_VALID(m.thread));
	OK(thread_terminate(m.thread));
	mach_port_deallocate(SELF, m.thread);
	port_gone(reply);
}

static const struct test tests[] = {
	TEST(task_empty),	  TEST(create_terminate), TEST(task_port_death),
	TEST(suspensions_meet),
	TEST(task_suspend_all),	  TEST(suspend_count),	  TEST(self_ports),
	TEST(thread_rights_equal), TEST(foreign_vm_write),
	TEST(threads_of_task),	  TEST(pass_task_port),	  TEST(inherited_ports),
	TEST(bootstrap_lookup),	  TEST(registered_ports), TEST(task_info_flavors),
	TEST(no_rights_inherited), TEST(emulation_vectors), TEST(many_tasks),
	TEST(kernel_is_server),
};
TEST_MAIN(tests)

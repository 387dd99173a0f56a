/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ports of a process before exec are no use afterwards. A user's process
 * gives its task and thread to its parent, makes ports of the parent its
 * exception, notify and bootstrap ports, and executes a set-uid program (this
 * one) while two threads of the parent use the old ports all
 * the time. Afterwards every one of them is dead, and the program has none of
 * the parent's ports.
 */
#include <mach/mach.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SELF	mach_task_self()
#define NOBODY	65534
#define THREADS 2
#define AFTER	200 /* rounds after the exec */

static int must(const char *what, kern_return_t kr)
{
	if (kr == KERN_SUCCESS)
		return 1;
	printf("%s: %s\n", what, mach_error_string(kr));
	fflush(stdout);
	_exit(1);
}

/* --- the child: what it gives away, and then exec */

struct gift {
	mach_msg_header_t head;
	mach_msg_type_t type;
	mach_port_t task, thread;
	char room[32];
};

static void give(mach_port_t parent)
{
	struct gift g = {
		.head = { .msgh_bits = MACH_MSGH_BITS_COMPLEX |
				MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			  .msgh_size = offsetof(struct gift, room),
			  .msgh_remote_port = parent },
		.type = { .msgt_name = MACH_MSG_TYPE_COPY_SEND,
			  .msgt_size = 32,
			  .msgt_number = 2,
			  .msgt_inline = TRUE },
		.task = SELF,
		.thread = mach_thread_self(),
	};

	must("give", mach_msg(&g.head, MACH_SEND_MSG, g.head.msgh_size, 0, 0,
			      0, 0));
}

static void child(const char *self, int go, int kept, int set_uid)
{
	mach_port_array_t ports;
	mach_msg_type_number_t n;
	mach_port_t parent;
	char number[16];

	must("lookup", mach_ports_lookup(SELF, &ports, &n));
	parent = ports[0];
	give(parent);
	must("exception port", task_set_special_port(SELF, TASK_EXCEPTION_PORT,
						     parent));
	must("notify port",
	     task_set_special_port(SELF, TASK_NOTIFY_PORT, parent));
	must("exception port of the thread",
	     thread_set_special_port(mach_thread_self(), THREAD_EXCEPTION_PORT,
				     parent));
	if (set_uid)
		must("bootstrap port",
		     task_set_special_port(SELF, TASK_BOOTSTRAP_PORT, parent));
	snprintf(number, sizeof(number), "%d", kept);
	(void)!read(go, number + 8, 1);
	execl(self, self, set_uid ? "0" : "65534", number, (char *)0);
	_exit(1);
}

/* --- the program behind exec */

static volatile long secret[1024];

/* Nothing of it may change while the enemy has its time. */
static int executed_program(uid_t user, int kept)
{
	long changed = 0;

	for (int i = 0; i < 1024; i++)
		secret[i] = i;
	if (write(kept, "x", 1) != 1)
		return 1;
	for (int round = 0; round < 50; round++) {
		usleep(10000);
		for (int i = 0; i < 1024; i++)
			changed += secret[i] != i;
	}
	return changed != 0 || geteuid() != user || getuid() != NOBODY;
}

/* --- the parent */

static mach_port_t task, thread;
static atomic_int executed;
static atomic_long before, survived; /* calls served before and after */

/* How many calls a dead port still served. */
static int use_task(void)
{
	char bytes[64] = {1};
	vm_address_t at = 0;
	mach_port_t port = MACH_PORT_NULL;
	int n = 0;

	n += task_suspend(task) == KERN_SUCCESS;
	n += task_resume(task) == KERN_SUCCESS;
	n += vm_write(task, (vm_address_t)secret, (pointer_t)bytes,
		      sizeof(bytes)) == KERN_SUCCESS;
	n += vm_allocate(task, &at, vm_page_size, TRUE) == KERN_SUCCESS;
	n += task_get_special_port(task, TASK_NOTIFY_PORT, &port) ==
	     KERN_SUCCESS;
	if (MACH_PORT_VALID(port))
		mach_port_deallocate(SELF, port);
	return n;
}

static int use_thread(void)
{
	struct x86_64_thread_state s;
	mach_msg_type_number_t count = x86_64_THREAD_STATE_COUNT;
	int n = 0;

	n += thread_get_state(thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			      &count) == KERN_SUCCESS;
	n += thread_suspend(thread) == KERN_SUCCESS;
	n += thread_resume(thread) == KERN_SUCCESS;
	return n;
}

static void *enemy(void *arg)
{
	for (int after = 0; after < AFTER;) {
		/* What began before the exec counts as before. */
		int is_after = atomic_load(&executed);
		int calls = arg ? use_task() : use_thread();

		atomic_fetch_add(is_after ? &survived : &before, calls);
		after += is_after;
	}
	return NULL;
}

static void take(mach_port_t port)
{
	struct gift g;

	must("take", mach_msg(&g.head, MACH_RCV_MSG, 0, sizeof(g), port, 0, 0));
	task = g.task;
	thread = g.thread;
}

/* It ends by and by, but within a second. */
static int dead(mach_port_t name)
{
	mach_port_type_t type = 0;

	for (int i = 0; i < 100; i++) {
		if (mach_port_type(SELF, name, &type) != KERN_SUCCESS)
			return 0;
		if (type & MACH_PORT_TYPE_DEAD_NAME)
			return 1;
		usleep(10000);
	}
	return 0;
}

/* Nothing came to the ports that the child left behind. */
static int silent(mach_port_t port)
{
	struct gift g;

	return mach_msg(&g.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(g),
			port, 0, 0) == MACH_RCV_TIMED_OUT;
}

static int attack(const char *self, int set_uid)
{
	pthread_t t[THREADS];
	mach_port_t port;
	long was = atomic_load(&before);
	int pipes[2], go[2], status = -1, good;
	char byte;

	must("port", mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port));
	must("right", mach_port_insert_right(SELF, port, port,
					     MACH_MSG_TYPE_MAKE_SEND));
	must("register", mach_ports_register(SELF, &port, 1));
	if (pipe(pipes) != 0 || pipe(go) != 0)
		return 0;
	atomic_store(&executed, 0);
	pid_t pid = fork();
	if (pid == 0)
		child(self, go[0], pipes[1], set_uid);
	close(pipes[1]);
	close(go[0]);
	take(port);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, enemy, (void *)i);
	while (atomic_load(&before) == was)
		usleep(1000);
	(void)!write(go[1], "x", 1);
	close(go[1]);
	good = read(pipes[0], &byte, 1) == 1;
	atomic_store(&executed, 1);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	waitpid(pid, &status, 0);
	printf("%s: status %d, %ld calls served, %s, %s, %s\n",
	       set_uid ? "set-uid" : "plain", status,
	       atomic_load(&survived), dead(task) ? "dead" : "alive",
	       dead(thread) ? "dead" : "alive",
	       silent(port) ? "silent" : "talks");
	close(pipes[0]);
	mach_port_destroy(SELF, port);
	return good;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return executed_program((uid_t)atoi(argv[1]), atoi(argv[2]));
	(void)!setgid(NOBODY);
	(void)!setuid(NOBODY);
	for (int i = 0; i < 6; i++)
		attack(i % 2 ? "/bin/exec_ports_suid" : argv[0], i % 2);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process is a task with one thread. Then many threads make UNIX calls at the
 * same time: each finds its own result and its own error number. And a child can
 * send and receive from its first call on.
 */
#include <errno.h>
#include <fcntl.h>
#include <mach/cthreads.h>
#include <mach/mach.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS	300

static int pair[2];

static unsigned threads_of_task(void)
{
	thread_array_t list;
	mach_msg_type_number_t n = 0;

	if (task_threads(mach_task_self(), &list, &n) != KERN_SUCCESS)
		exit(1);
	return n;
}

/* A call that must fail, and the number it must leave. */
static int wrong(int kind)
{
	static const int want[4] = {EBADF, ENOENT, ENOTDIR, EISDIR};
	long result = 0;
	char c;

	switch (kind) {
	case 0:
		result = read(pair[1], &c, 1);
		break;
	case 1:
		result = open("/no/such/file", O_RDONLY);
		break;
	case 2:
		result = open("/etc/passwd/x", O_RDONLY);
		break;
	case 3:
		result = open("/etc", O_WRONLY);
		break;
	}
	cthread_yield();
	return result != -1 || errno != want[kind] ||
	       cthread_errno() != want[kind];
}

/* Each thread's bytes through a pipe of its own. */
static int right(int me)
{
	char out = (char)me, in = -1;
	int p[2], bad;

	if (pipe(p))
		return 1;
	bad = write(p[1], &out, 1) != 1 || read(p[0], &in, 1) != 1 || in != out;
	return (close(p[0]) | close(p[1])) || bad;
}

static any_t calls(any_t arg)
{
	int me = (int)(long)arg;
	long bad = 0;

	for (int i = 0; i < ROUNDS; i++)
		bad += wrong((me + i) % 4) + right(me);
	return (any_t)bad;
}

/* The manual's call, with a request that has no items: task_resume. */
static kern_return_t first_call(void)
{
	struct {
		msg_header_t head;
		msg_type_t type;
		kern_return_t code;
		char room[32];
	} m = {.head = {.msg_simple = TRUE,
			.msg_size = sizeof(msg_header_t),
			.msg_type = MSG_TYPE_RPC,
			.msg_id = 2057}};

	m.head.msg_local_port = thread_reply();
	m.head.msg_remote_port = task_self();
	if (msg_rpc(&m.head, MSG_OPTION_NONE, sizeof m, 0, 0) != RPC_SUCCESS)
		return KERN_FAILURE + 100;
	return m.code;
}

static int child_calls(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) /* it was not suspended */
		_exit(first_call() == KERN_FAILURE);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 1;
}

int main(void)
{
	cthread_t t[THREADS];
	unsigned threads = threads_of_task();
	long bad = 0;

	if (pipe(pair))
		return 1;
	for (long i = 0; i < THREADS; i++)
		t[i] = cthread_fork(calls, (any_t)i);
	for (int i = 0; i < THREADS; i++)
		bad += (long)cthread_join(t[i]);
	printf("%u thread, then %d: %ld bad\n", threads, THREADS, bad);
	printf("a child calls: %s\n", child_calls() ? "yes" : "no");
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Children that crash while their parent waits in one call or another: the
 * exception of one task ends the call of another. Children that are killed in a
 * call: not one instruction of theirs comes after it. Line by line the same on
 * the machine that builds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 20

static volatile sig_atomic_t seen;
static int pipe_ends[2];
static int next_sleeps[2]; /* a byte: the parent's next call is the one */

static void child_ended(int sig)
{
	(void)sig;
	seen++;
}

static int in_sleep(void)
{
	struct timespec long_time = { 60, 0 };

	return nanosleep(&long_time, NULL);
}

static int in_read(void)
{
	char c;

	return (int)read(pipe_ends[0], &c, 1);
}

static int in_poll(void)
{
	struct pollfd p = { .fd = pipe_ends[0], .events = POLLIN };

	return poll(&p, 1, 60000);
}

static int in_suspend(void)
{
	sigset_t none;

	sigemptyset(&none);
	return sigsuspend(&none);
}

static int ended_call(int (*call)(void), const sigset_t *blocked)
{
	int r, error;

	if (call != in_suspend)
		sigprocmask(SIG_UNBLOCK, blocked, NULL);
	if (write(next_sleeps[1], "", 1) != 1)
		return 0;
	r = call();
	error = errno;
	sigprocmask(SIG_BLOCK, blocked, NULL);
	return r == -1 && error == EINTR;
}

static int *volatile nowhere;

/* Whether a process waits: the letter behind its name. */
static int sleeps(pid_t pid)
{
	char name[64], line[128] = "", *end;
	FILE *f;

	snprintf(name, sizeof name, "/proc/%d/stat", (int)pid);
	f = fopen(name, "r");
	if (!f)
		return 0;
	end = fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
	fclose(f);
	return end && end[1] && end[2] == 'S';
}

static void await_sleep(pid_t pid)
{
	while (!sleeps(pid))
		usleep(2000);
}

/* Not before: the signal would come before the call that it is to end. */
static void crash_late(void)
{
	char c;

	if (read(next_sleeps[0], &c, 1) != 1)
		_exit(1);
	await_sleep(getppid());
	*nowhere = 1;
	_exit(1);
}

static void crashes(const char *what, int (*call)(void))
{
	int good = 0, status = 0;
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid;

		seen = 0;
		sigprocmask(SIG_BLOCK, &blocked, NULL);
		pid = fork();
		if (!pid)
			crash_late();
		good += ended_call(call, &blocked) && seen == 1 &&
			waitpid(pid, &status, 0) == pid &&
			WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
	}
	printf("%s: %d of %d\n", what, good, ROUNDS);
	fflush(stdout);
}

static void killed(int signal)
{
	volatile int *ran_on = mmap(NULL, sizeof *ran_on, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int good = 0, status = 0;

	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();

		if (!pid) {
			in_read();
			for (;;)
				++*ran_on;
		}
		await_sleep(pid);
		kill(pid, signal);
		good += waitpid(pid, &status, 0) == pid &&
			WIFSIGNALED(status) && WTERMSIG(status) == signal;
	}
	printf("signal %d: %d of %d, %d ran on\n", signal, good, ROUNDS, *ran_on);
	fflush(stdout);
}

int main(void)
{
	struct sigaction sa = { .sa_handler = child_ended };

	if (pipe(pipe_ends) || pipe(next_sleeps))
		return 1;
	sigaction(SIGCHLD, &sa, NULL);
	crashes("sleep", in_sleep);
	crashes("read", in_read);
	crashes("poll", in_poll);
	crashes("suspend", in_suspend);
	killed(SIGKILL);
	killed(SIGTERM);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Children that crash while their parent waits in one call or another: the
 * exception of one task ends the call of another. Line by line the same on the
 * machine that builds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 20

static volatile sig_atomic_t seen;
static int pipe_ends[2];

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

/* The signal is let in by the call alone, however early the child dies. */
static int ended_call(int (*call)(void), const sigset_t *blocked)
{
	int r, error;

	if (call != in_suspend)
		sigprocmask(SIG_UNBLOCK, blocked, NULL);
	r = call();
	error = errno;
	sigprocmask(SIG_BLOCK, blocked, NULL);
	return r == -1 && error == EINTR;
}

static int *volatile nowhere;

static void crash_late(void)
{
	usleep(20000);
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

int main(void)
{
	struct sigaction sa = { .sa_handler = child_ended };

	if (pipe(pipe_ends))
		return 1;
	sigaction(SIGCHLD, &sa, NULL);
	crashes("sleep", in_sleep);
	crashes("read", in_read);
	crashes("poll", in_poll);
	crashes("suspend", in_suspend);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The emulator as a child process; see machine.h. */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SERIAL_ARGS = 8 };

struct plumbing {
	int log[2];   /* ours, the emulator's */
	int link[2];
	int words[2]; /* read end, write end */
};

static bool plumbing_make(struct plumbing *p)
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p->log) == 0 &&
	       socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p->link) ==
		       0 &&
	       pipe2(p->words, O_CLOEXEC) == 0;
}

/* argv with the serial ports behind it; the strings live as long as we do. */
static char **full_argv(char *const *argv, const struct plumbing *p)
{
	static char log_dev[64], link_dev[64];
	const char *more[SERIAL_ARGS] = {
		"-chardev", log_dev,  "-serial", "chardev:log",
		"-chardev", link_dev, "-serial", "chardev:link",
	};
	size_t n = 0;
	char **full;

	snprintf(log_dev, sizeof(log_dev), "socket,id=log,fd=%d", p->log[1]);
	snprintf(link_dev, sizeof(link_dev), "socket,id=link,fd=%d",
		 p->link[1]);
	while (argv[n] != NULL)
		n++;
	full = calloc(n + SERIAL_ARGS + 1, sizeof(*full));
	if (full == NULL)
		return NULL;
	memcpy(full, argv, n * sizeof(*full));
	memcpy(full + n, more, sizeof(more));
	return full;
}

[[gnu::noreturn]] static void child(char **argv, const struct plumbing *p,
				    pid_t parent)
{
	int null = open("/dev/null", O_RDWR);

	/* Die with the parent; it may have died already. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	/* ^C at the terminal is not for the emulator. */
	setsid();
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(p->words[1], STDOUT_FILENO);
	dup2(p->words[1], STDERR_FILENO);
	fcntl(p->log[1], F_SETFD, 0);
	fcntl(p->link[1], F_SETFD, 0);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "cannot start %s: %s\n", argv[0],
		strerror(errno));
	_exit(126);
}

bool machine_start(struct machine *m, char *const *argv)
{
	struct plumbing p;
	pid_t parent = getpid();
	char **full;

	if (!plumbing_make(&p))
		return false;
	full = full_argv(argv, &p);
	if (full == NULL)
		return false;
	m->pid = fork();
	if (m->pid < 0)
		return false;
	if (m->pid == 0)
		child(full, &p, parent);
	free(full);
	m->log_end = p.log[1];
	close(p.link[1]);
	close(p.words[1]);
	m->log = p.log[0];
	m->link = p.link[0];
	m->words = p.words[0];
	fcntl(m->link, F_SETFL, O_NONBLOCK);
	return true;
}

static void reap(struct machine *m, int options)
{
	pid_t pid;

	if (m->pid == 0)
		return;
	do
		pid = waitpid(m->pid, &m->wait_status, options);
	while (pid < 0 && errno == EINTR);
	if (pid != m->pid)
		return;
	m->pid = 0;
	/* An emulator that has its machine together reads without blocking. */
	m->began = (fcntl(m->log_end, F_GETFL) & O_NONBLOCK) != 0;
	close(m->log_end);
}

void machine_poll(struct machine *m)
{
	reap(m, WNOHANG);
}

void machine_kill(struct machine *m)
{
	if (m->pid == 0)
		return;
	kill(m->pid, SIGKILL);
	reap(m, 0);
}

void machine_listen(struct machine *m)
{
	char bytes[512];
	ssize_t n = read(m->words, bytes, sizeof(bytes));

	if (n > 0) {
		buffer_append(&m->said, bytes, (size_t)n);
		return;
	}
	close(m->words);
	m->words = -1;
}

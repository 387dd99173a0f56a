/* SPDX-License-Identifier: BSD-2-Clause */
/* Process 1 and the first command; see init.h. */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include "dispatch.h"
#include "file.h"
#include "inode.h"
#include "link.h"
#include "machine.h"
#include "path.h"
#include "proc.h"
#include "sig.h"
#include "tty.h"

static struct proc *command;
static int exec_result;

int init_create(struct inode *root)
{
	return proc_create_first(root) ? 0 : -ENOMEM;
}

/* What a shell says of a command that a signal ended. Some ends are wanted. */
static void tell_signal(int signal)
{
	char line[80];

	if (signal == SIGINT || signal == SIGPIPE)
		return;
	snprintf(line, sizeof(line), "%s\n", strsignal(signal));
	link_complain(line);
}

void init_child_ended(struct proc *p)
{
	int status = p->exit_status;

	proc_reap(p);
	if (p != command)
		return;
	command = NULL;
	if (WIFSIGNALED(status))
		tell_signal(WTERMSIG(status));
	machine_power_off(WIFSIGNALED(status) ? 128 + WTERMSIG(status)
					      : WEXITSTATUS(status));
}

static int install(struct proc *p, struct file *f, int fd)
{
	return fdt_insert(p, f, fd, false) == fd ? 0 : -EMFILE;
}

static int open_pipes(struct proc *p)
{
	struct file *files[3];
	int error = link_open_channels(files);

	for (int n = 0; n < 3 && !error; n++)
		error = install(p, files[n], n);
	return error;
}

static int open_terminal(struct proc *p)
{
	struct inode *i;
	struct file *f;
	int error = path_inode(p, AT_FDCWD, "/dev/console", PATH_FOLLOW, &i);

	if (error)
		return error;
	f = file_create(&tty_ops, O_RDWR);
	if (!f) {
		inode_unref(i);
		return -ENOMEM;
	}
	f->inode = i;
	f->object = &tty_console;
	f->path = strdup("/dev/console");
	file_ref(f);
	file_ref(f);
	tty_adopt(&tty_console, p);
	for (int n = 0; n < 3 && !error; n++)
		error = install(p, f, n);
	return error;
}

/* The command's process: its own session and descriptors 0, 1, 2. */
static struct proc *command_create(bool terminal)
{
	struct proc *first = proc_init_process;
	struct lwp *l = list_entry(first->threads.next, struct lwp, siblings);
	struct proc *p = proc_create_child(first, l);
	struct session *s = p ? session_create(p->pid) : NULL;

	if (!s)
		return NULL;
	session_leave(p);
	p->session = s;
	p->pgid = p->pid;
	if (terminal ? open_terminal(p) : open_pipes(p))
		return NULL;
	return p;
}

static void exec_reply(struct call *c, int64_t result, int flags)
{
	(void)c;
	(void)flags;
	exec_result = (int)result;
}

/* Runs execve for the command as if it had asked for it itself. */
static int command_exec(struct proc *p, const char *path,
			const char *strings, uint32_t length, unsigned argc,
			unsigned envc)
{
	size_t path_length = strlen(path) + 1;
	struct call *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->in = malloc(path_length + length + 1);
	if (!c->in) {
		free(c);
		return -ENOMEM;
	}
	memcpy(c->in, path, path_length);
	memcpy(c->in + path_length, strings, length);
	c->in_length = (uint32_t)(path_length + length);
	c->op = UX_EXECVE;
	c->lwp = list_entry(p->threads.next, struct lwp, siblings);
	c->words[0] = (uint64_t)AT_FDCWD;
	c->words[1] = path_length;
	c->words[2] = argc;
	c->words[3] = envc;
	c->reply = exec_reply;
	call_start(c);
	return exec_result == CALL_NO_REPLY ? 0 : exec_result;
}

/* The words for a shell that nobody named. */
static const char shell_env[] = "PATH=/usr/local/sbin:/usr/local/bin:"
				"/usr/sbin:/usr/bin:/sbin:/bin\0HOME=/root\0"
				"USER=root\0LOGNAME=root\0SHELL=/bin/sh";
#define SHELL_ENVC 5

static int start_shell(struct proc *p, const struct link_start *start)
{
	static const char name[2][4] = {"sh", "-sh"};
	const char *argv0 = name[start->terminal];
	uint32_t first = (uint32_t)strlen(argv0) + 1;
	uint32_t length = first + sizeof(shell_env) + start->length;
	char *strings = malloc(length);
	int error;

	if (!strings)
		return -ENOMEM;
	memcpy(strings, argv0, first);
	memcpy(strings + first, shell_env, sizeof(shell_env));
	if (start->length)
		memcpy(strings + first + sizeof(shell_env), start->strings,
		       start->length);
	error = command_exec(p, "/bin/sh", strings, length, 1,
			     SHELL_ENVC + start->envc);
	free(strings);
	return error;
}

static int start_in_path(struct proc *p, const struct link_start *start,
			 const char *strings, uint32_t length, unsigned envc)
{
	static const char *const places[] = {"/usr/local/sbin/",
					     "/usr/local/bin/", "/usr/sbin/",
					     "/usr/bin/", "/sbin/", "/bin/"};
	int error = -ENOENT;

	for (unsigned n = 0; n < 6; n++) {
		char path[UX_PATH_MAX];
		if (strlen(strings) + 20 > sizeof(path))
			return -ENAMETOOLONG;
		strcpy(path, places[n]);
		strcat(path, strings);
		error = command_exec(p, path, strings, length, start->argc,
				     envc);
		if (error != -ENOENT)
			return error;
	}
	return error;
}

static int start_command(struct proc *p, const struct link_start *start)
{
	uint32_t length = start->length + sizeof(shell_env);
	unsigned envc = start->envc + SHELL_ENVC;
	char *strings = malloc(length);
	int error;

	if (!strings)
		return -ENOMEM;
	memcpy(strings, start->strings, start->length);
	memcpy(strings + start->length, shell_env, sizeof(shell_env));
	if (strchr(strings, '/'))
		error = command_exec(p, strings, strings, length, start->argc,
				     envc);
	else
		error = start_in_path(p, start, strings, length, envc);
	free(strings);
	return error;
}

static void complain(const char *name, int error)
{
	char line[200];

	snprintf(line, sizeof(line), "%.150s: %s\n", name, strerror(-error));
	link_complain(line);
}

void init_start(const struct link_start *start)
{
	struct proc *p = command_create(start->terminal);
	struct inode *home;
	int error = -ENOMEM;

	if (p && !start->argc &&
	    !path_inode(p, AT_FDCWD, "/root", PATH_FOLLOW, &home)) {
		inode_unref(p->cwd);
		p->cwd = home;
	}
	link_tell_death();
	if (p)
		error = start->argc ? start_command(p, start)
				    : start_shell(p, start);
	command = p;
	if (!error)
		return;
	complain(start->argc ? start->strings : "/bin/sh", error);
	machine_power_off(error == -ENOENT ? 127 : 126);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "diag.h"
#include "mem.h"
#include "source.h"

#define READ_SIZE 65536

static char **command_line(const char *file, char *const options[], int count)
{
	static const char *const fixed[] = {"-E", "-C", "-std=c17", "-x", "c"};
	const size_t fixed_count = sizeof(fixed) / sizeof(fixed[0]);
	const char *cpp = getenv("MIG_CPP");
	char **argv =
	    mem_alloc(((size_t)count + fixed_count + 3) * sizeof(*argv));
	size_t n = 0;

	argv[n++] = mem_format("%s", cpp != NULL && *cpp != '\0' ? cpp : "cc");
	for (size_t i = 0; i < fixed_count; i++)
		argv[n++] = mem_format("%s", fixed[i]);
	for (int i = 0; i < count; i++)
		argv[n++] = options[i];
	argv[n++] = mem_format("%s", file);
	return argv;
}

static pid_t start(char **argv, int *output)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends) != 0)
		diag_fatal("no pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		diag_fatal("no process: %s", strerror(errno));
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execvp(argv[0], argv);
		fprintf(stderr, "mig: cannot run %s: %s\n", argv[0],
			strerror(errno));
		_exit(127);
	}
	close(ends[1]);
	*output = ends[0];
	return pid;
}

static char *read_all(int fd)
{
	char *text = mem_alloc(READ_SIZE + 1);
	size_t used = 0;
	ssize_t got;

	while ((got = read(fd, text + used, READ_SIZE)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			diag_fatal("cannot read: %s", strerror(errno));
		used += (size_t)got;
		text = mem_grow(text, used + READ_SIZE + 1);
	}
	text[used] = '\0';
	return text;
}

char *source_read(const char *file, char *const options[], int count)
{
	int fd, status;
	pid_t pid;
	char *text;

	if (access(file, R_OK) != 0)
		diag_fatal("cannot read %s: %s", file, strerror(errno));
	pid = start(command_line(file, options, count), &fd);
	text = read_all(fd);
	close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		exit(1);
	return text;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UNIX processes and their threads, from /proc.
 */
#include "process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watch.h"

#define TICK 10000000ull /* ns; of the times in /proc/PID/stat */

/* A whole file, NUL behind it; NULL: there is none. free() it. */
static char *contents(const char *path, size_t *length)
{
	size_t size = 1024, n = 0;
	char *text = watch_alloc(NULL, size, 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : 1;

	while (got > 0) {
		if (n + 1 == size)
			text = watch_alloc(text, size *= 2, 1);
		got = read(fd, text + n, size - n - 1);
		n += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	if (got < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	*length = n;
	return text;
}

static char *of_process(int pid, const char *name, size_t *length)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return contents(path, length);
}

/* What does not print becomes a question mark: names and arguments are the
 * process's own choice, and a terminal would obey them. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 127)
			*text = '?';
}

/* "12 (name) S ..."; the name may hold anything. */
static bool parse_stat(char *text, struct process *p)
{
	char *name = strchr(text, '('), *end = strrchr(text, ')');
	unsigned long long user, system, size, pages;
	int terminal;

	if (!name || !end || end < name ||
	    sscanf(end + 1,
		   " %c %d %*d %*d %d %*d %*u %*u %*u %*u %*u %llu %llu %*u "
		   "%*u %*d %d %*d %*d %*u %llu %llu",
		   &p->state, &p->parent, &terminal, &user, &system, &p->nice,
		   &size, &pages) != 8)
		return false;
	*end = '\0';
	snprintf(p->name, sizeof(p->name), "%s", name + 1);
	make_printable(p->name);
	p->terminal = terminal != 0;
	p->time = (user + system) * TICK;
	p->size = size;
	p->resident = pages * 4096;
	return true;
}

static bool parse_thread(const char *line, struct process_thread *t)
{
	unsigned long long user, system;

	if (sscanf(line, "%d %c %u %u %*d %d %d %llu %llu %15s", &t->tid,
		   &t->state, &t->usage, &t->sleep, &t->current, &t->most,
		   &user, &system, t->waits) != 9)
		return false;
	t->user = user;
	t->system = system;
	return true;
}

static void read_threads(struct process *p)
{
	size_t length;
	char *text = of_process(p->pid, "threads", &length), *line = text;

	while (line && *line) {
		p->threads = watch_alloc(p->threads, p->count + 1,
					 sizeof(*p->threads));
		if (parse_thread(line, &p->threads[p->count]))
			p->count++;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	free(text);
}

static void read_command(struct process *p)
{
	size_t length = 0;
	char *text = of_process(p->pid, "cmdline", &length);

	if (!text)
		text = watch_alloc(NULL, 1, 1);
	while (length && !text[length - 1])
		length--;
	text[length] = '\0';
	for (size_t n = 0; n < length; n++)
		if (!text[n])
			text[n] = ' ';
	make_printable(text);
	p->command = text;
}

bool process_read(int pid, struct process *p)
{
	struct stat owner;
	char path[32], *text;
	size_t length;
	bool there;

	*p = (struct process){.pid = pid};
	snprintf(path, sizeof(path), "/proc/%d", pid);
	if (stat(path, &owner))
		return false;
	p->uid = owner.st_uid;
	text = of_process(pid, "stat", &length);
	there = text && parse_stat(text, p);
	free(text);
	if (!there)
		return false;
	read_threads(p);
	read_command(p);
	return true;
}

void process_free(struct process *p)
{
	free(p->threads);
	free(p->command);
}

static int by_number(const void *a, const void *b)
{
	return ((const struct process *)a)->pid -
	       ((const struct process *)b)->pid;
}

struct process *process_all(size_t *count)
{
	struct process *all = watch_alloc(NULL, 1, sizeof(*all));
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	size_t n = 0;

	while (dir && (entry = readdir(dir))) {
		int pid = atoi(entry->d_name);
		if (pid <= 0)
			continue;
		all = watch_alloc(all, n + 1, sizeof(*all));
		n += process_read(pid, &all[n]);
	}
	if (dir)
		closedir(dir);
	qsort(all, n, sizeof(*all), by_number);
	*count = n;
	return all;
}

uint64_t process_memory(void)
{
	unsigned long long kilobytes = 0;
	size_t length;
	char *text = contents("/proc/meminfo", &length);

	if (text)
		sscanf(text, "MemTotal: %llu", &kilobytes);
	free(text);
	return kilobytes * 1024;
}

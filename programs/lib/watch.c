/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel tells about its tasks and their rights.
 */
#include "watch.h"

#include <mach/mach_ext.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *watch_program = "watch";

void watch_fail(const char *what, kern_return_t kr)
{
	fprintf(stderr, "%s: %s: %s\n", watch_program, what,
		mach_error_string(kr));
	exit(1);
}

void *watch_alloc(void *old, size_t count, size_t size)
{
	void *p = reallocarray(old, count ? count : 1, size);

	if (!p)
		watch_fail("memory", KERN_RESOURCE_SHORTAGE);
	return p;
}

host_priv_t watch_host(void)
{
	host_priv_t host = host_priv_self();

	if (host == MACH_PORT_NULL) {
		fprintf(stderr,
			"%s: only the super-user may look into other tasks\n",
			watch_program);
		exit(1);
	}
	return host;
}

static void release(void *at, size_t bytes)
{
	if (bytes)
		vm_deallocate(mach_task_self(), (vm_address_t)at, bytes);
}

struct watch_task *watch_tasks(host_priv_t host, size_t *count)
{
	mach_msg_type_number_t words = 0, chars = 0;
	int64_t *stats = NULL;
	char *names = NULL;
	kern_return_t kr = host_tasks(host, &stats, &words, &names, &chars);

	if (kr != KERN_SUCCESS)
		watch_fail("tasks", kr);
	*count = words / TASK_STAT_WORDS;
	struct watch_task *tasks = watch_alloc(NULL, *count, sizeof(*tasks));
	for (size_t i = 0; i < *count; i++) {
		memcpy(tasks[i].stat, stats + i * TASK_STAT_WORDS,
		       sizeof(tasks[i].stat));
		memcpy(tasks[i].name, names + i * TASK_STAT_NAME,
		       TASK_STAT_NAME);
		tasks[i].name[TASK_STAT_NAME] = '\0';
	}
	release(stats, words * sizeof(*stats));
	release(names, chars);
	return tasks;
}

struct watch_right *watch_rights(host_priv_t host, int64_t task, size_t *count)
{
	struct watch_right *rights = NULL;
	int64_t cursor = 0;

	*count = 0;
	do {
		mach_msg_type_number_t words = 0;
		int64_t *rows = NULL;
		kern_return_t kr = host_task_rights(host, task, &cursor, &rows,
						    &words);
		if (kr == KERN_INVALID_TASK)
			break;
		if (kr != KERN_SUCCESS)
			watch_fail("rights", kr);
		size_t n = words / RIGHT_STAT_WORDS;
		rights = watch_alloc(rights, *count + n, sizeof(*rights));
		for (size_t i = 0; i < n; i++)
			memcpy(rights[*count + i].word,
			       rows + i * RIGHT_STAT_WORDS,
			       sizeof(rights->word));
		*count += n;
		release(rows, words * sizeof(*rows));
	} while (cursor != 0);
	return rights;
}

/* "sh[12]" is what the UNIX server calls a process's task. */
static bool is_process(const char *name, const char *what)
{
	const char *bracket = strrchr(name, '[');
	size_t n = strlen(what);

	if (!bracket)
		return false;
	return (!strncmp(bracket + 1, what, n) && bracket[1 + n] == ']') ||
	       ((size_t)(bracket - name) == n && !strncmp(name, what, n));
}

const struct watch_task *watch_find(const struct watch_task *tasks,
				    size_t count, const char *what)
{
	char *end;
	long long id = strtoll(what, &end, 10);
	bool number = *what && !*end;

	for (size_t i = count; i-- > 0;)
		if (is_process(tasks[i].name, what) ||
		    !strcmp(tasks[i].name, what))
			return &tasks[i];
	for (size_t i = 0; number && i < count; i++)
		if (tasks[i].stat[TASK_STAT_ID] == id)
			return &tasks[i];
	return NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exec in a process of several threads: one that fails leaves all of them
 * running; one that succeeds, whoever calls it, leaves none; a vfork child's
 * takes none of its parent's.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static atomic_int count;

static void *counting(void *arg)
{
	(void)arg;
	for (;;)
		atomic_fetch_add(&count, 1);
	return NULL;
}

static void *replacing(void *arg)
{
	(void)arg;
	execl("/bin/busybox", "echo", "replaced", (char *)0);
	return NULL;
}

static int alive(void)
{
	int before = atomic_load(&count);

	for (int n = 0; n < 500 && atomic_load(&count) == before; n++)
		nanosleep(&(struct timespec){0, 10000000}, NULL);
	return atomic_load(&count) != before;
}

static void vfork_child(void)
{
	int status = -1;
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/bin/busybox", "true", (char *)0);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	printf("child %d, ", status);
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, counting, NULL);
	execl("/etc/passwd", "passwd", (char *)0);
	execl("/none", "none", (char *)0);
	printf("%s, ", alive() ? "alive" : "dead");
	vfork_child();
	printf("%s\n", alive() ? "alive" : "dead");
	fflush(stdout);
	pthread_create(&thread, NULL, replacing, NULL);
	pthread_join(thread, NULL);
	return 1;
}

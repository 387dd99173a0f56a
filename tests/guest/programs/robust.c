/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Robust mutexes shared by processes, when a process ends that holds one: by a
 * signal, by a fault, by an exit_group or an exec of another thread, by its own
 * exec. Whoever comes next must learn that the owner died, and of two who wait
 * one must be woken.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum way { KILLED, FAULTS, ABORTS, EXITS, OTHER_KILLED, OTHER_EXITS, EXECS,
	   OTHER_EXECS, WAYS };

static const char *const names[] = {
	[KILLED] = "killed",	       [FAULTS] = "faults",
	[ABORTS] = "aborts",	       [EXITS] = "exits",
	[OTHER_KILLED] = "other killed", [OTHER_EXITS] = "other exits",
	[EXECS] = "execs",	       [OTHER_EXECS] = "other execs",
};

static struct {
	pthread_mutex_t mutex, free;
	volatile int held, waiting;
} *shared;

static int in_exec[2];
static volatile int *volatile nowhere;

static void make_mutex(pthread_mutex_t *m)
{
	pthread_mutexattr_t a;

	pthread_mutexattr_init(&a);
	pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(m, &a);
}

static void *holds(void *arg)
{
	/* One that is released again must not be on the list. */
	pthread_mutex_lock(&shared->free);
	pthread_mutex_lock(&shared->mutex);
	pthread_mutex_unlock(&shared->free);
	shared->held = 1;
	while (arg)
		pause();
	return NULL;
}

static void become_other(void)
{
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", in_exec[0]);
	execl("/proc/self/exe", "robust", "wait", fd, (char *)0);
	_exit(9);
}

static void holder(enum way way)
{
	pthread_t t;

	if (way == OTHER_KILLED || way == OTHER_EXITS || way == OTHER_EXECS)
		pthread_create(&t, NULL, holds, "for ever");
	else
		holds(NULL);
	while (!shared->held || shared->waiting < 2)
		usleep(1000);
	usleep(50000); /* until they sleep; no harm if they do not yet */
	if (way == FAULTS)
		*nowhere = 0;
	if (way == ABORTS)
		abort();
	if (way == EXITS || way == OTHER_EXITS)
		_exit(0);
	if (way == EXECS || way == OTHER_EXECS)
		become_other();
	for (;;)
		pause();
}

static int waiter(void)
{
	int result;

	while (!shared->held)
		usleep(1000);
	__atomic_add_fetch(&shared->waiting, 1, __ATOMIC_SEQ_CST);
	result = pthread_mutex_lock(&shared->mutex);
	if (result == EOWNERDEAD)
		pthread_mutex_consistent(&shared->mutex);
	if (pthread_mutex_unlock(&shared->mutex))
		return 3;
	return result == EOWNERDEAD ? 1 : result ? 2 : 0;
}

static pid_t start_waiter(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(30);
		_exit(waiter());
	}
	return pid;
}

static int result_of(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

static void try_way(enum way way)
{
	int first, second, now;
	pid_t dies, one, two;

	memset(shared, 0, sizeof(*shared));
	make_mutex(&shared->mutex);
	make_mutex(&shared->free);
	if (pipe(in_exec))
		exit(1);
	one = start_waiter();
	two = start_waiter();
	dies = fork();
	if (dies == 0)
		holder(way);
	while (shared->waiting < 2)
		usleep(1000);
	if (way == KILLED || way == OTHER_KILLED)
		kill(dies, SIGKILL);
	first = result_of(one);
	second = result_of(two);
	now = pthread_mutex_trylock(&shared->free);
	/* The program after an exec runs until now. */
	if (write(in_exec[1], "x", 1) != 1)
		exit(1);
	waitpid(dies, NULL, 0);
	close(in_exec[0]);
	close(in_exec[1]);
	printf("%s: %d learnt it, %d did not, %s\n", names[way],
	       (first == 1) + (second == 1), (first == 0) + (second == 0),
	       now ? "busy" : "free");
}

/* Nobody waits: after the death the next one learns of it at once. */
static void at_once(void)
{
	pid_t pid;
	int result;

	memset(shared, 0, sizeof(*shared));
	make_mutex(&shared->mutex);
	make_mutex(&shared->free);
	pid = fork();
	if (pid == 0) {
		holds(NULL);
		raise(SIGKILL);
	}
	waitpid(pid, NULL, 0);
	result = pthread_mutex_trylock(&shared->mutex);
	printf("at once: %s\n", result == EOWNERDEAD ? "learnt" : "not learnt");
}

int main(int argc, char **argv)
{
	char byte;

	if (argc == 3 && !strcmp(argv[1], "wait"))
		return read(atoi(argv[2]), &byte, 1) != 1;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int way = 0; way < WAYS; way++)
		try_way((enum way)way);
	at_once();
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process in a known state. It says "ready", then
 *	states sleep	waits in a system call of the UNIX server
 *	states nicely	the same, less urgent than others
 *	states spin	uses a processor
 *	states zombie	has a child that ended
 *	states threads	has four threads more: one uses a processor, three wait
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int never[2];

static void *waits(void *arg)
{
	char byte;

	while (read(never[0], &byte, 1) < 0)
		;
	return arg;
}

static void *spins(void *arg)
{
	for (;;)
		__asm__ volatile("" ::: "memory");
	return arg;
}

static void ready(void)
{
	puts("ready");
	fflush(stdout);
}

static void threads(void)
{
	pthread_t t;

	for (int n = 0; n < 3; n++)
		pthread_create(&t, NULL, waits, NULL);
	pthread_create(&t, NULL, spins, NULL);
}

static void zombie(void)
{
	siginfo_t info;

	if (fork() == 0)
		_exit(0);
	waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (pipe(never))
		return 1;
	if (!strcmp(what, "threads"))
		threads();
	else if (!strcmp(what, "nicely"))
		(void)!nice(5);
	else if (!strcmp(what, "zombie"))
		zombie();
	ready();
	if (!strcmp(what, "spin"))
		spins(NULL);
	waits(NULL);
	return 0;
}

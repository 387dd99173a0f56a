/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dies with three threads: one stores through NULL (crash) or aborts (crash
 * abort), one computes, one waits in a system call. A debugger must find each in
 * its function, and the values.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

volatile int global_value = 4711;
static volatile unsigned long turns;
static volatile int waiting;

static void *computes(void *arg)
{
	for (;;)
		turns++;
	return arg;
}

static void *waits(void *arg)
{
	long result = SYS_pause;

	waiting = 1;
	__asm__ volatile("syscall" : "+a"(result) : : "rcx", "r11", "memory");
	return arg;
}

static void crashes(int local_value)
{
	volatile int *nowhere = NULL;

	*nowhere = local_value;
}

int main(int argc, char **argv)
{
	pthread_t t;

	if (argc > 1 && !strcmp(argv[1], "private"))
		prctl(PR_SET_DUMPABLE, 0);
	pthread_create(&t, NULL, computes, NULL);
	pthread_create(&t, NULL, waits, NULL);
	while (!turns || !waiting)
		usleep(1000);
	usleep(20000);
	if (argc > 1 && !strcmp(argv[1], "abort"))
		abort();
	if (argc > 1 && !strcmp(argv[1], "term"))
		raise(SIGTERM);
	crashes(global_value + 1);
	return 0;
}

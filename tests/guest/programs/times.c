/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User and system time: a loop of its own counts as the first, a loop of page
 * faults mostly as the second, and neither ever goes back.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct used {
	long user, system; /* microseconds */
};

static long micros(struct timeval t)
{
	return t.tv_sec * 1000000L + t.tv_usec;
}

static struct used used(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (struct used){micros(u.ru_utime), micros(u.ru_stime)};
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void spin(void)
{
	for (volatile int i = 0; i < 1000000; i++)
		;
}

static void faults(void)
{
	size_t size = 256 * 4096;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < size; i += 4096)
		p[i] = 1;
	munmap(p, size);
}

static int backwards;

/* For half a second of this process's own time. */
static struct used measure(void (*work)(void))
{
	struct used before = used(RUSAGE_SELF), last = before, u;
	double end = now() + 20;

	do {
		work();
		u = used(RUSAGE_SELF);
		backwards += u.user < last.user || u.system < last.system;
		last = u;
	} while (u.user + u.system - before.user - before.system < 500000 &&
		 now() < end);
	return (struct used){u.user - before.user, u.system - before.system};
}

static int child_time(void)
{
	struct used u;
	int status;

	if (fork() == 0) {
		measure(spin);
		_exit(0);
	}
	wait(&status);
	u = used(RUSAGE_CHILDREN);
	return u.user > 300000 && u.user > u.system;
}

int main(void)
{
	struct used a = measure(spin), b = measure(faults);

	printf("spinning %s, ", a.user > 3 * a.system ? "user" : "wrong");
	printf("faulting %s, ", b.system > b.user ? "system" : "wrong");
	printf("%d backwards, ", backwards);
	printf("child %s\n", child_time() ? "counted" : "wrong");
	if (a.user <= 3 * a.system || b.system <= b.user)
		fprintf(stderr, "%ld %ld, %ld %ld\n", a.user, a.system, b.user,
			b.system);
	return 0;
}

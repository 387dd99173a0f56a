/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trapfuzz FIRST LAST SEED: calls every trap number in the range with random
 * arguments, as uid 65534, in a chroot without writable directories, each in a
 * child of its own that is killed after a second. At the end nothing of that
 * uid is left. Prints how many children ended how.
 *
 * What a child does depends on SEED and its number alone, so that a part of a
 * range can be repeated.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROOT   "/tmp/trapfuzz"
#define NOBODY 65534
#define AT_ONCE 8
#define CALLS	4 /* of one number, by one child */

static uint64_t seed;

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* A seed for each number: no two look alike. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * 0x9e3779b97f4a7c15 + b;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (x ^ x >> 31) | 1;
}

static char buffer[65536];

/* A number that has a chance to mean something. */
static uint64_t argument(void)
{
	switch (random64() % 8) {
	case 0:
		return random64();
	case 1:
		return random64() % 8;
	case 2:
		return -(random64() % 4096);
	case 3:
		return (uintptr_t)buffer + random64() % sizeof(buffer);
	case 4:
		return 1ull << random64() % 64;
	case 5:
		return (uint32_t)random64();
	case 6:
		return 0x0000800000000000ull - random64() % 8192;
	default:
		return random64() % 65536;
	}
}

static void call(long number)
{
	register uint64_t r10 __asm__("r10") = argument();
	register uint64_t r8 __asm__("r8") = argument();
	register uint64_t r9 __asm__("r9") = argument();
	uint64_t a = argument(), b = argument(), c = argument(),
		 g = argument();

	__asm__ volatile("syscall"
			 : "+a"(number)
			 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9),
			   "b"(g)
			 : "rcx", "r11", "memory");
}

static void become_nobody(void)
{
	if (chroot(ROOT) || chdir("/") || setgid(NOBODY) || setuid(NOBODY)) {
		perror("trapfuzz");
		_exit(99);
	}
}

static pid_t start(long number)
{
	pid_t pid = fork();

	if (pid < 0) {
		perror("trapfuzz");
		exit(1);
	}
	if (pid == 0) {
		setpgid(0, 0);
		become_nobody();
		seed = mix(seed, (uint64_t)number);
		for (int i = 0; i < CALLS; i++)
			call(number);
		_exit(0);
	}
	return pid;
}

static struct child {
	pid_t pid;
	time_t deadline;
} children[AT_ONCE];

static unsigned exited, signalled, killed;

static void tick(int signal)
{
	(void)signal; /* only ends waitpid */
}

static void start_ticks(void)
{
	struct itimerval often = {{0, 250000}, {0, 250000}};
	struct sigaction action = {.sa_handler = tick};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
}

static void kill_late(void)
{
	for (int i = 0; i < AT_ONCE; i++) {
		struct child *c = &children[i];

		if (!c->pid || time(NULL) <= c->deadline)
			continue;
		kill(c->pid, SIGKILL);
		killed++;
		c->deadline = time(NULL) + 60;
	}
}

/* Waits until a child has ended; its place is free then. Other people's
 * children, adopted or not, are none of ours. */
static void wait_one(void)
{
	int status;
	pid_t pid = waitpid(-1, &status, 0);

	if (pid < 0) {
		kill_late();
		return;
	}
	for (int i = 0; i < AT_ONCE; i++)
		if (children[i].pid == pid)
			children[i].pid = 0;
	exited += WIFEXITED(status);
	signalled += WIFSIGNALED(status);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 99)
		exit(99);
}

static int running(void)
{
	int n = 0;

	for (int i = 0; i < AT_ONCE; i++)
		n += children[i].pid > 0;
	return n;
}

static void start_next(long number)
{
	for (int i = 0; i < AT_ONCE; i++) {
		if (children[i].pid > 0)
			continue;
		children[i].deadline = time(NULL) + 1;
		children[i].pid = start(number);
		return;
	}
}

/* Children of children: everything of that uid. */
static void kill_all(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		become_nobody();
		kill(-1, SIGKILL);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

int main(int argc, char **argv)
{
	long number, last;

	if (argc != 4) {
		fprintf(stderr, "usage: trapfuzz FIRST LAST SEED\n");
		return 2;
	}
	number = atol(argv[1]);
	last = atol(argv[2]);
	seed = strtoull(argv[3], NULL, 0);
	mkdir(ROOT, 0555);
	start_ticks();
	while (running() || number <= last) {
		while (running() < AT_ONCE && number <= last)
			start_next(number++);
		wait_one();
	}
	kill_all();
	rmdir(ROOT);
	printf("exited %u signalled %u killed %u\n", exited, signalled, killed);
	return 0;
}

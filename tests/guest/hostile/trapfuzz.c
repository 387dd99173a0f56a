/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trapfuzz FIRST LAST SEED: calls every trap number in the range with random
 * arguments, as uid 65534, in a chroot without writable directories, each in a
 * child of its own that is killed after a second. At the end nothing of that
 * uid is left. Prints how many children ended how.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROOT   "/tmp/trapfuzz"
#define NOBODY 65534
#define AT_ONCE 8

static uint64_t seed;

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
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
	uint64_t child_seed = random64();
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		become_nobody();
		seed = child_seed | 1;
		call(number);
		_exit(0);
	}
	return pid;
}

struct child {
	pid_t pid;
	time_t deadline;
};

static unsigned exited, signalled, killed;

static void reap(struct child *c)
{
	int status;
	pid_t got = waitpid(c->pid, &status, WNOHANG);

	if (got == 0 && time(NULL) > c->deadline) {
		kill(c->pid, SIGKILL);
		kill(c->pid, SIGCONT);
		killed++;
		c->deadline = time(NULL) + 60;
	}
	if (got != c->pid)
		return;
	c->pid = 0;
	exited += WIFEXITED(status);
	signalled += WIFSIGNALED(status);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 99)
		exit(99);
}

static void pause_briefly(void)
{
	struct timespec t = {0, 2000000};

	nanosleep(&t, NULL);
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
	struct child child[AT_ONCE] = {0};
	long number = argc > 3 ? atol(argv[1]) : 0;
	long last = argc > 3 ? atol(argv[2]) : -1;
	int running = 0;

	seed = argc > 3 ? strtoull(argv[3], NULL, 0) | 1 : 1;
	mkdir(ROOT, 0555);
	do {
		running = 0;
		for (int i = 0; i < AT_ONCE; i++) {
			if (!child[i].pid && number <= last) {
				child[i].pid = start(number++);
				child[i].deadline = time(NULL) + 1;
			}
			if (child[i].pid > 0)
				reap(&child[i]);
			running += child[i].pid != 0;
		}
		pause_briefly();
	} while (running || number <= last);
	kill_all();
	rmdir(ROOT);
	printf("exited %u signalled %u killed %u\n", exited, signalled, killed);
	return 0;
}

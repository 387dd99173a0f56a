/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process of many pages dies and leaves a core, while another one looks at
 * the file again and again. Tells how it died and how many sizes of the file
 * the other one saw.
 *	bigcore		72 MiB
 *	bigcore full	nearly all memory there is
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB  (1ul << 20)
#define PART (24 * MIB)
#define LEFT (6 * MIB) /* of memory, when "full" dies */

struct shared {
	volatile unsigned sizes, looks;
};

static unsigned long memory_free(void)
{
	char text[512], *at;
	int fd = open("/proc/meminfo", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = 0;
	at = strstr(text, "MemFree:");
	return at ? strtoul(at + 8, NULL, 10) * 1024 : 0;
}

/* Parts that lie apart, every page of them written. */
static void fill(int full)
{
	char *at = (char *)0x10000000000;

	for (int part = 0; full || part < 3; part++, at += 2 * PART) {
		char *p = mmap(at, PART, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		if (p != at)
			_exit(1);
		for (unsigned long n = 0; n < PART; n += 4096) {
			if (full && n % MIB == 0 && memory_free() < LEFT)
				return;
			p[n + n / 4096 % 4096] = 1;
		}
	}
}

static void look(struct shared *s)
{
	off_t last = -1;
	struct stat is;

	for (;; s->looks++)
		if (!stat("core", &is) && is.st_size != last) {
			last = is.st_size;
			s->sizes++;
		}
}

int main(int argc, char **argv)
{
	struct shared *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int full = argc > 1 && !strcmp(argv[1], "full"), status;
	pid_t looks = fork(), dies;

	if (looks == 0)
		look(s);
	while (!s->looks)
		usleep(1000);
	dies = fork();
	if (dies == 0) {
		fill(full);
		abort();
	}
	waitpid(dies, &status, 0);
	kill(looks, SIGKILL);
	printf("signal %d%s, %u sizes\n", WTERMSIG(status),
	       WCOREDUMP(status) ? ", core" : "", s->sizes);
	return 0;
}

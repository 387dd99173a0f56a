/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ordinary Linux program: what mmap's flags do to what is mapped already,
 * line by line. The same on the machine that builds.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

static sigjmp_buf fault;

static void caught(int signal)
{
	siglongjmp(fault, signal);
}

/* What is read at p; -signal: it faults. */
static int peek(const volatile char *p)
{
	int signal = sigsetjmp(fault, 1);

	return signal ? -signal : *p;
}

static int poke(volatile char *p)
{
	int signal = sigsetjmp(fault, 1);

	return signal ? -signal : (*p = 9);
}

static void show(const char *what, const char *p, int pages)
{
	printf("%s:", what);
	for (int i = 0; i < pages; i++)
		printf(" %d", peek(p + i * PAGE));
	putchar('\n');
}

static char *fill(int pages)
{
	char *p = mmap(NULL, (size_t)pages * PAGE, RW, ANONYMOUS, -1, 0);

	memset(p, 7, (size_t)pages * PAGE);
	return p;
}

static int file_of(char c, int pages)
{
	int fd = open("mapping.data", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char page[PAGE];

	memset(page, c, sizeof(page));
	for (int i = 0; i < pages; i++)
		if (write(fd, page, sizeof(page)) != sizeof(page))
			return -1;
	unlink("mapping.data");
	return fd;
}

static void fixed(void)
{
	char *p = fill(5);
	int fd = file_of(3, 2);

	mmap(p + PAGE, PAGE, PROT_READ, ANONYMOUS | MAP_FIXED, -1, 0);
	show("fixed", p, 5);
	printf("write: %d %d\n", poke(p), poke(p + PAGE));
	mmap(p + 2 * PAGE, 2 * PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0);
	show("file", p, 5);
	mmap(p + 3 * PAGE, PAGE, RW, MAP_PRIVATE | MAP_FIXED, 99, 0);
	printf("bad descriptor: %s\n", strerror(errno));
	show("kept", p, 5);
	munmap(p + PAGE, 3 * PAGE);
	show("hole", p, 5);
	munmap(p, 5 * PAGE);
	close(fd);
}

static void not_replaced(void)
{
	char *p = fill(3), *q;
	int fd = file_of(4, 1);

	q = mmap(p, PAGE, RW, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	printf("noreplace: %s\n", q == MAP_FAILED ? strerror(errno) : "mapped");
	q = mmap(p, PAGE, RW, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, 0);
	printf("noreplace: %s\n", q == MAP_FAILED ? strerror(errno) : "mapped");
	munmap(p + PAGE, PAGE);
	q = mmap(p + PAGE, PAGE, RW, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, 0);
	printf("noreplace: %d\n", q == p + PAGE);
	q = mmap(p, PAGE, RW, MAP_PRIVATE, fd, 0);
	printf("hint in use: %d\n", q != MAP_FAILED && q != p);
	show("all", p, 3);
	munmap(q, PAGE);
	munmap(p, 3 * PAGE);
	close(fd);
}

static void discarded(void)
{
	char *p = fill(4);

	mprotect(p + PAGE, PAGE, PROT_READ);
	printf("madvise: %d\n", madvise(p + PAGE, 2 * PAGE, MADV_DONTNEED));
	show("discarded", p, 4);
	printf("write: %d %d\n", poke(p + PAGE), poke(p + 2 * PAGE));
	munmap(p + PAGE, PAGE);
	printf("madvise: %d", madvise(p, 4 * PAGE, MADV_DONTNEED));
	printf(" %s\n", strerror(errno));
	show("discarded", p, 4);
	munmap(p, 4 * PAGE);
}

/* What may not be written through the descriptor is never written. */
static void read_only(void)
{
	int fd = file_of(5, 1), ro;
	char name[64], *p;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	ro = open(name, O_RDONLY);
	p = mmap(NULL, PAGE, RW, MAP_SHARED, ro, 0);
	printf("read only: %s\n", p == MAP_FAILED ? strerror(errno) : "mapped");
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0);
	printf("mprotect: %d", mprotect(p, PAGE, RW));
	printf(" %s\n", strerror(errno));
	printf("write: %d\n", poke(p));
	pread(fd, p = fill(1), 1, 0);
	show("file", p, 1);
	munmap(p, PAGE);
	close(ro);
	close(fd);
}

/* A private mapping becomes a copy when it is to be written, not before. */
static void private_made_writable(void)
{
	int fd = file_of(6, 3);
	char *p = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);

	printf("write: %d\n", poke(p + PAGE));
	pwrite(fd, "new", 3, 0);
	show("written", p, 3);
	printf("mprotect: %d\n", mprotect(p + PAGE, PAGE, RW));
	printf("write: %d %d %d\n", poke(p), poke(p + PAGE),
	       poke(p + 2 * PAGE));
	printf("mprotect: %d\n", mprotect(p, 3 * PAGE, RW | PROT_EXEC));
	printf("write: %d\n", poke(p + 2 * PAGE));
	show("mine", p, 3);
	munmap(p, 3 * PAGE);
	p = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	show("the file's", p, 3);
	munmap(p, 3 * PAGE);
	close(fd);
}

int main(void)
{
	signal(SIGSEGV, caught);
	signal(SIGBUS, caught);
	fixed();
	not_replaced();
	discarded();
	read_only();
	private_made_writable();
	return 0;
}

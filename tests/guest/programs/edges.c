/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ordinary Linux program at the edges of system calls: what bad pointers,
 * odd times, broken frames and signals between do. Line by line the same on the
 * machine that builds.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define BAD	((void *)8)
#define NOWHERE 0x1234567812345678ul /* no address at all */

static void result(const char *what, long got)
{
	printf("%s: %ld %s\n", what, got, got < 0 ? strerror(errno) : "");
	fflush(stdout);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* How a child that runs f ends. */
static void ends(const char *what, void (*f)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		alarm(20);
		f();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("%s: exit %d signal %d\n", what, WEXITSTATUS(status),
	       WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	fflush(stdout);
}

/* --- times --- */

static void times(void)
{
	struct timespec past = {1, 0}, negative = {-1, 0};
	sigset_t none;

	sigemptyset(&none);
	result("sleep until long ago", clock_nanosleep(CLOCK_REALTIME,
						       TIMER_ABSTIME, &past,
						       NULL));
	result("negative wait", sigtimedwait(&none, NULL, &negative));
}

/* A sleep of two seconds, stopped for most of it: begun anew it would last 3.7. */
static void stopped_sleep(void)
{
	pid_t pid = fork();
	double start = seconds();

	if (!pid) {
		usleep(2000000);
		_exit(0);
	}
	usleep(300000);
	kill(pid, SIGSTOP);
	usleep(1400000);
	kill(pid, SIGCONT);
	waitpid(pid, NULL, 0);
	printf("stopped sleep: %s\n",
	       seconds() - start < 3.5 ? "in time" : "too long");
}

/* --- vectors and bad buffers --- */

static void vectors(void)
{
	char a[4], b[100];
	struct iovec v[2] = {{a, 4}, {b, 100}};
	int p[2], fd = open("edges.data", O_RDWR | O_CREAT | O_TRUNC, 0600);

	pipe(p);
	write(p[1], "four", 4);
	alarm(10);
	result("readv", readv(p[0], v, 2));
	alarm(0);
	write(p[1], "fourmore", 8);
	result("readv", readv(p[0], v, 2));
	printf("%.4s %.4s\n", a, b);
	result("preadv", preadv(fd, v, 2, -1));
	result("pwritev", pwritev(fd, v, 2, -1));
	unlink("edges.data");
	close(fd);
	close(p[0]);
	close(p[1]);
}

static void half_there(void)
{
	char *m = mmap(NULL, 131072, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("edges.data", O_RDWR | O_CREAT | O_TRUNC, 0600);

	memset(m, 'x', 131072);
	munmap(m + 65536, 65536);
	result("write", write(fd, m, 131072));
	result("size", lseek(fd, 0, SEEK_END));
	result("pread", pread(fd, BAD, 10, 0));
	unlink("edges.data");
	close(fd);
}

/* What a pipe gives is not lost to a buffer that is not there. */
static void pipe_to_nowhere(void)
{
	char *m = mmap(NULL, 131072, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), a[8];
	struct iovec v[2] = {{a, 2}, {BAD, 4}};
	int p[2];

	munmap(m + 8192, 131072 - 8192);
	pipe(p);
	write(p[1], "12345678", 8);
	result("read nowhere", read(p[0], BAD, 8));
	result("read in the kernel", read(p[0], (void *)-4096l, 8));
	result("read from none", read(-1, BAD, 8));
	result("readv", readv(p[0], v + 1, 1));
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	result("still there", read(p[0], m + 8192 - 8, 8));
	printf("%.8s\n", m + 8192 - 8);
	result("nothing more", read(p[0], a, 8));
	write(p[1], "12345678", 8);
	result("small piece", read(p[0], m + 4096, 4));
	result("no room", read(p[0], m + 8192, 100000));
	result("the rest", read(p[0], a, 8));
	close(p[0]);
	close(p[1]);
	munmap(m, 8192);
}

/* --- robust mutexes --- */

#define WAITERS	0x80000000u
#define LIST_MAX 3

/* As C libraries have them: a list of words, all at the same distance. */
struct robust {
	struct robust *next;
	volatile uint32_t word;
};

struct robust_list {
	struct robust *first;
	long offset;
	struct robust *pending;
	struct robust locked[LIST_MAX], other;
};

static void robust_make(struct robust_list *l)
{
	uint32_t me = (uint32_t)syscall(SYS_gettid);

	l->first = &l->locked[0];
	l->offset = offsetof(struct robust, word);
	l->pending = &l->other;
	for (int i = 0; i < LIST_MAX; i++) {
		l->locked[i].word = me | (i ? WAITERS : 0);
		l->locked[i].next = &l->locked[i + 1];
	}
	l->locked[LIST_MAX - 1].next = (struct robust *)l;
	l->other.word = me;
	syscall(SYS_set_robust_list, l, 24);
}

/* How the words of a child's list are after its end by number (a system call, or
 * minus a signal), the list made as it should be and then spoilt. */
static void robust_end(const char *what, long number,
		       void (*spoil)(struct robust_list *))
{
	struct robust_list *l = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct timespec patience = {20, 0};
	uint32_t word;
	int status;
	pid_t pid = fork();

	if (!pid) {
		usleep(100000);
		robust_make(l);
		if (spoil)
			spoil(l);
		if (number < 0)
			kill(getpid(), (int)-number);
		syscall(number, 9);
		_exit(1);
	}
	/* Woken by the child's end, if it had room to say so. */
	while (!spoil && !((word = l->locked[1].word) & 0x40000000))
		if (syscall(SYS_futex, &l->locked[1].word, 0, word, &patience))
			usleep(1000);
	waitpid(pid, &status, 0);
	printf("%s: status %d, words", what, WEXITSTATUS(status));
	for (int i = 0; i < LIST_MAX; i++)
		printf(" %x", l->locked[i].word & 0xc0000000);
	printf(" %x\n", l->other.word & 0xc0000000);
	fflush(stdout);
	munmap(l, 4096);
}

static void never_ends(struct robust_list *l)
{
	l->locked[1].next = &l->locked[0];
}

static void ends_nowhere(struct robust_list *l)
{
	l->locked[1].next = BAD;
}

static void not_mine(struct robust_list *l)
{
	l->locked[1].word = 1 | WAITERS;
}

static void no_list(struct robust_list *l)
{
	(void)l;
	syscall(SYS_set_robust_list, BAD, 24);
}

static void far_words(struct robust_list *l)
{
	l->offset = 1l << 40;
}

static void odd_words(struct robust_list *l)
{
	l->offset++;
}

static void *locks_and_leaves(void *list)
{
	robust_make(list);
	syscall(SYS_exit, 0);
	return NULL;
}

static void robust_mutexes(void)
{
	static struct robust_list l;
	pthread_t t;

	robust_end("exit", SYS_exit, NULL);
	robust_end("exit_group", SYS_exit_group, NULL);
	robust_end("never ends", SYS_exit_group, never_ends);
	robust_end("ends nowhere", SYS_exit_group, ends_nowhere);
	robust_end("not mine", SYS_exit, not_mine);
	robust_end("no list", SYS_exit, no_list);
	robust_end("killed", -SIGKILL, NULL);
	robust_end("killed, never ends", -SIGKILL, never_ends);
	robust_end("killed, ends nowhere", -SIGKILL, ends_nowhere);
	robust_end("killed, not mine", -SIGKILL, not_mine);
	robust_end("killed, no list", -SIGKILL, no_list);
	robust_end("killed, far words", -SIGKILL, far_words);
	robust_end("killed, odd words", -SIGKILL, odd_words);
	pthread_create(&t, NULL, locks_and_leaves, &l);
	while (!(l.locked[LIST_MAX - 1].word & 0x40000000))
		usleep(1000);
	printf("thread: %x %x\n", l.locked[0].word, l.locked[1].word);
	result("bad size", syscall(SYS_set_robust_list, &l, 23));
}

/* --- exec --- */

static void exec_after_fault(void)
{
	static char big[50000];
	char *bad[] = {"edges", big, BAD, NULL}, *none[] = {NULL};
	char *good[] = {"edges", "two", "three", NULL};

	memset(big, 'b', sizeof(big) - 1);
	result("execve", execve("/proc/self/exe", bad, none));
	execve("/proc/self/exe", good, none);
	_exit(99);
}

struct image {
	Elf64_Ehdr head;
	Elf64_Phdr segment;
	char code[16];
};

static void exec_nowhere(void)
{
	struct image i = {
		.head = {.e_type = ET_EXEC, .e_machine = EM_X86_64,
			 .e_version = 1, .e_entry = NOWHERE,
			 .e_phoff = sizeof(Elf64_Ehdr),
			 .e_ehsize = sizeof(Elf64_Ehdr),
			 .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 1},
		.segment = {.p_type = PT_LOAD, .p_flags = PF_R | PF_X,
			    .p_vaddr = 0x400000, .p_filesz = sizeof(i),
			    .p_memsz = sizeof(i), .p_align = 4096},
	};
	int fd = open("edges.bin", O_WRONLY | O_CREAT | O_TRUNC, 0700);

	memcpy(i.head.e_ident, ELFMAG "\2\1\1", 7);
	write(fd, &i, sizeof(i));
	close(fd);
	execl("edges.bin", "edges.bin", NULL);
	_exit(98);
}

/* --- frames --- */

static void nowhere(int sig, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	(void)sig;
	(void)info;
	c->uc_mcontext.gregs[REG_RIP] = (greg_t)NOWHERE;
}

static void return_nowhere(void)
{
	struct sigaction a = {.sa_sigaction = nowhere, .sa_flags = SA_SIGINFO};

	sigaction(SIGUSR1, &a, NULL);
	raise(SIGUSR1);
}

static void return_without_frame(void)
{
	__asm__ volatile("mov $4096, %%rsp\n\tmov $15, %%eax\n\tsyscall"
			 :
			 :
			 : "memory");
}

static void handler_nowhere(void)
{
	struct sigaction a = {.sa_handler = (void (*)(int))NOWHERE};

	sigaction(SIGUSR1, &a, NULL);
	raise(SIGUSR1);
}

static volatile int steps;

static void step(int sig)
{
	(void)sig;
	steps++;
}

/* Single steps over a system call. */
static void stepping(void)
{
	long pid;

	signal(SIGTRAP, step);
	__asm__ volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\t"
			 "mov $39, %%eax\n\tsyscall\n\tnop\n\t"
			 "pushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq"
			 : "=a"(pid)
			 :
			 : "rcx", "r11", "memory");
	_exit(pid == getpid() && steps > 4 ? 7 : 1);
}

/* --- threads --- */

static void bad_child_tid(void)
{
	long pid = syscall(SYS_clone, CLONE_CHILD_SETTID | SIGCHLD, 0, 0, BAD,
			   0);
	int status = -1;

	if (!pid)
		_exit(5);
	if (pid < 0)
		_exit(6);
	waitpid((pid_t)pid, &status, 0);
	_exit(WEXITSTATUS(status));
}

static void *leave(void *at)
{
	*(volatile int *)at = 1;
	syscall(SYS_set_tid_address, BAD);
	syscall(SYS_exit, 0);
	_exit(4);
}

static void bad_clear_tid(void)
{
	volatile int there = 0;
	pthread_t t;

	pthread_create(&t, NULL, leave, (void *)&there);
	while (!there)
		sched_yield();
	usleep(200000);
	_exit(3);
}

static volatile int links;

static void *chain(void *left)
{
	pthread_t t;

	links++;
	if ((intptr_t)left > 1) {
		if (pthread_create(&t, NULL, chain,
				   (void *)((intptr_t)left - 1)))
			_exit(2);
		pthread_detach(t);
	}
	return NULL;
}

static void threads_in_a_chain(void)
{
	pthread_t t;

	pthread_create(&t, NULL, chain, (void *)300);
	pthread_detach(t);
	while (links < 300)
		usleep(10000);
	_exit(1);
}

static void *rest(void *unused)
{
	(void)unused;
	for (;;)
		pause();
}

/* A child of many threads can have as many itself, and so its child. */
static void forks_with_threads(void)
{
	pthread_t t[50];
	int status, generation = 0;

again:
	for (int n = 0; n < 50; n++)
		if (pthread_create(&t[n], NULL, rest, NULL))
			_exit(100 + generation);
	if (generation < 4) {
		generation++;
		if (!fork())
			goto again;
		wait(&status);
		_exit(WEXITSTATUS(status));
	}
	_exit(generation);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		printf("%d %s %s\n", argc, argv[1], argv[argc - 1]);
		return 0;
	}
	times();
	stopped_sleep();
	vectors();
	half_there();
	pipe_to_nowhere();
	robust_mutexes();
	ends("exec after a fault", exec_after_fault);
	ends("exec nowhere", exec_nowhere);
	unlink("edges.bin");
	ends("return nowhere", return_nowhere);
	ends("no frame", return_without_frame);
	ends("handler nowhere", handler_nowhere);
	ends("stepping", stepping);
	ends("child's number", bad_child_tid);
	ends("cleared number", bad_clear_tid);
	ends("chain", threads_in_a_chain);
	ends("forks with threads", forks_with_threads);
	result("futex", syscall(SYS_futex, 2, 1, 1, NULL, NULL, 0));
	return 0;
}

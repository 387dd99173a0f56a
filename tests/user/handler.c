/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The in-task handler of system calls: libc as servers use it.
 */
#include "lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* A system call keeps every register but rax, rcx and r11. */
static void registers_kept(void)
{
	uint64_t in[12], out[12], flags;
	double vector = 1.5, after = 0;

	for (int i = 0; i < 12; i++)
		in[i] = 0x0101010101010101ull * (unsigned)(i + 1);
	__asm__ volatile("movq %[vector], %%xmm9\n\t"
			 "movq 0x00(%[in]), %%rdi; movq 0x08(%[in]), %%rsi\n\t"
			 "movq 0x10(%[in]), %%rdx; movq 0x18(%[in]), %%r8\n\t"
			 "movq 0x20(%[in]), %%r9;  movq 0x28(%[in]), %%r10\n\t"
			 "movq 0x30(%[in]), %%r12; movq 0x38(%[in]), %%r13\n\t"
			 "movl $39, %%eax\n\t" /* getpid */
			 "stc\n\t"
			 "syscall\n\t"
			 "pushfq; popq %[flags]\n\t"
			 "movq %%rdi, 0x00(%[out]); movq %%rsi, 0x08(%[out])\n\t"
			 "movq %%rdx, 0x10(%[out]); movq %%r8, 0x18(%[out])\n\t"
			 "movq %%r9, 0x20(%[out]);  movq %%r10, 0x28(%[out])\n\t"
			 "movq %%r12, 0x30(%[out]); movq %%r13, 0x38(%[out])\n\t"
			 "movq %%xmm9, %[after]"
			 : [after] "=m"(after), [flags] "=r"(flags)
			 : [in] "r"(in), [out] "r"(out), [vector] "m"(vector)
			 : "rax", "rcx", "rdx", "rdi", "rsi", "r8", "r9", "r10",
			   "r11", "r12", "r13", "xmm9", "memory", "cc");
	for (int i = 0; i < 8; i++)
		EQUAL(out[i], in[i]);
	CHECK(after == vector);
	EQUAL(flags & 1, 1);
}

/* What lies below the stack pointer is the caller's. */
static void red_zone_kept(void)
{
	uint64_t got;

	__asm__ volatile("movq $0x1234567, -120(%%rsp)\n\t"
			 "movl $39, %%eax\n\t"
			 "syscall\n\t"
			 "movq -120(%%rsp), %0"
			 : "=r"(got)
			 :
			 : "rax", "rcx", "r11", "memory");
	EQUAL(got, 0x1234567);
}

static void memory(void)
{
	char *p = mmap(NULL, 100000, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *big;

	CHECK(p != MAP_FAILED);
	p[0] = p[99999] = 7;
	EQUAL(mprotect(p, 4096, PROT_READ), 0);
	EQUAL(p[0], 7);
	CHECK(mmap(p, 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p);
	EQUAL(p[0], 0);
	EQUAL(munmap(p, 100000), 0);
	big = malloc(3 << 20);
	CHECK(big != NULL);
	memset(big, 1, 3 << 20);
	big = realloc(big, 6 << 20);
	CHECK(big != NULL && big[(3 << 20) - 1] == 1);
	free(big);
	EQUAL(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) == MAP_FAILED, 1);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int arrived;
static __thread int own = 5;

static void *meets(void *arg)
{
	own += (int)(long)arg;
	pthread_mutex_lock(&mutex);
	arrived++;
	pthread_cond_broadcast(&cond);
	while (arrived < 10)
		pthread_cond_wait(&cond, &mutex);
	pthread_mutex_unlock(&mutex);
	return (void *)(long)own;
}

static void threads(void)
{
	pthread_t t[10];

	for (long i = 0; i < 10; i++)
		EQUAL(pthread_create(&t[i], NULL, meets, (void *)i), 0);
	for (long i = 0; i < 10; i++) {
		void *result;

		pthread_join(t[i], &result);
		EQUAL((long)result, 5 + i);
	}
	EQUAL(own, 5);
}

static sem_t semaphore;
static void *posts(void *arg)
{
	(void)arg;
	sem_post(&semaphore);
	return NULL;
}

/* Detached threads unmap their own stacks; blocks are used again. */
static void many_detached(void)
{
	pthread_attr_t attr;

	sem_init(&semaphore, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (int round = 0; round < 30; round++) {
		pthread_t t;

		for (int i = 0; i < 20; i++)
			EQUAL(pthread_create(&t, &attr, posts, NULL), 0);
		for (int i = 0; i < 20; i++)
			sem_wait(&semaphore);
	}
}

static void clocks(void)
{
	struct timespec a, b, wait = {0, 20000000};

	EQUAL(clock_gettime(CLOCK_MONOTONIC, &a), 0);
	EQUAL(nanosleep(&wait, NULL), 0);
	EQUAL(clock_gettime(CLOCK_MONOTONIC, &b), 0);
	long ns = (b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec;
	CHECK(ns >= 20000000 && ns < 2000000000);
	CHECK(time(NULL) > 1700000000);
	wait.tv_nsec = -1;
	EQUAL(nanosleep(&wait, NULL), -1);
	EQUAL(errno, EINVAL);
	EQUAL(sched_yield(), 0);
}

static void timed_wait(void)
{
	struct timespec when;

	clock_gettime(CLOCK_REALTIME, &when);
	when.tv_nsec += 20000000;
	if (when.tv_nsec >= 1000000000) {
		when.tv_nsec -= 1000000000;
		when.tv_sec++;
	}
	pthread_mutex_lock(&mutex);
	EQUAL(pthread_cond_timedwait(&cond, &mutex, &when), ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
}

static void refusals(void)
{
	struct utsname u;

	EQUAL(open("/etc/passwd", 0), -1);
	EQUAL(errno, ENOENT);
	EQUAL(isatty(1), 0);
	EQUAL(errno, ENOTTY);
	EQUAL(syscall(999), -1);
	EQUAL(errno, ENOSYS);
	EQUAL(syscall(SYS_arch_prctl, 0x1001, 0), -1); /* ARCH_SET_GS */
	EQUAL(errno, EINVAL);
	EQUAL(write(7, "x", 1), -1);
	EQUAL(errno, EBADF);
	EQUAL(uname(&u), 0);
	EQUAL(strcmp(u.machine, "x86_64"), 0);
	CHECK(getpid() > 0);
}

static unsigned names(void)
{
	mach_port_array_t list = NULL;
	mach_port_type_array_t types = NULL;
	mach_msg_type_number_t n = 0, t = 0;

	OK(mach_port_names(mach_task_self(), &list, &n, &types, &t));
	vm_deallocate(mach_task_self(), (vm_address_t)list, n * sizeof *list);
	vm_deallocate(mach_task_self(), (vm_address_t)types, t * sizeof *types);
	return n;
}

/* The calls behind a system call keep one reply port for the thread. */
static void no_port_churn(void)
{
	unsigned before;

	printf("# first\n");
	before = names();
	for (int i = 0; i < 20; i++) {
		void *p = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANON, -1,
			       0);
		munmap(p, 65536);
		printf("# line %d\n", i);
	}
	EQUAL(names(), before);
}

static const struct test tests[] = {
	TEST(registers_kept), TEST(red_zone_kept), TEST(memory),
	TEST(threads),	      TEST(many_detached), TEST(clocks),
	TEST(timed_wait),     TEST(refusals),
	TEST(no_port_churn),
};
TEST_MAIN(tests)

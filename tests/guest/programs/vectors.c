/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ordinary Linux program: threads, a mutex, and vector registers that must
 * survive switches.  Built static with musl and dynamic with glibc.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 6, ROUNDS = 3000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int rounds_done;

typedef double vec __attribute__((vector_size(32)));

/* Keeps a pattern in a 256-bit register across a system call. */
__attribute__((target("avx"))) static int survives(double seed)
{
	vec v = { seed, seed + 1, seed + 2, seed + 3 };
	vec after;

	__asm__ volatile("vmovapd %1, %%ymm13\n\t"
			 "mov $24, %%eax\n\t" /* sched_yield */
			 "syscall\n\t"
			 "vmovapd %%ymm13, %0"
			 : "=m"(after)
			 : "m"(v)
			 : "rax", "rcx", "r11", "xmm13", "memory");
	return memcmp(&v, &after, sizeof(v)) == 0;
}

static void *work(void *arg)
{
	long me = (long)arg;
	long bad = 0;

	for (int i = 0; i < ROUNDS; i++) {
		if (__builtin_cpu_supports("avx"))
			bad += !survives((double)(me * 1000 + i));
		pthread_mutex_lock(&lock);
		rounds_done++;
		pthread_mutex_unlock(&lock);
	}
	return (void *)bad;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	long bad = 0;

	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, (void *)i) != 0)
			return 2;
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		bad += (long)result;
	}
	printf("%d rounds, %ld bad, %d arguments, %s\n", rounds_done, bad,
	       argc - 1, argc > 1 ? argv[1] : "-");
	return bad != 0;
}

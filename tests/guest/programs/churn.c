/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ordinary Linux program: threads that live so short that they end while
 * others are being made, and memory that is mapped, replaced, discarded and
 * unmapped at the same time.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { THREADS = 24, ROUNDS = 30, PAGE = 4096, PAGES = 8 };

static int all_are(const char *p, int value, size_t size)
{
	for (size_t i = 0; i < size; i += 512)
		if (p[i] != value)
			return 0;
	return 1;
}

/* Each step leaves the others' memory alone. */
static void *work(void *arg)
{
	const size_t size = PAGES * PAGE;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int me = 1 + (int)(long)arg;
	long bad = 0;

	if (p == MAP_FAILED)
		return (void *)1;
	memset(p, me, size);
	bad += madvise(p + PAGE, PAGE, MADV_DONTNEED) != 0;
	bad += !all_are(p, me, PAGE) || !all_are(p + PAGE, 0, PAGE);
	bad += mmap(p + 2 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		    0) != p + 2 * PAGE;
	bad += !all_are(p + 2 * PAGE, 0, 2 * PAGE);
	memset(p, me, 4 * PAGE);
	bad += !all_are(p, me, size);
	bad += munmap(p, size) != 0;
	return (void *)bad;
}

int main(void)
{
	pthread_t threads[THREADS];
	long bad = 0;

	for (int round = 0; round < ROUNDS; round++) {
		for (long i = 0; i < THREADS; i++)
			if (pthread_create(&threads[i], NULL, work, (void *)i))
				return 2;
		for (int i = 0; i < THREADS; i++) {
			void *result;

			pthread_join(threads[i], &result);
			bad += (long)result;
		}
	}
	printf("%d threads, %ld bad\n", ROUNDS * THREADS, bad);
	return bad != 0;
}

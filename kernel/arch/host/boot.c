/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Booting the machine-independent kernel in a Linux process, the console, the
 * end, and tests that expect a panic.
 */
#define _GNU_SOURCE
#include "host_i.h"

#include <arch/boot.h>
#include <arch/console.h>
#include <arch/device.h>
#include <kern/kva.h>
#include <kern/options.h>
#include <kern/page.h>
#include <kern/panic.h>
#include <kern/random.h>
#include <kern/sched.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_DEFAULT (64ull << 20)

struct host_options host_options;

static struct host_fiber linux_fiber;
static pthread_mutex_t done_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t done_change = PTHREAD_COND_INITIALIZER;
static bool done; /* done_lock; parallel mode */

static void (*body_fn)(void *);
static void *body_arg;

/* What leaves stay allocated is the census's business, in the arena. */
__attribute__((used)) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* --- console and end */

void console_write(const char *text, size_t length)
{
	fwrite(text, 1, length, stdout);
	fflush(stdout);
}

void machine_end(enum machine_end how)
{
	fflush(stdout);
	_exit(how == MACHINE_PANIC ? 125 : 0);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
void __sanitizer_print_stack_trace(void);
#else
static void __sanitizer_print_stack_trace(void)
{
}
#endif

void cpu_backtrace(void)
{
	fflush(stdout);
	__sanitizer_print_stack_trace();
}

void cpu_stop_others(void)
{
	for (unsigned i = 0; i < host_options.cpus; i++)
		if (i != cpu_number() && host_cpus[i].running)
			klog("processor %u: thread %p%s", i,
			     (void *)host_cpus[i].thread,
			     host_cpus[i].idle ? ", idle" : "");
}

size_t machine_entropy(void *buf, size_t size)
{
	memset(buf, 0x5a, size); /* runs are to be repeatable */
	return size;
}

/* --- boot */

static void run_body(void *arg)
{
	(void)arg;
	cpu_start_all();
	if (host_options.boot != NULL)
		host_options.boot();
	body_fn(body_arg);
	host_finish();
}

static void boot(void *arg)
{
	(void)arg;
	if (!options_parse(boot_info.cmdline))
		exit(2);
	page_init();
	kva_init();
	random_init();
	sched_init();
	panic_unless(thread_create_kernel("body", run_body, NULL,
					  PRIORITY_KERNEL) != NULL);
	sched_start();
}

static void set_defaults(void)
{
	const char *seed = getenv("HOST_SEED");

	if (getenv("HOST_CPUS") != NULL)
		host_options.cpus = (unsigned)atoi(getenv("HOST_CPUS"));
	if (getenv("HOST_PARALLEL") != NULL)
		host_options.parallel = true;
	if (host_options.cpus == 0)
		host_options.cpus = 1;
	if (host_options.cpus > HOST_CPUS_MAX)
		host_options.cpus = HOST_CPUS_MAX;
	if (host_options.memory == 0)
		host_options.memory = MEMORY_DEFAULT;
	if (seed != NULL)
		host_options.seed = strtoull(seed, NULL, 0);
	if (host_options.cmdline != NULL)
		snprintf(boot_info.cmdline, sizeof(boot_info.cmdline), "%s",
			 host_options.cmdline);
	boot_info.cpu_count = host_options.cpus;
}

static void *first_linux(void *arg)
{
	struct host_cpu *cpu = arg;

	host_set_cpu(cpu);
	fiber_adopt_linux(&cpu->boot);
	cpu->fiber = &cpu->boot;
	boot(NULL);
	return NULL;
}

static void run_parallel(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, first_linux, &host_cpus[0]) != 0)
		exit(2);
	pthread_mutex_lock(&done_lock);
	while (!done)
		pthread_cond_wait(&done_change, &done_lock);
	pthread_mutex_unlock(&done_lock);
}

static void run_serial(void)
{
	struct host_fiber *f = &host_cpus[0].boot;

	fiber_adopt_linux(&linux_fiber);
	fiber_init(f, malloc(HOST_BOOT_STACK), HOST_BOOT_STACK, boot, NULL);
	fiber_switch(&linux_fiber, f);
}

void host_kernel_run(void (*body)(void *arg), void *arg)
{
	body_fn = body;
	body_arg = arg;
	set_defaults();
	host_memory_init(host_options.memory);
	host_start_first();
	if (host_options.parallel)
		run_parallel();
	else
		run_serial();
}

void host_finish(void)
{
	if (!host_options.parallel) {
		fiber_switch(host_cpu()->fiber, &linux_fiber);
		abort();
	}
	pthread_mutex_lock(&done_lock);
	done = true;
	pthread_cond_signal(&done_change);
	pthread_mutex_unlock(&done_lock);
	for (;;)
		pause();
}

/* --- panics */

/* The RAM is shared memory, so a process that has booted cannot be copied. */
bool host_panics(void (*body)(void *arg), void *arg, const char *text)
{
	char out[16384];
	size_t used = 0;
	int fd[2], status;
	ssize_t n;
	pid_t pid;

	fflush(stdout);
	if (pipe(fd) != 0 || (pid = fork()) < 0)
		return false;
	if (pid == 0) {
		dup2(fd[1], 1);
		dup2(fd[1], 2);
		host_kernel_run(body, arg);
		printf("host: no panic\n");
		fflush(stdout);
		_exit(0);
	}
	close(fd[1]);
	while (used < sizeof(out) - 1 &&
	       (n = read(fd[0], out + used, sizeof(out) - 1 - used)) > 0)
		used += (size_t)n;
	close(fd[0]);
	out[used] = '\0';
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 125 &&
	    strstr(out, text) != NULL)
		return true;
	printf("# no panic with \"%s\", but:\n%s", text, out);
	return false;
}

/* --- devices: there are none */

bool device_io_range_ok(uint32_t base, uint32_t count)
{
	(void)base, (void)count;
	return false;
}

void device_io_read(uint32_t reg, unsigned width, void *data, size_t count)
{
	(void)reg, (void)width, (void)data, (void)count;
}

void device_io_write(uint32_t reg, unsigned width, const void *data,
		     size_t count)
{
	(void)reg, (void)width, (void)data, (void)count;
}

enum kr device_irq_connect(unsigned line, void (*handler)(void *), void *arg)
{
	(void)line, (void)handler, (void)arg;
	return KR_FAILURE;
}

void device_irq_disconnect(unsigned line)
{
	(void)line;
}

void device_irq_unmask(unsigned line)
{
	(void)line;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks, sleeping, and the names of things. */
#include <stdbool.h>
#include <errno.h>
#include <mach/mach_ext.h>
#include <mach/mach_traps.h>
#include <mach/x86_64/trap_call.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>

#include "block.h"

#define NS_PER_S 1000000000u

static uint64_t now(int clock)
{
	return (uint64_t)mach_trap2(MACH_TRAP_CLOCK_GET, (uint64_t)clock, 0);
}

static void timespec_set(struct timespec *t, uint64_t ns)
{
	t->tv_sec = (time_t)(ns / NS_PER_S);
	t->tv_nsec = (long)(ns % NS_PER_S);
}

static bool realtime(uint64_t id)
{
	return id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
}

int64_t musl_clock_gettime(struct musl_frame *f)
{
	timespec_set((struct timespec *)f->rsi,
		     now(realtime(f->rdi) ? MACH_CLOCK_REALTIME
					  : MACH_CLOCK_MONOTONIC));
	return 0;
}

int64_t musl_gettimeofday(struct musl_frame *f)
{
	struct timeval *tv = (struct timeval *)f->rdi;
	uint64_t ns = now(MACH_CLOCK_REALTIME);

	if (tv != NULL) {
		tv->tv_sec = (time_t)(ns / NS_PER_S);
		tv->tv_usec = (suseconds_t)(ns % NS_PER_S / 1000);
	}
	return 0;
}

/* A futex nobody wakes. */
static int64_t sleep_until(uint64_t deadline)
{
	static const int never;
	int64_t kr;

	do {
		kr = mach_trap4(MACH_TRAP_FUTEX_WAIT, (uintptr_t)&never, 0, 0,
				deadline);
	} while (kr == KERN_SUCCESS);
	return kr == KERN_ABORTED ? -EINTR : 0;
}

static bool valid(const struct timespec *t)
{
	return t->tv_sec >= 0 && (uint64_t)t->tv_nsec < NS_PER_S;
}

static uint64_t in_ns(const struct timespec *t)
{
	uint64_t s = (uint64_t)t->tv_sec;

	if (s > UINT64_MAX / NS_PER_S / 4)
		s = UINT64_MAX / NS_PER_S / 4;
	return s * NS_PER_S + (uint64_t)t->tv_nsec;
}

int64_t musl_nanosleep(struct musl_frame *f)
{
	const struct timespec *t = (struct timespec *)f->rdi;

	if (!valid(t))
		return -EINVAL;
	return sleep_until(now(MACH_CLOCK_MONOTONIC) + in_ns(t));
}

/* clock_nanosleep(clock, flags, time, remainder) */
int64_t musl_clock_nanosleep(struct musl_frame *f)
{
	const struct timespec *t = (struct timespec *)f->rdx;
	uint64_t start = now(MACH_CLOCK_MONOTONIC);
	uint64_t wait;

	if (!valid(t))
		return -EINVAL;
	wait = in_ns(t);
	if (f->rsi & TIMER_ABSTIME) {
		uint64_t then = realtime(f->rdi) ? now(MACH_CLOCK_REALTIME)
						 : start;

		wait = wait > then ? wait - then : 0;
	}
	return sleep_until(start + wait);
}

int64_t musl_sched_yield(struct musl_frame *f)
{
	(void)f;
	mach_trap4(MACH_TRAP_THREAD_SWITCH, MACH_PORT_NULL,
		   SWITCH_OPTION_NONE, 0, 0);
	return 0;
}

static void text_set(char *to, const char *from)
{
	while ((*to++ = *from++) != '\0')
		;
}

int64_t musl_uname(struct musl_frame *f)
{
	struct utsname *u = (struct utsname *)f->rdi;

	text_set(u->sysname, "Mach");
	text_set(u->nodename, "mach");
	text_set(u->release, "1");
	text_set(u->version, "bare");
	text_set(u->machine, "x86_64");
	u->domainname[0] = '\0';
	return 0;
}

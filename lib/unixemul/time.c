/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks by trap; sleeps are waits on a futex nobody wakes. */
#include "sys.h"

#define NS 1000000000ll
#define CLOCK_REALTIME  0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS   2
#define CLOCK_THREAD    3
#define TIMER_ABSTIME   1

struct spec {
	int64_t seconds, ns;
};

static int64_t clock_ns(int clock)
{
	return mach_trap2(MACH_TRAP_CLOCK_GET,
			  clock == CLOCK_MONOTONIC ? MACH_CLOCK_MONOTONIC
						   : MACH_CLOCK_REALTIME,
			  0);
}

/* Which of our two a Linux clock is; -1 none of them. */
static int clock_kind(uint64_t clock)
{
	switch ((int)clock) {
	case 0:
	case 5: /* REALTIME_COARSE */
	case 11: /* TAI */
		return CLOCK_REALTIME;
	case 1:
	case 4: /* MONOTONIC_RAW */
	case 6: /* MONOTONIC_COARSE */
	case 7: /* BOOTTIME */
		return CLOCK_MONOTONIC;
	default:
		return -1;
	}
}

int64_t sys_clock_gettime(struct block *b)
{
	struct spec *to = (struct spec *)arg(b, 1);
	int kind = clock_kind(arg(b, 0));
	int64_t ns, result;

	if (kind < 0) {
		result = call_words(b, UX_GETTIME, arg(b, 0), 0, 0, 0);
		if (!result)
			call_get(b, to, 16);
		return result;
	}
	ns = clock_ns(kind);
	*to = (struct spec){ns / NS, ns % NS};
	return 0;
}

int64_t sys_clock_getres(struct block *b)
{
	struct spec *to = (struct spec *)arg(b, 1);

	if (arg(b, 0) > 11)
		return -EINVAL;
	if (to)
		*to = (struct spec){0, 1};
	return 0;
}

int64_t sys_gettimeofday(struct block *b)
{
	int64_t *to = (int64_t *)arg(b, 0);
	uint64_t *zone = (uint64_t *)arg(b, 1);
	int64_t ns = clock_ns(CLOCK_REALTIME);

	if (to) {
		to[0] = ns / NS;
		to[1] = ns % NS / 1000;
	}
	if (zone)
		*zone = 0;
	return 0;
}

int64_t sys_time(struct block *b)
{
	int64_t seconds = clock_ns(CLOCK_REALTIME) / NS;

	if (arg(b, 0))
		*(int64_t *)arg(b, 0) = seconds;
	return seconds;
}

static int64_t set_time(struct block *b, int64_t seconds, int64_t ns)
{
	struct spec t = {seconds, ns};

	call_begin(b, UX_SETTIME);
	call_put(b, &t, sizeof(t));
	return call_send(b);
}

int64_t sys_clock_settime(struct block *b)
{
	const struct spec *t = (const struct spec *)arg(b, 1);

	return arg(b, 0) ? -EINVAL : set_time(b, t->seconds, t->ns);
}

int64_t sys_settimeofday(struct block *b)
{
	const int64_t *t = (const int64_t *)arg(b, 0);

	return t ? set_time(b, t[0], t[1] * 1000) : 0;
}

/* The server does not see us wait: it keeps no signal from us any longer. */
static void hear(struct block *b)
{
	if (!b->slot->late)
		return;
	call_begin(b, UX_HEAR);
	call_send(b);
}

/* Until the monotonic deadline, or a signal: KERN_ABORTED. */
static int64_t sleep_until(struct block *b, int64_t deadline)
{
	static int never;
	int64_t code;

	hear(b);
	do {
		b->trap[0] = (uint64_t)-MACH_TRAP_FUTEX_WAIT;
		b->trap[1] = (uint64_t)&never;
		b->trap[2] = 0;
		b->trap[3] = 0;
		b->trap[4] = (uint64_t)deadline;
		code = emul_blocking_trap();
	} while (code == KERN_SUCCESS ||
		 (code == KERN_ABORTED && !b->slot->pending));
	return code;
}

static int64_t sleep_call(struct block *b, int64_t deadline,
			  struct spec *left)
{
	int64_t rest;

	if (sleep_until(b, deadline) != KERN_ABORTED)
		return 0;
	rest = deadline - clock_ns(CLOCK_MONOTONIC);
	if (rest < 0)
		rest = 0;
	if (left)
		*left = (struct spec){rest / NS, rest % NS};
	b->sleep_deadline = deadline;
	b->interrupted = INTR_FINAL;
	return -EINTR;
}

static bool spec_valid(const struct spec *t)
{
	return t->seconds >= 0 && t->ns >= 0 && t->ns < NS;
}

static int64_t spec_ns(const struct spec *t)
{
	if (t->seconds > INT64_MAX / NS / 4)
		return INT64_MAX / 4;
	return t->seconds * NS + t->ns;
}

/* When a sleep of ns ends; one that only stopped goes on with its own. */
static int64_t sleep_end(const struct block *b, int64_t ns)
{
	return b->again ? b->sleep_deadline : clock_ns(CLOCK_MONOTONIC) + ns;
}

int64_t sys_nanosleep(struct block *b)
{
	struct spec t = *(const struct spec *)arg(b, 0);

	if (!spec_valid(&t))
		return -EINVAL;
	return sleep_call(b, sleep_end(b, spec_ns(&t)),
			  (struct spec *)arg(b, 1));
}

int64_t sys_clock_nanosleep(struct block *b)
{
	struct spec t = *(const struct spec *)arg(b, 2);
	int kind = clock_kind(arg(b, 0));
	int64_t deadline = spec_ns(&t);

	if (!spec_valid(&t) || kind < 0)
		return -EINVAL;
	if (!(arg(b, 1) & TIMER_ABSTIME))
		return sleep_call(b, sleep_end(b, deadline),
				  (struct spec *)arg(b, 3));
	if (kind == CLOCK_REALTIME)
		deadline += clock_ns(CLOCK_MONOTONIC) -
			    clock_ns(CLOCK_REALTIME);
	/* Before the machine started is long ago, not never. */
	return sleep_call(b, deadline < 0 ? 0 : deadline, NULL);
}

#define FUTEX_PRIVATE	    128
#define FUTEX_CLOCK_REAL    256
#define FUTEX_WAIT	    0
#define FUTEX_WAKE	    1
#define FUTEX_REQUEUE	    3
#define FUTEX_CMP_REQUEUE   4
#define FUTEX_WAIT_BITSET   9
#define FUTEX_WAKE_BITSET   10

static int64_t futex_deadline(struct block *b, int command, bool real)
{
	const struct spec *t = (const struct spec *)arg(b, 3);
	int64_t ns;

	if (!t)
		return (int64_t)FUTEX_NO_DEADLINE;
	if (!spec_valid(t))
		return -1;
	ns = spec_ns(t);
	if (command == FUTEX_WAIT)
		return clock_ns(CLOCK_MONOTONIC) + ns;
	if (real)
		ns += clock_ns(CLOCK_MONOTONIC) - clock_ns(CLOCK_REALTIME);
	return ns < 0 ? 0 : ns;
}

static int64_t futex_result(struct block *b, int64_t code)
{
	switch (code) {
	case KERN_SUCCESS:
		return 0;
	case KERN_FAILURE:
		return -EAGAIN;
	case KERN_TIMEDOUT:
		return -ETIMEDOUT;
	case KERN_ABORTED:
		b->interrupted = INTR_RESTARTABLE;
		return -EINTR;
	case KERN_INVALID_ADDRESS:
		return -EFAULT;
	default:
		return -EINVAL;
	}
}

static int64_t futex_wait_call(struct block *b, int command, uint64_t flags,
			       bool real)
{
	int64_t deadline = futex_deadline(b, command, real), code;

	if (deadline == -1 && arg(b, 3))
		return -EINVAL;
	hear(b);
	do {
		b->trap[0] = (uint64_t)-MACH_TRAP_FUTEX_WAIT;
		b->trap[1] = arg(b, 0);
		b->trap[2] = (uint32_t)arg(b, 2);
		b->trap[3] = flags;
		b->trap[4] = (uint64_t)deadline;
		code = emul_blocking_trap();
	} while (code == KERN_ABORTED && !b->slot->pending);
	return futex_result(b, code);
}

static int64_t futex_wake_call(struct block *b, uint32_t n, uint64_t flags)
{
	if (arg(b, 0) & 3)
		return -EINVAL;
	return mach_trap4(MACH_TRAP_FUTEX_WAKE, arg(b, 0), n, flags, 0);
}

/*
 * Requeueing wakes everyone instead: those who should sleep on find their
 * word changed, or sleep again.
 */
int64_t sys_futex(struct block *b)
{
	int command = (int)arg(b, 1) & 127;
	uint64_t flags = arg(b, 1) & FUTEX_PRIVATE ? 0 : FUTEX_SHARED;
	bool real = arg(b, 1) & FUTEX_CLOCK_REAL;

	switch (command) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		return futex_wait_call(b, command, flags, real);
	case FUTEX_WAKE:
		return futex_wake_call(b, (uint32_t)arg(b, 2), flags);
	case FUTEX_WAKE_BITSET:
		/* Bits are not kept: rather all than only the wrong ones. */
		if (!(uint32_t)arg(b, 5))
			return -EINVAL;
		return futex_wake_call(b,
				       ~(uint32_t)arg(b, 5)
					       ? INT32_MAX
					       : (uint32_t)arg(b, 2),
				       flags);
	case FUTEX_CMP_REQUEUE:
		if (*(volatile uint32_t *)arg(b, 0) != (uint32_t)arg(b, 5))
			return -EAGAIN;
		return futex_wake_call(b, INT32_MAX, flags);
	case FUTEX_REQUEUE:
		return futex_wake_call(b, INT32_MAX, flags);
	default:
		return -ENOSYS;
	}
}

int64_t sys_sched_yield(struct block *b)
{
	(void)b;
	mach_trap0(MACH_TRAP_SWTCH);
	return 0;
}

int64_t sys_getitimer(struct block *b)
{
	int64_t result = call_words(b, UX_ITIMER, arg(b, 0), 0, 0, 0);

	if (!result)
		call_get(b, (void *)arg(b, 1), 32);
	return result;
}

int64_t sys_setitimer(struct block *b)
{
	int64_t result;

	call_begin(b, UX_ITIMER);
	call_word(b, 0, arg(b, 0));
	call_word(b, 1, arg(b, 1) != 0);
	if (arg(b, 1))
		call_put(b, (const void *)arg(b, 1), 32);
	result = call_send(b);
	if (!result)
		call_get(b, (void *)arg(b, 2), 32);
	return result;
}

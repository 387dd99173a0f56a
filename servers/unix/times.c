/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers and the time a process used. */
#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include "dispatch.h"
#include "machine.h"
#include "sig.h"

#define NS 1000000000ull

static void alarm_fire(struct timer *t)
{
	struct proc *p = t->owner;

	if (p->alarm_interval)
		timer_set(t, machine_monotonic() + p->alarm_interval);
	sig_send(p, SIGALRM, NULL);
}

/* ns until the process's alarm, 0 when none is set. */
static uint64_t alarm_left(const struct proc *p)
{
	uint64_t now = machine_monotonic();

	if (!p->alarm.when)
		return 0;
	return p->alarm.when > now ? p->alarm.when - now : 1;
}

static void alarm_set(struct proc *p, uint64_t ns, uint64_t interval)
{
	p->alarm.fire = alarm_fire;
	p->alarm.owner = p;
	p->alarm_interval = interval;
	if (ns)
		timer_set(&p->alarm, machine_monotonic() + ns);
	else
		timer_clear(&p->alarm);
}

int64_t op_alarm(struct call *c)
{
	struct proc *p = c->lwp->proc;
	uint64_t left = alarm_left(p);

	alarm_set(p, (uint32_t)c->words[0] * NS, 0);
	return (int64_t)((left + NS / 2) / NS + (left && left < NS / 2));
}

static struct timeval ns_timeval(uint64_t ns)
{
	return (struct timeval){(time_t)(ns / NS),
				(suseconds_t)(ns % NS / 1000)};
}

static bool timeval_valid(const struct timeval *t)
{
	return t->tv_sec >= 0 && t->tv_usec >= 0 && t->tv_usec < 1000000;
}

static uint64_t timeval_ns(const struct timeval *t)
{
	uint64_t seconds = (uint64_t)t->tv_sec;

	/* Centuries are enough. */
	return (seconds < NS * 4 ? seconds : NS * 4) * NS +
	       (uint64_t)t->tv_usec * 1000;
}

/* Only ITIMER_REAL runs; the two that count processor time report zero. */
int64_t op_itimer(struct call *c)
{
	struct proc *p = c->lwp->proc;
	struct itimerval old = {0}, new;
	const void *given = NULL;

	if (c->words[0] > ITIMER_PROF)
		return -EINVAL;
	if (c->words[1]) {
		given = call_take(c, sizeof(new));
		if (!given)
			return -EFAULT;
		memcpy(&new, given, sizeof(new));
		if (!timeval_valid(&new.it_value) ||
		    !timeval_valid(&new.it_interval))
			return -EINVAL;
	}
	if (c->words[0] == ITIMER_REAL) {
		old.it_value = ns_timeval(alarm_left(p));
		old.it_interval = ns_timeval(p->alarm_interval);
		if (given)
			alarm_set(p, timeval_ns(&new.it_value),
				  timeval_ns(&new.it_interval));
	}
	call_put(c, &old, sizeof(old));
	return 0;
}

int64_t op_getrusage(struct call *c)
{
	struct proc *p = c->lwp->proc;
	uint64_t user = p->child_user, system = p->child_system, resident = 0;
	struct rusage r;

	memset(&r, 0, sizeof(r));
	if ((int)c->words[0] != RUSAGE_CHILDREN) {
		machine_usage(p, &user, &system, &resident);
		user += p->user;
		system += p->system;
		if (resident > p->max_resident)
			p->max_resident = resident;
		r.ru_maxrss = (long)(p->max_resident / 1024);
	}
	if ((int)c->words[0] < -1 || (int)c->words[0] > 1)
		return -EINVAL;
	r.ru_utime = ns_timeval(user);
	r.ru_stime = ns_timeval(system);
	call_put(c, &r, 144);
	return 0;
}

int64_t op_times(struct call *c)
{
	struct proc *p = c->lwp->proc;
	uint64_t user, system, resident, tick = NS / 100;
	uint64_t out[4];

	machine_usage(p, &user, &system, &resident);
	out[0] = (user + p->user) / tick;
	out[1] = (system + p->system) / tick;
	out[2] = p->child_user / tick;
	out[3] = p->child_system / tick;
	call_put(c, out, sizeof(out));
	return (int64_t)(machine_monotonic() / tick);
}

int64_t op_gettime(struct call *c)
{
	uint64_t ns, user, system, resident;
	struct timespec t;

	switch ((int)c->words[0]) {
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		machine_usage(c->lwp->proc, &user, &system, &resident);
		ns = user + system + c->lwp->proc->user +
		     c->lwp->proc->system;
		break;
	case CLOCK_REALTIME:
		ns = machine_realtime();
		break;
	case CLOCK_MONOTONIC:
		ns = machine_monotonic();
		break;
	default:
		return -EINVAL;
	}
	t = (struct timespec){(time_t)(ns / NS), (long)(ns % NS)};
	call_put(c, &t, sizeof(t));
	return 0;
}

int64_t op_settime(struct call *c)
{
	const struct timespec *t = call_take(c, sizeof(*t));

	if (!t)
		return -EFAULT;
	if (!cred_is_root(&c->lwp->proc->cred))
		return -EPERM;
	if (t->tv_sec < 0 || t->tv_sec > INT32_MAX || t->tv_nsec < 0 ||
	    t->tv_nsec >= (long)NS)
		return -EINVAL;
	return machine_set_realtime((uint64_t)t->tv_sec * NS +
				    (uint64_t)t->tv_nsec);
}

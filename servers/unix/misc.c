/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits, priorities, prctl, and what the system says about itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include "dispatch.h"
#include "machine.h"
#include "misc.h"
#include "proc.h"

char host_name[65] = "mach";

int64_t op_prlimit(struct call *c)
{
	struct proc *self = c->lwp->proc, *p = self;
	const struct rlimit *given = NULL;
	struct rlimit *limit, new;

	if (c->words[0])
		p = proc_find((int)c->words[0]);
	if (!p)
		return -ESRCH;
	if (c->words[1] >= PROC_RLIMITS)
		return -EINVAL;
	if (p != self && !cred_is_root(&self->cred) &&
	    !cred_all_are(&p->cred, self->cred.uid, self->cred.gid))
		return -EPERM;
	limit = &p->limits[c->words[1]];
	if (c->words[2]) {
		given = call_take(c, sizeof(new));
		if (!given)
			return -EFAULT;
		memcpy(&new, given, sizeof(new));
		if (new.rlim_cur > new.rlim_max)
			return -EINVAL;
		if (new.rlim_max > limit->rlim_max &&
		    !cred_is_root(&self->cred))
			return -EPERM;
	}
	call_put(c, limit, sizeof(*limit));
	if (given)
		*limit = new;
	return 0;
}

static bool priority_means(const struct proc *self, const struct proc *p,
			   int which, int who)
{
	if (which == PRIO_PROCESS)
		return p->pid == (who ? who : self->pid);
	if (which == PRIO_PGRP)
		return p->pgid == (who ? who : self->pgid);
	return p->cred.uid == (who ? (uint32_t)who : self->cred.uid);
}

static int priority_set(struct proc *self, struct proc *p, int value)
{
	if (!proc_may_signal(self, p, 0))
		return -EPERM;
	if (value < p->nice && !cred_is_root(&self->cred))
		return -EACCES;
	if (value < -20)
		value = -20;
	p->nice = value > 19 ? 19 : value;
	return 0;
}

/* words: set?, which, who, value. Getting gives 20 - nice, as Linux does. */
int64_t op_priority(struct call *c)
{
	struct proc *self = c->lwp->proc;
	int which = (int)c->words[1], who = (int)c->words[2];
	int64_t result = -ESRCH;
	struct list *pos;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	list_each(pos, &proc_all) {
		struct proc *p = list_entry(pos, struct proc, all);
		int64_t one;
		if (!priority_means(self, p, which, who))
			continue;
		one = c->words[0] ? priority_set(self, p, (int)c->words[3])
				  : 20 - p->nice;
		if (c->words[0] ? (one < 0 || result == -ESRCH)
				: one > result)
			result = one;
	}
	return result;
}

int64_t op_prctl(struct call *c)
{
	struct proc *p = c->lwp->proc;
	const char *name;

	switch ((int)c->words[0]) {
	case PR_SET_NAME:
		name = call_take(c, sizeof(p->comm));
		if (!name)
			return -EFAULT;
		memcpy(p->comm, name, sizeof(p->comm));
		p->comm[sizeof(p->comm) - 1] = 0;
		machine_rename(p);
		return 0;
	case PR_GET_NAME:
		call_put(c, p->comm, sizeof(p->comm));
		return 0;
	case PR_GET_DUMPABLE:
		return !p->undumpable;
	case PR_SET_DUMPABLE:
		if (c->words[1] > 1)
			return -EINVAL;
		p->undumpable = !c->words[1];
		return 0;
	case PR_SET_PDEATHSIG:
	case PR_SET_NO_NEW_PRIVS:
		return 0;
	default:
		return -EINVAL;
	}
}

static void uname_put(struct call *c, const char *text)
{
	char field[65] = {0};

	memcpy(field, text, strnlen(text, sizeof(field) - 1));
	call_put(c, field, sizeof(field));
}

int64_t op_uname(struct call *c)
{
	uname_put(c, "Linux");
	uname_put(c, host_name);
	uname_put(c, "6.1.0-mach");
	uname_put(c, "#1 SMP Mach");
	uname_put(c, "x86_64");
	uname_put(c, "(none)");
	return 0;
}

int64_t op_sethostname(struct call *c)
{
	const char *name = call_take(c, c->words[0]);

	if (!cred_is_root(&c->lwp->proc->cred))
		return -EPERM;
	if (!name || c->words[0] > 64)
		return -EINVAL;
	memset(host_name, 0, sizeof(host_name));
	memcpy(host_name, name, c->words[0]);
	return 0;
}

unsigned process_count(void)
{
	struct list *pos;
	unsigned n = 0;

	list_each(pos, &proc_all)
		n++;
	return n;
}

/* Threads run on any processor. */
int64_t op_affinity(struct call *c)
{
	unsigned n = machine_processors();
	uint64_t mask = n < 64 ? (1ull << n) - 1 : ~0ull;
	int tid = (int)c->words[0];

	if (tid && !lwp_find(tid))
		return -ESRCH;
	call_put(c, &mask, sizeof(mask));
	return 0;
}

int64_t op_sysinfo(struct call *c)
{
	struct sysinfo s;
	uint64_t total, available;

	memset(&s, 0, sizeof(s));
	machine_memory(&total, &available);
	s.uptime = (long)(machine_monotonic() / 1000000000);
	s.totalram = total;
	s.freeram = available;
	s.procs = (unsigned short)process_count();
	s.mem_unit = 1;
	call_put(c, &s, 112);
	return 0;
}

int64_t op_syslog(struct call *c)
{
	(void)c;
	return 0; /* an empty log: the kernel's own goes to COM1 */
}

int64_t op_getrandom(struct call *c)
{
	uint64_t n = c->words[0];

	if (n > UX_DATA_MAX)
		n = UX_DATA_MAX;
	machine_random(c->out, n);
	c->out_length = (uint32_t)n;
	return (int64_t)n;
}

int64_t op_reboot(struct call *c)
{
	const uint32_t halt = 0xcdef0123, off = 0x4321fedc,
		       restart = 0x01234567;
	uint32_t command = (uint32_t)c->words[0];

	if (!cred_is_root(&c->lwp->proc->cred))
		return -EPERM;
	if (command == halt || command == off || command == restart)
		machine_power_off(0);
	return command == 0 || command == 0x89abcdef ? 0 : -EINVAL;
}

int64_t op_mount(struct call *c)
{
	return cred_is_root(&c->lwp->proc->cred) ? -ENODEV : -EPERM;
}

int64_t op_umount(struct call *c)
{
	return cred_is_root(&c->lwp->proc->cred) ? -EINVAL : -EPERM;
}

int64_t op_none(struct call *c)
{
	(void)c;
	return -ENOSYS;
}

/* For libmach: the kernel knows no super-user. */
int64_t op_privport(struct call *c)
{
	if (!cred_is_root(&c->lwp->proc->cred) || c->words[0] > 1)
		return 0;
	c->out_port = machine_priv_port((unsigned)c->words[0]);
	return c->out_port != 0;
}

/* A system call the emulator does not know: named once in the log; all odd
 * numbers count as one, so that nobody can fill the log. */
int64_t op_unknown(struct call *c)
{
	static uint64_t seen[17];
	uint64_t number = c->words[0], bit = number < 1024 ? number : 1024;

	if (seen[bit / 64] >> (bit % 64) & 1)
		return -ENOSYS;
	seen[bit / 64] |= 1ull << (bit % 64);
	machine_log("unix: %s asks for system call %lld, which is not there\n",
		    c->lwp->proc->comm, (long long)number);
	return -ENOSYS;
}

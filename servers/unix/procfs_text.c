/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of /proc say. Formats are Linux's, since programs parse them.*/
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "dispatch.h"
#include "inode.h"
#include "machine.h"
#include "misc.h"
#include "proc.h"
#include "procfs.h"
#include "sig.h"

#define TICK 10000000ull /* ns */

void text_put_bytes(struct text *t, const char *bytes, size_t length)
{
	if (t->length + length + 1 > t->capacity) {
		size_t capacity = t->capacity * 2 + length + 256;
		char *grown = realloc(t->bytes, capacity);

		if (!grown) {
			t->failed = 1;
			return;
		}
		t->bytes = grown;
		t->capacity = capacity;
	}
	memcpy(t->bytes + t->length, bytes, length);
	t->length += length;
}

void text_put(struct text *t, const char *format, ...)
{
	char line[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (length > (int)sizeof(line) - 1)
		length = (int)sizeof(line) - 1;
	text_put_bytes(t, line, (size_t)length);
}

static bool process_runs(struct proc *p)
{
	struct machine_thread t;
	struct list *pos;

	list_each(pos, &p->threads)
		if (machine_thread(list_entry(pos, struct lwp, siblings), &t) &&
		    t.state == 'R')
			return true;
	return false;
}

static char process_letter(struct proc *p)
{
	if (p->state == PROC_ZOMBIE)
		return 'Z';
	if (p->state == PROC_DUMPING)
		return 'D';
	if (p->state == PROC_STOPPED)
		return 'T';
	return p == proc_current() || process_runs(p) ? 'R' : 'S';
}

static const char *process_state(struct proc *p)
{
	switch (process_letter(p)) {
	case 'Z':
		return "Z (zombie)";
	case 'D':
		return "D (disk sleep)";
	case 'T':
		return "T (stopped)";
	case 'R':
		return "R (running)";
	default:
		return "S (sleeping)";
	}
}

static uint64_t process_size(struct proc *p)
{
	struct machine_region r = {0};
	uint64_t at = 0, size = 0;

	while (machine_region_next(p, at, &r)) {
		size += r.end - r.start;
		at = r.end;
	}
	return size;
}

static int process_tty(const struct proc *p)
{
	return proc_tty(p) ? 0x501 : 0;
}

static void text_stat(struct text *t, struct proc *p)
{
	uint64_t user = 0, system = 0, resident = 0;

	machine_usage(p, &user, &system, &resident);
	text_put(t, "%d (%s) %c %d %d %d %d %d 0 0 0 0 0 ", p->pid, p->comm,
		 process_letter(p), p->parent ? p->parent->pid : 0, p->pgid,
		 p->session ? p->session->sid : 0, process_tty(p), -1);
	text_put(t, "%llu %llu %llu %llu %d %d %u 0 %llu %llu %llu ",
		 (unsigned long long)((user + p->user) / TICK),
		 (unsigned long long)((system + p->system) / TICK),
		 (unsigned long long)(p->child_user / TICK),
		 (unsigned long long)(p->child_system / TICK), 20 + p->nice,
		 p->nice, p->nthreads, (unsigned long long)(p->start / TICK),
		 (unsigned long long)process_size(p),
		 (unsigned long long)(resident / 4096));
	text_put(t, "18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 %d 0 0 0 0 "
		    "0 0 0 0 0 0 0 0 0 0 0\n",
		 p->exit_signal);
}

static uint64_t process_actions(const struct proc *p, bool ignored)
{
	uint64_t set = 0;

	for (int sig = 1; sig <= SIG_COUNT; sig++)
		if (ignored ? p->actions[sig].handler == 1
			    : sig_has_handler(p, sig))
			set |= SIG_BIT(sig);
	return set;
}

static void text_status_ids(struct text *t, const struct proc *p)
{
	const struct cred *c = &p->cred;

	text_put(t, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid,
		 c->fsuid);
	text_put(t, "Gid:\t%u\t%u\t%u\t%u\n", c->gid, c->egid, c->sgid,
		 c->fsgid);
	text_put(t, "FDSize:\t%d\nGroups:\t", p->fdt.size);
	for (unsigned n = 0; n < c->ngroups; n++)
		text_put(t, "%u ", c->groups[n]);
	text_put(t, "\n");
}

static void text_status(struct text *t, struct proc *p)
{
	uint64_t user, system, resident = 0, mask = 0;

	machine_usage(p, &user, &system, &resident);
	if (p->nthreads)
		mask = list_entry(p->threads.next, struct lwp, siblings)->mask;
	text_put(t, "Name:\t%s\nUmask:\t%04o\nState:\t%s\nTgid:\t%d\n",
		 p->comm, p->umask, process_state(p), p->pid);
	text_put(t, "Pid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", p->pid,
		 p->parent ? p->parent->pid : 0);
	text_status_ids(t, p);
	text_put(t, "VmSize:\t%8llu kB\nVmRSS:\t%8llu kB\nThreads:\t%u\n",
		 (unsigned long long)process_size(p) / 1024,
		 (unsigned long long)resident / 1024, p->nthreads);
	text_put(t, "SigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\n",
		 0ull, (unsigned long long)p->pending.set,
		 (unsigned long long)mask);
	text_put(t, "SigIgn:\t%016llx\nSigCgt:\t%016llx\n",
		 (unsigned long long)process_actions(p, true),
		 (unsigned long long)process_actions(p, false));
}

/* What a thread waits for here, as the operation's name. */
static const char *thread_waits(const struct lwp *l)
{
	return l->call && !l->call->running ? dispatch_name(l->call->op) : "-";
}

/*
 * Ours, not Linux's: a line for each thread. Number, state, thousandths of a
 * processor, seconds asleep, priorities (base, now, most), user and system ns,
 * the operation it waits in.
 */
static void text_threads(struct text *t, struct proc *p)
{
	struct machine_thread m;
	struct list *pos;

	list_each(pos, &p->threads) {
		struct lwp *l = list_entry(pos, struct lwp, siblings);
		if (!machine_thread(l, &m))
			continue;
		/* Whose call this is runs, though it waits for the answer. */
		if (l->call && l->call->running)
			m.state = 'R';
		text_put(t, "%d %c %u %u %d %d %d %llu %llu %s\n", l->tid,
			 m.state, m.usage, m.sleep, m.base, m.current, m.most,
			 (unsigned long long)m.user,
			 (unsigned long long)m.system, thread_waits(l));
	}
}

static void text_maps(struct text *t, struct proc *p)
{
	struct machine_region r = {0};
	uint64_t at = 0;

	while (machine_region_next(p, at, &r)) {
		text_put(t, "%08llx-%08llx %c%c%c%c 00000000 00:00 0 \n",
			 (unsigned long long)r.start,
			 (unsigned long long)r.end,
			 r.prot & PROT_READ ? 'r' : '-',
			 r.prot & PROT_WRITE ? 'w' : '-',
			 r.prot & PROT_EXEC ? 'x' : '-', r.shared ? 's' : 'p');
		at = r.end;
	}
}

static void text_statm(struct text *t, struct proc *p)
{
	uint64_t user, system, resident = 0;

	machine_usage(p, &user, &system, &resident);
	text_put(t, "%llu %llu 0 0 0 0 0\n",
		 (unsigned long long)process_size(p) / 4096,
		 (unsigned long long)resident / 4096);
}

static void text_meminfo(struct text *t)
{
	uint64_t total, available;

	machine_memory(&total, &available);
	text_put(t, "MemTotal:       %8llu kB\nMemFree:        %8llu kB\n",
		 (unsigned long long)total / 1024,
		 (unsigned long long)available / 1024);
	text_put(t, "MemAvailable:   %8llu kB\nBuffers:        %8u kB\n",
		 (unsigned long long)available / 1024, 0);
	text_put(t, "Cached:         %8u kB\nSwapCached:     %8u kB\n", 0, 0);
	text_put(t, "Shmem:          %8u kB\nSReclaimable:   %8u kB\n", 0, 0);
	text_put(t, "SwapTotal:      %8u kB\nSwapFree:       %8u kB\n", 0, 0);
}

static void text_cpuinfo(struct text *t)
{
	for (unsigned n = 0; n < machine_processors(); n++) {
		text_put(t, "processor\t: %u\nvendor_id\t: Mach\n", n);
		text_put(t, "model name\t: x86-64 under Mach\n");
		text_put(t, "flags\t\t: fpu tsc cx8 sse sse2 syscall lm\n\n");
	}
}

/* What the processors did for processes, in ticks. The servers' part of it counts as
 * idle; so does what nobody asked for. */
struct used {
	unsigned long long user, system, idle;
};

static struct used times_used(void)
{
	uint64_t whole = machine_monotonic() * machine_processors();
	uint64_t user, system;

	proc_times_of_all(&user, &system);
	return (struct used){
		.user = user / TICK,
		.system = system / TICK,
		.idle = user + system < whole ? (whole - user - system) / TICK : 0,
	};
}

static void text_uptime(struct text *t)
{
	unsigned long long ticks = machine_monotonic() / TICK;
	unsigned long long idle = times_used().idle;

	text_put(t, "%llu.%02llu %llu.%02llu\n", ticks / 100, ticks % 100,
		 idle / 100, idle % 100);
}

static void text_loadavg(struct text *t)
{
	text_put(t, "0.00 0.00 0.00 1/%u %d\n", process_count(),
		 proc_current() ? proc_current()->pid : 1);
}

/* Of one processor nothing is known: each gets the same part. */
static void text_system_stat(struct text *t)
{
	struct used all = times_used();
	unsigned cpus = machine_processors();

	text_put(t, "cpu  %llu 0 %llu %llu 0 0 0 0 0 0\n", all.user, all.system,
		 all.idle);
	for (unsigned n = 0; n < cpus; n++)
		text_put(t, "cpu%u %llu 0 %llu %llu 0 0 0 0 0 0\n", n,
			 all.user / cpus, all.system / cpus, all.idle / cpus);
	text_put(t, "intr 0\nctxt 0\nbtime %llu\nprocesses %u\n",
		 (unsigned long long)((machine_realtime() -
				       machine_monotonic()) /
				      1000000000),
		 process_count());
	text_put(t, "procs_running 1\nprocs_blocked 0\n");
}

static void text_system(struct text *t, enum procfs_kind kind)
{
	switch (kind) {
	case PROCFS_MEMINFO:
		text_meminfo(t);
		break;
	case PROCFS_CPUINFO:
		text_cpuinfo(t);
		break;
	case PROCFS_UPTIME:
		text_uptime(t);
		break;
	case PROCFS_LOADAVG:
		text_loadavg(t);
		break;
	case PROCFS_VERSION:
		text_put(t, "Linux version 6.1.0-mach (Mach) #1 SMP Mach\n");
		break;
	case PROCFS_SYSTEM_STAT:
		text_system_stat(t);
		break;
	case PROCFS_FILESYSTEMS:
		text_put(t, "nodev\tproc\nnodev\ttmpfs\n");
		break;
	default:
		break;
	}
}

void procfs_text(struct text *t, enum procfs_kind kind, struct proc *p)
{
	switch (kind) {
	case PROCFS_STAT:
		text_stat(t, p);
		break;
	case PROCFS_STATM:
		text_statm(t, p);
		break;
	case PROCFS_STATUS:
		text_status(t, p);
		break;
	case PROCFS_CMDLINE:
		if (p->cmdline && p->state != PROC_ZOMBIE)
			text_put_bytes(t, p->cmdline, p->cmdline_length);
		break;
	case PROCFS_COMM:
		text_put(t, "%s\n", p->comm);
		break;
	case PROCFS_THREADS:
		text_threads(t, p);
		break;
	case PROCFS_MAPS:
		text_maps(t, p);
		break;
	case PROCFS_PROCESS_MOUNTS:
		text_put(t, "tmpfs / tmpfs rw 0 0\n"
			    "proc /proc proc rw 0 0\n");
		break;
	default:
		text_system(t, kind);
		break;
	}
}

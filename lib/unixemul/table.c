/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of system calls, and the marshalling that most need. An argument
 * is an integer, a path, a structure in, or a structure out; the nth argument
 * is the nth word of the request, and data follows in order of arguments.
 */
#include "sys.h"

enum kind { NONE, INT, PATH, IN, OUT };

struct argument {
	uint16_t kind : 3, size : 13;
};

struct sys {
	uint16_t op;
	struct argument args[5];
	sys_function function;
};

#define I     {INT, 0}
#define P     {PATH, 0}
#define S(n)  {IN, n}
#define O(n)  {OUT, n}
#define T(op, ...) {UX_##op, {__VA_ARGS__}, 0}
#define F(name) {0, {{NONE, 0}}, sys_##name}

static const struct sys table[] = {
	[0] = F(read), F(write), F(open), T(CLOSE, I), F(stat),
	[5] = T(FSTAT, I, O(144)), F(lstat), F(poll), T(LSEEK, I, I, I),
	[9] = F(mmap), F(mprotect), F(munmap), F(brk), F(rt_sigaction),
	[14] = F(rt_sigprocmask), F(rt_sigreturn), F(ioctl), F(pread),
	[18] = F(pwrite), F(readv), F(writev), F(access), F(pipe),
	[23] = F(select), F(sched_yield), F(mremap), F(zero) /* msync */,
	[28] = F(madvise),
	[32] = T(DUP, I), F(dup2), T(PAUSE), F(nanosleep), F(getitimer),
	[37] = T(ALARM, I), F(setitimer), F(getpid), F(sendfile),
	[41] = F(eafnosupport) /* socket */,
	[42] = F(enotsock) /* connect ... */, F(enotsock), F(enotsock),
	[45] = F(enotsock), F(enotsock), F(enotsock), F(enotsock),
	[49] = F(enotsock), F(enotsock), F(enotsock), F(enotsock),
	[53] = F(eafnosupport) /* socketpair */, F(enotsock), F(enotsock),
	[56] = F(clone), F(fork), F(vfork), F(execve), F(exit), F(wait4),
	[62] = T(KILL, I, I), T(UNAME, O(390)),
	[72] = F(fcntl), T(FLOCK, I, I), T(FSYNC, I), T(FSYNC, I),
	[76] = T(TRUNCATE, P, I), T(FTRUNCATE, I, I),
	[79] = F(getcwd), T(CHDIR, P), T(FCHDIR, I), F(rename), F(mkdir),
	[84] = F(rmdir), F(creat), F(link), F(unlink), F(symlink),
	[89] = F(readlink), F(chmod), T(FCHMOD, I, I), F(chown),
	[93] = T(FCHOWN, I, I, I), F(lchown), T(UMASK, I), F(gettimeofday),
	[97] = F(getrlimit), T(GETRUSAGE, I, O(144)), T(SYSINFO, O(112)),
	[100] = T(TIMES, O(32)), F(eperm) /* ptrace */, F(getuid), F(syslog),
	[104] = F(getgid), T(SETUID, I), T(SETGID, I), F(geteuid), F(getegid),
	[109] = T(SETPGID, I, I), T(GETPPID), F(getpgrp), T(SETSID),
	[113] = T(SETREUID, I, I), T(SETREGID, I, I), F(getgroups),
	[116] = F(setgroups), T(SETRESUID, I, I, I),
	[118] = T(GETRESUID, O(4), O(4), O(4)), T(SETRESGID, I, I, I),
	[120] = T(GETRESGID, O(4), O(4), O(4)), T(GETPGID, I),
	[124] = T(GETSID, I), F(eperm) /* capget */, F(eperm) /* capset */,
	[127] = F(rt_sigpending), F(rt_sigtimedwait), F(rt_sigqueueinfo),
	[130] = F(rt_sigsuspend), F(sigaltstack), F(utime), F(mknod),
	[135] = F(zero) /* personality */,
	[137] = T(STATFS, P, O(120)), T(FSTATFS, I, O(120)),
	[140] = F(getpriority), F(setpriority), F(zero) /* sched_setparam */,
	[143] = F(einval) /* sched_getparam */,
	[144] = F(zero) /* sched_setscheduler */,
	[145] = F(zero) /* sched_getscheduler: SCHED_OTHER */,
	[146] = F(zero) /* sched_get_priority_max */, F(zero),
	[149] = F(zero) /* mlock */, F(zero), F(zero), F(zero),
	[157] = F(prctl), F(arch_prctl),
	[160] = F(setrlimit), T(CHROOT, P), T(SYNC), F(zero) /* acct */,
	[164] = F(settimeofday), T(MOUNT), T(UMOUNT),
	[169] = F(enosys) /* reboot: below */,
	[170] = F(sethostname),
	[186] = F(gettid), F(zero) /* readahead */,
	[188] = F(eopnotsupp) /* xattr calls */, F(eopnotsupp),
	[190] = F(eopnotsupp), F(eopnotsupp), F(eopnotsupp), F(eopnotsupp),
	[194] = F(eopnotsupp), F(eopnotsupp), F(eopnotsupp), F(eopnotsupp),
	[198] = F(eopnotsupp), F(eopnotsupp),
	[200] = F(tkill), F(time), F(futex), F(zero) /* sched_setaffinity */,
	[204] = F(sched_getaffinity),
	[217] = F(getdents64), F(set_tid_address), F(restart_syscall),
	[221] = F(zero) /* fadvise64 */,
	[227] = F(clock_settime), F(clock_gettime), F(clock_getres),
	[230] = F(clock_nanosleep), F(exit_group),
	[234] = F(tgkill), F(utimes),
	[247] = F(waitid),
	[251] = F(enosys) /* ioprio_set */, F(zero) /* ioprio_get */,
	[257] = T(OPENAT, I, P, I, I), T(MKDIRAT, I, P, I),
	[259] = T(MKNODAT, I, P, I, I), T(FCHOWNAT, I, P, I, I, I),
	[261] = F(futimesat), F(newfstatat),
	[263] = T(UNLINKAT, I, P, I), F(renameat), F(linkat), F(symlinkat),
	[267] = F(readlinkat),
	[268] = T(FCHMODAT, I, P, I), T(ACCESSAT, I, P, I),
	[270] = F(pselect6), F(ppoll), F(eperm) /* unshare */,
	[273] = F(set_robust_list), F(get_robust_list),
	[280] = F(utimensat),
	[285] = T(FALLOCATE, I, I, I, I),
	[292] = F(dup3), F(pipe2),
	[295] = F(preadv), F(pwritev), F(rt_tgsigqueueinfo),
	[302] = F(prlimit64),
	[306] = T(SYNC),
	[309] = F(getcpu),
	[316] = F(renameat),
	[318] = F(getrandom),
	[322] = F(execveat),
	[324] = F(enosys) /* membarrier */,
	[332] = F(statx), F(enosys), F(enosys) /* rseq */,
	[435] = F(enosys) /* clone3 */, F(close_range),
	[439] = T(ACCESSAT, I, P, I, I),
};
#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

/* Every call below uses the descriptions above. */
static int64_t marshal_in(struct block *b, const struct sys *s)
{
	unsigned word = 0;

	call_begin(b, s->op);
	for (unsigned n = 0; n < 5; n++) {
		uint64_t value = arg(b, n);
		int error = 0;

		switch (s->args[n].kind) {
		case INT:
			call_word(b, word++, value);
			break;
		case PATH:
			error = call_put_path(b, word++, (const char *)value);
			break;
		case IN:
			error = call_put(b, (const void *)value,
					 s->args[n].size);
			break;
		default:
			break;
		}
		if (error)
			return error;
	}
	return 0;
}

static void marshal_out(struct block *b, const struct sys *s)
{
	for (unsigned n = 0; n < 5; n++)
		if (s->args[n].kind == OUT)
			call_get(b, (void *)arg(b, n), s->args[n].size);
}

static int64_t marshal(struct block *b, const struct sys *s)
{
	int64_t result = marshal_in(b, s);

	if (result)
		return result;
	result = call_send(b);
	if (result >= 0)
		marshal_out(b, s);
	return result;
}

static int64_t unknown(struct block *b)
{
	return call_words(b, UX_UNKNOWN, b->number, 0, 0, 0);
}

/* The super-user's ports: the reply's data item is the right. */
static int64_t privileged_port(struct block *b, unsigned which)
{
	uint32_t name = 0;
	int64_t result = call_words(b, UX_PRIVPORT, which, 0, 0, 0);

	if (result == 1)
		memcpy(&name, b->reply.data, sizeof(name));
	return name;
}

static int64_t dispatch(struct block *b)
{
	const struct sys *s;

	if (b->number == 169)
		return call_words(b, UX_REBOOT, arg(b, 2), 0, 0, 0);
	if (b->number == (uint64_t)-MACH_TRAP_HOST_PRIV_SELF)
		return privileged_port(b, 0);
	if (b->number == (uint64_t)-MACH_TRAP_PROCESSOR_SET_PRIV_SELF)
		return privileged_port(b, 1);
	if (b->number >= TABLE_SIZE)
		return unknown(b);
	s = &table[b->number];
	if (s->function)
		return s->function(b);
	return s->op ? marshal(b, s) : unknown(b);
}

void emul_dispatch(struct block *b)
{
	b->bad = 0;
	emul_dispatch_again(b);
}

void emul_dispatch_again(struct block *b)
{
	b->number = b->r.rax;
	b->interrupted = INTR_NONE;
	b->done = 0;
	b->r.rax = (uint64_t)dispatch(b);
	b->again = false;
	if ((int64_t)b->r.rax != -EINTR)
		b->interrupted = INTR_NONE;
	while (b->signal_due)
		emul_take_signals(b);
}

int64_t sys_zero(struct block *b)
{
	(void)b;
	return 0;
}

int64_t sys_eperm(struct block *b)
{
	(void)b;
	return -EPERM;
}

int64_t sys_enosys(struct block *b)
{
	(void)b;
	return -ENOSYS;
}

int64_t sys_einval(struct block *b)
{
	(void)b;
	return -EINVAL;
}

int64_t sys_eopnotsupp(struct block *b)
{
	(void)b;
	return -EOPNOTSUPP;
}

/* No descriptor is a socket. */
int64_t sys_enotsock(struct block *b)
{
	int64_t flags = call_words(b, UX_FCNTL, arg(b, 0), 1, 0, 0);

	return flags < 0 ? flags : -ENOTSOCK;
}

int64_t sys_eafnosupport(struct block *b)
{
	(void)b;
	return -EAFNOSUPPORT;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that need more than the table's marshalling. */
#ifndef UNIXEMUL_SYS_H
#define UNIXEMUL_SYS_H

#include "emul.h"

#define SYS_SPECIAL(X)                                                         \
	X(read) X(write) X(pread) X(pwrite) X(readv) X(writev)                 \
	X(preadv) X(pwritev) X(sendfile) X(open) X(creat) X(stat)              \
	X(lstat) X(access) X(rename) X(mkdir) X(rmdir) X(link) X(unlink)       \
	X(symlink) X(readlink) X(chmod) X(chown) X(lchown) X(mknod)            \
	X(pipe) X(dup2) X(dup3) X(fcntl) X(ioctl) X(utime) X(utimes)           \
	X(utimensat) X(futimesat) X(select) X(pselect6) X(poll) X(ppoll)       \
	X(mmap) X(mprotect) X(munmap) X(brk) X(mremap) X(madvise)              \
	X(fork) X(vfork) X(clone) X(execve) X(execveat) X(exit)                \
	X(exit_group) X(set_tid_address) X(futex) X(arch_prctl)                \
	X(gettid) X(getpid) X(getuid) X(geteuid) X(getgid) X(getegid)          \
	X(wait4) X(waitid) X(rt_sigaction) X(rt_sigprocmask)                   \
	X(rt_sigreturn) X(rt_sigsuspend) X(rt_sigtimedwait)                    \
	X(rt_sigpending) X(sigaltstack) X(tgkill) X(tkill)                     \
	X(rt_sigqueueinfo) X(rt_tgsigqueueinfo) X(restart_syscall)             \
	X(nanosleep) X(clock_nanosleep) X(clock_gettime) X(clock_getres)       \
	X(gettimeofday) X(time) X(clock_settime) X(settimeofday)               \
	X(sched_yield) X(sched_getaffinity) X(getrlimit) X(setrlimit)          \
	X(prlimit64) X(getpriority) X(setpriority) X(prctl)                    \
	X(getpgrp) X(getgroups) X(setgroups) X(getitimer) X(setitimer)         \
	X(getdents64) X(getcwd) X(getrandom) X(linkat) X(symlinkat)            \
	X(renameat) X(sethostname) X(statx) X(getcpu) X(close_range)           \
	X(syslog) X(readlinkat) X(newfstatat) X(pipe2)                         \
	X(set_robust_list) X(get_robust_list)

#define SYS_DECLARE(name) int64_t sys_##name(struct block *b);
SYS_SPECIAL(SYS_DECLARE)
#undef SYS_DECLARE

/* poll.c: a pair of longs, the second in units of ns, as ns. -1: for ever. */
int64_t timeout_ns(const int64_t *t, int64_t unit, bool *valid);

/* Ways calls come that are not worth a function each. */
int64_t sys_zero(struct block *b);
int64_t sys_eperm(struct block *b);
int64_t sys_enosys(struct block *b);
int64_t sys_einval(struct block *b);
int64_t sys_eopnotsupp(struct block *b);
int64_t sys_eafnosupport(struct block *b);
int64_t sys_enotsock(struct block *b);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which function answers which number. What is not in the table is ENOSYS.
 */
#include <errno.h>
#include <mach/mach_traps.h>
#include <sys/syscall.h>

#include "block.h"

static int64_t success(struct musl_frame *f)
{
	(void)f;
	return 0;
}

static int64_t one(struct musl_frame *f)
{
	(void)f;
	return 1;
}

static int64_t no_file(struct musl_frame *f)
{
	(void)f;
	return -ENOENT;
}

static int64_t bad_descriptor(struct musl_frame *f)
{
	(void)f;
	return -EBADF;
}

static int64_t no_terminal(struct musl_frame *f)
{
	(void)f;
	return -ENOTTY;
}

/* Linux answers with the unchanged break. */
static int64_t brk_refused(struct musl_frame *f)
{
	(void)f;
	return 0;
}

static const musl_call calls[] = {
	[SYS_read] = success, /* end of file */
	[SYS_readv] = success,
	[SYS_write] = musl_write,
	[SYS_writev] = musl_writev,
	[SYS_open] = no_file,
	[SYS_openat] = no_file,
	[SYS_close] = bad_descriptor,
	[SYS_fstat] = bad_descriptor,
	[SYS_lseek] = bad_descriptor,
	[SYS_fcntl] = bad_descriptor,
	[SYS_stat] = no_file,
	[SYS_newfstatat] = no_file,
	[SYS_access] = no_file,
	[SYS_readlink] = no_file,
	[SYS_ioctl] = no_terminal,
	[SYS_mmap] = musl_mmap,
	[SYS_munmap] = musl_munmap,
	[SYS_mprotect] = musl_mprotect,
	[SYS_mremap] = musl_mremap,
	[SYS_madvise] = success,
	[SYS_brk] = brk_refused,
	[SYS_rt_sigaction] = success,
	[SYS_rt_sigprocmask] = success,
	[SYS_sigaltstack] = success,
	[SYS_tkill] = success,
	[SYS_tgkill] = success,
	[SYS_kill] = success,
	[SYS_sched_yield] = musl_sched_yield,
	[SYS_nanosleep] = musl_nanosleep,
	[SYS_clock_nanosleep] = musl_clock_nanosleep,
	[SYS_clock_gettime] = musl_clock_gettime,
	[SYS_gettimeofday] = musl_gettimeofday,
	[SYS_getpid] = one,
	[SYS_getppid] = success,
	[SYS_getuid] = success,
	[SYS_geteuid] = success,
	[SYS_getgid] = success,
	[SYS_getegid] = success,
	[SYS_gettid] = musl_gettid,
	[SYS_uname] = musl_uname,
	[SYS_getrandom] = musl_getrandom,
	[SYS_arch_prctl] = musl_arch_prctl,
	[SYS_set_tid_address] = musl_set_tid_address,
	[SYS_set_robust_list] = success,
	[SYS_prctl] = success,
	[SYS_membarrier] = success,
	[SYS_futex] = musl_futex,
	[SYS_clone] = musl_clone,
	[SYS_exit] = musl_exit,
	[SYS_exit_group] = musl_exit_group,
};

#define CALL_COUNT (sizeof(calls) / sizeof(calls[0]))

void musl_dispatch(struct musl_frame *f);

void musl_dispatch(struct musl_frame *f)
{
	int64_t number = (int64_t)f->rax;

	/* Nothing above a server: it has its authority by other ways. */
	if (number == -MACH_TRAP_HOST_PRIV_SELF ||
	    number == -MACH_TRAP_PROCESSOR_SET_PRIV_SELF)
		f->rax = MACH_PORT_NULL;
	else if (f->rax < CALL_COUNT && calls[f->rax] != NULL)
		f->rax = (uint64_t)calls[f->rax](f);
	else
		f->rax = (uint64_t)-ENOSYS;
}

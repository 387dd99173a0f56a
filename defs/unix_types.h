/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types and operation numbers of the UNIX server's request interface
 * (unix.defs). Structures inside the data are Linux's x86-64 layouts.
 *
 * In the comments, p is a path (NUL included; the word is its length), i an
 * integer, <N N bytes of data in, >N N bytes of data out, * all remaining
 * data.
 */
#ifndef UNIX_TYPES_H
#define UNIX_TYPES_H

#define UX_MSG_CALL  3000
#define UX_MSG_REPLY (UX_MSG_CALL + 100)

#define UX_DATA_MAX  32768 /* bytes of data in one message */
#define UX_WORDS     6
#define UX_PATH_MAX  4096

#ifndef __ASSEMBLER__

/* Reply flags. */
#define UX_RF_SIGNAL 1 /* a signal waits for this thread: call UX_SIGTAKE */
#define UX_RF_NOINTR 2 /* result is -EINTR, but SA_RESTART restarts it */
#define UX_RF_REST   4 /* only part of the data fitted: ask again */

#define UX_OPS(X)                                                              \
	X(NONE, none)                                                          \
	/* descriptors and files */                                            \
	X(READ, read)             /* i fd, i count -> *             */         \
	X(WRITE, write)           /* i fd, i count, data *          */         \
	X(PREAD, pread)           /* i fd, i count, i offset -> *   */         \
	X(PWRITE, pwrite)         /* i fd, i count, i offset, *     */         \
	X(OPENAT, openat)         /* i dir, p, i flags, i mode      */         \
	X(CLOSE, close)                                                        \
	X(LSEEK, lseek)                                                        \
	X(DUP, dup)                                                            \
	X(DUP3, dup3)             /* i old, i new, i flags, i dup2? */         \
	X(FCNTL, fcntl)           /* i fd, i cmd, i arg, <32 flock  */         \
	X(IOCTL, ioctl)           /* i fd, i cmd, i arg, <N -> *    */         \
	X(PIPE2, pipe2)           /* i flags -> >8                  */         \
	X(FSTAT, fstat)           /* i fd -> >144                   */         \
	X(STATAT, statat)         /* i dir, p, i flags -> >144      */         \
	X(STATX, statx)           /* i dir, p, i flags, i mask ->256*/         \
	X(GETDENTS, getdents)     /* i fd, i count -> *             */         \
	X(FTRUNCATE, ftruncate)                                                \
	X(TRUNCATE, truncate)     /* p, i length                    */         \
	X(FALLOCATE, fallocate)                                                \
	X(FSYNC, fsync)                                                        \
	X(FCHMOD, fchmod)                                                      \
	X(FCHMODAT, fchmodat)     /* i dir, p, i mode               */         \
	X(FCHOWN, fchown)                                                      \
	X(FCHOWNAT, fchownat)     /* i dir, p, i uid, i gid, i flag */         \
	X(UTIMENSAT, utimensat)   /* i dir, p, i set?, <32, i flags */         \
	X(ACCESSAT, accessat)     /* i dir, p, i mode, i flags      */         \
	X(MKDIRAT, mkdirat)       /* i dir, p, i mode               */         \
	X(MKNODAT, mknodat)       /* i dir, p, i mode, i dev        */         \
	X(UNLINKAT, unlinkat)     /* i dir, p, i flags              */         \
	X(LINKAT, linkat)         /* i dir, p, i dir, p, i flags    */         \
	X(SYMLINKAT, symlinkat)   /* p target, i dir, p             */         \
	X(RENAMEAT, renameat)     /* i dir, p, i dir, p, i flags    */         \
	X(READLINKAT, readlinkat) /* i dir, p, i count -> *         */         \
	X(STATFS, statfs)         /* p -> >120                      */         \
	X(FSTATFS, fstatfs)       /* i fd -> >120                   */         \
	X(CHDIR, chdir)                                                        \
	X(FCHDIR, fchdir)                                                      \
	X(CHROOT, chroot)                                                      \
	X(GETCWD, getcwd)         /* i count -> *                   */         \
	X(UMASK, umask)                                                        \
	X(FLOCK, flock)                                                        \
	X(POLL, poll)             /* i n, i timeout ns or -1, i mask?,         \
				     <8 mask, *entries -> *entries  */         \
	X(SYNC, sync)                                                          \
	X(MOUNT, mount)                                                        \
	X(UMOUNT, umount)                                                      \
	/* memory */                                                           \
	X(MMAP, mmap)             /* addr, len, prot, flags, fd, off*/         \
	X(HEAR, hear)             /* what was kept for now, may come*/         \
	X(MAKEOWN, makeown)       /* addr, len                      */         \
	/* processes */                                                        \
	X(FORK, fork)             /* i block, i vfork?, i fs base    */         \
	X(CLONE, clone)           /* i block, i fs base             */         \
	X(EXECVE, execve)         /* i dir, p, i argc, i envc, i flags, *      \
				     strings                        */         \
	X(EXIT, exit)             /* i status, i group?             */         \
	X(WAIT4, wait4)           /* i pid, i options -> >4 >144    */         \
	X(WAITID, waitid)         /* i type, i id, i opt -> >128>144*/         \
	X(GETPID, getpid)                                                      \
	X(GETPPID, getppid)                                                    \
	X(GETPGID, getpgid)                                                    \
	X(SETPGID, setpgid)                                                    \
	X(GETSID, getsid)                                                      \
	X(SETSID, setsid)                                                      \
	X(GETRESUID, getresuid)   /* -> >4 >4 >4                    */         \
	X(GETRESGID, getresgid)                                                \
	X(SETRESUID, setresuid)                                                \
	X(SETRESGID, setresgid)                                                \
	X(SETUID, setuid)                                                      \
	X(SETGID, setgid)                                                      \
	X(SETREUID, setreuid)                                                  \
	X(SETREGID, setregid)                                                  \
	X(GETGROUPS, getgroups)   /* i n -> *                       */         \
	X(SETGROUPS, setgroups)   /* i n, *                         */         \
	X(PRLIMIT, prlimit)       /* i pid, i which, i set?, <16 -> >16 */     \
	X(GETRUSAGE, getrusage)   /* i who -> >144                  */         \
	X(TIMES, times)           /* -> >32                         */         \
	X(PRCTL, prctl)           /* i op, i a..d, <16 name -> *    */         \
	X(PRIORITY, priority)     /* i set?, i which, i who, i value*/         \
	X(AFFINITY, affinity)     /* i tid -> >8 processors         */         \
	/* signals */                                                          \
	X(KILL, kill)             /* i pid, i sig                   */         \
	X(TGKILL, tgkill)         /* i tgid or 0, i tid, i sig      */         \
	X(SIGQUEUE, sigqueue)     /* i tgid, i tid, i sig, <128     */         \
	X(SIGACTION, sigaction)   /* i sig, i set?, <32 -> >32      */         \
	X(SIGPROCMASK, sigprocmask) /* i how, i set?, i set -> >8   */         \
	X(SIGPENDING, sigpending) /* -> >8                          */         \
	X(SIGSUSPEND, sigsuspend) /* i mask                         */         \
	X(SIGTIMEDWAIT, sigtimedwait) /* i set, i ns or -1 -> >128  */         \
	X(SIGTAKE, sigtake)       /* i restartable? -> struct ux_sigtake */    \
	X(PAUSE, pause)                                                        \
	X(ALARM, alarm)                                                        \
	X(ITIMER, itimer)         /* i which, i set?, <32 -> >32    */         \
	/* the system */                                                       \
	X(UNAME, uname)           /* -> >390                        */         \
	X(SYSINFO, sysinfo)       /* -> >112                        */         \
	X(SETHOSTNAME, sethostname) /* i n, *                       */         \
	X(SYSLOG, syslog)         /* i type, i n -> *               */         \
	X(GETRANDOM, getrandom)   /* i n -> *                       */         \
	X(SETTIME, settime)       /* <16 timespec                   */         \
	X(GETTIME, gettime)       /* i clock -> >16                 */         \
	X(REBOOT, reboot)         /* i command                      */         \
	X(PRIVPORT, privport)     /* i 0 host, 1 set: the data is a port */    \
	X(UNKNOWN, unknown)       /* i number: log it once          */

#define UX_OP_ENUM(upper, lower) UX_##upper,
enum ux_op { UX_OPS(UX_OP_ENUM) UX_OP_COUNT };
#undef UX_OP_ENUM

/* What UX_SIGTAKE returns; signal 0 means none was left. */
struct ux_sigtake {
	int signal;
	int restart;              /* the interrupted call starts again */
	unsigned long handler;
	unsigned long flags;      /* SA_* */
	unsigned long restorer;
	unsigned long old_mask;   /* goes into the frame */
	unsigned char info[128];  /* siginfo_t */
};

/* One thread's slot in the page the server writes and the emulator reads. */
struct ux_slot {
	volatile int pending;     /* call UX_SIGTAKE before going on */
	int tid;
	unsigned long pc, flags;  /* where the signal entry came from */
	volatile int late;        /* call UX_HEAR before waiting in a trap */
};
#define UX_SLOTS_PER_PAGE 128

/* Where things lie in every UNIX task. */
#define UX_EMUL_BASE   0x7ff800000000ul /* the emulator's ELF, as linked */
#define UX_SLOT_BASE   0x7ff810000000ul /* slot page */
#define UX_BLOCK_BASE  0x7ff820000000ul /* the first thread's block */
#define UX_STACK_TOP   0x7ff000000000ul
#define UX_STACK_SIZE  0x800000ul
#define UX_MMAP_BASE   0x7f0000000000ul
#define UX_PIE_BASE    0x555555554000ul

#define UX_PORT_NAME   0x80001 /* the process port's name after exec, fork */

/*
 * The emulator's ELF image starts with this table, so that the server finds
 * the entries and the marked ranges without reading symbols.
 */
struct ux_emul_table {
	unsigned long magic;        /* UX_EMUL_MAGIC */
	unsigned long syscall;      /* task_set_emulation's pc */
	unsigned long signal;       /* from the program's pc */
	unsigned long fault;        /* fault inside the emulator */
	unsigned long thread;       /* first pc of a new thread */
	unsigned long fork_child;   /* first pc of a forked child */
	unsigned long start;        /* first pc after exec */
	unsigned long text_start, text_end;
	unsigned long return_start, return_end; /* range: check, return */
	unsigned long block_start, block_end;   /* range: check, trap */
	unsigned long block_size;   /* bytes of one thread block */
};
#define UX_EMUL_MAGIC 0x6c756d6578696e75ul

/*
 * Where a thread's block keeps the program's registers while the thread is in
 * the emulator: rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp, r8 to r15, rip, flags.
 */
#define UX_BLOCK_REGS	    24
#define UX_BLOCK_REGS_COUNT 18
#define UX_BLOCK_ROBUST	    216 /* and its robust list, as set_robust_list */
#endif
#define UX_EMUL_MAGIC_ASM 0x6c756d6578696e75
#define UX_BLOCK_BASE_ASM 0x7ff820000000

/*
 * Registers with which the server starts a thread in the emulator; gs is the
 * thread's block, which is zeroed memory or was filled by another thread.
 *	rdi slot address, rsi process port's name, rdx tid, rcx pid;
 *	after exec also r8 pc, r9 sp, r10 brk.
 */

#endif

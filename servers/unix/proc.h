/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes, threads, groups and sessions.
 *
 * A process is RUNNING (some threads), STOPPED by job control, DUMPING (no threads
 * any more; its core is being written), or a ZOMBIE that its parent has not
 * waited for. It is freed by that wait. A thread (lwp) is
 * freed when it ends. Nothing else counts references to them: records that
 * name a process hold its pid.
 */
#ifndef UX_PROC_H
#define UX_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include "call.h"
#include "cred.h"
#include "file.h"
#include "list.h"

#define SIG_COUNT 64
#define SIG_BIT(n) (1ull << ((n)-1))
#define PROC_RLIMITS 16
#define PROC_MAX 4096 /* processes and threads together */

struct tty;
struct inode;

struct sig_action {
	uint64_t handler, flags, restorer, mask;
};

struct sig_queued {
	struct list all;
	uint8_t info[128];
};

struct sig_pending {
	uint64_t set;
	struct list queue; /* sig_queued, at most one each below SIGRTMIN */
	unsigned queued;
};

struct session {
	int sid;
	unsigned members;
	struct tty *tty;
};

enum proc_state { PROC_RUNNING, PROC_STOPPED, PROC_DUMPING, PROC_ZOMBIE };

struct proc {
	struct list all;               /* every process */
	struct list siblings, children;
	struct proc *parent;           /* never NULL but for init */
	int pid, pgid;
	struct session *session;
	bool tty_left;                 /* gave its terminal up (TIOCNOTTY) */
	enum proc_state state;
	int exit_status;               /* as wait reports it */
	bool stop_reported, continued; /* news for wait */
	int stop_signal;
	bool has_execed;
	int exit_signal;               /* SIGCHLD */

	struct list threads;
	unsigned nthreads;
	uint64_t task;                 /* machine's */
	uint64_t slots;                /* machine's slot page */
	struct proc *vforked_from;     /* shares its task until exec, exit */
	struct waitq vfork_done;

	struct cred cred;
	uint32_t umask;
	struct inode *cwd, *root, *exe; /* +1 each */
	struct fdt fdt;
	struct sig_action actions[SIG_COUNT + 1];
	struct sig_pending pending;
	struct waitq child_news;
	struct waitq signal_news;      /* sigtimedwait, pause */
	bool deaf;                     /* to SIGCHLD, until it waits or .. */
	struct timer hears;            /* .. this fires; see sig_deafen */
	struct timer alarm;
	uint64_t alarm_interval;
	struct rlimit limits[PROC_RLIMITS];
	int nice;

	uint64_t start;                /* monotonic ns */
	uint64_t user, system;         /* of ended threads, ns */
	uint64_t child_user, child_system;
	uint64_t max_resident;
	char comm[16];
	char *cmdline;                 /* NUL-separated */
	unsigned cmdline_length;
	char *environ;
	unsigned environ_length;
	char *exe_path;
	uint64_t auxv;                 /* where its stack has it; 0: nowhere */
	bool undumpable;               /* it is set-uid, or was: no core file,
					  and no other looks into it */
};

/* It will never run again. */
static inline bool proc_is_gone(const struct proc *p)
{
	return p->state >= PROC_DUMPING;
}

struct lwp {
	struct list siblings, hash;
	struct proc *proc;
	int tid;
	uint64_t thread;               /* machine's */
	struct ux_slot *slot;          /* written by the server */
	unsigned slot_index;
	uint64_t mask, saved_mask;
	bool mask_saved;               /* sigsuspend: restore saved_mask */
	struct sig_pending pending;
	struct call *call;             /* being run or parked */
	uint64_t block;                /* the emulator's, in its task */
	bool released;                 /* has walked its robust list itself */
	bool poked;
	bool exits;                    /* it will end its Mach thread itself */
	bool faulting;                 /* waits for the reply to an exception */
	bool stepping;                 /* traces itself, and is coming back */
	uint8_t *exec_data;            /* arguments that came ahead */
	uint32_t exec_length;
};

extern struct list proc_all;
extern struct proc *proc_init_process;

/* The first process: root, session of its own. NULL: no memory. */
struct proc *proc_create_first(struct inode *root);
/* A copy for fork with one thread; not yet running. NULL: limits, memory. */
struct proc *proc_create_child(struct proc *parent, struct lwp *from);
struct lwp *lwp_create(struct proc *p);
void lwp_end(struct lwp *l);
/* exec.c: forgets arguments that came ahead of an execve. */
void lwp_exec_drop(struct lwp *l);
/* Undoes proc_create_child. */
void proc_discard(struct proc *p);

/*
 * Every process in turn, though what is done to one may end and reap any of
 * them. The loop must run to its end.
 */
struct proc_walk {
	struct list *next;
	struct proc_walk *outer;
};
void proc_walk_begin(struct proc_walk *w);
struct proc *proc_walk_next(struct proc_walk *w);
#define proc_each(p, walk)                                                     \
	for (proc_walk_begin(walk); ((p) = proc_walk_next(walk));)

/* Processor time of all processes since the first, in ns, ended ones included. */
void proc_times_of_all(uint64_t *user, uint64_t *system);

/* Whose call is running, NULL between calls. */
struct proc *proc_current(void);

struct proc *proc_find(int pid);
struct lwp *lwp_find(int tid);

/* Ends every thread; status as wait reports it. The caller's call is lost. */
void proc_exit(struct proc *p, int status);
/* Takes a zombie away; it and its threads are freed by proc_free_dead. */
void proc_reap(struct proc *p);
/*
 * Frees what ended. An operation may end its own process and still look at it:
 * so this runs only before the next call.
 */
void proc_free_dead(void);
/* The process leaves its vfork parent's task. */
void proc_vfork_release(struct proc *p);
/* They end, and leave their robust mutexes to others. */
void proc_end_threads(struct proc *p);
void proc_close_others(struct proc *p, struct lwp *keep);

/* pgrp.c */
bool pgrp_exists(int pgid, struct session *s);
/* Leaders of orphaned, stopped groups get SIGHUP, SIGCONT. */
void pgrp_check_orphans(struct proc *leaving);
bool pgrp_is_orphaned(int pgid);
void session_leave(struct proc *p);
/* tty_file.c: the leader exits; its terminal hangs up on the session. */
void tty_session_ends(struct session *s);
struct session *session_create(int sid);
/* The controlling terminal, or NULL. */
struct tty *proc_tty(const struct proc *p);

/* wait.c: p's parent learns of a change. */
void proc_news(struct proc *p);

/* May who see what p has open, and where its memory lies? As who may trace it on
 * Linux; NULL: nobody in particular. */
bool proc_may_look(const struct proc *who, const struct proc *p);
bool proc_may_signal(const struct proc *from, const struct proc *to, int sig);

#endif

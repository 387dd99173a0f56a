/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: generation, blocking, default actions. Delivery is the emulator's.*/
#ifndef UX_SIG_H
#define UX_SIG_H

#include <signal.h>
#include "proc.h"

/* The kernel's layout of the siginfo fields we fill. */
struct sig_info {
	int signo, error, code, pad;
	int pid;
	uint32_t uid;
	int status;
	int pad2;
	int64_t utime, stime;
};

void sig_pending_init(struct sig_pending *s);
void sig_pending_clear(struct sig_pending *s);

/*
 * Sends sig to a process, or to one thread of it. info NULL: as from the
 * kernel. Default actions that need no handler happen at once.
 */
void sig_send(struct proc *p, int sig, const struct sig_info *info);
void sig_send_thread(struct lwp *l, int sig, const struct sig_info *info);
void sig_send_group(int pgid, int sig, const struct sig_info *info);
void sig_send_raw(struct proc *p, struct lwp *l, int sig,
		  const uint8_t raw[128]);

/* No more real-time signals can wait with what they say. */
bool sig_queue_is_full(const struct sig_pending *s);

/* A fault: sig cannot be blocked or ignored; kills if it has no handler. */
void sig_force(struct lwp *l, int sig, const struct sig_info *info,
	       uint64_t address);

/* The process dies by sig, with a core file if that is due; l: the thread it
 * was for, or NULL. */
void sig_die(struct proc *p, struct lwp *l, int sig);

/* A signal is pending that the thread does not block. */
bool lwp_signal_waits(const struct lwp *l);

/* The mask changed, or signals came or went: fix the slots. */
void sig_update(struct lwp *l);

/*
 * Something that p does itself changes a child. As on UNIX, where the child must
 * run first, p goes on for a while before it hears of that by SIGCHLD: shells tell
 * by this what they waited for from what happened meanwhile. p hears with its next
 * call that waits or asks, or after SIG_DEAF_NS. Not if it has other threads.
 */
#define SIG_DEAF_NS 1000000000
void sig_deafen(struct proc *p);
void sig_hear(struct proc *p);
void sig_hear_at_last(struct timer *t);

/* l blocks more than it did, or ends: what its process has pending may be for
 * other threads now. */
void sig_retarget(struct lwp *l);

/* Pending signals that are ignored or have a default action, now that nothing
 * keeps the thread from them. May end the process. */
void sig_act_on_unblocked(struct lwp *l);

/* Takes one pending signal in set off l or its process; 0: none. */
int sig_dequeue(struct lwp *l, uint64_t set, uint8_t info[128]);

/* exec: handlers become default, pending stays. */
void sig_reset_for_exec(struct proc *p);

/* Handler set for sig? (not default, not ignored) */
bool sig_has_handler(const struct proc *p, int sig);
bool sig_is_ignored(const struct proc *p, int sig);

#endif

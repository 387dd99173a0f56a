/* SPDX-License-Identifier: BSD-2-Clause */
/* Core files of processes that die by a signal. */
#ifndef UX_CORE_H
#define UX_CORE_H

#include <stdbool.h>

struct proc;
struct lwp;

/*
 * Begins "core" in p's current directory, if its limits, its rights and what is
 * there allow that. l: the thread that dies, or NULL. True: p is PROC_DUMPING,
 * has no threads any more, and ends when its core is written (or cut).
 */
bool core_begin(struct proc *p, struct lwp *l, int sig);

/* Writes a piece of one core; true: there is more to write. */
bool core_step(void);

/* p, if it is PROC_DUMPING, ends now with what there is. */
void core_cut(struct proc *p);
/* p ends: its core is cut, if it has one. */
void core_abandon(struct proc *p);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Core files of processes that die by a signal. */
#ifndef UX_CORE_H
#define UX_CORE_H

#include <stdbool.h>

struct proc;
struct lwp;

/*
 * Writes "core" into p's current directory, if its limits, its rights and what
 * is there allow that; the threads stand still from then on. l: the thread that
 * dies, or NULL. True: there is a file (perhaps cut by the limit).
 */
bool core_dump(struct proc *p, struct lwp *l, int sig);

#endif

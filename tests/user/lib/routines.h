/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every routine of the kernel and a port of every kind, for tests that call all
 * of them: routines.c.
 */
#ifndef ROUTINES_H
#define ROUTINES_H

#include "requests.h"

enum { TASK = 1, THREAD = 2, HOST = 4, PRIV = 8, SET = 16, CONTROL = 32,
       ENTRY = 64, MASTER = 128, KINDS = 8 };

/* A port of each kind, by the number of its bit. */
extern mach_port_t kinds[KINDS];
void kinds_create(void);
void kinds_destroy(void);

/* Not those that end or stop the machine or everything on it, or take long. */
void each_routine(void (*fn)(const struct mig_routine *r));

/* The kinds that it works on, as bits; a port of one of them. */
unsigned kinds_allowed(const char *name);
mach_port_t target_of(const struct mig_routine *r);

bool makes_task(const struct mig_routine *r);

/* Receives what answers a request, on whatever comes of which all is destroyed:
 * the code in the reply, or what receiving it came to. */
extern union message reply;
kern_return_t reply_receive(mach_port_t port, unsigned ms);

/* The code in `reply`; what else arrived with it is gone, a new task too. */
kern_return_t reply_drop(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Process 1. It has no program: it is the server's own entry in the table, the
 * parent of orphans, which it reaps at once. The command the host asked for is
 * its child; when that ends, the system does.
 */
#ifndef UX_INIT_H
#define UX_INIT_H

struct inode;
struct link_start;
struct proc;

/* Makes process 1. 0 or -ENOMEM. */
int init_create(struct inode *root);

/* Starts what START asks for; says EXIT 127 or 126 if that fails. */
void init_start(const struct link_start *start);

/* A child of process 1 is a zombie. */
void init_child_ended(struct proc *p);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* From names to inodes. */
#ifndef UX_PATH_H
#define UX_PATH_H

#include <limits.h>
#include "inode.h"

struct proc;

#define PATH_FOLLOW 1 /* follow a symbolic link in the last place */
#define PATH_MAY_BE_ABSENT 2 /* the last component need not exist */
#define PATH_EMPTY 4  /* "" is the start itself (AT_EMPTY_PATH) */

struct path {
	struct inode *dir;   /* +1: where the last component is looked up */
	struct inode *inode; /* +1, NULL: absent */
	char name[NAME_MAX + 1]; /* last component; "" for / and "." */
	unsigned length;
	bool must_be_dir;    /* it ended in a slash */
};

/*
 * Walks path from the directory open as dirfd, or AT_FDCWD, for p. Returns 0
 * and fills out, which path_done releases; or -errno with nothing to release.
 */
int path_walk(struct proc *p, int dirfd, const char *path, int flags,
	      struct path *out);
void path_done(struct path *path);

/* The inode alone, +1; 0 or -errno. */
int path_inode(struct proc *p, int dirfd, const char *path, int flags,
	       struct inode **out);

/* open.c: what the name stands for, unfollowed, or a new file, +1. */
int open_create(struct proc *p, const char *name, uint32_t mode,
		struct inode **out);

/* Target of a symbolic link, not terminated; its length or -errno. */
int inode_readlink(struct inode *i, char *buffer, unsigned size);

/*
 * The name of a directory seen from root, into buffer; its length with the
 * NUL, or -errno: -ENOENT if it was removed, -ERANGE if it does not fit.
 */
int path_of_dir(struct inode *dir, struct inode *root, char *buffer,
		unsigned size);

/* The root of a file system mounted on i, or i. Borrows. */
struct inode *path_cross(struct inode *i);

#endif

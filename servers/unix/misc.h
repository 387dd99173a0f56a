/* SPDX-License-Identifier: BSD-2-Clause */
/* What several files of the server need to know about the system. */
#ifndef UX_MISC_H
#define UX_MISC_H

#include <stdint.h>

struct inode;

extern char host_name[65];
unsigned process_count(void);

/* device.c, procfs.c: mount on directories of the root file system. */
int devices_create(struct inode *dev);
int procfs_mount(struct inode *on);

/*
 * cpio.c: unpacks what lies below prefix in a "newc" archive below root. 0, or
 * -errno with *why set to one line.
 */
int cpio_unpack(struct inode *root, const void *archive, uint64_t size,
		const char *prefix, const char **why);

/* A directory or file of the root file system by name, made if absent. */
struct inode *tree_directory(struct inode *root, const char *name);
int tree_insert(struct inode *root, const char *name, struct inode *i);

#endif

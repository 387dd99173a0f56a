/* SPDX-License-Identifier: BSD-2-Clause */
/* Inodes: life, attributes, permission checks. */
#include "inode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cred.h"
#include "machine.h"

struct fs root_fs;
static uint64_t next_device = 1;

void fs_init(struct fs *fs, const char *name, uint64_t magic)
{
	fs->device = next_device++;
	fs->name = name;
	fs->magic = magic;
	fs->next_number = 2;
}

struct timespec time_now(void)
{
	uint64_t ns = machine_realtime();

	return (struct timespec){(time_t)(ns / 1000000000),
				 (long)(ns % 1000000000)};
}

struct inode *inode_create(struct fs *fs, uint32_t mode)
{
	bool full = fs->inodes_max && fs->inodes >= fs->inodes_max;
	struct inode *i = full ? NULL : calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	i->fs = fs;
	fs->inodes++;
	i->number = fs->next_number++;
	i->mode = mode;
	i->refs = 1;
	i->atime = i->mtime = i->ctime = time_now();
	list_init(&i->locks);
	if (S_ISDIR(mode))
		dir_init(i);
	return i;
}

static void inode_destroy(struct inode *i)
{
	if (i->ops && i->ops->destroy)
		i->ops->destroy(i);
	else if (S_ISREG(i->mode))
		data_destroy(i);
	else if (S_ISLNK(i->mode)) {
		data_uncharge((uint64_t)i->info);
		free(i->target);
	}
	i->fs->inodes--;
	free(i);
}

void inode_ref(struct inode *i)
{
	i->refs++;
}

void inode_unref(struct inode *i)
{
	if (--i->refs == 0 && i->nlink == 0)
		inode_destroy(i);
}

void inode_link_change(struct inode *i, int change)
{
	i->nlink += (uint32_t)change;
	if (!i->nlink && !i->refs)
		inode_destroy(i);
}

static uint64_t inode_blocks(const struct inode *i)
{
	if (!S_ISREG(i->mode) || i->ops)
		return 0;
	return (i->size + 4095) / 4096 * 8;
}

void inode_stat(const struct inode *i, struct stat *st)
{
	memset(st, 0, sizeof(*st));
	st->st_dev = i->fs->device;
	st->st_ino = i->number;
	st->st_nlink = i->nlink;
	st->st_mode = i->mode;
	st->st_uid = i->uid;
	st->st_gid = i->gid;
	st->st_rdev = i->rdev;
	st->st_size = (off_t)i->size;
	st->st_blksize = 4096;
	st->st_blocks = (blkcnt_t)inode_blocks(i);
	st->st_atim = i->atime;
	st->st_mtim = i->mtime;
	st->st_ctim = i->ctime;
}

int inode_access(const struct cred *cred, const struct inode *i, int want)
{
	uint32_t mode = i->mode;

	if (cred->fsuid == 0) {
		bool runs = S_ISDIR(mode) || (mode & 0111);
		return (want & 1) && !runs ? -EACCES : 0;
	}
	if (cred->fsuid == i->uid)
		mode >>= 6;
	else if (cred_in_group(cred, i->gid))
		mode >>= 3;
	return ((uint32_t)want & ~mode & 7) ? -EACCES : 0;
}

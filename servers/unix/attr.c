/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes: stat, chmod, chown, times, access, truncate, readlink, statfs. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include "dispatch.h"
#include "file.h"
#include "machine.h"
#include "path.h"
#include "proc.h"

/* The inode that words[0], the path in words[1] and AT_ flags name. +1. */
static int64_t attr_inode(struct call *c, uint64_t at_flags,
			  struct inode **out)
{
	const char *name = call_path(c, 1);
	int flags = PATH_FOLLOW;

	if (!name)
		return -ENAMETOOLONG;
	if (at_flags & AT_SYMLINK_NOFOLLOW)
		flags = 0;
	if (at_flags & AT_EMPTY_PATH)
		flags |= PATH_EMPTY;
	return path_inode(c->lwp->proc, (int)c->words[0], name, flags, out);
}

int64_t op_statat(struct call *c)
{
	struct inode *i;
	int64_t error = attr_inode(c, c->words[2], &i);
	struct stat st;

	if (error)
		return error;
	inode_stat(i, &st);
	inode_unref(i);
	call_put(c, &st, sizeof(st));
	return 0;
}

struct statx_time {
	int64_t seconds;
	uint32_t ns, pad;
};

/* The kernel's struct statx. */
struct statx_reply {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad;
	uint64_t ino, size, blocks, attributes_mask;
	struct statx_time atime, btime, ctime, mtime;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t spare[14];
};

static struct statx_time statx_time(struct timespec t)
{
	return (struct statx_time){t.tv_sec, (uint32_t)t.tv_nsec, 0};
}

int64_t op_statx(struct call *c)
{
	struct inode *i;
	int64_t error = attr_inode(c, c->words[2], &i);
	struct statx_reply r = {.mask = 0x7ff, .blksize = 4096};
	struct stat st;

	if (error)
		return error;
	inode_stat(i, &st);
	inode_unref(i);
	r.nlink = (uint32_t)st.st_nlink;
	r.uid = st.st_uid;
	r.gid = st.st_gid;
	r.mode = (uint16_t)st.st_mode;
	r.ino = st.st_ino;
	r.size = (uint64_t)st.st_size;
	r.blocks = (uint64_t)st.st_blocks;
	r.atime = statx_time(st.st_atim);
	r.mtime = statx_time(st.st_mtim);
	r.ctime = statx_time(st.st_ctim);
	r.rdev_major = major(st.st_rdev);
	r.rdev_minor = minor(st.st_rdev);
	r.dev_major = major(st.st_dev);
	r.dev_minor = minor(st.st_dev);
	call_put(c, &r, sizeof(r));
	return 0;
}

static bool attr_owner(const struct call *c, const struct inode *i)
{
	uint32_t uid = c->lwp->proc->cred.fsuid;

	return !uid || uid == i->uid;
}

static int64_t attr_chmod(struct call *c, struct inode *i, uint64_t mode)
{
	const struct cred *cred = &c->lwp->proc->cred;

	if (!attr_owner(c, i))
		return -EPERM;
	if (S_ISLNK(i->mode))
		return -EOPNOTSUPP;
	if (cred->fsuid && !cred_in_group(cred, i->gid))
		mode &= ~(uint64_t)S_ISGID;
	i->mode = (i->mode & S_IFMT) | ((uint32_t)mode & 07777);
	i->ctime = time_now();
	return 0;
}

int64_t op_fchmodat(struct call *c)
{
	struct inode *i;
	int64_t error = attr_inode(c, 0, &i);

	if (error)
		return error;
	error = attr_chmod(c, i, c->words[2]);
	inode_unref(i);
	return error;
}

int64_t op_fchmod(struct call *c)
{
	struct file *f = fdt_file(c->lwp->proc, (int)c->words[0]);

	return f ? attr_chmod(c, f->inode, c->words[1]) : -EBADF;
}

static int64_t attr_chown(struct call *c, struct inode *i, uint32_t uid,
			  uint32_t gid)
{
	const struct cred *cred = &c->lwp->proc->cred;

	if (cred->fsuid) {
		bool same_user = uid == ~0u || uid == i->uid;
		bool own_group = gid == ~0u || cred_in_group(cred, gid);
		if (!attr_owner(c, i) || !same_user || !own_group)
			return -EPERM;
	}
	if (uid != ~0u)
		i->uid = uid;
	if (gid != ~0u)
		i->gid = gid;
	if (!S_ISDIR(i->mode) && (i->mode & 0111)) {
		i->mode &= ~(uint32_t)S_ISUID;
		if (i->mode & S_IXGRP)
			i->mode &= ~(uint32_t)S_ISGID;
	}
	i->ctime = time_now();
	return 0;
}

int64_t op_fchownat(struct call *c)
{
	struct inode *i;
	int64_t error = attr_inode(c, c->words[4], &i);

	if (error)
		return error;
	error = attr_chown(c, i, (uint32_t)c->words[2],
			   (uint32_t)c->words[3]);
	inode_unref(i);
	return error;
}

int64_t op_fchown(struct call *c)
{
	struct file *f = fdt_file(c->lwp->proc, (int)c->words[0]);

	if (!f)
		return -EBADF;
	return attr_chown(c, f->inode, (uint32_t)c->words[1],
			  (uint32_t)c->words[2]);
}

#define UTIME_IS_NOW  0x3fffffff
#define UTIME_IS_OMIT 0x3ffffffe

static bool utime_valid(const struct timespec *t)
{
	return (t->tv_nsec >= 0 && t->tv_nsec < 1000000000) ||
	       t->tv_nsec == UTIME_IS_NOW || t->tv_nsec == UTIME_IS_OMIT;
}

static void utime_apply(struct timespec *to, const struct timespec *t)
{
	if (t->tv_nsec == UTIME_IS_NOW)
		*to = time_now();
	else if (t->tv_nsec != UTIME_IS_OMIT)
		*to = *t;
}

static int64_t attr_utimens(struct call *c, struct inode *i,
			    const struct timespec t[2])
{
	bool now = t[0].tv_nsec == UTIME_IS_NOW &&
		   t[1].tv_nsec == UTIME_IS_NOW;

	if (!utime_valid(&t[0]) || !utime_valid(&t[1]))
		return -EINVAL;
	if (!attr_owner(c, i)) {
		if (!now)
			return -EPERM;
		if (inode_access(&c->lwp->proc->cred, i, 2))
			return -EACCES;
	}
	utime_apply(&i->atime, &t[0]);
	utime_apply(&i->mtime, &t[1]);
	i->ctime = time_now();
	return 0;
}

/* words: dir, path length (0: the descriptor itself), set?, flags. */
int64_t op_utimensat(struct call *c)
{
	struct timespec times[2] = {{0, UTIME_IS_NOW}, {0, UTIME_IS_NOW}};
	struct inode *i;
	const void *given;
	int64_t error;

	if (c->words[1]) {
		error = attr_inode(c, c->words[3], &i);
		if (error)
			return error;
	} else {
		struct file *f = fdt_file(c->lwp->proc, (int)c->words[0]);
		if (!f)
			return -EBADF;
		i = f->inode;
		inode_ref(i);
	}
	given = c->words[2] ? call_take(c, sizeof(times)) : times;
	error = -EFAULT;
	if (given) {
		memcpy(times, given, sizeof(times));
		error = attr_utimens(c, i, times);
	}
	inode_unref(i);
	return error;
}

int64_t op_accessat(struct call *c)
{
	struct cred cred = c->lwp->proc->cred;
	struct inode *i;
	int64_t error;

	if (c->words[2] & ~7ull)
		return -EINVAL;
	error = attr_inode(c, c->words[3], &i);
	if (error)
		return error;
	if (!(c->words[3] & AT_EACCESS)) {
		cred.fsuid = cred.uid;
		cred.fsgid = cred.gid;
	}
	error = inode_access(&cred, i, (int)c->words[2]);
	inode_unref(i);
	return error;
}

int64_t op_truncate(struct call *c)
{
	const char *name = call_path(c, 0);
	struct proc *p = c->lwp->proc;
	struct inode *i;
	int64_t error;

	if (!name)
		return -ENAMETOOLONG;
	if ((int64_t)c->words[1] < 0)
		return -EINVAL;
	error = path_inode(p, AT_FDCWD, name, PATH_FOLLOW, &i);
	if (error)
		return error;
	if (S_ISDIR(i->mode))
		error = -EISDIR;
	else if (!S_ISREG(i->mode) || i->ops)
		error = -EINVAL;
	else
		error = inode_access(&p->cred, i, 2);
	if (!error && i->executing)
		error = -ETXTBSY;
	if (!error && c->words[1] > p->limits[RLIMIT_FSIZE].rlim_cur)
		error = -EFBIG;
	if (!error)
		error = data_truncate(i, c->words[1]);
	if (!error)
		i->mtime = i->ctime = time_now();
	inode_unref(i);
	return error;
}

int64_t op_readlinkat(struct call *c)
{
	struct inode *i;
	int64_t got = attr_inode(c, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, &i);
	uint64_t size = c->words[2];

	if (got)
		return got;
	if (size > UX_PATH_MAX)
		size = UX_PATH_MAX;
	if (!size || !S_ISLNK(i->mode))
		got = -EINVAL;
	else
		got = inode_readlink(i, (char *)c->out, (unsigned)size);
	inode_unref(i);
	if (got > 0)
		c->out_length = (uint32_t)got;
	return got;
}

static int64_t attr_statfs(struct call *c, const struct fs *fs)
{
	uint64_t total, available;
	struct statfs s = {0};

	machine_memory(&total, &available);
	s.f_type = (typeof(s.f_type))fs->magic;
	s.f_bsize = s.f_frsize = 4096;
	if (fs == &root_fs) {
		s.f_blocks = total / 4096;
		s.f_bfree = s.f_bavail = available / 4096;
		s.f_files = total / 4096;
		s.f_ffree = available / 4096;
	}
	s.f_namelen = 255;
	s.f_flags = 0x20; /* ST_VALID */
	call_put(c, &s, sizeof(s));
	return 0;
}

int64_t op_statfs(struct call *c)
{
	const char *name = call_path(c, 0);
	struct inode *i;
	int64_t error;

	if (!name)
		return -ENAMETOOLONG;
	error = path_inode(c->lwp->proc, AT_FDCWD, name, PATH_FOLLOW, &i);
	if (error)
		return error;
	error = attr_statfs(c, i->fs);
	inode_unref(i);
	return error;
}

int64_t op_fstatfs(struct call *c)
{
	struct file *f = fdt_file(c->lwp->proc, (int)c->words[0]);

	return f ? attr_statfs(c, f->inode->fs) : -EBADF;
}

int64_t op_sync(struct call *c)
{
	(void)c;
	return 0;
}

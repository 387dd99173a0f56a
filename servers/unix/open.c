/* SPDX-License-Identifier: BSD-2-Clause */
/* open and the calls that make names: mkdir, mknod, symlink. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "dispatch.h"
#include "file.h"
#include "path.h"
#include "proc.h"

/*
 * Makes an inode of mode at a walked path whose last component is absent.
 * +1 in *out; 0 or -errno.
 */
static int path_make(struct proc *p, struct path *path, uint32_t mode,
		     struct inode **out)
{
	struct inode *i;
	int error;

	if (path->inode)
		return -EEXIST;
	if (path->dir->ops)
		return -EPERM;
	if (!path->dir->nlink)
		return -ENOENT;
	error = inode_access(&p->cred, path->dir, 3);
	if (error)
		return error;
	i = inode_create(path->dir->fs, mode);
	if (!i)
		return -ENOSPC;
	i->uid = p->cred.fsuid;
	i->gid = p->cred.fsgid;
	if (path->dir->mode & S_ISGID) {
		i->gid = path->dir->gid;
		if (S_ISDIR(mode))
			i->mode |= S_ISGID;
	}
	error = dir_insert(path->dir, path->name, path->length, i);
	if (error)
		inode_unref(i);
	else
		*out = i;
	return error;
}

static uint32_t mode_masked(struct proc *p, uint64_t mode, uint32_t type)
{
	return type | ((uint32_t)mode & 07777 & ~p->umask);
}

/* The inode to open, made if O_CREAT asks for it. +1. */
static int open_find(struct proc *p, struct path *path, int flags,
		     uint64_t mode, bool *made, struct inode **out)
{
	if (!path->inode) {
		if (path->must_be_dir)
			return -EISDIR;
		*made = true;
		return path_make(p, path, mode_masked(p, mode, S_IFREG), out);
	}
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return -EEXIST;
	if ((flags & O_CREAT) && S_ISDIR(path->inode->mode))
		return -EISDIR;
	inode_ref(path->inode);
	*out = path->inode;
	return 0;
}

int open_create(struct proc *p, const char *name, uint32_t mode,
		struct inode **out)
{
	struct path path;
	bool made;
	int error = path_walk(p, AT_FDCWD, name, PATH_MAY_BE_ABSENT, &path);

	if (error)
		return error;
	error = open_find(p, &path, O_CREAT, mode, &made, out);
	path_done(&path);
	return error;
}

static char *path_join(struct proc *p, const char *name)
{
	char cwd[UX_PATH_MAX];
	char *joined;
	int length;

	if (*name == '/')
		return strdup(name);
	length = path_of_dir(p->cwd, p->root, cwd, sizeof(cwd));
	if (length < 0)
		return NULL;
	joined = malloc((size_t)length + strlen(name) + 2);
	if (!joined)
		return NULL;
	strcpy(joined, cwd);
	if (length > 2)
		strcat(joined, "/");
	return strcat(joined, name);
}

static int open_walk_flags(int flags)
{
	int walk = PATH_FOLLOW;

	if ((flags & O_NOFOLLOW) ||
	    (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		walk = 0;
	return (flags & O_CREAT) ? walk | PATH_MAY_BE_ABSENT : walk;
}

/* The file gets a descriptor and a name for /proc. Consumes file. */
static int64_t open_install(struct proc *p, struct file *file,
			    const char *name, int flags)
{
	if (!file->path && !S_ISFIFO(file->inode->mode))
		file->path = path_join(p, name);
	return fdt_insert(p, file, 0, flags & O_CLOEXEC);
}

/* A new file may be opened whatever its mode says. */
static int64_t open_with_mode(struct call *c, struct inode *i, bool made,
			      int flags, struct file **file)
{
	uint32_t mode = i->mode;
	int64_t error;

	if (made)
		i->mode |= 0600;
	error = file_open_inode(c, c->lwp->proc, i, flags, file);
	i->mode = mode;
	return error;
}

static int64_t open_path(struct call *c, const char *name, int flags)
{
	struct proc *p = c->lwp->proc;
	struct inode *i = NULL;
	struct file *file = NULL;
	struct path path;
	bool made = false;
	int64_t error;

	error = path_walk(p, (int)c->words[0], name, open_walk_flags(flags),
			  &path);
	if (error)
		return error;
	error = open_find(p, &path, flags, c->words[3], &made, &i);
	path_done(&path);
	if (error)
		return error;
	error = open_with_mode(c, i, made, flags, &file);
	inode_unref(i);
	if (error == CALL_PARK)
		c->held = file;
	return error ? error : open_install(p, file, name, flags);
}

/* A FIFO whose other end came meanwhile: the file is in c->held. */
static int64_t open_again(struct call *c, const char *name, int flags)
{
	struct file *file = c->held;
	int64_t error = fifo_wait(c, file);

	if (error == CALL_PARK)
		return error;
	c->held = NULL;
	if (!error)
		return open_install(c->lwp->proc, file, name, flags);
	file_unref(file);
	return error;
}

int64_t op_openat(struct call *c)
{
	const char *name = call_path(c, 1);

	if (!name)
		return -ENAMETOOLONG;
	if (c->held)
		return open_again(c, name, (int)c->words[2]);
	return open_path(c, name, (int)c->words[2]);
}

/* The one shape of mkdirat, mknodat, symlinkat. */
static int64_t make_at(struct call *c, int dirfd, const char *name,
		       uint32_t mode, struct inode **out)
{
	struct proc *p = c->lwp->proc;
	struct path path;
	int64_t error;

	if (!name)
		return -ENAMETOOLONG;
	error = path_walk(p, dirfd, name, PATH_MAY_BE_ABSENT, &path);
	if (error)
		return error;
	if (!path.inode && path.must_be_dir && !S_ISDIR(mode))
		error = -ENOENT;
	else
		error = path_make(p, &path, mode, out);
	path_done(&path);
	return error;
}

int64_t op_mkdirat(struct call *c)
{
	const char *name = call_path(c, 1);
	uint32_t mode = mode_masked(c->lwp->proc, c->words[2] & 01777,
				    S_IFDIR);
	struct inode *i;
	int64_t error = make_at(c, (int)c->words[0], name, mode, &i);

	if (!error)
		inode_unref(i);
	return error;
}

int64_t op_mknodat(struct call *c)
{
	const char *name = call_path(c, 1);
	struct proc *p = c->lwp->proc;
	uint32_t type = (uint32_t)c->words[2] & S_IFMT;
	struct inode *i;
	int64_t error;

	if (!type)
		type = S_IFREG;
	if (type == S_IFDIR)
		return -EPERM;
	if (type != S_IFREG && type != S_IFIFO && type != S_IFSOCK &&
	    type != S_IFCHR && type != S_IFBLK)
		return -EINVAL;
	if ((type == S_IFCHR || type == S_IFBLK) && !cred_is_root(&p->cred))
		return -EPERM;
	error = make_at(c, (int)c->words[0], name,
			mode_masked(p, c->words[2], type), &i);
	if (error)
		return error;
	if (type == S_IFCHR || type == S_IFBLK)
		i->rdev = c->words[3];
	inode_unref(i);
	return 0;
}

int64_t op_symlinkat(struct call *c)
{
	const char *target = call_path(c, 0);
	const char *name = call_path(c, 2);
	struct inode *i;
	char *copy;
	int64_t error;

	if (!target)
		return -ENAMETOOLONG;
	if (!*target)
		return -ENOENT;
	if (!data_charge(strlen(target)))
		return -ENOSPC;
	copy = strdup(target);
	error = copy ? make_at(c, (int)c->words[1], name, S_IFLNK | 0777, &i)
		     : -ENOMEM;
	if (error) {
		data_uncharge(strlen(target));
		free(copy);
		return error;
	}
	i->target = copy;
	i->info = (int)strlen(copy);
	i->size = strlen(copy);
	inode_unref(i);
	return 0;
}

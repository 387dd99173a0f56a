/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that take names away or give more: unlink, link, rename. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "dispatch.h"
#include "path.h"
#include "proc.h"

/* A sticky directory's entries go only by their owners. */
static bool name_is_sticky(const struct cred *cred, const struct inode *dir,
			   const struct inode *i)
{
	return (dir->mode & S_ISVTX) && cred->fsuid &&
	       cred->fsuid != i->uid && cred->fsuid != dir->uid;
}

/* May the entry be taken out of its directory? */
static int name_check_removal(struct proc *p, const struct path *path)
{
	int error;

	if (path->dir->ops || (path->inode->ops && !path->inode->nlink))
		return -EPERM;
	error = inode_access(&p->cred, path->dir, 3);
	if (error)
		return error;
	if (name_is_sticky(&p->cred, path->dir, path->inode))
		return -EPERM;
	if (path->inode->fs != path->dir->fs)
		return -EBUSY;
	return 0;
}

static void name_remove(struct path *path)
{
	dir_remove(path->dir,
		   dir_find(path->dir, path->name, path->length));
}

static int64_t remove_dir(struct proc *p, struct path *path)
{
	int error;

	if (!S_ISDIR(path->inode->mode))
		return -ENOTDIR;
	if (!path->length)
		return -EBUSY;
	if (!strcmp(path->name, "."))
		return -EINVAL;
	if (!strcmp(path->name, ".."))
		return -ENOTEMPTY;
	error = name_check_removal(p, path);
	if (error)
		return error;
	if (path->inode->dir.count)
		return -ENOTEMPTY;
	name_remove(path);
	return 0;
}

static int64_t remove_file(struct proc *p, struct path *path)
{
	int error;

	if (S_ISDIR(path->inode->mode))
		return -EISDIR;
	if (path->must_be_dir)
		return -ENOTDIR;
	error = name_check_removal(p, path);
	if (error)
		return error;
	name_remove(path);
	return 0;
}

int64_t op_unlinkat(struct call *c)
{
	const char *name = call_path(c, 1);
	struct proc *p = c->lwp->proc;
	struct path path;
	int64_t error;

	if (!name)
		return -ENAMETOOLONG;
	if (c->words[2] & ~(uint64_t)AT_REMOVEDIR)
		return -EINVAL;
	error = path_walk(p, (int)c->words[0], name, 0, &path);
	if (error)
		return error;
	error = (c->words[2] & AT_REMOVEDIR) ? remove_dir(p, &path)
					     : remove_file(p, &path);
	path_done(&path);
	return error;
}

static int64_t link_inode(struct proc *p, struct inode *i, struct path *to)
{
	int error;

	if (to->inode)
		return -EEXIST;
	if (to->must_be_dir)
		return -ENOENT;
	if (S_ISDIR(i->mode))
		return -EPERM;
	if (i->fs != to->dir->fs)
		return -EXDEV;
	if (to->dir->ops)
		return -EPERM;
	/* No new life for what is gone, no names in a directory that is. */
	if (!i->nlink || !to->dir->nlink)
		return -ENOENT;
	error = inode_access(&p->cred, to->dir, 3);
	if (error)
		return error;
	error = dir_insert(to->dir, to->name, to->length, i);
	if (!error)
		i->ctime = time_now();
	return error;
}

int64_t op_linkat(struct call *c)
{
	const char *from = call_path(c, 1), *name = call_path(c, 3);
	struct proc *p = c->lwp->proc;
	struct inode *i;
	struct path to;
	int flags = 0;
	int64_t error;

	if (!from || !name)
		return -ENAMETOOLONG;
	if (c->words[4] & AT_SYMLINK_FOLLOW)
		flags |= PATH_FOLLOW;
	if (c->words[4] & AT_EMPTY_PATH)
		flags |= PATH_EMPTY;
	error = path_inode(p, (int)c->words[0], from, flags, &i);
	if (error)
		return error;
	error = path_walk(p, (int)c->words[2], name, PATH_MAY_BE_ABSENT, &to);
	if (!error) {
		error = link_inode(p, i, &to);
		path_done(&to);
	}
	inode_unref(i);
	return error;
}

/* Is dir i or below it? */
static bool dir_is_below(struct inode *dir, const struct inode *i)
{
	for (; dir; dir = dir->dir.parent) {
		if (dir == i)
			return true;
		if (dir->dir.parent == dir)
			return false;
	}
	return false;
}

static int rename_check_target(struct proc *p, struct path *from,
			       struct path *to)
{
	bool dir = S_ISDIR(from->inode->mode);
	int error;

	if (!to->inode) {
		if (to->must_be_dir && !dir)
			return -ENOTDIR;
		return inode_access(&p->cred, to->dir, 3);
	}
	error = name_check_removal(p, to);
	if (error)
		return error;
	if (dir && !S_ISDIR(to->inode->mode))
		return -ENOTDIR;
	if (!dir && S_ISDIR(to->inode->mode))
		return -EISDIR;
	if (dir && to->inode->dir.count)
		return -ENOTEMPTY;
	return 0;
}

static bool name_is_special(const struct path *path)
{
	return !path->length || !strcmp(path->name, ".") ||
	       !strcmp(path->name, "..");
}

static int rename_check(struct proc *p, struct path *from, struct path *to,
			uint64_t flags)
{
	int error;

	if (name_is_special(from) || name_is_special(to))
		return -EBUSY;
	if (from->dir->fs != to->dir->fs)
		return -EXDEV;
	if ((flags & 1) && to->inode) /* RENAME_NOREPLACE */
		return -EEXIST;
	if (!to->dir->nlink)
		return -ENOENT;
	if (from->inode == to->inode)
		return 0;
	error = name_check_removal(p, from);
	if (error)
		return error;
	if (from->must_be_dir && !S_ISDIR(from->inode->mode))
		return -ENOTDIR;
	if (S_ISDIR(from->inode->mode) && dir_is_below(to->dir, from->inode))
		return -EINVAL;
	return rename_check_target(p, from, to);
}

static int rename_commit(struct path *from, struct path *to)
{
	int error;

	/* Insert first: it alone can fail. The name is there twice a while. */
	error = dir_insert(to->dir, to->name, to->length, from->inode);
	if (error)
		return error;
	if (to->inode) {
		struct list *pos;
		list_each(pos, &to->dir->dir.all) {
			struct dirent_link *e =
				list_entry(pos, struct dirent_link, all);
			if (e->inode == to->inode &&
			    !strcmp(e->name, to->name)) {
				dir_remove(to->dir, e);
				break;
			}
		}
	}
	name_remove(from);
	if (S_ISDIR(from->inode->mode))
		from->inode->dir.parent = to->dir;
	return 0;
}

int64_t op_renameat(struct call *c)
{
	const char *old = call_path(c, 1), *name = call_path(c, 3);
	struct proc *p = c->lwp->proc;
	struct path from, to;
	int64_t error;

	if (!old || !name)
		return -ENAMETOOLONG;
	if (c->words[4] & ~1ull)
		return -EINVAL;
	error = path_walk(p, (int)c->words[0], old, 0, &from);
	if (error)
		return error;
	error = path_walk(p, (int)c->words[2], name, PATH_MAY_BE_ABSENT, &to);
	if (!error) {
		error = rename_check(p, &from, &to, c->words[4]);
		if (!error && from.inode != to.inode)
			error = rename_commit(&from, &to);
		path_done(&to);
	}
	path_done(&from);
	return error;
}

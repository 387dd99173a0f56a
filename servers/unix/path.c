/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Path walking. The rest of the path lies at the end of a buffer; a symbolic
 * link's target is put in front of it, so that links need no recursion.
 */
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "file.h"
#include "proc.h"

#define LINKS_MAX 40
#define WALK_SIZE (2 * UX_PATH_MAX)

struct walk {
	struct proc *proc;
	struct inode *at; /* +1 */
	char *rest;       /* into buffer */
	int links;
	char buffer[WALK_SIZE];
};

int inode_readlink(struct inode *i, char *buffer, unsigned size)
{
	size_t length;

	if (i->ops)
		return i->ops->readlink ? i->ops->readlink(i, buffer, size)
					: -EINVAL;
	length = strlen(i->target);
	if (length > size)
		length = size;
	memcpy(buffer, i->target, length);
	return (int)length;
}

struct inode *path_cross(struct inode *i)
{
	while (i->mounted)
		i = i->mounted->root;
	return i;
}

static void walk_move(struct walk *w, struct inode *to)
{
	inode_ref(to);
	inode_unref(w->at);
	w->at = to;
}

static struct inode *walk_parent(struct walk *w)
{
	struct inode *i = w->at;

	if (i == w->proc->root)
		return i;
	while (i == i->fs->root && i->fs->covered)
		i = i->fs->covered;
	return i->dir.parent ? i->dir.parent : i;
}

/* Looks name up in w->at; +1 or NULL. */
static struct inode *walk_lookup(struct walk *w, const char *name,
				 unsigned length)
{
	struct dirent_link *e;
	struct inode *i;

	if (length == 1 && name[0] == '.') {
		inode_ref(w->at);
		return w->at;
	}
	if (length == 2 && name[0] == '.' && name[1] == '.') {
		i = path_cross(walk_parent(w));
		inode_ref(i);
		return i;
	}
	if (w->at->ops)
		return w->at->ops->lookup(w->at, name, length);
	e = dir_find(w->at, name, length);
	if (!e)
		return NULL;
	i = path_cross(e->inode);
	inode_ref(i);
	return i;
}

/* Puts the link's target before the rest. Consumes link. */
static int walk_follow(struct walk *w, struct inode *link)
{
	char target[UX_PATH_MAX];
	int length;

	if (++w->links > LINKS_MAX) {
		inode_unref(link);
		return -ELOOP;
	}
	if (link->ops && link->ops->follow) {
		struct inode *to = link->ops->follow(link);
		inode_unref(link);
		if (!to)
			return -ENOENT;
		inode_unref(w->at);
		w->at = to;
		return 0;
	}
	length = inode_readlink(link, target, sizeof(target));
	inode_unref(link);
	if (length <= 0)
		return length ? length : -ENOENT;
	if (w->rest - w->buffer < length)
		return -ENAMETOOLONG;
	w->rest -= length;
	memcpy(w->rest, target, (unsigned)length);
	if (*w->rest == '/')
		walk_move(w, w->proc->root);
	return 0;
}

/* True when nothing but slashes is left. */
static bool walk_last(const struct walk *w)
{
	return w->rest[strspn(w->rest, "/")] == 0;
}

static int walk_enter(struct walk *w, unsigned length)
{
	if (!S_ISDIR(w->at->mode))
		return -ENOTDIR;
	if (length > NAME_MAX)
		return -ENAMETOOLONG;
	return inode_access(&w->proc->cred, w->at, 1);
}

/* The last component: stays in w->at, goes to out. */
static int walk_finish(struct path *out, const char *name, unsigned length,
		       struct inode *found, bool slash, int flags)
{
	if (!found && !(flags & PATH_MAY_BE_ABSENT))
		return -ENOENT;
	if (found && slash && !S_ISDIR(found->mode)) {
		inode_unref(found);
		return -ENOTDIR;
	}
	memcpy(out->name, name, length);
	out->name[length] = 0;
	out->length = length;
	out->inode = found;
	out->must_be_dir = slash;
	return 0;
}

static int walk_components(struct walk *w, int flags, struct path *out)
{
	for (;;) {
		struct inode *found;
		unsigned length;
		char *name;
		bool last, slash;
		int error;

		w->rest += strspn(w->rest, "/");
		name = w->rest;
		length = (unsigned)strcspn(name, "/");
		if (!length) {
			inode_ref(w->at);
			return walk_finish(out, "", 0, w->at, true, flags);
		}
		error = walk_enter(w, length);
		if (error)
			return error;
		w->rest += length;
		last = walk_last(w);
		slash = *w->rest == '/';
		found = walk_lookup(w, name, length);
		if (found && S_ISLNK(found->mode) &&
		    (!last || slash || (flags & PATH_FOLLOW))) {
			bool magic = found->ops && found->ops->follow;
			error = walk_follow(w, found);
			if (error)
				return error;
			if (!(magic && last))
				continue;
			inode_ref(w->at);
			return walk_finish(out, "", 0, w->at, slash, flags);
		}
		if (last)
			return walk_finish(out, name, length, found, slash,
					   flags);
		if (!found)
			return -ENOENT;
		inode_unref(w->at);
		w->at = found;
	}
}

static int walk_start(struct walk *w, int dirfd, const char *path)
{
	struct file *file;

	if (*path == '/') {
		w->at = w->proc->root;
	} else if (dirfd == AT_FDCWD) {
		w->at = w->proc->cwd;
	} else {
		file = fdt_file(w->proc, dirfd);
		if (!file)
			return -EBADF;
		if (!file->inode || (*path && !S_ISDIR(file->inode->mode)))
			return -ENOTDIR;
		w->at = file->inode;
	}
	inode_ref(w->at);
	return 0;
}

int path_walk(struct proc *p, int dirfd, const char *path, int flags,
	      struct path *out)
{
	struct walk w = {.proc = p};
	size_t length = strlen(path);
	int error;

	if (!length && !(flags & PATH_EMPTY))
		return -ENOENT;
	if (length >= UX_PATH_MAX)
		return -ENAMETOOLONG;
	w.rest = w.buffer + WALK_SIZE - length - 1;
	memcpy(w.rest, path, length + 1);
	error = walk_start(&w, dirfd, path);
	if (error)
		return error;
	if (!length) {
		inode_ref(w.at);
		error = walk_finish(out, "", 0, w.at, false, flags);
	} else {
		error = walk_components(&w, flags, out);
	}
	if (error)
		inode_unref(w.at);
	else
		out->dir = w.at;
	return error;
}

void path_done(struct path *path)
{
	if (path->inode)
		inode_unref(path->inode);
	inode_unref(path->dir);
}

int path_inode(struct proc *p, int dirfd, const char *path, int flags,
	       struct inode **out)
{
	struct path found;
	int error = path_walk(p, dirfd, path, flags, &found);

	if (error)
		return error;
	*out = found.inode;
	inode_unref(found.dir);
	return 0;
}

static struct dirent_link *dir_entry_of(struct inode *parent,
					struct inode *child)
{
	struct list *pos;

	list_each(pos, &parent->dir.all) {
		struct dirent_link *e =
			list_entry(pos, struct dirent_link, all);
		if (e->inode == child)
			return e;
	}
	return NULL;
}

int path_of_dir(struct inode *dir, struct inode *root, char *buffer,
		unsigned size)
{
	char *end = buffer + size, *at = end;

	*--at = 0;
	while (dir != root) {
		struct dirent_link *e;
		struct inode *parent;

		if (dir == dir->fs->root && dir->fs->covered) {
			dir = dir->fs->covered;
			continue;
		}
		parent = dir->dir.parent;
		if (parent == dir)
			break;
		e = parent ? dir_entry_of(parent, dir) : NULL;
		if (!e)
			return -ENOENT;
		if (at - buffer < e->length + 1)
			return -ERANGE;
		at -= e->length;
		memcpy(at, e->name, e->length);
		*--at = '/';
		dir = parent;
	}
	if (!*at) {
		if (at == buffer)
			return -ERANGE;
		*--at = '/';
	}
	memmove(buffer, at, (size_t)(end - at));
	return (int)(end - at);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a process stands: current directory, root, umask. */
#include <errno.h>
#include <fcntl.h>
#include "dispatch.h"
#include "file.h"
#include "path.h"
#include "proc.h"

/* Consumes i. */
static int64_t place_set(struct proc *p, struct inode **place,
			 struct inode *i)
{
	int error = S_ISDIR(i->mode) ? inode_access(&p->cred, i, 1)
				     : -ENOTDIR;

	if (error) {
		inode_unref(i);
		return error;
	}
	inode_unref(*place);
	*place = i;
	return 0;
}

static int64_t place_find(struct call *c, struct inode **out)
{
	const char *name = call_path(c, 0);

	if (!name)
		return -ENAMETOOLONG;
	return path_inode(c->lwp->proc, AT_FDCWD, name, PATH_FOLLOW, out);
}

int64_t op_chdir(struct call *c)
{
	struct inode *i;
	int64_t error = place_find(c, &i);

	return error ? error
		     : place_set(c->lwp->proc, &c->lwp->proc->cwd, i);
}

int64_t op_fchdir(struct call *c)
{
	struct file *f = fdt_file(c->lwp->proc, (int)c->words[0]);

	if (!f)
		return -EBADF;
	inode_ref(f->inode);
	return place_set(c->lwp->proc, &c->lwp->proc->cwd, f->inode);
}

int64_t op_chroot(struct call *c)
{
	struct inode *i;
	int64_t error = place_find(c, &i);

	if (error)
		return error;
	if (!cred_is_root(&c->lwp->proc->cred)) {
		inode_unref(i);
		return -EPERM;
	}
	return place_set(c->lwp->proc, &c->lwp->proc->root, i);
}

int64_t op_getcwd(struct call *c)
{
	struct proc *p = c->lwp->proc;
	uint64_t size = c->words[0];
	int length;

	if (size > UX_PATH_MAX)
		size = UX_PATH_MAX;
	if (!size)
		return -ERANGE;
	length = path_of_dir(p->cwd, p->root, (char *)c->out, (unsigned)size);
	if (length > 0)
		c->out_length = (uint32_t)length;
	return length;
}

int64_t op_umask(struct call *c)
{
	uint32_t old = c->lwp->proc->umask;

	c->lwp->proc->umask = (uint32_t)c->words[0] & 0777;
	return old;
}

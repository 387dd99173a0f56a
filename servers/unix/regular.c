/* SPDX-License-Identifier: BSD-2-Clause */
/* Open regular files, directories and path-only handles; opening by inode. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "inode.h"
#include "machine.h"
#include "proc.h"
#include "sig.h"

static int64_t regular_read(struct call *c, struct file *f, uint64_t count,
			    int64_t offset)
{
	int64_t at = offset < 0 ? f->offset : offset;
	int64_t got;

	if (S_ISDIR(f->inode->mode))
		return -EISDIR;
	got = data_read(f->inode, c->out, count, (uint64_t)at);
	if (got < 0)
		return got;
	c->out_length = (uint32_t)got;
	if (offset < 0)
		f->offset += got;
	if (got)
		f->inode->atime = time_now();
	return got;
}

/* How much may be written at `at` under RLIMIT_FSIZE; -EFBIG with SIGXFSZ. */
static int64_t regular_limit(struct call *c, uint64_t at, uint64_t count)
{
	uint64_t limit = c->lwp->proc->limits[RLIMIT_FSIZE].rlim_cur;

	if (at + count <= limit)
		return (int64_t)count;
	if (at >= limit) {
		sig_send_thread(c->lwp, SIGXFSZ, NULL);
		return -EFBIG;
	}
	return (int64_t)(limit - at);
}

static int64_t regular_write(struct call *c, struct file *f,
			     const uint8_t *data, uint64_t count,
			     int64_t offset)
{
	int64_t at = offset < 0 ? f->offset : offset;
	int64_t put;

	if (f->flags & O_APPEND)
		at = (int64_t)f->inode->size;
	if (!count)
		return 0;
	put = regular_limit(c, (uint64_t)at, count);
	if (put < 0)
		return put;
	put = data_write(f->inode, data, (uint64_t)put, (uint64_t)at);
	if (put < 0)
		return put;
	if (offset < 0)
		f->offset = at + put;
	f->inode->mtime = f->inode->ctime = time_now();
	if (c->lwp->proc->cred.euid)
		f->inode->mode &= ~(uint32_t)S_ISUID;
	return put;
}

static int regular_poll(struct call *c, struct file *f)
{
	(void)c;
	(void)f;
	return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
}

static int64_t regular_seek(struct file *f, int64_t offset, int whence)
{
	int64_t size = (int64_t)f->inode->size;

	if (whence == SEEK_DATA || whence == SEEK_HOLE) {
		if (offset < 0 || offset >= size)
			return -ENXIO;
		return f->offset = whence == SEEK_DATA ? offset : size;
	}
	return file_seek_size(f, offset, whence, size);
}

const struct file_ops regular_ops = {
	.read = regular_read,
	.write = regular_write,
	.poll = regular_poll,
	.seek = regular_seek,
};

static int64_t dir_read(struct call *c, struct file *f, uint64_t count,
			int64_t offset)
{
	(void)c;
	(void)f;
	(void)count;
	(void)offset;
	return -EISDIR;
}

static int64_t dir_seek(struct file *f, int64_t offset, int whence)
{
	return file_seek_size(f, offset, whence, INT32_MAX);
}

static const struct file_ops directory_ops = {
	.read = dir_read,
	.poll = regular_poll,
	.seek = dir_seek,
};

static const struct file_ops path_only_ops;

static int open_want(int flags)
{
	static const int want[] = {4, 2, 6, 6};
	int need = want[flags & O_ACCMODE];

	return (flags & O_TRUNC) ? need | 2 : need;
}

/* What may be opened how, before anything changes. */
static int open_check(struct proc *p, struct inode *i, int flags)
{
	int error;

	if ((flags & O_DIRECTORY) && !S_ISDIR(i->mode))
		return -ENOTDIR;
	if (S_ISLNK(i->mode) && !(flags & O_PATH))
		return -ELOOP;
	if (flags & O_PATH)
		return 0;
	if (S_ISDIR(i->mode) && (open_want(flags) & 2))
		return -EISDIR;
	error = inode_access(&p->cred, i, open_want(flags));
	if (error)
		return error;
	if (S_ISREG(i->mode) && (open_want(flags) & 2) && i->executing)
		return -ETXTBSY;
	if ((flags & O_NOATIME) && p->cred.fsuid &&
	    p->cred.fsuid != i->uid)
		return -EPERM;
	return S_ISSOCK(i->mode) ? -ENXIO : 0;
}

static int64_t open_by_kind(struct call *c, struct inode *i, struct file *f)
{
	if (f->flags & O_PATH) {
		f->ops = &path_only_ops;
		return 0;
	}
	if (i->ops && i->ops->open)
		return i->ops->open(i, f);
	if (S_ISDIR(i->mode)) {
		f->ops = &directory_ops;
		return 0;
	}
	if (S_ISFIFO(i->mode))
		return fifo_open(c, i, f);
	if (S_ISCHR(i->mode) || S_ISBLK(i->mode))
		return device_open(c, i, f);
	f->ops = &regular_ops;
	if (file_writable(f))
		i->writers++;
	if ((f->flags & O_TRUNC) && i->size) {
		data_truncate(i, 0);
		i->mtime = i->ctime = time_now();
	}
	return 0;
}

int64_t file_open_inode(struct call *c, struct proc *p, struct inode *i,
			int flags, struct file **out)
{
	int64_t error = open_check(p, i, flags);
	struct file *f;

	if (error)
		return error;
	f = file_create(NULL, flags & ~(O_CREAT | O_EXCL | O_NOCTTY |
					O_TRUNC | O_CLOEXEC));
	if (!f)
		return -ENFILE;
	f->flags |= flags & (O_TRUNC | O_NOCTTY);
	inode_ref(i);
	error = open_by_kind(c, i, f);
	f->flags &= ~(O_TRUNC | O_NOCTTY);
	if (error && error != CALL_PARK) {
		file_free(f);
		inode_unref(i);
		return error;
	}
	f->inode = i;
	*out = f;
	return error;
}

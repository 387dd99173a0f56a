/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations on descriptors: read, write, seek, dup, fcntl, getdents. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "dispatch.h"
#include "file.h"
#include "inode.h"
#include "proc.h"

struct file *call_file(struct call *c)
{
	return c->held ? c->held
		       : fdt_file(c->lwp->proc, (int)c->words[0]);
}

int64_t call_keep(struct call *c, struct file *f, int64_t result)
{
	if (result == CALL_PARK && !c->held) {
		file_ref(f);
		c->held = f;
	}
	return result;
}

int64_t op_read(struct call *c)
{
	struct file *f = call_file(c);

	return f ? call_keep(c, f, file_read(c, f, c->words[1], -1)) : -EBADF;
}

int64_t op_pread(struct call *c)
{
	struct file *f = call_file(c);

	if (!f)
		return -EBADF;
	if ((int64_t)c->words[2] < 0)
		return -EINVAL;
	if (!f->ops->seek)
		return -ESPIPE;
	return file_read(c, f, c->words[1], (int64_t)c->words[2]);
}

static int64_t write_common(struct call *c, int64_t offset)
{
	struct file *f = call_file(c);
	const uint8_t *data = call_take(c, c->words[1]);

	if (!f || !file_writable(f))
		return -EBADF;
	if (!data || !f->ops->write)
		return -EINVAL;
	return call_keep(c, f,
			 f->ops->write(c, f, data, c->words[1], offset));
}

int64_t op_write(struct call *c)
{
	return write_common(c, -1);
}

int64_t op_pwrite(struct call *c)
{
	struct file *f = call_file(c);

	if (f && !f->ops->seek)
		return -ESPIPE;
	if ((int64_t)c->words[2] < 0)
		return -EINVAL;
	return write_common(c, (int64_t)c->words[2]);
}

int64_t op_close(struct call *c)
{
	return fdt_close(c->lwp->proc, (int)c->words[0]);
}

int64_t op_lseek(struct call *c)
{
	struct file *f = call_file(c);

	if (!f)
		return -EBADF;
	if (!f->ops->seek)
		return -ESPIPE;
	return f->ops->seek(f, (int64_t)c->words[1], (int)c->words[2]);
}

int64_t op_dup(struct call *c)
{
	struct file *f = call_file(c);

	if (!f)
		return -EBADF;
	file_ref(f);
	return fdt_insert(c->lwp->proc, f, 0, false);
}

int64_t op_dup3(struct call *c)
{
	struct proc *p = c->lwp->proc;
	struct file *f = call_file(c);
	int to = (int)c->words[1];

	if (!f)
		return -EBADF;
	if ((int)c->words[0] == to)
		return c->words[3] ? to : -EINVAL;
	if (c->words[2] & ~(uint64_t)O_CLOEXEC)
		return -EINVAL;
	if (to < 0 || (rlim_t)to >= p->limits[RLIMIT_NOFILE].rlim_cur ||
	    to >= FD_MAX)
		return -EBADF;
	file_ref(f);
	fdt_close(p, to);
	return fdt_insert(p, f, to, c->words[2] & O_CLOEXEC);
}

static int64_t fcntl_dup(struct proc *p, struct file *f, uint64_t from,
			 bool cloexec)
{
	if (from >= p->limits[RLIMIT_NOFILE].rlim_cur || from >= FD_MAX)
		return -EINVAL;
	file_ref(f);
	return fdt_insert(p, f, (int)from, cloexec);
}

int64_t lock_fcntl(struct call *c, struct file *f, int command);

int64_t op_fcntl(struct call *c)
{
	const int settable = O_APPEND | O_NONBLOCK | O_ASYNC | O_NOATIME;
	struct proc *p = c->lwp->proc;
	struct file *f = call_file(c);
	struct fd *slot;

	if (!f)
		return -EBADF;
	slot = &p->fdt.slots[(int)c->words[0]]; /* as call_file looked */
	switch ((int)c->words[1]) {
	case F_DUPFD:
		return fcntl_dup(p, f, c->words[2], false);
	case F_DUPFD_CLOEXEC:
		return fcntl_dup(p, f, c->words[2], true);
	case F_GETFD:
		return slot->cloexec ? FD_CLOEXEC : 0;
	case F_SETFD:
		slot->cloexec = c->words[2] & FD_CLOEXEC;
		return 0;
	case F_GETFL:
		return f->flags | 0100000; /* O_LARGEFILE, always */
	case F_SETFL:
		f->flags &= ~settable;
		f->flags |= (int)c->words[2] & settable;
		return 0;
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
		return call_keep(c, f, lock_fcntl(c, f, (int)c->words[1]));
	case F_SETOWN:
		return 0;
	case F_GETOWN:
		return 0;
	case F_SETPIPE_SZ:
	case F_GETPIPE_SZ:
		return 65536;
	default:
		return -EINVAL;
	}
}

int64_t op_ioctl(struct call *c)
{
	struct file *f = call_file(c);

	if (!f || (f->flags & O_PATH))
		return -EBADF;
	switch ((uint32_t)c->words[1]) {
	case FIOCLEX:
	case FIONCLEX:
		c->lwp->proc->fdt.slots[(int)c->words[0]].cloexec =
			(uint32_t)c->words[1] == FIOCLEX;
		return 0;
	case FIONBIO: {
		const int *on = call_take(c, sizeof(*on));
		if (!on)
			return -EFAULT;
		f->flags = *on ? f->flags | O_NONBLOCK
			       : f->flags & ~O_NONBLOCK;
		return 0;
	}
	default:
		if (!f->ops->ioctl)
			return -ENOTTY;
		return call_keep(c, f,
				 f->ops->ioctl(c, f, (uint32_t)c->words[1],
					       c->words[2]));
	}
}

int64_t op_fstat(struct call *c)
{
	struct file *f = call_file(c);
	struct stat st;

	if (!f)
		return -EBADF;
	inode_stat(f->inode, &st);
	call_put(c, &st, sizeof(st));
	return 0;
}

/* Appends one linux_dirent64; false when it does not fit. */
static bool dents_put(struct call *c, const struct dir_item *item,
		      uint64_t limit)
{
	struct {
		uint64_t number, next;
		uint16_t size;
		uint8_t type;
	} __attribute__((packed)) head = {
		.number = item->number,
		.next = item->cookie,
		.type = (uint8_t)(item->mode >> 12),
	};
	static const char zeros[8];
	size_t size = (sizeof(head) + item->length + 1 + 7) & ~7ul;

	if (c->out_length + size > limit)
		return false;
	head.size = (uint16_t)size;
	call_put(c, &head, sizeof(head));
	call_put(c, item->name, item->length);
	call_put(c, zeros, size - sizeof(head) - item->length);
	return true;
}

int64_t op_getdents(struct call *c)
{
	struct file *f = call_file(c);
	uint64_t limit = c->words[1];
	struct dir_item item;

	if (!f)
		return -EBADF;
	if (!S_ISDIR(f->inode->mode))
		return -ENOTDIR;
	if (limit > UX_DATA_MAX)
		limit = UX_DATA_MAX;
	while (dir_next(f->inode, (uint64_t)f->offset, &item)) {
		if (!dents_put(c, &item, limit))
			return c->out_length ? (int64_t)c->out_length : -EINVAL;
		f->offset = (int64_t)item.cookie;
	}
	f->inode->atime = time_now();
	return c->out_length;
}

int64_t op_ftruncate(struct call *c)
{
	struct file *f = call_file(c);
	int error;

	if (!f)
		return -EBADF;
	if (!file_writable(f) || !S_ISREG(f->inode->mode) ||
	    f->ops != &regular_ops)
		return -EINVAL;
	if ((int64_t)c->words[1] < 0)
		return -EINVAL;
	if (c->words[1] > c->lwp->proc->limits[RLIMIT_FSIZE].rlim_cur)
		return -EFBIG;
	error = data_truncate(f->inode, c->words[1]);
	if (!error)
		f->inode->mtime = f->inode->ctime = time_now();
	return error;
}

int64_t op_fallocate(struct call *c)
{
	struct file *f = call_file(c);
	uint64_t end;
	int error;

	if (!f || !file_writable(f))
		return -EBADF;
	if (f->ops != &regular_ops)
		return -ENODEV;
	if (c->words[1] & ~1ull) /* only FALLOC_FL_KEEP_SIZE */
		return -EOPNOTSUPP;
	if (__builtin_add_overflow(c->words[2], c->words[3], &end) ||
	    (int64_t)c->words[2] < 0 || (int64_t)c->words[3] <= 0)
		return -EINVAL;
	error = data_reserve(f->inode, end);
	if (!error && !c->words[1] && end > f->inode->size)
		f->inode->size = end;
	return error;
}

int64_t op_fsync(struct call *c)
{
	struct file *f = call_file(c);

	if (!f)
		return -EBADF;
	return f->ops == &regular_ops || S_ISDIR(f->inode->mode) ? 0 : -EINVAL;
}

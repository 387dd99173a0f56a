/* SPDX-License-Identifier: BSD-2-Clause */
/* Open files and descriptor tables; see file.h. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "inode.h"
#include "proc.h"
#include "user.h"

struct file *file_create(const struct file_ops *ops, int flags)
{
	struct file *f = calloc(1, sizeof(*f));

	if (!f || !user_take(USER_FILES, &f->user)) {
		free(f);
		return NULL;
	}
	f->refs = 1;
	f->ops = ops;
	f->flags = flags;
	return f;
}

void file_free(struct file *f)
{
	user_give(USER_FILES, f->user);
	free(f);
}

void file_ref(struct file *f)
{
	f->refs++;
}

void file_unref(struct file *f)
{
	if (--f->refs)
		return;
	if (f->ops && f->ops->release)
		f->ops->release(f);
	if (f->inode) {
		locks_release(f->inode, f);
		if (S_ISREG(f->inode->mode) && file_writable(f) &&
		    f->inode->writers)
			f->inode->writers--;
		inode_unref(f->inode);
	}
	free(f->path);
	file_free(f);
}

bool file_readable(const struct file *f)
{
	return (f->flags & O_ACCMODE) != O_WRONLY && !(f->flags & O_PATH);
}

bool file_writable(const struct file *f)
{
	return (f->flags & O_ACCMODE) != O_RDONLY && !(f->flags & O_PATH);
}

struct file *fdt_file(struct proc *p, int fd)
{
	if (fd < 0 || fd >= p->fdt.size)
		return NULL;
	return p->fdt.slots[fd].file;
}

static int fdt_grow(struct fdt *t, int need)
{
	int size = t->size ? t->size : 16;
	struct fd *slots;

	while (size < need)
		size *= 2;
	if (size == t->size)
		return 0;
	slots = realloc(t->slots, (size_t)size * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	memset(slots + t->size, 0, (size_t)(size - t->size) * sizeof(*slots));
	t->slots = slots;
	t->size = size;
	return 0;
}

static int fdt_limit(struct proc *p)
{
	rlim_t limit = p->limits[RLIMIT_NOFILE].rlim_cur;

	return limit < FD_MAX ? (int)limit : FD_MAX;
}

int fdt_insert(struct proc *p, struct file *f, int from, bool cloexec)
{
	int fd = from, error;

	while (fdt_file(p, fd))
		fd++;
	error = fd >= fdt_limit(p) ? -EMFILE : fdt_grow(&p->fdt, fd + 1);
	if (error) {
		file_unref(f);
		return error;
	}
	p->fdt.slots[fd] = (struct fd){f, cloexec};
	return fd;
}

int fdt_close(struct proc *p, int fd)
{
	struct file *f = fdt_file(p, fd);

	if (!f)
		return -EBADF;
	p->fdt.slots[fd].file = NULL;
	if (f->inode)
		locks_release(f->inode, p);
	file_unref(f);
	return 0;
}

int fdt_copy(struct proc *from, struct proc *to)
{
	int error = fdt_grow(&to->fdt, from->fdt.size);

	if (error)
		return error;
	for (int fd = 0; fd < from->fdt.size; fd++) {
		to->fdt.slots[fd] = from->fdt.slots[fd];
		if (to->fdt.slots[fd].file)
			file_ref(to->fdt.slots[fd].file);
	}
	return 0;
}

void fdt_close_on_exec(struct proc *p)
{
	for (int fd = 0; fd < p->fdt.size; fd++)
		if (p->fdt.slots[fd].file && p->fdt.slots[fd].cloexec)
			fdt_close(p, fd);
}

void fdt_destroy(struct proc *p)
{
	for (int fd = 0; fd < p->fdt.size; fd++)
		if (p->fdt.slots[fd].file)
			fdt_close(p, fd);
	free(p->fdt.slots);
	p->fdt = (struct fdt){0};
}

int64_t file_read(struct call *c, struct file *f, uint64_t count,
		  int64_t offset)
{
	if (!file_readable(f))
		return -EBADF;
	if (!f->ops->read)
		return -EINVAL;
	if (count > UX_DATA_MAX)
		count = UX_DATA_MAX;
	return f->ops->read(c, f, count, offset);
}

int64_t file_read_text(struct call *c, struct file *f, const char *text,
		       uint64_t length, uint64_t count, int64_t offset)
{
	uint64_t at = (uint64_t)(offset < 0 ? f->offset : offset);

	if (at >= length)
		return 0;
	if (count > length - at)
		count = length - at;
	call_put(c, text + at, count);
	if (offset < 0)
		f->offset += (int64_t)count;
	return (int64_t)count;
}

int64_t file_seek_size(struct file *f, int64_t offset, int whence,
		       int64_t size)
{
	int64_t base = 0;

	if (whence == SEEK_CUR)
		base = f->offset;
	else if (whence == SEEK_END)
		base = size;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (__builtin_add_overflow(base, offset, &offset))
		return -EOVERFLOW;
	if (offset < 0)
		return -EINVAL;
	f->offset = offset;
	return offset;
}

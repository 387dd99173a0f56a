/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of /dev. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include "file.h"
#include "inode.h"
#include "machine.h"
#include "misc.h"
#include "proc.h"
#include "tty.h"

static int64_t null_read(struct call *c, struct file *f, uint64_t count,
			 int64_t offset)
{
	(void)c;
	(void)f;
	(void)count;
	(void)offset;
	return 0;
}

static int64_t null_write(struct call *c, struct file *f, const uint8_t *data,
			  uint64_t count, int64_t offset)
{
	(void)c;
	(void)f;
	(void)data;
	(void)offset;
	return (int64_t)count;
}

static int64_t full_write(struct call *c, struct file *f, const uint8_t *data,
			  uint64_t count, int64_t offset)
{
	(void)c;
	(void)f;
	(void)data;
	(void)count;
	(void)offset;
	return -ENOSPC;
}

static int64_t zero_read(struct call *c, struct file *f, uint64_t count,
			 int64_t offset)
{
	(void)f;
	(void)offset;
	memset(c->out, 0, count);
	c->out_length = (uint32_t)count;
	return (int64_t)count;
}

static int64_t random_read(struct call *c, struct file *f, uint64_t count,
			   int64_t offset)
{
	(void)f;
	(void)offset;
	machine_random(c->out, count);
	c->out_length = (uint32_t)count;
	return (int64_t)count;
}

static int64_t kmsg_write(struct call *c, struct file *f, const uint8_t *data,
			  uint64_t count, int64_t offset)
{
	(void)c;
	(void)f;
	(void)offset;
	machine_log("%.*s", (int)count, (const char *)data);
	return (int64_t)count;
}

static int always_poll(struct call *c, struct file *f)
{
	(void)c;
	(void)f;
	return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
}

static int64_t null_seek(struct file *f, int64_t offset, int whence)
{
	(void)offset;
	(void)whence;
	return f->offset = 0;
}

#define DEVICE(name, reader, writer)                                           \
	static const struct file_ops name##_ops = {                            \
		.read = reader,                                                \
		.write = writer,                                               \
		.poll = always_poll,                                           \
		.seek = null_seek,                                             \
	}

DEVICE(null, null_read, null_write);
DEVICE(zero, zero_read, null_write);
DEVICE(full, zero_read, full_write);
DEVICE(random, random_read, null_write);
DEVICE(kmsg, null_read, kmsg_write);

static int tty_open(struct call *c, struct file *f)
{
	struct proc *p = c->lwp->proc;

	f->ops = &tty_ops;
	f->object = &tty_console;
	if (!(f->flags & O_NOCTTY))
		tty_adopt(&tty_console, p);
	return 0;
}

static int device_open_tty(struct call *c, struct file *f)
{
	struct tty *t = proc_tty(c->lwp->proc);

	if (!t)
		return -ENXIO;
	f->ops = &tty_ops;
	f->object = t;
	return 0;
}

static const struct device {
	const char *name;
	unsigned major, minor;
	uint32_t mode;
	const struct file_ops *ops;
	int (*open)(struct call *c, struct file *f);
} devices[] = {
	{"null", 1, 3, 0666, &null_ops, NULL},
	{"zero", 1, 5, 0666, &zero_ops, NULL},
	{"full", 1, 7, 0666, &full_ops, NULL},
	{"random", 1, 8, 0666, &random_ops, NULL},
	{"urandom", 1, 9, 0666, &random_ops, NULL},
	{"kmsg", 1, 11, 0644, &kmsg_ops, NULL},
	{"tty", 5, 0, 0666, NULL, device_open_tty},
	{"console", 5, 1, 0600, NULL, tty_open},
	{"tty1", 4, 1, 0620, NULL, tty_open},
};
#define DEVICES (sizeof(devices) / sizeof(devices[0]))

int device_open(struct call *c, struct inode *i, struct file *f)
{
	for (unsigned n = 0; n < DEVICES && S_ISCHR(i->mode); n++) {
		const struct device *d = &devices[n];
		if (i->rdev != makedev(d->major, d->minor))
			continue;
		if (d->open)
			return d->open(c, f);
		f->ops = d->ops;
		return 0;
	}
	return -ENXIO;
}

static int device_create(struct inode *dev, const struct device *d)
{
	struct inode *i = inode_create(dev->fs, S_IFCHR | d->mode);
	int error;

	if (!i)
		return -ENOMEM;
	i->rdev = makedev(d->major, d->minor);
	error = tree_insert(dev, d->name, i);
	inode_unref(i);
	return error;
}

static int device_link(struct inode *dev, const char *name,
		       const char *target)
{
	struct inode *i = inode_create(dev->fs, S_IFLNK | 0777);
	int error;

	if (!i)
		return -ENOMEM;
	i->target = strdup(target);
	i->size = strlen(target);
	error = tree_insert(dev, name, i);
	inode_unref(i);
	return error;
}

int devices_create(struct inode *dev)
{
	int error = 0;

	for (unsigned n = 0; n < DEVICES && !error; n++)
		error = device_create(dev, &devices[n]);
	if (!error)
		error = device_link(dev, "fd", "/proc/self/fd");
	if (!error)
		error = device_link(dev, "stdin", "/proc/self/fd/0");
	if (!error)
		error = device_link(dev, "stdout", "/proc/self/fd/1");
	if (!error)
		error = device_link(dev, "stderr", "/proc/self/fd/2");
	return error;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes and FIFOs: one ring of bytes, counted ends, two wait queues. A pipe
 * made by pipe2 has an inode of its own without a name; a FIFO's ring lives
 * while someone has it open.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "dispatch.h"
#include "file.h"
#include "inode.h"
#include "pipe.h"
#include "proc.h"
#include "sig.h"
#include "user.h"

#define PIPE_SIZE 65536u

struct pipe {
	uint8_t *ring;
	unsigned start, used;
	unsigned readers, writers;
	uint64_t reads_opened, writes_opened; /* ever */
	struct waitq readable, writable;
	struct inode *inode; /* borrowed: the ends hold it */
	uint32_t user;       /* whose share it counts to */
	/* The server itself has the other end: called after every change. */
	void (*changed)(struct pipe *p, void *owner);
	void *owner;
};

static struct fs pipe_fs;

static struct pipe *pipe_create(struct inode *i)
{
	struct pipe *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->ring = malloc(PIPE_SIZE);
	if (!p->ring || !user_take(USER_PIPES, &p->user)) {
		free(p->ring);
		free(p);
		return NULL;
	}
	waitq_init(&p->readable);
	waitq_init(&p->writable);
	p->inode = i;
	i->pipe = p;
	return p;
}

static void pipe_free(struct pipe *p)
{
	user_give(USER_PIPES, p->user);
	free(p->ring);
	free(p);
}

static unsigned ring_take(struct pipe *p, uint8_t *to, uint64_t count)
{
	unsigned n = count < p->used ? (unsigned)count : p->used;
	unsigned first = PIPE_SIZE - p->start;

	if (first > n)
		first = n;
	memcpy(to, p->ring + p->start, first);
	memcpy(to + first, p->ring, n - first);
	p->start = (p->start + n) % PIPE_SIZE;
	p->used -= n;
	return n;
}

static unsigned ring_put(struct pipe *p, const uint8_t *from, uint64_t count)
{
	unsigned room = PIPE_SIZE - p->used;
	unsigned n = count < room ? (unsigned)count : room;
	unsigned end = (p->start + p->used) % PIPE_SIZE;
	unsigned first = PIPE_SIZE - end;

	if (first > n)
		first = n;
	memcpy(p->ring + end, from, first);
	memcpy(p->ring, from + first, n - first);
	p->used += n;
	return n;
}

static void pipe_tell(struct pipe *p)
{
	if (p->changed)
		p->changed(p, p->owner);
}

static int64_t pipe_park(struct call *c, struct waitq *q)
{
	int error = call_wait_on(c, q);

	return error ? error : CALL_PARK;
}

static int64_t pipe_read(struct call *c, struct file *f, uint64_t count,
			 int64_t offset)
{
	struct pipe *p = f->object;

	(void)offset;
	if (!count)
		return 0;
	if (p->used) {
		c->out_length = ring_take(p, c->out, count);
		waitq_wake(&p->writable);
		pipe_tell(p);
		return c->out_length;
	}
	if (!p->writers)
		return 0;
	if (f->flags & O_NONBLOCK)
		return -EAGAIN;
	return pipe_park(c, &p->readable);
}

/* c->progress: bytes written by earlier runs. */
static int64_t pipe_write(struct call *c, struct file *f, const uint8_t *data,
			  uint64_t count, int64_t offset)
{
	struct pipe *p = f->object;
	uint64_t left = count - (uint64_t)c->progress;
	unsigned room = PIPE_SIZE - p->used;

	(void)offset;
	if (!count)
		return 0;
	if (!p->readers) {
		sig_send_thread(c->lwp, SIGPIPE, NULL);
		return c->progress ? c->progress : -EPIPE;
	}
	if (room && (count > PIPE_BUF || left <= room)) {
		c->progress += ring_put(p, data + c->progress, left);
		c->partial = c->progress;
		waitq_wake(&p->readable);
		pipe_tell(p);
	}
	if ((uint64_t)c->progress == count)
		return (int64_t)count;
	if (f->flags & O_NONBLOCK)
		return c->progress ? c->progress : -EAGAIN;
	return pipe_park(c, &p->writable);
}

static int pipe_poll(struct call *c, struct file *f)
{
	struct pipe *p = f->object;
	int events = 0;

	if (file_readable(f)) {
		if (p->used)
			events |= POLLIN | POLLRDNORM;
		if (!p->writers && p->writes_opened)
			events |= POLLHUP;
		if (c)
			call_wait_on(c, &p->readable);
	}
	if (file_writable(f)) {
		if (PIPE_SIZE - p->used >= PIPE_BUF)
			events |= POLLOUT | POLLWRNORM;
		if (!p->readers)
			events |= POLLERR;
		if (c)
			call_wait_on(c, &p->writable);
	}
	return events;
}

static int64_t pipe_ioctl(struct call *c, struct file *f, uint32_t command,
			  uint64_t argument)
{
	struct pipe *p = f->object;
	int used = (int)p->used;

	(void)argument;
	if (command != FIONREAD)
		return -ENOTTY;
	call_put(c, &used, sizeof(used));
	return 0;
}

static void pipe_count(struct pipe *p, struct file *f, int change)
{
	if (file_readable(f))
		p->readers += (unsigned)change;
	if (file_writable(f))
		p->writers += (unsigned)change;
	if (change > 0 && file_readable(f))
		p->reads_opened++;
	if (change > 0 && file_writable(f))
		p->writes_opened++;
	waitq_wake(&p->readable);
	waitq_wake(&p->writable);
}

static void pipe_release(struct file *f)
{
	struct pipe *p = f->object;

	pipe_count(p, f, -1);
	if (p->readers || p->writers) {
		if (p->changed && p->inode->refs == 1)
			p->inode = NULL; /* the server's end outlives it */
		pipe_tell(p);
		return;
	}
	if (p->inode)
		p->inode->pipe = NULL;
	pipe_free(p);
}

static const struct file_ops pipe_ops = {
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.release = pipe_release,
};

/* Words: progress is the other side's open count when we came. */
int64_t fifo_wait(struct call *c, struct file *f)
{
	struct pipe *p = f->object;
	bool reader = !file_writable(f);
	uint64_t opened = reader ? p->writes_opened : p->reads_opened;
	unsigned there = reader ? p->writers : p->readers;

	if (there || opened != (uint64_t)c->progress)
		return 0;
	return pipe_park(c, reader ? &p->readable : &p->writable);
}

int64_t fifo_open(struct call *c, struct inode *i, struct file *f)
{
	struct pipe *p = i->pipe ? i->pipe : pipe_create(i);
	bool both = file_readable(f) && file_writable(f);

	if (!p)
		return -ENOMEM;
	if (!both && file_writable(f) && !p->readers &&
	    (f->flags & O_NONBLOCK)) {
		if (!p->writers) {
			i->pipe = NULL;
			pipe_free(p);
		}
		return -ENXIO;
	}
	f->ops = &pipe_ops;
	f->object = p;
	c->progress = (int64_t)(file_writable(f) ? p->reads_opened
						 : p->writes_opened);
	pipe_count(p, f, 1);
	/* A pipe opened again by /proc/N/fd waits for nobody. */
	if (both || (f->flags & O_NONBLOCK) || i->fs == &pipe_fs)
		return 0;
	return fifo_wait(c, f);
}

static struct file *pipe_end(struct inode *i, int flags)
{
	struct file *f = file_create(&pipe_ops, flags);

	if (!f)
		return NULL;
	f->object = i->pipe;
	f->inode = i;
	inode_ref(i);
	pipe_count(i->pipe, f, 1);
	return f;
}

static struct inode *pipe_inode(void)
{
	struct inode *i;

	if (!pipe_fs.device)
		fs_init(&pipe_fs, "pipefs", 0x50495045);
	i = inode_create(&pipe_fs, S_IFIFO | 0600);
	if (i && !pipe_create(i)) {
		inode_unref(i);
		return NULL;
	}
	return i;
}

struct pipe *pipe_server_create(bool server_writes,
				void (*changed)(struct pipe *, void *),
				void *owner, struct file **user)
{
	struct inode *i = pipe_inode();
	struct pipe *p;

	if (!i)
		return NULL;
	p = i->pipe;
	*user = pipe_end(i, server_writes ? O_RDONLY : O_WRONLY);
	inode_unref(i);
	if (!*user)
		return NULL;
	p->changed = changed;
	p->owner = owner;
	if (server_writes)
		p->writers++, p->writes_opened++;
	else
		p->readers++, p->reads_opened++;
	return p;
}

unsigned pipe_server_put(struct pipe *p, const uint8_t *bytes, unsigned count)
{
	unsigned n = ring_put(p, bytes, count);

	waitq_wake(&p->readable);
	return n;
}

unsigned pipe_server_take(struct pipe *p, uint8_t *bytes, unsigned max)
{
	unsigned n = ring_take(p, bytes, max);

	if (n)
		waitq_wake(&p->writable);
	return n;
}

unsigned pipe_used(const struct pipe *p)
{
	return p->used;
}

unsigned pipe_users(const struct pipe *p, bool server_writes)
{
	return server_writes ? p->readers : p->writers;
}

void pipe_server_close(struct pipe *p, bool server_writes)
{
	unsigned *mine = server_writes ? &p->writers : &p->readers;

	p->changed = NULL;
	(*mine)--;
	waitq_wake(&p->readable);
	waitq_wake(&p->writable);
	if (p->readers || p->writers)
		return;
	if (p->inode)
		p->inode->pipe = NULL;
	pipe_free(p);
}

static int pipe_install(struct proc *p, struct file *end[2], bool cloexec,
			int fds[2])
{
	fds[0] = fdt_insert(p, end[0], 0, cloexec);
	if (fds[0] < 0) {
		file_unref(end[1]);
		return fds[0];
	}
	fds[1] = fdt_insert(p, end[1], 0, cloexec);
	if (fds[1] < 0) {
		fdt_close(p, fds[0]);
		return fds[1];
	}
	return 0;
}

int64_t op_pipe2(struct call *c)
{
	struct proc *p = c->lwp->proc;
	int flags = (int)c->words[0], fds[2], error;
	struct file *end[2];
	struct inode *i;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	i = pipe_inode();
	if (!i)
		return -ENFILE;
	i->uid = p->cred.fsuid;
	i->gid = p->cred.fsgid;
	end[0] = pipe_end(i, O_RDONLY | (flags & O_NONBLOCK));
	end[1] = pipe_end(i, O_WRONLY | (flags & O_NONBLOCK));
	inode_unref(i);
	if (!end[0] || !end[1]) {
		if (end[0])
			file_unref(end[0]);
		if (end[1])
			file_unref(end[1]);
		return -ENFILE;
	}
	error = pipe_install(p, end, flags & O_CLOEXEC, fds);
	if (!error)
		call_put(c, fds, sizeof(fds));
	return error;
}

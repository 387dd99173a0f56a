/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Advisory locks. flock locks belong to an open file, fcntl locks to a process;
 * both are ranges on an inode with an owner, and only locks of the same sort
 * conflict. A process's fcntl locks go when it closes any descriptor of the
 * file, as POSIX has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include "dispatch.h"
#include "file.h"
#include "inode.h"
#include "proc.h"
#include "user.h"

struct lock {
	struct list all;
	const void *owner;
	bool flock, exclusive;
	int pid;
	uint32_t user; /* whose share it counts to */
	int64_t start, end; /* end excluded */
};

static struct waitq lock_waiters;

static struct lock *lock_create(void)
{
	struct lock *l = malloc(sizeof(*l));

	if (l && user_take(USER_LOCKS, &l->user))
		return l;
	free(l);
	return NULL;
}

/* A new lock becomes what l says. */
static void lock_fill(struct lock *new, const struct lock *l)
{
	uint32_t user = new->user;

	*new = *l;
	new->user = user;
}

static void lock_free(struct lock *l)
{
	user_give(USER_LOCKS, l->user);
	free(l);
}

static struct waitq *lock_queue(void)
{
	if (!lock_waiters.calls.next)
		waitq_init(&lock_waiters);
	return &lock_waiters;
}

static struct lock *lock_conflict(struct inode *i, const struct lock *l)
{
	struct list *pos;

	list_each(pos, &i->locks) {
		struct lock *o = list_entry(pos, struct lock, all);
		if (o->flock != l->flock || o->owner == l->owner)
			continue;
		if (o->start < l->end && l->start < o->end &&
		    (o->exclusive || l->exclusive))
			return o;
	}
	return NULL;
}

/* Takes l's range away from its owner's locks; splits need memory. */
static int lock_clear(struct inode *i, const struct lock *l)
{
	struct list *pos, *next;

	for (pos = i->locks.next; pos != &i->locks; pos = next) {
		struct lock *o = list_entry(pos, struct lock, all);
		next = pos->next;
		if (o->flock != l->flock || o->owner != l->owner ||
		    o->start >= l->end || l->start >= o->end)
			continue;
		if (o->start < l->start && o->end > l->end) {
			struct lock *tail = lock_create();
			if (!tail)
				return -ENOLCK;
			lock_fill(tail, o);
			tail->start = l->end;
			o->end = l->start;
			list_insert(&o->all, &tail->all);
		} else if (o->start < l->start) {
			o->end = l->start;
		} else if (o->end > l->end) {
			o->start = l->end;
		} else {
			list_remove(&o->all);
			lock_free(o);
		}
	}
	waitq_wake(lock_queue());
	return 0;
}

static int64_t lock_set(struct call *c, struct inode *i, const struct lock *l,
			bool wait)
{
	struct lock *kept;
	int error;

	if (lock_conflict(i, l)) {
		if (!wait)
			return -EAGAIN;
		error = call_wait_on(c, lock_queue());
		return error ? error : CALL_PARK;
	}
	kept = lock_create();
	if (!kept)
		return -ENOLCK;
	error = lock_clear(i, l);
	if (error) {
		lock_free(kept);
		return error;
	}
	lock_fill(kept, l);
	list_insert(&i->locks, &kept->all);
	return 0;
}

void locks_release(struct inode *i, const void *owner)
{
	struct list *pos, *next;
	bool any = false;

	for (pos = i->locks.next; pos != &i->locks; pos = next) {
		struct lock *l = list_entry(pos, struct lock, all);
		next = pos->next;
		if (l->owner != owner)
			continue;
		list_remove(&l->all);
		lock_free(l);
		any = true;
	}
	if (any)
		waitq_wake(lock_queue());
}

int64_t op_flock(struct call *c)
{
	struct file *f = call_file(c);
	int how = (int)c->words[1];
	struct lock l = {
		.owner = f,
		.flock = true,
		.end = INT64_MAX,
		.exclusive = (how & ~LOCK_NB) == LOCK_EX,
	};

	if (!f)
		return -EBADF;
	switch (how & ~LOCK_NB) {
	case LOCK_UN:
		return lock_clear(f->inode, &l);
	case LOCK_SH:
	case LOCK_EX:
		return call_keep(c, f,
				 lock_set(c, f->inode, &l, !(how & LOCK_NB)));
	default:
		return -EINVAL;
	}
}

static int lock_range(struct file *f, const struct flock *u, struct lock *l)
{
	int64_t base = 0, start, end;

	if (u->l_whence == SEEK_CUR)
		base = f->offset;
	else if (u->l_whence == SEEK_END)
		base = (int64_t)f->inode->size;
	else if (u->l_whence != SEEK_SET)
		return -EINVAL;
	if (__builtin_add_overflow(base, u->l_start, &start) || start < 0)
		return -EINVAL;
	if (__builtin_add_overflow(start, u->l_len, &end))
		return -EOVERFLOW;
	l->start = u->l_len < 0 ? end : start;
	l->end = u->l_len < 0 ? start : end;
	if (!u->l_len)
		l->end = INT64_MAX;
	return l->start < 0 ? -EINVAL : 0;
}

static int64_t lock_get(struct call *c, struct inode *i, struct flock *u,
			const struct lock *l)
{
	struct lock *o = lock_conflict(i, l);

	if (o) {
		u->l_type = o->exclusive ? F_WRLCK : F_RDLCK;
		u->l_whence = SEEK_SET;
		u->l_start = o->start;
		u->l_len = o->end == INT64_MAX ? 0 : o->end - o->start;
		u->l_pid = o->pid;
	} else {
		u->l_type = F_UNLCK;
	}
	call_put(c, u, sizeof(*u));
	return 0;
}

int64_t lock_fcntl(struct call *c, struct file *f, int command)
{
	const struct flock *in = call_take(c, sizeof(*in));
	struct lock l = {.owner = c->lwp->proc, .pid = c->lwp->proc->pid};
	struct flock u;
	int error;

	if (!in)
		return -EFAULT;
	u = *in;
	error = lock_range(f, &u, &l);
	if (error)
		return error;
	l.exclusive = u.l_type == F_WRLCK;
	if (command == F_GETLK)
		return lock_get(c, f->inode, &u, &l);
	if (u.l_type == F_UNLCK)
		return lock_clear(f->inode, &l);
	if (u.l_type != F_RDLCK && u.l_type != F_WRLCK)
		return -EINVAL;
	if (!(l.exclusive ? file_writable(f) : file_readable(f)))
		return -EBADF;
	return lock_set(c, f->inode, &l, command == F_SETLKW);
}

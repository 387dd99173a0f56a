/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Core files: what a process was when a signal ended it, as ELF.
 *
 *	ELF header | program headers | notes | to a page | memory ...
 *
 * The notes hold registers and floating-point registers of each thread (that
 * of the signal first), what process it was, and its auxiliary vector. There is
 * no list of mapped files: the server does not keep one. All readable memory
 * of the program is written, but for pages of zeros, which are holes, and for
 * what goes beyond CORE_MAX, so that there is an end to it.
 *
 * The beginning is written when the signal comes; then the threads are ended,
 * and the process is PROC_DUMPING: its memory follows in pieces, between which
 * the server works for others. What was written is given back to the kernel, so
 * that a core needs no more memory than the process had. Before each piece
 * there must be some left; else, or when the file system is full, the file is
 * cut, as at its limit. SIGKILL cuts it, too.
 */
#include "core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core_i.h"
#include "inode.h"
#include "path.h"
#include "proc.h"
#include "sig.h"

#define PIECE	  (16 * PAGE)	/* written at a time */
#define RESERVE	  (4ull << 20)	/* memory that is not used for this */
#define CORES_MAX 64		/* at a time; others leave none */

static struct list cores = {&cores, &cores};

bool core_put(struct core *c, const void *data, uint64_t size)
{
	uint64_t fits = c->limit - c->at < size ? c->limit - c->at : size;
	int64_t done = data_write(c->file, data, fits, c->at);

	c->at += fits;
	return done == (int64_t)size;
}

static bool memory_is_short(void)
{
	uint64_t total, available;

	machine_memory(&total, &available);
	return available < RESERVE;
}

/* --- the file --- */

/* Two would write one file, or there are too many. */
static bool core_must_not(const struct inode *file)
{
	struct list *pos;
	unsigned n = 0;

	list_each(pos, &cores) {
		if (list_entry(pos, struct core, all)->file == file)
			return true;
		n++;
	}
	return n >= CORES_MAX;
}

/* As Linux: never through a link, never somebody else's, nobody's second name
 * for it. +1. */
static int core_file(struct proc *p, struct inode **out)
{
	struct inode *i;
	int error = open_create(p, "core", 0600, &i);

	if (error)
		return error;
	if (!S_ISREG(i->mode) || i->ops || i->nlink != 1 || i->executing ||
	    i->uid != p->cred.fsuid || core_must_not(i))
		error = -EPERM;
	else
		error = inode_access(&p->cred, i, 2);
	if (error) {
		inode_unref(i);
		return error;
	}
	data_truncate(i, 0);
	i->mtime = i->ctime = time_now();
	*out = i;
	return 0;
}

/* --- the memory --- */

static bool is_zero(const char *bytes, uint64_t size)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

/* Some bytes of memory; what is zero stays a hole. */
static bool put_piece(struct core *c, uint64_t address, uint64_t size)
{
	static char piece[PIECE] __attribute__((aligned(MACHINE_SCRATCH)));

	if (!machine_memory_read(c->p, address, piece, size))
		memset(piece, 0, size);
	machine_memory_drop(c->p, address, size);
	for (uint64_t n = 0; n < size; n += PAGE) {
		if (!is_zero(piece + n, PAGE)) {
			if (!core_put(c, piece + n, PAGE))
				return false;
		} else if (c->limit - c->at < PAGE) {
			return false;
		} else {
			c->at += PAGE;
		}
	}
	return true;
}

/* False: that was the last one, or no more fits. */
static bool put_next(struct core *c)
{
	uint64_t room, left;

	while (c->region < c->nregions) {
		const struct machine_region *r = &c->regions[c->region];
		room = c->room;
		left = core_region_bytes(r, &room) - c->done;
		if (left) {
			uint64_t size = left < PIECE ? left : PIECE;
			if (memory_is_short() ||
			    !put_piece(c, r->start + c->done, size))
				return false;
			c->done += size;
			return true;
		}
		c->room = room;
		c->region++;
		c->done = 0;
	}
	return false;
}

/* --- cores being written --- */

static struct core *core_of(const struct proc *p)
{
	struct list *pos;

	list_each(pos, &cores)
		if (list_entry(pos, struct core, all)->p == p)
			return list_entry(pos, struct core, all);
	return NULL;
}

static void core_destroy(struct core *c)
{
	list_remove(&c->all);
	/* Its size even if it ends in a hole. */
	data_truncate(c->file, c->at);
	inode_unref(c->file);
	free(c->regions);
	free(c);
}

void core_abandon(struct proc *p)
{
	struct core *c = core_of(p);

	if (c)
		core_destroy(c);
}

/* The process ends now, with what there is of its core. */
static void core_end(struct core *c)
{
	struct proc *p = c->p;

	core_destroy(c);
	proc_exit(p, p->exit_status);
}

void core_cut(struct proc *p)
{
	struct core *c = core_of(p);

	if (c)
		core_end(c);
}

bool core_step(void)
{
	struct core *c;

	if (list_empty(&cores))
		return false;
	c = list_entry(cores.next, struct core, all);
	list_remove(&c->all);
	list_insert(&cores, &c->all);
	if (!put_next(c))
		core_end(c);
	return !list_empty(&cores);
}

static struct core *core_create(struct proc *p)
{
	struct core *c = calloc(1, sizeof(*c));

	if (!c || core_file(p, &c->file)) {
		free(c);
		return NULL;
	}
	c->p = p;
	c->limit = p->limits[RLIMIT_CORE].rlim_cur;
	c->room = CORE_MAX;
	list_insert(&cores, &c->all);
	return c;
}

bool core_begin(struct proc *p, struct lwp *l, int sig)
{
	struct core *c;

	if (p->limits[RLIMIT_CORE].rlim_cur < PAGE || p->undumpable ||
	    p->vforked_from || list_empty(&p->threads) || memory_is_short())
		return false;
	c = core_create(p);
	if (!c)
		return false;
	if (!l)
		l = list_entry(p->threads.next, struct lwp, siblings);
	machine_stop(p);
	/* What is cut here goes no further. */
	if (core_put_head(c, l, sig) && PAGE_UP(c->at) <= c->limit)
		c->at = PAGE_UP(c->at);
	else
		c->nregions = 0;
	p->state = PROC_DUMPING;
	p->exit_status = sig | 0x80;
	proc_end_threads(p);
	return true;
}

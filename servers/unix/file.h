/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open files and descriptor tables.
 *
 * A struct file is what open returns: an inode or other object, an offset,
 * flags. Descriptors (of any process), and calls using it, hold references.
 * A descriptor table belongs to one process; fork copies it.
 */
#ifndef UX_FILE_H
#define UX_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include "call.h"

struct file;
struct inode;
struct proc;

struct file_ops {
	/*
	 * Data of c: read puts at most count bytes into c->out, write takes
	 * count bytes from data. Offset -1 uses and moves the file's own. They
	 * return bytes, -errno or CALL_PARK.
	 */
	int64_t (*read)(struct call *c, struct file *f, uint64_t count,
			int64_t offset);
	int64_t (*write)(struct call *c, struct file *f, const uint8_t *data,
			 uint64_t count, int64_t offset);
	/* POLL* now true; hangs c on the queues that change it if c. */
	int (*poll)(struct call *c, struct file *f);
	int64_t (*ioctl)(struct call *c, struct file *f, uint32_t command,
			 uint64_t argument);
	int64_t (*seek)(struct file *f, int64_t offset, int whence);
	void (*release)(struct file *f);
};

struct file {
	unsigned refs;
	int flags; /* O_ACCMODE, O_APPEND, O_NONBLOCK, ... */
	int64_t offset;
	struct inode *inode; /* +1; NULL for none */
	const struct file_ops *ops;
	void *object;        /* pipe, tty, generated text */
	char *path;          /* as opened, for /proc/N/fd; may be NULL */
	uint32_t user;       /* whose share it counts to */
};

#define FD_MAX 1024

struct fd {
	struct file *file;
	bool cloexec;
};

struct fdt {
	struct fd *slots;
	int size;
};

/* +1, flags and ops set, no inode; NULL: no memory, or too many. */
struct file *file_create(const struct file_ops *ops, int flags);
/* Takes one back that was never opened. */
void file_free(struct file *f);
void file_ref(struct file *f);
void file_unref(struct file *f);
bool file_readable(const struct file *f);
bool file_writable(const struct file *f);

/* Opens an inode for p: consumes nothing, +1 in *out; 0, -errno, CALL_PARK. */
int64_t file_open_inode(struct call *c, struct proc *p, struct inode *i,
			int flags, struct file **out);

/*
 * The file of the descriptor in words[0], borrowed; NULL: a bad one. A call
 * that parks keeps the file it began with (call_keep passes result on),
 * whatever other threads do to the descriptor meanwhile.
 */
struct file *call_file(struct call *c);
int64_t call_keep(struct call *c, struct file *f, int64_t result);
/* The open file, borrowed; NULL: bad descriptor. */
struct file *fdt_file(struct proc *p, int fd);
/* The lowest free descriptor >= from takes f (consumed). fd or -EMFILE. */
int fdt_insert(struct proc *p, struct file *f, int from, bool cloexec);
int fdt_close(struct proc *p, int fd);
int fdt_copy(struct proc *from, struct proc *to);
void fdt_close_on_exec(struct proc *p);
void fdt_destroy(struct proc *p);

/* Reads and writes for callers that have a file. */
int64_t file_read(struct call *c, struct file *f, uint64_t count,
		  int64_t offset);

/* A read of length bytes of generated text at the file's place. */
int64_t file_read_text(struct call *c, struct file *f, const char *text,
		       uint64_t length, uint64_t count, int64_t offset);

/* SEEK_SET, CUR, END over a given size. */
int64_t file_seek_size(struct file *f, int64_t offset, int whence,
		       int64_t size);

extern const struct file_ops regular_ops;

/* Opens for the other kinds. */
int64_t fifo_open(struct call *c, struct inode *i, struct file *f);
/* A FIFO that fifo_open left waiting: 0, CALL_PARK or -errno. */
int64_t fifo_wait(struct call *c, struct file *f);
int device_open(struct call *c, struct inode *i, struct file *f);

/* Lets go of the locks that p holds on i (close, exit). */
void locks_release(struct inode *i, const void *owner);

#endif

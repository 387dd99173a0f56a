/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inodes: the objects that names denote.
 *
 * An inode lives while it has links (nlink) or references (refs: open files,
 * current directories, a look-up in progress, a process's executable). Look-up
 * returns +1. Directories hold their entries' links, not references; a
 * directory's parent pointer is cleared when it is removed.
 *
 * A file system is a struct fs: memory (root), proc, dev. Inodes of proc are
 * made by the look-up and die with the last reference.
 */
#ifndef UX_INODE_H
#define UX_INODE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include "call.h"
#include "list.h"

struct inode;
struct file;
struct pipe;
struct cred;

struct fs {
	uint64_t device;
	uint64_t magic;   /* statfs f_type */
	const char *name; /* type in /proc/mounts */
	const char *path; /* where it is mounted */
	struct inode *root;
	struct inode *covered; /* directory under root, NULL for / */
	uint64_t next_number;
	uint64_t inodes;       /* that exist; 0 is no limit below */
	uint64_t inodes_max;
	uint64_t names;        /* directory entries; as many at most */
};

/* Contents of a regular file: extents that never move (data.c). */
struct extent {
	uint8_t *base;
	uint64_t start, size;
	uint64_t entry; /* machine's memory entry, 0 none */
};

struct data {
	struct extent *extents;
	unsigned count;
	uint64_t capacity;
};

struct dirent_link {
	struct list all, hash;
	struct inode *inode;
	uint64_t cookie; /* place in the directory, grows */
	unsigned length;
	char name[];
};

#define DIR_BUCKETS 16

struct dir {
	struct list all;
	struct list buckets[DIR_BUCKETS];
	uint64_t next_cookie;
	struct dirent_link *last; /* that readdir gave; NULL: none */
	unsigned count;
	struct inode *parent; /* itself for a root, NULL once removed */
};

/* What a directory entry looks like to readdir. */
struct dir_item {
	const char *name;
	unsigned length;
	uint64_t number;
	unsigned mode;
	uint64_t cookie; /* position after it */
};

/* Behaviour that differs from the memory file system's. */
struct inode_ops {
	/* Returns +1 or NULL; for directories. */
	struct inode *(*lookup)(struct inode *dir, const char *name,
				unsigned length);
	/* The item after cookie; false at the end. */
	bool (*next)(struct inode *dir, uint64_t cookie,
		     struct dir_item *item);
	/* Link target into buffer; length or -errno. */
	int (*readlink)(struct inode *inode, char *buffer, unsigned size);
	/* The inode a magic link leads to without a path, +1, or NULL. */
	struct inode *(*follow)(struct inode *inode);
	/* Prepares an open file; 0 or -errno. */
	int (*open)(struct inode *inode, struct file *file);
	void (*destroy)(struct inode *inode);
};

struct inode {
	struct fs *fs;
	uint64_t number;
	uint32_t mode, uid, gid, nlink;
	unsigned refs;
	uint64_t size;
	uint64_t rdev;
	struct timespec atime, mtime, ctime;
	const struct inode_ops *ops; /* NULL: memory file system */
	struct fs *mounted;          /* another file system's root is here */
	unsigned writers;            /* open for writing */
	unsigned executing;          /* processes running it */
	struct list locks;           /* flock and fcntl locks */
	union {
		struct data data;    /* S_IFREG */
		struct dir dir;      /* S_IFDIR */
		char *target;        /* S_IFLNK */
		struct pipe *pipe;   /* S_IFIFO, while open */
	};
	int info; /* for ops: what it is; of a link: bytes it is charged */
	int pid;  /* for proc: whose */
};

/* inode.c: +1, nlink 0; NULL when memory is out. */
struct inode *inode_create(struct fs *fs, uint32_t mode);
void inode_ref(struct inode *i);
void inode_unref(struct inode *i);
/* Changes nlink; frees the inode if that was its last hold. */
void inode_link_change(struct inode *i, int change);
void inode_stat(const struct inode *i, struct stat *st);
struct timespec time_now(void);
/* 0 or -EACCES; want is a mask of 4 read, 2 write, 1 execute. */
int inode_access(const struct cred *cred, const struct inode *i, int want);
void fs_init(struct fs *fs, const char *name, uint64_t magic);
extern struct fs root_fs;

/* dir.c: entries of memory directories. */
void dir_init(struct inode *i);
struct dirent_link *dir_find(struct inode *dir, const char *name,
			     unsigned length);
/* Adds a link (nlink+1). 0, -ENOMEM, -ENAMETOOLONG. */
int dir_insert(struct inode *dir, const char *name, unsigned length,
	       struct inode *i);
void dir_remove(struct inode *dir, struct dirent_link *entry);
bool dir_next(struct inode *dir, uint64_t cookie, struct dir_item *item);

/* data.c: contents of regular files. Sizes are checked against the file. */
int64_t data_read(struct inode *i, void *buffer, uint64_t count,
		  uint64_t offset);
int64_t data_write(struct inode *i, const void *buffer, uint64_t count,
		   uint64_t offset);
int data_truncate(struct inode *i, uint64_t size);
/* Makes room for size bytes in one extent if there is none yet. */
int data_reserve(struct inode *i, uint64_t size);
void data_destroy(struct inode *i);
/* Other bytes that count like files' contents. False: no room. */
bool data_charge(uint64_t bytes);
void data_uncharge(uint64_t bytes);
#define DATA_MAX (1ull << 32)

#endif
